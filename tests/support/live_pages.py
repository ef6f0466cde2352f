"""An implementer at a real server: signed in, and reading streams as they come."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from core.accounts import Role
from core.config import Config
from tests.support.people import PASSWORD
from tests.support.server import PATIENCE, Server, running_server
from wiring import DEFAULT_TENANT, bootstrap, build

EMAIL = "ada@default.example"
_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')


class LivePages:
    """One session of an implementer of tenant `default`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connections: list[http.client.HTTPConnection] = []
        self._host = urlsplit(server.url).netloc
        self._headers = {"Accept": "application/json"}
        form = urlencode({"email": EMAIL, "password": PASSWORD})
        answer = self._request(
            "POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert answer.status == 303, answer.read()
        self._headers["Cookie"] = str(answer.getheader("Set-Cookie")).partition(";")[0]
        page = self._request("GET", "/account", None, {"Accept": "text/html"}).read().decode()
        self._headers["X-CSRF-Token"] = _CSRF.search(page)[1]  # type: ignore[index]

    def ask(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        """The answer to a call; what is left of it is read by whoever asked."""
        sent = None if body is None else json.dumps(body)
        return self._request(method, path, sent, {"Content-Type": "application/json"})

    def json(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer that is no refusal."""
        answer = self.ask(method, path, body)
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content or b"null")

    def leave(self) -> None:
        """Closes every connection, as a browser does whose window is closed."""
        for connection in self._connections:
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._connections.clear()

    def _request(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        self._connections.append(connection)
        connection.request(method, path, body, {**self._headers, **headers})
        return connection.getresponse()


def told(answer: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """The events of a stream, each as soon as it has come."""
    assert answer.status == 200, answer.read()
    assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
    name = ""
    for line in answer:
        if line.startswith(b"event: "):
            name = line[7:].decode().strip()
        elif line.startswith(b"data: "):
            yield name, json.loads(line[6:])


def make_implementer(config: Config) -> None:
    """Gives an installation the user who signs in with `EMAIL`."""
    application = build(config)
    bootstrap(application)
    invitations = application.service.invitations
    _, token = invitations.invite(DEFAULT_TENANT, EMAIL, Role.IMPLEMENTER)
    invitations.accept(token, PASSWORD, "Ada")
    application.stop()


@contextmanager
def live_pages(folder: Path, **settings: str) -> Iterator[LivePages]:
    """A server with an implementer who is signed in."""
    (folder / "data").mkdir()
    make_implementer(Config(data_dir=folder / "data"))
    with running_server(folder, **settings) as server:
        pages = LivePages(server)
        yield pages
        pages.leave()
