"""The working draft of a progress report: compiled on request, always marked as a draft, never published."""

from __future__ import annotations

from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.domain.progress_report import LOG, Draft
from handlers.rollup.progress_sections import Drafting
from storage.audit_log import note_read
from storage.queries import report_links, reports
from storage.queries.progress_report import material
from storage.uow import UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to report. IT can load it with: sipbot plan import FILE."


def compiled(uow: UnitOfWork, number: int) -> Draft:
    """The draft from what is recorded now. Raises UserError without a plan."""
    found = material(uow, number)
    if found is None:
        raise UserError(NO_PLAN)
    return Drafting(found, number).draft()


def digest(uow: UnitOfWork, number: int) -> Message:
    """What chat shows: how much of each section there is, what is withheld, and the way to the whole document."""
    found = compiled(uow, number)
    title, message = _document(uow, found)
    note_read(uow, "draft read", f"progress report {number}", f"progress {number} {uow.person.id}")
    url = ""
    if uow.public_url:
        paper = reports.keep_paper(uow, reports.PROGRESS, f"PR{number}", message, found.stories)
        url = uow.page(f"/r/{report_links.own_link(uow, paper)}")
    counts = [(section.title, sum(len(part.sentences) for part in section.parts)) for section in found.sections]
    shown = {"title": title, "draft": found, "counts": counts, "url": url}
    return uow.compose("reports/progress_digest", **shown)


def draft(uow: UnitOfWork, number: int) -> tuple[str, Message]:
    """The whole document and its title."""
    return _document(uow, compiled(uow, number))


def _document(uow: UnitOfWork, found: Draft) -> tuple[str, Message]:
    title = f"{uow.organization.name}: progress report {found.number}, working draft"
    return title, uow.compose("reports/progress", title=title, draft=found, log=LOG, today=uow.today)
