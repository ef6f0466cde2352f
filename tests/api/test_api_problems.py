"""Errors are problems (RFC 9457), and show nothing of the inside."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any, cast

import pytest

from core.clock import SystemClock
from core.errors import StorageUnavailable
from engine.readiness import Readiness
from tests.support.site import Caller, Site, assert_problem


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v2/runs", 404),
        ("GET", "/api/", 404),
        ("PUT", "/api/v1/runs", 405),
        ("PATCH", "/api/v1/automations/orders", 405),
        ("GET", "/api/v1/automations/orders/publish", 405),
        ("BREW", "/api/v1/automations", 405),
        ("POST", "/healthz", 405),
        ("GET", "/hooks/acme", 404),
    ],
)
def test_what_no_route_takes_is_a_problem(
    shared_site: Site, method: str, path: str, status: int
) -> None:
    refused = shared_site.anybody.open(path, method=method)
    assert refused.status_code == status
    assert_problem(refused)
    assert ("Allow" in refused.headers) is (status == 405)


def test_pages_for_people_are_not_answered_with_problems(shared_site: Site) -> None:
    assert shared_site.anybody.get("/nothing").content_type.startswith("text/html")


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/runs", "/api/v1/nothing"])
def test_no_answer_is_kept_or_taken_for_something_else(caller: Caller, path: str) -> None:
    headers = caller("GET", path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


class Broken:
    """A use case that fails in a way nobody foresaw, or because the store does not answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get(self, _tenant: str) -> Any:
        raise self.error

    def check(self) -> None:
        raise self.error


def broken_site(site: Site, error: Exception) -> Caller:
    broken: Any = Broken(error)
    readiness = Readiness(broken, SystemClock())
    service = dataclasses.replace(site.service, settings=broken, readiness=readiness)
    return Caller(site.with_service(service).test_client(), site.caller("acme").key)


def test_what_nobody_foresaw_is_logged_and_not_shown(
    shared_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caller = broken_site(shared_site, RuntimeError("the inside"))
    answer = caller("GET", "/api/v1/settings")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "inside" not in answer.text
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert "the inside" in str(record.exc_info[1])


def test_the_log_tells_of_no_token_in_a_path(
    shared_site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    class Breaking:
        def receive(self, *_: object) -> None:
            raise RuntimeError("the inside")

    service = dataclasses.replace(shared_site.service, callbacks=cast(Any, Breaking()))
    client = shared_site.with_service(service).test_client()
    assert client.post("/callback/whoever-knows-it-may-call").status_code == 500
    assert "/callback/<token>" in caplog.text
    assert "whoever-knows" not in caplog.text


def test_a_store_that_does_not_answer_is_told_with_a_time_to_come_back(shared_site: Site) -> None:
    caller = broken_site(shared_site, StorageUnavailable("disk full at /var"))
    answer = caller("GET", "/api/v1/settings")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "disk" not in answer.text


def test_a_store_that_cannot_be_written_makes_penstock_live_but_not_ready(
    shared_site: Site,
) -> None:
    caller = broken_site(shared_site, StorageUnavailable("disk full"))
    assert caller("GET", "/healthz?probe=1").json == {"status": "ok"}
    assert caller("GET", "/readyz").status_code == 503
    assert shared_site.anybody.get("/readyz").json == {"status": "ok"}
