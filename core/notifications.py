"""Notifications to people as the rooms hand them to one another."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds

METHOD = "NOTIFY"
"""What stands in the request log where a request has its method."""

_SCHEME = re.compile(r"([a-z0-9]{1,30})://", re.IGNORECASE)


class NotificationFormat(StrEnum):
    """What a body is written in; what a service cannot show is converted for it."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class NotificationType(StrEnum):
    """What a notification is about; services show it as a colour or a sign."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Notification:
    """What to tell people. `timeout` is for one address, all that it takes included."""

    body: str
    title: str = ""
    format: NotificationFormat = NotificationFormat.TEXT
    type: NotificationType = NotificationType.INFO
    timeout: Milliseconds = 15_000

    @property
    def written(self) -> bytes:
        """What of it stands in the request log: JSON."""
        shown = {
            "title": self.title,
            "body": self.body,
            "format": self.format.value,
            "type": self.type.value,
        }
        return json.dumps(shown, ensure_ascii=False).encode(errors="replace")


@dataclass(frozen=True, slots=True)
class NotificationResult:
    """What became of a notification at one address.

    `place` is what may be shown of the address, which is a credential: its scheme, and the host
    that was called (`slack://hooks.slack.com`). `error` says why it was not delivered, in words
    that hold nothing of the address; `may_pass`, whether another attempt could do better. `status`
    is what was answered last: a status of HTTP, or a reply code of SMTP. `until` is there when it
    was held back, and nothing sent: the moment from which it may be.
    """

    place: str
    duration: Milliseconds
    status: int | None = None
    error: str | None = None
    may_pass: bool = False
    until: Milliseconds | None = None

    @property
    def delivered(self) -> bool:
        """Whether the service took it."""
        return self.error is None


class Notifier(Protocol):
    """The port to the room that sends notifications."""

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        """Sends to one address (an Apprise URL) and waits for what becomes of it.

        Raises nothing, whatever the address is and whatever a service does.
        """
        ...


def place_of(address: str, host: str = "") -> str:
    """What may be shown of an address: `slack://…`, or `slack://hooks.slack.com` with its host."""
    scheme = _SCHEME.match(address)
    return f"{scheme[1].lower() if scheme else '(no scheme)'}://{host or '…'}"
