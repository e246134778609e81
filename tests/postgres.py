"""PostgreSQL databases for tests, of an ordinary user: a superuser is not held to row-level security."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from storage.db import open_engine
from storage.models import metadata
from storage.models.audit import MAINTENANCE
from storage.tenancy import across

POSTGRES = os.environ.get("SIPBOT_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/")
ROLE = "sipbot_test"
_TESTS = str(Path(__file__).parent)
# Frames on the way from whoever begins a transaction to the event that tells of it.
_BETWEEN = ("sqlalchemy", "contextlib.py", "storage/db.py", __file__)


@contextmanager
def a_database(*, durable: bool = True) -> Iterator[Engine]:
    """An engine on an empty database of its own; raises OperationalError where no PostgreSQL answers. Not `durable`: no
    commit waits for the disk, for tests that cut no power."""
    with an_address(durable=durable) as url:
        engine = open_engine(url)
        event.listen(engine, "begin", let_tests_look)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def an_address(*, durable: bool = True) -> Iterator[str]:
    """The URL of an empty database, which is gone afterwards."""
    admin = create_engine(POSTGRES + "postgres", isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 2})
    name = f"sipbot_test_{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        _make_role(connection)
        connection.execute(text(f"CREATE DATABASE {name} OWNER {ROLE}"))
        if not durable:
            connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield make_url(POSTGRES + name).set(username=ROLE).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def empty(engine: Engine) -> None:
    """No rows, ids from 1 again, and rows in the order they come. It waits for whoever still writes. TRUNCATE would cost
    a second for the many files of all tables, whatever is in them."""
    names = [f'"{name}"' for name in metadata.tables]
    seen = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
    with engine.begin() as connection:
        across(connection)
        connection.exec_driver_sql(f"SET LOCAL {MAINTENANCE} = 'on'")  # the audit log is emptied too
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)}")
        found = set(connection.exec_driver_sql(seen).scalars())
        for table in reversed(metadata.sorted_tables):
            if f'"{table.name}"' in found:
                connection.execute(table.delete())
        connection.exec_driver_sql("SELECT setval(seqrelid, 1, false) FROM pg_sequence")
    if found:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(sorted(found))}")


def _make_role(connection: Connection) -> None:
    """Once for all test runs on this server. Two that begin together: the later finds it made."""
    password = make_url(POSTGRES).password or ""
    connection.exec_driver_sql(
        f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}';"
        " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )


def let_tests_look(connection: Connection) -> None:
    """A test that opens a connection itself looks in from outside and sees every organization. The product's own
    transactions, whoever called it, have to say whose they are."""
    frame = sys._getframe(1)
    while frame.f_back and any(part in frame.f_code.co_filename for part in _BETWEEN):
        frame = frame.f_back
    if frame.f_code.co_filename.startswith(_TESTS):
        across(connection)
