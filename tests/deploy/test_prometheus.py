"""Alert rules and the dashboard's questions, judged and run by Prometheus' own promtool.

No Prometheus and no Grafana were started: of the dashboard the structure is looked at.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.debian import find_or_install
from tests.support.server import ROOT

RULES = ROOT / "deploy" / "prometheus" / "penstock.rules.yaml"
CONFIGURATION = ROOT / "deploy" / "prometheus" / "prometheus.yaml"
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "penstock.json").read_text())
STORIES = Path(__file__).with_name("penstock.rules.test.yaml")
TOLD = {
    "penstock_oldest_due_seconds",
    "penstock_runs",
    "penstock_runs_ended_total",
    "penstock_accepted_events_total",
    "penstock_attempt_duration_seconds",
    "penstock_lease_rescues_total",
    "penstock_dead_letters_total",
    "penstock_breaker_state",
    "penstock_commit_duration_seconds",
    "penstock_pool_wait_seconds",
}
"""The measurements that `GET /metrics` promises."""
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


def test_prometheus_takes_the_configuration_and_the_rules():
    promtool("check", "config", CONFIGURATION)
    promtool("check", "rules", RULES)


def test_each_alert_is_raised_when_it_should_be_and_not_before(tmp_path):
    shutil.copy(RULES, tmp_path)
    shutil.copy(STORIES, tmp_path)
    promtool("test", "rules", tmp_path / STORIES.name)


def test_there_is_a_story_of_every_alert_and_one_in_which_all_is_well():
    told = yaml.safe_load(STORIES.read_text())["tests"]
    quiet = {case["alertname"] for case in told[0]["alert_rule_test"]}
    raised = {
        case["alertname"]
        for story in told
        for case in story["alert_rule_test"]
        if case.get("exp_alerts")
    }
    alerts = {rule["alert"] for rule in rules()}
    assert (quiet, raised) == (alerts, alerts)


def test_every_alert_says_how_bad_it_is_and_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical"), rule["alert"]
        assert rule["annotations"].keys() == {"summary", "description"}


def test_only_measurements_that_are_promised_are_asked_for():
    asked = {name for expression in expressions() for name in measurements(expression)}
    assert asked == TOLD


def test_prometheus_understands_every_question_of_the_dashboard(tmp_path):
    recorded = [
        {"record": f"question_{number}", "expr": expression}
        for number, expression in enumerate(questions())
    ]
    file = tmp_path / "questions.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "questions", "rules": recorded}]}))
    promtool("check", "rules", file)


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_every_panel_is_whole(panel):
    assert panel["type"] in ("stat", "timeseries")
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"] == DATASOURCE
    assert all(target["datasource"] == DATASOURCE for target in panel["targets"])
    references = [target["refId"] for target in panel["targets"]]
    assert len(set(references)) == len(references) > 0


def test_panels_stand_beside_each_other_and_not_over_each_other():
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
    below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
    return not (beside or below)


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def questions() -> Iterator[str]:
    """What the dashboard asks Prometheus, with Grafana's variables filled in."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "1m")


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from questions()


def measurements(expression: str) -> set[str]:
    """The measurements of Penstock's that an expression names; of a histogram, its own name."""
    named = re.findall(r"\bpenstock_[a-z_]+", expression)
    return {re.sub(r"_seconds_(bucket|count|sum)$", "_seconds", name) for name in named}


def promtool(*arguments: str | Path) -> None:
    program = find_or_install(lambda: shutil.which("promtool"), "promtool", "prometheus")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
