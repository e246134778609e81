"""Readings: the kind of group, and how many people a value is of"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=True))
