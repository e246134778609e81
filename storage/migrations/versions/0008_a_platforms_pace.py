"""A platform's pace, kept by all replicas together"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "pace",
        sa.Column("what", sa.String(length=250), nullable=False),
        sa.Column("free_at", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_pace")),
    )
