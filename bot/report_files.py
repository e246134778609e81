"""Any report as the contents of a file, for `sipbot report`."""

from __future__ import annotations

from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.compose import built_in
from bot.chat.errors import UserError
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Quarter
from bot.domain.report_names import FullQuarter, ProgressReport, Wanted, parse_report
from bot.pages import FORMATS, SHEETS
from handlers.rollup.showing import month_report, report_message
from storage.queries.people import Organization
from storage.uow import UnitOfWork, unit_of_work


class NoReport(Exception):
    """There is nothing to write; the sentence says why."""


def render_report(engine: Engine, clock: Clock, organization: Organization, period: str, form: str) -> bytes:
    """The document; `xlsx` and `csv` are a month's numbers. Raises NoReport or ValueError with a sentence."""
    if form not in FORMATS and form not in SHEETS:
        raise NoReport(f"“{form}” is not a format here. Choose {', '.join((*FORMATS, *SHEETS))}.")
    with unit_of_work(engine, clock.read(), built_in(), organization=organization) as uow:
        wanted = parse_report(period, uow.today)
        try:
            if form in SHEETS:
                return SHEETS[form][0](_month(uow, wanted))
            return FORMATS[form][0](report_message(uow, wanted)[1])
        except UserError as error:
            raise NoReport(error.text) from None


def _month(uow: UnitOfWork, period: Wanted) -> MonthFacts:
    if isinstance(period, ProgressReport):
        raise NoReport("A progress report's draft is words, not a table. Choose md, html, pdf or json.")
    if isinstance(period, FullQuarter):
        period = period.quarter
    if isinstance(period, Quarter):
        months = ", ".join(str(month) for month in period.months)
        raise NoReport(f"A table of numbers is made of one month, not of a quarter. Ask for one of {months}.")
    return month_report(uow, period)
