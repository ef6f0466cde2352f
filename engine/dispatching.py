"""The port to whatever brings due runs to executor threads."""

from __future__ import annotations

from typing import Protocol

from engine.execution import Execution


class Dispatcher(Protocol):
    """Starts runs in threads of their own, here or on another machine."""

    @property
    def executor(self) -> str:
        """The id under which this process holds runs."""
        ...

    def reserve(self) -> bool:
        """Takes a free place for a run that is about to be made; False when there is none here."""
        ...

    def give_back(self) -> None:
        """Frees a place that was reserved and not used."""
        ...

    def start(self, execution: Execution) -> None:
        """Executes in a place that was reserved."""
        ...

    def continue_(self, execution: Execution) -> None:
        """Goes on with a run whose caller needs its thread back; it needs no place."""
        ...

    def wake(self) -> None:
        """Something became due, or will be earlier than was known."""
        ...
