"""Readings: the kind of group, how many people a value is of, and no person where a file was imported"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("people", sa.Integer(), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
