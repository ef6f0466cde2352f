"""Measures Penstock beside hand-written floors: `python -m bench`."""
