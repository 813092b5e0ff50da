"""Pictures in one file: pages and frames, counted without decoding a pixel."""
