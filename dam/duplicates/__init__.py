"""The library against itself: what is the same, and what nearly is."""
