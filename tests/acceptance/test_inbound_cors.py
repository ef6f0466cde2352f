"""Public forms: what a browser may do from a listed site, and not from another."""

from __future__ import annotations

import pytest

from tests.acceptance.sending import problem
from tests.support.automations import on_webhook
from tests.support.server import Server, call


@pytest.fixture
def public_form(server: Server) -> str:
    form = on_webhook("form", cors_origins=["https://site.example"])
    server.publish("form", form)
    return f"{server.url}/hooks/default/form"


def test_a_preflight_of_a_listed_site_is_answered(public_form: str) -> None:
    asked = {
        "Origin": "https://site.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    reply = call("OPTIONS", public_form, headers=asked)

    assert (reply.status, reply.body) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "https://site.example"
    assert reply.headers["access-control-allow-methods"] == "POST"
    assert reply.headers["access-control-allow-headers"] == "content-type"


def test_a_form_of_a_listed_site_is_taken_and_may_read_the_answer(public_form: str) -> None:
    headers = {
        "Origin": "https://site.example",
        "Content-Type": "application/x-www-form-urlencoded",
    }

    reply = call("POST", public_form, b"name=Anna+L.&topic=a&topic=b", headers)

    assert reply.status == 202
    assert reply.headers["access-control-allow-origin"] == "https://site.example"


def test_another_site_may_not_read_and_its_preflight_is_refused(public_form: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    preflight = call("OPTIONS", public_form, headers=asked)
    simple = call("POST", public_form, {}, {"Origin": "https://evil.example"})

    problem(preflight, 405)
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in simple.headers
