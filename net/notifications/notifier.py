"""The notifier: an address becomes a service, which sends under the guard and one deadline."""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

from core.http import FailureKind
from core.notifications import Notification, NotificationResult, place_of
from net.deadline import Deadline
from net.failures import SendError
from net.guard import AddressGuard
from net.notifications.call import Call, Fault, under_way
from net.notifications.parts import masker_of

logger = logging.getLogger(__name__)

_NOTHING_SENT = "the service sent nothing: its address names nobody to send to, or is not complete"


class Service(Protocol):
    """What is used of an Apprise service."""

    request_rate_per_sec: float
    socket_read_timeout: float
    throttle: Callable[..., None]

    def notify(self, **message: Any) -> bool:
        """Whether the service took the message."""
        ...


class Services(Protocol):
    """Makes services of addresses."""

    def service(self, address: str) -> Service:
        """Raises SendError for an address that cannot be used."""
        ...


class AppriseNotifier:
    """Implements core.notifications.Notifier; safe for threads.

    Apprise is loaded with the first notification: it costs memory that most installations at rest
    need not spend.
    """

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._services: Services | None = None
        self._lock = threading.Lock()

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        """Sends to one address; every end is a value."""
        started = time.monotonic()
        deadline = Deadline(notification.timeout / 1000)
        call = Call(self._guard, deadline, masker_of(address))
        fault = self._send(call, address, notification)
        return NotificationResult(
            place=place_of(address, call.host),
            duration=round((time.monotonic() - started) * 1000),
            status=call.status,
            error=None if fault is None else fault.words,
            may_pass=fault is not None and fault.may_pass,
        )

    def _send(self, call: Call, address: str, notification: Notification) -> Fault | None:
        try:
            service = self._loaded().service(address)
            _hold_to(service, call)
            with under_way(call):
                delivered = _notify(service, notification)
        except SendError as error:
            return Fault(str(error), may_pass=False)
        except TimeoutError:
            return call.fault or Fault(f"it took more than {call.deadline}", may_pass=True)
        except Exception as error:  # noqa: BLE001  whatever a service's code does with an address
            # Neither its words nor where it broke are said: both may hold parts of the address.
            kind = type(error).__name__
            logger.warning("a notification by %s broke: %s", place_of(address), kind)
            return call.fault or Fault(f"the service broke with a {kind}", may_pass=False)
        # Some say yes without a request, where nobody is named whom it could go to.
        return None if delivered and call.status is not None else _fault_of(call)

    def _loaded(self) -> Services:
        with self._lock:
            if self._services is None:
                plugins = importlib.import_module("net.notifications.plugins")
                self._services = cast("Services", plugins.Plugins())
            return self._services


def _hold_to(service: Service, call: Call) -> None:
    """Lets a service pause and wait within the deadline, and as long as that where it says less."""
    service.throttle = _Pace(call, service.request_rate_per_sec)
    if "socket_read_timeout" not in vars(service):
        service.socket_read_timeout = call.deadline.left


def _notify(service: Service, notification: Notification) -> bool:
    return service.notify(
        body=notification.body,
        title=" ".join(notification.title.split()),
        notify_type=notification.type.value,
        body_format=notification.format.value,
    )


def _fault_of(call: Call) -> Fault:
    if call.fault is not None:
        return call.fault
    if call.status is not None:
        return Fault(f"{call.answer}, which means no in this service", may_pass=False)
    return Fault(_NOTHING_SENT, may_pass=False)


class _Pace:
    """Keeps a service's pause between its requests, and to the deadline (Apprise's `throttle`)."""

    def __init__(self, call: Call, pause: float) -> None:
        self._call = call
        self._pause = pause
        self._last: float | None = None

    def __call__(self, _last_io: object = None, wait: float | None = None) -> None:
        since = 0.0 if self._last is None else time.monotonic() - self._last
        pause = 0.0 if self._last is None else max(self._pause - since, 0.0)
        seconds = pause if wait is None else wait
        if seconds >= self._call.deadline.left:
            words = f"{self._call.host or 'the service'} wants pauses beyond {self._call.deadline}"
            if self._call.fault is None:
                self._call.failed(FailureKind.TIMEOUT, words)
            raise TimeoutError(words)
        time.sleep(seconds)
        self._last = time.monotonic()
