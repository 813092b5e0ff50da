"""Ingest: from paths to entities whose bytes are safe and whose facts are known."""
