"""Forms are made from SPECs, show whatever a draft holds, and hold it exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from builder_ui import frame
from builder_ui.forms import ABSENT, kinds
from builder_ui.forms.fields import path_of
from builder_ui.forms.nodes import FAILURE_NODE, TRIGGER_NODE, node_form
from builder_ui.inspecting import KIND_TITLES
from engine.compiler import Compiler
from engine.drafts.faults import DraftFaults
from engine.drafts.sketches import SketchService
from tests.support import form_reader
from tests.support.builders import make_document, send, step
from tests.support.form_reader import Element, keys_of, owners, value_of
from wiring import action_and_trigger_registry

REGISTRY = action_and_trigger_registry()
SKETCHES = SketchService(REGISTRY, DraftFaults(REGISTRY, Compiler(REGISTRY)))
SCHEMAS = {name: one.SPEC.schema for name, one in REGISTRY.actions.items()}
TRIGGER_SCHEMAS = {name: one.SPEC.schema for name, one in REGISTRY.triggers.items()}
TEMPLATES = Environment(loader=FileSystemLoader("builder_ui/templates"), autoescape=True)
TEMPLATES.globals["icon"] = frame.icon

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "5", "1e3", "<order.id>", "{{ order.id }}", "{{x}}", "a\r\nb", "\n", "2xx"]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def drawn(document: Any, node: str, *, may_build: bool = True) -> Element:
    """The form of a node, as a browser has it."""
    form = node_form(REGISTRY, document, node, ["PARTNER_TOKEN"])
    assert form is not None
    template = TEMPLATES.get_template("builder/inspector/configure.html")
    page = template.render(node=form, may_build=may_build, kind_titles=KIND_TITLES, visit=None)
    return form_reader.parse(page)


def paths_of(page: Element) -> set[str]:
    return {
        one.data("path") or one.data("field")
        for one in page.walk()
        if one.data("path") or one.data("field")
    }


def held(page: Element) -> dict[str, Any]:
    """The step that the controls make together, and nothing else does."""
    made: dict[str, Any] = {}
    for owner in owners(page):
        value = value_of(owner)
        if value is not form_reader.ABSENT:
            put(made, full_keys(owner), value)
    return made


def full_keys(owner: Element) -> tuple[Any, ...]:
    root = owner.above("data-root")
    assert root is not None
    return keys_of(owner) if root.data("root") == "step" else ("with", *keys_of(owner))


def put(made: dict[str, Any], keys: tuple[Any, ...], value: Any) -> None:
    if not keys:
        made.clear()
        made.update(value)
    elif len(keys) == 1:
        made[keys[0]] = value
    else:
        put(made.setdefault(keys[0], {}), keys[1:], value)


def filled(value: Any) -> Any:
    """A value without its empty objects, which have no control of their own."""
    if not isinstance(value, Mapping):
        return value
    inner = {key: filled(item) for key, item in value.items()}
    return {key: item for key, item in inner.items() if item != {}}


def fitting(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values as the schema's author meant them, beside any others."""
    known = [*schema.get("examples", ()), *schema.get("enum", ())]
    if "default" in schema:
        known.append(schema["default"])
    return st.one_of(st.sampled_from(known), JSON) if known else JSON


