"""The public side of a survey: find it by its token, and store one anonymous answer. Each is one short transaction.

An answer is not a Command: nobody speaks, and the inbox, which remembers deliveries with their time, must not hear of
it (docs/decisions/0007-an-anonymous-answer-is-no-command.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, select

from bot.domain.frozen_data import from_data
from bot.domain.survey import Question, is_open
from storage.db import insert_into, reading
from storage.models import organization, survey, survey_answer
from storage.tenancy import across, within

# "again": this form was stored before with the same answers; "other": with other answers, and those stay.
Outcome = Literal["stored", "again", "other", "closed"]


@dataclass(frozen=True, slots=True)
class PublicSurvey:
    """What somebody with the link may know of a survey."""

    organization: str
    questions: tuple[Question, ...]
    closes_on: date
    open: bool


class SurveyAnswers:
    """Every survey of every organization. `engine`: the application's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, token: str, at: datetime) -> PublicSurvey | None:
        """The survey with this token as it is at `at` (aware), or None."""
        with reading(self._engine) as connection:
            row = _row(connection, token)
        if row is None:
            return None
        questions = tuple(from_data(Question, one) for one in row.questions)
        return PublicSurvey(row.organization, questions, row.closes_on, _takes_answers(row, at))

    def answer(self, token: str, submission: str, answers: Mapping[str, str], at: datetime) -> Outcome:
        """Store the answers of one form, which `submission` names. A second time changes nothing."""
        with self._engine.begin() as connection:
            row = _row(connection, token, hold=True)
            if row is None or not _takes_answers(row, at):
                return "closed"
            values = {
                "organization_id": row.organization_id,
                "survey_id": row.id,
                "submission": submission,
                "answers": dict(answers),
            }
            statement = insert_into(connection, survey_answer).values(values).on_conflict_do_nothing()
            if connection.execute(statement.returning(survey_answer.c.survey_id)).first():
                return "stored"
            there = survey_answer.c
            ours = (there.organization_id == row.organization_id, there.survey_id == row.id)
            mine = select(there.answers).where(*ours, there.submission == submission)
            return "again" if connection.execute(mine).scalar_one() == dict(answers) else "other"


def _row(connection: Connection, token: str, *, hold: bool = False) -> Row[Any] | None:
    """`hold`: on PostgreSQL, nobody closes it until the transaction ends. SQLite has one writer anyway."""
    statement = (
        select(survey, organization.c.name.label("organization"), organization.c.zone)
        .join(organization, organization.c.id == survey.c.organization_id)
        .where(survey.c.token == token)
    )
    across(connection)
    row = connection.execute(statement.with_for_update(read=True, of=survey) if hold else statement).first()
    if row is not None:
        within(connection, row.organization_id)
    return row


def _takes_answers(row: Row[Any], at: datetime) -> bool:
    return is_open(row.closes_on, row.closed_at is not None, at.astimezone(ZoneInfo(row.zone)).date())
