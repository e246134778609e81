"""What is known about a quarter, as frozen data: the newsletter's draft is compiled from it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.month_facts import MonthFacts, StepFacts, WinFacts
from bot.domain.small_cells import NOTHING_SHOWN, Shown


@dataclass(frozen=True, slots=True)
class VoiceFacts:
    """A client voice result of a `month` (`February 2026`). `people`: how many were heard, already masked (“fewer
    than 11”, “not shown”)."""

    kind: str
    month: str
    people: str
    heard: str
    did: str


@dataclass(frozen=True, slots=True)
class GroupGap:
    """A group's rate beside the whole population's, both of the same data month, in the measure's unit."""

    measure: str
    unit: str
    direction: str
    group: str
    data_month: str
    value: float
    whole: float


@dataclass(frozen=True, slots=True)
class Stale:
    """A number as an edition told it (`47.5%`), which is not so any more; `section`: where it was compiled into."""

    section: str
    words: str


@dataclass(frozen=True, slots=True)
class QuarterFacts:
    """`month`: the facts of the quarter's last month (of the current one while the quarter runs). `done`: steps
    finished in the quarter; `ahead`: open steps due in the next; `held`, `missed`: recorded workgroup meetings;
    `wins`: approved stories that no other published edition told; `shown` as in MonthFacts. `former`: the stories whose
    words, as they were before, still stand in what a person wrote; `stale`: numbers that do."""

    organization: str
    county: str
    quarter: str
    as_of: date
    closed: bool
    month: MonthFacts
    done: tuple[StepFacts, ...]
    ahead: tuple[StepFacts, ...]
    held: int
    missed: int
    wins: tuple[WinFacts, ...]
    voices: tuple[VoiceFacts, ...]
    gaps: tuple[GroupGap, ...]
    shown: Shown = NOTHING_SHOWN
    former: tuple[WinFacts, ...] = ()
    stale: tuple[Stale, ...] = ()
