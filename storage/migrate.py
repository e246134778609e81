"""Bring a database to the newest shape. Alembic does the work; the versions are in storage/migrations/versions."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from storage.db import reading
from storage.tenancy import across

_LOCK = 7_417_201  # any number, the same on every replica


class Shape(StrEnum):
    """A database's shape beside the newest one this version knows. NEWER: of a version after this one."""

    NONE = "none"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


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


def shape(engine: Engine) -> Shape:
    """The shape the database has."""
    with reading(engine) as connection:
        return shape_of(MigrationContext.configure(connection).get_current_revision())


def shape_of(revision: str | None) -> Shape:
    """The shape of a database that says it is at `revision`. One that no version up to this one knows is newer."""
    if not revision:
        return Shape.NONE
    newest, *older = _versions()
    if revision == newest:
        return Shape.CURRENT
    return Shape.OLDER if revision in older else Shape.NEWER


@cache
def _versions() -> tuple[str, ...]:
    """The shapes this code knows, the newest first. Every version's file is read for it: not again at each question."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
