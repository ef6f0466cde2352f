"""The steps that work with records: what they ask for, what they give, and how they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from actions import create_record, delete_record, find_records, update_record
from core.clock import to_rfc3339
from core.errors import (
    BusyError,
    ConflictError,
    Fault,
    InvalidError,
    NotFoundError,
    StaleError,
    StorageUnavailable,
    UnstorableError,
)
from core.outcomes import Fail, Outcome, Retry, Succeed
from core.records import Record, RecordChange

NOW = 1_614_265_330_000
ADA = Record("acme", "customers", "C-1", {"name": "Ada"}, NOW + 1, NOW, NOW + 1)
BEFORE = Record("acme", "customers", "C-1", {"name": "Eve"}, NOW, NOW, NOW)
SEEN = {
    "id": "C-1",
    "name": "Ada",
    "_version": NOW + 1,
    "_created_at": to_rfc3339(NOW),
    "_updated_at": to_rfc3339(NOW + 1),
}


@dataclass
class FakeRecords:
    """Answers as it is told, and remembers what it was asked."""

    answer: Any = None
    asked: list[Any] = field(default_factory=list)

    def create(self, *asked: Any, **more: Any) -> Any:
        return self._answer("create", asked, more)

    def update(self, *asked: Any, **more: Any) -> Any:
        return self._answer("update", asked, more)

    def delete(self, *asked: Any, **more: Any) -> Any:
        return self._answer("delete", asked, more)

    def find(self, *asked: Any, **more: Any) -> Any:
        return self._answer("find", asked, more)

    def _answer(self, what: str, asked: tuple[Any, ...], more: dict[str, Any]) -> Any:
        self.asked.append((what, *asked, more))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


Attempt = Callable[..., Outcome]


@pytest.fixture
def attempt(make_context: Callable[..., Any]) -> Attempt:
    """One attempt of an action on customers."""

    def make(action: Any, records: FakeRecords, **params: Any) -> Outcome:
        params = {"collection": "customers", **params}
        return action.run(make_context(params, records=records), params)

    return make


def test_a_record_is_created_and_given_as_it_is(attempt: Attempt) -> None:
    records = FakeRecords(RecordChange(ADA, None))

    outcome = attempt(create_record, records, values={"name": "Ada"})

    assert outcome == Succeed({"id": "C-1", "version": NOW + 1, "record": SEEN})
    assert records.asked == [("create", "customers", None, {"name": "Ada"}, {})]


@pytest.mark.parametrize(("given", "asked"), [("C-1", "C-1"), (7, "7")])
def test_an_id_may_be_named(attempt: Attempt, given: object, asked: str) -> None:
    records = FakeRecords(RecordChange(ADA, None))
    attempt(create_record, records, id=given, values={})
    assert records.asked == [("create", "customers", asked, {}, {})]


def test_an_update_merges_unless_it_says_otherwise(attempt: Attempt) -> None:
    records = FakeRecords(RecordChange(ADA, BEFORE))

    outcome = attempt(update_record, records, id="C-1", values={"name": "Ada"})
    attempt(
        update_record,
        records,
        id="C-1",
        values={},
        mode="replace",
        create=True,
        if_version=str(NOW),
    )

    assert isinstance(outcome, Succeed)
    assert outcome.port == "success"
    previous = {**SEEN, "name": "Eve", "_version": NOW, "_updated_at": SEEN["_created_at"]}
    assert outcome.output == {
        "id": "C-1",
        "version": NOW + 1,
        "record": SEEN,
        "previous": previous,
        "change": "updated",
    }
    merge = {"merge": True, "create": False, "version": None}
    replace = {"merge": False, "create": True, "version": NOW}
    assert records.asked == [
        ("update", "customers", "C-1", {"name": "Ada"}, merge),
        ("update", "customers", "C-1", {}, replace),
    ]


@pytest.mark.parametrize("given", ["soon", "", "-1", True, 1.5, {}, "9" * 30])
def test_what_is_no_version_fails_and_changes_nothing(attempt: Attempt, given: object) -> None:
    records = FakeRecords()
    outcome = attempt(update_record, records, id="C-1", values={}, if_version=given)
    assert isinstance(outcome, Fail)
    assert "if_version" in outcome.error
    assert records.asked == []


def test_what_was_not_there_need_not_be_deleted(attempt: Attempt) -> None:
    there = attempt(delete_record, FakeRecords(RecordChange(None, ADA)), id="C-1")
    missing = attempt(delete_record, FakeRecords(RecordChange(None, None)), id="C-2")

    assert there == Succeed({"id": "C-1", "deleted": True, "record": SEEN})
    assert missing == Succeed({"id": "C-2", "deleted": False, "record": None})


def test_what_is_found_is_given_with_its_first(attempt: Attempt) -> None:
    records = FakeRecords([ADA])

    outcome = attempt(find_records, records, where={"name": "Ada"}, limit=5, order="falling")
    nothing = attempt(find_records, FakeRecords([]))

    assert outcome == Succeed({"items": [SEEN], "count": 1, "first": SEEN})
    assert nothing == Succeed({"items": [], "count": 0, "first": None})
    assert records.asked == [("find", "customers", {"name": "Ada"}, 5, {"falling": True})]


def test_what_is_sought_is_an_object(attempt: Attempt) -> None:
    outcome = attempt(find_records, FakeRecords(), where=["name"])
    assert isinstance(outcome, Fail)
    assert "where: must be an object" in outcome.error


FAULTS = [Fault(f"$.field{number}", "is missing") for number in range(7)]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NotFoundError("there is no record C-1"), Fail("there is no record C-1")),
        (ConflictError("it is there already"), Fail("it is there already")),
        (StaleError("it was changed"), Fail("it was changed")),
        (UnstorableError("it cannot be kept"), Fail("it cannot be kept")),
        (BusyError("many change it"), Retry("many change it")),
        (StorageUnavailable("the disk is full"), Retry("the disk is full")),
        (InvalidError("that is too much"), Fail("that is too much")),
        (
            InvalidError("it does not fit", FAULTS),
            Fail(
                "it does not fit: values.field0 is missing; values.field1 is missing; "
                "values.field2 is missing; values.field3 is missing; values.field4 is missing; "
                "and 2 more"
            ),
        ),
    ],
)
@pytest.mark.parametrize("action", [create_record, update_record, delete_record, find_records])
def test_what_may_pass_is_tried_again_and_all_else_fails_in_words(
    attempt: Attempt, action: Any, error: Exception, outcome: Outcome
) -> None:
    assert attempt(action, FakeRecords(error), id="C-1", values={}) == outcome


@pytest.mark.parametrize(
    ("action", "configuration", "line"),
    [
        (create_record, {"collection": "c", "values": {"a": 1, "b": 2}}, "c: {a, b}"),
        (create_record, {}, "(no collection yet): {}"),
        (
            update_record,
            {"collection": "c", "id": "<customer.id>", "values": {"a": 1}},
            "c: … {a}",
        ),
        (delete_record, {"collection": "c", "id": "C-1"}, "c: C-1"),
        (delete_record, {"collection": ["x"], "id": 7}, "(no collection yet): 7"),
        (find_records, {"collection": "c", "where": {"a": 1, "b": 2}}, "c: by a, b"),
        (find_records, {"collection": "c", "where": 7}, "c: all"),
    ],
)
def test_a_draft_is_summed_up_in_a_line(
    action: Any, configuration: dict[str, Any], line: str
) -> None:
    assert action.SPEC.summary(configuration) == line
