"""Which automation of a tenant a path belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.model import Automation
from core.webhooks import WebhookTrigger
from engine.plan import Plan

_SEGMENT = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class LiveWebhook:
    """A published automation that a webhook starts."""

    automation: Automation
    version: int
    plan: Plan
    webhook: WebhookTrigger


@dataclass(frozen=True, slots=True)
class Match:
    """An automation whose path fits, and what its `{name}` segments hold."""

    live: LiveWebhook
    params: Mapping[str, str]


class Routes:
    """The webhook paths of a tenant. Literal paths come before patterns, longer literals first."""

    def __init__(self, webhooks: Iterable[LiveWebhook]) -> None:
        self._literal: dict[str, list[Match]] = {}
        patterns: list[tuple[re.Pattern[str], LiveWebhook]] = []
        for live in webhooks:
            path = live.webhook.path.strip("/")
            if _SEGMENT.search(path):
                patterns.append((path_pattern(path), live))
            else:
                self._literal.setdefault(path, []).append(Match(live, {}))
        self._patterns = sorted(patterns, key=lambda entry: _holes(entry[1].webhook.path))

    def find(self, path: str) -> list[Match]:
        """Every automation whose path fits, the most specific first, whatever its methods."""
        path = path.strip("/")
        found = list(self._literal.get(path, ()))
        for pattern, live in self._patterns:
            if fit := pattern.fullmatch(path):
                found.append(Match(live, fit.groupdict()))
        return found


def path_pattern(path: str) -> re.Pattern[str]:
    """The pattern a trigger's path stands for: `{name}` takes one whole segment."""
    parts = _SEGMENT.split(path.strip("/"))
    literals, names = parts[::2], parts[1::2]
    pattern = re.escape(literals[0])
    for name, literal in zip(names, literals[1:], strict=True):
        pattern += f"(?P<{name}>[^/]+){re.escape(literal)}"
    return re.compile(pattern)


def path_shape(path: str) -> str:
    """A path with its names left out: two triggers of one shape would take the same requests."""
    return _SEGMENT.sub("{}", path.strip("/"))


def _holes(path: str) -> int:
    return len(_SEGMENT.findall(path))
