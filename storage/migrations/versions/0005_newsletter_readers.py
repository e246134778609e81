"""The newsletter's subscribers, approvals and review links; corrections; mail in the outbox"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("token", sa.String(length=60), nullable=False),
        sa.Column("subscribed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unsubscribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_subscriber_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("organization_id", "email", name=op.f("uq_subscriber_organization_id_email")),
        sa.UniqueConstraint("token", name=op.f("uq_subscriber_token")),
    )
    op.create_index(op.f("ix_subscriber_organization_id"), "subscriber", ["organization_id"])
    op.create_table(
        "report_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_report_approval_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_approval_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_approval_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_approval")),
        sa.UniqueConstraint("report_id", "person_id", name=op.f("uq_report_approval_report_id_person_id")),
    )
    op.create_index(op.f("ix_report_approval_organization_id"), "report_approval", ["organization_id"])
    op.create_index(op.f("ix_report_approval_report_id"), "report_approval", ["report_id"])
    op.create_table(
        "review_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_review_link_organization_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_link_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_review_link_report_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_review_link")),
    )
    op.create_index(op.f("ix_review_link_organization_id"), "review_link", ["organization_id"])
    op.create_index(op.f("ix_review_link_report_id"), "review_link", ["report_id"])
    # Both databases add a column that may be null in place. Rebuilding a table, which SQLite needs for anything more,
    # would drop one that others refer to.
    for table, column, other in (("outbox", "subscriber_id", "subscriber"), ("report", "corrects_id", "report")):
        reference = f"CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {reference}")
    op.create_index(op.f("ix_outbox_subscriber_id"), "outbox", ["subscriber_id"])
    op.add_column("organization", sa.Column("archive_token", sa.String(length=60), nullable=True))
    op.create_index(op.f("ix_organization_archive_token"), "organization", ["archive_token"], unique=True)
    # Who approved before approvals were rows has approved still.
    op.execute(
        "INSERT INTO report_approval (organization_id, report_id, person_id, at) "
        "SELECT organization_id, id, approved_by, approved_at FROM report "
        "WHERE approved_by IS NOT NULL AND approved_at IS NOT NULL"
    )
