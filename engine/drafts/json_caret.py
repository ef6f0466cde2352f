"""Reads JSON that is still being written: what can be read of it, and what is wanted at a caret.

Nothing here raises: what does not fit is passed over, and what is missing is taken as written.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

Path = tuple[str | int, ...]

MOST_TOKENS = 200_000
"""Tokens that are read, several times those of the largest document; behind them nothing is."""
MOST_DEPTH = 64
"""Objects and lists inside each other that are read."""

_TOKEN = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+("?)|[\[\]{},:]|[^\s\[\]{},:"]++')
_COLON = re.compile(r"\s*:")
_SEPARATED = re.compile(r"\s*(?:[,\]}]|\Z)")
_ESCAPED = re.compile(r"\\.")
_REST_OF_WORD = re.compile(r"[\w$./@-]*")
_MARKS = frozenset("[]{},:")
_WORDS = {"true": True, "false": False}


class Wanted(Enum):
    """What may be written at a caret."""

    NAME = "name"
    VALUE = "value"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Caret:
    """What is being written at a caret.

    `path` leads to the value that is wanted, or to the object in which a name is; `member` to
    what the caret stands in. `typed` is what there is of it before the caret, `quoted` whether
    that is a text. What is chosen replaces the text from `start` to `end`, with `before` and
    `after` around it.
    """

    wanted: Wanted
    path: Path
    member: Path
    start: int
    end: int
    typed: str = ""
    quoted: bool = False
    before: str = ""
    after: str = ""


def read_at(text: str, caret: int) -> tuple[Any, Caret]:
    """The value that can be read of a text, and its caret (a place in characters).

    Numbers are read as None: no schema of a document chooses by one.
    """
    reader = _Reader(text, max(0, min(caret, len(text))))
    return reader.read(), reader.found or Caret(Wanted.NOTHING, (), (), caret, caret)


class _Expected(Enum):
    NAME = 1
    COLON = 2
    VALUE = 3
    SEPARATOR = 4


class _Open:
    """An object or a list that is not closed yet."""

    __slots__ = ("expects", "name", "value")

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self.value = value
        self.name = ""
        self.expects = _Expected.VALUE
        self.separate()

    @property
    def last(self) -> str | int:
        """Where the last value stands in it."""
        return self.name if isinstance(self.value, dict) else len(self.value) - 1

    @property
    def next(self) -> str | int:
        """Where the next value will stand in it."""
        return self.name if isinstance(self.value, dict) else len(self.value)

    def separate(self) -> None:
        self.expects = _Expected.NAME if isinstance(self.value, dict) else _Expected.VALUE

    def begin_member(self, name: str) -> None:
        if isinstance(self.value, dict):
            self.value.setdefault(name, None)
        self.name, self.expects = name, _Expected.COLON

    def put(self, value: Any) -> None:
        if isinstance(self.value, list):
            self.value.append(value)
        else:
            self.value[self.name] = value
        self.expects = _Expected.SEPARATOR


class _Reader:
    """One reading of a text."""

    def __init__(self, text: str, caret: int) -> None:
        closing = _missing_quote(text, caret)
        self._text = text if closing is None else f'{text[:closing]}"{text[closing:]}'
        self._added = closing is not None
        self._caret = caret
        self._open = [_Open([])]
        self._end = 0
        self.found: Caret | None = None

    def read(self) -> Any:
        """Reads on to the end; the outermost value, or None."""
        for count, token in enumerate(_TOKEN.finditer(self._text)):
            if count == MOST_TOKENS or len(self._open) > MOST_DEPTH:
                break
            if self.found is None and self._caret <= token.end():
                self.found = self._look(token)
            self._take(token)
        else:
            self.found = self.found or self._between(None)
        outermost = self._open[0].value
        return outermost[0] if isinstance(outermost, list) and outermost else None

    def _take(self, token: re.Match[str]) -> None:
        top, mark = self._open[-1], token[0]
        match mark:
            case "{" | "[":
                inner = _Open({} if mark == "{" else [])
                top.put(inner.value)
                self._open.append(inner)
            case "}" | "]":
                self._close(dict if mark == "}" else list)
            case ",":
                top.separate()
            case ":":
                if top.expects is _Expected.COLON:
                    top.expects = _Expected.VALUE
            case _ if self._is_name(token):
                top.begin_member(_plain(token))
            case _:
                top.put(_plain(token) if token[1] is not None else _WORDS.get(mark))
        self._end = token.end()

    def _close(self, kind: type) -> None:
        """Closes the innermost of a kind with what is open in it; without one the mark is noise."""
        for place in range(len(self._open) - 1, 0, -1):
            if isinstance(self._open[place].value, kind):
                del self._open[place:]
                return

    def _is_name(self, token: re.Match[str]) -> bool:
        """Whether a word is a member's name: also where a comma or the value before is missing."""
        top = self._open[-1]
        return isinstance(top.value, dict) and (
            top.expects is not _Expected.VALUE or _COLON.match(self._text, token.end()) is not None
        )

    def _look(self, token: re.Match[str]) -> Caret | None:
        """What is at the caret when it is before this token or in it; None when it is behind."""
        caret, top = self._caret, self._open[-1]
        if token[0] in _MARKS:
            return self._between(token) if caret <= token.start() else None
        if caret == token.end() and token[1] == '"':
            return None
        is_value = top.expects is _Expected.VALUE and not self._is_name(token)
        if caret >= token.start() or (is_value and isinstance(top.value, dict)):
            return self._inside(token)
        return self._between(token)

    def _inside(self, token: re.Match[str]) -> Caret:
        """A name or a value that is there, at least its beginning."""
        top, quoted = self._open[-1], token[1] is not None
        start, end = token.start(), token.end()
        typed = self._text[start + quoted : self._caret]
        rest = end - (self._added and end > self._caret)
        before, first = self._separator(start)
        if self._is_name(token):
            path, after = self._path(), "" if _COLON.match(self._text, end) else ": "
            member = (*path, _plain(token))
            return Caret(Wanted.NAME, path, member, first, rest, typed, quoted, before, after)
        path, after = self._path(top.next), "" if _SEPARATED.match(self._text, end) else ","
        wanted = Wanted.NOTHING if self._is_over() else Wanted.VALUE
        return Caret(wanted, path, path, first, rest, typed, quoted, before, after)

    def _between(self, token: re.Match[str] | None) -> Caret:
        """The caret stands between what is there, before this token."""
        top, caret = self._open[-1], self._caret
        touches = top.expects is _Expected.SEPARATOR and caret == self._end
        is_outside = len(self._open) == 1 and (token is not None or self._is_over())
        if touches or is_outside or top.expects is _Expected.COLON:
            member = self._path(top.last)
            return Caret(Wanted.NOTHING, member, member, caret, caret)
        before, start = self._separator(caret)
        if isinstance(top.value, dict) and top.expects is not _Expected.VALUE:
            path = self._path()
            return Caret(Wanted.NAME, path, path, start, caret, before=before, after=": ")
        path = self._path(top.next)
        if token is not None and token[0] in ("{", "[") and isinstance(top.value, dict):
            return Caret(Wanted.NOTHING, path, path, caret, caret)
        after = "" if token is None or token[0] in (",", "]", "}") else ","
        return Caret(Wanted.VALUE, path, path, start, caret, before=before, after=after)

    def _separator(self, place: int) -> tuple[str, int]:
        """The comma that is missing before a place, and where what is chosen then begins."""
        if self._open[-1].expects is not _Expected.SEPARATOR:
            return "", place
        return f",{self._text[self._end : place]}", self._end

    def _is_over(self) -> bool:
        return len(self._open) == 1 and self._open[0].expects is _Expected.SEPARATOR

    def _path(self, leaf: str | int | None = None) -> Path:
        """The path of what is open, or of something in it."""
        path = tuple(one.last for one in self._open[1:-1])
        return path if leaf is None or len(self._open) == 1 else (*path, leaf)


def _missing_quote(text: str, caret: int) -> int | None:
    """Where the text at the caret ends that nobody closed; None when all of its line are."""
    start = text.rfind("\n", 0, caret) + 1
    end = text.find("\n", caret)
    quotes = _ESCAPED.sub("", text[start : end if end >= 0 else None]).count('"')
    quotes_before = _ESCAPED.sub("", text[start:caret]).count('"')
    if quotes % 2 == 0 or quotes_before % 2 == 0:
        return None
    rest = _REST_OF_WORD.match(text, caret)
    return rest.end() if rest else caret


def _plain(token: re.Match[str]) -> str:
    """What a text says; as it is written where that is no JSON."""
    if token[1] is None:
        return token[0]
    inner = token[0][1:-1] if token[1] else token[0][1:]
    if "\\" not in inner:
        return inner
    try:
        return str(json.loads(f'"{inner}"', strict=False))
    except ValueError:
        return inner
