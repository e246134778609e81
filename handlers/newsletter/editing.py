"""Looking at an edition and changing its words."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Actions, Button
from bot.chat.replies import Reply
from bot.domain.newsletter import SECTION_CHARACTERS, SECTIONS
from handlers.newsletter.editions import contents, current, problems, status_message, title, whole
from storage.models import report
from storage.queries.reports import APPROVED, DRAFT, PUBLISHED, ReportView, as_published
from storage.uow import UnitOfWork

_HINT = "A line that begins with - is a bullet, with ### a small heading. Clear it to leave the section out."
_OPENINGS = {
    DRAFT: "This edition is being written.",
    APPROVED: "This edition is approved and can be published. Editing it makes it a draft again.",
    PUBLISHED: "This edition is out.",
}


def status(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter`: the newest edition and its buttons."""
    view = current(command, uow)
    return Reply(status_message(uow, view, _OPENINGS.get(view.state, "This edition was withdrawn.")))


def preview(command: Command, uow: UnitOfWork) -> Reply:
    """The whole edition, privately; a published one as it was published."""
    view = current(command, uow)
    if view.state == PUBLISHED:
        return Reply(as_published(uow, view))
    message = whole(uow, view, f"Preview for you alone. This edition is: {view.state}.")
    values = (("report", str(view.id)),)
    return Reply(message.plus(Actions((Button("Edit", "newsletter edit", values), *_next(view)))))


def _next(view: ReportView) -> tuple[Button, ...]:
    verb = {DRAFT: "approve", APPROVED: "publish"}.get(view.state)
    if verb is None:
        return ()
    return (Button(verb.capitalize(), f"newsletter {verb}", (("report", str(view.id)),), "primary"),)


def edit(command: Command, uow: UnitOfWork) -> Reply:
    """Choose a section, see it in a form, save it. Who changed what is audited; an approval is lost by it."""
    view = current(command, uow, change=True)
    if view.state not in (DRAFT, APPROVED):
        how = "Withdraw it first" if view.state == PUBLISHED else "Compile it again first"
        raise UserError(f"{title(uow, view)} is {view.state} and cannot be edited. {how}: newsletter.")
    section = command.values.get("section", "")
    sections = contents(view).sections
    if section not in SECTIONS:
        return Reply(uow.compose("newsletter/choose", title=title(uow, view), edition=view, sections=sections))
    if "text" not in command.values:
        return Reply(form=_form(view, section))
    text = command.values["text"].strip()
    if len(text) > SECTION_CHARACTERS:
        sentence = f"A section holds {SECTION_CHARACTERS:,} characters; this one has {len(text):,}. Shorten it, please."
        if command.source == "form":
            return Reply(errors=FormErrors((("text", sentence),)))
        raise UserError(sentence)
    return _save(uow, view, section, text)


def _form(view: ReportView, section: str) -> Form:
    text = contents(view).text_of(section)
    field = Field(
        "text", SECTIONS[section], "long", value=text, optional=True, hint=_HINT, max_length=SECTION_CHARACTERS
    )
    return Form(SECTIONS[section][:24], "newsletter edit", (field,), hidden=_hidden(view, section))


def _hidden(view: ReportView, section: str) -> tuple[tuple[str, str], ...]:
    return (("report", str(view.id)), ("section", section))


def _save(uow: UnitOfWork, view: ReportView, section: str, text: str) -> Reply:
    edition = contents(view).with_text(section, text)
    may_change = report.c.state.in_((DRAFT, APPROVED))
    if not uow.change(report, report.c.id == view.id, may_change, state=DRAFT, content=edition.to_data()):
        raise UserError("Somebody published this edition a moment ago, so your text was not saved. Withdraw it first.")
    uow.audit("newsletter edited", f"{view.period} revision {view.revision}: {section}")
    saved = replace(view, state=DRAFT, content=edition.to_data())
    left = len(problems(uow, saved))
    opening = f"Saved: “{SECTIONS[section]}”{' is left out' if not text else ''}."
    if view.state == APPROVED:
        opening += " The edition is a draft again and needs a new approval."
    elif not left:
        opening += " Nothing is left to do: it can be approved."
    return Reply(status_message(uow, saved, opening))
