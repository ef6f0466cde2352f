"""API keys: made and shown once, kept as a hash, asked at each call."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.errors import Fault, GuardMissed, InvalidError, NotFoundError
from core.ids import new_id
from core.model import ApiKey
from core.rates import parse_rate
from core.store import Store
from core.writes import Write
from engine.audit import AuditService

SCOPES = ("trigger", "read", "write", "admin")
"""What a key may do: start automations, read, change automations and runs, and administer."""
PREFIX = "psk_"
LONGEST_NAME = 200
FRESH: Milliseconds = 5_000
"""How long a key that another process removed may still be taken."""
MOST_KNOWN = 10_000


class Keyring:
    """The keys of every tenant."""

    def __init__(
        self, store: Store, audit: AuditService, clock: Clock, changes: Changes = ALONE
    ) -> None:
        self._changes = changes
        changes.follow(self.forget_all)
        self._store = store
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[ApiKey, Milliseconds]] = OrderedDict()
        self._forgotten = 0

    def create(
        self,
        tenant: str,
        name: str,
        scopes: Sequence[str],
        value: str | None = None,
        limit: str | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its value, which nothing can show again. Raises InvalidError."""
        _check(name, scopes, limit)
        value = value or PREFIX + secrets.token_urlsafe(32)
        ordered = tuple(scope for scope in SCOPES if scope in scopes)
        key = ApiKey(new_id(), tenant, name, value[:8], ordered, self._clock.now(), limit)
        facts = {"scopes": ordered, **({} if limit is None else {"limit": limit})}
        note = self._audit.note(tenant, "key.created", "key", key.id, name, facts)
        self._store.commit([self._store.keys.insert(key, hash_key(value)), note])
        return key, value

    def list(self, tenant: str) -> Sequence[ApiKey]:
        """A tenant's keys, without their values."""
        return self._store.keys.list(tenant)

    def get(self, tenant: str, key_id: str) -> ApiKey:
        """One key. Raises NotFoundError."""
        for key in self.list(tenant):
            if key.id == key_id:
                return key
        raise NotFoundError(f"there is no key {key_id}")

    def limit(self, tenant: str, key_id: str, limit: str | None) -> ApiKey:
        """Limits what may be asked for with a key, or not (None); the key as it is then.

        Raises NotFoundError, InvalidError.
        """
        key = self.get(tenant, key_id)
        if faults := _limit_faults(limit):
            raise InvalidError("the key cannot be changed so", faults)
        facts = {"from": key.limit or "no limit", "to": limit or "no limit"}
        note = self._audit.note(tenant, "key.limited", "key", key_id, key.name, facts)
        self._commit(key_id, self._store.keys.limit(tenant, key_id, limit), note)
        return replace(key, limit=limit)

    def delete(self, tenant: str, key_id: str) -> None:
        """Removes a key; it is refused from now on. Raises NotFoundError."""
        name = self.get(tenant, key_id).name
        note = self._audit.note(tenant, "key.removed", "key", key_id, name)
        self._commit(key_id, self._store.keys.delete(tenant, key_id), note)

    def _commit(self, key_id: str, *writes: Write) -> None:
        try:
            self._store.commit(writes)
        except GuardMissed:
            raise NotFoundError(f"there is no key {key_id}") from None
        finally:
            # Also where only the word of the commit was lost.
            self.forget_all()
            self._changes.tell()

    def forget_all(self) -> None:
        """A key changed, here or in another process."""
        with self._lock:
            self._known.clear()
            self._forgotten += 1

    def identify(self, presented: str) -> ApiKey | None:
        """The key whose value this is, or None."""
        hashed = hash_key(presented)
        known = self._known.get(hashed)
        if known is not None and abs(self._clock.now() - known[1]) < FRESH:
            return known[0]
        forgotten = self._forgotten
        key = self._store.keys.find(hashed)
        with self._lock:
            self._known.pop(hashed, None)
            # What was read before a key changed is not remembered after that.
            if key is not None and forgotten == self._forgotten:
                self._known[hashed] = (key, self._clock.now())
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return key

    def may_trigger(self, tenant: str, presented: str) -> int:
        """200 when the key may start this tenant's automations, 401 when unknown, else 403."""
        return may_trigger(tenant, self.identify(presented))


def may_trigger(tenant: str, key: ApiKey | None) -> int:
    """200 when a key may start this tenant's automations, 401 when there is none, else 403."""
    if key is None or key.tenant != tenant:
        return 401
    return 200 if allows(key, "trigger") else 403


def allows(key: ApiKey, scope: str) -> bool:
    """Whether a key may do what needs `scope`; `admin` includes all, `write` includes `read`."""
    if scope in key.scopes or "admin" in key.scopes:
        return True
    return scope == "read" and "write" in key.scopes


def hash_key(value: str) -> str:
    """SHA-256 of a key. Keys are long and random, so a slow hash would protect nothing further."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def _limit_faults(limit: str | None) -> list[Fault]:
    try:
        if limit is not None:
            parse_rate(limit)
    except ValueError as error:
        return [Fault("$.limit", str(error))]
    return []


def _check(name: str, scopes: Sequence[str], limit: str | None) -> None:
    faults = _limit_faults(limit)
    if not name or len(name) > LONGEST_NAME or min(name) < " ":
        words = f"must have 1 to {LONGEST_NAME} characters, and no control characters"
        faults.append(Fault("$.name", words))
    faults += [
        Fault(f"$.scopes[{index}]", f"{scope!r} is no scope; there are: {', '.join(SCOPES)}")
        for index, scope in enumerate(scopes)
        if scope not in SCOPES
    ]
    if not scopes:
        faults.append(Fault("$.scopes", "needs at least one scope"))
    if faults:
        raise InvalidError("the key cannot be made", faults)
