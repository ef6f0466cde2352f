"""The parts of a URL: data is written so that it stays within its segment or value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from core.errors import ExpressionError
from expressions import limits
from expressions.pieces import Piece, Scope
from expressions.templates import LINE_BREAKS, as_text, joined
from expressions.values import describe

_CHANGES_PATH = re.compile(r"(?:\.|%2e){0,2}(?:;.*)?", re.IGNORECASE | re.DOTALL)
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
_MAY_CHANGE_PATH = frozenset(("", ".", "%", ";"))


class Chunk(Protocol):
    """A part of a URL that is resolved on its own."""

    def twins(self, scope: Scope) -> tuple[str, str]:
        """The text to send and the text to show. Raises ExpressionError."""
        ...


@dataclass(frozen=True, slots=True)
class Base:
    """The piece a URL begins with: a base address, taken as written."""

    piece: Piece

    def twins(self, scope: Scope) -> tuple[str, str]:
        """The address, which must be text without a line break."""
        value, marker = self.piece.value(scope), self.piece.marker
        if not isinstance(value, str) or not value:
            shown = describe(value, scope.budget) if marker is None else marker
            raise ExpressionError(
                f"{self.piece.source} begins the URL and must be an address, not {shown}"
            )
        if LINE_BREAKS.search(value):
            raise ExpressionError(
                f"{self.piece.source} has a line break or NUL, which a URL cannot hold"
            )
        return value, marker or value


@dataclass(frozen=True, slots=True)
class Encoded:
    """A piece that is percent-encoded as a whole (RFC 3986, section 2.1)."""

    piece: Piece

    def twins(self, scope: Scope) -> tuple[str, str]:
        """The encoded text, and the same or the marker."""
        text = as_text(self.piece, scope)
        if len(text) > limits.URL_VALUE_LENGTH:
            raise ExpressionError(
                f"{self.piece.source} is longer than the {limits.URL_VALUE_LENGTH} characters "
                "that a value in a URL may have"
            )
        if not _UNRESERVED.fullmatch(text):
            text = _quoted(text, self.piece.source)
        return text, self.piece.marker or text


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes of the path, at least one part of it a piece."""

    parts: tuple[str | Encoded, ...]

    def twins(self, scope: Scope) -> tuple[str, str]:
        """The segment, refused when a server or a client would take it out of the path."""
        first = self.parts[0]
        if len(self.parts) == 1 and isinstance(first, Encoded):
            text, shown = first.twins(scope)
        else:
            text, shown = twins_of(self.parts, scope)
        if text[:1] in _MAY_CHANGE_PATH and _CHANGES_PATH.fullmatch(text):
            source = next(part.piece.source for part in self.parts if isinstance(part, Encoded))
            raise ExpressionError(
                f"{source} makes a part of the URL's path that is empty, `.` or `..`; "
                "such a part would lead to another address"
            )
        return text, shown


def _quoted(text: str, source: str) -> str:
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise ExpressionError(f"{source} has half of a surrogate pair, which is no text") from None


def twins_of(parts: Sequence[str | Chunk], scope: Scope) -> tuple[str, str]:
    """Literal texts and chunks in one text to send and one to show."""
    twins = [(part, part) if isinstance(part, str) else part.twins(scope) for part in parts]
    return joined([text for text, _ in twins], scope), "".join([shown for _, shown in twins])
