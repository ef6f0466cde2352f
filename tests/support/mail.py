"""A mail server on the loopback that keeps what it is given, and refuses what a test wants."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was handed over; `login` is user and password where they were given."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    login: str | None

    @property
    def message(self) -> Message:
        return message_from_bytes(self.content)

    @property
    def text(self) -> str:
        """All parts of the body, decoded."""
        parts = (part.get_payload(decode=True) for part in self.message.walk())
        return "\n".join(part.decode() for part in parts if isinstance(part, bytes))


@dataclass
class MailSink:
    """Takes mail (RFC 5321). `replies` are those of single verbs, such as `{"RCPT": "550 no"}`.

    With `tls` it offers STARTTLS; with `tls_first` it speaks TLS from the first byte.
    """

    replies: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    tls_first: bool = False
    mails: list[Mail] = field(default_factory=list)
    secured: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0


@contextmanager
def open_mail_sink(**options: Any) -> Iterator[MailSink]:
    """A mail server that listens until the context is left."""
    sink = MailSink(**options)
    handler = type("Handler", (_Handler,), {"sink": sink})
    with _Server(("127.0.0.1", 0), handler) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield sink
        finally:
            sink.closing.set()
            server.shutdown()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients break off; that is what some tests are about."""


class _Handler(socketserver.StreamRequestHandler):
    sink: MailSink

    def handle(self) -> None:
        self._forget()
        self._login: str | None = None
        if self.sink.tls_first:
            self._secure()
        if "CONNECT" in self.sink.replies and not self.sink.replies["CONNECT"]:
            self.sink.closing.wait(30)
            return
        self._reply(self.sink.replies.get("CONNECT", "220 mail.test"))
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb, _, rest = line.partition(" ")
            if verb.upper() == "QUIT":
                self._reply("221 bye")
                return
            self._take(verb.upper(), rest)

    def finish(self) -> None:
        super().finish()
        self.rfile.close()
        self.connection.close()

    def _take(self, verb: str, rest: str) -> None:
        if verb in self.sink.replies:
            self._reply(self.sink.replies[verb])
            return
        match verb:
            case "EHLO":
                offers = ["250-mail.test", "250-AUTH PLAIN"]
                self._reply(*offers, *(["250-STARTTLS"] if self.sink.tls else []), "250 8BITMIME")
            case "STARTTLS":
                self._reply("220 go on")
                self._secure()
            case "AUTH":
                self._login = base64.b64decode(rest.split(" ")[1]).decode().replace("\0", ":")[1:]
                self._reply("235 welcome")
            case "MAIL":
                self._sender = rest.partition(":")[2].split(">")[0].lstrip("<")
                self._reply("250 ok")
            case "RCPT":
                self._recipients.append(rest.partition(":")[2].strip("<>"))
                self._reply("250 ok")
            case "DATA":
                self._reply("354 go on")
                self._keep(self._read_data())
                self._reply("250 kept")
            case _:
                self._reply("250 ok")

    def _read_data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, content: bytes) -> None:
        self.sink.mails.append(Mail(self._sender, tuple(self._recipients), content, self._login))
        self._forget()

    def _forget(self) -> None:
        self._sender, self._recipients = "", list[str]()

    def _secure(self) -> None:
        assert self.sink.tls is not None
        with suppress(ValueError):
            self.connection = self.sink.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.sink.secured += 1

    def _reply(self, *lines: str) -> None:
        self.connection.sendall("".join(f"{line}\r\n" for line in lines).encode())
