"""URL templates: the scanned parts, cut where the path's segments and the query begin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import ExpressionError
from expressions.pieces import Scope
from expressions.scanner import Part
from expressions.templates import joined, located
from expressions.url_parts import Base, Chunk, Encoded, Segment, twins_of

_PATH_END = re.compile(r"[?#]")


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """A URL in chunks, literal texts among them."""

    chunks: tuple[str | Chunk, ...]
    where: str
    secret: bool

    def value(self, scope: Scope) -> str:
        """The URL. Raises ExpressionError also when data would change its path."""
        try:
            texts = [
                chunk if isinstance(chunk, str) else chunk.twins(scope)[0] for chunk in self.chunks
            ]
            return joined(texts, scope)
        except ExpressionError as error:
            raise located(error, self.where) from None

    def twins(self, scope: Scope) -> tuple[str, str]:
        """The URL, and the URL with markers for secrets."""
        try:
            return twins_of(self.chunks, scope)
        except ExpressionError as error:
            raise located(error, self.where) from None


def url_template(parts: Sequence[Part], where: str) -> UrlTemplate:
    """The URL made of scanned parts."""
    first = parts[0]
    base = None if isinstance(first, str) else first
    rest = parts if base is None else parts[1:]
    secret = any(not isinstance(part, str) and part.marker is not None for part in parts)
    chunks = _chunks(rest)
    return UrlTemplate(tuple(chunks if base is None else [Base(base), *chunks]), where, secret)


def _chunks(parts: Sequence[Part]) -> list[str | Chunk]:
    path, rest = _split_at_query(parts)
    chunks: list[str | Chunk] = []
    segment: list[Part] = []
    for part in path:
        if not isinstance(part, str):
            segment.append(part)
            continue
        before, *others = part.split("/")
        segment.append(before)
        for text in others:
            chunks += [*_closed(segment), "/"]
            segment = [text]
    return _merged([*chunks, *_closed(segment), *map(_encoded, rest)])


def _split_at_query(parts: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """The parts up to the first `?` or `#` of the template's own text, and those from there on."""
    for position, part in enumerate(parts):
        if isinstance(part, str) and (end := _PATH_END.search(part)):
            before, after = part[: end.start()], part[end.start() :]
            return [*parts[:position], before], [after, *parts[position + 1 :]]
    return list(parts), []


def _closed(segment: Sequence[Part]) -> list[str | Chunk]:
    held = [_encoded(part) for part in segment if part != ""]
    if any(isinstance(part, Encoded) for part in held):
        return [Segment(tuple(held))]
    return list(held)


def _encoded(part: Part) -> str | Encoded:
    return part if isinstance(part, str) else Encoded(part)


def _merged(chunks: Sequence[str | Chunk]) -> list[str | Chunk]:
    merged: list[str | Chunk] = []
    for chunk in chunks:
        if isinstance(chunk, str) and merged and isinstance(merged[-1], str):
            merged[-1] += chunk
        else:
            merged.append(chunk)
    return merged
