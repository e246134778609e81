"""A survey being served: Larkspur's, open through 31 March 2026, on the application's own routes."""

from __future__ import annotations

from datetime import date, datetime

from aiohttp import web
from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.commands import Role
from bot.chat.compose import built_in
from bot.domain.frozen_data import to_data
from bot.domain.survey import QUESTIONS
from bot.survey_pages import add_survey_routes
from storage.models import survey
from storage.survey_answers import SurveyAnswers
from storage.uow import UnitOfWork, unit_of_work
from tests.builders import a_person, an_organization

TOKEN = "lobby-survey-token-0001"
OPEN_THROUGH = date(2026, 3, 31)


def a_survey(uow: UnitOfWork) -> int:
    """Row id of a survey with our own questions."""
    maker = a_person(uow, "Cora Dinator", Role.COORDINATOR)
    return uow.insert(
        survey,
        token=TOKEN,
        title="Lobby survey",
        questions=to_data(QUESTIONS),
        created_at=uow.at,
        created_by=maker.id,
        closes_on=OPEN_THROUGH,
    )


def survey_house(engine: Engine, clock: Clock, at: datetime | None = None) -> web.Application:
    """An application with nothing but the survey's pages, over a county with one survey."""
    with unit_of_work(engine, at or clock.read(), built_in()) as uow:
        an_organization(uow)
        a_survey(uow)
    application = web.Application()
    add_survey_routes(application, SurveyAnswers(engine), clock, built_in())
    return application
