"""Changing an edition's words: a section at a time in chat, or all of them from the web page."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Message, Text, spans
from bot.chat.replies import Reply
from bot.domain.newsletter import SECTION_CHARACTERS, SECTIONS, TO_WRITE, Edition
from handlers.newsletter.checks import VOICE, problems
from handlers.newsletter.compiling import as_text
from handlers.newsletter.editions import contents, current, title
from handlers.newsletter.status import status_message
from handlers.newsletter.words import say
from storage.models import report
from storage.queries import approvals
from storage.queries.reports import APPROVED, DRAFT, PUBLISHED, ReportView
from storage.uow import UnitOfWork

_HINT = "A line that begins with - is a bullet, with ### a small heading. Clear it to leave the section out."


def edit(command: Command, uow: UnitOfWork) -> Reply:
    """Choose a section, see it in a form, save it. Who changed what is audited; an approval is lost by it. What
    somebody else saved meanwhile is shown before it is overwritten: the form comes again, and saving that decides."""
    view = editable(command, uow)
    section = command.values.get("section", "")
    sections = contents(view).sections
    if section not in SECTIONS:
        return Reply(uow.compose("newsletter/choose", title=title(uow, view), edition=view, sections=sections))
    before = contents(view).text_of(section)
    if "text" not in command.values:
        return Reply(form=_form(view, section, before))
    text = command.values["text"].strip()
    if sentence := too_long(text):
        if command.source == "form":
            return Reply(errors=FormErrors((("text", sentence),)))
        raise UserError(sentence)
    if command.values.get("base", mark(before)) != mark(before) and text != before:
        return Reply(form=_form(view, section, text, Text(spans(f"{say('meanwhile')}\n{before}"))))
    edition = contents(view).with_text(section, text)
    opening = f"Saved: “{SECTIONS[section]}”{' is left out' if not text else ''}."
    return Reply(saved(uow, view, edition, section, opening))


def editable(command: Command, uow: UnitOfWork) -> ReportView:
    """The edition, ours alone until this command is done. Raises UserError where its words are final."""
    view = current(command, uow, change=True)
    if view.state not in (DRAFT, APPROVED):
        how = "Correct it, or withdraw it first" if view.state == PUBLISHED else "Compile it again first"
        raise UserError(f"{title(uow, view)} is {view.state} and cannot be edited. {how}: newsletter.")
    return view


def too_long(text: str, language: str = "en") -> str:
    """The sentence for a text that a section cannot hold, or ""."""
    if len(text) <= SECTION_CHARACTERS:
        return ""
    return say("characters", language, most=SECTION_CHARACTERS, length=len(text))


def mark(text: str) -> str:
    """What a form or the editing page sends back to say which text a person had before them."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _form(view: ReportView, section: str, text: str, *theirs: Text) -> Form:
    field = Field(
        "text", SECTIONS[section], "long", value=text, optional=True, hint=_HINT, max_length=SECTION_CHARACTERS
    )
    base = mark(contents(view).text_of(section))
    hidden = (("report", str(view.id)), ("section", section), ("base", base))
    return Form(SECTIONS[section][:24], "newsletter edit", (field,), hidden=hidden, intro=theirs)


def saved(uow: UnitOfWork, view: ReportView, edition: Edition, what: str, opening: str) -> Message:
    """Store the edition's new words, which are a draft whatever they were, and say where it stands."""
    after = store(uow, view, edition, what)
    if view.state == APPROVED:
        opening += " The edition is a draft again and needs a new approval."
    elif not problems(uow, after):
        opening += " Nothing is left to do: it can be approved."
    return status_message(uow, after, opening)


def store(uow: UnitOfWork, view: ReportView, edition: Edition, what: str) -> ReportView:
    """The edition with these contents; approvals were for other words and are gone."""
    may_change = report.c.state.in_((DRAFT, APPROVED))
    if not uow.change(report, report.c.id == view.id, may_change, state=DRAFT, content=edition.to_data()):
        raise UserError("Somebody published this edition a moment ago, so your text was not saved. Correct it instead.")
    approvals.forget(uow, view.id)
    uow.audit("newsletter edited", f"{view.period} revision {view.revision}: {what}")
    return replace(view, state=DRAFT, content=edition.to_data())


def no_voice(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter none`: a person confirms that no client voice was heard this quarter; the edition then says so."""
    view = editable(command, uow)
    text, before = as_text(uow.compose("newsletter/no_voice")), contents(view).text_of(VOICE)
    if before.strip() not in ("", text) and TO_WRITE not in before:
        edit = ("Edit it", "newsletter edit", (("report", str(view.id)), ("section", VOICE)))
        left = f"“{SECTIONS[VOICE]}” has a text, which was left as it is. Where none was heard, empty it first."
        raise UserError(left, (edit,))
    edition = contents(view).with_text(VOICE, text)
    return Reply(saved(uow, view, edition, VOICE, f"Confirmed: “{SECTIONS[VOICE]}” says that there was none."))
