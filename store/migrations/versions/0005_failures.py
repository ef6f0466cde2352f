"""An index of the runs that went wrong."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_GONE_WRONG = sa.text("status IN ('failed', 'halted')")


def upgrade() -> None:
    op.create_index(
        "runs_gone_wrong",
        "runs",
        ["tenant", "id"],
        unique=False,
        sqlite_where=_GONE_WRONG,
        postgresql_where=_GONE_WRONG,
    )
