"""Similarity search over fingerprints."""
