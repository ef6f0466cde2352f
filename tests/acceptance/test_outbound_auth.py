"""Each kind of authentication, sent through real HTTP and verified by those who get it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from tests.support.automations import ended_run, every, on_webhook, post
from tests.support.builders import send
from tests.support.certificates import Authority
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner, open_partner
from tests.support.server import Server, running_server

SECRET = "tok-9f8e7d6c5b4a3210/+"
TOKEN = "at-0123456789abcdefghijklmnopqrstuv"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Server]:
    """A server that trusts the authority, has the secrets, and may call this machine."""
    folder = tmp_path_factory.mktemp("server")
    settings = {"PENSTOCK_ALLOW_PRIVATE": LOOPBACK, "SSL_CERT_FILE": str(authority.file)}
    client = authority.issue("penstock")
    secrets = {"NAME": SECRET, "CERT": client.certificate, "KEY": client.key}
    with running_server(folder, **settings) as server:
        for name, value in secrets.items():
            assert server.call("PUT", f"/api/v1/secrets/{name}", {"value": value}).status == 204
        yield server


def sent_with(server: Server, name: str, url: str, auth: dict[str, Any]) -> dict[str, Any]:
    """The run of an automation that sends one request with this authentication."""
    told = {"auth": auth, "body": {"order": "a-visible-order", "b": "ü"}}
    server.publish(name, on_webhook(name, send("sync", url, with_=told)))
    return ended_run(server, post(server, name).json["run_id"])


def test_basic(telling: Server, partner: Partner) -> None:
    auth = {"type": "basic", "user": "shop", "secret": "NAME"}
    assert sent_with(telling, "basic", partner.url, auth)["status"] == "succeeded"
    [arrival] = partner.arrivals
    scheme, _, credentials = arrival.headers["authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(credentials).decode() == f"shop:{SECRET}"


def test_bearer(telling: Server, partner: Partner) -> None:
    auth = {"type": "bearer", "secret": "NAME"}
    assert sent_with(telling, "bearer", partner.url, auth)["status"] == "succeeded"
    assert partner.arrivals[0].headers["authorization"] == f"Bearer {SECRET}"


def test_api_keys(telling: Server, partner: Partner) -> None:
    header = {"type": "api-key", "header": "X-Key", "secret": "NAME"}
    query = {"type": "api-key", "query": "key", "secret": "NAME"}
    assert sent_with(telling, "header", partner.url, header)["status"] == "succeeded"
    assert sent_with(telling, "query", f"{partner.url}/a?b=1", query)["status"] == "succeeded"
    first, second = partner.arrivals
    assert first.headers["x-key"] == SECRET
    assert parse_qs(urlsplit(second.path).query) == {"b": ["1"], "key": [SECRET]}


@pytest.mark.parametrize("encoding", ["hex", "base64"])
@pytest.mark.parametrize("timestamp", [{}, {"timestamp_header": "X-Timestamp"}])
def test_what_one_automation_signs_another_one_takes(
    telling: Server, encoding: str, timestamp: dict[str, str]
) -> None:
    auth = {"type": "hmac", "header": "X-Signature", "secret": "NAME", "prefix": "v1="}
    auth |= {"encoding": encoding, **timestamp}
    telling.publish("receiver", on_webhook("receiver", auth=auth))
    url = f"{telling.url}/hooks/default/receiver"

    taken = sent_with(telling, "signer", url, auth)
    refused = sent_with(telling, "signer", url, {**auth, "secret": "CERT"})

    assert taken["status"] == "succeeded"
    assert taken["steps"][0]["output"]["status"] == 202
    assert "answered 401" in refused["error"]


def test_oauth2(telling: Server, partner: Partner) -> None:
    partner.script = provider(partner, "Basic " + basic("shop%2F1", quote(SECRET, safe="")))
    auth = oauth2(partner, "shop/1")

    runs = [sent_with(telling, "oauth2", f"{partner.url}/api", auth) for _ in range(2)]

    assert [run["status"] for run in runs] == ["succeeded"] * 2
    assert [arrival.path for arrival in partner.arrivals] == ["/token", "/api", "/api"]
    asked = parse_qs(partner.arrivals[0].body.decode())
    assert asked == {"grant_type": ["client_credentials"], "scope": ["orders"]}


def test_a_token_that_was_taken_back_is_asked_for_anew(telling: Server, partner: Partner) -> None:
    auth = oauth2(partner, "taken-back")
    valid = ["at-first-0123456789"]

    def script(arrival: Arrival) -> Answer:
        if arrival.path == "/token":
            return Answer(200, {"access_token": valid[0], "token_type": "bearer"})
        shown = arrival.headers["authorization"].removeprefix("Bearer ")
        return Answer(200 if shown == valid[0] else 401, {"you sent": shown})

    partner.script = script
    assert sent_with(telling, "renewed", f"{partner.url}/api", auth)["status"] == "succeeded"
    valid[0] = "at-second-0123456789"
    run = sent_with(telling, "renewed", f"{partner.url}/api", auth)

    assert run["status"] == "succeeded"
    assert [one.path for one in partner.arrivals] == ["/token", "/api", "/api", "/token", "/api"]
    logged = every(telling, f"/api/v1/requests?run={run['id']}&direction=out")
    assert sorted(entry["status"] for entry in logged) == [200, 200, 401]


def test_a_provider_that_refuses_is_quoted(telling: Server, partner: Partner) -> None:
    refusal = {"error": "invalid_client", "error_description": f"not with {SECRET}"}
    partner.script = lambda _arrival: Answer(401, refusal)
    run = sent_with(telling, "refused", f"{partner.url}/api", oauth2(partner, "refused"))
    assert run["error"].endswith(
        "no access token: 127.0.0.1 answered 401: invalid_client (not with [secret:NAME])"
    )
    assert [arrival.path for arrival in partner.arrivals] == ["/token"]


@pytest.mark.parametrize("service", ["execute-api", "s3"])
def test_aws(telling: Server, partner: Partner, service: str) -> None:
    auth = {"type": "aws-sigv4", "region": "eu-central-1", "service": service}
    auth |= {"access_key": "AKIDEXAMPLE", "secret": "NAME"}
    url = f"{partner.url}/a%2Fb/é (1)/x?z=1&a=b c&acl"

    assert sent_with(telling, "aws", url, auth)["status"] == "succeeded"

    [arrival] = partner.arrivals
    claimed = arrival.headers["authorization"].rpartition("Signature=")[2]
    assert claimed == aws_signature(arrival, service)


def test_a_client_certificate(telling: Server, authority: Authority) -> None:
    with open_partner(tls=authority.server("127.0.0.1", wants_client=True)) as partner:
        auth = {"type": "mtls", "certificate": "CERT", "key": "KEY"}
        run = sent_with(telling, "mtls", partner.url, auth)
        broken = sent_with(telling, "broken", partner.url, {**auth, "key": "NAME"})

        assert run["status"] == "succeeded"
        assert [arrival.client for arrival in partner.arrivals] == ["penstock"]
        assert "there is no private key in PEM" in broken["error"]


def test_nothing_of_all_that_is_shown_or_kept(tmp_path: Path, partner: Partner) -> None:
    """The partner echoes what it gets wherever it can."""
    seen: set[str] = {SECRET, TOKEN}

    def echo(arrival: Arrival) -> Answer:
        shown = arrival.headers.get("authorization", arrival.headers.get("x-signature", ""))
        seen.add(shown.rpartition("Signature=")[2].rpartition(" ")[2].rpartition("v1=")[2])
        if arrival.path == "/token":
            return Answer(200, {"access_token": TOKEN, "token_type": "bearer"})
        return Answer(418, {"headers": dict(arrival.headers), "path": arrival.path})

    partner.script = echo
    kinds: list[dict[str, Any]] = [
        {"type": "basic", "user": "shop", "secret": "NAME"},
        {"type": "api-key", "query": "key", "secret": "NAME"},
        {"type": "hmac", "header": "X-Signature", "secret": "NAME", "prefix": "v1="},
        oauth2(partner, "shop"),
        {**oauth2(partner, "body"), "client_auth": "body"},
        {
            "type": "aws-sigv4",
            "region": "eu-central-1",
            "service": "s3",
            "access_key": "AKIDEXAMPLE",
            "secret": "NAME",
        },
    ]
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.call("PUT", "/api/v1/secrets/NAME", {"value": SECRET})
        runs = [sent_with(server, f"a{n}", partner.url, kind) for n, kind in enumerate(kinds)]
        shown = [server.call("GET", f"/api/v1/runs/{run['id']}").body for run in runs]
        for entry in every(server, "/api/v1/requests"):
            shown.append(server.call("GET", f"/api/v1/requests/{entry['id']}").body)
        assert server.stop() == 0
        shown.append(server.errors().encode())
        kept = [file.read_bytes() for file in server.data_dir.iterdir()]

    assert len(partner.arrivals) == len(kinds) + 2
    seen.discard("")
    assert len(seen) == 6
    written = b"".join([*shown, *kept])
    assert written.count(b"a-visible-order") > len(kinds)
    for value in seen:
        assert value.encode() not in written, value


def oauth2(partner: Partner, client: str) -> dict[str, Any]:
    return {
        "type": "oauth2",
        "token_url": f"{partner.url}/token",
        "client_id": client,
        "secret": "NAME",
        "scope": "orders",
    }


def provider(partner: Partner, authorization: str) -> Any:
    """Gives the token to who shows this, and takes no other."""

    def script(arrival: Arrival) -> Answer:
        shown = arrival.headers["authorization"]
        if arrival.path == "/token":
            given = {"access_token": TOKEN, "token_type": "bearer", "expires_in": 3600}
            return Answer(200, given) if shown == authorization else Answer(401)
        return Answer(200 if shown == f"Bearer {TOKEN}" else 401)

    return script


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def aws_signature(arrival: Arrival, service: str) -> str:
    """The signature as AWS describes it, made of what arrived and of nothing else."""
    path, _, query = arrival.path.partition("?")
    pairs = sorted(pair.partition("=")[::2] for pair in query.split("&"))
    names = arrival.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
    canonical = "\n".join(
        [
            arrival.method,
            path if service == "s3" else quote(path, safe="/"),
            "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs),
            *(f"{name}:{arrival.headers[name]}" for name in names.split(";")),
            "",
            names,
            hashlib.sha256(arrival.body).hexdigest(),
        ]
    )
    moment = arrival.headers["x-amz-date"]
    scope = [moment[:8], "eu-central-1", service, "aws4_request"]
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    content = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), digest])
    key = f"AWS4{SECRET}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, content.encode(), "sha256").hex()


def encoded(text: str) -> str:
    """Percent-encoded, whichever way it came."""
    return quote(unquote(text), safe="-_.~")
