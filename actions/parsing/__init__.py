"""Texts in a format, read into JSON values: one module a format, each bounded."""
