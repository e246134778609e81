"""Dead letters: what could not be delivered, looked at and put back in the queue once what was in the way is mended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from bot.domain.periods import Month
from storage.models import meeting, outbox
from storage.outbox import DEAD, DEAD_LETTER, PENDING, WITHDRAWN
from storage.queries.people import Organization

# Kinds that are about a month, and say nothing to anybody once it is over.
_OF_A_MONTH = ("nudge", "missed_meeting", "notice")
_PROMPT = "prompt"
# Kinds whose subject is a workgroup, and those about a month for whoever reads roll-ups.
_OF_A_GROUP = (_PROMPT, "receipt")
_OF_REPORTS = ("rollup", "notice")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One of an organization's. `late`: it is about a meeting or a month that is over."""

    id: int
    organization_id: int
    kind: str
    error: str
    late: bool


def dead_letters(connection: Connection, organization: Organization, at: datetime) -> list[DeadLetter]:
    """An organization's, oldest first. Not those that were taken back, nor the notices about others."""
    today = at.astimezone(organization.tz).date()
    met = and_(
        outbox.c.kind == _PROMPT,
        meeting.c.organization_id == outbox.c.organization_id,
        meeting.c.workgroup_id == outbox.c.subject_id,
        meeting.c.month == outbox.c.period,
    )
    statement = (
        select(outbox.c.id, outbox.c.kind, outbox.c.error, outbox.c.period, meeting.c.held_on)
        .select_from(outbox.outerjoin(meeting, met))
        .where(
            outbox.c.organization_id == organization.id,
            outbox.c.state == DEAD,
            outbox.c.error != WITHDRAWN,
            outbox.c.kind != DEAD_LETTER,
        )
        .order_by(outbox.c.id)
    )
    found = []
    for row in connection.execute(statement):
        month_over = row.kind in _OF_A_MONTH and row.period < str(Month.of(today))
        late = month_over or (row.held_on is not None and row.held_on < today)
        found.append(DeadLetter(row.id, organization.id, row.kind, row.error, late))
    return found


def send_again(connection: Connection, letters: Collection[DeadLetter], at: datetime) -> int:
    """Put these back in the queue; how many. Whoever claims one asks the platform first whether it got through."""
    again = {"state": PENDING, "available_at": at, "attempts": 1, "error": "", "lease_owner": "", "created_at": at}
    for letter in letters:
        this = (outbox.c.id == letter.id, outbox.c.organization_id == letter.organization_id, outbox.c.state == DEAD)
        connection.execute(update(outbox).where(*this).values(again))
    return len(letters)


def redirect_group(connection: Connection, organization: Organization, group: int, channel: int, at: datetime) -> int:
    """A workgroup has another channel: its prompts and notes that could not be delivered go there; how many at once."""
    return _redirect(
        connection, organization, channel, at, outbox.c.kind.in_(_OF_A_GROUP), outbox.c.subject_id == group
    )


def redirect_reports(connection: Connection, organization: Organization, old: int, new: int, at: datetime) -> int:
    """The roll-up has another channel: what could not be delivered to the old one goes there; how many at once."""
    return _redirect(connection, organization, new, at, outbox.c.kind.in_(_OF_REPORTS), outbox.c.channel_id == old)


def _redirect(
    connection: Connection, organization: Organization, channel: int, at: datetime, *which: ColumnElement[bool]
) -> int:
    """Of an organization's dead letters these are for a channel from now on, where they answer nothing; those out of
    date wait there until they are asked for."""
    letters = {letter.id: letter for letter in dead_letters(connection, organization, at)}
    theirs = (
        outbox.c.organization_id == organization.id,
        outbox.c.id.in_(letters),
        outbox.c.channel_id.is_not(None),
        outbox.c.channel_id != channel,
        outbox.c.target == "",
    )
    moved = update(outbox).where(*theirs, *which).values(channel_id=channel, thread="").returning(outbox.c.id)
    found = [letters[row] for row in connection.execute(moved).scalars().all()]
    return send_again(connection, [letter for letter in found if not letter.late], at)
