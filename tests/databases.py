"""Databases of a test's own, beside the one the `engine` fixture gives: empty, on both kinds of server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from bot.chat.compose import built_in
from storage.db import open_engine
from storage.migrate import migrate
from storage.queries import people
from storage.uow import unit_of_work
from tests.builders import a_plan, a_workgroup, an_organization
from tests.postgres import POSTGRES
from tests.slack_people import TEAM


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty one ("sqlite", "postgresql"), which is gone afterwards. PostgreSQL must be there."""
    name = f"sipbot_own_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    admin = create_engine(POSTGRES + "postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield POSTGRES + name
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def a_county(url: str, at) -> Engine:
    """Migrated, with a plan and one workgroup in Slack."""
    engine = open_engine(url)
    migrate(engine)
    with unit_of_work(engine, at, built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        rows = a_plan(uow)
        a_workgroup(uow, "Intake", (rows.strategies["1.1"],))
    return engine
