"""Services that outlive one transaction: where bytes are kept and how files are read."""
