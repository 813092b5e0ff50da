"""Scan: the places that the library knows, compared with the disk."""
