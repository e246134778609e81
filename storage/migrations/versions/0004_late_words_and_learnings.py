"""Updates told late for an earlier month, what trying something taught, and indexes by month and day"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INDEXES = (
    ("story", "reviewed_at"),
    ("story", "at"),
    ("voice_result", "month"),
    ("meeting", "month"),
    ("follow_up", "done_at"),
    ("meeting_note", "month"),
    ("reading", "month"),
)


def upgrade() -> None:
    op.add_column("step_update", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "learning",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("strategy_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_learning_organization_id")),
        sa.ForeignKeyConstraint(["strategy_id"], ["strategy.id"], name=op.f("fk_learning_strategy_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_learning_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learning")),
    )
    for column in ("organization_id", "strategy_id", "person_id"):
        op.create_index(op.f(f"ix_learning_{column}"), "learning", [column], unique=False)
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_organization_id_{column}", table, ["organization_id", column], unique=False)
