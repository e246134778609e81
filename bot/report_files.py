"""A month's roll-up or a quarter's newsletter as the text of a file, for `sipbot report`."""

from __future__ import annotations

from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.compose import built_in
from bot.chat.errors import UserError
from bot.domain.periods import parse_period
from bot.pages import FORMATS
from handlers.rollup import report_message
from storage.queries.people import organizations
from storage.uow import unit_of_work


class NoReport(Exception):
    """There is nothing to write; the sentence says why."""


def render_report(engine: Engine, clock: Clock, period: str, form: str) -> str:
    """The document. Raises NoReport or ValueError with a sentence."""
    if form not in FORMATS:
        raise NoReport(f"“{form}” is not a format here. Choose {', '.join(FORMATS)}.")
    with engine.connect() as connection:
        known = organizations(connection)
    if len(known) != 1:
        raise NoReport("This command needs a database with one county in it: sipbot plan import FILE.")
    with unit_of_work(engine, clock.read(), built_in(), organization=known[0]) as uow:
        wanted = parse_period(period, uow.today)
        try:
            _, message = report_message(uow, wanted)
        except UserError as error:
            raise NoReport(error.text) from None
    writer, _ = FORMATS[form]
    return writer(message)
