"""The trust in partners' certificates."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi

from net.deadline import DeadlineTlsSocket


def client_context(authorities: Path | None = None) -> ssl.SSLContext:
    """A context that checks certificate and name, TLS 1.2 or later.

    It trusts the machine's store, where an operator adds an authority of their own (or names a file
    in `SSL_CERT_FILE`), and certifi's for machines that have none; `authorities`, a PEM file,
    replaces both. Nothing of it may be changed once a connection was made with it.
    """
    if authorities is not None:
        context = ssl.create_default_context(cafile=authorities)
    else:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    context.sslsocket_class = DeadlineTlsSocket
    return context
