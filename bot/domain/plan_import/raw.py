"""What `outline` gathers while it reads: goals, strategies and steps as written, before anything is merged.

These are the only mutable records of the import; `goals` turns them into the frozen documents of `model`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.domain.plan_import.fields import DateTable, Value
from bot.domain.plan_import.owners import Assignment
from bot.domain.plan_import.rows import Row

# Words that make compounds in plans; whether a hyphen at a line's end is theirs cannot be seen from the line itself.
_COMPOUND_HEADS = frozenset([
    "self", "non", "co", "cross", "multi", "one", "two", "three", "four", "five", "full", "part", "long", "short",
    "same", "well", "low", "high", "client", "family", "trauma", "evidence", "community", "county", "face", "hands",
    "problem", "decision", "job", "work",
])  # fmt: skip
_COMPOUND_TAILS = frozenset([
    "speaking", "based", "time", "term", "wide", "related", "led", "owned", "focused", "informed", "up", "off",
    "free", "friendly", "site", "going", "income", "level", "person", "day", "month", "week", "year", "hour",
    "centered", "driven", "sufficiency", "sufficient", "needed", "risk", "on", "in", "step", "making", "solving",
    "seeking", "ready", "readiness", "specific",
])  # fmt: skip


@dataclass
class RawStep:
    """An action step as written; `mark` is its own number or letter, "" for a bullet."""

    mark: str
    kind: str
    text: str
    line: int
    assignment: Assignment = field(default_factory=Assignment)
    sub_items: list[str] = field(default_factory=list)

    def append(self, text: str) -> None:
        """Continue the last sub-item, or the step itself when there is none."""
        if self.sub_items:
            self.sub_items[-1] = join(self.sub_items[-1], text)
        else:
            self.text = join(self.text, text)

    @property
    def last_text(self) -> str:
        """What a continuation line would continue."""
        return self.sub_items[-1] if self.sub_items else self.text


@dataclass
class RawStrategy:
    """One place where a strategy is named. `weak` steps stand under it without an "Action Steps" heading."""

    number: int | None
    title: str
    line: int
    goal_number: int | None = None
    claimed: int | None = None
    claim_line: int | None = None  # where `claimed` was said, when not in the strategy's own heading
    steps: list[RawStep] = field(default_factory=list)
    weak: list[RawStep] = field(default_factory=list)
    in_narrative: bool = False  # the report's questions follow: no list below is its steps
    goal_place: int = 0  # the line of the RawGoal it was last merged from
    headed: bool = True  # False: `steps` was the weak list
    notes: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class RawGoal:
    """One place where a goal is described."""

    number: int | None
    line: int
    statement: str = ""
    values: list[Value] = field(default_factory=list)
    dates: DateTable = field(default_factory=DateTable)
    paragraphs: list[tuple[int, str]] = field(default_factory=list)
    strategies: list[RawStrategy] = field(default_factory=list)


@dataclass
class RawPlan:
    """Everything read: goals in the document's order, and the rows that belong to none of them."""

    goals: list[RawGoal] = field(default_factory=list)
    front: RawGoal = field(default_factory=lambda: RawGoal(None, 0))
    loose: list[Row] = field(default_factory=list)


def join(before: str, after: str) -> str:
    """Two pieces of one sentence; a word hyphenated at the line's end is made whole, a compound keeps its hyphen."""
    if not before:
        return after
    if not (before.endswith("-") and len(before) > 2 and before[-2].isalpha() and after[:1].isalnum()):
        return f"{before} {after}"
    if not after[:1].islower():  # "Cal-OAR", "Spanish-Speaking", "COVID-19"
        return before + after
    head = re.split(r"[\s-]", before[:-1])[-1].lower()
    tail = re.split(r"[^a-z]", after.lower())[0]
    if tail in ("and", "or", "to"):  # "short- and long-term"
        return f"{before} {after}"
    return before + after if head in _COMPOUND_HEADS or tail in _COMPOUND_TAILS else before[:-1] + after
