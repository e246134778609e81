"""Databases of a test's own, beside the one the `engine` fixture gives: empty, on both kinds of server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event

from bot.chat.compose import built_in
from storage.db import open_engine
from storage.migrate import migrate
from storage.models import metadata
from storage.queries import people
from storage.uow import unit_of_work
from tests.builders import a_plan, a_workgroup, an_organization
from tests.postgres import an_address, let_tests_look
from tests.slack_people import TEAM


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one ("sqlite", "postgresql"), which is gone afterwards. PostgreSQL must be there."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'sipbot_own_{uuid.uuid4().hex[:12]}'}.sqlite3"
        return
    with an_address() as url:
        yield url


def opened(url: str) -> Engine:
    """An engine through which tests see every organization (tests/postgres.py), and the product what it says."""
    engine = open_engine(url)
    event.listen(engine, "begin", let_tests_look)
    return engine


def a_county(url: str, at) -> Engine:
    """Migrated, with a plan and one workgroup in Slack."""
    engine = opened(url)
    migrate(engine)
    with unit_of_work(engine, at, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        rows = a_plan(uow)
        a_workgroup(uow, "Intake", (rows.strategies["1.1"],))
    return engine


def differences(connection: Connection) -> list[Any]:
    """Between the tables that are there and those the code knows. Without the index of a line of posts: its CASE comes
    back from PostgreSQL in lines of its own, and SQLite's cannot be read; that it is of use: test_query_plans."""
    options = {"compare_type": True, "include_object": lambda _, name, *__: name != "ix_outbox_line"}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
