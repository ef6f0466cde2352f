"""What both modes reached, beside the embedded mode with one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from bench.modes import ModeRates, ModeRound, Setting

_RATES: dict[str, Callable[[ModeRates], float]] = {
    "accept": lambda rates: rates.accept.rate,
    "request_response": lambda rates: rates.request_response.rate,
    "end_to_end": lambda rates: rates.end_to_end.ended_rate,
}


def mode_figures(rounds: Sequence[ModeRound]) -> dict[str, Any]:
    """Medians by mode and number of processes; ratios to the first that was measured, by round."""
    modes: dict[str, Any] = {}
    everywhere = [one for one in rounds[0].rates if all(one in each.rates for each in rounds)]
    for setting in everywhere:
        kinds = {kind: _rate(rounds, setting, everywhere[0], rate) for kind, rate in _RATES.items()}
        modes.setdefault(setting.mode, {})[str(setting.workers)] = kinds
    missing = {what: why for each in rounds for what, why in each.missing.items()}
    return {"modes": modes, "modes_missing": missing}


def _rate(
    rounds: Sequence[ModeRound],
    setting: Setting,
    base: Setting,
    rate: Callable[[ModeRates], float],
) -> dict[str, Any]:
    taken = [each.rates for each in rounds]
    return {
        "rate": round(median(rate(each[setting]) for each in taken)),
        "ratio": round(median(rate(each[setting]) / rate(each[base]) for each in taken), 2),
    }
