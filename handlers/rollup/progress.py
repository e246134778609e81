"""The working draft of a progress report: compiled on request, always marked as a draft, never published."""

from __future__ import annotations

from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.domain.progress_report import LOG, Draft
from handlers.rollup.progress_sections import Drafting
from storage.queries.progress_report import material
from storage.uow import UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to report. IT can load it with: sipbot plan import FILE."


def compiled(uow: UnitOfWork, number: int) -> Draft:
    """The draft from what is recorded now. Raises UserError without a plan."""
    found = material(uow, number)
    if found is None:
        raise UserError(NO_PLAN)
    return Drafting(found, number).draft()


def draft(uow: UnitOfWork, number: int) -> tuple[str, Message]:
    """The whole document and its title."""
    title = f"{uow.organization.name}: progress report {number}, working draft"
    return title, uow.compose("reports/progress", title=title, draft=compiled(uow, number), log=LOG, today=uow.today)
