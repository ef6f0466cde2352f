"""Subscriptions with their signing secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, func, null, select, update

from core.accounts import Actor, ActorKind
from core.clock import Milliseconds
from core.model import Page
from core.subscriptions import Scope, SigningSecrets, Subscription
from core.writes import ListQuery, Write
from store.cipher import Cipher
from store.database import Database
from store.encoding import decode, encode, encode_optional
from store.paging import newest_first
from store.prepared import Prepared
from store.schema.subscriptions import subscriptions as table

_MINE = (table.c.tenant == bindparam("which_tenant")) & (table.c.id == bindparam("which"))
_DECIDED = (
    "name",
    "url",
    "events",
    "scope",
    "payload",
    "headers",
    "enabled",
    "revision",
    "updated_at",
    "disabled_because",
)
_DISABLED: Mapping[str, Any] = {
    "enabled": False,
    "disabled_because": bindparam("reason"),
    "revision": table.c.revision + 1,
    "updated_at": bindparam("now"),
}
_SECRETS = ("secret", "previous_secret")
_SHOWN = [column for column in table.columns if column.name not in _SECRETS]


class Subscriptions:
    """The table `subscriptions`."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher
        self._insert = database.prepare_insert(table)
        self._delete = database.prepare(delete(table).where(_MINE))
        self._replace = self._prepare(
            _MINE & (table.c.revision == bindparam("old_revision")),
            {name: bindparam(name) for name in _DECIDED},
        )
        self._rotate = self._prepare(
            _MINE,
            {
                "secret": bindparam("new_secret"),
                "previous_secret": table.c.secret,
                "previous_secret_until": bindparam("until"),
                "updated_at": bindparam("now"),
            },
        )
        health = {"last_success_at": bindparam("now"), "failing_since": null()}
        self._succeeded = self._prepare(_MINE, health)
        since = func.coalesce(table.c.failing_since, bindparam("now"))
        self._failed = self._prepare(_MINE, {"failing_since": since})
        self._forgive = self._prepare(_MINE, {"failing_since": null()})
        enabled = _MINE & table.c.enabled
        self._disable = self._prepare(enabled, _DISABLED)
        failing = table.c.failing_since <= bindparam("failing_before")
        self._disable_failing = self._prepare(enabled & failing, _DISABLED)

    def get(self, tenant: str, subscription_id: str) -> Subscription | None:
        """One subscription, or None."""
        row = self._database.first(
            select(*_SHOWN).where(table.c.id == subscription_id, table.c.tenant == tenant)
        )
        return _subscription(row) if row else None

    def list(self, tenant: str, query: ListQuery) -> Page[Subscription]:
        """A tenant's subscriptions, the newest first."""
        statement = select(*_SHOWN).where(table.c.tenant == tenant)
        return newest_first(self._database, statement, table.c.id, query, _subscription)

    def enabled(self, tenant: str) -> Sequence[Subscription]:
        """Every subscription of a tenant that takes events, by age."""
        rows = self._database.rows(
            select(*_SHOWN).where(table.c.tenant == tenant, table.c.enabled).order_by(table.c.id)
        )
        return [_subscription(row) for row in rows]

    def titles(self, tenant: str, subscription_ids: Sequence[str]) -> Mapping[str, str]:
        """The names of those that are there, by id; the URL of one without a name."""
        rows = self._database.rows(
            select(table.c.id, table.c.name, table.c.url).where(
                table.c.tenant == tenant, table.c.id.in_(sorted(set(subscription_ids)))
            )
        )
        return {row.id: row.name or row.url for row in rows}

    def secrets(self, tenant: str, subscription_id: str) -> SigningSecrets | None:
        """What a subscription signs with, or None when there is none."""
        row = self._database.first(
            select(table.c.secret, table.c.previous_secret, table.c.previous_secret_until).where(
                table.c.id == subscription_id, table.c.tenant == tenant
            )
        )
        if row is None:
            return None
        previous = row.previous_secret
        return SigningSecrets(
            self._cipher.decrypt(bytes(row.secret)),
            None if previous is None else self._cipher.decrypt(bytes(previous)),
            row.previous_secret_until,
        )

    def insert(self, subscription: Subscription, secret: str) -> Write:
        """Adds a subscription; its secret is kept encrypted."""
        secrets = {"secret": self._cipher.encrypt(secret), "previous_secret": None}
        return Write(self._insert, {**_columns(subscription), **secrets})

    def replace(self, subscription: Subscription, revision: int) -> Write:
        """Writes what people decide; guarded: refused unless the stored revision is `revision`."""
        columns = _columns(subscription)
        values = {name: columns[name] for name in _DECIDED}
        which = _which(subscription.tenant, subscription.id)
        return Write(self._replace, {**values, **which, "old_revision": revision}, guarded=True)

    def rotate(
        self,
        tenant: str,
        subscription_id: str,
        secret: str,
        now: Milliseconds,
        previous_until: Milliseconds,
    ) -> Write:
        """Replaces the secret and keeps the one before for a while; guarded: refused when gone."""
        values = {
            "new_secret": self._cipher.encrypt(secret),
            "until": previous_until,
            "now": now,
            **_which(tenant, subscription_id),
        }
        return Write(self._rotate, values, guarded=True)

    def forgive(self, tenant: str, subscription_id: str) -> Write:
        """Forgets since when it has been failing."""
        return Write(self._forgive, _which(tenant, subscription_id))

    def delete(self, tenant: str, subscription_id: str) -> Write:
        """Removes a subscription; guarded: refused when there is none."""
        return Write(self._delete, _which(tenant, subscription_id), guarded=True)

    def succeeded(self, tenant: str, subscription_id: str, now: Milliseconds) -> Write:
        """The endpoint took a delivery: it is not failing."""
        return Write(self._succeeded, {**_which(tenant, subscription_id), "now": now})

    def failed(self, tenant: str, subscription_id: str, now: Milliseconds) -> Write:
        """An attempt failed: it has been failing since now, if not for longer."""
        return Write(self._failed, {**_which(tenant, subscription_id), "now": now})

    def disable(
        self,
        tenant: str,
        subscription_id: str,
        reason: str,
        now: Milliseconds,
        failing_before: Milliseconds | None = None,
    ) -> Write:
        """Disables one that is enabled and, with `failing_before`, has failed for so long; guarded.

        Its revision grows, so that whoever edits it meanwhile learns of it.
        """
        values = {"reason": reason, "now": now, **_which(tenant, subscription_id)}
        if failing_before is None:
            return Write(self._disable, values, guarded=True)
        values["failing_before"] = failing_before
        return Write(self._disable_failing, values, guarded=True)

    def _prepare(self, where: ColumnElement[bool], values: Mapping[str, Any]) -> Prepared:
        return self._database.prepare(update(table).where(where).values(dict(values)))


