"""The examples can be published as they are, and their events start them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actions import ACTIONS
from core.http import InboundRequest
from core.spec import Family
from core.webhooks import Received
from engine.compiler import Compiler
from engine.registry import Registry
from tests.triggers.signing import SIGNERS
from triggers import TRIGGERS, manual, schedule, webhook
from triggers.schemas import compile_schema

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(folder.parent.name for folder in EXAMPLES.glob("*/automation.json"))
EVERY = pytest.mark.parametrize("name", NAMES)
DEMO = "http://demo.partner.invalid"


def read(*path: str) -> Any:
    return json.loads(EXAMPLES.joinpath(*path).read_text())


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler(Registry(ACTIONS, TRIGGERS, compile_schema))


def auth_of(name: str) -> dict[str, Any]:
    auth: dict[str, Any] = read(name, "automation.json")["trigger"]["with"].get("auth", {})
    return auth


def signed(auth: dict[str, Any], raw: bytes) -> dict[str, str]:
    """What the provider adds to a body that it sends at moment 0, with the last of the secrets."""
    if auth.get("type") != "signature":
        return {}
    signer = next(one for one in SIGNERS if one.scheme == auth["scheme"])
    return signer.sign(read("secrets.json")[auth["secrets"][-1]], raw, 0)


class DemoSecrets:
    def reveal(self, name: str) -> str | None:
        return read("secrets.json").get(name)


def sent_by(step: dict[str, Any]) -> list[tuple[str, str]]:
    """The method and URL of everything that a step sends."""
    if step["action"] in {"send-webhook", "empty-ping"}:
        return [(step["with"].get("method", "POST"), step["with"]["url"])]
    if step["action"] == "send-notification":
        posted = (one.removeprefix("json://").partition("?")[0] for one in step["with"]["to"])
        return [("POST", f"http://{place}") for place in posted]
    return []


def test_there_are_at_least_six_each_with_its_page():
    assert len(NAMES) >= 6
    overview = (EXAMPLES / "README.md").read_text()
    for name in NAMES:
        assert f"{name}/README.md" in overview
        assert (EXAMPLES / name / "README.md").read_text().startswith("# ")


@EVERY
def test_it_can_be_published(compiler, name):
    assert compiler.faults(read(name, "automation.json")) == ()


@EVERY
def test_its_secrets_have_demo_values(name):
    text = (EXAMPLES / name / "automation.json").read_text()
    named = set(re.findall(r"<secrets\.(\w+)>", text)) | set(re.findall(r'"secret": "(\w+)"', text))
    named |= set(auth_of(name).get("secrets", ()))
    assert named <= read("secrets.json").keys()


@EVERY
def test_its_collections_are_there_with_records_that_fit(name):
    document, known = read(name, "automation.json"), read("collections.json")
    parts = [document["trigger"], *document["steps"]]
    assert {part["with"]["collection"] for part in parts if "collection" in part["with"]} <= set(
        known
    )
    for collection in known.values():
        check = compile_schema(collection["schema"], "$")
        assert [check.faults(record) for record in collection["records"]] == [
            [] for _ in collection["records"]
        ]


@EVERY
def test_it_sends_only_to_endpoints_the_overview_describes(name):
    described = re.findall(r"^\| `(\w+) (/\S+)`", (EXAMPLES / "README.md").read_text(), re.M)
    for step in read(name, "automation.json")["steps"]:
        for method, url in sent_by(step):
            assert url.startswith(f"{DEMO}/")
            path = re.sub(r"<[^>]*>", "<>", url.removeprefix(DEMO))
            assert (method, path) in {(m, re.sub(r"<[^>]*>", "<>", p)) for m, p in described}


@EVERY
def test_its_canvas_places_every_step(name):
    document = read(name, "automation.json")
    assert document["canvas"].keys() == {step["id"] for step in document["steps"]}


@EVERY
def test_its_event_starts_it(name):
    trigger, event = read(name, "automation.json")["trigger"], read(name, "event.json")
    assert event.keys() == {"method", "path", "headers", "query", "body"}
    if trigger["type"] == "manual":
        assert manual.compile_trigger(trigger["with"]).check(event["body"]) == ()
        return
    if trigger["type"] == "schedule":
        tick = Draft202012Validator(schedule.SPEC.output["properties"]["body"])
        assert list(tick.iter_errors(event["body"])) == []
        return
    if TRIGGERS[trigger["type"]].SPEC.family is not Family.REQUEST:
        assert isinstance(event["body"], dict)
        return
    body = event["body"]
    raw = (body if isinstance(body, str) else json.dumps(body)).encode()
    request = InboundRequest(
        method=event["method"],
        path=event["path"],
        query=event["query"],
        headers={key.lower(): value for key, value in event["headers"].items()}
        | signed(auth_of(name), raw),
        remote_address="127.0.0.1",
        read_body=lambda _limit: raw,
    )
    compiled = webhook.compile_trigger(trigger["with"])
    received = compiled.receive(request, {}, DemoSecrets(), lambda _key: 401, 0)
    assert isinstance(received, Received), received
    pattern = re.sub(r"\{\w+\}", "[^/]+", compiled.path)
    assert re.fullmatch(pattern, event["path"])
    assert event["method"] in compiled.methods
