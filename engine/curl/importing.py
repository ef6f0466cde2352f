"""A cURL command as the configuration of a sending step, its credentials left out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from core.duration import format_duration
from core.errors import Fault, InvalidError
from engine.compiler import Compiler
from engine.curl.authentication import take_auth
from engine.curl.bodies import body_of
from engine.curl.lines import words_of
from engine.curl.literals import literal
from engine.curl.options import CurlRequest, read_options
from engine.curl.secrets import SecretNames
from expressions import TemplateMode

ACTION = "send-webhook"
FOLLOWED = 5
MOST_FOLLOWED = 10
LONGEST_SECONDS = 600.0

Check = Callable[[Mapping[str, Any]], Sequence[Fault]]
"""Finds the faults of a step's `with`; paths begin with `$`."""

Imported = dict[str, Any]


class CurlImporter:
    """Makes configurations of the action that sends."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def read(self, command: str) -> Imported:
        """What `import_curl` gives, checked as a step of the action `send-webhook`."""
        return import_curl(command, self._faults)

    def _faults(self, configuration: Mapping[str, Any]) -> Sequence[Fault]:
        step = {"action": ACTION, "with": configuration}
        return self._compiler.check_step(step, "$").faults


def import_curl(command: str, check: Check) -> Imported:
    """`{"with": {…}, "notes": [words], "faults": [{"path", "message"}]}` of a command.

    What looks like a credential is replaced by `<secrets.NAME>`, and a note says which secret to
    make. Raises InvalidError when it is no cURL command.
    """
    request = read_options(words_of(command))
    names = SecretNames(_host(request.url))
    configuration = _configuration(request, names)
    faults = [Fault("$", message) for message in request.faults]
    faults += _without_reserved(configuration, request.notes, check)
    return {
        "with": configuration,
        "notes": [*request.notes, *names.notes],
        "faults": [{"path": fault.path, "message": fault.message} for fault in faults],
    }


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        raise InvalidError(f"the URL {url[:80]!r} cannot be read") from None


def _configuration(request: CurlRequest, names: SecretNames) -> dict[str, Any]:
    made: dict[str, Any] = {"method": _method(request)}
    url, query = _address(request, names)
    made["url"] = url
    if query:
        made["query"] = query
    if (auth := take_auth(request, names)) is not None:
        made["auth"] = auth
    headers = _headers(request, names)
    made |= body_of(request, headers, names)
    if headers:
        made["headers"] = headers
    return made | _limits(request)


def _method(request: CurlRequest) -> str:
    if request.method:
        return request.method
    if request.head:
        return "HEAD"
    return "POST" if request.data and not request.in_query else "GET"


def _address(request: CurlRequest, names: SecretNames) -> tuple[str, dict[str, Any]]:
    """The URL without user and password, and its query where rows say the same."""
    parts = urlsplit(request.url)
    if "@" in parts.netloc:
        user, _, host = parts.netloc.rpartition("@")
        request.user = request.user or unquote(user)
        parts = parts._replace(netloc=host)
    added = [*request.query, *(request.data if request.in_query else [])]
    query = "&".join([*([parts.query] if parts.query else []), *added])
    fields = parse_qsl(query, keep_blank_values=True)
    exact = urlencode(fields, quote_via=quote, safe="") == query
    whole = parts._replace(query="" if exact else query)
    url = literal(urlunsplit(whole), TemplateMode.URL)
    return url, _rows(fields, names, TemplateMode.QUERY) if exact else {}


def _rows(
    fields: Sequence[tuple[str, str]], names: SecretNames, mode: TemplateMode
) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for name, value in fields:
        shown = names.in_place_of(name, value) or literal(value, mode)
        if name in rows:
            earlier = rows[name]
            rows[name] = [*(earlier if isinstance(earlier, list) else [earlier]), shown]
        else:
            rows[name] = shown
    return rows


def _headers(request: CurlRequest, names: SecretNames) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for name, value in request.headers:
        key = spelled.setdefault(name.lower(), name)
        shown = None if value is None else names.in_place_of(name, value)
        if shown is None and value is not None:
            shown = literal(value, TemplateMode.HEADER)
        separator = "; " if name.lower() == "cookie" else ", "
        both = headers.get(key) and shown
        headers[key] = f"{headers[key]}{separator}{shown}" if both else shown
    if request.user is not None and "authorization" not in spelled:
        headers["Authorization"] = names.basic(request.user)
    if request.is_json:
        headers.setdefault(spelled.get("accept", "Accept"), "application/json")
    return headers


def _limits(request: CurlRequest) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for name in ("timeout", "connect_timeout"):
        written = getattr(request, name)
        if written is not None:
            limits |= _duration(name, written, request)
    if request.follow:
        asked = request.most_redirects or ""
        limits["redirects"] = min(int(asked), MOST_FOLLOWED) if asked.isdecimal() else FOLLOWED
    return limits


def _duration(name: str, written: str, request: CurlRequest) -> dict[str, str]:
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,6})?|\.[0-9]{1,6}", written):
        request.faults.append(f"{written[:20]!r} is not a number of seconds")
        return {}
    seconds = min(max(float(written), 0.001), LONGEST_SECONDS)
    return {name: format_duration(round(seconds * 1000))}


def _without_reserved(configuration: dict[str, Any], notes: list[str], check: Check) -> list[Fault]:
    """Takes out headers that a step may not set; what else is wrong with the step."""
    headers = configuration.get("headers", {})
    paths = {path: name for name in headers for path in _paths_of(name)}
    left = []
    for fault in check(configuration):
        name = paths.get(fault.path)
        if name is None or name not in headers:
            left.append(fault)
        else:
            del headers[name]
            notes.append(f"the header {name} was left out: {fault.message}")
    return left


def _paths_of(header: str) -> tuple[str, str]:
    return f"$.with.headers.{header}", f"$.with.headers['{header}']"
