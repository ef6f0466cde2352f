"""Indexes that find what is needed still (replays, children that go on), and old messages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_REPLAYS = sa.text("replay_of IS NOT NULL")
_CHILDREN = sa.text("parent_run_id IS NOT NULL AND finished_at IS NULL")


def upgrade() -> None:
    _index("runs_replays", "event_id", _REPLAYS)
    _index("runs_children", "parent_run_id", _CHILDREN)
    op.drop_index("inbox_by_age", "inbox_items")
    op.create_index("inbox_by_tenant", "inbox_items", ["tenant", "id"])


def _index(name: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, "runs", [column], sqlite_where=where, postgresql_where=where)