def configurations(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    members = {name: fitting(own) for name, own in schema["properties"].items()}
    known = st.fixed_dictionaries({}, optional=members)
    unknown = st.dictionaries(st.sampled_from(["x-own", "it's", "", "héllo"]), JSON, max_size=1)
    return st.one_of(st.builds(lambda one, other: {**one, **other}, known, unknown), JSON)


@pytest.mark.parametrize("action", SCHEMAS)
def test_every_field_of_every_action_has_its_place(action):
    page = drawn(make_document(step("one", action, {})), "one")
    assert set(SCHEMAS[action]["properties"]) <= paths_of(page)


@pytest.mark.parametrize("kind", TRIGGER_SCHEMAS)
def test_every_field_of_every_trigger_has_its_place(kind):
    schema = TRIGGER_SCHEMAS[kind]
    ways: list[dict[str, Any]] = [{way: "x"} for way in schema.get("x-alternatives", ())]
    pages = [
        drawn(make_document(trigger={"type": kind, "with": one}), TRIGGER_NODE)
        for one in ways or [{}]
    ]
    assert set(schema["properties"]) <= {path for page in pages for path in paths_of(page)}


@pytest.mark.parametrize(
    ("configuration", "shown"),
    [
        ({}, {"cron", "timezone"}),
        ({"cron": "0 9 * * *"}, {"cron", "timezone"}),
        ({"every": "1h"}, {"every", "from"}),
        ({"at": "2026-12-24T18:00:00Z", "missed": "skip"}, {"at"}),
        ({"at": "2026-12-24T18:00:00Z", "every": "1h"}, {"every", "from", "at"}),
        ({"timezone": "UTC", "every": 7}, {"every", "from", "timezone"}),
    ],
)
def test_of_several_ways_one_is_shown_and_what_stands_there_beside_it(configuration, shown):
    page = drawn(make_document(trigger={"type": "schedule", "with": configuration}), TRIGGER_NODE)
    assert paths_of(page) & {"cron", "timezone", "every", "from", "at"} == shown
    assert held(page) == {"with": configuration} if configuration else held(page) == {}


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_form_holds_exactly_what_the_draft_has(data):
    action = data.draw(st.sampled_from(sorted(SCHEMAS)))
    configuration = data.draw(configurations(SCHEMAS[action]))
    page = drawn(make_document({"id": "one", "action": action, "with": configuration}), "one")
    if isinstance(configuration, Mapping):
        made = with_kind(held(page).get("with", {}), configuration, page)
        assert filled(made) == filled(configuration)
    else:
        assert [value_of(one) for one in owners(page) if full_keys(one) == ("with",)] == [
            configuration
        ]


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_trigger_s_form_holds_exactly_what_the_draft_has(data):
    kind = data.draw(st.sampled_from(sorted(TRIGGER_SCHEMAS)))
    configuration = data.draw(
        configurations(TRIGGER_SCHEMAS[kind]).filter(lambda one: isinstance(one, dict))
    )
    page = drawn(make_document(trigger={"type": kind, "with": configuration}), TRIGGER_NODE)
    made = with_kind(held(page).get("with", {}), configuration, page)
    assert filled(made) == filled(configuration)


def with_kind(
    made: dict[str, Any], configuration: Mapping[str, Any], page: Element
) -> dict[str, Any]:
    """The kind of `auth`, an object of several kinds, is chosen by a select of its own."""
    auth = made.get("auth", {})
    if not isinstance(configuration.get("auth"), dict) or not isinstance(auth, dict):
        return made
    chosen = [
        one.attributes["value"]
        for select in page.find("data-variants")
        for one in select.find("selected")
    ]
    return {**made, "auth": {**auth, **({"type": chosen[0]} if chosen else {})}}


@settings(max_examples=100)
@given(retry=JSON, join=JSON, name=JSON, extra=JSON)
def test_what_every_step_has_is_held_too(retry, join, name, extra):
    own = {"name": name, "retry": retry, "join": join, "extra": extra}
    page = drawn(make_document(send("one", "https://p.example", **own)), "one")
    made = held(page)
    assert filled({key: made[key] for key in own if key in made}) == filled(own)


ODD_TEXTS = [
    "",
    " ",
    "\n",
    "a\r\nb",
    "\x00",
    "\ufeff<x>",
    "{{  a }}",
    "{{ a }} b }}",
    "5",
    "null",
    '"',
]


@pytest.mark.parametrize("text", ODD_TEXTS)
@pytest.mark.parametrize(
    "configuration",
    [
        lambda text: {"method": text, "url": text, "timeout": text, "redirects": text},
        lambda text: {"headers": {"X": text, text: 1}, "query": {"list": [text]}},
        lambda text: {"body": text},
        lambda text: {"body": text, "body_type": "text"},
        lambda text: {"body": {text: text}, "body_type": "form"},
        lambda text: {"body_type": text, "wait": text, "sign": {"secret": text, text: {}}},
        lambda text: {"codes": {"retry": [text, text], text: ["2xx"]}},
        lambda text: {"codes": {"retry": [text]}, text: text},
    ],
)
def test_odd_texts_are_held_wherever_they_stand(configuration, text):
    odd = configuration(text)
    page = drawn(make_document({"id": "one", "action": "send-webhook", "with": odd}), "one")
    assert filled(held(page)["with"]) == filled(odd)


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_branches_are_held(text):
    branches = [{"port": text, "when": "a"}, {"port": "large", "when": text}]
    page = drawn(make_document(step("one", "choose", {"branches": branches})), "one")
    assert held(page)["with"] == {"branches": branches}


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("plain <order.id>", kinds.TEXT, "plain <order.id>"),
        ("{{ order.id }}", kinds.EXPRESSION, "order.id"),
        ("{{order.id}}", kinds.TEXT, "{{order.id}}"),
        ("{{ a }} and {{ b }}", kinds.TEXT, "{{ a }} and {{ b }}"),
        (5, kinds.JSON, "5"),
        (None, kinds.JSON, "null"),
        ({"a": ["<b>"]}, kinds.JSON, '{"a": ["<b>"]}'),
    ],
)
def test_a_value_of_a_row_stands_in_the_form_it_was_written_in(value, kind, text):
    document = make_document(step("one", "set-values", {"values": {"total": value}}))
    row = drawn(document, "one").find("data-row")[0]
    control = row.find("data-value")[0]
    assert (control.data("kind"), control.text.removeprefix("\n")) == (kind, text)


