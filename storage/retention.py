"""What is older than the county wants it kept, found and removed a few hundred rows at a time.

What was published stays published: a report has its own frozen copy, and a story that any report tells is left alone,
because its words are what is looked for when it is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select

from storage.audit_log import READ
from storage.models import (
    ledger,
    link,
    meeting_note,
    outbox,
    report,
    report_approval,
    review_link,
    story,
    survey,
    survey_answer,
    voice_result,
)
from storage.outbox import DEAD, PENDING, WITHDRAWN
from storage.queries.reports import stories_told
from storage.uow import UnitOfWork

BATCH = 500  # rows in one transaction: others wait for it no longer than for a report
Ids = Sequence[int]


def old(uow: UnitOfWork, what: str, before: datetime, limit: int) -> list[int]:
    """Ids of what is older than `before`, the oldest first."""
    return list(uow.rows(_OLD[what](uow, before).limit(limit)).scalars())


def remove(uow: UnitOfWork, what: str, ids: Ids) -> None:
    """Remove these for good."""
    _REMOVE[what](uow, ids)


def forget_reads(uow: UnitOfWork, before: datetime) -> None:
    """The notes that something was read in an hour that is long over."""
    uow.remove(ledger, ledger.c.job == READ, ledger.c.at < before)


def _ids(uow: UnitOfWork, table: Table, *where: ColumnElement[bool]) -> Select[Any]:
    """Of the organization's rows, the oldest first."""
    return select(table.c.id).where(table.c.organization_id == uow.organization.id, *where).order_by(table.c.id)


def _messages(uow: UnitOfWork, before: datetime) -> Select[Any]:
    private = or_(outbox.c.person_id.is_not(None), outbox.c.subscriber_id.is_not(None))
    return _ids(uow, outbox, private, outbox.c.state != PENDING, outbox.c.message != "", outbox.c.created_at < before)


def _blank_messages(uow: UnitOfWork, ids: Ids) -> None:
    mine = outbox.c.id.in_(ids)
    uow.change(outbox, mine, outbox.c.state == DEAD, error=WITHDRAWN)  # without its words it cannot be sent again
    uow.change(outbox, mine, message="")


def _answers(uow: UnitOfWork, before: datetime) -> Select[Any]:
    day = before.astimezone(uow.organization.tz).date()
    over = or_(survey.c.closed_at < before, and_(survey.c.closed_at.is_(None), survey.c.closes_on < day))
    answered = select(survey_answer.c.survey_id).where(survey_answer.c.survey_id == survey.c.id).exists()
    return _ids(uow, survey, over, answered)


def _drop_answers(uow: UnitOfWork, ids: Ids) -> None:
    uow.remove(survey_answer, survey_answer.c.survey_id.in_(ids))


def _voice(uow: UnitOfWork, before: datetime) -> Select[Any]:
    return _ids(uow, voice_result, voice_result.c.at < before)


def _drop_voice(uow: UnitOfWork, ids: Ids) -> None:
    uow.remove(voice_result, voice_result.c.id.in_(ids))


def _notes(uow: UnitOfWork, before: datetime) -> Select[Any]:
    return _ids(uow, meeting_note, meeting_note.c.at < before)


def _drop_notes(uow: UnitOfWork, ids: Ids) -> None:
    uow.remove(meeting_note, meeting_note.c.id.in_(ids))


def _stories(uow: UnitOfWork, before: datetime) -> Select[Any]:
    gone = (story.c.state.in_(("declined", "withdrawn")), story.c.original_text != "", story.c.at < before)
    return _ids(uow, story, *gone, story.c.id.not_in(stories_told(uow)))


def _blank_stories(uow: UnitOfWork, ids: Ids) -> None:
    """The row stays: the audit log and other rows refer to it."""
    words = dict.fromkeys(
        ("text", "original_text", "credit", "release_ref", "reason", "agreed_calworks", "agreed_child_welfare"), ""
    )
    uow.change(story, story.c.id.in_(ids), findings=[], **words)


def _drafts(uow: UnitOfWork, before: datetime) -> Select[Any]:
    return _ids(uow, report, report.c.published_at.is_(None), report.c.created_at < before)


def _drop_drafts(uow: UnitOfWork, ids: Ids) -> None:
    for table in (report_approval, review_link, link):
        uow.remove(table, table.c.report_id.in_(ids))
    uow.remove(report, report.c.id.in_(ids))


# setting -> what is old, and how it goes
_OLD: Mapping[str, Callable[[UnitOfWork, datetime], Select[Any]]] = {
    "keep_messages": _messages,
    "keep_survey_answers": _answers,
    "keep_client_voice": _voice,
    "keep_meeting_notes": _notes,
    "keep_declined_stories": _stories,
    "keep_drafts": _drafts,
}
_REMOVE: Mapping[str, Callable[[UnitOfWork, Ids], None]] = {
    "keep_messages": _blank_messages,
    "keep_survey_answers": _drop_answers,
    "keep_client_voice": _drop_voice,
    "keep_meeting_notes": _drop_notes,
    "keep_declined_stories": _blank_stories,
    "keep_drafts": _drop_drafts,
}
KINDS = tuple(_OLD)
