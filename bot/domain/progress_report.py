"""The working draft of a progress report to the state: sentences that each name the stored rows they were made from.

A sentence without a source cannot be made, and a draft cannot cite what its log does not hold, so every sentence can be
traced to what somebody recorded. What nobody recorded is said as silence, never filled in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

WITHHELD = "(words withheld: they may identify somebody)"
SECTIONS = (
    "Plan facts",
    "Summary",
    "Goals and measures",
    "Status of every strategy and action step",
    "Successes",
    "Barriers",
    "Changes to strategies",
    "Partner and client involvement",
    "Equity results",
    "Technical help needed",
)
LOG = "Appendix: update log"
STORY = "S"  # the letter of a story's key


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored row that the draft may cite. `key`: a letter for its kind and its id (`U123` is update 123). `about`: a
    step's reference, a measure, a workgroup. `by`: the role of who recorded it, never a name. `words` as given."""

    key: str
    day: date | None
    about: str
    by: str
    words: str
    withheld: bool = False

    @property
    def shown(self) -> str:
        """The words, or that they are withheld."""
        return WITHHELD if self.withheld else self.words


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the keys of the entries it was made from; at least one."""

    text: str
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.text.strip() or not self.sources:
            raise ValueError(f"A sentence of the draft needs words and a source: {self.text!r}")

    @property
    def cited(self) -> str:
        """`[U12, R3]`"""
        return f"[{', '.join(dict.fromkeys(self.sources))}]"


@dataclass(frozen=True, slots=True)
class Part:
    """Sentences under a small heading; `title` is empty where a section has only one part."""

    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section. `silence` is what is said of it while nothing was recorded."""

    number: int
    parts: tuple[Part, ...]
    silence: str

    @property
    def title(self) -> str:
        return f"{self.number}. {SECTIONS[self.number - 1]}"

    @property
    def empty(self) -> bool:
        return not any(part.sentences for part in self.parts)


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole draft. `log`: the period's updates and every other entry that is cited, in the order of their keys."""

    number: int
    county: str
    start: date | None
    end: date
    sections: tuple[Section, ...]
    log: tuple[Entry, ...]

    def __post_init__(self) -> None:
        known = {entry.key for entry in self.log}
        lost = {key for sentence in self.sentences for key in sentence.sources} - known
        if lost:
            raise ValueError(f"The draft cites what its log does not hold: {sorted(lost)}")

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for section in self.sections for part in section.parts for sentence in part.sentences)

    @property
    def stories(self) -> tuple[tuple[int, str], ...]:
        """Id and words of every story it tells."""
        return tuple((int(entry.key[1:]), entry.words) for entry in self.log if entry.key.startswith(STORY))

    @property
    def withheld(self) -> tuple[Entry, ...]:
        """What the coordinator has to look at before anything leaves the agency."""
        return tuple(entry for entry in self.log if entry.withheld)


_EQUITY = ("equit", "language", "race", "racial", "ethnic", "dispar", "cultur", "native", "latin", "spanish")


def speaks_of_equity(text: str) -> bool:
    """Whether a strategy's or a step's words are about equity; stems, because plans say it in many ways."""
    folded = text.lower()
    return any(stem in folded for stem in _EQUITY)
