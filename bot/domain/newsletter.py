"""An edition of the newsletter as sections of plain text that a coordinator can edit, and the rules it must meet.

A section's text is paragraphs parted by empty lines; a line that begins with `- ` is a bullet, with `### ` a small
heading. Nothing else has a meaning, so whatever is typed is safe to show. Compiling and storing are done elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

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
    "spanish": "En español",
    "foot": "Small print",
}
SPELLINGS: Mapping[str, str] = {
    **{name.replace("_", " "): name for name in SECTIONS},
    **{title.lower(): name for name, title in SECTIONS.items()},
    "letter": "manager",
    "client voice": "voice",
    "stories": "wins",
    "shout outs": "shoutouts",
    "spanish": "spanish",
}

# What only a person can write. Left in, it keeps the edition from being approved.
TO_WRITE = "[Write here:"
SECTION_CHARACTERS = 3000  # a text field of a Slack form holds no more: https://docs.slack.dev/reference/block-kit/
# Two pages that are read in a few minutes, and the manager's letter within them.
LEAST_WORDS, MOST_WORDS = 500, 800
LEAST_LETTER, MOST_LETTER = 80, 120
_NOT_COUNTED = ("spanish",)  # the English edition's length; the Spanish slot says the same again


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
class Correction:
    """Why a published edition is published again, in words readers see; `mail`: subscribers get it by e-mail too."""

    reason: str
    mail: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """All sections in order, and what they were made with. `stories`: ids of those that were ever compiled into them.
    `wins`: ids of the stories a person chose, in their order; empty while the choice is the bot's. `picture`: the one
    chart, as stored; None where there is nothing to draw."""

    sections: tuple[Section, ...]
    stories: tuple[int, ...] = ()
    wins: tuple[int, ...] = ()
    picture: Mapping[str, Any] | None = None
    correction: Correction | None = None

    def text_of(self, section: str) -> str:
        return next((one.text for one in self.sections if one.id == section), "")

    @property
    def words(self) -> int:
        """The words of all sections that count towards the edition's length; titles and the picture's are not in it."""
        return sum(count_words(section.text) for section in self.sections if section.id not in _NOT_COUNTED)

    def with_text(self, section: str, text: str, *, edited: bool = True) -> Edition:
        """The edition with a section as a person wrote it, or as it was compiled anew."""
        changed = (Section(one.id, text.strip(), edited) if one.id == section else one for one in self.sections)
        return replace(self, sections=tuple(changed))

    def keeping_edits_of(self, older: Edition) -> Edition:
        """This fresh compilation, with the sections that were edited in `older` and the stories they may hold."""
        edited = {one.id: one for one in older.sections if one.edited}
        sections = tuple(edited.get(one.id, one) for one in self.sections)
        stories = tuple(dict.fromkeys((*self.stories, *older.stories))) if edited else self.stories
        return replace(self, sections=sections, stories=stories, correction=older.correction)

    def to_data(self) -> dict[str, Any]:
        sections = [{"id": one.id, "text": one.text, "edited": one.edited} for one in self.sections]
        data: dict[str, Any] = {"sections": sections, "stories": list(self.stories), "wins": list(self.wins)}
        if self.picture:
            data["picture"] = dict(self.picture)
        if self.correction:
            data["correction"] = {"reason": self.correction.reason, "mail": self.correction.mail}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Edition:
        """Reads what `to_data` wrote. Sections this version does not know are left out; those an older version did not
        have are empty."""
        known = {one["id"]: Section(**one) for one in data["sections"] if one["id"] in SECTIONS}
        correction = data.get("correction")
        return cls(
            tuple(known.get(name, Section(name, "")) for name in SECTIONS),
            tuple(data.get("stories", ())),
            tuple(data.get("wins", ())),
            data.get("picture"),
            Correction(**correction) if correction else None,
        )


def count_words(text: str) -> int:
    """The words a reader reads; the marks of bullets and headings are none."""
    return sum(len(line.split()) for part in parts(text) for line in part.lines)


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


def tells(edition: Edition, story: str, approved: str = "") -> Section | None:
    """The first section that still has a story or a piece of it, as `quotes` finds it."""
    return next((section for section in edition.sections if quotes(section.text, story, approved)), None)


def says(section: Section, number: str) -> bool:
    """Whether the section has the number: `47.5%` is not in “147.5%”."""
    return re.search(rf"(?<![\w.,]){re.escape(number)}(?!\w|[.,]\d)", section.text, re.I) is not None


def written(edition: Edition, number: str) -> Section | None:
    """The first section a person wrote that has the number."""
    return next((section for section in edition.sections if section.edited and says(section, number)), None)
