"""What one evaluation may still spend: counted, not timed, so that every machine decides alike."""

from __future__ import annotations

from core.errors import ExpressionError
from expressions import limits

CHARACTERS_PER_UNIT = 32
"""How many characters are read or written in the time of one unit of work."""

BYTES_PER_ITEM = 8
"""What a list pays for an item that existed before."""

_WIDEST_CHARACTER = 4


def text_size(text: str) -> int:
    """The most bytes a text takes, in memory or as UTF-8."""
    return len(text) if text.isascii() else _WIDEST_CHARACTER * len(text)


class Budget:
    """Work and memory of one evaluation. Every method raises ExpressionError when it is used up.

    `discreet` is true while an expression uses a secret: no error may then show a value.
    """

    __slots__ = ("_memory", "_work", "discreet")

    def __init__(self) -> None:
        self._work = limits.WORK
        self._memory = limits.MEMORY
        self.discreet = False

    @property
    def spent(self) -> int:
        """The units of work that were paid for."""
        return limits.WORK - self._work

    def work(self, units: int) -> None:
        """Pays for `units` of work, before it is done."""
        self._work -= units
        if self._work < 0:
            raise ExpressionError(
                "this takes too much work; give it shorter lists or texts, or fewer steps"
            )

    def memory(self, size: int) -> None:
        """Pays for `size` bytes, before they are taken."""
        self._memory -= size
        if self._memory < 0:
            raise ExpressionError(
                f"this needs more than {limits.MEMORY} bytes; give it shorter lists or texts"
            )

    def text(self, size: int) -> None:
        """Pays for a text of `size` bytes, before it is made."""
        if size > limits.TEXT_SIZE:
            raise ExpressionError(f"this makes a text of more than {limits.TEXT_SIZE} bytes")
        self.work(size // CHARACTERS_PER_UNIT)
        self.memory(size)

    def items(self, count: int, *, work: int = 1, size: int = BYTES_PER_ITEM) -> None:
        """Pays for a list of `count` items, each `work` units to find and `size` bytes to hold."""
        self.work(count * work)
        self.memory(count * size)

    def search(self, text: str, part: str) -> None:
        """Pays for looking for `part` in `text`, whatever the two hold."""
        # CPython looks in time proportional to the text alone once it is long, or the part is.
        compared = min(len(part), 100) if len(text) < 30_000 else 0
        self.work(len(text) // 8 + len(text) * compared // 300)
