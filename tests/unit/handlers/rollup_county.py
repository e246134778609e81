"""What tests of the roll-up need: an update said at a moment, and a channel for the executives."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update as sql_update

from storage.models import organization, update
from tests.builders import a_channel

APRIL_1 = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)  # Wednesday 1 April, 09:00 in California


def told(uow, person, step_id, status, note="", at=None):
    at = at or datetime(2026, 3, 10, 18, tzinfo=UTC)
    return uow.insert(update, step_id=step_id, person_id=person.id, at=at, status=status, note=note, source="typed")


def set_channel(uow, name="executives"):
    found = a_channel(uow, name)
    mine = organization.c.id == uow.organization.id
    uow.rows(sql_update(organization).where(mine).values(settings={"executive_channel": str(found)}))
    return found
