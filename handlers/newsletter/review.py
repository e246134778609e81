"""The editing page in the web: a personal link to it, and saving what it sends. The page itself is drawn by
bot/newsletter_pages.py; everything it writes comes through here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import FormErrors
from bot.chat.messages import Button
from bot.chat.messages import say as say_plain
from bot.chat.replies import Reply
from bot.domain.newsletter import Edition
from handlers.newsletter.editing import editable, mark, saved, too_long
from handlers.newsletter.editions import contents, title
from handlers.newsletter.wins import available, now_told, read_places, with_wins
from handlers.newsletter.words import say
from storage.queries.review_links import LASTS, new_link
from storage.uow import UnitOfWork

SAVE = "newsletter review save"


def review(command: Command, uow: UnitOfWork) -> Reply:
    """A link to the editing page, for this person alone; asking again ends the one before."""
    view = editable(command, uow)
    if not uow.public_url:
        raise UserError("The editing page needs an address. IT can set PUBLIC_URL; until then: newsletter edit.")
    url = uow.page(f"/review/{new_link(uow, view.id)}")
    uow.audit("newsletter review link", f"{view.period} revision {view.revision}")
    words = (
        f"Edit {title(uow, view)} on one page. The link is yours alone and lasts {LASTS.days} days; whoever has it "
        "edits in your name, so do not pass it on."
    )
    once = Reply(say_plain("The link was told once and is not kept. Ask for another: newsletter review."))
    return Reply(say_plain(words, Button("Open the editing page", url=url, style="primary")), kept=once)


def order_mark(stories: list[int]) -> str:
    """What the page sends back to say which order of the wins a person had before them."""
    return ",".join(map(str, stories))


def save(command: Command, uow: UnitOfWork) -> Reply:
    """Store what was changed on the page. A section that somebody else changed meanwhile is not overwritten: the page
    shows both texts, and saving once more decides. `values`: `text_<section>` and `win_<place>` as they are now,
    `base_<section>` and `base_wins_order` as they were when the page was opened."""
    view = editable(command, uow)
    edition, known = contents(view), available(view)
    language = command.values.get("lang", "en")
    changed, faults = _changed(command.values, edition, language)
    wanted, wrong = read_places(uow, command.values, known, language)
    reordered = not wrong and _reordered(command.values, wanted)
    if reordered and "wins" in changed:
        wrong["win_1"] = say("both", language)
    elif reordered and command.values["base_wins_order"] != order_mark(now_told(edition, known)):
        wrong["win_1"] = say("wins meanwhile", language)
    if faults or wrong:
        return Reply(errors=FormErrors((*wrong.items(), *faults.items())))
    for section, text in changed.items():
        edition = edition.with_text(section, text)
    if reordered:
        edition = with_wins(uow, edition, known, wanted)
    what = [*changed, *(["order of the wins"] if reordered else [])]
    if not what:
        return Reply(say_plain("Nothing was changed."))
    return Reply(saved(uow, view, edition, ", ".join(what), "Saved on the editing page."))


def _reordered(values: Mapping[str, str], wanted: list[int]) -> bool:
    """Whether this person chose other wins than the page showed them."""
    return "win_1" in values and values.get("base_wins_order") not in (None, order_mark(wanted))


def _changed(values: Mapping[str, str], edition: Edition, language: str) -> tuple[dict[str, str], dict[str, str]]:
    """(texts this person changed, by section; faults, by field)"""
    changed: dict[str, str] = {}
    faults: dict[str, str] = {}
    for section in edition.sections:
        name = f"text_{section.id}"
        if name not in values:
            continue
        text = "\n".join(values[name].splitlines()).strip()  # a browser sends CRLF
        before = values.get(f"base_{section.id}", "")
        if mark(text) == before or text == section.text:
            continue
        if before != mark(section.text):
            faults[name] = f"{say('meanwhile', language)}\n{section.text}"
        elif sentence := too_long(text, language):
            faults[name] = sentence
        else:
            changed[section.id] = text
    return changed, faults
