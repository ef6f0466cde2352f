"""Whatever stands in a path, a query or a header, it is taken or refused with a problem."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.operations import Operation
from api.table import OPERATIONS
from tests.support.site import Caller, Site, address, assert_problem, example_body

GUARDED = [operation for operation in OPERATIONS if operation.scope is not None]
WITH_PATH = [operation for operation in GUARDED if operation.placed("path")]
WITH_QUERY = [operation for operation in GUARDED if operation.placed("query")]
LIMITS = settings(max_examples=120, derandomize=True, database=None)


def by_id(operation: Operation) -> str:
    return operation.id


@pytest.mark.parametrize("operation", WITH_PATH, ids=by_id)
@pytest.mark.parametrize(
    "segment",
    ["%00", "a%00b", "%ED%A0%80", "%FF", "%0A", "x" * 5000, "..", "%2e%2e", "%2F", "a%2Fb", "Ж"],
)
def test_an_id_that_none_can_have_is_refused(
    caller: Caller, operation: Operation, segment: str
) -> None:
    ids = {parameter.name: segment for parameter in operation.placed("path")}
    assert_problem(caller(operation.method, address(operation, ids), **example_body(operation)))


@pytest.mark.parametrize("operation", WITH_PATH, ids=by_id)
def test_a_nul_never_reaches_the_store(caller: Caller, operation: Operation) -> None:
    """PostgreSQL takes none in a text."""
    ids = {parameter.name: "a%00" for parameter in operation.placed("path")}
    refused = caller(operation.method, address(operation, ids), **example_body(operation))
    assert refused.status_code == 422


@pytest.mark.parametrize("operation", [one for one in GUARDED if not one.filters], ids=by_id)
@pytest.mark.parametrize(
    "query",
    ["colour=red", "=", "%00=1", "%ED%A0%80=1", "\xff=1", "a=1&" * 5000, "limit%00=1", "x[]=1"],
)
def test_a_query_that_nobody_reads_is_refused(
    caller: Caller, operation: Operation, query: str
) -> None:
    options = {"query_string": query, **example_body(operation)}
    refused = caller(operation.method, address(operation), **options)
    assert refused.status_code == 422
    assert_problem(refused)
    assert refused.json["errors"][0]["path"].startswith("query")


@pytest.mark.parametrize("operation", WITH_QUERY, ids=by_id)
def test_a_query_parameter_is_given_once_and_as_it_should_be(
    caller: Caller, operation: Operation
) -> None:
    hostile = [
        "",
        "\x00",
        "%ED%A0%80",
        "-1",
        "0x1",
        "1e3",
        "\u0661",
        "9" * 400,
        "99999999999999999999",
    ]
    for parameter in operation.placed("query"):
        for text in hostile:
            refused = caller(
                operation.method, address(operation), query_string=f"{parameter.name}={text}"
            )
            if refused.status_code != 200:
                assert_problem(refused)
        twice = f"{parameter.name}=1&{parameter.name}=1"
        refused = caller(operation.method, address(operation), query_string=twice)
        assert refused.status_code == 422
        paths = [error["path"] for error in refused.json["errors"]]
        assert paths == [f"query.{parameter.name}"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1.0",
        "status=done",
        "since=yesterday",
        "since=2026-11-21",
        "since=2026-11-21T09:30:00",
        "until=2026-11-21T25:00:00Z",
        "cursor=%00",
        "cursor=",
        "automation=%00",
        "automation=a/b",
    ],
)
def test_a_list_of_runs_asked_for_wrongly_is_refused(caller: Caller, query: str) -> None:
    refused = caller("GET", f"/api/v1/runs?{query}")
    assert refused.status_code == 422
    [error] = refused.json["errors"]
    assert error["path"] == f"query.{query.partition('=')[0]}"


def test_all_faults_of_a_call_are_told_at_once(caller: Caller) -> None:
    refused = caller("PUT", "/api/v1/secrets/1?x=1", json={"value": 1, "y": 2})
    assert [error["path"] for error in refused.json["errors"]] == [
        "query.x",
        "path.name",
        "$.value",
        "$.y",
    ]


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example(text="9999-12-31T23:59:59.999999-23:59")
@example(text="0001-01-01T00:00:00+23:59")
@LIMITS
def test_any_moment_is_read_or_refused(caller: Caller, text: str) -> None:
    answer = caller("GET", "/api/v1/runs", query_string={"since": text, "until": text})
    if answer.status_code != 200:
        assert answer.status_code == 422
        assert {error["path"] for error in answer.json["errors"]} == {"query.since", "query.until"}


@given(name=st.sampled_from(["Authorization", "If-Match", "Content-Type", "Host"]), text=st.text())
@LIMITS
def test_any_header_is_read_or_refused(shared_site: Site, name: str, text: str) -> None:
    environ = {
        "HTTP_AUTHORIZATION": "Bearer of-nobody",
        "CONTENT_TYPE"
        if name == "Content-Type"
        else f"HTTP_{name.upper().replace('-', '_')}": text.encode("utf-8", "surrogatepass").decode(
            "latin-1"
        ),
    }
    answer = shared_site.anybody.put(
        "/api/v1/automations/orders", data=b"{}", environ_overrides=environ
    )
    assert_problem(answer)
