"""Deliveries to an endpoint that must be left alone: they wait, and lose no attempt."""

from __future__ import annotations

from core.request_store import RequestFilter
from core.subscriptions import DeliveryStatus
from core.writes import ListQuery
from engine.care.breaker import CircuitState
from engine.care.endpoint import SUBSCRIPTION, User
from tests.support.builders import NOW, make_document, send
from tests.support.post_office import PostOffice
from tests.support.workbench import TENANT, Workbench, answered, unreachable

ORIGIN = "https://partner.example"


def open_circuit(office: PostOffice) -> None:
    """Ten deliveries that nobody answers."""
    office.bench.partner.answers(unreachable())
    for _ in range(10):
        office.happen()
    office.send_due()
    office.bench.partner.answers(answered(204))


def test_deliveries_that_nobody_answers_open_the_circuit_of_their_origin(
    bench: Workbench, office: PostOffice
) -> None:
    one, _ = office.subscribe()
    open_circuit(office)
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.origin, view.state) == (ORIGIN, CircuitState.OPEN)
    assert view.used_by == (User(SUBSCRIPTION, one.id),)


def test_what_is_held_back_is_neither_an_attempt_nor_logged_and_goes_in_its_turn(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    open_circuit(office)
    office.happen()
    sent = len(office.received)
    office.send_due()

    held = office.all()[-1]
    assert (held.status, held.tries, held.attempts) == (DeliveryStatus.PENDING, 0, ())
    assert held.due_at == NOW + 30_000
    assert "the circuit of https://partner.example is open until" in str(held.error)
    assert len(office.received) == sent
    logged = bench.service.requests.list(TENANT, RequestFilter(), ListQuery(limit=100)).items
    assert len(logged) == sent

    bench.clock.turn(30_000)
    office.send_due()
    delivered = office.all()[-1]
    assert (delivered.status, delivered.tries, delivered.error) == (
        DeliveryStatus.DELIVERED,
        1,
        None,
    )


def test_automations_and_subscriptions_spare_an_origin_together(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    bench.partner.answers(unreachable())
    bench.publish(make_document(send("sync", f"{ORIGIN}/sync", retry={"attempts": 1})))
    for _ in range(10):
        bench.post()
    sent = len(office.received)
    office.happen()

    office.send_due()

    assert len(office.received) == sent
    assert {one.tries for one in office.all()} == {0}


def test_an_endpoint_that_is_a_secret_stays_one(bench: Workbench, office: PostOffice) -> None:
    bench.service.secrets.put(TENANT, "HOOK", "https://hidden.example")
    office.subscribe(url="<secrets.HOOK>/hooks")
    open_circuit(office)
    office.happen()
    office.send_due()
    [view] = bench.service.endpoints.list(TENANT)
    assert view.origin == "[secret:HOOK]"
    assert "hidden.example" not in repr((view, office.all()))


def test_an_example_says_that_the_circuit_is_open(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe()
    open_circuit(office)
    sent = office.examples.send(TENANT, one.id, "run.failed")
    assert (sent.delivered, sent.entry) == (False, None)
    assert "the circuit of https://partner.example is open until" in str(sent.reason)
    bench.service.endpoints.close(TENANT, bench.service.endpoints.list(TENANT)[0].id)
    assert office.examples.send(TENANT, one.id, "run.failed").delivered
