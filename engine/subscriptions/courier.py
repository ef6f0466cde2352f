"""One attempt of a message: shaped, signed, sent through the guard, and noted masked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from core.clock import Clock, Milliseconds
from core.errors import InvalidError
from core.http import OutboundRequest, SendFailure, SendResult
from core.masking import Masker
from core.model import RequestEntry
from core.retry_after import parse_retry_after
from core.subscriptions import SigningSecrets, Subscription
from engine.care.endpoint import SUBSCRIPTION, User
from engine.care.sender import Caller, CaringSender
from engine.sent_requests import KEPT_BODY, sent_entry
from engine.subscriptions.headers import described, signed
from engine.subscriptions.message import Message
from engine.subscriptions.shape import Shape, Shaped, ShapeError, compile_shape
from engine.vault import TenantSecrets, Vault
from expressions import secret_marker

TIMEOUT: Milliseconds = 15_000
"""For a whole attempt, the arrival of the answer included."""
CONNECT_TIMEOUT: Milliseconds = 5_000
MOST_SHAPES = 1024

_SIGNING = secret_marker("signing")
"""What stands for a signing secret, should an endpoint repeat it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one attempt came to.

    `entry` is for the request log, None when nothing could be sent. `reason` says, masked, why it
    failed; None when it was delivered. `asked` is the endpoint's Retry-After. `hopeless`: trying
    again cannot help; `gone`: the endpoint answered that it never will be there again. `until` is
    there when it was held back, which is no attempt: the moment from which it may be sent.
    """

    started_at: Milliseconds
    duration: Milliseconds = 0
    entry: RequestEntry | None = None
    status: int | None = None
    reason: str | None = None
    asked: Milliseconds | None = None
    hopeless: bool = False
    gone: bool = False
    until: Milliseconds | None = None

    @property
    def delivered(self) -> bool:
        """Whether the endpoint has it."""
        return self.reason is None


class Courier:
    """Sends messages to the endpoints of subscriptions, whose templates are compiled once."""

    def __init__(self, sender: CaringSender, vault: Vault, clock: Clock) -> None:
        self._sender = sender
        self._vault = vault
        self._clock = clock
        self._lock = threading.Lock()
        self._shapes: OrderedDict[tuple[str, int], Shape] = OrderedDict()

    def send(
        self,
        subscription: Subscription,
        signing: SigningSecrets,
        message: Message,
        *,
        test: bool = False,
    ) -> Sent:
        """Sends once. What goes wrong, here or there, is in what it gives back."""
        started = self._clock.now()
        secrets = self._vault.of(subscription.tenant)
        try:
            shaped = self._shape(subscription).make(message, secrets.values)
        except (ShapeError, InvalidError) as error:
            return Sent(started, reason=secrets.masker.mask_text(_words(error)), hopeless=True)
        request, shown = self._requests(shaped, signing.valid(started), message, test=test)
        masker = _masker(secrets, shaped, signing)
        caller = Caller(subscription.tenant, User(SUBSCRIPTION, subscription.id), placed=False)
        result = self._sender.send(request, caller, masker.mask_text(shown.url))
        if isinstance(result, SendFailure) and result.until is not None:
            return Sent(started, reason=masker.mask_text(result.message), until=result.until)
        entry = sent_entry(subscription.tenant, shown, result, started, masker)
        return self._sorted(result, entry, started, masker)

    def _shape(self, subscription: Subscription) -> Shape:
        one, key = subscription, (subscription.id, subscription.revision)
        known = self._shapes.get(key)
        if known is not None:
            return known
        shape = compile_shape(one.url, one.headers, one.payload)
        with self._lock:
            self._shapes[key] = shape
            while len(self._shapes) > MOST_SHAPES:
                self._shapes.popitem(last=False)
        return shape

    def _requests(
        self, shaped: Shaped, secrets: tuple[str, ...], message: Message, *, test: bool
    ) -> tuple[OutboundRequest, OutboundRequest]:
        """What is sent, and its masked twin."""
        signatures = signed(message, secrets, self._clock.now(), shaped.body)
        request, shown = (
            OutboundRequest(
                method="POST",
                url=url,
                headers=described(message, headers, test=test) + signatures,
                body=body,
                timeout=TIMEOUT,
                connect_timeout=CONNECT_TIMEOUT,
                max_response=KEPT_BODY,
            )
            for url, headers, body in (
                (shaped.url, shaped.headers, shaped.body),
                (shaped.shown_url, shaped.shown_headers, shaped.shown_body),
            )
        )
        return request, shown

    def _sorted(
        self, result: SendResult, entry: RequestEntry, started: Milliseconds, masker: Masker
    ) -> Sent:
        """An attempt by what came back: any 2xx is a delivery, everything else a failure."""
        if isinstance(result, SendFailure):
            reason = masker.mask_text(result.message)
            hopeless = not result.may_pass
            return Sent(started, result.duration, entry, reason=reason, hopeless=hopeless)
        if 200 <= result.status < 300:
            return Sent(started, result.duration, entry, result.status)
        return Sent(
            started,
            result.duration,
            entry,
            result.status,
            reason=_answer_words(result.status, entry.url),
            asked=parse_retry_after(result.headers.get("retry-after"), self._clock.now()),
            hopeless=result.status == HTTPStatus.GONE,
            gone=result.status == HTTPStatus.GONE,
        )


def _masker(secrets: TenantSecrets, shaped: Shaped, signing: SigningSecrets) -> Masker:
    """Hides the tenant's secrets, what was made of them, and what signs."""
    signers = [(one, _SIGNING) for one in (signing.current, signing.previous) if one]
    return secrets.masker.with_extra([*shaped.sensitive, *signers])


def _answer_words(status: int, url: str) -> str:
    """Such as `partner.example answered 503 Service Unavailable`."""
    words = f"{_host(url)} answered {status} {_phrase(status)}".rstrip()
    return f"{words}; redirects are not followed" if 300 <= status < 400 else words


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the endpoint"
    except ValueError:  # a mask such as [secret:HOST] reads as a broken IPv6 address
        return "the endpoint"


def _words(error: ShapeError | InvalidError) -> str:
    faults = error.faults if isinstance(error, InvalidError) else ()
    return "; ".join(f"{fault.path} {fault.message}" for fault in faults[:3]) or str(error)
