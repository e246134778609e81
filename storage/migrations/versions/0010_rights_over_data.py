"""The audit log only grows and says people by their ids; links to reports end; people can be erased

Links that were made before stay good: their names are the reports' own, for as long as a new link lasts.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

LASTS = timedelta(days=400)
GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP <> 'UPDATE' AND current_setting('sipbot.audit_maintenance', true) = 'on' THEN RETURN NULL; END IF; "
        "RAISE EXCEPTION 'the audit log is only ever added to'; END $$",
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    ),
}


def upgrade() -> None:
    connection = op.get_bind()
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=op.f("fk_link_organization_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_link_report_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("name", name=op.f("uq_link_name")),
    )
    for column in ("organization_id", "report_id", "person_id"):
        op.create_index(op.f(f"ix_link_{column}"), "link", [column])
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _links_stay_good(connection)
    _people_by_their_ids(connection)
    for statement in GUARDS[connection.dialect.name]:
        op.execute(statement)


def _links_stay_good(connection: sa.Connection) -> None:
    link = sa.table("link", *(sa.column(c) for c in ("organization_id", "name", "report_id")),
                    sa.column("created_at", sa.DateTime(timezone=True)),
                    sa.column("expires_at", sa.DateTime(timezone=True)))  # fmt: skip
    now = datetime.now(UTC)
    at = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    rows = connection.execute(sa.text("SELECT id, organization_id, token FROM report")).all()
    if rows:
        made = {"created_at": at, "expires_at": at + LASTS}
        given = [{"organization_id": r.organization_id, "name": r.token[:40], "report_id": r.id, **made} for r in rows]
        connection.execute(link.insert(), given)


def _people_by_their_ids(connection: sa.Connection) -> None:
    """Until now a row said `Ann Ortiz (3)` of a person and the address of a reader: with the guards on it could never
    be made to forget them."""
    people = connection.execute(sa.text("SELECT id, organization_id, name FROM person")).all()
    readers = connection.execute(sa.text("SELECT id, organization_id, email FROM subscriber")).all()
    forms = [(r.organization_id, f"{r.name} ({r.id})", f"<person {r.id}>") for r in people]
    forms += [(r.organization_id, r.email, f"<reader {r.id}>") for r in readers if r.email]
    statement = sa.text(
        "UPDATE audit SET detail = REPLACE(detail, :said, :mark) "
        "WHERE organization_id = :organization AND detail LIKE '%' || :said || '%'"
    )
    for organization, said, mark in sorted(forms, key=lambda form: -len(form[1])):
        connection.execute(statement, {"organization": organization, "said": said, "mark": mark})