def test_the_kind_of_authentication_decides_on_its_fields():
    auth = {"type": "hmac", "header": "X-Signature", "secret": "PARTNER_TOKEN", "own": 1}
    page = drawn(make_document(trigger={"type": "webhook", "with": {"auth": auth}}), TRIGGER_NODE)
    shown = {one.data("field") for one in page.find("data-field")}
    assert {"auth.header", "auth.secret", "auth.tolerance", "auth.own"} <= shown
    assert "auth.user" not in shown


def test_a_sending_step_has_its_own_kinds_of_authentication():
    auth = {"type": "oauth2", "token_url": "https://p.example/token", "client_id": "shop"}
    page = drawn(make_document(send("one", "u", with_={"auth": auth})), "one")
    shown = {one.data("field") for one in page.find("data-field")}
    assert {"auth.token_url", "auth.client_id", "auth.secret", "auth.client_auth"} <= shown
    assert "auth.user" not in shown
    [select] = page.find("data-variants")
    titles = [one.text.strip() for one in select.walk() if one.tag == "option"]
    assert titles[0] == "Nothing is added"
    assert "OAuth 2 (client credentials)" in titles


def test_a_body_is_drawn_as_what_it_is_sent_as():
    for body_type, body, expected in [
        ("form", {"a": "<order.id>"}, "rows"),
        ("text", "<order/>", "control"),
        ("json", {"a": 1}, "control"),
    ]:
        document = make_document(send("one", "u", with_={"body": body, "body_type": body_type}))
        body_owner = next(
            one for one in owners(drawn(document, "one")) if keys_of(one) == ("body",)
        )
        assert body_owner.data("value") == expected


@pytest.mark.parametrize(
    ("secrets", "widget", "known"),
    [
        (["PARTNER_TOKEN"], "secret-names", True),
        (["PARTNER_TOKEN", ""], "secret-names", True),
        (["PARTNER_TOKEN", "GONE"], "secret-names", False),
        ([], "secret-names", True),
        ("PARTNER_TOKEN", "json", None),
        ([1], "json", None),
    ],
)
def test_names_of_secrets_are_a_list_that_tells_which_is_none(secrets, widget, known):
    auth = {"type": "signature", "scheme": "github", "secrets": secrets}
    trigger = {"type": "webhook", "with": {"path": "orders", "auth": auth}, "next": []}
    form = node_form(REGISTRY, make_document(trigger=trigger), TRIGGER_NODE, ["PARTNER_TOKEN"])
    assert form is not None
    [shown] = [one for one in form.form.fields if one.path == "auth"]
    fields = {one.path: one for one in shown.fields}
    assert fields["auth.secrets"].widget == widget
    assert fields["auth.secrets"].data.get("known") is known
    [chosen] = [one for one in fields["auth.scheme"].options if one.chosen]
    assert (chosen.value, chosen.title) == ("github", "GitHub")
    assert "HMAC-SHA256" in chosen.meaning


