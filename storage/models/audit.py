"""The audit log, which the database itself only lets grow, and the links by which reports and exports are read.

A row says who by the person's id, never by name: erasing a person changes no row here.
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, String, Table, Text, event

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

audit = Table(
    "audit",
    metadata,
    key(),
    organization_key(),
    to("person", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", String(60), nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

# /r/<name> or /export/<name>, with a signature after the name where there is a key to sign with (bot/links.py). A row
# is kept after its link ended: who asks is told so, and the audit log refers to it.
link = Table(
    "link",
    metadata,
    key(),
    organization_key(),
    Column("name", String(40), nullable=False, unique=True),
    to("report", nullable=True),  # null: an export of everything
    to("person", nullable=True),  # whom it was made for; null: everybody it was posted to
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

# What an operator sets for one transaction to remove what is older than the law asks for (storage/audit_log.py).
MAINTENANCE = "sipbot.audit_maintenance"
_REFUSAL = "the audit log is only ever added to"
NO_DELETE = f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
# database -> statements. SQLite loses a table's triggers when a migration rebuilds it: then they are made again.
GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        NO_DELETE,
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP <> 'UPDATE' AND current_setting('{MAINTENANCE}', true) = 'on' THEN RETURN NULL; END IF; "
        f"RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    ),
}
for _dialect, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
