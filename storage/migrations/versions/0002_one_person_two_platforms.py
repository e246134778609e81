"""One person on two platforms, and who was welcomed"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "person_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("was_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_person_link_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_link_person_id")),
        sa.ForeignKeyConstraint(["was_id"], ["person.id"], name=op.f("fk_person_link_was_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_link")),
    )
    for column in ("organization_id", "person_id", "was_id"):
        op.create_index(op.f(f"ix_person_link_{column}"), "person_link", [column], unique=False)
    op.add_column("person", sa.Column("last_platform", sa.String(length=16), nullable=False, server_default=""))
    op.add_column(
        "conversation_reference", sa.Column("welcomed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
