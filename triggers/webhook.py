"""`webhook`: an HTTP request from a partner system starts the automation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds
from core.duration import parse_duration
from core.errors import InvalidError, JsonError
from core.http import BodyIncomplete, BodyTooLarge, Headers, InboundRequest
from core.networks import CallerNetworks, caller_address, parse_network
from core.spec import Family, TriggerSpec
from core.webhooks import OPEN_DOOR, Answered, Door, KeyCheck, Received, Rejected, Secrets
from triggers.auth import Auth, compile_auth
from triggers.bodies import ParsedBody, parse_body
from triggers.cors import Cors, compile_cors
from triggers.schemas import ValueCheck
from triggers.webhook_schema import WEBHOOK_OUTPUT, WEBHOOK_SCHEMA, webhook_faults


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `POST /hooks/<tenant>/orders`."""
    methods = configuration.get("methods", ["POST"])
    names = [str(name)[:20] for name in methods[:5]] if isinstance(methods, list) else []
    path = configuration.get("path")
    shown = path[:200] if isinstance(path, str) and path else "(no path yet)"
    return " ".join(f"{' '.join(names)} /hooks/<tenant>/{shown}".split())


SPEC = TriggerSpec(
    name="webhook",
    family=Family.REQUEST,
    title="Webhook",
    description="Starts when a partner system sends an HTTP request to the trigger's address.",
    icon="webhook",
    schema=WEBHOOK_SCHEMA,
    output=WEBHOOK_OUTPUT,
    check=webhook_faults,
    summary=summary,
)

_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class CompiledWebhook:
    """A `core.webhooks.WebhookTrigger`.

    `max_body` in bytes; without `body_check` any body will do, without `callers` anybody may call.
    """

    path: str
    methods: frozenset[str]
    respond: str
    respond_timeout: Milliseconds
    idempotency_window: Milliseconds
    max_body: int
    callers: CallerNetworks
    auth: Auth
    cors: Cors
    body_check: ValueCheck | None

    def preflight(self, request: InboundRequest) -> Headers | None:
        """The headers that answer a CORS preflight, or None when the origin may not."""
        return self.cors.preflight(request)

    def cors_headers(self, request: InboundRequest) -> Headers:
        """The CORS headers any answer to this request carries."""
        return self.cors.headers(request)

    def receive(
        self,
        request: InboundRequest,
        params: Mapping[str, str],
        secrets: Secrets,
        check_key: KeyCheck,
        now: Milliseconds,
        door: Door = OPEN_DOOR,
    ) -> Received | Answered | Rejected:
        """Verifies, reads and parses a request.

        Where auth allows, the body of a stranger is not read, nor that of one too many. A request
        counts once its sender is known, so that strangers take no place from partners.
        """
        if self.callers and caller_address(request.remote_address) not in self.callers:
            return _not_from(request.remote_address)
        if self.auth.reads_body:
            refused = door.look()
        else:
            refused = self.auth.verify(request, b"", secrets, check_key, now) or door.enter()
        if refused:
            return refused
        raw = self._read(request)
        if isinstance(raw, Rejected):
            return raw
        if self.auth.reads_body:
            refused = self.auth.verify(request, raw, secrets, check_key, now) or door.enter()
            if refused:
                return refused
        return self._parse(request, raw, params)

    def _read(self, request: InboundRequest) -> bytes | Rejected:
        if _announces_more(request, self.max_body):
            return self._too_large()
        try:
            return request.read_body(self.max_body)
        except BodyTooLarge:
            return self._too_large()
        except BodyIncomplete:
            return _bad_request("The body ended before the length that Content-Length announces.")

    def _too_large(self) -> Rejected:
        detail = f"The body is larger than the {self.max_body} bytes this trigger takes."
        return Rejected(413, "Content Too Large", detail)

    def _parse(
        self, request: InboundRequest, raw: bytes, params: Mapping[str, str]
    ) -> Received | Answered | Rejected:
        content_type = request.headers.get("content-type", "")
        try:
            body = _decoded_body(request, content_type, raw)
            if answered := self.auth.handshake(body.value):
                return answered
            faults = self.body_check.faults(body.value) if self.body_check else []
        except (InvalidError, JsonError) as error:
            return _bad_request(str(error))
        if faults:
            detail = "The body does not match the trigger's JSON Schema."
            return _bad_request(detail, tuple((fault.path, fault.message) for fault in faults))
        key = request.headers.get("idempotency-key")
        if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
            form = "1 to 255 visible ASCII characters without spaces"
            return _bad_request(f"The header Idempotency-Key must have {form}.")
        delivery_id = self.auth.delivery_id(request, body.value)
        return Received(body.value, raw, content_type, params, key, body.is_json, delivery_id)


def compile_trigger(configuration: Mapping[str, Any]) -> CompiledWebhook:
    """Everything a request needs, made ready once.

    `configuration` is a trigger's `with` that holds `SPEC.schema` and has no fault by `SPEC.check`.
    """
    methods = frozenset(configuration.get("methods", ["POST"]))
    schema = configuration.get("body_schema")
    return CompiledWebhook(
        path=configuration["path"],
        methods=methods,
        respond=configuration.get("respond", "accepted"),
        respond_timeout=parse_duration(configuration.get("respond_timeout", "30s")),
        idempotency_window=parse_duration(configuration.get("idempotency_window", "5m")),
        max_body=configuration.get("max_body", 256 << 10),
        callers=CallerNetworks(map(parse_network, configuration.get("allow_ips", []))),
        auth=compile_auth(configuration.get("auth", {"type": "none"})),
        cors=compile_cors(configuration.get("cors_origins", []), methods),
        body_check=None if schema is None else ValueCheck(schema),
    )


def _announces_more(request: InboundRequest, limit: int) -> bool:
    """Whether `Content-Length` tells already that the body is too large."""
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        return False
    return len(length) > 18 or int(length) > limit


def _not_from(address: str) -> Rejected:
    detail = f"This trigger takes no requests from {address or 'an unknown address'}."
    return Rejected(403, "Forbidden", detail)


def _decoded_body(request: InboundRequest, content_type: str, raw: bytes) -> ParsedBody:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise InvalidError(f"The Content-Encoding {encoding[:40]!r} is not taken; send it plain.")
    return parse_body(request.method, content_type, raw)


def _bad_request(detail: str, faults: tuple[tuple[str, str], ...] = ()) -> Rejected:
    return Rejected(400, "Bad Request", detail, faults)