def test_fields_that_have_defaults_are_folded_and_those_set_are_counted():
    form = node_form(
        REGISTRY, make_document(send("one", "u", with_={"timeout": "5s", "wait": False})), "one"
    )
    assert form is not None
    assert [one.path for one in form.form.advanced] == [
        "timeout",
        "connect_timeout",
        "redirects",
        "max_response",
        "sign",
        "wait",
    ]
    assert form.form.advanced_set == 2


def test_members_that_no_schema_knows_stand_under_other():
    document = make_document({**send("one", "u", with_={"ulr": "typo"}), "note": "mine"})
    form = node_form(REGISTRY, document, "one")
    assert form is not None
    assert [one.path for one in form.form.others] == ["ulr"]
    assert [one.path for one in form.others] == ["note"]


def test_a_step_of_no_known_action_is_shown_as_json():
    page = drawn(make_document(step("one", "teleport", {"to": "moon"})), "one")
    assert held(page)["with"] == {"to": "moon"}


def test_what_follows_each_port_is_listed_with_what_could_follow():
    document = make_document(
        send("one", "u", next={"success": ["two"], "gone": ["two"]}),
        step("two", "stop", {}, name="End"),
    )
    form = node_form(REGISTRY, document, "one")
    assert form is not None
    ports = {port.name: [one.title for one in port.targets] for port in form.ports}
    assert ports == {"success": ["End"], "error": [], "gone": ["End"]}
    assert [port.name for port in form.ports if not port.known] == ["gone"]
    assert [one.value for one in form.candidates] == ["two"]


def test_what_follows_a_failure_is_listed_and_has_no_fields():
    document = make_document(send("a", "u"), send("tell", "u"), on_failure=["tell"])
    form = node_form(REGISTRY, document, FAILURE_NODE)
    assert form is not None
    assert not form.is_step and not form.is_trigger
    assert [(port.name, port.taken) for port in form.ports] == [("success", {"tell"})]
    assert [one.value for one in form.candidates] == ["a", "tell"]
    assert held(drawn(document, FAILURE_NODE)) == {}


def test_only_a_step_to_which_several_ways_lead_asks_how_they_join():
    both = make_document(
        send("one", "u", next={"success": "two", "error": ["two"]}), step("two", "stop", {})
    )
    one, two = (node_form(REGISTRY, both, node) for node in ("one", "two"))
    assert one is not None
    assert two is not None
    assert one.join is None
    assert two.join is not None


@settings(max_examples=60)
@given(data=st.data())
def test_every_fault_of_a_configuration_has_a_field_to_stand_at(data):
    action = data.draw(st.sampled_from(sorted(SCHEMAS)))
    members = {name: fitting(own) for name, own in SCHEMAS[action]["properties"].items()}
    configuration = data.draw(st.fixed_dictionaries({}, optional=members))
    document = make_document({"id": "one", "action": action, "with": configuration})
    shown = paths_of(drawn(document, "one"))
    for fault in SKETCHES.sketch("acme", document)["faults"]:
        if fault["step"] == "one" and fault["field"]:
            assert any(leads_to(path, fault["field"]) for path in shown), fault


def leads_to(path: str, fault: str) -> bool:
    return fault == path or fault.startswith((f"{path}.", f"{path}["))


def test_somebody_who_may_not_build_can_look_and_not_change():
    document = make_document(
        send("one", "https://p.example", with_={"headers": {"A": "b"}, "codes": {"retry": ["5xx"]}})
    )
    page = drawn(document, "one", may_build=False)
    for one in page.walk():
        if one.tag in ("textarea", "input", "select"):
            assert "readonly" in one.attributes or "disabled" in one.attributes, one.attributes
        if one.tag == "button" and not {"data-explain", "data-goto"} & one.attributes.keys():
            assert "disabled" in one.attributes, one.attributes


def test_paths_are_those_of_faults():
    assert path_of(("headers", "X-Order", 0)) == "headers['X-Order'][0]"
    assert path_of(()) == ""
    assert repr(ABSENT) != "None"
