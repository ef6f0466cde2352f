"""Indexes that find what is needed still (replays, children that go on), and what goes."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_REPLAYS = sa.text("replay_of IS NOT NULL")
_EDITED = sa.text("replaces IS NOT NULL")
_CHILDREN = sa.text("parent_run_id IS NOT NULL AND finished_at IS NULL")


def upgrade() -> None:
    _index("runs_replays", "runs", "event_id", _REPLAYS)
    _index("runs_children", "runs", "parent_run_id", _CHILDREN)
    _index("events_edited", "events", "replaces", _EDITED)
    op.drop_index("inbox_by_age", "inbox_items")
    op.create_index("inbox_by_tenant", "inbox_items", ["tenant", "id"])


def _index(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
