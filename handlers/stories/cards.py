"""How a story looks to the people who work on it, and the privacy check with the county's own staff names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from bot.chat.errors import UserError
from bot.chat.messages import Message, Span, Text
from bot.domain.periods import Quarter
from bot.domain.redline import changes
from bot.domain.story_privacy import Finding, StoryCheck, check_story
from storage.queries import people, stories
from storage.queries import story_credits as naming
from storage.queries.people import Person
from storage.queries.stories import COMPOSITE, RELEASE, STAFF_ONLY, StoryView
from storage.uow import UnitOfWork

CONSENT_WORDS: Mapping[str, str] = {
    STAFF_ONLY: "Only staff are in it",
    RELEASE: "A client’s signed release is on file",
    COMPOSITE: "Put together from several families",
}
_BETWEEN_NAMES = re.compile(r"\s*(?:[,;&\n]|\band\b)\s*", re.I)
_TITLE = re.compile(r"\s*\(.*?\)\s*$")
CARD, QUEUE = "card", "queue"
CHANGE_THIS = "Please change this before it can be sent."
_SHOWN = 4  # findings in one sentence of a form
_CHANGES = 8  # of an edit, on a card


def check(uow: UnitOfWork, text: str, credit: str) -> StoryCheck:
    """The privacy check; the credited people of this county may be named."""
    return check_story(text, credited(uow, credit)[0])


def credited(uow: UnitOfWork, credit: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """(names of people of this county in the credit line, the other names in it as they were written)."""
    known = {person.name.casefold(): person.name for person in people.all_people(uow)}
    staff: set[str] = set()
    others: list[str] = []
    for part in _BETWEEN_NAMES.split(credit):
        name = _TITLE.sub("", part).strip().lstrip("@")
        if name.casefold() in known:
            staff.add(known[name.casefold()])
        elif name:
            others.append(name)
    return frozenset(staff), tuple(others)


def credited_people(uow: UnitOfWork, credit: str) -> list[Person]:
    """The people of this county in the credit line."""
    names = credited(uow, credit)[0]
    return [person for person in people.all_people(uow) if person.name in names]


def without_credit(credit: str, name: str) -> str:
    """The credit line without one name; the others as they were written."""
    parts = [part.strip() for part in _BETWEEN_NAMES.split(credit) if part.strip()]
    kept = [part for part in parts if _TITLE.sub("", part).strip().lstrip("@").casefold() != name.casefold()]
    return ", ".join(kept)


def what_to_change(check: StoryCheck) -> str:
    """The blocking findings as sentences for the author."""
    return " ".join((CHANGE_THIS, *blocking(check)))


def blocking(check: StoryCheck) -> list[str]:
    """A sentence for each blocking finding, the first ones of many."""
    found = [finding for finding in check.findings if finding.severity == "block"]
    sentences = [f"“{finding.text}”: {finding.why}" for finding in found[:_SHOWN]]
    return sentences + ([f"And {len(found) - _SHOWN} more."] if len(found) > _SHOWN else [])


def version(story: StoryView) -> str:
    """A short mark of everything a reviewer sees, so that nobody approves other words than the ones they read."""
    seen = (
        story.text, story.credit, story.consent, story.release_ref, story.release_on, story.linkages, story.step_id,
    )  # fmt: skip
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:12]


def marked(text: str, findings: tuple[Finding, ...]) -> Text:
    """The story with the words that need a look in bold."""
    spans: list[Span] = []
    at = 0
    for finding in findings:
        if finding.start > at:
            spans.append(Span(text[at : finding.start]))
        spans.append(Span(text[finding.start : finding.end], bold=True))
        at = finding.end
    if at < len(text):
        spans.append(Span(text[at:]))
    return Text(tuple(spans))


def card(uow: UnitOfWork, story: StoryView, shown_in: str = CARD) -> Message:
    """A story for review: who told it, the words with what needs a look, the buttons. `shown_in`: the message it is
    part of, CARD for one of its own, which its decision may replace."""
    head = uow.compose("stories/card_head", story=story)
    edits = changes(story.original_text, story.text)
    foot = uow.compose(
        "stories/card_foot",
        story=story,
        consent=CONSENT_WORDS[story.consent],
        unknown=credited(uow, story.credit)[1],
        credits=naming.credits_of(uow, story.id),
        changes=edits[:_CHANGES],
        more=len(edits) - _CHANGES,
        version=version(story),
        shown_in=shown_in,
        open=story.state == stories.IN_REVIEW,
    )
    return head.plus(marked(story.text, story.findings), *foot.blocks)


def found(uow: UnitOfWork, value: str, *, change: bool = False) -> StoryView:
    """The story a button or a form names; only this organization's. With `change` nobody else can change it until this
    command is done: nobody decides on words or a state that were stored after they looked."""
    story = stories.story_by_id(uow, int(value), lock=change) if value.isdecimal() and len(value) < 10 else None
    if story is None:
        raise UserError("I cannot find that story. The stories that wait are listed by: /sip stories.")
    return story


def newsletter_title(uow: UnitOfWork) -> str:
    """The edition a story approved today may appear in."""
    return Quarter.of(uow.today).title
