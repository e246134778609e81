"""What the tests of meetings share: a workgroup with its people, other capabilities' verbs, short ways to look."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from bot.chat.commands import CommandSpec, Role
from bot.chat.messages import say
from bot.chat.replies import Reply
from storage.models import update
from storage.queries import workgroups
from tests.builders import a_person, a_plan, a_workgroup, month, owns

OTHERS = SimpleNamespace(
    COMMANDS=tuple(
        CommandSpec(verb, lambda command, uow: Reply(say(f"{command.verb} {dict(command.values)}")), "", args=())
        for verb in ("update", "win", "help", "workgroup")
    )
)
APRIL = datetime(2026, 4, 2, 18, tzinfo=UTC)
PROMPT_TIME = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)  # Thursday 09:00 in California, 3 working days before the 10th


def make_county(work):
    """Forms: led by Ann, with Lee; Cleo coordinates; Gus is in no workgroup."""
    with work() as uow:
        rows = a_plan(uow, {"1.1": 3, "1.2": 2})
        ann, lee = a_person(uow, "Ann Ortiz"), a_person(uow, "Lee Park")
        cleo, gus = a_person(uow, "Cleo Diaz", Role.COORDINATOR), a_person(uow, "Gus Hall")
        owns(uow, ann, rows.steps["1.1.1"], rows.steps["1.1.2"])
        owns(uow, lee, rows.steps["1.1.3"])
        group = a_workgroup(uow, "Forms", (rows.strategies["1.1"],), ((ann, "leader"), (lee, "staff")))
    return SimpleNamespace(rows=rows, ann=ann, lee=lee, cleo=cleo, gus=gus, group=group)


def report_step(uow, step_id, person, status, note="", at=None):
    uow.insert(update, step_id=step_id, person_id=person.id, at=at or uow.at, status=status, note=note, source="typed")


def the_meeting(work, group, period="2026-03"):
    with work() as uow:
        return workgroups.meeting_of(uow, group, month(period))
