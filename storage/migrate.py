"""Bring a database to the newest shape. Alembic does the work; the versions are in storage/migrations/versions."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from storage.db import reading
from storage.tenancy import across

_LOCK = 7_417_201  # any number, the same on every replica


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def migrate(engine: Engine) -> None:
    """Apply what is missing, once, however many replicas start together."""
    config = _config()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        across(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """The database has the newest shape."""
    with reading(engine) as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    return have == ScriptDirectory.from_config(_config()).get_current_head()
