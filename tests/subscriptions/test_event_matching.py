"""Who is told of what: by the type of the event, and by the automation it is about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StorageUnavailable
from core.event_names import FILTER_PATTERN, NAME_PATTERN
from core.subscriptions import Scope
from engine.subscriptions.scope import is_within, takes_type
from tests.support.automations import on_webhook
from tests.support.builders import make_document
from tests.support.post_office import PostOffice
from tests.support.workbench import TENANT, Workbench

SEGMENTS = st.sampled_from(["a", "b", "run", "order", "x-1"])
NAMES = st.lists(SEGMENTS, min_size=1, max_size=4).map(".".join)
FILTERS = NAMES | NAMES.map(lambda name: f"{name}.*") | st.just("*")
IDS = st.sampled_from(["orders", "billing", "stock"])
TAGS = st.sampled_from(["red", "green", "blue"])


@given(patterns=st.lists(FILTERS, max_size=4), name=NAMES)
def test_a_type_is_taken_when_a_pattern_matches_it(patterns: list[str], name: str) -> None:
    expressions = [re.escape(one).replace(r"\*", ".+") for one in patterns]
    expected = any(re.fullmatch(one, name) for one in expressions)
    assert takes_type(patterns, name) is expected
    assert all(re.match(FILTER_PATTERN, one) for one in patterns)
    assert re.match(NAME_PATTERN, name)


@given(
    automations=st.frozensets(IDS),
    tags=st.frozensets(TAGS),
    about=st.none() | IDS,
    tagged=st.frozensets(TAGS),
)
def test_a_scope_takes_named_and_tagged_automations(
    automations: frozenset[str], tags: frozenset[str], about: str | None, tagged: frozenset[str]
) -> None:
    scope = Scope(tuple(automations), tuple(tags))
    within = is_within(scope, about, lambda _id: tagged)
    if not automations and not tags:
        assert within
    elif about is None:
        assert not within
    else:
        assert within is (about in automations or bool(tags & tagged))


@pytest.mark.parametrize(
    ("written", "event_type", "changes", "told"),
    [
        ({"events": ["run.failed"]}, "run.failed", {}, True),
        ({"events": ["run.failed"]}, "run.failed.badly", {}, False),
        ({"events": ["order.*", "run.halted"]}, "order.line.added", {}, True),
        ({"events": ["*"]}, "anything", {"automation_id": None}, True),
        ({"scope": {"automations": ["orders"]}}, "run.failed", {}, True),
        ({"scope": {"automations": ["stock"]}}, "run.failed", {}, False),
        ({"scope": {"tags": ["billing"]}}, "run.failed", {}, True),
        ({"scope": {"tags": ["billing"]}}, "run.failed", {"automation_id": "untagged"}, False),
        ({"scope": {"tags": ["red"], "automations": ["x"]}}, "run.failed", {}, False),
        ({"scope": {"tags": ["billing"]}}, "run.failed", {"automation_id": None}, False),
        ({"scope": {"tags": [], "automations": []}}, "run.failed", {"automation_id": None}, True),
        ({"enabled": False}, "run.failed", {}, False),
    ],
)
def test_a_delivery_is_made_for_whom_it_is_meant(
    bench: Workbench,
    office: PostOffice,
    written: dict[str, Any],
    event_type: str,
    changes: dict[str, Any],
    told: bool,
) -> None:
    bench.publish(make_document(tags=["billing", "shop"]), "orders")
    bench.publish(on_webhook("untagged"), "untagged")
    office.subscribe(**written)
    office.happen(event_type, **changes)
    assert len(office.all()) == int(told)


def test_what_nobody_wants_is_not_even_stored(bench: Workbench, office: PostOffice) -> None:
    bench.publish(make_document())
    bench.post()
    assert bench.store.platform_events.waiting(10) == []
    office.subscribe(events=["run.succeeded"])
    bench.post()
    assert len(bench.store.platform_events.waiting(10)) == 1


def test_each_subscription_gets_a_message_of_its_own(office: PostOffice) -> None:
    office.subscribe()
    office.subscribe()
    event = office.happen()
    assert office.stirred.is_set()
    first, second = office.all()
    assert first.event_id == second.event_id == event.id
    assert first.id != second.id


def test_another_tenant_hears_nothing(bench: Workbench, office: PostOffice) -> None:
    bench.service.tenants.create("globex", "Globex")
    office.subscribe(events=["*"])
    office.happen(tenant="globex")
    assert office.all() == []


def test_a_change_made_here_shows_at_once(bench: Workbench, office: PostOffice) -> None:
    consumer = bench.parts.relay._consumers[-1]
    assert not consumer.wants(TENANT, "run.failed")
    one, _ = office.subscribe()
    assert consumer.wants(TENANT, "run.failed")
    office.subscriptions.change(TENANT, one.id, {"events": ["order.*"]})
    assert not consumer.wants(TENANT, "run.failed")
    assert consumer.wants(TENANT, "order.created")
    office.subscriptions.delete(TENANT, one.id)
    assert not consumer.wants(TENANT, "order.created")


def test_while_nobody_can_know_an_event_counts_as_wanted(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_tenant: str) -> None:
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(bench.store.subscriptions, "enabled", away)
    assert bench.parts.relay._consumers[-1].wants(TENANT, "run.failed")
