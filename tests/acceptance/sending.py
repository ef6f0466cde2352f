"""How tests send to a trigger URL, and what a refusal must look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.raw_http import RawReply, request_bytes, send_raw
from tests.support.server import Reply, Server

JSON = {"Content-Type": "application/json"}
LARGEST = 16 << 20
"""The largest body a trigger can be told to take."""


def problem(reply: Reply | RawReply | None, status: int) -> dict[str, Any]:
    """The members of a refusal (RFC 9457), which must be whole."""
    assert reply is not None
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    members: dict[str, Any] = reply.json
    assert members["status"] == status
    assert members["title"]
    assert members["detail"]
    return members


def send_as(server: Server, path: str, headers: Mapping[str, str], body: bytes) -> RawReply | None:
    """A POST of JSON to a path of tenant `default`, with exactly these further headers."""
    fields = {**JSON, **headers}
    return send_raw(server.url, request_bytes("POST", f"/hooks/default/{path}", fields, body))


def send_body(server: Server, body: bytes, path: str = "any", **headers: str) -> RawReply | None:
    """A POST of these bytes as JSON, unless `headers` (with _ for -) say otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return send_as(server, path, {"Content-Length": str(len(body)), **named}, body)


def status_of(reply: RawReply | None) -> int:
    """The status of an answer, which must say what is wrong where it refuses."""
    assert reply is not None
    if reply.status >= 400:
        assert reply.json["detail"]
    return reply.status
