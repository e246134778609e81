"""Client surveys as staff see them: frozen views and their reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select

from bot.domain.frozen_data import from_data
from bot.domain.periods import Month
from bot.domain.survey import Answers, Question, is_open
from storage.models import survey, survey_answer
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey. `ended`: its last day. `count`: people who answered, unmasked; show it through `bot.domain.survey`."""

    id: int
    token: str
    title: str
    questions: tuple[Question, ...]
    created_by: int
    closes_on: date
    closed_early: bool
    open: bool
    ended: date
    count: int

    @property
    def month(self) -> Month:
        return Month.of(self.ended)


def surveys(uow: UnitOfWork) -> list[SurveyView]:
    """All surveys of the organization, the newest first: two statements."""
    counting = (
        select(survey_answer.c.survey_id, func.count().label("people"))
        .where(survey_answer.c.organization_id == uow.organization.id)
        .group_by(survey_answer.c.survey_id)
    )
    counts = {row.survey_id: row.people for row in uow.rows(counting)}
    statement = select(survey).where(survey.c.organization_id == uow.organization.id).order_by(survey.c.id.desc())
    return [_view(uow, row, counts.get(row.id, 0)) for row in uow.rows(statement)]


def answers_of(uow: UnitOfWork, survey_id: int) -> list[Answers]:
    """What was answered, in no order that means anything."""
    statement = select(survey_answer.c.answers).where(
        survey_answer.c.organization_id == uow.organization.id, survey_answer.c.survey_id == survey_id
    )
    return list(uow.rows(statement).scalars())


def _view(uow: UnitOfWork, row: Row[Any], count: int) -> SurveyView:
    closed = row.closed_at.astimezone(uow.organization.tz).date() if row.closed_at else row.closes_on
    return SurveyView(
        id=row.id,
        token=row.token,
        title=row.title,
        questions=tuple(from_data(Question, one) for one in row.questions),
        created_by=row.created_by,
        closes_on=row.closes_on,
        closed_early=row.closed_at is not None,
        open=is_open(row.closes_on, row.closed_at is not None, uow.today),
        ended=closed,
        count=count,
    )
