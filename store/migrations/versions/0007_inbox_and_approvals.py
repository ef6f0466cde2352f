"""Messages to users, and what runs ask people to decide."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "inbox_items",
        _text("id"),
        _text("tenant"),
        _text("user_id"),
        _text("kind"),
        _text("title"),
        _text("text"),
        _text("link"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("inbox_by_user", "inbox_items", ["tenant", "user_id", "id"])
    op.create_index(
        "inbox_unread",
        "inbox_items",
        ["tenant", "user_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )
    op.create_index("inbox_by_age", "inbox_items", ["created_at"])
    op.create_table(
        "approvals",
        _text("id"),
        _text("tenant"),
        _text("automation_id"),
        _text("run_id"),
        _text("step_id"),
        _text("title"),
        _text("message"),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        _text("state"),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("escalated_at", sa.BigInteger()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", sa.Text()),
        _text("comment"),
        sa.Column("answers", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("approvals_by_tenant", "approvals", ["tenant", "id"])
    op.create_index("approvals_by_state", "approvals", ["tenant", "state", "id"])
    op.create_index("approvals_by_run", "approvals", ["run_id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
