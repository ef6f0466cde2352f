"""Certificates that are shown to partners: to whom, on which connections, and kept where."""

from __future__ import annotations

import os
import ssl
import stat
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scripted_partner import Partner, Script, Visitor, always, answer

from core.http import (
    ClientCertificate,
    FailureKind,
    OutboundRequest,
    OutboundResponse,
    SendFailure,
    SendResult,
)
from net import tls
from net.idle import IdleConnections
from net.tls import client_context
from tests.support.certificates import Authority


def naming() -> Script:
    """Answers with the name in the client's certificate."""

    def script(visitor: Visitor) -> None:
        while visitor.request():
            visitor.send(answer(visitor.client.encode()))

    return script


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def client(authority: Authority) -> ClientCertificate:
    issued = authority.issue("penstock")
    return ClientCertificate(issued.certificate, issued.key)


@pytest.fixture
def partner(start_partner, authority: Authority) -> Partner:
    return start_partner(naming(), authority.server("partner.example", wants_client=True))


@pytest.fixture
def idle() -> IdleConnections:
    return IdleConnections()


@pytest.fixture
def ask(make_sender, authority: Authority, idle) -> Callable[..., SendResult]:
    def trust() -> Any:
        return client_context(authority.file)

    sender = make_sender(tls=trust(), new_tls=trust, idle=idle)

    def ask(partner: Partner, certificate: ClientCertificate | None, **rest: Any) -> SendResult:
        url = rest.pop("url", partner.url(scheme="https"))
        return sender.send(OutboundRequest("GET", url, client_certificate=certificate, **rest))

    return ask


def body(result: SendResult) -> bytes:
    assert isinstance(result, OutboundResponse), result
    return result.body


def refused(result: SendResult) -> str:
    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.INVALID_REQUEST
    return result.message


def test_a_partner_that_asks_for_it_sees_the_certificate(ask, partner, client) -> None:
    assert body(ask(partner, client)) == b"penstock"


def test_key_and_certificate_may_stand_together(ask, partner, client) -> None:
    both = client.key + client.certificate
    assert body(ask(partner, ClientCertificate(both, both))) == b"penstock"


def test_without_one_the_partner_does_not_talk(ask, partner) -> None:
    result = ask(partner, None)
    assert isinstance(result, SendFailure)
    assert result.may_pass
    assert partner.requests == []


def test_a_stranger_s_certificate_is_refused_by_the_partner(ask, partner, tmp_path) -> None:
    stranger = Authority(tmp_path, "Another Authority").issue("penstock")
    result = ask(partner, ClientCertificate(stranger.certificate, stranger.key))
    assert isinstance(result, SendFailure)
    assert partner.requests == []


def test_connections_are_shared_only_by_those_with_the_same_certificate(
    ask, start_partner, authority, client
) -> None:
    context = authority.server("partner.example")
    context.verify_mode = tls.ssl.CERT_OPTIONAL
    context.load_verify_locations(authority.file)
    partner = start_partner(naming(), context)
    issued = authority.issue("other")
    other = ClientCertificate(issued.certificate, issued.key)

    names = [body(ask(partner, one)) for one in (client, None, other, client, None, other)]

    assert names == [b"penstock", b"", b"other"] * 2
    assert partner.connections == 3


def test_a_redirect_to_another_origin_sees_no_certificate(
    ask, start_partner, authority, client
) -> None:
    context = authority.server("other.example")
    context.verify_mode = tls.ssl.CERT_OPTIONAL
    context.load_verify_locations(authority.file)
    other = start_partner(naming(), context)
    location = other.url(scheme="https", host="other.example")
    redirect = answer(b"", "307 Temporary Redirect", f"Location: {location}")
    partner = start_partner(
        always(redirect), authority.server("partner.example", wants_client=True)
    )

    assert body(ask(partner, client, max_redirects=1)) == b""
    assert len(other.requests) == 1


def test_a_redirect_within_the_origin_sees_it(ask, start_partner, authority, client) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(answer(b"", "302 Found", "Location: /there"))
        visitor.request()
        visitor.send(answer(visitor.client.encode()))

    partner = start_partner(script, authority.server("partner.example", wants_client=True))
    assert body(ask(partner, client, max_redirects=1)) == b"penstock"


def test_it_is_never_sent_without_tls(ask, start_partner, client) -> None:
    partner = start_partner(always(answer()))
    assert "over TLS alone" in refused(ask(partner, client, url=partner.url()))
    assert partner.requests == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one, _: ("no certificate", one.key), "there is no certificate in PEM"),
        (lambda one, _: (one.certificate, "no key"), "there is no private key in PEM"),
        (lambda one, _: ("", ""), "there is no certificate in PEM"),
        (lambda one, other: (one.certificate, other.key), "belongs to another certificate"),
        (lambda one, _: (one.certificate[:90] + "\n", one.key), "cannot be read"),
        (lambda one, _: (one.certificate, one.key.replace("M", "!")), "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_that_show_nothing(
    ask, partner, authority, client, change, words
) -> None:
    certificate, key = change(client, authority.issue("other"))
    message = refused(ask(partner, ClientCertificate(certificate, key)))

    assert words in message
    assert message.startswith("the client certificate cannot be used: ")
    assert not any(line in message for line in key.splitlines()[1:-1])
    assert partner.requests == []


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(
    ask, partner, authority
) -> None:
    issued = authority.issue("penstock", passphrase=b"open")
    message = refused(ask(partner, ClientCertificate(issued.certificate, issued.key)))
    assert "has a passphrase; store the key without one" in message


def test_where_files_cannot_be_in_memory_it_is_a_file_of_ours_alone_removed_at_once(
    monkeypatch, tmp_path, client
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    seen = []

    class Context:
        def load_cert_chain(self, file: str, password: object) -> None:
            seen.append((Path(file).read_text(), stat.S_IMODE(Path(file).stat().st_mode)))

    tls.show(client, Context())  # type: ignore[arg-type]

    assert seen == [(f"{client.certificate}\n{client.key}\n", 0o600)]
    assert list((tmp_path / "temporary").iterdir()) == []


def test_in_memory_no_file_is_made(monkeypatch, tmp_path, client) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    tls.show(client, client_context())
    assert not (tmp_path / "temporary").exists()


def test_no_more_contexts_are_kept_than_may_be(monkeypatch, authority) -> None:
    monkeypatch.setattr(tls, "MOST_CONTEXTS", 2)
    contexts = tls.TlsContexts()
    issued = [authority.issue(name) for name in ("a", "b", "c")]
    shown = [ClientCertificate(one.certificate, one.key) for one in issued]

    first = [contexts.of(one) for one in shown]

    assert contexts.of(shown[2]) is first[2]
    assert contexts.of(shown[1]) is first[1]
    assert contexts.of(shown[0]) is not first[0]


def test_the_context_of_no_certificate_is_made_once_and_by_the_first_who_asks() -> None:
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made.append(client_context())
        return made[-1]

    contexts = tls.TlsContexts(make=make)
    assert made == []

    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(contexts.of, [None] * 8))

    assert asked == made * 8
