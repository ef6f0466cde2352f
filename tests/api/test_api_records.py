"""Collections and records over HTTP: schemas, versions, merges, filters, and who comes second."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.clock import from_rfc3339
from tests.support.site import Caller, Site, assert_problem

COLLECTION = "/api/v1/collections/customers"
RECORDS = "/api/v1/records/customers"
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "city": {"type": "string"},
        "total": {"type": "number"},
        "active": {"type": "boolean"},
        "address": {"type": "object"},
        "tags": {"type": "array"},
    },
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.fixture
def acme(admin: Caller) -> Caller:
    """An admin of `acme`, which has a collection `customers`."""
    assert admin("PUT", COLLECTION, json=SCHEMA).status_code == 201
    return admin


def add(caller: Caller, record_id: str, **values: Any) -> dict[str, Any]:
    made = caller("PUT", f"{RECORDS}/{record_id}", json={"name": record_id, **values})
    assert made.status_code == 201, made.json
    body: dict[str, Any] = made.json
    return body


def ids(caller: Caller, query: str = "") -> list[str]:
    found = caller("GET", f"{RECORDS}{query}")
    assert found.status_code == 200, found.json
    return [item["id"] for item in found.json["items"]]


def errors(answer: Any) -> list[tuple[str, str]]:
    assert_problem(answer)
    assert answer.status_code == 422
    return [(error["path"], error["message"]) for error in answer.json["errors"]]


def test_a_collection_is_made_read_changed_and_removed(admin: Caller) -> None:
    made = admin("PUT", COLLECTION, json=SCHEMA)
    assert made.status_code == 201
    assert made.headers["Location"] == COLLECTION
    assert made.headers["ETag"] == f'"{made.json["revision"]}"'
    assert (made.json["name"], made.json["schema"], made.json["records"]) == (
        "customers",
        SCHEMA,
        0,
    )

    changed = admin("PUT", COLLECTION, json={})
    assert (changed.status_code, changed.json["schema"]) == (200, {})
    assert changed.headers["ETag"] != made.headers["ETag"]
    assert admin("GET", COLLECTION).json == changed.json
    assert admin("GET", "/api/v1/collections").json == {"items": [changed.json], "next": None}

    assert admin("DELETE", COLLECTION).status_code == 204
    assert admin("GET", COLLECTION).status_code == 404


def test_a_collection_with_records_is_not_removed(acme: Caller) -> None:
    add(acme, "C-1")
    assert acme("GET", COLLECTION).json["records"] == 1
    refused = acme("DELETE", COLLECTION)
    assert refused.status_code == 409
    assert "holds 1 records; delete them first" in refused.json["detail"]


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ({"type": "array"}, "$.type"),
        ({"properties": {"a": {"type": "strin"}}}, "$.properties.a.type"),
        ({"properties": {"a": {"pattern": "(a+)\\1"}}}, "$.properties.a.pattern"),
        ({"schema": SCHEMA}, "$.schema"),
        ({"properties": {"_a": {}}}, "$.properties"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    admin: Caller, schema: dict[str, Any], path: str
) -> None:
    assert [found for found, _ in errors(admin("PUT", COLLECTION, json=schema))] == [path]
    assert admin("GET", COLLECTION).status_code == 404


def test_a_record_is_created_under_an_id_of_ours_or_of_the_callers(acme: Caller) -> None:
    ours = acme("POST", RECORDS, json={"name": "Ada"})
    theirs = acme("POST", RECORDS, json={"id": "C-1", "name": "Bob"})
    again = acme("POST", RECORDS, json={"id": "C-1", "name": "Eve"})

    assert (ours.status_code, theirs.status_code, again.status_code) == (201, 201, 409)
    assert ours.headers["Location"] == f"{RECORDS}/{ours.json['id']}"
    assert ours.headers["ETag"] == f'"{ours.json["_version"]}"'
    assert acme("GET", ours.headers["Location"]).json == ours.json
    assert acme("GET", f"{RECORDS}/C-1").json["name"] == "Bob"
    assert from_rfc3339(ours.json["_created_at"]) == ours.json["_version"]


def test_a_record_is_replaced_merged_and_deleted(acme: Caller) -> None:
    made = add(acme, "C-1", city="Oslo", address={"street": "A", "zip": "1"})
    merged = acme(
        "PATCH",
        f"{RECORDS}/C-1",
        json={"address": {"zip": None}, "city": None, "total": 5},
        content_type="application/merge-patch+json",
    )
    replaced = acme("PUT", f"{RECORDS}/C-1", json={"name": "Ada"})

    assert (merged.json["address"], merged.json["total"]) == ({"street": "A"}, 5)
    assert "city" not in merged.json
    assert set(replaced.json) == {"id", "name", "_version", "_created_at", "_updated_at"}
    assert made["_version"] < merged.json["_version"] < replaced.json["_version"]
    assert replaced.json["_created_at"] == made["_created_at"]

    gone = acme("DELETE", f"{RECORDS}/C-1")
    assert (gone.status_code, gone.data) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        assert acme(method, f"{RECORDS}/C-1", json={}).status_code == 404


def test_what_was_read_can_be_sent_back_and_changes_nothing(acme: Caller) -> None:
    made = add(acme, "C-1", city="Oslo")
    back = acme("PUT", f"{RECORDS}/C-1", json=made)
    assert (back.status_code, back.json) == (200, made)
    assert acme("PATCH", f"{RECORDS}/C-1", json={"city": "Oslo"}).json == made


def test_every_fault_of_a_record_is_told(acme: Caller) -> None:
    body = {"name": "", "city": 7, "colour": "red", "tags": "x"}
    assert errors(acme("POST", RECORDS, json=body)) == [
        ("$.city", "must be a text, not a number"),
        ("$.colour", "is not a known field; known are: active, address, city, name, tags, total"),
        ("$.name", "must not be empty"),
        ("$.tags", "must be a list, not a text"),
    ]
    assert errors(acme("POST", RECORDS, json={})) == [("$.name", "is missing")]
    assert ids(acme) == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], "$"),
        ("text", "$"),
        ({"name": "Ada", "_secret": 1}, "$"),
        ({"name": "Ada", "": 1}, "$"),
        ({"name": "Ada", "id": 7}, "$.id"),
        ({"name": "Ada", "id": "a/b"}, "$.id"),
        ({"name": "x" * 70_000}, "$"),
    ],
)
def test_what_is_no_record_is_refused(acme: Caller, body: Any, path: str) -> None:
    assert [found for found, _ in errors(acme("POST", RECORDS, json=body))] == [path]


def test_an_id_cannot_be_changed(acme: Caller) -> None:
    add(acme, "C-1")
    [(path, message)] = errors(acme("PUT", f"{RECORDS}/C-1", json={"id": "C-2", "name": "Ada"}))
    assert (path, message) == (
        "$.id",
        "is 'C-2', but the record is C-1; an id cannot be changed",
    )


@pytest.mark.parametrize("address", ["collections", "records"])
def test_a_change_is_made_only_at_the_version_that_was_read(acme: Caller, address: str) -> None:
    path = COLLECTION if address == "collections" else f"{RECORDS}/C-1"
    body = {"name": "Ada"} if address == "records" else {"required": ["name"]}
    if address == "records":
        add(acme, "C-1")
    old = {"If-Match": acme("GET", path).headers["ETag"]}
    changed = acme("PUT", path, json=body, headers=old)
    assert changed.status_code == 200

    for method in ("PUT", "PATCH", "DELETE"):
        if (method, address) == ("PATCH", "collections"):
            continue
        stale = acme(method, path, json=body, headers=old)
        assert stale.status_code == 412
        assert changed.headers["ETag"] in stale.json["detail"]
    assert acme("GET", path).json == changed.json

    there = {"If-Match": "*"}
    assert acme("PUT", path, json=body, headers=there).status_code == 200
    assert acme("PUT", path, json=body, headers={"If-None-Match": "*"}).status_code == 412
    assert acme("PUT", f"{path}-2", json=body, headers=there).status_code == 412
    assert acme("PUT", f"{path}-2", json=body, headers={"If-None-Match": "*"}).status_code == 201


def test_of_two_writers_at_one_version_one_is_told_412(site: Site, acme: Caller) -> None:
    for round_ in range(5):
        made = add(acme, f"C-{round_}")
        headers = {"If-Match": f'"{made["_version"]}"'}
        start = threading.Barrier(2)
        answers: list[int] = []

        def write(
            name: str,
            start: threading.Barrier = start,
            path: str = f"{RECORDS}/C-{round_}",
            headers: dict[str, str] = headers,
            answers: list[int] = answers,
        ) -> None:
            caller = Caller(site.anybody, acme.key)
            start.wait()
            answers.append(caller("PUT", path, json={"name": name}, headers=headers).status_code)

        writers = [threading.Thread(target=write, args=(name,)) for name in ("Ada", "Bob")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        assert sorted(answers) == [200, 412]


def test_a_version_of_a_record_that_is_gone_does_not_fit_the_next_one(acme: Caller) -> None:
    made = add(acme, "C-1")
    acme("DELETE", f"{RECORDS}/C-1")
    add(acme, "C-1", city="Rome")
    stale = acme(
        "PUT",
        f"{RECORDS}/C-1",
        json={"name": "Eve"},
        headers={"If-Match": f'"{made["_version"]}"'},
    )
    assert stale.status_code == 412


def test_records_come_by_id_in_pages(acme: Caller) -> None:
    for number in (3, 1, 5, 2, 4):
        add(acme, f"C-{number}")
    first = acme("GET", f"{RECORDS}?limit=2").json
    second = acme("GET", f"{RECORDS}?limit=2&cursor={first['next']}").json
    third = acme("GET", f"{RECORDS}?limit=2&cursor={second['next']}").json
    pages = [[item["id"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [["C-1", "C-2"], ["C-3", "C-4"], ["C-5"]]
    assert third["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?city=Oslo", ["C-1", "C-2"]),
        ("?city=Oslo&active=true", ["C-1"]),
        ("?total=5", ["C-1"]),
        ("?total=5.0", []),
        ("?city=oslo", []),
        ("?city=Troms%C3%B8", ["C-3"]),
        ("?city=", []),
        ("?id=C-1", []),
        ("?nothing=x", []),
        ("?tags=a", []),
        ("?city=Oslo&limit=1", ["C-1"]),
        ("?city=Oslo&cursor=C-1", ["C-2"]),
        ("?%00=%00", []),
    ],
)
def test_records_are_found_by_the_values_of_their_fields(
    acme: Caller, query: str, found: list[str]
) -> None:
    add(acme, "C-1", city="Oslo", active=True, total=5, tags=["a"])
    add(acme, "C-2", city="Oslo", active=False, total=5.5)
    add(acme, "C-3", city="Tromsø")
    assert ids(acme, query) == found


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("?limit=0", "query.limit"),
        ("?city=a&city=b", "query.city"),
        ("?cursor=%20", "query.cursor"),
    ],
)
def test_a_query_with_faults_is_refused(acme: Caller, query: str, path: str) -> None:
    assert [found for found, _ in errors(acme("GET", f"{RECORDS}{query}"))] == [path]


def test_without_a_collection_there_are_no_records(admin: Caller) -> None:
    for method, path in (("GET", RECORDS), ("POST", RECORDS), ("PUT", f"{RECORDS}/C-1")):
        missing = admin(method, path, json={})
        assert missing.status_code == 404
        assert "there is no collection customers" in missing.json["detail"]
