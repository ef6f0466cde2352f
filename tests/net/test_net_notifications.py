"""Notifications reach their services under the guard, within their time, and tell no address."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from authorities import Authority
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from scripted_partner import Visitor, always, answer

from core.notifications import (
    Notification,
    NotificationFormat,
    NotificationResult,
    NotificationType,
    place_of,
)
from net import AddressGuard, AppriseNotifier, parse_networks
from net.notifications import http
from net.notifications.services import FILE_OPTIONS, SERVICES
from tests.support.mail import open_mail_sink

# Apprise's mail looks for a module of Python's that is on its way out.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

SECRET = "s3cr3t-t0ken"
LATE = Notification("The order *A-7* is <b>late</b>.", title="Late\nagain", timeout=20_000)

Notify = Callable[..., NotificationResult]


def notifier_at(*addresses: str, allow: str = "127.0.0.1/32") -> AppriseNotifier:
    """A notifier to which every name has these addresses."""
    guard = AddressGuard(parse_networks(allow), resolve=lambda _: addresses, lifetime=0)
    return AppriseNotifier(guard)


@pytest.fixture
def notify() -> Notify:
    """Notifies at an address; every name is 127.0.0.1, which is allowed, and nothing else is."""
    notifier = notifier_at("127.0.0.1")

    def send(address: str, **changes: object) -> NotificationResult:
        return notifier.notify(address, replace(LATE, **changes))

    return send


def test_a_service_is_told_over_http(notify: Notify, start_partner, monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    partner = start_partner(always(answer()))

    result = notify(
        f"json://ada:{SECRET}@partner.example:{partner.port}/hook?format=text",
        type=NotificationType.WARNING,
    )

    assert result == replace(result, place="json://partner.example", status=200, error=None)
    assert result.delivered
    [request] = partner.requests
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["user-agent"] == "Penstock"
    assert request.headers["host"] == f"partner.example:{partner.port}"
    sent = json.loads(request.body)
    assert (sent["title"], sent["message"]) == ("Late again", "The order *A-7* is <b>late</b>.")
    assert sent["type"] == "warning"


def test_a_body_is_converted_to_what_the_service_shows(notify: Notify, start_partner) -> None:
    partner = start_partner(always(answer()))

    result = notify(
        f"json://partner.example:{partner.port}/?format=text",
        body="<b>late</b>",
        format=NotificationFormat.HTML,
    )

    assert result.delivered
    assert json.loads(partner.requests[0].body)["message"] == "late"


@pytest.mark.parametrize(
    ("status", "reply", "words", "may_pass"),
    [
        ("404 Not Found", b"no_team", "partner.example answered 404 Not Found: no_team", False),
        ("503 Busy", b"", "partner.example answered 503 Busy:", True),
        ("429 Slow", b"", "partner.example answered 429 Slow:", True),
        ("401 No", SECRET.encode(), "partner.example answered 401 No: [masked]", False),
        ("401 No", b"s3cr3t%2Dt0ken x", "partner.example answered 401 No: [masked] x", False),
    ],
)
def test_what_a_service_answers_says_why_and_whether_it_may_pass(
    notify: Notify, start_partner, status: str, reply: bytes, words: str, may_pass: bool
) -> None:
    partner = start_partner(always(answer(reply, status, "Content-Type: text/plain")))

    result = notify(f"json://u:{SECRET}@partner.example:{partner.port}/{SECRET}")

    assert (result.error, result.may_pass) == (words, may_pass)
    assert result.status == int(status[:3])


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "::1", "169.254.169.254", "fd00::1"])
@pytest.mark.parametrize(
    "url",
    [
        "json://partner.example/",
        "jsons://partner.example/",
        "mailto://u:p@partner.example?to=ada@example.org",
        "mailtos://u:p@example.org?smtp=partner.example&to=ada@example.org",
        "gotify://partner.example/AbCdEfGhIjKlMnO",
    ],
)
def test_no_service_reaches_an_address_that_is_not_public(address: str, url: str) -> None:
    result = notifier_at(address, allow="").notify(url, LATE)

    assert f"partner.example resolves to {address}, " in str(result.error)
    assert not result.may_pass


def test_a_host_with_one_address_that_is_not_public_is_refused() -> None:
    result = notifier_at("93.184.215.14", "10.0.0.5").notify("json://partner.example/", LATE)

    assert "resolves to 10.0.0.5, a private address" in str(result.error)


def test_a_name_is_looked_up_once_and_by_the_guard_alone(start_partner, monkeypatch) -> None:
    looked_up: list[str] = []

    def resolve(name: str) -> list[str]:
        looked_up.append(name)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.5"]

    def forbidden(*_args: object) -> None:
        raise AssertionError("somebody else looks a name up")

    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    partner = start_partner(always(answer()))
    guard = AddressGuard(parse_networks("127.0.0.1/32"), resolve=resolve, lifetime=0)

    result = AppriseNotifier(guard).notify(f"json://partner.example:{partner.port}/", LATE)

    assert result.delivered
    assert looked_up == ["partner.example"]


def test_a_redirect_is_judged_too(start_partner) -> None:
    location = "Location: http://inside.example/"
    partner = start_partner(always(answer(b"", "307 Elsewhere", location)))
    addresses = {"partner.example": ["127.0.0.1"], "inside.example": ["10.0.0.5"]}
    guard = AddressGuard(parse_networks("127.0.0.1/32"), resolve=addresses.__getitem__)
    url = f"json://partner.example:{partner.port}/"

    followed = AppriseNotifier(guard).notify(f"{url}?redirect=yes", LATE)
    plain = AppriseNotifier(guard).notify(url, LATE)

    assert "inside.example resolves to 10.0.0.5, a private address" in str(followed.error)
    assert plain.status == 307
    assert not plain.delivered


def _silent(visitor: Visitor) -> None:
    visitor.request()
    visitor.wait()


def _dripping(visitor: Visitor) -> None:
    visitor.request()
    visitor.drip(b"HTTP/1.1 200 OK\r\nX-Drip: " + b"x" * 10_000)


def _too_long(visitor: Visitor) -> None:
    visitor.request()
    visitor.send(answer(b"x" * (http.MOST_BYTES + 1)))


def _broken(visitor: Visitor) -> None:
    visitor.request()
    visitor.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (_silent, "no whole answer from partner.example in time"),
        (_dripping, "no whole answer from partner.example in time"),
        (_broken, "partner.example broke off before its answer was whole"),
        (_too_long, "partner.example could not be asked: RequestException"),
    ],
)
def test_an_answer_is_bounded_in_time_and_in_size(
    notify: Notify, start_partner, script: Callable[[Visitor], None], words: str
) -> None:
    partner = start_partner(script)
    timeout = 2_000 if "in time" in words else 20_000

    result = notify(f"json://partner.example:{partner.port}/?rto=60", timeout=timeout)

    assert (result.error, result.may_pass) == (words, True)


def test_pauses_between_requests_keep_to_the_time(notify: Notify, start_partner) -> None:
    partner = start_partner(always(answer(b"{}")))

    result = notify(f"ntfy://partner.example:{partner.port}/one/two", timeout=4_000)

    assert result.error == "partner.example wants pauses beyond 4s"
    assert result.may_pass
    assert len(partner.requests) == 1


def test_a_certificate_is_always_checked(start_partner, authority: Authority, monkeypatch) -> None:
    partner = start_partner(always(answer()), authority.server(x509.DNSName("partner.example")))
    url = f"jsons://partner.example:{partner.port}/?verify=no"

    stranger = notifier_at("127.0.0.1").notify(url, LATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    trusted = notifier_at("127.0.0.1").notify(url, LATE)

    assert "no TLS connection to partner.example: the certificate is refused" in str(stranger.error)
    assert trusted.delivered, trusted.error


def test_mail_is_handed_to_the_server_of_the_address(notify: Notify) -> None:
    with open_mail_sink() as sink:
        result = notify(
            f"mailto://ada:{SECRET}@mail.example:{sink.port}"
            "?from=penstock@example.org&to=team@example.org"
        )

    assert result == replace(result, place="mailto://mail.example", status=250, error=None)
    [mail] = sink.mails
    assert mail.login == f"ada:{SECRET}"
    assert mail.sender == "penstock@example.org"
    assert mail.recipients == ("team@example.org",)
    assert mail.message["Subject"] == "Late again"
    assert "The order *A-7* is" in mail.text


@pytest.mark.parametrize(("mode", "first"), [("starttls", False), ("ssl", True)])
def test_mail_goes_over_tls(authority: Authority, monkeypatch, mode: str, first: bool) -> None:
    tls = authority.server(x509.DNSName("mail.example"))
    notifier = notifier_at("127.0.0.1")
    with open_mail_sink(tls=tls, tls_first=first) as sink:
        url = f"mailtos://ada:pass@mail.example:{sink.port}?mode={mode}&to=team@example.org"
        stranger = notifier.notify(url, LATE)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        trusted = notifier.notify(url, LATE)

    assert not stranger.delivered
    assert trusted.delivered, trusted.error
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    ("replies", "words", "may_pass"),
    [
        ({"RCPT": "550 5.1.1 nobody here"}, "mail.example answered 550 5.1.1 nobody here", False),
        ({"RCPT": "451 4.7.1 come again"}, "mail.example answered 451 4.7.1 come again", True),
        ({"AUTH": f"535 no, {SECRET}"}, "mail.example answered 535 no, [masked]", False),
        ({"CONNECT": "554 go away"}, "mail.example answered 554 go away", False),
        ({"CONNECT": ""}, "mail.example closed the connection, or was silent", True),
    ],
)
def test_a_mail_server_that_refuses_is_quoted(
    notify: Notify, replies: dict[str, str], words: str, may_pass: bool
) -> None:
    with open_mail_sink(replies=replies) as sink:
        result = notify(
            f"mailto://ada:{SECRET}@mail.example:{sink.port}?to=team@example.org",
            timeout=20_000 if replies.get("CONNECT", "x") else 4_000,
        )

    assert (result.error, result.may_pass) == (words, may_pass)
    assert sink.mails == []


@pytest.mark.parametrize("option", sorted(FILE_OPTIONS))
def test_options_that_read_files_are_refused(notify: Notify, option: str) -> None:
    url = f"mailto://u:p@mail.example?to=ada@example.org&{option}=/etc/passwd"

    result = notify(url)

    assert result.error == (
        f"the address has the option {option}, which would use files of this machine; remove it"
    )


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "syslog://", "dbus://", "macosx://", "irc://partner.example/x", "nosuch://y",
     "mqtt://partner.example/x", "https://partner.example/", "fcm://project/key", "slack", ""],
)  # fmt: skip
def test_what_is_no_service_that_may_be_used_is_refused(notify: Notify, url: str) -> None:
    result = notify(url)

    assert result.error == (
        f"no notification can be sent by {place_of(url).partition(':')[0]}://; write the address "
        "of a service, such as slack://, workflows:// (Teams) or mailtos://"
    )


def test_the_address_that_a_service_shows_is_taken_as_well() -> None:
    token = "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    result = notifier_at("10.0.0.5").notify(f"https://hooks.slack.com{token}", LATE)

    assert result.place == "https://hooks.slack.com"
    assert "hooks.slack.com resolves to 10.0.0.5, a private address" in str(result.error)


def test_an_address_that_lacks_something_is_told_where_it_is_described(notify: Notify) -> None:
    result = notify(f"slack://{SECRET}")

    assert result.error == (
        "the address is not one of Slack; https://appriseit.com/services/slack/ shows its parts"
    )


def no_names(name: str) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


NOWHERE = AppriseNotifier(AddressGuard(resolve=no_names))


@pytest.mark.parametrize("scheme", sorted(SERVICES))
def test_no_part_of_an_address_is_told_by_any_service(
    scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    urls = (
        f"{scheme}://ada:{SECRET}@partner.example/{SECRET}/{SECRET}/{SECRET}?token={SECRET}",
        f"{scheme}://{SECRET}/15551234567/{SECRET}?from=ada@example.org&to=15551234567",
        f"{scheme}://ada:{SECRET}@partner.example/15551234567/ada@example.org/#channel",
    )

    for url in urls:
        result = NOWHERE.notify(url, replace(LATE, timeout=200))

        assert not result.delivered
        if result.place == f"{scheme}://{SECRET}":
            caplog.clear()  # it was the host, which the look-up of its name tells already
            continue
        assert SECRET not in f"{result} {caplog.text}"


@given(
    st.text(max_size=60)
    | st.tuples(st.sampled_from(sorted(SERVICES)), st.text(max_size=60)).map("://".join)
)
def test_whatever_an_address_is_it_has_a_result(address: str) -> None:
    assert not NOWHERE.notify(address, replace(LATE, timeout=200)).delivered
