"""Runs whose steps show the partner who sends: tokens are shared, and no secret is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.http import OutboundRequest, SendResult
from core.request_store import RequestFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.secrets import secrets_of
from tests.support.builders import make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered

API = "https://api.partner.example/orders"
TOKEN_URL = "https://login.partner.example/token"
SECRET = "cl13nt-s3cret-value"
OAUTH = {"type": "oauth2", "token_url": TOKEN_URL, "client_id": "shop", "secret": "CLIENT"}


class Provider:
    """A partner with a provider of tokens: each is `token-<number>-…`, good for a minute."""

    def __init__(self, bench: Workbench) -> None:
        self.asked = 0
        self.taken: set[str] = set()
        self.lingers = 0.0
        """Seconds for which a request for a token waits for another one."""
        self._changed = threading.Condition()
        bench.service.secrets.put(TENANT, "CLIENT", SECRET)
        bench.partner.script = self.answer

    def answer(self, request: OutboundRequest) -> SendResult:
        if request.url == TOKEN_URL:
            return self._give()
        token = dict(request.headers)["Authorization"].removeprefix("Bearer ")
        return answered(200 if token in self.taken else 401, {"id": "remote-1"})

    def _give(self) -> SendResult:
        with self._changed:
            self.asked += 1
            token = f"token-{self.asked}-abcdefghijklmnop"
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.asked > 1, self.lingers)
        self.taken.add(token)
        return answered(200, {"access_token": token, "token_type": "Bearer", "expires_in": 60})


@pytest.fixture
def provider(bench: Workbench) -> Provider:
    return Provider(bench)


def sending(*ids: str, **auth: Any) -> dict[str, Any]:
    """A document that sends from these steps side by side."""
    steps = [send(one, API, with_={"auth": {**OAUTH, **auth}}) for one in ids]
    document = make_document(*steps)
    document["trigger"]["next"] = list(ids)
    return document


def urls(bench: Workbench) -> list[str]:
    return [request.url for request in bench.partner.received]


def test_runs_share_a_token_until_shortly_before_its_end(
    bench: Workbench, provider: Provider
) -> None:
    bench.publish(sending("sync"))

    bench.post()
    bench.post()
    bench.clock.turn(54_000)
    bench.post()

    assert urls(bench) == [TOKEN_URL, API, API, TOKEN_URL, API]
    assert provider.asked == 2
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_token_that_was_taken_back_is_renewed_within_the_attempt(
    bench: Workbench, provider: Provider
) -> None:
    bench.publish(sending("sync"))
    bench.post()
    provider.taken.clear()

    bench.post()

    assert urls(bench)[2:] == [API, TOKEN_URL, API]
    run = bench.last_run()
    assert run.status is RunStatus.SUCCEEDED
    [attempt] = bench.steps()["sync"].attempts
    logged = bench.service.requests.list(TENANT, RequestFilter(run_id=run.id), ListQuery()).items
    sent = [entry for entry in logged if entry.direction == "out"]
    assert [entry.status for entry in sent] == [200, 200, 401]
    assert {(entry.step_id, entry.attempt) for entry in sent} == {("sync", 1)}
    assert attempt.request_id == sent[0].id


def test_branches_that_need_a_token_at_a_time_share_one_request(
    bench: Workbench, provider: Provider
) -> None:
    ids = [f"send_{number}" for number in range(6)]
    bench.publish(sending(*ids))
    provider.lingers = 0.3

    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert urls(bench).count(TOKEN_URL) == 1
    assert urls(bench).count(API) == 6


def test_a_new_value_of_the_secret_gets_a_token_of_its_own(
    bench: Workbench, provider: Provider
) -> None:
    bench.publish(sending("sync"))
    bench.post()
    bench.service.secrets.put(TENANT, "CLIENT", "another-value")
    bench.post()
    assert provider.asked == 2


def test_a_provider_that_refuses_fails_the_step_in_its_words(bench: Workbench) -> None:
    Provider(bench)
    bench.partner.answers(
        answered(400, {"error": "invalid_scope", "error_description": f"not for {SECRET}"})
    )
    bench.publish(sending("sync", scope="everything"))

    bench.post()

    run = bench.last_run()
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error.endswith(
        "no access token: login.partner.example answered 400: "
        "invalid_scope (not for [secret:CLIENT])"
    )


def test_a_provider_that_is_away_is_asked_again(bench: Workbench, provider: Provider) -> None:
    document = sending("sync")
    document["steps"][0]["retry"] = {"attempts": 2, "initial": "1s", "jitter": 0}
    bench.publish(document)
    bench.partner.answers(answered(503))
    bench.post()
    bench.partner.script = provider.answer
    bench.clock.turn(1_000)

    assert bench.run_due() == 1

    assert bench.last_run().status is RunStatus.SUCCEEDED
    assert [one.outcome for one in bench.steps()["sync"].attempts] == ["retry", "succeeded"]


EVERY: dict[str, dict[str, Any]] = {
    "basic": {"user": "shop", "secret": "CLIENT"},
    "bearer": {"secret": "CLIENT"},
    "api-key-in-header": {"header": "X-Key", "secret": "CLIENT"},
    "api-key-in-query": {"query": "key", "secret": "CLIENT"},
    "hmac": {"header": "X-Signature", "secret": "CLIENT"},
    "oauth2": OAUTH,
    "oauth2-in-body": {**OAUTH, "client_auth": "body"},
    "aws-sigv4": {
        "region": "eu-central-1",
        "service": "s3",
        "access_key": "AKIAEXAMPLE",
        "secret": "CLIENT",
        "session_token": "SESSION",
    },
    "mtls": {"certificate": "CLIENT", "key": "SESSION"},
    "none": {},
}
"""`none` stands for the signature of Standard Webhooks, which goes together with any kind."""


@pytest.mark.parametrize("name", EVERY)
def test_what_is_made_of_a_secret_stands_nowhere_though_the_partner_echoes_it(
    file_bench: Workbench, tmp_path: Path, name: str
) -> None:
    """Neither in the log, the outputs and the errors, nor in any byte of the database."""
    kind = next(one for one in ("api-key", "oauth2", name) if name.startswith(one))
    file_bench.service.secrets.put(TENANT, "SESSION", "s3ssion/token+value")
    file_bench.service.secrets.put(TENANT, "CLIENT", SECRET)
    seen: set[str] = set()

    def echo(request: OutboundRequest) -> SendResult:
        headers = dict(request.headers)
        seen.update(_credentials(headers))
        if request.url == TOKEN_URL:
            seen.add("token-1-abcdefghijklmnop")
            return answered(200, {"access_token": "token-1-abcdefghijklmnop"})
        return answered(418, {"sent": headers, "url": request.url}, x_echo=str(headers))

    file_bench.partner.script = echo
    told: dict[str, Any] = {"auth": {**EVERY[name], "type": kind}}
    told |= {"body": {"order": "a-visible-order"}, "sign": {"secret": "CLIENT"}}
    sync = send("sync", API, with_=told, next={"error": ["keep"]})
    keep = step("keep", "set-values", {"values": {"all": "<steps.sync>"}})
    file_bench.publish(make_document(sync, keep))

    file_bench.post()

    assert file_bench.last_run().status is RunStatus.SUCCEEDED, file_bench.last_run().error
    seen |= {SECRET, "s3ssion/token+value"}
    entries = file_bench.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    shown = json.dumps([repr(file_bench.service.requests.get(TENANT, one.id)) for one in entries])
    shown += repr(file_bench.detail())
    file_bench.store.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"a-visible-order" in kept
    for value in seen:
        assert value not in shown, value
        assert value.encode() not in kept, value


def _credentials(headers: Mapping[str, str]) -> set[str]:
    """What of the headers nobody else may know: a scheme and a claim before it are no secret."""
    names = {"Authorization", "X-Key", "X-Signature", "X-Amz-Security-Token", "webhook-signature"}
    found = {value for name, value in headers.items() if name in names}
    return {
        value.rpartition("Signature=")[2].rpartition(" ")[2].removeprefix("v1,") for value in found
    }


@pytest.mark.parametrize("name", [name for name in EVERY if name != "none"])
def test_where_a_secret_is_used_is_known(bench: Workbench, name: str) -> None:
    kind = next(one for one in ("api-key", "oauth2", name) if name.startswith(one))
    auth = {**EVERY[name], "type": kind}
    named = {value for key, value in auth.items() if value in ("CLIENT", "SESSION")}
    document = make_document(
        send("sync", API, with_={"auth": auth, "sign": {"secret": "SIGNING"}}, next=["other"]),
        send("other", API, with_={"headers": {"X-A": "<secrets.REFERRED>"}}),
    )
    document["trigger"]["with"]["auth"] = {"type": "header", "header": "X", "secret": "TRIGGER"}
    bench.publish(document)
    bench.service.secrets.put(TENANT, "CLIENT", SECRET)

    plan = bench.executor.tools.catalog.of(TENANT).live["orders"].plan
    assert secrets_of(plan) == named | {"SIGNING", "REFERRED", "TRIGGER"}
    assert plan.steps["sync"].secrets == named | {"SIGNING"}
    [use] = bench.service.secrets.list(TENANT)
    assert use.used_by == ("orders",)
