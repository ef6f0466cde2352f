"""Sessions: a token in a browser's cookie, its hash in the store, and when it ends."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

from core.accounts import Session, User
from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.ids import new_id
from core.store import Store
from core.writes import Write
from engine.people.tokens import hash_token, new_token

IDLE: Milliseconds = 12 * 3_600_000
LONGEST: Milliseconds = 30 * 24 * 3_600_000
TOUCHED_EVERY: Milliseconds = 5 * 60_000
"""How exactly it is kept when a session was used."""
FRESH: Milliseconds = 5_000
"""How long a session that another process ended may still be taken."""
MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, and by which session."""

    user: User
    session_id: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be committed; its token goes into the cookie and is kept nowhere."""

    signed_in: SignedIn
    token: str
    write: Write


@dataclass(frozen=True, slots=True)
class _Known:
    session: Session
    user: User
    read_at: Milliseconds


class SessionKeeper:
    """The sessions of all users."""

    def __init__(self, store: Store, clock: Clock, changes: Changes = ALONE) -> None:
        self._told = changes
        changes.follow(self.forget_all)
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._changes = 0

    def make(self, user: User) -> NewSession:
        """A new session of a user."""
        now, token = self._clock.now(), new_token()
        session = Session(new_id(), user.id, now, now)
        write = self._store.sessions.insert(session, hash_token(token))
        return NewSession(SignedIn(user, session.id), token, write)

    def identify(self, token: str) -> SignedIn | None:
        """Whose session's token this is; None when there is none, or when it is over."""
        hashed, now = hash_token(token), self._clock.now()
        known = self._known.get(hashed)
        if known is None or abs(now - known.read_at) >= FRESH:
            known = self._read(hashed, now)
        if known is None or _is_over(known.session, now):
            return None
        if now - known.session.seen_at >= TOUCHED_EVERY:
            known = self._touch(hashed, known, now)
        return SignedIn(known.user, known.session.id)

    def end(self, session_id: str) -> None:
        """Ends a session, if it goes on."""
        self._store.commit([self._store.sessions.delete(session_id)])
        self.forget()

    def forget(self) -> None:
        """Users or sessions changed."""
        self.forget_all()
        self._told.tell()

    def forget_all(self) -> None:
        """Another process changed something."""
        with self._lock:
            self._known.clear()
            self._changes += 1

    def sweep(self) -> None:
        """Removes sessions that are over, soon."""
        now = self._clock.now()
        self._store.commit_later([self._store.sessions.forget(now - LONGEST, now - IDLE)])

    def _read(self, hashed: str, now: Milliseconds) -> _Known | None:
        changes = self._changes
        found = self._store.sessions.find(hashed)
        if found is None:
            with self._lock:
                self._known.pop(hashed, None)
            return None
        known = _Known(*found, now)
        self._keep(hashed, known, changes)
        return known

    def _touch(self, hashed: str, known: _Known, now: Milliseconds) -> _Known:
        changes = self._changes
        self._store.commit_later([self._store.sessions.touch(known.session.id, now)])
        touched = replace(known, session=replace(known.session, seen_at=now))
        self._keep(hashed, touched, changes)
        return touched

    def _keep(self, hashed: str, known: _Known, changes: int) -> None:
        with self._lock:
            if changes != self._changes:
                # Something ended while this was read: it may be the very session.
                return
            self._known[hashed] = known
            self._known.move_to_end(hashed)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


def _is_over(session: Session, now: Milliseconds) -> bool:
    return now - session.seen_at >= IDLE or now - session.created_at >= LONGEST
