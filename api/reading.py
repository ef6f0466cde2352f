"""From a request to a call: every part checked against its operation, all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from flask import Request
from jsonschema import Draft202012Validator
from werkzeug.exceptions import RequestEntityTooLarge

from api.operations import Body, Call, Operation, Parameter
from api.problems import Refused
from core import strict_json
from core.errors import Fault, InvalidError
from core.schema_words import faults_of
from engine.replies import Problem

MOST_QUERY_FIELDS = 100

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")

Fields = Mapping[str, list[str]]
"""Texts by name, as they came."""


class CallReader:
    """Reads the requests of one operation; its validators are built once."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._parameters = [
            (one, Draft202012Validator(dict(one.schema))) for one in operation.parameters
        ]
        self._body = Draft202012Validator(dict(operation.body.schema)) if operation.body else None

    def read(self, incoming: Request, tenant: str, path: Mapping[str, str]) -> Call:
        """The call a request makes.

        Raises InvalidError with every fault, JsonError for a body that is no JSON, and Refused for
        one that is too long or of another media type.
        """
        raw = _read_bytes(self._operation.body, incoming) if self._operation.body else b""
        body = _parsed(self._operation.body, incoming, raw) if self._operation.body else None
        query = query_fields(incoming.query_string)
        sent: dict[str, Fields] = {
            "path": {name: [text] for name, text in path.items()},
            "query": query,
            "header": _header_fields(self._operation, incoming),
        }
        faults: list[Fault] = []
        filters = self._further_fields(query, faults)
        values = self._values(sent, faults)
        if self._body is not None:
            faults += faults_of(self._body.iter_errors(body))
        if faults:
            raise InvalidError("the request has faults", faults)
        placed = values["path"], values["query"], values["header"]
        return Call(tenant, *placed, body, raw, filters=filters)

    def _values(
        self, sent: Mapping[str, Fields], faults: list[Fault]
    ) -> Mapping[str, dict[str, Any]]:
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
        for parameter, validator in self._parameters:
            root = f"{parameter.place}.{parameter.name}"
            try:
                value = _value(
                    parameter, validator, sent[parameter.place].get(parameter.name), root
                )
            except InvalidError as error:
                faults += error.faults
            else:
                values[parameter.place][parameter.name] = value
        return values

    def _further_fields(self, query: Fields, faults: list[Fault]) -> Mapping[str, str]:
        """What the operation has no parameter for: filters, where it takes them.

        Else what nobody reads is a mistake; but whoever needs no key may add what he likes.
        """
        known = [one.name for one in self._operation.placed("query")]
        further = {name: texts for name, texts in query.items() if name not in known}
        if self._operation.filters:
            faults += [
                Fault(f"query.{name[:60]}", "stands more than once; give it once")
                for name, texts in further.items()
                if len(texts) > 1
            ]
            return {name: texts[0] for name, texts in further.items()}
        if self._operation.scope is not None:
            expected = f"known are: {', '.join(known)}" if known else "this URL takes none"
            words = f"is not a known parameter; {expected}"
            faults += [Fault(f"query.{name[:60]}", words) for name in further]
        return {}


def query_fields(query: bytes) -> dict[str, list[str]]:
    """The fields of a query string; bytes that are not UTF-8 become U+FFFD. Raises InvalidError."""
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            query.decode("utf-8", "replace"),
            keep_blank_values=True,
            max_num_fields=MOST_QUERY_FIELDS,
        )
    except ValueError:
        words = f"has more than {MOST_QUERY_FIELDS} parameters"
        raise InvalidError("the request has faults", [Fault("query", words)]) from None
    for name, text in pairs:
        fields.setdefault(name, []).append(text)
    return fields


def _header_fields(operation: Operation, incoming: Request) -> Fields:
    return {
        one.name: [", ".join(incoming.headers.getlist(one.name))]
        for one in operation.placed("header")
        if one.name in incoming.headers
    }


def _value(
    parameter: Parameter, validator: Draft202012Validator, texts: list[str] | None, root: str
) -> Any:
    if texts is None:
        return parameter.schema.get("default")
    if len(texts) > 1:
        raise InvalidError("", [Fault(root, "stands more than once; give it once")])
    value: str | int = texts[0]
    if parameter.schema["type"] == "integer":
        value = _whole_number(texts[0], root)
    faults = faults_of(validator.iter_errors(value), root)
    if faults:
        raise InvalidError("", faults)
    return _converted(parameter, value, root)


def _whole_number(text: str, root: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise InvalidError("", [Fault(root, f"{text[:60]!r} is not a whole number")])
    return int(text)


def _converted(parameter: Parameter, value: str | int, root: str) -> Any:
    if parameter.convert is None:
        return value
    try:
        return parameter.convert(value)
    except ValueError as error:
        raise InvalidError("", [Fault(root, str(error))]) from None


def _parsed(body: Body, incoming: Request, raw: bytes) -> object:
    if not raw and not body.required:
        return {}
    media_type = incoming.mimetype
    if media_type not in ("", "application/json") and not media_type.endswith("+json"):
        detail = f"The body is {media_type[:60]}; send it as application/json."
        raise Refused(Problem(415, "Unsupported media type", detail))
    return strict_json.loads(raw)


def _read_bytes(body: Body, incoming: Request) -> bytes:
    # Werkzeug refuses a body in chunks that is exactly as long as the limit.
    incoming.max_content_length = body.most_bytes + 1
    try:
        raw = incoming.get_data(cache=False)
    except RequestEntityTooLarge:
        raise _too_long(body) from None
    if len(raw) > body.most_bytes:
        raise _too_long(body)
    return raw


def _too_long(body: Body) -> Refused:
    detail = f"The body is longer than {body.most_bytes} bytes ({_in_units(body)}); send less."
    return Refused(Problem(413, "Body too long", detail))


def _in_units(body: Body) -> str:
    mebibytes, rest = divmod(body.most_bytes, 1 << 20)
    return f"{body.most_bytes >> 10} KiB" if rest else f"{mebibytes} MiB"
