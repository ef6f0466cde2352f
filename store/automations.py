"""Automations, their drafts and their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, func, select, tuple_, update

from core.automation_store import AutomationFilter
from core.model import Automation, AutomationVersion, Document, Page
from core.writes import ListQuery, Write
from store.database import Database
from store.encoding import decode, encode, encode_optional
from store.paging import in_order, newest_first
from store.schema.automations import automation_versions as versions
from store.schema.automations import automations as table

_LIVE_VERSION = (
    (versions.c.tenant == table.c.tenant)
    & (versions.c.automation_id == table.c.id)
    & (versions.c.version == table.c.published)
)


class Automations:
    """The tables `automations` and `automation_versions`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        names = [column.name for column in table.columns]
        self._insert = database.prepare(
            database.insert(table).on_conflict_do_nothing(index_elements=["tenant", "id"]), names
        )
        self._insert_version = database.prepare_insert(versions)
        mine = (
            (table.c.tenant == bindparam("which_tenant"))
            & (table.c.id == bindparam("which_id"))
            & (table.c.revision == bindparam("old_revision"))
        )
        self._delete = database.prepare(delete(table).where(mine))
        changed = ("name", "enabled", "draft", "revision", "published", "updated_at", "tags")
        self._replace = database.prepare(
            update(table).where(mine).values({name: bindparam(name) for name in changed})
        )

    def get(self, tenant: str, automation_id: str) -> Automation | None:
        """One automation, or None."""
        row = self._database.first(
            select(table).where(table.c.tenant == tenant, table.c.id == automation_id)
        )
        return _automation(row) if row else None

    def list(self, tenant: str, query: ListQuery) -> Page[Automation]:
        """A tenant's automations by id."""
        statement = select(table).where(table.c.tenant == tenant)
        return in_order(self._database, statement, table.c.id, query, _automation)

    def insert(self, automation: Automation) -> Write:
        """Adds an automation; guarded: refused when the id is taken."""
        return Write(self._insert, _columns(automation), guarded=True)

    def replace(self, automation: Automation, revision: int) -> Write:
        """Replaces an automation; guarded: refused unless its stored revision is `revision`."""
        values = _columns(automation)
        which = {"which_tenant": values.pop("tenant"), "which_id": values.pop("id")}
        values.pop("created_at")
        return Write(self._replace, {**values, **which, "old_revision": revision}, guarded=True)

    def delete(self, tenant: str, automation_id: str, revision: int) -> Write:
        """Removes an automation at a revision; its versions stay for the runs that used them."""
        which = {"which_tenant": tenant, "which_id": automation_id, "old_revision": revision}
        return Write(self._delete, which, guarded=True)

    def insert_version(self, version: AutomationVersion) -> Write:
        """Adds a published version."""
        return Write(
            self._insert_version,
            {
                "tenant": version.tenant,
                "automation_id": version.automation_id,
                "version": version.version,
                "document": encode(version.document),
                "published_at": version.published_at,
            },
        )

    def version(self, tenant: str, automation_id: str, version: int) -> AutomationVersion | None:
        """One published version, or None."""
        row = self._database.first(
            select(versions).where(
                versions.c.tenant == tenant,
                versions.c.automation_id == automation_id,
                versions.c.version == version,
            )
        )
        return _version(row) if row else None

    def versions(
        self, tenant: str, automation_id: str, query: ListQuery
    ) -> Page[AutomationVersion]:
        """The published versions of an automation, the newest first."""
        statement = select(versions).where(
            versions.c.tenant == tenant, versions.c.automation_id == automation_id
        )
        if query.cursor is not None:
            statement = statement.where(versions.c.version < int(query.cursor))
        first = ListQuery(limit=query.limit)
        return newest_first(self._database, statement, versions.c.version, first, _version)

    def last_version(self, tenant: str, automation_id: str) -> int:
        """The highest number ever published under this id, 0 when none was."""
        row = self._database.first(
            select(func.max(versions.c.version)).where(
                versions.c.tenant == tenant, versions.c.automation_id == automation_id
            )
        )
        return int(row[0] or 0) if row else 0

    def live(self, tenant: str) -> Sequence[tuple[Automation, Document]]:
        """Every published automation, enabled or not, with its live document."""
        rows = self._database.rows(
            select(table, versions.c.document)
            .join(versions, _LIVE_VERSION)
            .where(table.c.tenant == tenant)
            .order_by(table.c.id)
        )
        return [(_automation(row), decode(row.document)) for row in rows]

    def search(
        self, tenant: str, which: AutomationFilter, query: ListQuery
    ) -> Page[tuple[Automation, Document | None]]:
        """By name, each with its live document; the cursor is the id of the last one shown."""
        name = func.lower(table.c.name)
        statement = (
            _filtered(select(table, versions.c.document), which)
            .outerjoin(versions, _LIVE_VERSION)
            .where(table.c.tenant == tenant)
        )
        if query.cursor is not None:
            last = select(name, table.c.id).where(
                table.c.tenant == tenant, table.c.id == query.cursor
            )
            statement = statement.where(tuple_(name, table.c.id) > last.scalar_subquery())
        rows = self._database.rows(statement.order_by(name, table.c.id).limit(query.limit + 1))
        shown = rows[: query.limit]
        following = str(shown[-1].id) if len(rows) > query.limit else None
        return Page(tuple((_automation(row), decode(row.document)) for row in shown), following)

    def names(self, tenant: str) -> Mapping[str, str]:
        """The automations' names by their ids, in the order of the names."""
        rows = self._database.rows(
            select(table.c.id, table.c.name)
            .where(table.c.tenant == tenant)
            .order_by(func.lower(table.c.name), table.c.id)
        )
        return {row.id: row.name for row in rows}

    def tags(self, tenant: str) -> Sequence[str]:
        """Every tag in use, in order."""
        rows = self._database.rows(
            select(table.c.tags).where(table.c.tenant == tenant, table.c.tags != "").distinct()
        )
        return sorted({tag for row in rows for tag in _tags(row.tags)}, key=str.lower)


def _columns(automation: Automation) -> dict[str, Any]:
    return {
        "tenant": automation.tenant,
        "id": automation.id,
        "name": automation.name,
        "enabled": automation.enabled,
        "draft": encode_optional(automation.draft),
        "revision": automation.revision,
        "published": automation.published,
        "created_at": automation.created_at,
        "updated_at": automation.updated_at,
        # Each between two line ends, so that one is found whole.
        "tags": "".join(f"\n{tag}\n" for tag in automation.tags),
    }


def _filtered(statement: Select[Any], which: AutomationFilter) -> Select[Any]:
    if which.text is not None:
        in_name = table.c.name.icontains(which.text, autoescape=True)
        statement = statement.where(in_name | table.c.id.icontains(which.text, autoescape=True))
    if which.tag is not None:
        statement = statement.where(table.c.tags.contains(f"\n{which.tag}\n", autoescape=True))
    return statement


def _tags(column: str) -> tuple[str, ...]:
    return tuple(filter(None, column.split("\n")))


def _automation(row: Row[Any]) -> Automation:
    return Automation(
        tenant=row.tenant,
        id=row.id,
        name=row.name,
        enabled=bool(row.enabled),
        draft=decode(row.draft),
        revision=row.revision,
        published=row.published,
        created_at=row.created_at,
        updated_at=row.updated_at,
        tags=_tags(row.tags),
    )


def _version(row: Row[Any]) -> AutomationVersion:
    return AutomationVersion(
        row.tenant, row.automation_id, row.version, decode(row.document), row.published_at
    )
