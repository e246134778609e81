"""A migrated database has exactly the tables the code knows, from nothing and again, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    select,
)
from sqlalchemy.exc import DatabaseError

from storage.db import open_engine
from storage.migrate import Shape, _config, migrate, shape
from storage.models import audit, link
from tests.databases import differences
from tests.postgres import a_database


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request, tmp_path):
    """An engine on a database without a table."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
        yield engine
        engine.dispose()
        return
    request.getfixturevalue("postgres")
    with a_database() as engine:
        yield engine


def test_the_migrations_make_the_tables_the_code_knows(fresh):
    assert shape(fresh) is Shape.NONE
    migrate(fresh)
    assert shape(fresh) is Shape.CURRENT
    with fresh.connect() as connection:
        assert differences(connection) == []


def test_migrating_again_changes_nothing(fresh):
    migrate(fresh)
    migrate(fresh)
    assert shape(fresh) is Shape.CURRENT


def test_a_filled_database_of_the_first_shape_comes_forward_whole(fresh: Engine) -> None:
    """One row in every table that the first version had: they are all there afterwards, with what they held."""
    config = _config()
    with fresh.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    first = MetaData()
    with fresh.begin() as connection:
        first.reflect(connection)
        for table in first.sorted_tables:
            if table.name != "alembic_version":
                connection.execute(table.insert().values(a_row(table)))
        before = held(connection, first)
    migrate(fresh)
    with fresh.begin() as connection:
        assert held(connection, first) == before
        if fresh.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_log_that_said_names_says_ids_and_is_guarded_and_old_links_open(fresh: Engine) -> None:
    """Names and addresses in rows of before could never be erased once the log only grows."""
    config = _config()
    with fresh.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        old = MetaData()
        old.reflect(connection)
        for name in ("organization", "person", "report", "subscriber"):
            connection.execute(old.tables[name].insert().values(a_row(old.tables[name])))
        connection.execute(old.tables["person"].update().values(name="Ann Ortiz"))
        connection.execute(old.tables["subscriber"].update().values(email="bo@x.example"))
        for said in ("Ann Ortiz (1): member -> analyst", "bo@x.example", "roll-up March 2026"):
            row = {name: value for name, value in a_row(old.tables["audit"]).items() if name != "id"}
            connection.execute(old.tables["audit"].insert().values(row | {"detail": said}))
    migrate(fresh)
    with fresh.begin() as connection:
        details = list(connection.execute(select(audit.c.detail).order_by(audit.c.id)).scalars())
        names = list(connection.execute(select(link.c.name)).scalars())
    assert details == ["<person 1>: member -> analyst", "<reader 1>", "roll-up March 2026"]
    assert names == ["x"]
    with pytest.raises(DatabaseError), fresh.begin() as connection:
        connection.execute(audit.delete())


def a_row(table: Table) -> dict[str, Any]:
    """Something in every column; what refers to a row refers to the only one there is."""
    kinds: tuple[tuple[type, Any], ...] = (
        (Boolean, True), (Integer, 1), (Float, 1.5), (DateTime, datetime(2026, 3, 2, tzinfo=UTC)),
        (Date, date(2026, 3, 2)), (JSON, {}),
    )  # fmt: skip
    return {
        column.name: next((value for kind, value in kinds if isinstance(column.type, kind)), "x")
        for column in table.columns
        if column.name != "supersedes_id"
    }


def held(connection: Any, first: MetaData) -> dict[str, list[tuple[Any, ...]]]:
    """What the columns of the first version hold now."""
    tables = [table for table in first.sorted_tables if table.name != "alembic_version"]
    return {table.name: [tuple(row) for row in connection.execute(select(table))] for table in tables}
