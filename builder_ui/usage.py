"""What is used of the month, as Home and Settings show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.usage import Counted
from engine.limits.usage import UsageReport

_LABELS = {Counted.EVENTS: "Events taken in", Counted.RUNS: "Runs"}


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One thing that is counted. Without a `quota` nothing is said of how much may be used."""

    label: str
    used: int
    quota: int | None
    told: bool
    """Whether a threshold is crossed."""

    @property
    def percent(self) -> int:
        """How much of the quota is used, rounded down."""
        return self.used * 100 // self.quota if self.quota else 0

    @property
    def state(self) -> str:
        """How it stands: `good`, `warn` once a threshold is crossed, `bad` when it is used up."""
        if self.percent >= 100:
            return "bad"
        return "warn" if self.told else "good"


def usage_lines(report: UsageReport) -> Sequence[UsageLine]:
    """A line for each thing that is counted."""
    return [_line(report, counted) for counted in Counted]


def _line(report: UsageReport, counted: Counted) -> UsageLine:
    quota = report.quotas.get(counted)
    told = any(one.counted is counted and one.size == quota for one in report.crossings)
    return UsageLine(_LABELS[counted], report.used.of(counted), quota, told)
