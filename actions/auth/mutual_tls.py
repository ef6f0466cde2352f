"""`mtls`: a certificate of ours in the TLS handshake (RFC 8446, section 4.4.2)."""

from __future__ import annotations

from dataclasses import replace

from actions.auth.contract import AuthKind, Configuration, adding
from actions.auth.fields import secret
from actions.exchange import Exchange
from core.http import ClientCertificate
from core.spec import ActionContext


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    certificate = context.secret(auth["certificate"])
    key = context.secret(auth["key"]) if "key" in auth else certificate
    shown = ClientCertificate(certificate, key)
    return replace(exchange, request=replace(exchange.request, client_certificate=shown))


def _check(configuration: Configuration) -> list[tuple[str, str]]:
    if configuration["url"].lower().startswith("http://"):
        return [("url", "a client certificate goes over TLS alone; begin the URL with https://")]
    return []


KIND = AuthKind(
    type="mtls",
    title="Client certificate (mutual TLS)",
    properties={
        "certificate": secret(
            "Certificate",
            "The certificate in PEM, those that sign it behind it; its private key may stand there "
            "as well.",
            "PARTNER_CERTIFICATE",
        ),
        "key": secret(
            "Private key",
            "The certificate's private key in PEM, without a passphrase; not needed where it "
            "stands with the certificate.",
            "PARTNER_CERTIFICATE_KEY",
        ),
    },
    required=("certificate",),
    send=adding(_add),
    check=_check,
)
