"""A quarter of Larkspur County for the newsletter's tests: what its coordinators find when the draft is compiled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from handlers import newsletter
from storage.models import organization, story, update, voice_result
from tests.builders import a_channel, a_person, a_plan, a_workgroup
from tests.desk import Desk

APRIL_7 = datetime(2026, 4, 7, 16, 0, tzinfo=UTC)  # the fifth working day of April, 09:00 in California
STORY = "Two offices now share one appointment letter and families call once instead of three times."


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, newsletter)


@pytest.fixture
def county(work, clock):
    """A quarter with a finished step, a told story and a client voice result; Cora coordinates."""
    with work() as uow:
        plan = a_plan(uow)
        cora = a_person(uow, "Cora Diaz", Role.COORDINATOR)
        a_person(uow, "Dev Rao", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((cora, "leader"),))
        given = {"person_id": cora.id, "at": uow.at}
        uow.insert(update, step_id=plan.steps["1.1.1"], status="done", source="typed", **given)
        uow.insert(
            story, text=STORY, original_text=STORY, credit="the front desk", consent="staff", state="approved",
            verdict="ok", findings=[], reviewed_at=uow.at, workgroup_id=group, **given,
        )  # fmt: skip
        uow.insert(
            voice_result, month="2026-02", kind="survey", responses=7, heard="Letters are hard to read", did="", **given
        )
        channel = a_channel(uow, "everyone")
        mine = organization.c.id == uow.organization.id
        uow.rows(sql_update(organization).where(mine).values(settings={"newsletter_channels": str(channel)}))
    clock.move_to(APRIL_7)
    return plan


def withdraw_story(work):
    with work() as uow:
        uow.change(story, state="withdrawn")


def ready(desk):
    desk.says("Cora Diaz", "/sip newsletter draft Q1 2026")
    desk.says("Cora Diaz", "/sip newsletter edit letter Thank you all for a quarter of steady work.")
