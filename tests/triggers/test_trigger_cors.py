"""Pages of listed origins may call a trigger from a browser; others may not."""

from __future__ import annotations

import pytest

from core.http import InboundRequest
from triggers.webhook import compile_trigger

SITE = "https://site.example"


def request_of(**headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return InboundRequest("OPTIONS", "form", {}, named, "192.0.2.1", lambda _limit: b"")


def trigger(*origins, methods=("POST",)):
    return compile_trigger(
        {"path": "form", "methods": list(methods), "cors_origins": list(origins)}
    )


def test_an_answer_names_the_listed_origin_and_that_it_depends_on_it():
    headers = trigger(SITE, "http://other.example:8080").cors_headers(request_of(origin=SITE))
    assert dict(headers) == {"Access-Control-Allow-Origin": SITE, "Vary": "Origin"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"{SITE}.evil.example"},
    ],
)
def test_an_answer_to_anybody_else_still_depends_on_the_origin(headers):
    assert trigger(SITE).cors_headers(request_of(**headers)) == (("Vary", "Origin"),)


def test_a_star_allows_every_origin():
    answer = trigger("*").cors_headers(request_of(origin="https://any.example"))
    assert answer == (("Access-Control-Allow-Origin", "*"),)


def test_without_origins_no_answer_speaks_of_them():
    closed = trigger()
    asked = request_of(origin=SITE, access_control_request_method="POST")
    assert closed.cors_headers(asked) == ()
    assert closed.preflight(asked) is None


@pytest.mark.parametrize("origins", [[SITE], ["HTTPS://Site.Example"], ["*"]])
def test_a_preflight_is_told_the_methods_and_gets_the_headers_it_asked_for(origins):
    asked = request_of(
        origin=SITE,
        access_control_request_method="PUT",
        access_control_request_headers="content-type, idempotency-key",
    )
    answer = dict(trigger(*origins, methods=["PUT", "POST"]).preflight(asked))
    assert answer["Access-Control-Allow-Origin"] in (SITE, "*")
    assert answer["Access-Control-Allow-Methods"] == "POST, PUT"
    assert answer["Access-Control-Allow-Headers"] == "content-type, idempotency-key"
    assert answer["Access-Control-Max-Age"] == "600"


def test_header_names_that_are_none_are_not_repeated():
    asked = request_of(
        origin=SITE,
        access_control_request_method="POST",
        access_control_request_headers="x\r\nSet-Cookie: a=b",
    )
    assert "Access-Control-Allow-Headers" not in dict(trigger(SITE).preflight(asked))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "access_control_request_method": "POST"},
        {"access_control_request_method": "POST"},
        {"origin": SITE},
    ],
)
def test_a_preflight_of_another_origin_or_of_none_is_refused(headers):
    assert trigger(SITE).preflight(request_of(**headers)) is None
