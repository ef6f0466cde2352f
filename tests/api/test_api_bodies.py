"""Whatever body a client sends, it is taken or refused with a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.operations import Operation
from api.table import OPERATIONS
from tests.support.builders import make_document, send, step
from tests.support.site import Caller, address, assert_problem

WITH_BODY = [operation for operation in OPERATIONS if operation.body is not None]
MEBIBYTE = 1 << 20
LIMITS = settings(max_examples=60, derandomize=True, database=None)
CHARACTERS = st.characters(exclude_categories=["Cs"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text(CHARACTERS, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(CHARACTERS, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def every_operation() -> Any:
    return pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.id)


@every_operation()
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nul",
        b"\xff",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"value": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a": 18446744073709551616}',
        b'{"a": 1e999}',
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b"[" * 60_000,
    ],
)
def test_a_body_that_is_no_strict_json_is_refused(
    caller: Caller, operation: Operation, body: bytes
) -> None:
    refused = caller(
        operation.method, address(operation), data=body, content_type="application/json"
    )
    assert refused.status_code == 400
    assert_problem(refused)


@every_operation()
def test_a_body_of_another_media_type_is_refused(caller: Caller, operation: Operation) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/json5"):
        refused = caller(operation.method, address(operation), data=b"{}", content_type=media_type)
        assert refused.status_code == 415
        assert "application/json" in refused.json["detail"]


@every_operation()
def test_a_body_is_one_mebibyte_at_most(caller: Caller, operation: Operation) -> None:
    too_long = caller(
        operation.method,
        address(operation),
        data=b'"' + b"x" * (MEBIBYTE - 1) + b'"',
        content_type="application/json",
    )
    assert too_long.status_code == 413
    assert_problem(too_long)


@pytest.mark.parametrize("terminated", [False, True])
def test_the_limit_of_a_body_holds_to_the_byte(caller: Caller, terminated: bool) -> None:
    """A server that ends the input itself, as for a body in chunks, says so with a flag."""

    def put(length: int) -> int:
        body = b'{"name": "' + b"x" * (length - 12) + b'"}'
        options: dict[str, Any] = {"data": body, "content_type": "application/json"}
        if terminated:
            options["environ_overrides"] = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        return caller("PUT", "/api/v1/automations/long", **options).status_code

    assert put(MEBIBYTE) in (200, 201)
    assert put(MEBIBYTE + 1) == 413


@every_operation()
@given(body=JSON)
@example(body={"it's": 1})
@example(body={"\x00": "\x00"})
@example(body={"name": "\x00", "scopes": ["read"]})
@example(body={"name": "x", "scopes": [["read"], {}, None, "read"]})
@LIMITS
def test_any_json_is_taken_or_refused(caller: Caller, operation: Operation, body: Any) -> None:
    answer = caller(
        operation.method,
        address(operation),
        data=orjson.dumps(body),
        content_type="application/json",
    )
    if answer.status_code >= 300:
        assert_problem(answer)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container inside a value with a key of it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in inside:
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


@given(data=st.data())
@LIMITS
def test_any_draft_is_kept_and_published_only_without_faults(
    caller: Caller, data: st.DataObject
) -> None:
    draft = make_document(
        send("sync", "https://partner.example/<id>", with_={"codes": {"retry": ["5xx"]}}),
        step("pick", "choose", {"branches": [{"port": "big", "when": "total > 1"}]}),
    )
    draft["steps"][0] |= {"next": {"success": ["pick"], "error": "pick"}, "retry": {"attempts": 2}}
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(draft))))
        container[key] = data.draw(JSON)
    kept = caller("PUT", "/api/v1/automations/draft", json=draft)
    assert kept.status_code in (200, 201)
    published = caller("POST", "/api/v1/automations/draft/publish")
    assert published.status_code == (422 if kept.json["faults"] else 200)
    assert published.json.get("errors", []) == kept.json["faults"]
