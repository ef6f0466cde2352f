"""The port to answers on their way to callers that wait in another process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.clock import Milliseconds
from core.outcomes import Answer
from core.writes import Write


class StoredAnswers(Protocol):
    """What `respond` steps answered, encrypted, for as long as a caller may wait."""

    def keep(self, tenant: str, run_id: str, answer: Answer, until: Milliseconds) -> Write:
        """Keeps the answer of a run. The first one counts."""
        ...

    def of(self, run_ids: Sequence[str]) -> Mapping[str, Answer]:
        """The answers there are, by run, of whichever tenant."""
        ...
