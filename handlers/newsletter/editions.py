"""What all newsletter commands share: finding the edition, its message, and what stands in the way of publishing it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from bot.chat.commands import Command
from bot.chat.compose import short
from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.domain import newsletter
from bot.domain.newsletter import Edition, Part
from bot.domain.periods import Quarter
from storage.models import story
from storage.queries import people, reports
from storage.queries.ids import row_id
from storage.queries.reports import APPROVED, DRAFT, NEWSLETTER, ReportView
from storage.uow import UnitOfWork

_MOST_BUTTONS = 3  # sections to mend with a button of their own; the others are reached by “Edit”


@dataclass(frozen=True, slots=True)
class ShownSection:
    id: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be done before an edition may go out, and in which section."""

    section: str
    text: str


def current(command: Command, uow: UnitOfWork, *, change: bool = False) -> ReportView:
    """The edition a button names, else the newest. With `change` nobody else can change it until this command is done:
    two people editing two sections must not undo each other. Raises UserError where there is none."""
    named = command.values.get("report", "")
    if named:
        number = row_id(named)
        found = reports.report_by_id(uow, NEWSLETTER, number) if number is not None else None
    else:
        found = reports.latest(uow, NEWSLETTER)
    if found and change:
        found = reports.report_by_id(uow, NEWSLETTER, found.id, lock=True)
    if found is None:
        compile_it = ("Compile a draft", "newsletter draft", ())
        raise UserError("There is no such edition of the newsletter yet. Compile one:", (compile_it,))
    return found


def contents(view: ReportView) -> Edition:
    """The edition's sections."""
    return Edition.from_data(view.content)


def title(uow: UnitOfWork, view: ReportView) -> str:
    """`Larkspur County newsletter, Q1 2026, January–March`"""
    return f"{uow.organization.name} newsletter, {Quarter.parse(view.period).title}"


def whole(uow: UnitOfWork, view: ReportView, standing: str = "") -> Message:
    """The edition as it is read; sections without text are left out."""
    shown = [ShownSection(s.id, s.title, newsletter.parts(s.text)) for s in contents(view).sections if s.text.strip()]
    return uow.compose("newsletter/edition", title=title(uow, view), standing=standing, sections=shown)


def status_message(uow: UnitOfWork, view: ReportView, opening: str) -> Message:
    """Where the edition stands, what is to do, and the buttons that do it."""
    edition = contents(view)
    left = problems(uow, view) if view.state in (DRAFT, APPROVED) else []
    unfit = {problem.section for problem in left}
    return uow.compose(
        "newsletter/status",
        title=title(uow, view),
        opening=opening,
        edition=view,
        words=edition.words,
        edited=[section.title for section in edition.sections if section.edited],
        edited_ids=[section.id for section in edition.sections if section.edited],
        problems=left,
        to_fill=[section for section in edition.sections if section.id in unfit][:_MOST_BUTTONS],
        gap="One gap:" in edition.text_of("equity"),
    )


def problems(uow: UnitOfWork, view: ReportView) -> list[Problem]:
    """Everything that keeps the edition from being approved or published; empty means it may go."""
    edition = contents(view)
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    found = [
        Problem(one.id, f"“{one.title}” still has a gap that only a person can fill. Write it, or clear the section.")
        for one in newsletter.to_write(edition)
    ]
    for section, finding in newsletter.blocked(edition, staff):
        found.append(Problem(section.id, f"“{section.title}” has “{short(finding.text, 60)}”. {finding.why}"))
    for text in _taken_back(uow, edition):
        telling = newsletter.tells(edition, text)
        if telling is not None:
            says = f"“{telling.title}” has a story that is no longer approved: “{short(text, 60)}”. Take it out"
            how = " of the text." if telling.edited else ", or compile the draft again."
            found.append(Problem(telling.id, says + how))
    if not any(section.text.strip() for section in edition.sections):
        found.append(Problem("hello", "Every section is empty. Write something, or compile the draft again."))
    return found


def _taken_back(uow: UnitOfWork, edition: Edition) -> list[str]:
    """Texts of the edition's stories that are no longer approved."""
    statement = select(story.c.text).where(
        story.c.organization_id == uow.organization.id, story.c.id.in_(edition.stories), story.c.state != "approved"
    )
    return list(uow.rows(statement).scalars()) if edition.stories else []


def refusal(uow: UnitOfWork, view: ReportView, what: str, found: list[Problem]) -> Message:
    """The edition is not `what` (approved, published) because of these; with a button to each section."""
    wanted = dict.fromkeys(problem.section for problem in found)
    sections = [section for section in contents(view).sections if section.id in wanted]
    name = title(uow, view)
    return uow.compose("newsletter/refused", title=name, what=what, problems=found, sections=sections, edition=view)
