"""What a tenant's settings say of limits and quotas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.rates import PATTERN, WORDS, Rate, parse_rate
from core.usage import Counted

TenantSettings = Callable[[str], Mapping[str, Any]]
"""A tenant's settings, defaults filled in; asked at each request."""

MOST_THRESHOLDS = 10
LARGEST_QUOTA = 10**12


def _rate(title: str, description: str) -> dict[str, Any]:
    return {
        "type": "string",
        "title": title,
        "description": description,
        "pattern": PATTERN,
        "x-expected": WORDS,
        "examples": ["100/s"],
    }


def _quota(title: str, description: str) -> dict[str, Any]:
    return {
        "type": "integer",
        "title": title,
        "description": description,
        "minimum": 1,
        "maximum": LARGEST_QUOTA,
        "examples": [100000],
    }


LIMITS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Limits",
    "description": "How much may come in; what is too much is answered 429. Without a limit, "
    "anything. Single automations and API keys have limits of their own.",
    "additionalProperties": False,
    "properties": {
        "events": _rate(
            "Events",
            "Requests that start automations: at all trigger URLs, by the generic channel, by hand "
            "and by the API, together. Such as 100/s, 1000/m or 50000/d.",
        ),
        "calls": _rate("API calls", "Calls of the API with all keys together, whatever they do."),
    },
}

QUOTAS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Quotas of a month",
    "description": "How much may be used in a month of the calendar, in UTC.",
    "additionalProperties": False,
    "properties": {
        "events": _quota("Events", "What trigger URLs and the generic channel take in."),
        "runs": _quota("Runs", "Runs, whatever started them: replays and ticks too."),
        "thresholds": {
            "type": "array",
            "title": "Thresholds",
            "description": "At how many percent of a quota admins are told, and the event "
            "quota.threshold_crossed is announced.",
            "items": {"type": "integer", "minimum": 1, "maximum": 100},
            "maxItems": MOST_THRESHOLDS,
            "uniqueItems": True,
            "default": [80, 100],
            "examples": [[80, 100]],
        },
        "when_reached": {
            "type": "string",
            "title": "When a quota is reached",
            "description": "warn: nothing else happens. refuse: requests that would start "
            "something are answered 429 until the month ends.",
            "enum": ["warn", "refuse"],
            "default": "warn",
        },
    },
}

LIMIT_DEFAULTS: Mapping[str, Any] = {
    "limits": {},
    "quotas": {"thresholds": [80, 100], "when_reached": "warn"},
}


@dataclass(frozen=True, slots=True)
class Quotas:
    """How much may be used in a month, at how many percent to tell, and whether to refuse more."""

    sizes: Mapping[Counted, int]
    thresholds: tuple[int, ...]
    refuses: bool


def event_rate(settings: Mapping[str, Any]) -> Rate | None:
    """How many events a tenant takes in."""
    return _parsed(settings["limits"].get("events"))


def call_rate(settings: Mapping[str, Any]) -> Rate | None:
    """How many calls of the API a tenant may make."""
    return _parsed(settings["limits"].get("calls"))


def quotas_of(settings: Mapping[str, Any]) -> Quotas:
    """A tenant's quotas, from settings as they are stored or with their defaults filled in."""
    quotas = {**LIMIT_DEFAULTS["quotas"], **settings.get("quotas", {})}
    sizes = {one: quotas[one.value] for one in Counted if one.value in quotas}
    refuses = quotas["when_reached"] == "refuse"
    return Quotas(sizes, tuple(sorted(quotas["thresholds"])), refuses)


def refusing_quotas(settings: Mapping[str, Any]) -> Mapping[Counted, int]:
    """The sizes of quotas beyond which requests are refused; nearly always none."""
    if settings["quotas"]["when_reached"] != "refuse":
        return {}
    return quotas_of(settings).sizes


def _parsed(text: str | None) -> Rate | None:
    return None if text is None else parse_rate(text)
