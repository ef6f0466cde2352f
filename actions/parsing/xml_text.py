"""XML 1.0 as JSON, by a mapping that looks at names alone and so can be told beforehand.

An element without attributes and elements in it is its text, without the white space around it.
Any other is an object: attributes as `@name`, elements by name, its own text (where it has some) as
`#text`. Elements of one name beside each other make a list; a single one makes a list where its
name is in `lists`. Names stand as they are written, prefix included; declarations of namespaces
are attributes. The document is an object with one member, the root.

There is no DTD, hence no entities but XML's own five, and nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
DEEPEST = 40
"""Levels of elements; each may be two of JSON, and no output has more than 100."""
MOST_NODES = 100_000
"""Elements and attributes."""


def read_xml(text: str, lists: Collection[str] = ()) -> dict[str, Any]:
    """The document by the name of its root. Raises UnreadableError with line and column."""
    # The parser takes 2 MB with what it needs, and few automations read XML.
    from actions.parsing.xml_document import Bounds, document_of  # noqa: PLC0415

    bounds = Bounds(DEEPEST, MOST_NODES)
    return document_of(text.removeprefix(BYTE_ORDER_MARK), frozenset(lists), bounds)
