"""A request as a cURL command line that sends the same again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping

_OF_THE_CONNECTION = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_GLOBBING = re.compile(r"[\[\]{}]")


def curl_command(
    method: str,
    url: str,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    body: bytes | None,
) -> str:
    """The command, quoted for POSIX shells, an option a line.

    What is masked stays masked. A body that is no text cannot stand in a command line; it is left
    out, which a comment says.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    fields = [(name, value) for name, value in pairs if name.lower() not in _OF_THE_CONNECTION]
    text = _text(body)
    lines = [f"curl {_method(method, has_body=bool(text))}{shlex.quote(url)}"]
    lines += [f"-H {shlex.quote(_field(name, value))}" for name, value in fields]
    if _GLOBBING.search(url):
        lines.append("--globoff")
    if text:
        if not any(name.lower() == "content-type" for name, _ in fields):
            lines.append("-H 'Content-Type:'")
        lines.append(f"--data-raw {shlex.quote(text)}")
    command = " \\\n  ".join(lines)
    return f"{command}\n# the body is no text and was left out" if text is None else command


def _method(method: str, *, has_body: bool) -> str:
    if method.upper() == "HEAD":
        return "--head "
    is_default = method == ("POST" if has_body else "GET")
    return "" if is_default else f"-X {shlex.quote(method)} "


def _field(name: str, value: str) -> str:
    return f"{name}: {value}" if value.strip() else f"{name};"


def _text(body: bytes | None) -> str | None:
    """The body as text, empty without one, None when it is none."""
    try:
        text = (body or b"").decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
