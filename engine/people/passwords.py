"""Passwords: what may be one, and their argon2id hashes (RFC 9106)."""

from __future__ import annotations

import base64
import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Fault, SignInRefused

TIME_COST = 2
MEMORY_KIB = 46 * 1024
"""Twice the work that OWASP asks at the least for one lane: some 70 ms of one core."""
PLACES = 2
"""Hashes that are computed at once: each takes a core and its memory."""
WAITING = 16
"""Who may wait for a place, about half a second at the most; others are told to come again."""
SHORTEST, LONGEST = 12, 1024
FEWEST_CHARACTERS = 5

_HASH_BYTES, _SALT_BYTES = 32, 16


class Passwords:
    """Hashes passwords and checks them, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            TIME_COST, MEMORY_KIB, parallelism=1, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        self._places = threading.BoundedSemaphore(PLACES)
        self._door = threading.BoundedSemaphore(PLACES + WAITING)
        self._decoy = _decoy()

    def hash(self, password: str) -> str:
        """The hash to keep. Raises SignInRefused while too many others are at it."""
        with self._place():
            return self._hasher.hash(_prepared(password))

    def match(self, kept: str | None, password: str) -> bool:
        """Whether a hash is this password's. None, for nobody's, takes the same time.

        Raises SignInRefused while too many others are at it.
        """
        with self._place():
            try:
                self._hasher.verify(kept or self._decoy, _prepared(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether a hash was made with less work than is asked now."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._door.acquire(blocking=False):
            raise SignInRefused("Too many people are signing in just now. Try again.", wait=2)
        try:
            with self._places:
                yield
        finally:
            self._door.release()


def password_faults(password: str, email: str, name: str = "") -> list[Fault]:
    """What keeps a text from being this person's password."""
    if len(password) < SHORTEST:
        return [Fault("$.password", f"needs at least {SHORTEST} characters; several words do well")]
    if len(password) > LONGEST:
        return [Fault("$.password", f"has more than {LONGEST} characters")]
    if password.casefold() in {email.casefold(), name.casefold()}:
        return [Fault("$.password", "must be something else than the e-mail or the name")]
    if len(set(password)) < FEWEST_CHARACTERS:
        words = f"needs at least {FEWEST_CHARACTERS} different characters"
        return [Fault("$.password", words)]
    return []


def _prepared(password: str) -> bytes:
    """The same bytes however the keyboard composes its letters; never more than is allowed."""
    composed = unicodedata.normalize("NFC", password[:LONGEST])
    return composed.encode("utf-8", "surrogatepass")


def _decoy() -> str:
    """A hash that is no password's, and costs as much to check as any."""
    salt, digest = (
        base64.b64encode(os.urandom(count)).decode().rstrip("=")
        for count in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p=1${salt}${digest}"
