"""The port to sample events and pinned results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.samples import Pin, Sample
from core.writes import Write


class Samples(Protocol):
    """The samples and pins of automations."""

    def get(self, tenant: str, automation_id: str, sample_id: str) -> Sample | None:
        """One sample, or None."""
        ...

    def list(self, tenant: str, automation_id: str) -> Sequence[Sample]:
        """An automation's samples, the newest first."""
        ...

    def insert(self, sample: Sample, most: int) -> Sequence[Write]:
        """Adds a sample; guarded: refused when the automation has `most` already."""
        ...

    def rename(self, tenant: str, automation_id: str, sample_id: str, name: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def delete(self, tenant: str, automation_id: str, sample_id: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def pins(self, tenant: str, automation_id: str) -> Sequence[Pin]:
        """The pinned results of an automation, by step id."""
        ...

    def pin(self, pin: Pin) -> Write:
        """Pins a result in place of any before."""
        ...

    def unpin(self, tenant: str, automation_id: str, step_id: str) -> Write:
        """Guarded: refused when nothing is pinned."""
        ...

    def forget(self, tenant: str, automation_id: str) -> Sequence[Write]:
        """Removes all samples and pins of an automation."""
        ...
