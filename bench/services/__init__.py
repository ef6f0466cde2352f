"""Servers that others need, of our own for a while: for tests and for measurements alike."""
