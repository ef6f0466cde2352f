"""The small partner that the examples call: `/demo/partner/…` (examples/README.md lists it)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from api.demo_erp import add_erp
from api.listening import Address

PATH = "/demo/partner"
PARTNER_TOKEN = "demo-partner-token"
PAYMENT_TOKEN = "demo-payment-token"
HIGHEST_AMOUNT = 500
"""What the payment provider approves at the most."""
SLOW_SECONDS = 2.0
REFUSALS = 2
"""How often the warehouse is busy before it takes a reservation."""
MOST_KEYS = 1000
"""Idempotency keys that are remembered; the oldest is forgotten first."""
MOST_BYTES = 64 * 1024

_LEGACY_REPLY = b"<OrderReply><Number>L-1001</Number><State>BOOKED</State></OrderReply>"
_HEALTH = {"warehouse": 503, "fax": 410}

MemoryKey = tuple[str, str, str | None]
Kept = tuple[int, bytes, str | None]
"""An answer: its status, body and content type."""


def partner_url(address: Address) -> str:
    """Where the partner of a server at an address can be called."""
    return f"{address.url}{PATH}"


class Memory:
    """What was answered to an idempotency key, and how often it came. Thread-safe, bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[MemoryKey, Kept] = OrderedDict()
        self._times: OrderedDict[str, int] = OrderedDict()

    def answer(self, key: MemoryKey) -> Kept | None:
        """What was answered to this key, or None."""
        with self._lock:
            return self._answers.get(key)

    def keep(self, key: MemoryKey, answer: Kept) -> None:
        """Remembers an answer."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > MOST_KEYS:
                self._answers.popitem(last=False)

    def count(self, key: str) -> int:
        """How often this key came, this time included."""
        with self._lock:
            self._times[key] = self._times.get(key, 0) + 1
            while len(self._times) > MOST_KEYS:
                self._times.popitem(last=False)
            return self._times.get(key, 1)


def create_partner(address: Address) -> Blueprint:
    """The blueprint of a partner that talks only to the machine it runs on.

    It is no open door: a server that listens to the world still answers here to itself alone.
    `address` is where the server listens.
    """
    partner = Blueprint("demo_partner", __name__, url_prefix=PATH)
    memory = Memory()

    def before() -> Response | None:
        if not _is_own(request.remote_addr, address):
            abort(403, "The demo's partner answers only to the machine it runs on.")
        request.max_content_length = MOST_BYTES
        key = _memory_key()
        kept = memory.answer(key) if key else None
        return Response(kept[1], kept[0], content_type=kept[2]) if kept else None

    def after(response: Response) -> Response:
        key = _memory_key()
        if key and 200 <= response.status_code < 300:
            kept = (response.status_code, response.get_data(), response.content_type)
            memory.keep(key, kept)
        return response

    def reserve() -> Response:
        """Busy the first times; one who does not say which try it is stays a first-timer."""
        body = _json_body()
        key = request.headers.get("Idempotency-Key")
        if key is None or memory.count(key) <= REFUSALS:
            busy = _answer(503, error="busy, try again")
            busy.headers["Retry-After"] = "1"
            return busy
        return _answer(201, reservation=f"res-{body.get('order')}")

    partner.before_request(before)
    partner.after_request(after)
    partner.post("/warehouse/reservations")(reserve)
    partner.post("/partners/<partner_id>/sync")(_sync)
    partner.post("/fallback/sync")(_fall_back)
    partner.post("/notifications")(_notify)
    partner.post("/payments/authorisations")(_authorise)
    partner.put("/crm/customers/<customer>/orders/<order>")(_note_order)
    partner.post("/accounting/invoices")(_invoice)
    partner.get("/health/<service>")(_health)
    partner.post("/legacy/orders")(_book)
    add_erp(partner)
    partner.post("/builds/<repository>")(_build)
    return partner


def _sync(partner_id: str) -> Response:
    _demand(PARTNER_TOKEN)
    if partner_id == "offline":
        return _answer(503, error="this partner is offline")
    return _answer(200, id=f"rem-{partner_id}", synced=True)


def _fall_back() -> Response:
    _demand(PARTNER_TOKEN)
    return _answer(200, id=f"fb-{_json_body().get('partner')}", queued=True)


def _notify() -> Response:
    return _answer(202, accepted=True)


def _authorise() -> Response:
    _demand(PAYMENT_TOKEN)
    body = _json_body()
    amount = body.get("amount")
    if not isinstance(amount, int | float):
        abort(400, "`amount` must be a number.")
    if amount > HIGHEST_AMOUNT:
        return _answer(402, status="declined", reason="amount above the limit")
    return _answer(201, status="approved", authorisation=f"auth-{body.get('reference')}")


def _note_order(customer: str, order: str) -> Response:
    return _answer(200, customer=customer, order=order)


def _invoice() -> Response:
    order = request.form.get("order")
    time.sleep(SLOW_SECONDS)
    return _answer(201, invoice=f"inv-{order}")


def _health(service: str) -> Response:
    return Response(status=_HEALTH.get(service, 204))


def _book() -> Response:
    return Response(_LEGACY_REPLY, content_type="text/xml; charset=iso-8859-1")


def _build(repository: str) -> Response:
    return _answer(202, build=f"build-{request.args.get('commit', repository)[:7]}")


def _demand(token: str) -> None:
    if request.headers.get("Authorization") != f"Bearer {token}":
        abort(401, "The token is missing or wrong.")


def _json_body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        abort(400, "The body must be a JSON object.")
    return body


def _answer(code: int, /, **members: Any) -> Response:
    response = jsonify(members)
    response.status_code = code
    return response


def _memory_key() -> MemoryKey | None:
    """The key a request bears, for one endpoint and one who may ask there."""
    key = request.headers.get("Idempotency-Key")
    return None if key is None else (request.path, key, request.headers.get("Authorization"))


def _is_own(caller: str | None, address: Address) -> bool:
    if not caller:
        return False
    ip = ip_address(caller)
    plain = ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
    return plain.is_loopback or plain == address.local
