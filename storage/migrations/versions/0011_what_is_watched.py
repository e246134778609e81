"""When the calendar was last looked at, and an index for what is watched of the outbox"""

import sqlalchemy as sa
from alembic import op

from storage.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_heartbeat")),
    )
    op.create_index("ix_outbox_state", "outbox", ["state", "sent_at"])
