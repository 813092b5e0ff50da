"""The stores: places that keep bytes under their own digest."""
