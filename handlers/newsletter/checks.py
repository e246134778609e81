"""What keeps an edition from being approved, and what its coordinator should look at once more before it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from bot.chat.compose import short
from bot.domain import newsletter
from bot.domain.newsletter import (
    LEAST_LETTER,
    LEAST_WORDS,
    MOST_LETTER,
    MOST_WORDS,
    SECTIONS,
    TO_WRITE,
    Edition,
    count_words,
)
from handlers.newsletter.editions import contents
from storage.models import story
from storage.queries import people, subscribers
from storage.queries.reports import ReportView
from storage.uow import UnitOfWork

_LETTER, VOICE = "manager", "voice"
Kind = Literal["gap", "no voice", "identifies", "taken back", "too long", "empty"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be done before an edition may go out, and in which section. `kind` is what it is; `text` says it."""

    section: str
    kind: Kind
    text: str


def problems(uow: UnitOfWork, view: ReportView) -> list[Problem]:
    """Everything that keeps the edition from being approved or published; empty means it may go."""
    edition = contents(view)
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    found = [_gap(one.id, one.title) for one in newsletter.to_write(edition)]
    if not edition.text_of(VOICE).strip():
        found.append(Problem(VOICE, "no voice", f"“{SECTIONS[VOICE]}” is empty. Write it, or confirm that {_NONE}."))
    for section, finding in newsletter.blocked(edition, staff):
        text = f"“{section.title}” has “{short(finding.text, 60)}”. {finding.why}"
        found.append(Problem(section.id, "identifies", text))
    for text in _taken_back(uow, edition):
        telling = newsletter.tells(edition, text)
        if telling is not None:
            says = f"“{telling.title}” has a story that is no longer approved: “{short(text, 60)}”. Take it out"
            how = " of the text." if telling.edited else ", or compile the draft again."
            found.append(Problem(telling.id, "taken back", says + how))
    if edition.words > MOST_WORDS:
        longest = max(edition.sections, key=lambda one: count_words(one.text))
        says = f"It has {edition.words} words and may have {MOST_WORDS}. Shorten it; “{longest.title}” is the longest."
        found.append(Problem(longest.id, "too long", says))
    if not any(section.text.strip() for section in edition.sections if section.id != VOICE):
        found.append(Problem("hello", "empty", "Every section is empty. Write something, or compile the draft again."))
    return found


_NONE = "there was none this quarter"


def _gap(section: str, title: str) -> Problem:
    if section == VOICE:
        how = f"Write what clients said, or confirm that {_NONE}."
    else:
        how = "Write it, or clear the section."
    return Problem(section, "gap", f"“{title}” still has a gap that only a person can fill. {how}")


def _taken_back(uow: UnitOfWork, edition: Edition) -> list[str]:
    """Texts of the edition's stories that are no longer approved."""
    statement = select(story.c.text).where(
        story.c.organization_id == uow.organization.id, story.c.id.in_(edition.stories), story.c.state != "approved"
    )
    return list(uow.rows(statement).scalars()) if edition.stories else []


def notes(uow: UnitOfWork, view: ReportView) -> list[str]:
    """What reads better otherwise; none of it keeps the edition back."""
    edition = contents(view)
    found = []
    if edition.words < LEAST_WORDS:
        found.append(
            f"It has {edition.words} words, and {LEAST_WORDS}–{MOST_WORDS} read well. A short issue is honest when "
            "little was reported."
        )
    letter = edition.text_of(_LETTER)
    length = count_words(letter)
    if not letter.strip():
        found.append("The manager's letter is left out.")
    elif TO_WRITE not in letter and not LEAST_LETTER <= length <= MOST_LETTER:
        found.append(f"The manager's letter has {length} words; {LEAST_LETTER}–{MOST_LETTER} read well.")
    found += _about_wins(view, edition)
    spanish = [one for one in subscribers.receiving(uow) if one.language == "es"]
    if spanish and not edition.text_of("spanish").strip():
        readers = "1 reader asks" if len(spanish) == 1 else f"{len(spanish)} readers ask"
        found.append(f"“{SECTIONS['spanish']}” is empty, and {readers} for Spanish.")
    return found


def _about_wins(view: ReportView, edition: Edition) -> list[str]:
    """About the stories that stand in the edition, out of those there are."""
    text = edition.text_of("wins")
    there = view.facts.get("wins", ())
    told = [win for win in there if newsletter.quotes(text, win["text"])]
    found = []
    if len(told) < 2 <= len(there):
        found.append(f"It tells {len(told)} of {len(there)} approved wins; two to four read well.")
    if any(win["linkages"] for win in there) and not any(win["linkages"] for win in told):
        found.append("A Linkages story is approved but not told.")
    groups = {win["workgroup"] for win in told}
    if len(told) > 1 and len(groups) == 1 and {win["workgroup"] for win in there} != groups:
        found.append("All wins come from one workgroup; another has one to tell too.")
    return found
