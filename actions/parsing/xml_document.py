"""An XML document made into JSON while it is parsed; `actions.parsing.xml_text` says how.

Import it where it is used: the parser is large with what it needs.
"""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from actions.parsing.faults import UnreadableError

_DTD = "it has a DTD, which is not taken: leave <!DOCTYPE …> out"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most levels of elements, and the most nodes: elements and attributes."""

    levels: int
    nodes: int


def document_of(text: str, lists: Collection[str], bounds: Bounds) -> dict[str, Any]:
    """The document by the name of its root; elements of the names in `lists` are lists always.

    Raises UnreadableError with line and column.
    """
    builder = _Builder(lists, bounds)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(builder)
    try:
        parser.parse(_source(text))
    except SAXParseException as error:
        place = f"line {error.getLineNumber()} column {(error.getColumnNumber() or 0) + 1}"
        raise UnreadableError(f"{place}: {error.getMessage()}") from None
    except DefusedXmlException:
        raise UnreadableError(f"line {builder.line}: {_DTD}") from None
    return builder.document


def _source(text: str) -> InputSource:
    """The text as a parser takes it; what its declaration says of an encoding is past."""
    source = InputSource()
    try:
        source.setByteStream(io.BytesIO(text.encode()))
    except UnicodeEncodeError:
        raise UnreadableError("half of a surrogate pair stands alone; it is no character") from None
    source.setEncoding("utf-8")
    return source


class _Element:
    """An element that is being read."""

    __slots__ = ("attributes", "children", "texts")

    def __init__(self, attributes: dict[str, Any]) -> None:
        self.attributes = attributes
        self.children: dict[str, list[Any]] = {}
        self.texts: list[str] = []

    def value(self, lists: Collection[str]) -> Any:
        """The element as JSON."""
        text = "".join(self.texts).strip()
        if not self.attributes and not self.children:
            return text
        children = {
            name: values if len(values) > 1 or name in lists else values[0]
            for name, values in self.children.items()
        }
        return self.attributes | children | ({"#text": text} if text else {})


class _Builder(ContentHandler):
    """Makes the value while the parser reads."""

    def __init__(self, lists: Collection[str], bounds: Bounds) -> None:
        super().__init__()
        self.document: dict[str, Any] = {}
        self._lists = lists
        self._bounds = bounds
        self._open: list[_Element] = []
        self._nodes = 0
        self._locator: Locator | None = None

    @property
    def line(self) -> int:
        """Where the parser is."""
        return (self._locator and self._locator.getLineNumber()) or 1

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802  the handler's name
        """Takes what tells the line."""
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Opens an element. Raises UnreadableError beyond the bounds."""
        self._nodes += 1 + len(attrs)
        if self._nodes > self._bounds.nodes:
            words = f"it has more than {self._bounds.nodes} elements and attributes"
            raise UnreadableError(words)
        if len(self._open) == self._bounds.levels:
            words = f"elements nest deeper than {self._bounds.levels} levels"
            raise UnreadableError(f"line {self.line}: {words}")
        self._open.append(_Element({f"@{key}": value for key, value in attrs.items()}))

    def characters(self, content: str) -> None:
        """Text inside an element."""
        self._open[-1].texts.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Closes an element, which is a child of the one around it, or the document."""
        value = self._open.pop().value(self._lists)
        if self._open:
            self._open[-1].children.setdefault(name, []).append(value)
        else:
            self.document[name] = [value] if name in self._lists else value
