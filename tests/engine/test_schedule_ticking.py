"""Automations that the clock starts, over a real store and a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.clock import from_rfc3339, to_rfc3339
from core.errors import GuardMissed, StorageUnavailable, UnstorableError
from core.model import Run
from core.platform_events import PlatformEvent
from core.run_store import RunFilter
from core.schedules import LeftOut, Schedule, WhyLeftOut
from core.states import RunStatus
from core.writes import ListQuery, Write
from engine.events.announcer import Announcer
from engine.schedules.ticker import Ticker
from engine.starter import Starter
from tests.support.builders import NOW, make_document, on_schedule, send
from tests.support.workbench import TENANT, Workbench

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
EVERY_MINUTE = {"every": "1m"}


def schedule_of(bench: Workbench, automation_id: str = "nightly") -> Schedule | None:
    return bench.store.schedules.get(TENANT, automation_id)


def next_at(bench: Workbench) -> int | None:
    schedule = schedule_of(bench)
    return schedule.next_at if schedule else None


def runs(bench: Workbench) -> Sequence[Run]:
    """The runs, the oldest first."""
    return bench.service.runs.list(TENANT, RunFilter(), ListQuery()).items[::-1]


def bodies(bench: Workbench) -> list[Any]:
    """What the runs saw, the oldest first."""
    events = [bench.service.runs.get(TENANT, run.id).event for run in runs(bench)]
    return [event.body for event in events if event]


def turn_and_tick(bench: Workbench, duration: int) -> int | None:
    bench.clock.turn(duration)
    return bench.ticker.tick()


class TestLiveSchedules:
    """Their rows come, change and go with what is live."""

    def test_a_published_schedule_has_a_next_tick(self, bench: Workbench) -> None:
        bench.publish(on_schedule({"cron": "0 9 * * *", "timezone": "Asia/Tokyo"}), "nightly")
        assert next_at(bench) == from_rfc3339("2027-01-16T09:00:00+09:00")
        assert bench.service.forecasts.next_tick(TENANT, "nightly") == next_at(bench)

    def test_a_draft_has_none(self, bench: Workbench) -> None:
        bench.service.automations.put(TENANT, "nightly", on_schedule(EVERY_MINUTE))
        assert schedule_of(bench) is None

    def test_an_interval_is_counted_from_whole_seconds(self, bench: Workbench) -> None:
        bench.clock.turn(789)
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        assert next_at(bench) == NOW + MINUTE

    def test_the_same_rhythm_published_again_is_kept(self, bench: Workbench) -> None:
        bench.publish(on_schedule({"every": "1h"}), "nightly")
        bench.clock.turn(20 * MINUTE)

        bench.publish(on_schedule({"every": "60m", "missed": "skip"}), "nightly")

        assert schedule_of(bench) == Schedule(TENANT, "nightly", 2, NOW, NOW + HOUR)

    def test_another_rhythm_begins_anew(self, bench: Workbench) -> None:
        bench.publish(on_schedule({"every": "1h"}), "nightly")
        bench.clock.turn(20 * MINUTE)

        bench.publish(on_schedule({"every": "2h"}), "nightly")

        assert next_at(bench) == NOW + 20 * MINUTE + 2 * HOUR

    def test_a_moment_that_has_come_does_not_come_again(self, bench: Workbench) -> None:
        once = {"at": to_rfc3339(NOW + MINUTE)}
        bench.publish(on_schedule(once), "nightly")
        turn_and_tick(bench, MINUTE)

        bench.publish(on_schedule({**once, "missed": "skip"}), "nightly")
        bench.service.automations.set_enabled(TENANT, "nightly", enabled=False)
        bench.service.automations.set_enabled(TENANT, "nightly", enabled=True)

        assert turn_and_tick(bench, HOUR) is None
        assert len(runs(bench)) == 1

    def test_a_disabled_one_does_not_tick_and_misses_nothing(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.service.automations.set_enabled(TENANT, "nightly", enabled=False)
        assert schedule_of(bench) is None
        turn_and_tick(bench, HOUR)

        bench.service.automations.set_enabled(TENANT, "nightly", enabled=True)

        assert next_at(bench) == NOW + HOUR + MINUTE
        assert not runs(bench)

    def test_published_while_disabled_it_waits_until_it_is_enabled(self, bench: Workbench) -> None:
        bench.service.automations.put(TENANT, "nightly", on_schedule(EVERY_MINUTE))
        bench.service.automations.set_enabled(TENANT, "nightly", enabled=False)
        bench.service.versions.publish(TENANT, "nightly")
        assert schedule_of(bench) is None

        bench.service.automations.set_enabled(TENANT, "nightly", enabled=True)
        assert next_at(bench) == NOW + MINUTE

    def test_enabled_again_it_keeps_its_rhythm(self, bench: Workbench) -> None:
        bench.publish(on_schedule({"every": "1h"}), "nightly")
        bench.clock.turn(20 * MINUTE)
        bench.service.automations.set_enabled(TENANT, "nightly", enabled=True)
        assert next_at(bench) == NOW + HOUR

    def test_it_goes_with_its_automation(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.service.automations.delete(TENANT, "nightly")
        assert schedule_of(bench) is None

    def test_it_goes_when_something_else_starts_the_automation(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.publish(make_document(), "nightly")
        assert schedule_of(bench) is None

    def test_a_change_that_is_refused_changes_no_schedule(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        write = bench.store.automations.delete(TENANT, "nightly", 99)
        with pytest.raises(GuardMissed):
            bench.store.commit([write, bench.store.schedules.remove(TENANT, "nightly")])
        assert next_at(bench) == NOW + MINUTE

    def test_whoever_ticks_is_told(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        assert bench.ticker.stirred.is_set()


class TestTicks:
    def test_a_tick_is_an_event_and_a_run(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        assert turn_and_tick(bench, MINUTE + 250) == MINUTE - 250

        [run] = runs(bench)
        detail = bench.service.runs.get(TENANT, run.id)
        assert run.status is RunStatus.SUCCEEDED
        assert run.version == 1
        assert detail.run.output == {"at": to_rfc3339(NOW + MINUTE), "missed": 0}
        assert detail.event is not None
        assert (detail.event.type, detail.event.method) == ("schedule", "")
        assert detail.event.body == {
            "scheduled_at": to_rfc3339(NOW + MINUTE),
            "fired_at": to_rfc3339(NOW + MINUTE + 250),
            "missed": 0,
        }
        assert next_at(bench) == NOW + 2 * MINUTE

    def test_before_its_moment_nothing_happens(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        assert turn_and_tick(bench, MINUTE - 1) == 1
        assert not runs(bench)

    def test_what_sends_is_executed(self, bench: Workbench) -> None:
        document = on_schedule(EVERY_MINUTE, send("report", "https://partner.example/r"))
        bench.publish(document, "nightly")
        turn_and_tick(bench, MINUTE)
        assert [request.url for request in bench.partner.received] == ["https://partner.example/r"]
        assert runs(bench)[0].status is RunStatus.SUCCEEDED

    def test_where_there_is_no_room_the_run_is_queued(self, bench: Workbench) -> None:
        document = on_schedule(EVERY_MINUTE, send("report", "https://partner.example/r"))
        bench.publish(document, "nightly")
        bench.dispatcher.full = True
        turn_and_tick(bench, MINUTE)
        assert [run.status for run in runs(bench)] == [RunStatus.QUEUED]

    def test_every_tenants_schedules_tick(self, bench: Workbench) -> None:
        bench.service.tenants.create("globex", "Globex")
        bench.service.automations.put("globex", "nightly", on_schedule(EVERY_MINUTE))
        bench.service.versions.publish("globex", "nightly")
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")

        turn_and_tick(bench, MINUTE)

        for tenant in (TENANT, "globex"):
            assert len(bench.service.runs.list(tenant, RunFilter(), ListQuery()).items) == 1

    def test_after_a_stop_one_tick_stands_for_all(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        turn_and_tick(bench, 5 * MINUTE + 30 * SECOND)
        assert [(body["scheduled_at"], body["missed"]) for body in bodies(bench)] == [
            (to_rfc3339(NOW + 5 * MINUTE), 5)
        ]
        assert next_at(bench) == NOW + 6 * MINUTE

    def test_or_none_where_the_schedule_says_so(self, bench: Workbench) -> None:
        bench.publish(on_schedule({**EVERY_MINUTE, "missed": "skip"}), "nightly")
        turn_and_tick(bench, 5 * MINUTE + 30 * SECOND)
        assert not runs(bench)
        left_out = LeftOut(NOW + 5 * MINUTE, 5, WhyLeftOut.MISSED)
        assert schedule_of(bench) == Schedule(TENANT, "nightly", 1, NOW, NOW + 6 * MINUTE, left_out)
        turn_and_tick(bench, 30 * SECOND)
        assert [body["missed"] for body in bodies(bench)] == [0]

    def test_the_one_in_time_comes_beside_those_that_were_missed(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        turn_and_tick(bench, 5 * MINUTE)
        assert [(body["scheduled_at"], body["missed"]) for body in bodies(bench)] == [
            (to_rfc3339(NOW + 4 * MINUTE), 4),
            (to_rfc3339(NOW + 5 * MINUTE), 0),
        ]

    def test_a_clock_that_is_set_back_ticks_nothing_twice(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        turn_and_tick(bench, 2 * MINUTE)
        turn_and_tick(bench, -90 * SECOND)
        turn_and_tick(bench, 89 * SECOND)
        assert len(runs(bench)) == 2
        turn_and_tick(bench, 61 * SECOND)
        assert [body["scheduled_at"] for body in bodies(bench)] == [
            to_rfc3339(NOW + number * MINUTE) for number in (1, 2, 3)
        ]

    def test_a_run_by_hand_of_a_scheduled_automation_sees_a_tick_of_now(
        self, bench: Workbench
    ) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        event, run = bench.service.runs.start(TENANT, "nightly", {})
        assert (event.type, event.body["scheduled_at"]) == ("manual", to_rfc3339(NOW))
        assert run.status is RunStatus.SUCCEEDED
        event, _ = bench.service.runs.start(TENANT, "nightly", {"missed": 7, "scheduled_at": "x"})
        assert event.body == {"missed": 7, "scheduled_at": "x"}
        assert next_at(bench) == NOW + MINUTE


class TestOverlap:
    DOCUMENT = on_schedule(
        {**EVERY_MINUTE, "overlap": "skip"}, send("report", "https://partner.example/r")
    )

    def test_a_tick_is_left_out_while_an_earlier_run_goes_on(self, bench: Workbench) -> None:
        bench.publish(self.DOCUMENT, "nightly")
        bench.dispatcher.full = True
        for _ in range(3):
            turn_and_tick(bench, MINUTE)
        assert len(runs(bench)) == 1
        schedule = schedule_of(bench)
        assert schedule is not None
        assert schedule.left_out == LeftOut(NOW + 3 * MINUTE, 2, WhyLeftOut.OVERLAP)

        bench.run_due()
        turn_and_tick(bench, MINUTE)

        assert [body["missed"] for body in bodies(bench)] == [0, 0]

    def test_it_is_not_where_runs_may_overlap(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE, self.DOCUMENT["steps"][0]), "nightly")
        bench.dispatcher.full = True
        for _ in range(3):
            turn_and_tick(bench, MINUTE)
        assert len(runs(bench)) == 3

    def test_runs_of_others_do_not_count(self, bench: Workbench) -> None:
        bench.publish(self.DOCUMENT, "nightly")
        bench.publish(on_schedule({"every": "30s"}, self.DOCUMENT["steps"][0]), "other")
        bench.dispatcher.full = True
        turn_and_tick(bench, 30 * SECOND)
        turn_and_tick(bench, 30 * SECOND)
        assert [run.automation_id for run in runs(bench)].count("nightly") == 1


class TestTrouble:
    def test_a_tick_that_cannot_be_stored_is_made_later(
        self, bench: Workbench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.clock.turn(MINUTE)

        def away(_writes: Sequence[Write]) -> None:
            raise StorageUnavailable("the database is away")

        with monkeypatch.context() as broken:
            broken.setattr(bench.store, "commit", away)
            for _ in range(3):
                with pytest.raises(StorageUnavailable):
                    bench.ticker.tick()
        turn_and_tick(bench, 2 * HOUR)

        assert [body["missed"] for body in bodies(bench)] == [120, 0]

    def test_one_that_cannot_be_stored_at_all_keeps_no_other_waiting(
        self, bench: Workbench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "a-bad-one")
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        start = Starter.start

        def start_good_ones(self: Starter, run: Run, *rest: Any) -> Run:
            if run.automation_id == "a-bad-one":
                raise UnstorableError("the database cannot take it")
            return start(self, run, *rest)

        monkeypatch.setattr(Starter, "start", start_good_ones)
        for _ in range(3):
            turn_and_tick(bench, MINUTE)
        assert [run.automation_id for run in runs(bench)] == ["nightly"] * 3
        assert caplog.text.count("a-bad-one of tenant acme cannot be stored") == 1

    def test_what_another_release_published_is_left_to_it(
        self, bench: Workbench, caplog: pytest.LogCaptureFixture
    ) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.store.commit(
            [bench.store.schedules.put(Schedule(TENANT, "a-new-one", 7, NOW, NOW + 1))]
        )
        turn_and_tick(bench, MINUTE)
        turn_and_tick(bench, MINUTE)
        assert len(runs(bench)) == 2
        assert schedule_of(bench, "a-new-one") is not None
        assert caplog.text.count("a-new-one of tenant acme cannot be made") == 1

    def test_more_are_due_than_are_read_at_once(
        self, bench: Workbench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("engine.schedules.ticker.PART", 2)
        for number in range(5):
            bench.publish(on_schedule(EVERY_MINUTE), f"nightly-{number}")
        turn_and_tick(bench, MINUTE)
        assert {run.automation_id for run in runs(bench)} == {f"nightly-{n}" for n in range(5)}

    def test_who_is_to_stop_makes_no_further_tick(self, bench: Workbench) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.ticker.stopping.set()
        turn_and_tick(bench, HOUR)
        assert not runs(bench)


class EverythingIsWanted:
    def wants(self, _tenant: str, _event_type: str) -> bool:
        return True

    def take(self, _event: PlatformEvent) -> Sequence[Write]:
        return ()

    def taken(self) -> None:
        """Nobody has to be woken."""


class TestAnnouncements:
    @pytest.fixture
    def told(self, bench: Workbench) -> Ticker:
        """The bench's ticker, where somebody wants to be told."""
        events = bench.store.platform_events
        ticker = bench.ticker
        ticker._announcer = Announcer(events, [EverythingIsWanted()], {}, bench.clock, lambda: None)
        return ticker

    def test_a_tick_is_told_of_beside_it(self, bench: Workbench, told: Ticker) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        bench.clock.turn(MINUTE + 9)
        told.tick()
        [event] = bench.store.platform_events.waiting(10)
        [run] = runs(bench)
        assert (event.type, event.automation_id, event.depth) == ("schedule.fired", "nightly", 0)
        assert event.data == {
            "automation_id": "nightly",
            "automation_name": "Nightly",
            "version": 1,
            "scheduled_at": to_rfc3339(NOW + MINUTE),
            "fired_at": to_rfc3339(NOW + MINUTE + 9),
            "missed": 0,
            "event_id": run.event_id,
            "run_id": run.id,
        }

    def test_and_so_is_one_that_was_left_out(self, bench: Workbench, told: Ticker) -> None:
        bench.publish(on_schedule({**EVERY_MINUTE, "missed": "skip"}), "nightly")
        bench.clock.turn(3 * MINUTE + 30 * SECOND)
        told.tick()
        [event] = bench.store.platform_events.waiting(10)
        assert event.type == "schedule.skipped"
        assert event.data == {
            "automation_id": "nightly",
            "automation_name": "Nightly",
            "version": 1,
            "scheduled_at": to_rfc3339(NOW + 3 * MINUTE),
            "count": 3,
            "reason": "missed",
        }

    def test_a_tick_that_another_made_is_not(self, bench: Workbench, told: Ticker) -> None:
        bench.publish(on_schedule(EVERY_MINUTE), "nightly")
        schedule = schedule_of(bench)
        assert schedule is not None
        stale = bench.store.schedules.move(schedule, NOW + 2 * MINUTE)
        bench.clock.turn(MINUTE)
        bench.store.commit([stale])
        told._catch_up_safely(schedule, bench.clock.now())
        assert not runs(bench)
        assert not bench.store.platform_events.waiting(10)


