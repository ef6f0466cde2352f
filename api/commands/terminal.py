"""What a command reads from and writes to its terminal."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import orjson


@dataclass(frozen=True, slots=True)
class Terminal:
    """The three standard streams. Results go out; what is said about them goes to `errors`."""

    source: TextIO
    out: TextIO
    errors: TextIO

    def say(self, *lines: str) -> None:
        """Writes lines of the result."""
        self._write(self.out, lines)

    def note(self, *lines: str) -> None:
        """Writes lines that are not part of the result."""
        self._write(self.errors, lines)

    def show(self, value: Any) -> None:
        """Writes a value as indented JSON."""
        self.say(to_json(value))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Writes rows under headings, each column as wide as its longest text."""
        lines = [headings, *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
            self.say("  ".join(padded).rstrip())

    def read(self) -> str:
        """Everything that is piped in."""
        return self.source.read()

    def read_hidden(self, prompt: str) -> str:
        """A value that is typed unseen, or piped in with or without a line end."""
        if self.source.isatty():
            return getpass.getpass(prompt)
        return self.read().removesuffix("\n").removesuffix("\r")

    def _write(self, stream: TextIO, lines: Sequence[str]) -> None:
        stream.write("".join(f"{line}\n" for line in lines))
        stream.flush()


def to_json(value: Any) -> str:
    """A value as indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
