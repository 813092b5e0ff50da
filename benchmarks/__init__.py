"""Benchmarks: what dam costs beside a peer that does the same in the same run."""
