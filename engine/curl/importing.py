"""A cURL command as the configuration of a sending step, its credentials left out of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from core import strict_json
from core.duration import format_duration
from core.errors import Fault, InvalidError, JsonError
from engine.compiler import Compiler
from engine.curl.authentication import take_auth
from engine.curl.lines import words_of
from engine.curl.options import CurlRequest, read_options
from engine.curl.secrets import SecretNames
from expressions import TemplateMode, compile_value

ACTION = "send-webhook"
FOLLOWED = 5
MOST_FOLLOWED = 10
LONGEST_SECONDS = 600.0
FORM = "application/x-www-form-urlencoded"

# A mark behind a backslash is escaped in any case; else only where it begins something.
_MARKS = re.compile(r"(\\+)(?:<|\{\{)|<(?=[\w$.@:-]+>)|\{\{")
_MARKS_OF_URL = re.compile(r"(\\*)(?:<|\{)")

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
    headers, content = _headers(request, names), _body(request)
    own = next((name for name in headers if name.lower() == "content-type"), None)
    body = _written(content, headers.get(own) if own else None, request.is_json)
    if body is not None:
        made |= _with_body(body, headers, own, names)
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


def _body(request: CurlRequest) -> str | None:
    if not request.data or request.in_query:
        return None
    return ("" if request.is_json else "&").join(request.data)


def _written(content: str | None, content_type: str | None, is_json: bool) -> Imported | None:
    """The body and how it is sent, the shortest way that sends the same."""
    if content is None:
        return None
    kind = (content_type or ("application/json" if is_json else FORM)).partition(";")[0].strip()
    if is_json or kind.endswith(("/json", "+json")):
        try:
            return {"body": strict_json.loads(content.encode())}
        except (JsonError, UnicodeEncodeError):
            return {"body": content, "body_type": "text", "type": content_type or kind}
    fields = parse_qsl(content, keep_blank_values=True)
    if (
        kind == FORM
        and fields
        and urlencode(fields) == content
        and len(dict(fields)) == len(fields)
    ):
        return {"body": dict(fields), "body_type": "form"}
    return {"body": content, "body_type": "text", "type": content_type or kind}


def _with_body(
    body: Imported, headers: dict[str, Any], own: str | None, names: SecretNames
) -> Imported:
    content_type = body.pop("type", None)
    defaults = {"form": FORM, None: "application/json"}
    if own is not None and headers[own] == defaults.get(body.get("body_type")):
        del headers[own]
    elif own is None and content_type is not None:
        headers["Content-Type"] = content_type
    return {**body, "body": _literals(body["body"], "", names)}


def _literals(value: Any, key: str, names: SecretNames) -> Any:
    """The body with every text in it literal, and credentials replaced."""
    if isinstance(value, str):
        return names.in_place_of(key, value) or literal(value, TemplateMode.BODY)
    if isinstance(value, Mapping):
        return {name: _literals(item, name, names) for name, item in value.items()}
    if isinstance(value, list):
        return [_literals(item, key, names) for item in value]
    return value


def literal(text: str, mode: TemplateMode) -> str:
    """A template that comes to this very text, whatever stands in it."""
    if _is_plain(text, mode):
        return text
    marks = _MARKS_OF_URL if mode is TemplateMode.URL else _MARKS
    return marks.sub(_escaped, text)


def _is_plain(text: str, mode: TemplateMode) -> bool:
    """Whether a text, read as a template, comes to itself."""
    try:
        compiled = compile_value(text, mode)
        return not compiled.references and compiled.resolve({}).value == text
    except (InvalidError, ValueError):
        return False


def _escaped(found: re.Match[str]) -> str:
    """A mark with a backslash before it; backslashes that stood there are doubled."""
    backslashes = found[1] or ""
    return f"{backslashes * 2}\\{found[0][len(backslashes) :]}"


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
