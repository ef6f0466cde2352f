"""What one template, one expression and one evaluation may cost."""

from __future__ import annotations

SOURCE_LENGTH = 4_000
"""Characters of one expression."""

TEMPLATE_LENGTH = 200_000
"""Characters of one string that is a template."""

PIECES = 1_000
"""References and expressions in one string."""

URL_VALUE_LENGTH = 16_384
"""Characters of one value that is percent-encoded into a URL."""

NODES = 500
"""Nodes in the parsed tree of one expression."""

DEPTH = 64
"""How deep an expression, and the JSON around templates, may nest."""

WORK = 400_000
"""Units of work of one evaluation. A unit is about 50 ns: a look at one element of a list."""

WORK_OF_ITEMS = 40_000_000
"""Units of work of a template that is resolved once for each item of a list, all of them together.

About two seconds; each of the items has no more than one evaluation has.
"""

MEMORY = 9_000_000
"""Bytes that one evaluation may make in all, whether or not they are still needed."""

TEXT_SIZE = 2 * 1024 * 1024
"""Bytes of one text, or of a list or an object as JSON."""

SHOWN_NAMES = 20
"""How many of the names that do exist an error tells."""

SHOWN_LENGTH = 60
"""How many characters of a value or a name an error shows."""

SECRET_VALUES = 100
"""How many texts and numbers an expression that uses a secret may give."""
