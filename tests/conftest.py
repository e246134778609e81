"""The database every test uses is real: SQLite always, PostgreSQL where one answers (SIPBOT_TEST_POSTGRES)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from storage.db import open_engine
from storage.migrate import migrate
from storage.models import metadata
from storage.uow import UnitOfWork, unit_of_work
from tests import audited as audits
from tests import builders
from tests.postgres import a_database, empty
from tests.scope import Watch

SHARED = Path(os.environ.get("SIPBOT_SHARED", Path(__file__).parents[2] / "shared"))


def pytest_configure() -> None:
    """For all tests: structlog by itself draws every traceback with all values in it: that takes longer than many a test."""
    shown = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], shown])
    # Nothing is proven by how long a busy machine takes for an example.
    settings.register_profile("sipbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("sipbot")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The study material beside the repository; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared material at {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    """An engine on a database of this session's own, with all tables and row-level security."""
    with ExitStack() as stack:
        try:
            engine = stack.enter_context(a_database(durable=False))
        except OperationalError:
            pytest.skip("no PostgreSQL answers; set SIPBOT_TEST_POSTGRES to try one")
        migrate(engine)
        yield engine


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to copy."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database; a test that takes it runs once on each kind. What the product does in it names the
    organization whose rows it wants."""
    if request.param == "sqlite":
        path = tmp_path / "sipbot.sqlite3"
        path.write_bytes(request.getfixturevalue("empty_sqlite").read_bytes())
        found = open_engine(f"sqlite:///{path}", durable=False)  # no test cuts the power
        watch, audited = Watch(found), audits.Watch(found)
        with audited.watching():
            yield found
        found.dispose()
        assert watch.found == set()
        assert audited.found == set()
        return
    found = request.getfixturevalue("postgres")
    yield found
    empty(found)


@pytest.fixture
def clock() -> MovableClock:
    """Monday 2 March 2026, 10:00 in California."""
    return MovableClock(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))


Work = Callable[[], AbstractContextManager[UnitOfWork]]


@pytest.fixture
def work(engine: Engine, clock: MovableClock) -> Work:
    """`with work() as uow:` gives a unit of work in Larkspur County, committed at the end of the block."""
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        builders.an_organization(uow)
        organization = uow.organization

    def opened() -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(engine, clock.read(), built_in(), "https://sip.example", organization)

    return opened
