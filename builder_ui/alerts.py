"""Alerts: which automations are in trouble now, and which were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from builder_ui.filters import asked, is_part
from builder_ui.routing import Routes
from builder_ui.state_words import StateWords
from builder_ui.visits import Visit
from core.alerts import AlertFilter, AlertRule, AlertState, NoticeState

_FIELDS = ("automation", "state")

STATE_WORDS: Mapping[AlertState, StateWords] = {
    AlertState.RAISED: StateWords("Raised", "alert", "bad"),
    AlertState.RESOLVED: StateWords("Over", "check", "good"),
}
STATES = {state.value: words.word for state, words in STATE_WORDS.items()}
"""What may be chosen as the state, in words."""
RULE_WORDS: Mapping[AlertRule, str] = {
    AlertRule.FAILURES: "Failures",
    AlertRule.FAILURE_RATE: "Failure rate",
    AlertRule.SILENCE: "Silence",
}
NOTICE_WORDS: Mapping[NoticeState, str] = {
    NoticeState.PENDING: "is being notified",
    NoticeState.DELIVERED: "was notified",
    NoticeState.FAILED: "could not be notified",
}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/alerts", index)


def index(visit: Visit) -> ResponseReturnValue:
    """A part of the list; what is raised or over comes by itself."""
    wanted = asked("/alerts", _FIELDS)
    state = wanted.get("state")
    which = AlertFilter(AlertState(state) if state in STATES else None, wanted.get("automation"))
    return render_template(
        "alerts/_list.html" if is_part() else "alerts/index.html",
        page=visit.service.alerts.list(visit.tenant, which, wanted.query),
        asked=wanted,
        names=visit.service.overview.names(visit.tenant),
        states=STATES,
        state_words=STATE_WORDS,
        rules=RULE_WORDS,
        notice_words=NOTICE_WORDS,
    )


def raised_by_automation(visit: Visit) -> Mapping[str, int]:
    """How many alerts each automation has now, by its id; those without any are left out."""
    return Counter(alert.automation_id for alert in visit.service.alerts.raised(visit.tenant))
