"""What automations are tried with: sample events, and results pinned to steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.clock import Milliseconds


class SampleSource(StrEnum):
    """Where a sample event came from."""

    CAPTURED = "captured"
    """A real request, kept while somebody listened."""
    RUN = "run"
    """The event of a run, or of a request in the log."""
    EXAMPLE = "example"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample event: `method`, `path`, `query`, `headers`, `params` and `body`, masked."""

    id: str
    tenant: str
    automation_id: str
    name: str
    source: SampleSource
    event: Mapping[str, Any]
    created_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Pin:
    """A result that a trial takes for a step: `status`, `port`, `output` and `error`."""

    tenant: str
    automation_id: str
    step_id: str
    result: Mapping[str, Any]
    created_at: Milliseconds
