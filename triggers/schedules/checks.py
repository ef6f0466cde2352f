"""The faults of a schedule that no schema can say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from core.clock import Milliseconds
from core.duration import format_duration, parse_duration
from triggers.schedules.cron import cron_faults
from triggers.schedules.moments import parse_moment
from triggers.schedules.schema import ALTERNATIVES
from triggers.schedules.zones import zone_fault

LEAST_INTERVAL: Milliseconds = 1_000
MOST_INTERVAL: Milliseconds = 366 * 86_400_000

_KINDS = ", ".join(ALTERNATIVES)


def schedule_faults(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Faults as (path below `with`, message); for schema-valid input."""
    return [
        *_kind_faults(configuration),
        *_company_faults(configuration),
        *(
            (name, fault)
            for name, check in _CHECKS.items()
            if name in configuration
            for fault in check(configuration[name])
        ),
    ]


def _kind_faults(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = [kind for kind in ALTERNATIVES if kind in configuration]
    if not kinds:
        yield next(iter(ALTERNATIVES)), f"is missing; a schedule has one of {_KINDS}"
    for kind in kinds[1:]:
        yield kind, f"there is {kinds[0]} already; a schedule has one of {_KINDS}"


def _company_faults(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, company in ALTERNATIVES.items():
        for name in company:
            if name in configuration and kind not in configuration:
                yield name, f"goes only with {kind}; remove it"


def _zone_faults(name: str) -> Iterator[str]:
    if fault := zone_fault(name):
        yield fault


def _interval_faults(text: str) -> Iterator[str]:
    try:
        interval = parse_duration(text)
    except ValueError as error:
        yield str(error)
        return
    if not LEAST_INTERVAL <= interval <= MOST_INTERVAL:
        allowed = f"{format_duration(LEAST_INTERVAL)} and {format_duration(MOST_INTERVAL)}"
        yield f"{text} is not between {allowed}"


def _moment_faults(text: str) -> Iterator[str]:
    try:
        parse_moment(text)
    except ValueError as error:
        yield str(error)


_CHECKS: Mapping[str, Callable[[str], Iterable[str]]] = {
    "cron": cron_faults,
    "timezone": _zone_faults,
    "every": _interval_faults,
    "from": _moment_faults,
    "at": _moment_faults,
}
