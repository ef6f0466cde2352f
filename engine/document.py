"""An automation document as data, once its form is known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.duration import parse_duration
from core.model import Document
from core.rates import Rate, parse_rate
from engine.alerts.rules import NO_ALERTS, AlertRules, alert_rules
from engine.retry import RetryPolicy

FORMAT = "penstock/1"
DEFAULT_TIMEOUT: Milliseconds = 86_400_000
DEFAULT_AFTER = 3
"""Failures in a row after which a key is held."""

Next = Mapping[str, tuple[str, ...]]
"""Which steps follow each port."""


@dataclass(frozen=True, slots=True)
class TriggerDefinition:
    """What starts the automation."""

    type: str
    configuration: Mapping[str, Any]
    next: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """A node of the graph. `join` is `all` or `any`."""

    id: str
    name: str
    action: str
    configuration: Mapping[str, Any]
    next: Next
    join: str
    retry: RetryPolicy


@dataclass(frozen=True, slots=True)
class QuarantineDefinition:
    """After how many failures in a row the events of a key are held; None: the order's key."""

    key: str | None
    after: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole automation. `timeout` bounds a run from its start to its end.

    `on_failure` are the steps that come first when a run is about to end as failed or halted.
    Runs of events for which `order_by` comes to the same are executed one after another. `limit`
    bounds what comes in from outside.
    """

    name: str
    trigger: TriggerDefinition
    steps: tuple[StepDefinition, ...]
    timeout: Milliseconds
    on_failure: tuple[str, ...] = ()
    alerts: AlertRules = NO_ALERTS
    order_by: str | None = None
    quarantine: QuarantineDefinition | None = None
    limit: Rate | None = None

    def path_of(self, step_id: str) -> str:
        """The JSON path of a step."""
        ids = [step.id for step in self.steps]
        return f"$.steps[{ids.index(step_id)}]"


def read_document(document: Document) -> Definition:
    """The definition a document of right form describes (`engine.document_schema` is the form)."""
    trigger = document["trigger"]
    settings = document.get("settings", {})
    return Definition(
        name=document["name"],
        trigger=TriggerDefinition(
            type=trigger["type"],
            configuration=trigger.get("with", {}),
            next=_targets(trigger.get("next", [])),
        ),
        steps=tuple(_step(step) for step in document.get("steps", [])),
        timeout=parse_duration(settings["timeout"]) if "timeout" in settings else DEFAULT_TIMEOUT,
        on_failure=_targets(document.get("on_failure", [])),
        alerts=alert_rules(document),
        order_by=_text(settings, "order_by"),
        quarantine=_quarantine(settings),
        limit=parse_rate(settings["limit"]) if "limit" in settings else None,
    )


def _quarantine(settings: Any) -> QuarantineDefinition | None:
    """What the settings say of it; a part of another kind is left to the schema's faults."""
    quarantine = settings.get("quarantine") if isinstance(settings, Mapping) else None
    if not isinstance(quarantine, Mapping):
        return None
    after = quarantine.get("after")
    return QuarantineDefinition(
        _text(quarantine, "key"), after if isinstance(after, int) else DEFAULT_AFTER
    )


def _text(values: Any, name: str) -> str | None:
    value = values.get(name) if isinstance(values, Mapping) else None
    return value if isinstance(value, str) else None


def _step(step: Mapping[str, Any]) -> StepDefinition:
    return StepDefinition(
        id=step["id"],
        name=step.get("name", step["id"]),
        action=step["action"],
        configuration=step.get("with", {}),
        next=_ports(step.get("next", {})),
        join=step.get("join", "all"),
        retry=RetryPolicy.of(step.get("retry", {})),
    )


def _ports(following: Any) -> Next:
    """A bare list or text means the `success` port."""
    if isinstance(following, Mapping):
        return {port: _targets(targets) for port, targets in following.items()}
    return {"success": _targets(following)} if following else {}


def _targets(targets: Any) -> tuple[str, ...]:
    return (targets,) if isinstance(targets, str) else tuple(targets)
