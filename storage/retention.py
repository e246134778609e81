"""What is older than the county wants it kept, found and removed a few hundred rows at a time.

What was published stays published: a report has its own frozen copy, and a story that any report tells is left alone,
because its words are what is looked for when it is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, delete, or_, select

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
    mine = ledger.c.organization_id == uow.organization.id
    uow.rows(delete(ledger).where(mine, ledger.c.job == READ, ledger.c.at < before))


def _messages(uow: UnitOfWork, before: datetime) -> Select[Any]:
    private = or_(outbox.c.person_id.is_not(None), outbox.c.subscriber_id.is_not(None))
    done = and_(outbox.c.state != PENDING, outbox.c.message != "", outbox.c.created_at < before)
    mine = outbox.c.organization_id == uow.organization.id
    return select(outbox.c.id).where(mine, private, done).order_by(outbox.c.id)


def _blank_messages(uow: UnitOfWork, ids: Ids) -> None:
    mine = outbox.c.id.in_(ids)
    uow.change(outbox, mine, outbox.c.state == DEAD, error=WITHDRAWN)  # without its words it cannot be sent again
    uow.change(outbox, mine, message="")


def _answers(uow: UnitOfWork, before: datetime) -> Select[Any]:
    day = before.astimezone(uow.organization.tz).date()
    over = or_(survey.c.closed_at < before, and_(survey.c.closed_at.is_(None), survey.c.closes_on < day))
    answered = select(survey_answer.c.survey_id).where(survey_answer.c.survey_id == survey.c.id).exists()
    mine = survey.c.organization_id == uow.organization.id
    return select(survey.c.id).where(mine, over, answered).order_by(survey.c.id)


def _drop_answers(uow: UnitOfWork, ids: Ids) -> None:
    mine = survey_answer.c.organization_id == uow.organization.id
    uow.rows(delete(survey_answer).where(mine, survey_answer.c.survey_id.in_(ids)))


def _voice(uow: UnitOfWork, before: datetime) -> Select[Any]:
    mine = voice_result.c.organization_id == uow.organization.id
    return select(voice_result.c.id).where(mine, voice_result.c.at < before).order_by(voice_result.c.id)


def _drop_voice(uow: UnitOfWork, ids: Ids) -> None:
    mine = voice_result.c.organization_id == uow.organization.id
    uow.rows(delete(voice_result).where(mine, voice_result.c.id.in_(ids)))


def _notes(uow: UnitOfWork, before: datetime) -> Select[Any]:
    mine = meeting_note.c.organization_id == uow.organization.id
    return select(meeting_note.c.id).where(mine, meeting_note.c.at < before).order_by(meeting_note.c.id)


def _drop_notes(uow: UnitOfWork, ids: Ids) -> None:
    mine = meeting_note.c.organization_id == uow.organization.id
    uow.rows(delete(meeting_note).where(mine, meeting_note.c.id.in_(ids)))


def _stories(uow: UnitOfWork, before: datetime) -> Select[Any]:
    gone = and_(story.c.state.in_(("declined", "withdrawn")), story.c.original_text != "", story.c.at < before)
    untold = story.c.id.not_in(stories_told(uow))
    return select(story.c.id).where(story.c.organization_id == uow.organization.id, gone, untold).order_by(story.c.id)


def _blank_stories(uow: UnitOfWork, ids: Ids) -> None:
    """The row stays: the audit log and other rows refer to it."""
    words = dict.fromkeys(
        ("text", "original_text", "credit", "release_ref", "reason", "agreed_calworks", "agreed_child_welfare"), ""
    )
    uow.change(story, story.c.id.in_(ids), findings=[], **words)


def _drafts(uow: UnitOfWork, before: datetime) -> Select[Any]:
    never = and_(report.c.published_at.is_(None), report.c.created_at < before)
    return select(report.c.id).where(report.c.organization_id == uow.organization.id, never).order_by(report.c.id)


def _drop_drafts(uow: UnitOfWork, ids: Ids) -> None:
    for table in (report_approval, review_link, link):
        mine = table.c.organization_id == uow.organization.id
        uow.rows(delete(table).where(mine, table.c.report_id.in_(ids)))
    uow.rows(delete(report).where(report.c.organization_id == uow.organization.id, report.c.id.in_(ids)))


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
