"""The visual builder and the operator's pages: Flask blueprints, templates, forms made from SPECs."""
