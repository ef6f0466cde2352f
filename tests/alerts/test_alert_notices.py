"""Notifications of alerts: sent after the commit, tried a few times, each on its own."""

from __future__ import annotations

import logging

import pytest

from core.alerts import AlertFilter, Notice, NoticeState
from core.errors import GuardMissed
from core.notifications import NotificationResult, NotificationType
from core.request_store import RequestFilter
from core.writes import ListQuery
from engine.alerts.notices import LEASE
from tests.support.alerts import BEAT, HOUR, MINUTE, fail, syncing, turn
from tests.support.workbench import TENANT, Workbench

CHAT, MAIL = "json://chat.example/s3cr3t-room", "mailto://s3cr3t@mail.example"
AWAY = NotificationResult("json://chat.example", 5, 503, "chat.example answered 503", True)
GONE = NotificationResult("json://chat.example", 5, 404, "chat.example answered 404", False)


@pytest.fixture(autouse=True)
def _alerting(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "CHAT", CHAT)
    bench.service.secrets.put(TENANT, "MAIL", MAIL)
    bench.publish(syncing(failures={"count": 1}, notify=["CHAT", "MAIL"]))
    fail(bench)


def notices(bench: Workbench) -> dict[str, Notice]:
    """The notices of the newest alert by their secrets, the last of each."""
    [detail] = bench.service.alerts.list(TENANT, AlertFilter(), ListQuery(limit=1)).items
    return {notice.secret: notice for notice in detail.notices}


def titles(bench: Workbench, address: str) -> list[str]:
    """What an address was told, the oldest first."""
    return [told.title for where, told in bench.people.told if where == address]


def test_each_address_is_told_of_the_beginning_and_of_the_end(bench: Workbench) -> None:
    turn(bench, BEAT)
    assert bench.people.told == []
    bench.notice_sender.send_due()
    bench.notice_sender.send_due()

    assert [address for address, _ in bench.people.told] == [CHAT, MAIL]
    told = bench.people.told[0][1]
    assert (told.title, told.type) == ("Alert: Sync partner", NotificationType.FAILURE)
    assert told.body.startswith("1 run of Sync partner failed within 1 h; the last: sync: ")

    turn(bench, 2 * HOUR)
    bench.notice_sender.send_due()
    told = bench.people.told[-1][1]
    assert (told.title, told.type) == ("Over: Sync partner", NotificationType.SUCCESS)
    assert len(bench.people.told) == 4
    assert {notice.state for notice in notices(bench).values()} == {NoticeState.DELIVERED}


def test_one_that_fails_is_tried_a_few_times_and_holds_up_no_other(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.people.out_of_reach[CHAT] = AWAY
    turn(bench, BEAT)
    attempts = 0
    for _ in range(100):
        attempts += bench.notice_sender.send_due()
        bench.clock.turn(MINUTE)

    assert attempts == 4 + 1
    assert [address for address, _ in bench.people.told] == [MAIL]
    failed = notices(bench)["CHAT"]
    assert (failed.state, failed.attempts) == (NoticeState.FAILED, 4)
    assert failed.error == "chat.example answered 503"
    assert "CHAT was not delivered: chat.example answered 503" in caplog.text
    assert "s3cr3t" not in caplog.text


def test_one_that_comes_back_is_told(bench: Workbench) -> None:
    bench.people.out_of_reach[CHAT] = AWAY
    turn(bench, BEAT)
    bench.notice_sender.send_due()
    del bench.people.out_of_reach[CHAT]
    assert notices(bench)["CHAT"].state is NoticeState.PENDING

    bench.clock.turn(MINUTE)
    bench.notice_sender.send_due()

    told = notices(bench)["CHAT"]
    assert (told.state, told.attempts, told.error) == (NoticeState.DELIVERED, 2, None)


def test_that_it_is_over_is_told_after_that_it_was_raised(bench: Workbench) -> None:
    bench.publish(syncing(failures={"count": 1, "within": "1m"}, notify=["CHAT", "MAIL"]))
    bench.people.out_of_reach[CHAT] = AWAY
    turn(bench, BEAT)
    bench.notice_sender.send_due()
    turn(bench, 2 * MINUTE)
    bench.notice_sender.send_due()
    assert titles(bench, MAIL) == ["Alert: Sync partner", "Over: Sync partner"]
    del bench.people.out_of_reach[CHAT]

    # What is told again comes when its wait is over; only then is it told what followed.
    bench.notice_sender.send_due()
    assert titles(bench, CHAT) == []
    turn(bench, 2 * MINUTE)
    while bench.notice_sender.send_due():
        pass
    assert titles(bench, CHAT) == ["Alert: Sync partner", "Over: Sync partner"]


def test_that_it_is_over_is_told_although_nobody_could_be_told_that_it_was_raised(
    bench: Workbench,
) -> None:
    bench.people.out_of_reach[CHAT] = GONE
    turn(bench, BEAT)
    bench.notice_sender.send_due()
    del bench.people.out_of_reach[CHAT]
    turn(bench, 2 * HOUR)
    bench.notice_sender.send_due()
    assert titles(bench, CHAT) == ["Over: Sync partner"]


def test_what_no_attempt_could_better_is_tried_once(bench: Workbench) -> None:
    bench.people.out_of_reach[CHAT] = GONE
    bench.service.secrets.delete(TENANT, "MAIL")
    turn(bench, BEAT)
    bench.notice_sender.send_due()

    known = notices(bench)
    assert known["CHAT"].error == "chat.example answered 404"
    assert known["MAIL"].error == "there is no secret MAIL; an admin can set it"
    assert {one.state for one in known.values()} == {NoticeState.FAILED}
    assert {one.attempts for one in known.values()} == {1}


def test_an_attempt_is_made_by_one_and_again_when_that_one_is_gone(bench: Workbench) -> None:
    turn(bench, BEAT)
    [notice, _] = bench.store.alert_notices.due(bench.clock.now(), 10)
    again_at = bench.clock.now() + LEASE
    bench.store.commit([bench.store.alert_notices.claim(notice, again_at)])
    with pytest.raises(GuardMissed):
        bench.store.commit([bench.store.alert_notices.claim(notice, again_at)])

    assert bench.notice_sender.send_due() == 1
    bench.clock.turn(LEASE)
    assert bench.notice_sender.send_due() == 1
    assert len(bench.people.told) == 2


def test_a_sender_that_breaks_holds_up_nothing(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> NotificationResult:
        raise RuntimeError(CHAT)

    monkeypatch.setattr(bench.people, "notify", broken)
    turn(bench, BEAT)
    with caplog.at_level(logging.CRITICAL):
        assert bench.notice_sender.send_due() == 2
    assert {one.error for one in notices(bench).values()} == {"it broke off (RuntimeError)"}
    assert {one.state for one in notices(bench).values()} == {NoticeState.PENDING}


def test_notifications_stand_in_the_request_log_and_secrets_know_their_use(
    bench: Workbench,
) -> None:
    turn(bench, BEAT)
    bench.notice_sender.send_due()
    page = bench.service.requests.list(TENANT, RequestFilter(direction="out"), ListQuery(limit=9))
    assert sum(entry.method == "NOTIFY" for entry in page.items) == 2
    uses = {use.entry.name: use.used_by for use in bench.service.secrets.list(TENANT)}
    assert uses == {"CHAT": ("orders",), "MAIL": ("orders",)}
