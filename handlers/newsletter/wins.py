"""Which wins an edition tells, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.compose import short
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Text, spans
from bot.chat.replies import Reply
from bot.domain.frozen_data import from_data
from bot.domain.month_facts import WinFacts
from bot.domain.newsletter import SECTION_CHARACTERS, Edition
from bot.domain.newsletter_room import MOST_WINS, in_order
from bot.domain.quarter_facts import QuarterFacts
from bot.domain.quoting import quotes
from handlers.newsletter.compiling import wins_text
from handlers.newsletter.editing import editable, mark, saved
from handlers.newsletter.editions import contents
from handlers.newsletter.words import say
from storage.queries.ids import row_id
from storage.queries.reports import ReportView
from storage.uow import UnitOfWork

_LABEL = 70  # characters; Slack cuts an option's label at 75
_REWRITTEN = "You rewrote the wins by hand. Saving this puts the chosen stories there as they were approved."


def wins(command: Command, uow: UnitOfWork) -> Reply:
    """The form with a place for each win, then the section with the chosen ones in their order."""
    view = editable(command, uow)
    known = available(view)
    if not known:
        raise UserError("No approved win waits for this edition. Wins are approved here: stories.")
    if command.source != "form":
        return Reply(form=_form(view, known))
    wanted, faults = read_places(uow, command.values, known)
    if faults:
        return Reply(errors=FormErrors(tuple(faults.items())))
    before = contents(view).text_of("wins")
    if command.values.get("base", mark(before)) != mark(before):
        return Reply(form=_chosen_anew(_form(view, known), command.values, before))
    told = with_wins(uow, contents(view), known, wanted)
    count = "1 win" if len(wanted) == 1 else f"{len(wanted)} wins"
    return Reply(saved(uow, view, told, "wins", f"Saved: {count}, in your order." if wanted else "Saved: no win."))


def available(view: ReportView) -> tuple[WinFacts, ...]:
    """The stories the edition was compiled from, told or not."""
    return from_data(QuarterFacts, view.facts).wins


def places(edition: Edition, known: tuple[WinFacts, ...], language: str = "en") -> tuple[Field, ...]:
    """A choice for each place, set to what the edition tells now."""
    options = tuple(Option(str(win.story), _label(win)) for win in known)
    told = [str(story) for story in now_told(edition, known)]
    return tuple(
        Field(
            f"win_{number}", say(f"win {number}", language), "select", options,
            value=told[number - 1] if number <= len(told) else "", optional=True, placeholder=say("no win", language),
        )
        for number in range(1, min(MOST_WINS, len(known)) + 1)
    )  # fmt: skip


def now_told(edition: Edition, known: tuple[WinFacts, ...]) -> list[int]:
    """Ids of the stories that stand in the edition, as chosen or else as compiled."""
    text = edition.text_of("wins")
    order = edition.wins or edition.stories
    return [win.story for win in in_order(known, order) if quotes(text, win.text)][:MOST_WINS]


def read_places(
    uow: UnitOfWork, values: Mapping[str, str], known: tuple[WinFacts, ...], language: str = "en"
) -> tuple[list[int], dict[str, str]]:
    """(the chosen stories in their order, faults by field), none of which is cut to fit."""
    stories = {win.story for win in known}
    wanted: list[int] = []
    faults: dict[str, str] = {}
    for number in range(1, MOST_WINS + 1):
        value = values.get(f"win_{number}", "").strip()
        story = row_id(value)
        if not value:
            continue
        if story is None or story not in stories:
            faults[f"win_{number}"] = say("unknown win", language)
        elif story in wanted:
            faults[f"win_{number}"] = say("twice", language, place=wanted.index(story) + 1)
        else:
            wanted.append(story)
    length = len(wins_text(uow, in_order(known, wanted)))
    if not faults and length > SECTION_CHARACTERS:
        faults[f"win_{len(wanted)}"] = say("long wins", language, most=SECTION_CHARACTERS, length=length)
    return wanted, faults


def with_wins(uow: UnitOfWork, edition: Edition, known: tuple[WinFacts, ...], wanted: list[int]) -> Edition:
    """The edition that tells these stories. It keeps knowing the ones it told before: their words may stand in another
    section."""
    chosen = in_order(known, wanted)
    stories = tuple(dict.fromkeys((*wanted, *edition.stories)))
    text = wins_text(uow, chosen) if chosen else ""
    changed = edition.with_text("wins", text, edited=not chosen)
    return Edition(changed.sections, stories, tuple(wanted), edition.picture, edition.correction)


def _form(view: ReportView, known: tuple[WinFacts, ...]) -> Form:
    edition = contents(view)
    rewritten = any(section.id == "wins" and section.edited for section in edition.sections)
    intro = (Text(spans(_REWRITTEN)),) if rewritten and edition.text_of("wins") else ()
    return Form("Choose the wins", "newsletter wins", places(edition, known), "Save", _hidden(view), intro)


def _chosen_anew(form: Form, values: Mapping[str, str], theirs: str) -> Form:
    """The form with what was chosen in it, below what somebody else made of the section meanwhile."""
    fields = tuple(replace(field, value=values.get(field.name, "")) for field in form.fields)
    return replace(form, fields=fields, intro=(Text(spans(f"{say('meanwhile')}\n{theirs}")),))


def _hidden(view: ReportView) -> tuple[tuple[str, str], ...]:
    return (("report", str(view.id)), ("base", mark(contents(view).text_of("wins"))))


def _label(win: WinFacts) -> str:
    mark = " (Linkages)" if win.linkages else ""
    return short(f"{win.workgroup or 'Told by staff'}{mark}: {win.text}", _LABEL)
