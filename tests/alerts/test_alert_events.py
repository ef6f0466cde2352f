"""Alerts are platform events: automations can wait for them."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from engine.events.catalogue import EVENT_TYPES
from tests.support.alerts import BEAT, HOUR, fail, syncing, turn
from tests.support.builders import make_document, step
from tests.support.workbench import Workbench


def hearing(event: str) -> dict[str, Any]:
    keep = step("keep", "set-values", {"values": {"kept": "<trigger.body>"}})
    document = make_document(keep)
    document["trigger"] = {"type": "event", "with": {"event": event}, "next": ["keep"]}
    return document


def test_an_automation_hears_of_alerts_and_of_their_end(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 2}))
    bench.publish(hearing("alert.*"), "ears")
    fail(bench, 2)
    turn(bench, BEAT)
    bench.tell()
    turn(bench, 2 * HOUR)
    bench.tell()

    heard = [run.output["kept"] for run in bench.runs("ears")]
    assert [one["resolved_at"] is None for one in heard] == [True, False]
    for name, data in zip(("alert.raised", "alert.resolved"), heard, strict=True):
        assert list(Draft202012Validator(dict(EVENT_TYPES[name].schema)).iter_errors(data)) == []
        assert data.keys() == EVENT_TYPES[name].example.keys()
        assert (data["automation_id"], data["rule"]) == ("orders", "failures")


def test_who_is_not_watched_any_more_is_told_nobody(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 1}))
    fail(bench)
    turn(bench, BEAT)
    bench.publish(hearing("alert.*"), "ears")
    bench.publish(syncing())
    turn(bench, BEAT)
    bench.tell()
    assert bench.runs("ears") == []
