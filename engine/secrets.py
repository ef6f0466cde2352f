"""Secrets as an admin handles them: set, listed with their uses, removed, never shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.errors import Fault, GuardMissed, InvalidError, NotFoundError
from core.model import SecretEntry
from core.store import Store
from engine.audit import AuditService
from engine.catalog import Catalog
from engine.plan import Plan
from engine.subscriptions.shape import secrets_of_subscription
from engine.vault import Vault

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
LONGEST_VALUE = 16 * 1024


@dataclass(frozen=True, slots=True)
class SecretUse:
    """A secret, and the ids of the live automations and enabled subscriptions that refer to it."""

    entry: SecretEntry
    used_by: tuple[str, ...]
    subscriptions: tuple[str, ...] = ()


class SecretService:
    """A tenant's secrets."""

    def __init__(
        self, store: Store, vault: Vault, catalog: Catalog, audit: AuditService, clock: Clock
    ) -> None:
        self._store = store
        self._vault = vault
        self._catalog = catalog
        self._audit = audit
        self._clock = clock

    def put(self, tenant: str, name: str, value: str) -> None:
        """Sets a secret. Raises InvalidError for a bad name or value."""
        _check(name, value)
        known = any(entry.name == name for entry in self._store.secrets.list(tenant))
        verb = "secret.rotated" if known else "secret.set"
        self._store.commit(
            [
                self._store.secrets.put(tenant, name, value, self._clock.now()),
                self._audit.note(tenant, verb, "secret", name, name),
            ]
        )
        self._vault.forget(tenant)

    def delete(self, tenant: str, name: str) -> None:
        """Removes a secret. Raises NotFoundError."""
        note = self._audit.note(tenant, "secret.removed", "secret", name, name)
        try:
            self._store.commit([self._store.secrets.delete(tenant, name), note])
        except GuardMissed:
            raise NotFoundError(f"there is no secret {name}") from None
        self._vault.forget(tenant)

    def list(self, tenant: str) -> Sequence[SecretUse]:
        """Every secret and where it is used."""
        live = self._catalog.of(tenant).live
        automations = {automation: secrets_of(one.plan) for automation, one in live.items()}
        enabled = self._store.subscriptions.enabled(tenant)
        subscriptions = {one.id: secrets_of_subscription(one) for one in enabled}
        return [
            SecretUse(entry, _using(automations, entry.name), _using(subscriptions, entry.name))
            for entry in self._store.secrets.list(tenant)
        ]


def secrets_of(plan: Plan) -> frozenset[str]:
    """The names of the secrets an automation refers to: in steps, trigger and alerts."""
    return plan.trigger_secrets.union(plan.definition.alerts.notify, plan.step_secrets)


def _using(names: Mapping[str, Collection[str]], name: str) -> tuple[str, ...]:
    """The ids of what refers to a secret."""
    return tuple(sorted(one for one, used in names.items() if name in used))


def _check(name: str, value: str) -> None:
    faults = []
    if not NAME.fullmatch(name):
        words = "must begin with a letter or _, then letters, digits and _, 64 at most"
        faults.append(Fault("$.name", words))
    if not value:
        faults.append(Fault("$.value", "must not be empty"))
    if len(value.encode("utf-8", "surrogatepass")) > LONGEST_VALUE:
        faults.append(Fault("$.value", f"has more than {LONGEST_VALUE} bytes"))
    if faults:
        raise InvalidError("the secret cannot be set", faults)
