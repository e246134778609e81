"""deploy/postgresql/partition_updates.sql: the updates of the counties in tables of their own, and nobody notices."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.chat.commands import Role
from bot.chat.compose import built_in
from storage.migrate import migrate
from storage.models import update
from storage.queries import people
from storage.queries.updates import add_update, last_own_update, step_named
from storage.tenancy import rls_fault
from storage.uow import unit_of_work
from tests.builders import a_person, a_plan
from tests.postgres import a_database

SCRIPT = Path(__file__).parents[2] / "deploy" / "postgresql" / "partition_updates.sql"
COUNTIES, AT = 20, datetime(2026, 3, 2, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def split():
    """A database of its own: Larkspur and other counties, each with an update of Ann's from before the split."""
    with ExitStack() as open_:
        try:
            engine = open_.enter_context(a_database())
        except OperationalError:
            pytest.skip("no PostgreSQL answers")
        migrate(engine)
        for number in range(COUNTIES):
            with unit_of_work(engine, AT, built_in()) as uow:
                uow.organization = people.create_organization(uow.connection, f"County {number}", "UTC", AT)
                rows = a_plan(uow)
                here = uow.organization.id
                uow.person = people.create_person(uow.connection, here, None, name="Ann", role=Role.MEMBER, at=AT)
                add_update(uow, rows.steps["1.1.1"], "in progress", f"Before, in {number}.", "command")
        with engine.begin() as connection:
            connection.connection.cursor().execute(SCRIPT.read_text())  # its percent signs are no parameters
        yield engine


@pytest.fixture
def work(split):
    """A unit of work of the first county."""
    with split.connect() as connection:
        home = people.organizations(connection)[0]
    return lambda: unit_of_work(split, AT, built_in(), organization=home)


def test_updates_are_told_corrected_and_read_as_before(split, work):
    with work() as uow:
        found = step_named(uow, "1.1.1")
        assert found is not None
        assert (found.status, found.told_by) == ("in progress", "Ann")
        uow.person = a_person(uow, "Bo Lee")
        first = add_update(uow, found.id, "blocked", "Waiting.", "command")
        told = last_own_update(uow)
        assert told is not None
        assert told.id == first
        add_update(uow, found.id, "done", "Piloted.", "command", supersedes=told)
        assert step_named(uow, "1.1.1").status == "done"


def test_a_county_sees_its_own_updates_only(split, work):
    assert rls_fault(split) is None
    with work() as uow:
        seen = uow.rows(select(update.c.organization_id)).scalars().all()
        assert {*seen} == {uow.organization.id}
    with split.connect() as connection:
        counties = select(func.count(update.c.organization_id.distinct()))
        assert connection.execute(counties).scalar_one() == COUNTIES
