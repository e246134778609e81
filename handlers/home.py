"""What concerns me: `me` in chat, and the app's home page (my steps, my workgroups' month, the wins)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from bot.chat.commands import Command, CommandSpec, Role
from bot.chat.replies import Reply
from bot.domain.cadence import local_time, meeting_date
from bot.domain.periods import Month
from storage.models import story
from storage.queries import plan as plans
from storage.queries import settings, setup
from storage.queries import stories as told
from storage.queries.plan import StepView
from storage.queries.workgroups import meetings, workgroups_of
from storage.uow import UnitOfWork

_WINS = timedelta(days=60)  # how long a win stays on the home page
_STEPS = 12


@dataclass(frozen=True, slots=True)
class GroupMonth:
    """A workgroup's month: when it meets and how its steps stand."""

    id: int
    name: str
    meets: date | None
    state: str
    done: int
    open: int
    blocked: int
    reported: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A story of mine that is not published."""

    id: int
    text: str
    state: str
    reason: str


def me(_: Command, uow: UnitOfWork) -> Reply:
    """My steps, what is overdue, my stories on their way, my settings."""
    drafts = uow.rows(
        select(story)
        .where(
            story.c.organization_id == uow.organization.id,
            story.c.person_id == uow.person.id,
            story.c.state.in_(("in review", "sent back")),
        )
        .order_by(story.c.id)
    )
    return Reply(
        uow.compose(
            "home/me",
            person=uow.person,
            role=uow.person.role.word,
            drafts=[Draft(d.id, d.text, d.state, d.reason) for d in drafts],
            groups=[group.name for group in workgroups_of(uow, uow.person.id)],
            **_mine(uow),
        )
    )


def home(_: Command, uow: UnitOfWork) -> Reply:
    """The home page."""
    wins = told.approved_between(uow, uow.at - _WINS, uow.at + timedelta(seconds=1))
    coordinator = uow.person.role >= Role.COORDINATOR
    return Reply(
        uow.compose(
            "home/home",
            person=uow.person,
            month=Month.of(uow.today).title,
            groups=_groups(uow),
            wins=wins[::-1][:3],
            checklist=setup.checklist(uow) if coordinator else (),
            coordinator=coordinator,
            **_mine(uow),
        )
    )


def _mine(uow: UnitOfWork) -> dict[str, Any]:
    steps = [step for step in plans.steps(uow, owner_id=uow.person.id) if not step.closed]
    steps.sort(key=lambda step: (step.due is None, step.due or date.max))
    return {
        "steps": steps[:_STEPS],
        "more": max(0, len(steps) - _STEPS),
        "overdue": sum(step.due is not None and step.due < uow.today for step in steps),
        "today": uow.today,
    }


def _groups(uow: UnitOfWork) -> list[GroupMonth]:
    month = Month.of(uow.today)
    calendar = settings.work_calendar(uow)
    states = {meeting.workgroup_id: meeting for meeting in meetings(uow, month)}
    found = []
    for group in workgroups_of(uow, uow.person.id):
        steps = plans.steps(uow, workgroup_id=group.id)
        meeting = states.get(group.id)
        planned = meeting_date(group.cadence, month, calendar)
        begun = local_time(month.first, time(0), group.tz)
        found.append(
            GroupMonth(
                group.id,
                group.name,
                (meeting.held_on if meeting else None) or planned,
                meeting.state if meeting else "",
                sum(step.status == plans.DONE for step in steps),
                sum(not step.closed for step in steps),
                sum(step.status == plans.BLOCKED for step in steps),
                sum(_reported(step, begun) for step in steps),
            )
        )
    return found


def _reported(step: StepView, since: datetime) -> bool:
    return step.updated_at is not None and step.updated_at >= since


COMMANDS = (
    CommandSpec("me", me, "My steps, my drafts, my settings", examples=("me",)),
    CommandSpec("home", home, "The home page", hidden=True),
)
