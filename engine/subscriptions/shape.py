"""How a subscription shapes what it sends: URL, headers and body as templates over the message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from core.errors import ExpressionError, Fault, InvalidError, PenstockError
from core.http import Headers
from core.size import TooLarge, check_size
from core.subscriptions import Subscription
from engine.subscriptions.message import MEMBERS, Message
from expressions import CompiledValue, Reference, TemplateMode, compile_value

_ROOTS = (*MEMBERS, "secrets")


class ShapeError(PenstockError):
    """What the templates make of a message cannot be sent; the words say why."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A request in the making: `url`, `headers` and `body` to send, and the same to show.

    `sensitive` are texts made from secrets, each with what stands for it.
    """

    url: str
    headers: Headers
    body: bytes
    shown_url: str
    shown_headers: Headers
    shown_body: bytes
    sensitive: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """The compiled templates of one subscription. Without a payload the message is the body."""

    url: CompiledValue
    headers: CompiledValue
    payload: CompiledValue | None

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the secrets that it refers to."""
        return frozenset(
            reference.path[1]
            for reference in self._references()
            if reference.path[0] == "secrets" and len(reference.path) > 1
        )

    def faults(self) -> Iterator[Fault]:
        """References to what no message has."""
        for reference in self._references():
            if reference.certain and reference.path[0] not in _ROOTS:
                known = ", ".join(_ROOTS)
                words = f"{reference.source} refers to nothing; a message has {known}"
                yield Fault(reference.where, words)

    def make(self, message: Message, secrets: Mapping[str, str]) -> Shaped:
        """What is sent of a message. Raises ShapeError."""
        envelope = message.envelope
        visible = {**envelope, "secrets": secrets}
        try:
            url, headers = self.url.resolve(visible), self.headers.resolve(visible)
            payload = None if self.payload is None else self.payload.resolve(visible)
        except ExpressionError as error:
            raise ShapeError(str(error)) from None
        body = _json(envelope if payload is None else payload.value)
        twin = body if payload is None or payload.masked is payload.value else None
        return Shaped(
            url=_text(url.value),
            headers=_fields(headers.value),
            body=body,
            shown_url=_text(url.masked),
            shown_headers=_fields(headers.masked),
            shown_body=_json(payload.masked) if payload and twin is None else body,
            sensitive=(*url.sensitive, *headers.sensitive, *(payload.sensitive if payload else ())),
        )

    def _references(self) -> Iterator[Reference]:
        for part in (self.url, self.headers, self.payload):
            if part is not None:
                yield from part.references


def compile_shape(url: str, headers: Mapping[str, str], payload: Any) -> Shape:
    """Compiles the templates. Raises InvalidError with all faults, by their JSON paths."""
    faults: list[Fault] = []

    def compiled(value: Any, mode: TemplateMode, path: str) -> CompiledValue:
        try:
            return compile_value(value, mode, path)
        except InvalidError as error:
            faults.extend(error.faults)
            return compile_value(None, mode, path)

    shape = Shape(
        compiled(url, TemplateMode.URL, "$.url"),
        compiled(dict(headers), TemplateMode.HEADER, "$.headers"),
        None if payload is None else compiled(payload, TemplateMode.BODY, "$.payload"),
    )
    faults += shape.faults()
    if faults:
        raise InvalidError("the templates have faults", faults)
    return shape


def secrets_of_subscription(one: Subscription) -> frozenset[str]:
    """The names of the secrets a subscription refers to; none where its templates have faults."""
    try:
        return compile_shape(one.url, one.headers, one.payload).secrets
    except InvalidError:
        return frozenset()


def _json(value: object) -> bytes:
    try:
        check_size(value)
        return orjson.dumps(value)
    except (TooLarge, orjson.JSONEncodeError) as error:
        raise ShapeError(f"$.payload: the body cannot be written: {error}") from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else _json(value).decode()


def _fields(headers: object) -> Headers:
    """The headers, values that are no text as JSON; what is null is left out."""
    fields = headers if isinstance(headers, Mapping) else {}
    return tuple((name, _text(value)) for name, value in fields.items() if value is not None)
