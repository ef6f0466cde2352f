"""The one error of this room: it ends an attempt and becomes a SendFailure at the door."""

from __future__ import annotations

from core.errors import PenstockError
from core.http import FailureKind


class SendError(PenstockError):
    """An attempt cannot go on; `kind` and the message become the SendFailure."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