def _which(tenant: str, subscription_id: str) -> dict[str, Any]:
    return {"which_tenant": tenant, "which": subscription_id}


def _columns(one: Subscription) -> dict[str, Any]:
    owner = {"kind": one.owner.kind.value, "id": one.owner.id, "name": one.owner.name}
    return {
        "id": one.id,
        "tenant": one.tenant,
        "name": one.name,
        "url": one.url,
        "events": encode(one.events),
        "scope": encode({"automations": one.scope.automations, "tags": one.scope.tags}),
        "payload": encode_optional(one.payload),
        "headers": encode(one.headers),
        "previous_secret_until": one.previous_secret_until,
        "enabled": one.enabled,
        "revision": one.revision,
        "owner": encode(owner),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "disabled_because": one.disabled_because,
        "failing_since": one.failing_since,
        "last_success_at": one.last_success_at,
    }


def _subscription(row: Row[Any]) -> Subscription:
    scope, owner = decode(row.scope), decode(row.owner)
    return Subscription(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        url=row.url,
        events=tuple(decode(row.events)),
        scope=Scope(tuple(scope["automations"]), tuple(scope["tags"])),
        payload=decode(row.payload),
        headers=decode(row.headers),
        enabled=bool(row.enabled),
        revision=row.revision,
        owner=Actor(ActorKind(owner["kind"]), owner["id"], owner["name"]),
        created_at=row.created_at,
        updated_at=row.updated_at,
        disabled_because=row.disabled_because,
        failing_since=row.failing_since,
        last_success_at=row.last_success_at,
        previous_secret_until=row.previous_secret_until,
    )
