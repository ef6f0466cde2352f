"""Steps that work with records: once in effect, deep as their run, really in a trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.account_store import AuditFilter
from core.accounts import Actor, ActorKind
from core.errors import NotFoundError, StorageUnavailable
from core.platform_events import MOST_DEPTH
from core.records import Record, RecordFilter
from core.states import RunStatus
from core.writes import ListQuery, Write
from engine.acting import acting_as
from engine.trying.sights import Question
from engine.trying.trials import Trial
from tests.support.builders import make_document, send, step
from tests.support.statements import sql_of
from tests.support.workbench import TENANT, Workbench, answered

PARTNER = "https://partner.example"
Document = dict[str, Any]


class Killed(BaseException):
    """Ends the executor as a kill does: nothing after it is done."""


@pytest.fixture(autouse=True)
def _customers(bench: Workbench) -> None:
    bench.service.collections.put(TENANT, "customers", {})


def create(**rest: Any) -> Document:
    configuration = {"collection": "customers", "values": {"name": "<name>"}}
    return step("make", "create-record", {**configuration, **rest})


def update(**rest: Any) -> Document:
    configuration = {"collection": "customers", "id": "C-1", "values": {"state": "<state>"}}
    return step("change", "update-record", {**configuration, **rest})


def find(**rest: Any) -> Document:
    return step("look", "find-records", {"collection": "customers", **rest})


def on_record(*steps: Document, **configuration: Any) -> Document:
    """An automation that changes of customers start."""
    trigger = {
        "type": "record",
        "with": {"collection": "customers", "as": "customer", **configuration},
        "next": [steps[0]["id"]],
    }
    return make_document(*steps, trigger=trigger)


def add(bench: Workbench, record_id: str, **values: Any) -> Record:
    return bench.service.records.create(TENANT, "customers", {"id": record_id, **values})


def values(bench: Workbench, record_id: str = "C-1") -> dict[str, Any]:
    return dict(bench.service.records.get(TENANT, "customers", record_id).values)


def everyone(bench: Workbench) -> list[Record]:
    page = bench.service.records.list(TENANT, "customers", RecordFilter(), ListQuery())
    return list(page.items)


def die_before(bench: Workbench, part: str) -> None:
    """The process is killed at the next commit that writes to a table of this name."""
    commit = bench.store.commit

    def killed(writes: Sequence[Write]) -> None:
        if any(part in sql_of(write) for write in writes):
            bench.store.commit = commit  # type: ignore[method-assign]
            raise Killed
        commit(writes)

    bench.store.commit = killed  # type: ignore[method-assign]


def recover(bench: Workbench) -> None:
    """What the next start does."""
    assert bench.transitions.rescue(bench.clock.now()) == 1
    assert bench.run_due() == 1


def run_killed_after_its_change(bench: Workbench, *steps: Document, body: Any) -> None:
    """A run whose change of a record is committed, and whose journal is not."""
    bench.publish(make_document(*steps))
    die_before(bench, "step_runs")
    with pytest.raises(Killed):
        bench.post(body)


def test_a_record_is_created_updated_found_and_deleted_by_steps(bench: Workbench) -> None:
    bench.publish(
        make_document(
            {**create(id="<id>"), "next": ["change"]},
            {**update(id="<steps.make.id>", values={"state": "new"}), "next": ["look"]},
            {**find(where={"state": "<steps.change.record.state>"}), "next": ["gone"]},
            step("gone", "delete-record", {"collection": "customers", "id": "C-7"}),
        )
    )

    bench.post({"id": "C-7", "name": "Ada"})

    run, steps = bench.last_run(), bench.steps()
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert steps["make"].output["record"]["name"] == "Ada"
    assert steps["change"].output["change"] == "updated"
    assert steps["change"].output["previous"]["_version"] == steps["make"].output["version"]
    assert steps["look"].output["count"] == 1
    assert steps["look"].output["first"] == steps["change"].output["record"]
    assert steps["gone"].output["deleted"] is True
    assert everyone(bench) == []


def test_a_step_that_is_repeated_after_a_crash_finds_its_own_record(bench: Workbench) -> None:
    run_killed_after_its_change(bench, create(), body={"name": "Ada"})
    [made] = everyone(bench)

    recover(bench)

    assert everyone(bench) == [made]
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert bench.detail().run.output["id"] == made.id


def test_a_repeated_step_with_an_id_of_its_own_is_no_conflict(bench: Workbench) -> None:
    run_killed_after_its_change(bench, create(id="C-1"), body={"name": "Ada"})
    recover(bench)
    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [record.id for record in everyone(bench)] == ["C-1"]


def test_a_repeated_update_does_not_undo_what_others_did_meanwhile(bench: Workbench) -> None:
    add(bench, "C-1", state="new")
    run_killed_after_its_change(bench, update(), body={"state": "syncing"})
    bench.service.records.patch(TENANT, "customers", "C-1", {"state": "done"})

    recover(bench)

    assert values(bench) == {"state": "done"}
    output = bench.detail().run.output
    assert (output["record"]["state"], output["previous"]["state"]) == ("syncing", "new")


def test_a_repeated_update_at_a_version_is_not_stale_by_its_own_change(bench: Workbench) -> None:
    made = add(bench, "C-1", state="new")
    change = update(if_version=made.version)
    run_killed_after_its_change(bench, change, body={"state": "done"})
    recover(bench)
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_repeated_deletion_does_not_take_away_what_was_made_anew(bench: Workbench) -> None:
    add(bench, "C-1", state="old")
    gone = step("gone", "delete-record", {"collection": "customers", "id": "C-1"})
    run_killed_after_its_change(bench, gone, body={})
    add(bench, "C-1", state="anew")

    recover(bench)

    assert values(bench) == {"state": "anew"}
    assert bench.detail().run.output["deleted"] is True
    assert bench.detail().run.output["record"]["state"] == "old"


def test_a_repeated_step_is_announced_once(bench: Workbench) -> None:
    bench.publish(on_record(step("note", "set-values", {"values": {"a": 1}})), "watch")
    run_killed_after_its_change(bench, create(), body={"name": "Ada"})
    recover(bench)
    bench.tell()
    assert len(bench.runs("watch")) == 1


def test_a_receipt_goes_with_the_journal_entry_of_its_step(bench: Workbench) -> None:
    run_killed_after_its_change(bench, create(), body={"name": "Ada"})
    key = f"{bench.last_run().id}.make"
    assert bench.store.receipts.get(TENANT, key) is not None

    recover(bench)

    assert bench.store.receipts.get(TENANT, key) is None


def test_a_step_that_is_killed_before_its_change_makes_it_later(bench: Workbench) -> None:
    bench.publish(make_document(create()))
    die_before(bench, "INTO record_receipts")
    with pytest.raises(Killed):
        bench.post({"name": "Ada"})
    assert everyone(bench) == []

    recover(bench)

    assert [dict(record.values) for record in everyone(bench)] == [{"name": "Ada"}]


def test_a_store_that_is_away_is_tried_again(bench: Workbench) -> None:
    bench.publish(make_document(create()))
    commit, away = bench.store.commit, [True]

    def commit_when_back(writes: Sequence[Write]) -> None:
        if away and any("INTO record_receipts" in sql_of(write) for write in writes):
            raise StorageUnavailable("the disk is full")
        commit(writes)

    bench.store.commit = commit_when_back  # type: ignore[method-assign]
    bench.post({"name": "Ada"})
    assert bench.last_run().status is RunStatus.WAITING

    away.clear()
    bench.clock.turn(60_000)
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert len(everyone(bench)) == 1


def test_a_record_that_is_not_there_fails_the_step_in_words(bench: Workbench) -> None:
    sorry = step("sorry", "set-values", {"values": {"why": "<steps.change.error>"}})
    bench.publish(make_document({**update(), "next": {"error": ["sorry"]}}, sorry))
    bench.post({"state": "done"})
    assert bench.detail().run.output == {"why": "there is no record C-1"}


def test_a_record_that_is_not_there_may_be_made(bench: Workbench) -> None:
    bench.publish(make_document(update(create=True)))
    bench.post({"state": "done"})
    assert bench.detail().run.output["change"] == "created"
    assert values(bench) == {"state": "done"}


def test_a_secret_never_gets_into_a_record_by_a_step(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "tok-very-secret")
    bench.publish(make_document(create()))
    bench.post({"name": "tok-very-secret"})
    assert [record.values for record in everyone(bench)] == [{"name": "[secret:TOKEN]"}]


def test_a_record_cannot_ask_for_a_secret(bench: Workbench) -> None:
    faults = bench.service.versions.faults(make_document(create(values={"a": "<secrets.TOKEN>"})))
    assert [fault.path for fault in faults] == ["$.steps[0].with.values"]


def test_a_customer_that_changes_is_told_to_the_partner_and_keeps_the_answer(
    bench: Workbench,
) -> None:
    """The story: four boxes and no glue between them."""
    bench.partner.answers(answered(200, {"id": "rem-1"}), answered(202))
    bench.publish(
        on_record(
            send("sync", f"{PARTNER}/partners/<customer.partnerId>/sync", next=["keep"]),
            {
                **update(id="<customer.id>", values={"remoteId": "<steps.sync.body.id>"}),
                "id": "keep",
                "next": ["tell"],
            },
            send("tell", f"{PARTNER}/notifications", with_={"body": "<steps.keep.record>"}),
            on=["created", "updated"],
            changed=["partnerId"],
        ),
        "customer-sync",
    )

    add(bench, "C-1", name="Ada", partnerId="p 1")
    bench.tell()

    [run] = bench.runs("customer-sync")
    assert run.status is RunStatus.SUCCEEDED, run.error
    assert [request.url for request in bench.partner.received] == [
        f"{PARTNER}/partners/p%201/sync",
        f"{PARTNER}/notifications",
    ]
    assert values(bench) == {"name": "Ada", "partnerId": "p 1", "remoteId": "rem-1"}

    bench.service.records.patch(TENANT, "customers", "C-1", {"name": "Ada L."})
    bench.tell()
    assert len(bench.runs("customer-sync")) == 1


def test_a_deleted_record_is_seen_as_it_was(bench: Workbench) -> None:
    note = step("note", "set-values", {"values": {"seen": "<customer.name> <change>"}})
    bench.publish(on_record(note, on=["deleted"]), "watch")
    add(bench, "C-1", name="Ada")
    bench.service.records.delete(TENANT, "customers", "C-1")
    bench.tell()
    [run] = bench.runs("watch")
    assert run.output == {"seen": "Ada deleted"}


def test_a_loop_of_records_is_cut(bench: Workbench) -> None:
    """Each run changes the record that starts it, and says so with its depth."""
    count = update(id="<customer.id>", values={"n": "{{ customer.n + 1 }}"})
    bench.publish(on_record(count), "loop")

    add(bench, "C-1", n=0)
    bench.tell()

    runs = bench.runs("loop")
    assert sorted(run.depth for run in runs) == list(range(MOST_DEPTH + 2))
    assert [run.status for run in runs].count(RunStatus.FAILED) == 1
    assert values(bench) == {"n": MOST_DEPTH + 1}


def test_an_update_that_changes_nothing_ends_a_loop_by_itself(bench: Workbench) -> None:
    bench.publish(on_record(update(id="<customer.id>", values={"seen": True})), "mark")
    add(bench, "C-1", name="Ada")
    bench.tell()
    assert len(bench.runs("mark")) == 2
    assert {run.status for run in bench.runs("mark")} == {RunStatus.SUCCEEDED}


def test_an_update_at_the_version_that_started_it_notices_others(bench: Workbench) -> None:
    change = update(values={"mine": True}, if_version="<customer._version>")
    bench.publish(on_record(change, on=["created"]), "careful")
    add(bench, "C-1", name="Ada")
    bench.service.records.patch(TENANT, "customers", "C-1", {"name": "Bob"})

    bench.tell()

    [run] = bench.runs("careful")
    assert run.status is RunStatus.FAILED
    assert "the record was changed since it was read" in (run.error or "")
    assert values(bench) == {"name": "Bob"}


def test_more_is_found_than_one_page_holds_and_never_more_than_asked(bench: Workbench) -> None:
    for number in range(230):
        add(bench, f"C-{number:03}", city="Oslo", n=number)
    bench.publish(
        make_document(
            {**find(where={"city": "Oslo"}, limit=1000), "next": ["last"]},
            {**find(order="falling", limit=3), "id": "last"},
        )
    )

    bench.post({})

    steps = bench.steps()
    assert steps["look"].output["count"] == 230
    assert [item["n"] for item in steps["look"].output["items"]] == list(range(230))
    assert [item["id"] for item in steps["last"].output["items"]] == ["C-229", "C-228", "C-227"]


def test_more_than_fits_fails_in_words(bench: Workbench) -> None:
    for number in range(140):
        add(bench, f"C-{number}", text="x" * 64_000)
    bench.publish(make_document(find(limit=1000)))
    bench.post({})
    assert "larger than 8 MiB; look for less" in (bench.last_run().error or "")


def test_a_trial_changes_records_really_and_the_audit_log_says_who(bench: Workbench) -> None:
    ada = Actor(ActorKind.USER, "ada", "Ada")
    with acting_as(ada):
        trial = Trial(make_document(create()), {"body": {"name": "Ada"}})
        stream = bench.service.trials.run(TENANT, "orders", trial, user="ada")

    told = [one.data for one in stream if one.name == "step"]

    [made] = everyone(bench)
    assert told[-1]["output"]["id"] == made.id
    entries = bench.service.audit.list(TENANT, AuditFilter(subject_kind="record"), ListQuery())
    [entry] = entries.items
    assert (entry.verb, entry.actor_name) == ("record.created", "Ada")
    assert entry.detail == {"trial_of": "orders"}


def test_a_run_is_no_entry_of_the_audit_log(bench: Workbench) -> None:
    bench.publish(make_document(create()))
    bench.post({"name": "Ada"})
    which = AuditFilter(subject_kind="record")
    assert bench.service.audit.list(TENANT, which, ListQuery()).items == ()


@pytest.mark.parametrize(
    "change",
    [
        create(),
        update(create=True),
        step("gone", "delete-record", {"collection": "c", "id": "C-1"}),
    ],
)
def test_a_preview_changes_nothing(bench: Workbench, change: Document) -> None:
    """It is asked for with every key that is pressed, by people who may only look."""
    kept = add(bench, "C-1", state="new")
    document = make_document(change)
    event = {"body": {"name": "Ada", "state": "old"}}
    question = Question(TENANT, "orders", document, change["id"], event, {})

    preview = bench.service.previews.preview(question)

    assert preview["request"] is None
    assert everyone(bench) == [kept]


def test_a_collection_that_is_not_there_is_told_with_the_way_to_make_it(bench: Workbench) -> None:
    bench.publish(make_document(find(collection="nothing")))
    bench.post({})
    error = bench.last_run().error or ""
    assert "there is no collection nothing; make it under Records" in error
    with pytest.raises(NotFoundError):
        bench.service.collections.get(TENANT, "nothing")
