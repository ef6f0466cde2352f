"""The visual builder and the operator's pages."""
