"""What holds back what comes in: the gate of the limits, and the quotas of a month."""

from __future__ import annotations

from dataclasses import dataclass

from engine.limits.gate import Gate
from engine.limits.quotas import QuotaGuard


@dataclass(frozen=True, slots=True)
class Limits:
    """Both; whoever starts something from outside asks them."""

    gate: Gate
    quotas: QuotaGuard
