"""Signed deliveries and lists of addresses through HTTP, directly and behind proxies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hubspot.utils.signature import Signature as HubSpotSignature
from twilio.request_validator import RequestValidator

from tests.acceptance.sending import problem
from tests.support.automations import every, on_webhook, post, run_of
from tests.support.raw_http import send_raw
from tests.support.server import Reply, Server, call, running_server
from tests.support.waiting import eventually
from tests.triggers.signing import SIGNERS

PUBLIC = "https://penstock.example.com"
SECRET = "a secret of the tests"
GITHUB = next(one for one in SIGNERS if one.scheme == "github")
SLACK = next(one for one in SIGNERS if one.scheme == "slack")
FORM = {"From": "+14158675309", "Body": "Grüße"}
FORM_BODY = b"From=%2B14158675309&Body=Gr%C3%BC%C3%9Fe"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose proxies are this machine and 10.0.0.0/8."""
    folder = tmp_path_factory.mktemp("behind")
    with running_server(folder, PENSTOCK_TRUSTED_PROXIES="127.0.0.1/32,10.0.0.0/8") as running:
        yield running


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows the address at which others reach it."""
    with running_server(tmp_path_factory.mktemp("public"), PENSTOCK_PUBLIC_URL=PUBLIC) as running:
        yield running


def listen(server: Server, scheme: str, path: str) -> None:
    auth = {"type": "signature", "scheme": scheme, "secrets": ["KEY"]}
    server.call("PUT", "/api/v1/secrets/KEY", {"value": SECRET})
    server.publish(scheme, on_webhook(path, auth=auth))


def logged(server: Server, path: str, **expected: Any) -> dict[str, Any]:
    """The newest entry of the log for a path, once it is the expected one."""

    def found() -> dict[str, Any] | None:
        entries = [one for one in every(server, "/api/v1/requests") if one["url"].endswith(path)]
        return entries[0] if entries and expected.items() <= entries[0].items() else None

    entry = eventually(found)
    assert entry is not None, expected
    return entry


def twilio(url: str) -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": RequestValidator(SECRET).compute_signature(url, FORM),
    }


def test_a_signed_delivery_is_taken_once_and_an_unsigned_one_never(server: Server) -> None:
    listen(server, "github", "github")
    headers = {"Content-Type": "application/json", **GITHUB.headers(secret=SECRET)}

    first = post(server, "github", GITHUB.body, headers)
    again = post(server, "github", GITHUB.body, headers)
    forged = post(server, "github", b'{"forged": true}', headers)
    unsigned = post(server, "github", GITHUB.body)

    assert (first.status, again.status) == (202, 200)
    assert again.json == {"status": "duplicate", "event_id": first.json["event_id"]}
    problem(forged, 401)
    assert "X-Hub-Signature-256 is missing" in problem(unsigned, 401)["detail"]
    assert unsigned.headers["www-authenticate"].startswith("Signature realm=")
    assert len(every(server, "/api/v1/runs?automation=github")) == 1
    assert run_of(server, first.json["run_id"])["event"]["headers"]["x-hub-signature-256"] == (
        "[masked]"
    )


def test_slack_is_answered_its_challenge(server: Server) -> None:
    listen(server, "slack", "slack")
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aBm2r"}'
    headers = {"Content-Type": "application/json", **SLACK.headers(body, int(time.time()), SECRET)}

    reply = post(server, "slack", body, headers)

    assert (reply.status, reply.json) == (200, {"challenge": "3eZbrw1aBm2r"})
    assert reply.headers["content-type"] == "application/json"
    assert every(server, "/api/v1/runs?automation=slack") == []
    assert logged(server, "/slack", status=200)["event_id"] is None


def test_a_signed_url_is_the_one_that_was_called(server: Server) -> None:
    listen(server, "twilio", "sms/{shop}")
    url = f"{server.url}/hooks/default/sms/Z%C3%BCrich%20(1)?x=%20y&a=+"

    assert call("POST", url, FORM_BODY, twilio(url)).status == 202
    problem(call("POST", f"{url}&b=1", FORM_BODY, twilio(url)), 401)

    claimed = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "penstock.example.com"}
    through = url.replace(server.url, PUBLIC)
    problem(call("POST", url, FORM_BODY, {**twilio(through), **claimed}), 401)
    entry = logged(server, "/sms/Zürich (1)", status=401)
    assert f"The URL was taken to be {url}" in entry["error"]


def test_with_a_public_url_signed_urls_begin_with_it(public: Server) -> None:
    listen(public, "twilio", "sms")

    for url, status in ((f"{PUBLIC}/hooks/default/sms?a=1", 202), (f"{public.url}/sms?a=1", 401)):
        reply = call("POST", f"{public.url}/hooks/default/sms?a=1", FORM_BODY, twilio(url))
        assert reply.status == status


def test_behind_a_trusted_proxy_it_says_how_the_url_begins(behind: Server) -> None:
    listen(behind, "hubspot", "crm")
    stamp, uri = str(int(time.time() * 1000)), f"{PUBLIC}/hooks/default/crm"
    signature = HubSpotSignature.get_signature(SECRET, "[]", "v3", uri, "POST", stamp)
    headers = {
        "Content-Type": "application/json",
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": stamp,
        "X-Forwarded-For": "203.0.113.9",
    }
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "penstock.example.com"}

    problem(post(behind, "crm", b"[]", headers), 401)
    assert post(behind, "crm", b"[]", {**headers, **forwarded}).status == 202
    assert logged(behind, "/crm", status=202, remote_address="203.0.113.9")


def from_(server: Server, *claimed: str) -> Reply:
    headers = {"X-Forwarded-For": ", ".join(claimed)} if claimed else {}
    return post(server, "listed", {"n": 1}, headers)


@pytest.mark.parametrize(
    ("claimed", "status", "address"),
    [
        (("203.0.113.9",), 202, "203.0.113.9"),
        (("198.51.100.1", "203.0.113.9", "10.0.0.7"), 202, "203.0.113.9"),
        (("2001:db8::7",), 202, "2001:db8::7"),
        (("::ffff:203.0.113.8",), 202, "203.0.113.8"),
        (("203.0.113.9", "198.51.100.1"), 403, "198.51.100.1"),
        (("203.0.113.9", "unknown"), 403, ""),
        ((), 403, "127.0.0.1"),
    ],
)
def test_a_list_of_addresses_is_held_against_the_caller_behind_trusted_proxies(
    behind: Server, claimed: tuple[str, ...], status: int, address: str
) -> None:
    behind.publish("listed", on_webhook("listed", allow_ips=["203.0.113.0/24", "2001:db8::/32"]))

    reply = from_(behind, *claimed)

    assert reply.status == status
    if status == 403:
        assert (address or "unknown address") in problem(reply, 403)["detail"]
    assert logged(behind, "/listed", status=status, remote_address=address)


def test_without_trusted_proxies_nobody_can_claim_to_be_on_the_list(server: Server) -> None:
    server.publish("listed", on_webhook("listed", allow_ips=["203.0.113.0/24"]))

    assert "127.0.0.1" in problem(from_(server, "203.0.113.9"), 403)["detail"]
    assert logged(server, "/listed", status=403, remote_address="127.0.0.1")
    assert every(server, "/api/v1/runs?automation=listed") == []


def test_who_is_not_on_the_list_is_told_so_before_he_sends_his_body(server: Server) -> None:
    server.publish("listed", on_webhook("listed", allow_ips=["203.0.113.0/24"]))
    head = b"POST /hooks/default/listed HTTP/1.1\r\nHost: penstock\r\nContent-Length: 9\r\n\r\n"

    problem(send_raw(server.url, head), 403)
