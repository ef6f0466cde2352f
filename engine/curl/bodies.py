"""The body of a command, written the shortest way that sends the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from core import strict_json
from core.errors import JsonError
from engine.curl.literals import literal
from engine.curl.options import CurlRequest
from engine.curl.secrets import SecretNames
from expressions import TemplateMode

FORM = "application/x-www-form-urlencoded"

Written = dict[str, Any]


def body_of(request: CurlRequest, headers: dict[str, Any], names: SecretNames) -> Written:
    """What a step has of a body: `body`, and `body_type` where it is no JSON; nothing without one.

    The header Content-Type is taken out of `headers` where the step sends it anyway, and put into
    them where it does not.
    """
    own = next((name for name in headers if name.lower() == "content-type"), None)
    body = _written(_content(request), headers.get(own) if own else None, request.is_json)
    return {} if body is None else _with_body(body, headers, own, names)


def _content(request: CurlRequest) -> str | None:
    if not request.data or request.in_query:
        return None
    return ("" if request.is_json else "&").join(request.data)


def _written(content: str | None, content_type: str | None, is_json: bool) -> Written | None:
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
    body: Written, headers: dict[str, Any], own: str | None, names: SecretNames
) -> Written:
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
