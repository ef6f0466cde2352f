from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from authorities import Authority, server_context, unsigned
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from scripted_partner import Partner, Visitor, always, answer

from core.http import FailureKind, OutboundRequest, OutboundResponse, SendFailure, SendResult
from net.tls import client_context


@pytest.fixture
def ask(make_sender, authority: Authority) -> Callable[..., SendResult]:
    sender = make_sender(tls=client_context(authority.file))

    def ask(partner: Partner, **parts: str) -> SendResult:
        return sender.send(OutboundRequest("GET", partner.url(scheme="https", **parts)))

    return ask


def test_the_name_that_was_asked_for_is_in_sni_host_and_certificate(
    ask, start_partner, authority: Authority
) -> None:
    names = []
    context = authority.server(x509.DNSName("partner.example"))
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    partner = start_partner(always(answer(b"secret")), context)

    results = [ask(partner), ask(partner, host="partner.example.")]

    assert [result.body for result in results] == [b"secret", b"secret"]
    assert names == ["partner.example", "partner.example"]
    assert partner.requests[0].headers["host"] == f"partner.example:{partner.port}"


def test_a_tls_connection_is_kept(ask, start_partner, authority: Authority) -> None:
    partner = start_partner(
        always(answer(b"a" * 100_000)), authority.server(x509.DNSName("partner.example"))
    )

    assert all(isinstance(ask(partner), OutboundResponse) for _ in range(5))

    assert partner.connections == 1
    assert len(partner.requests) == 5


def test_an_address_is_checked_against_the_certificate(
    ask, start_partner, authority: Authority
) -> None:
    partner = start_partner(
        always(answer()), authority.server(x509.IPAddress(ip_address("127.0.0.1")))
    )

    assert isinstance(ask(partner, host="127.0.0.1"), OutboundResponse)


def refused(result: SendResult) -> str:
    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.CONNECT
    return result.message


def test_a_self_signed_certificate_is_refused(ask, start_partner, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName("partner.example")])
    made = unsigned("partner.example", key, None).add_extension(names, critical=False)
    context = server_context(tmp_path, key, made.sign(key, hashes.SHA256()))
    partner = start_partner(always(answer()), context)

    assert refused(ask(partner)) == (
        f"the certificate of partner.example:{partner.port} is refused: self-signed certificate"
    )
    assert partner.requests == []


def test_a_certificate_of_another_name_is_refused(ask, start_partner, authority) -> None:
    partner = start_partner(always(answer()), authority.server(x509.DNSName("other.example")))

    assert "Hostname mismatch" in refused(ask(partner))


def test_an_expired_certificate_is_refused(ask, start_partner, authority) -> None:
    context = authority.server(x509.DNSName("partner.example"), expired=True)
    partner = start_partner(always(answer()), context)

    assert "certificate has expired" in refused(ask(partner))


def test_an_authority_only_a_test_knows_is_not_trusted_by_default(
    make_sender, start_partner, authority: Authority
) -> None:
    partner = start_partner(always(answer()), authority.server(x509.DNSName("partner.example")))

    result = make_sender().send(OutboundRequest("GET", partner.url(scheme="https")))

    assert "unable to get local issuer certificate" in refused(result)


def test_a_partner_without_tls_is_named(ask, start_partner) -> None:
    def script(visitor: Visitor) -> None:
        visitor.send(answer(b"", "400 Bad Request"))

    partner = start_partner(script)

    assert f"no TLS connection to partner.example:{partner.port}: " in refused(ask(partner))


def test_a_partner_that_drips_under_tls_is_cut_at_the_deadline(
    make_sender, start_partner, authority: Authority
) -> None:
    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.drip(answer(b"a" * 300))

    partner = start_partner(script, authority.server(x509.DNSName("partner.example")))
    sender = make_sender(tls=client_context(authority.file))

    result = sender.send(OutboundRequest("GET", partner.url(scheme="https"), timeout=300))

    assert isinstance(result, SendFailure)
    assert result.kind is FailureKind.TIMEOUT
