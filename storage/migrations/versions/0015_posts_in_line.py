"""Which post of a destination is the first, by index"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0011"


def upgrade() -> None:
    waiting: dict[str, Any] = {
        "sqlite_where": sa.text("state = 'pending'"),
        "postgresql_where": sa.text("state = 'pending'"),
    }
    destination = [
        sa.text(f"(CASE WHEN ({name} IS NULL) THEN 0 ELSE {name} END)")
        for name in ("channel_id", "person_id", "subscriber_id")
    ]
    op.drop_index("ix_outbox_pending", "outbox")
    op.create_index("ix_outbox_pending", "outbox", ["available_at", "id", "organization_id"], **waiting)
    op.create_index("ix_outbox_line", "outbox", ["organization_id", *destination, "target", "id"], **waiting)
