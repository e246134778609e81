"""Where an edition stands: what is to do, who approved, where it went, and the buttons that do the next thing."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.messages import Message
from bot.chat.replies import Reply
from handlers.newsletter.checks import NO_VOICE, Problem, notes, problems
from handlers.newsletter.editions import contents, current, title, version
from storage.queries import mailings, settings
from storage.queries.approvals import approvals
from storage.queries.reports import APPROVED, CORRECTED, DRAFT, PUBLISHED, ReportView
from storage.uow import UnitOfWork

_MOST_BUTTONS = 3  # sections to mend with a button of their own; the others are reached by “Edit”
_OPENINGS = {
    DRAFT: "This edition is being written.",
    APPROVED: "This edition is approved and can be published. Editing it makes it a draft again.",
    PUBLISHED: "This edition is out.",
    CORRECTED: "This edition was corrected; a newer one stands in its place.",
}


def status(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter`: the newest edition and its buttons."""
    view = current(command, uow)
    return Reply(status_message(uow, view, _OPENINGS.get(view.state, "This edition was withdrawn.")))


def status_message(uow: UnitOfWork, view: ReportView, opening: str) -> Message:
    """Where the edition stands, what is to do, and the buttons that do it."""
    edition = contents(view)
    in_work = view.state in (DRAFT, APPROVED)
    left = problems(uow, view) if in_work else []
    unfit = {problem.section for problem in left}
    return uow.compose(
        "newsletter/status",
        title=title(uow, view),
        opening=opening,
        edition=view,
        version=version(view),
        words=edition.words,
        edited=[section.title for section in edition.sections if section.edited],
        edited_ids=[section.id for section in edition.sections if section.edited],
        problems=left,
        notes=notes(uow, view) if in_work else [],
        to_fill=[section for section in edition.sections if section.id in unfit][:_MOST_BUTTONS],
        no_voice=any(one.kind == NO_VOICE for one in left),
        gap="One gap:" in edition.text_of("equity"),
        approved_by=[one.name for one in approvals(uow, view.id)],
        approvals=settings.number(uow, "newsletter_approvals"),
        mail=mailings.counts(uow, view.id),
        correction=edition.correction,
    )


def refusal(uow: UnitOfWork, view: ReportView, what: str, found: list[Problem]) -> Message:
    """The edition is not `what` (approved, published) because of these; with a button to each section."""
    wanted = dict.fromkeys(problem.section for problem in found)
    sections = [section for section in contents(view).sections if section.id in wanted]
    return uow.compose(
        "newsletter/refused",
        title=title(uow, view),
        what=what,
        problems=found,
        sections=sections,
        edition=view,
        no_voice=any(one.kind == NO_VOICE for one in found),
    )
