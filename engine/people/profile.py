"""What people write about themselves: e-mails and names."""

from __future__ import annotations

import re

from core.errors import Fault

_PART = r"[^@\s\x00-\x1f\x7f\ud800-\udfff]"
EMAIL = re.compile(rf"{_PART}{{1,64}}@{_PART}{{1,189}}")
LONGEST_EMAIL = 254
LONGEST_NAME = 100


def tidy_email(text: str) -> str:
    """An e-mail address as it is kept and compared: in small letters, without spaces around it.

    What is too long to be one is cut, still too long.
    """
    return text.strip().lower()[: LONGEST_EMAIL + 1]


def tidy_name(text: str) -> str:
    """A name without spaces around it."""
    return text.strip()


def email_faults(email: str) -> list[Fault]:
    """What keeps a tidy text from being an e-mail address."""
    if EMAIL.fullmatch(email):
        return []
    return [Fault("$.email", "is not an e-mail address; it reads like ada@example.com")]


def name_faults(name: str) -> list[Fault]:
    """What keeps a tidy text from being a person's name."""
    if not name:
        return [Fault("$.name", "must not be empty")]
    if len(name) > LONGEST_NAME or not name.isprintable():
        words = f"must have {LONGEST_NAME} characters at most and no control characters"
        return [Fault("$.name", words)]
    return []
