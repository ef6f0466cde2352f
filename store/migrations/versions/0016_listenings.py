"""Who listens for a request in which process, and what other processes heard for them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "listenings",
        _text("id"),
        _text("tenant"),
        _text("automation_id"),
        _text("holder"),
        sa.Column("trigger", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("listenings_by_end", "listenings", ["until"])
    op.create_table(
        "heard",
        _text("id"),
        _text("tenant"),
        _text("listening_id"),
        _text("name"),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("heard_by_listening", "heard", ["listening_id", "id"])
    op.create_index("heard_by_end", "heard", ["kept_until"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
