"""What all newsletter commands share: finding the edition, reading it, and its status."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace

from bot.chat.codec import from_data as message_from
from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Chart, Heading, Message, in_language
from bot.domain import newsletter
from bot.domain.newsletter import SECTIONS, Edition, Part
from bot.domain.periods import Quarter
from storage.queries import reports
from storage.queries.ids import row_id
from storage.queries.reports import NEWSLETTER, ReportView
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class ShownSection:
    id: str
    title: str
    parts: tuple[Part, ...]


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


def version(view: ReportView) -> str:
    """A short mark of everything the edition says, so that nobody approves words they could not read."""
    said = json.dumps(contents(view).to_data(), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def title(uow: UnitOfWork, view: ReportView) -> str:
    """`Larkspur County newsletter, Q1 2026, January–March`"""
    return f"{uow.organization.name} newsletter, {Quarter.parse(view.period).title}"


def whole(uow: UnitOfWork, view: ReportView, standing: str = "", *, spanish_first: bool = False) -> Message:
    """The edition as it is read, with its picture; sections without text are left out."""
    edition = contents(view)
    sections = [s for s in edition.sections if s.text.strip()]
    if spanish_first:
        sections.sort(key=lambda section: section.id != "spanish")
    shown = [ShownSection(s.id, s.title, newsletter.parts(s.text)) for s in sections]
    message = uow.compose(
        "newsletter/edition",
        title=title(uow, view),
        standing=standing,
        sections=shown,
        correction=edition.correction.reason if edition.correction else "",
        on=uow.today,
    )
    return _with_picture(_with_spanish(message, edition), edition)


def _with_spanish(message: Message, edition: Edition) -> Message:
    """The Spanish part, a heading and a block for each of its parts, is read out as Spanish."""
    heading = Heading(SECTIONS["spanish"], 2)
    if heading not in message.blocks:
        return message
    begin = message.blocks.index(heading)
    end = begin + 1 + len(newsletter.parts(edition.text_of("spanish")))
    spanish = in_language(message.blocks[begin:end], "es")
    return replace(message, blocks=(*message.blocks[:begin], *spanish, *message.blocks[end:]))


def _with_picture(message: Message, edition: Edition) -> Message:
    """The chart under the heading of the numbers; a county's own template may have none, then at the end."""
    if not edition.picture or not edition.text_of("numbers").strip():
        return message
    chart: Chart = message_from(edition.picture)
    heading = Heading(SECTIONS["numbers"], 2)
    at = message.blocks.index(heading) + 1 if heading in message.blocks else len(message.blocks)
    return replace(message, blocks=(*message.blocks[:at], chart, *message.blocks[at:]))
