"""Formats that Pillow does not decode, taught to it; imported when the first such picture is opened."""
