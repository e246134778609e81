"""An edition of the newsletter as sections of plain text that a coordinator can edit, and the rules it must meet.

A section's text is paragraphs parted by empty lines; a line that begins with `- ` is a bullet, with `### ` a small
heading. Nothing else has a meaning, so whatever is typed is safe to show. Compiling and storing are done elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.month_facts import StepFacts, WinFacts
from bot.domain.quoting import quotes
from bot.domain.story_privacy import Finding, check_story

SECTIONS: Mapping[str, str] = {
    "hello": "Hello",
    "manager": "From the manager",
    "voice": "You said, we did",
    "numbers": "Our numbers",
    "wins": "Wins",
    "workgroups": "Workgroup corner",
    "equity": "Equity corner",
    "shoutouts": "Shout-outs and milestones",
    "coming_up": "Coming up",
    "foot": "Small print",
}
SPELLINGS: Mapping[str, str] = {
    **{name.replace("_", " "): name for name in SECTIONS},
    **{title.lower(): name for name, title in SECTIONS.items()},
    "letter": "manager",
    "client voice": "voice",
    "stories": "wins",
    "shout outs": "shoutouts",
}

# What only a person can write. Left in, it keeps the edition from being approved.
TO_WRITE = "[Write here:"
SECTION_CHARACTERS = 3000  # a text field of a Slack form holds no more: https://docs.slack.dev/reference/block-kit/
MOST_WINS = 4
MOST_MILESTONES = 6
_WINS_CHARACTERS = 2600  # leaves room for headings and credits


@dataclass(frozen=True, slots=True)
class Section:
    """One section; an empty text leaves it out of the edition. `edited`: a person wrote it, compiling keeps it."""

    id: str
    text: str
    edited: bool = False

    @property
    def title(self) -> str:
        return SECTIONS[self.id]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a section: a "heading", a "text" or "bullets"."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """All sections in order, and the ids of the stories that were ever compiled into them."""

    sections: tuple[Section, ...]
    stories: tuple[int, ...] = ()

    def text_of(self, section: str) -> str:
        return next((one.text for one in self.sections if one.id == section), "")

    @property
    def words(self) -> int:
        return sum(len(section.text.split()) for section in self.sections)

    def with_text(self, section: str, text: str) -> Edition:
        """The edition with a section as a person wrote it."""
        changed = (Section(one.id, text.strip(), True) if one.id == section else one for one in self.sections)
        return Edition(tuple(changed), self.stories)

    def keeping_edits_of(self, older: Edition) -> Edition:
        """This fresh compilation, with the sections that were edited in `older` and the stories they may hold."""
        edited = {one.id: one for one in older.sections if one.edited}
        sections = tuple(edited.get(one.id, one) for one in self.sections)
        return Edition(sections, tuple(dict.fromkeys((*self.stories, *older.stories))) if edited else self.stories)

    def to_data(self) -> dict[str, Any]:
        sections = [{"id": one.id, "text": one.text, "edited": one.edited} for one in self.sections]
        return {"sections": sections, "stories": list(self.stories)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Edition:
        """Reads what `to_data` wrote; sections this version does not know are left out."""
        known = (Section(**one) for one in data["sections"] if one["id"] in SECTIONS)
        return cls(tuple(known), tuple(data.get("stories", ())))


def parts(text: str) -> tuple[Part, ...]:
    """The pieces of a section's text in order; an empty line ends a paragraph, not a list."""
    found: list[Part] = []
    fresh = True
    for line in (line.strip() for line in text.splitlines()):
        if not line:
            fresh = True
            continue
        kind, words = _kind(line)
        if found and found[-1].kind == kind and (kind == "bullets" or (kind == "text" and not fresh)):
            found[-1] = Part(kind, (*found[-1].lines, words))
        else:
            found.append(Part(kind, (words,)))
        fresh = False
    return tuple(found)


def _kind(line: str) -> tuple[str, str]:
    if line.startswith("#"):
        return "heading", line.lstrip("# ")
    if re.match(r"[-*•] ", line):
        return "bullets", line[2:].strip()
    return "text", line


def choose_wins(wins: Iterable[WinFacts]) -> tuple[WinFacts, ...]:
    """Up to MOST_WINS: one of Linkages first, then from as many workgroups as there are, as long as they fit."""
    waiting = sorted(wins, key=lambda win: not win.linkages)
    chosen: list[WinFacts] = []
    room = _WINS_CHARACTERS
    while waiting and len(chosen) < MOST_WINS:
        told = {win.workgroup for win in chosen}
        following = next((win for win in waiting if win.workgroup not in told), waiting[0])
        waiting.remove(following)
        if len(following.text) <= room or not chosen:
            chosen.append(following)
            room -= len(following.text)
    return tuple(chosen)


def milestones(done: Sequence[StepFacts]) -> tuple[StepFacts, ...]:
    """Up to MOST_MILESTONES finished steps, from as many strategies as there are, in the plan's order."""
    turn: Counter[str] = Counter()
    ranked = []
    for place, step in enumerate(done):
        strategy = step.refs[0].rpartition(".")[0]
        turn[strategy] += 1
        ranked.append((turn[strategy], place))
    return tuple(done[place] for place in sorted(place for _, place in sorted(ranked)[:MOST_MILESTONES]))


def to_write(edition: Edition) -> tuple[Section, ...]:
    """Sections in which the bot left something for a person to write."""
    return tuple(section for section in edition.sections if TO_WRITE in section.text)


def blocked(edition: Edition, staff: frozenset[str]) -> tuple[tuple[Section, Finding], ...]:
    """What the story check blocks in the sections a person wrote. `staff`: full names that may stand there."""
    return tuple(
        (section, finding)
        for section in edition.sections
        if section.edited
        for finding in check_story(section.text, staff).findings
        if finding.severity == "block"
    )


def tells(edition: Edition, story: str) -> Section | None:
    """The first section that still has a story or a piece of it."""
    return next((section for section in edition.sections if quotes(section.text, story)), None)
