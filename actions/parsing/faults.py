"""The one error of this package."""

from __future__ import annotations

from core.errors import PenstockError


class UnreadableError(PenstockError):
    """A text is not in its format; the message says where and why."""
