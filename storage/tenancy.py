"""Which organization a transaction sees. On PostgreSQL row-level security holds every query to it; on SQLite, which has
none, the queries' own conditions do, and tests hold them to it (docs/decisions/0010-who-sees-which-county.md).

A transaction that says nothing sees no organization's rows. `within` says one, as soon as it is known; `across` says
all, for the few reads that find out which one it is and for the machinery that serves them all.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

_SETTING = "sipbot.organization"
_EVERY = "*"
EVERY = f"-c {_SETTING}={_EVERY}"  # for PGOPTIONS of programs that copy a database whole
# For this transaction only: the connection goes back to the pool, and its next user must not see our organization.
_SET = f"SELECT set_config('{_SETTING}', %s, true)"
_NAME = "of_one_organization"  # the policy
# Sub-selects are worked out once a query, not once a row. A setting that was set in an earlier transaction is "" and
# not null. https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
_MINE = (
    f"{{column}} = (SELECT nullif(nullif(current_setting('{_SETTING}', true), ''), '{_EVERY}')::integer)"
    f" OR (SELECT current_setting('{_SETTING}', true) = '{_EVERY}')"
)
_UNGUARDED = text(
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname = 'organization_id'"
    " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY c.relname"
)
_BYPASSES = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")


def within(connection: Connection, organization_id: int) -> None:
    """From here to its end the transaction sees and writes rows of this organization only."""
    _say(connection, str(organization_id))


def across(connection: Connection) -> None:
    """From here until `within`, or to its end, the transaction sees every organization. Every use is an exception with
    a reason: tests/scope.py lists them."""
    _say(connection, _EVERY)


def _say(connection: Connection, whose: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_SET, (whose,))


def secure(connection: Connection, table: str, column: str = "organization_id") -> None:
    """For migrations: hold a table's reads and writes to the transaction's organization, those of its owner too.
    `column` has the organization's id. Every new table with an organization_id needs it."""
    if connection.dialect.name != "postgresql":
        return
    connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    connection.exec_driver_sql(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    connection.exec_driver_sql(f'CREATE POLICY {_NAME} ON "{table}" USING ({_MINE.format(column=column)})')


def rls_fault(engine: Engine) -> str | None:
    """Why PostgreSQL does not keep organizations apart here, in a sentence that says what to do; None where it does
    (and on SQLite, which never does)."""
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as connection:
        if connection.execute(_BYPASSES).scalar():
            return (
                "the database user is a superuser or has BYPASSRLS, so PostgreSQL does not keep organizations apart: "
                "make one with CREATE ROLE sipbot LOGIN NOSUPERUSER NOBYPASSRLS, give it the database and its tables, "
                "and put it into DATABASE_URL"
            )
        open_tables = list(connection.execute(_UNGUARDED).scalars())
    if open_tables:
        return f"PostgreSQL does not keep organizations apart in {', '.join(open_tables)}: run sipbot migrate"
    return None
