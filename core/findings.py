"""What somebody who looks at an installation found: that it is well, or what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding matters."""

    FINE = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in words that say what to do where it is not well."""

    weight: Weight
    words: str


def fine(words: str) -> Finding:
    """It is as it should be."""
    return Finding(Weight.FINE, words)


def warning(words: str) -> Finding:
    """It works, and could be better."""
    return Finding(Weight.WARNING, words)


def fault(words: str) -> Finding:
    """It does not work, or loses something."""
    return Finding(Weight.FAULT, words)
