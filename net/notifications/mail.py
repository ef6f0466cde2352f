"""SMTP for Apprise's mail: `smtplib`, its connections made by the guard."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

from core.http import FailureKind
from net.deadline import DeadlineSocket
from net.failures import SendError
from net.notifications.call import current_call
from net.notifications.http import tls_sockets

_GOODBYE = 221


class GuardedSmtp(smtplib.SMTP):
    """An SMTP connection of the call of this thread, which notes what the server replies."""

    def __init__(
        self, host: str = "", port: int = 0, local_hostname: str | None = None, **options: Any
    ) -> None:
        super().__init__(host, port, local_hostname or _own_name(), **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> DeadlineSocket:
        try:
            return current_call().connect(host, port, timeout)
        except SendError as error:
            raise OSError(str(error)) from error

    def getreply(self) -> tuple[int, bytes]:
        """As in smtplib; what is replied, and that nothing is, is noted."""
        call = current_call()
        try:
            code, message = super().getreply()
        except smtplib.SMTPServerDisconnected:
            call.failed(FailureKind.BROKEN, f"{call.host} closed the connection, or was silent")
            raise
        if code != _GOODBYE:
            call.answered(code, message.decode(errors="replace"), transient=400 <= code < 500)
        return code, message

    def starttls(self, **options: Any) -> tuple[int, bytes]:  # type: ignore[override]
        """As in smtplib, within the deadline of the call."""
        return super().starttls(context=_bounded(options.get("context")))


class GuardedSmtpOverTls(smtplib.SMTP_SSL, GuardedSmtp):
    """The same over TLS from the first byte."""

    def __init__(
        self, host: str = "", port: int = 0, local_hostname: str | None = None, **options: Any
    ) -> None:
        options["context"] = _bounded(options.get("context"))
        super().__init__(host, port, local_hostname or _own_name(), **options)


class GuardedSmtplib:
    """What Apprise's mail uses of the module `smtplib`."""

    SMTP = GuardedSmtp
    SMTP_SSL = GuardedSmtpOverTls
    SMTPException = smtplib.SMTPException


def _bounded(context: ssl.SSLContext | None) -> ssl.SSLContext:
    bounded = context or ssl.create_default_context()
    bounded.sslsocket_class = tls_sockets(current_call())
    return bounded


def _own_name() -> str:
    """What to say in EHLO: not looked up, for that may take long."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"