def test_the_next_times_of_a_draft_are_those_it_would_have_if_it_was_published(
    bench: Workbench,
) -> None:
    bench.clock.turn(20 * MINUTE + 123)
    draft = on_schedule({"every": "1h"})
    found = bench.service.forecasts.of_draft(TENANT, "nightly", draft)
    assert found is not None
    assert found.words == "Every 1h"
    assert found.ticks == [NOW + 20 * MINUTE + number * HOUR for number in range(1, 6)]


def test_a_draft_with_the_rhythm_of_what_is_live_goes_on_with_it(bench: Workbench) -> None:
    bench.publish(on_schedule({"every": "1h"}), "nightly")
    bench.clock.turn(20 * MINUTE)
    draft = on_schedule({"every": "60m", "overlap": "skip"})
    found = bench.service.forecasts.of_draft(TENANT, "nightly", draft)
    assert found is not None
    assert found.ticks[0] == NOW + HOUR


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (on_schedule({"cron": "99 * * * *"}), "The next times appear once nothing is wrong."),
        (on_schedule({"at": "2020-01-01T00:00:00Z"}), "It never comes, or never again."),
        ({"trigger": {"type": "schedule", "with": 7}}, "once nothing is wrong"),
    ],
)
def test_a_draft_without_next_times_says_why(bench: Workbench, draft: Any, fault: str) -> None:
    found = bench.service.forecasts.of_draft(TENANT, "nightly", draft)
    assert found is not None
    assert not found.ticks
    assert fault in found.fault


@pytest.mark.parametrize("draft", [None, {}, {"trigger": []}, make_document()])
def test_a_draft_that_no_schedule_starts_has_no_forecast(bench: Workbench, draft: Any) -> None:
    assert bench.service.forecasts.of_draft(TENANT, "nightly", draft) is None
