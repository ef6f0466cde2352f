"""Cuts a template into its own text and the pieces to resolve."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.errors import ExpressionError
from expressions import limits
from expressions.chains import check_secret
from expressions.expression import checked_expression
from expressions.modes import TemplateMode
from expressions.paths import PATH, RESERVED_ROOTS, Reference
from expressions.pieces import Piece, piece_of_expression, piece_of_reference
from expressions.quoting import QUOTED
from expressions.values import shorten

Part = str | Piece
"""A part of a template: its own text, or a piece."""

_MARK = re.compile(r"(?<!\\)(\\*)(<|\{\{)")
_MARK_IN_URL = re.compile(r"(?<!\\)(\\*)(<|\{\{|\{)")
_REFERENCE = re.compile(rf"<({PATH})>")
_REFERENCE_IN_URL = re.compile(rf"<({PATH})>|\{{({PATH})\}}")
_TOKEN = re.compile(rf"{QUOTED}|\}}\}}|[^{{}}\"']+|.", re.DOTALL)


@dataclass(slots=True)
class ScannedTemplate:
    """A template in parts, with what it reads and what is wrong with it."""

    parts: list[Part] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def scan(text: str, mode: TemplateMode, where: str) -> ScannedTemplate:
    """The parts of one template; `where` is its JSON path. Faults are collected, none is raised."""
    scanned = ScannedTemplate()
    if len(text) > limits.TEMPLATE_LENGTH:
        scanned.faults.append(f"a template has at most {limits.TEMPLATE_LENGTH} characters")
    else:
        _Scanner(text, mode, where, scanned).run()
    return scanned


class _Scanner:
    """Walks over one text once, from mark to mark."""

    def __init__(self, text: str, mode: TemplateMode, where: str, scanned: ScannedTemplate) -> None:
        self._text = text
        self._where = where
        self._scanned = scanned
        self._own: list[str] = []
        self._mode = mode
        in_url = mode is TemplateMode.URL
        self._strict = mode in (TemplateMode.URL, TemplateMode.QUERY, TemplateMode.HEADER)
        self._mark = _MARK_IN_URL if in_url else _MARK
        self._reference = _REFERENCE_IN_URL if in_url else _REFERENCE

    def run(self) -> None:
        """Fills the parts, references and faults."""
        position = 0
        while match := self._mark.search(self._text, position):
            self._add_text(self._text[position : match.start()])
            position = self._take(match)
        self._add_text(self._text[position:])
        self._end_text()
        if len(self._scanned.parts) > 2 * limits.PIECES:
            self._scanned.faults.append(f"a template has at most {limits.PIECES} references")

    def _take(self, match: re.Match[str]) -> int:
        """Takes what begins at a mark and tells where it ends."""
        backslashes, mark = match.groups()
        self._add_text("\\" * (len(backslashes) // 2))
        if len(backslashes) % 2:
            self._add_text(mark)
            return match.end()
        if mark == "{{":
            return self._take_expression(match.end())
        start = match.start(2)
        reference = self._reference.match(self._text, start)
        if reference is None:
            self._take_plain(mark)
            return match.end()
        self._take_reference(reference)
        return reference.end()

    def _take_plain(self, mark: str) -> None:
        if mark == "<" and self._mode is TemplateMode.URL:
            fault = "no path such as <order.id> stands behind <; for the character write %3C"
            self._scanned.faults.append(fault)
        self._add_text(mark)

    def _take_reference(self, match: re.Match[str]) -> None:
        path = tuple(match[match.lastindex or 1].split("."))
        alone = len(match[0]) == len(self._text)
        certain = self._strict or alone or path[0] in RESERVED_ROOTS
        reference = Reference(path, match[0], self._where, certain)
        try:
            check_secret(path, match[0])
        except ExpressionError as error:
            self._scanned.faults.append(str(error))
            return
        self._scanned.references.append(reference)
        self._add_piece(piece_of_reference(reference))

    def _take_expression(self, start: int) -> int:
        end = self._end_of_expression(start)
        if end is None:
            self._scanned.faults.append("{{ has no }} that ends it; write \\{{ for the characters")
            return len(self._text)
        source = self._text[start:end]
        try:
            expression = checked_expression(source, self._where)
        except ExpressionError as error:
            self._scanned.faults.append(f"{{{{{shorten(source)}}}}}: {error}")
        else:
            self._scanned.references += expression.references
            self._add_piece(piece_of_expression(f"{{{{{source}}}}}", expression))
        return end + 2

    def _end_of_expression(self, start: int) -> int | None:
        """Where the `}}` stands that closes an expression, past texts and inner braces."""
        position, depth = start, 0
        limit = min(len(self._text), start + limits.SOURCE_LENGTH + 2)
        while position < limit and (token := _TOKEN.match(self._text, position, limit)):
            if token[0] == "}}" and depth == 0:
                return position
            if token[0][0] == "{":
                depth += 1
            elif token[0][0] == "}":
                depth -= 1
                position += 1
                continue
            position = token.end()
        return None

    def _add_text(self, text: str) -> None:
        self._own.append(text)

    def _add_piece(self, piece: Piece) -> None:
        self._end_text()
        self._scanned.parts.append(piece)

    def _end_text(self) -> None:
        text = "".join(self._own)
        self._own.clear()
        if text:
            self._scanned.parts.append(text)
