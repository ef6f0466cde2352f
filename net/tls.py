"""The trust in partners' certificates, and the certificates that are shown to partners."""

from __future__ import annotations

import os
import ssl
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import certifi

from core.http import ClientCertificate, FailureKind
from net.deadline import DeadlineTlsSocket
from net.failures import SendError

MOST_CONTEXTS = 32
"""Client certificates that are kept ready; each costs 1 MB, the trust being loaded anew for it."""


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


class TlsContexts:
    """The context of each client certificate, made once and kept while it is used; thread-safe.

    `plain` is that of requests without one, `make` makes another with the same trust; without
    `plain`, that one too, when it is asked for: a start does not wait for it.
    """

    def __init__(
        self,
        plain: ssl.SSLContext | None = None,
        make: Callable[[], ssl.SSLContext] = client_context,
    ) -> None:
        self._plain = plain
        self._make = make
        self._kept: OrderedDict[ClientCertificate, ssl.SSLContext] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, certificate: ClientCertificate | None) -> ssl.SSLContext:
        """The context to connect with. Raises SendError (INVALID_REQUEST) for what is no PEM."""
        if certificate is None:
            return self._plain or self._make_plain()
        with self._lock:
            context = self._kept.get(certificate)
            if context is None:
                context = self._make()
                show(certificate, context)
                self._kept[certificate] = context
            self._kept.move_to_end(certificate)
            while len(self._kept) > MOST_CONTEXTS:
                self._kept.popitem(last=False)
            return context

    def _make_plain(self) -> ssl.SSLContext:
        with self._lock:
            self._plain = self._plain or self._make()
            return self._plain


def show(certificate: ClientCertificate, context: ssl.SSLContext) -> None:
    """Makes a new context show a certificate. Raises SendError (INVALID_REQUEST)."""
    for text, mark, what in (
        (certificate.certificate, "CERTIFICATE-----", "certificate"),
        (certificate.key, "PRIVATE KEY-----", "private key"),
    ):
        if mark not in text:
            raise _unusable(f"there is no {what} in PEM (-----BEGIN …{mark})")
    pem = f"{certificate.certificate}\n{certificate.key}\n".encode()
    try:
        with _as_file(pem) as file:
            context.load_cert_chain(file, password=_refuse_passphrase)
    except _PassphraseAskedError:
        raise _unusable("its private key has a passphrase; store the key without one") from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise _unusable("the private key belongs to another certificate") from None
        reason = (error.reason or "no PEM").replace("_", " ").lower()
        raise _unusable(f"certificate or key cannot be read ({reason})") from None


class _PassphraseAskedError(Exception):
    """The private key is encrypted."""


def _refuse_passphrase() -> str:
    # Without this, OpenSSL asks at the terminal.
    raise _PassphraseAskedError


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """The name of a file with this content, which nobody else can read, for as long as it is open.

    The ssl module reads certificates from files alone. Where the system has files in memory it is
    one of those; else a temporary one, mode 0600.
    """
    if hasattr(os, "memfd_create"):
        with open(os.memfd_create("client-certificate"), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            yield file.name


def _unusable(fault: str) -> SendError:
    return SendError(
        FailureKind.INVALID_REQUEST,
        f"the client certificate cannot be used: {fault}; look at the secrets that hold it",
    )
