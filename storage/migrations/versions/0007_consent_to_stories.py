"""Consent to stories: when a release was signed, who agreed for each program, what credited people said"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.add_column(sa.Column("release_on", sa.Date(), nullable=True))
        for name in ("agreed_calworks", "agreed_child_welfare"):
            batch_op.add_column(sa.Column(name, sa.String(length=200), server_default="", nullable=False))
    op.create_table(
        "story_credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_story_credit_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_story_credit_person_id")),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"], name=op.f("fk_story_credit_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_credit")),
        sa.UniqueConstraint("story_id", "person_id", name=op.f("uq_story_credit_story_id_person_id")),
    )
    with op.batch_alter_table("story_credit", schema=None) as batch_op:
        for name in ("organization_id", "person_id", "story_id"):
            batch_op.create_index(batch_op.f(f"ix_story_credit_{name}"), [name], unique=False)
