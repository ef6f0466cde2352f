"""Credentials in what somebody pasted: a secret's name is put in the place of each."""

from __future__ import annotations

import json
import re

from core.masking import MASKED, Masker

_LONGEST_NAME = 64
_COMMON_LABELS = frozenset({"api", "www", "app", "localhost", "gateway"})
_KINDS = {"authorization": "TOKEN", "proxy-authorization": "TOKEN", "cookie": "COOKIE"}


class SecretNames:
    """Names secrets after the partner's host; `notes` say which to make."""

    def __init__(self, host: str) -> None:
        self.notes: list[str] = []
        self._partner = _partner(host)
        self._masker = Masker({})
        self._taken: set[str] = set()

    def in_place_of(self, field: str, value: str) -> str | None:
        """A template in place of the value of a header or field; None when it is no credential."""
        if not value.strip() or "<secrets." in value:
            return None
        [(_, masked)] = self._masker.mask_headers([(field.replace("_", "-"), value)])
        if masked == value:
            return None
        name = self._name(_KINDS.get(field.lower()) or field)
        self._note(name, f"what stood in {field}")
        return masked.replace(MASKED, f"<secrets.{name}>")

    def basic(self, user: str) -> str:
        """The value of `Authorization` for a user and password (RFC 7617).

        Where the password is empty, the user is the key: many partners have it so.
        """
        account, colon, password = user.partition(":")
        if colon and not password:
            name = self.make("API_KEY", "what stood before the colon of the user")
            return f'Basic {{{{ base64_encode(secrets.{name} + ":") }}}}'
        name = self.make("PASSWORD", f"the password of {account[:60]}")
        text = json.dumps(f"{account}:")
        return f"Basic {{{{ base64_encode({text} + secrets.{name}) }}}}"

    def make(self, kind: str, what: str) -> str:
        """The name for a secret of this kind; the note says that it has to hold this."""
        name = self._name(kind)
        self._note(name, what)
        return name

    def _name(self, kind: str) -> str:
        words = re.sub(r"[^A-Z0-9]+", "_", f"{self._partner}_{kind}".upper()).strip("_")
        base = name = (words if words[:1].isalpha() else f"S_{words}")[: _LONGEST_NAME - 3]
        number = 2
        while name in self._taken:
            name = f"{base}_{number}"
            number += 1
        self._taken.add(name)
        return name

    def _note(self, name: str, what: str) -> None:
        self.notes.append(f"make a secret {name} that holds {what}; it was left out of the step")


def _partner(host: str) -> str:
    """The telling part of a host: `partner` of `api.partner.example`."""
    labels = [label for label in host.split(".") if label not in _COMMON_LABELS]
    return labels[0] if labels and not labels[0].isdigit() else "PARTNER"
