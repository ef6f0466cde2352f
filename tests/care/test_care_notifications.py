"""Notifications whose service must be left alone: put off, not lost, and in nobody's way."""

from __future__ import annotations

from typing import Any

import pytest

from core.alerts import AlertFilter, NoticeState
from core.masking import Masker
from core.notifications import Notification, NotificationResult
from core.request_store import RequestFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.care.breaker import CircuitState, Ending
from engine.care.endpoint import ALERTS, AUTOMATION, User
from engine.care.notifier import judge, service_of
from engine.care.sender import Caller
from tests.support.alerts import BEAT, fail, syncing, turn
from tests.support.builders import NOW, make_document, step
from tests.support.workbench import TENANT, Workbench

MAIL = "mailtos://ada:hunter2-secret@mail.example?to=ada@example.org"
CHAT = "json://chat.example/T0KEN-A"
SILENT = NotificationResult("mailtos://mail.example", 15_000, None, "no answer in time", True)
CALLER = Caller(TENANT, User(AUTOMATION, "other"), placed=False)


def open_circuit(bench: Workbench, address: str = MAIL) -> None:
    """Ten notifications that their service does not answer."""
    bench.people.out_of_reach[address] = SILENT
    notifier = bench.parts.executor.tools.notifier
    for _ in range(10):
        assert not notifier.notify(address, Notification("hello"), CALLER, Masker({})).delivered
    bench.people.out_of_reach.clear()


def tell(bench: Workbench, *to: str, **rest: Any) -> None:
    configuration = {"to": list(to), "body": "It is late."}
    bench.publish(make_document(step("tell", "send-notification", configuration, **rest)))
    bench.post()


@pytest.fixture(autouse=True)
def _addresses(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "MAIL", MAIL)
    bench.service.secrets.put(TENANT, "CHAT", CHAT)


def logged(bench: Workbench) -> int:
    page = bench.service.requests.list(TENANT, RequestFilter(direction="out"), ListQuery(limit=50))
    return len(page.items)


def test_a_step_is_put_off_and_tells_those_alone_whom_it_has_not_told(bench: Workbench) -> None:
    open_circuit(bench)
    tell(bench, "CHAT", "MAIL", retry={"attempts": 1})

    run, [attempt] = bench.last_run(), bench.steps()["tell"].attempts
    assert (run.status, run.due_at) == (RunStatus.WAITING, NOW + 30_000)
    assert (attempt.number, attempt.outcome) == (1, "deferred")
    assert "the circuit of mailtos://mail.example is open until" in str(attempt.reason)
    assert logged(bench) == 1
    bench.clock.turn(30_000)
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [address for address, _ in bench.people.told] == [CHAT, MAIL]
    assert bench.steps()["tell"].output == {
        "results": [{"to": "CHAT", "delivered": True}, {"to": "MAIL", "delivered": True}]
    }


@pytest.mark.parametrize("breaks", [True, False])
def test_what_was_never_sent_says_nothing_of_its_service_and_keeps_no_place(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    def break_off(_address: str, _notification: Notification) -> NotificationResult:
        raise ZeroDivisionError

    bench.people.out_of_reach[CHAT] = NotificationResult("", 0, None, "no such option", False)
    if breaks:
        monkeypatch.setattr(bench.people, "notify", break_off)
    for _ in range(12):
        tell(bench, "CHAT")

    assert bench.last_run().status is RunStatus.FAILED
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.requests, view.in_flight) == (CircuitState.CLOSED, 0, 0)


def test_who_failed_beside_one_that_is_put_off_has_used_an_attempt_up(bench: Workbench) -> None:
    open_circuit(bench)
    bench.people.out_of_reach[CHAT] = NotificationResult(CHAT, 3, 503, "503", True)
    tell(bench, "CHAT", "MAIL", retry={"attempts": 2, "initial": "1m", "jitter": 0})
    assert [one.outcome for one in bench.steps()["tell"].attempts] == ["retry"]


def test_nothing_of_an_address_is_seen_on_the_endpoints_page(bench: Workbench) -> None:
    open_circuit(bench)
    tell(bench, "CHAT")

    views = {view.origin: view for view in bench.service.endpoints.list(TENANT)}

    assert set(views) == {"json://chat.example", "mailtos://mail.example"}
    mail = views["mailtos://mail.example"]
    assert mail.state is CircuitState.OPEN
    assert mail.last_failure is not None
    assert mail.last_failure.words == "no answer"
    assert "hunter2" not in repr(views)
    assert "T0KEN" not in repr(views)


def test_an_alert_that_is_put_off_has_its_attempts_still(bench: Workbench) -> None:
    open_circuit(bench)
    bench.publish(syncing(failures={"count": 1}, notify=["MAIL"]))
    fail(bench)
    turn(bench, BEAT)
    bench.notice_sender.send_due()
    [alert] = bench.service.alerts.list(TENANT, AlertFilter(), ListQuery(limit=1)).items
    [notice] = alert.notices
    assert (notice.state, notice.attempts) == (NoticeState.PENDING, 0)
    assert "is open until" in str(notice.error)

    bench.clock.turn(30_000)
    bench.notice_sender.send_due()

    [alert] = bench.service.alerts.list(TENANT, AlertFilter(), ListQuery(limit=1)).items
    [notice] = alert.notices
    assert (notice.state, notice.attempts, notice.error) == (NoticeState.DELIVERED, 1, None)
    assert User(ALERTS, ALERTS) in bench.service.endpoints.list(TENANT)[0].used_by


@pytest.mark.parametrize(
    ("address", "service"),
    [
        ("mailtos://ada:secret@mail.example:465/x@y.example?to=z", "mailtos://mail.example:465"),
        ("slack://T0KEN-A/T0KEN-B/#general", "slack://t0ken-a"),
        ("https://hooks.slack.com/services/T/B/x", "https://hooks.slack.com"),
        ("mailtos://[broken", None),
        ("nothing", None),
    ],
)
def test_a_service_is_known_by_what_stands_where_a_host_would(
    address: str, service: str | None
) -> None:
    assert service_of(address) == service


@pytest.mark.parametrize(
    ("status", "may_pass", "ending"),
    [
        (None, True, Ending.FAILED),
        (None, False, Ending.NOTHING),
        (503, True, Ending.FAILED),
        (429, True, Ending.ANSWERED),
        (451, True, Ending.ANSWERED),
        (550, False, Ending.ANSWERED),
        (404, False, Ending.ANSWERED),
        (220, True, Ending.FAILED),
    ],
)
def test_a_service_that_refuses_is_there(
    status: int | None, may_pass: bool, ending: Ending
) -> None:
    assert judge(NotificationResult("", 1, status, "refused", may_pass))[0] is ending
    assert judge(NotificationResult("", 1, 200))[0] is Ending.ANSWERED
