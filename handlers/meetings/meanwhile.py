"""Two people have the form or the button of one meeting: what the first saved is not replaced, nor taken back, by the
second without a look."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from bot.chat.messages import Message
from storage.queries import meetings, people
from storage.queries.workgroups import HELD, MeetingView, WorkgroupView
from storage.uow import UnitOfWork


def version(uow: UnitOfWork, row: MeetingView | None) -> str:
    """A short mark of everything that recording the meeting replaces."""
    if row is None:
        return version_of(None, (), "")
    came = (one.person_id for one in meetings.attendance(uow, [row.id]))
    return version_of(row.held_on if row.state == HELD else None, came, row.decisions, row.reason)


def version_of(held_on: date | None, present: Iterable[int], decisions: str, reason: str = "") -> str:
    """The same for a recording that is about to be kept."""
    seen = (held_on, sorted(present), decisions, reason)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]


def news(uow: UnitOfWork, event: str, group: WorkgroupView, row: MeetingView, counts: str) -> Message:
    """What somebody saved that the form (`meanwhile`) or the button (`not_taken_back`) did not show."""
    by = people.person_by_id(uow, row.recorded_by) if row.recorded_by else None
    data = {"group": group, "meeting": row, "counts": counts, "by": by.name if by else "Somebody"}
    return uow.compose(f"meetings/{event}", version=version(uow, row), **data)
