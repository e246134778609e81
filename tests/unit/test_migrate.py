"""A migrated database has exactly the tables the code knows, from nothing and again, on both databases."""

from __future__ import annotations

import uuid

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from storage.db import open_engine
from storage.migrate import is_current, migrate
from storage.models import metadata
from tests.conftest import POSTGRES


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request, tmp_path):
    """An engine on a database without a table."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
        yield engine
        engine.dispose()
        return
    request.getfixturevalue("postgres")
    admin = create_engine(POSTGRES + "postgres", isolation_level="AUTOCOMMIT")
    name = f"sipbot_fresh_{uuid.uuid4().hex[:12]}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = open_engine(POSTGRES + name)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_the_migrations_make_the_tables_the_code_knows(fresh):
    assert not is_current(fresh)
    migrate(fresh)
    assert is_current(fresh)
    with fresh.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []


def test_migrating_again_changes_nothing(fresh):
    migrate(fresh)
    migrate(fresh)
    assert is_current(fresh)
