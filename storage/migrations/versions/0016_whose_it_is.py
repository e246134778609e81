"""Since when an account takes no messages; and whose the answers to deliveries are"""

import sqlalchemy as sa
from alembic import op

from storage.models.base import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("identity", sa.Column("refused_at", UtcDateTime(timezone=True)))
    op.add_column("inbox", sa.Column("organization", sa.Integer()))
