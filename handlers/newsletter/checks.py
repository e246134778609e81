"""What keeps an edition from being approved, and what its coordinator should look at once more before it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from bot.chat.compose import short
from bot.domain import newsletter
from bot.domain.frozen_data import from_data
from bot.domain.newsletter import (
    LEAST_LETTER,
    LEAST_WORDS,
    MOST_LETTER,
    MOST_WORDS,
    TO_WRITE,
    Edition,
    Section,
    count_words,
)
from bot.domain.quarter_facts import QuarterFacts
from bot.domain.quoting import quotes
from bot.domain.story_privacy import mentions
from handlers.newsletter.editions import contents
from handlers.newsletter.words import say
from storage.queries import people, quarters, subscribers
from storage.queries.reports import ReportView
from storage.queries.story_credits import declined_names
from storage.queries.told_stories import lapsed
from storage.uow import UnitOfWork

LETTER, VOICE = "manager", "voice"
NO_VOICE = "no voice"


@dataclass(frozen=True, slots=True)
class Problem:
    """What must be done before an edition may go out, and in which section. `kind`: see `words`; `text` says it."""

    section: str
    kind: str
    text: str


def problems(uow: UnitOfWork, view: ReportView, language: str = "en") -> list[Problem]:
    """Everything that keeps the edition from being approved or published; empty means it may go."""
    edition = contents(view)

    def problem(kind: str, section: str, **values: object) -> Problem:
        return Problem(section, kind.partition(",")[0], say(kind, language, section, **values))

    found = [problem("gap", one.id) for one in newsletter.to_write(edition) if one.id != VOICE]
    voice = edition.text_of(VOICE)
    if not voice.strip() or TO_WRITE in voice:
        found.append(problem(NO_VOICE, VOICE))
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    for section, finding in newsletter.blocked(edition, staff):
        found.append(problem("identifies", section.id, text=short(finding.text, 60), why=finding.why))
    for text, telling in no_longer_approved(uow, view).values():
        kind = "taken back, edited" if telling.edited else "taken back"
        found.append(problem(kind, telling.id, text=short(text, 60)))
    for name in sorted(declined_names(uow, list(edition.stories))):
        naming = next((section for section in edition.sections if mentions(section.text, name)), None)
        if naming is not None:
            found.append(problem("declined", naming.id, name=name))
    found += [problem(kind, section, text=short(text, 60)) for kind, section, text in _numbers(uow, view)]
    if edition.words > MOST_WORDS:
        longest = max(edition.sections, key=lambda one: count_words(one.text))
        found.append(problem("too long", longest.id, words=edition.words, most=MOST_WORDS))
    if not any(section.text.strip() for section in edition.sections if section.id != VOICE):
        found.append(problem("empty", "hello"))
    return found


def no_longer_approved(uow: UnitOfWork, view: ReportView) -> dict[int, tuple[str, Section]]:
    """The stories of which the edition has words that nobody approves any more: id -> (the words, where they are)."""
    edition = contents(view)
    found: dict[int, tuple[str, Section]] = {}
    for one in lapsed(uow.connection, uow.organization.id, view.facts, view.content):
        telling = newsletter.tells(edition, one.text, one.approved)
        if telling is not None:
            found.setdefault(one.story, (one.text, telling))
    return found


def _numbers(uow: UnitOfWork, view: ReportView) -> list[tuple[str, str, str]]:
    """(kind of problem, section, numbers) of numbers that the edition was made from, or that stand in what a person
    wrote, and that are not so any more or may not be shown: what was compiled is not what may go out for ever."""
    edition, facts = contents(view), from_data(QuarterFacts, view.facts)
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in quarters.no_longer_so(uow, facts):
        found["numbers changed", one.section].append(one.words)
    for one in facts.stale:
        if section := newsletter.written(edition, one.words):
            found["numbers changed, edited", section.id].append(one.words)
    return [(kind, section, ", ".join(dict.fromkeys(words))) for (kind, section), words in found.items()]


def notes(uow: UnitOfWork, view: ReportView, language: str = "en") -> list[str]:
    """What would read better otherwise; none of it keeps the edition back."""
    edition = contents(view)
    found = []
    letter = edition.text_of(LETTER)
    length = count_words(letter)
    to_come = MOST_LETTER - length if TO_WRITE in letter else 0
    if edition.words + to_come < LEAST_WORDS:
        found.append(say("short", language, words=edition.words, least=LEAST_WORDS, most=MOST_WORDS))
    if not letter.strip():
        found.append(say("no letter", language))
    elif TO_WRITE not in letter and not LEAST_LETTER <= length <= MOST_LETTER:
        found.append(say("letter", language, words=length, least=LEAST_LETTER, most=MOST_LETTER))
    found += _about_wins(view, edition, language)
    readers = sum(one.language == "es" for one in subscribers.receiving(uow))
    if readers and not edition.text_of("spanish").strip():
        found.append(say("no spanish", language, "spanish", readers=readers))
    return found


def _about_wins(view: ReportView, edition: Edition, language: str) -> list[str]:
    """About the stories that stand in the edition, out of those there are."""
    text = edition.text_of("wins")
    there = view.facts.get("wins", ())
    told = [win for win in there if quotes(text, win["text"])]
    found = []
    if len(told) < 2 <= len(there):
        found.append(say("few wins", language, told=len(told), there=len(there)))
    if any(win["linkages"] for win in there) and not any(win["linkages"] for win in told):
        found.append(say("no linkages", language))
    groups = {win["workgroup"] for win in told}
    if len(told) > 1 and len(groups) == 1 and {win["workgroup"] for win in there} != groups:
        found.append(say("one workgroup", language))
    return found
