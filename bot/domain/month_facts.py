"""What is known about a month, as frozen data: gathered once, stored with the published roll-up, never recomputed.

No sentences here (templates have them) and no reads (storage/queries/facts.py has them). People appear only as the
owner of a follow-up and in a story's credit; everything else names steps, strategies and workgroups.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.small_cells import NOTHING_SHOWN, Shown

MET, NOT_MET, EXCUSED, NOT_DUE, TO_COME = "met", "no meeting recorded", "excused", "not due", "still to come"

ON_TRACK, ATTENTION, BEHIND, NO_DATA = "on track", "needs attention", "behind", "no data"

NOT_REPORTED, STRATEGY_DONE = "not reported", "done"


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A workgroup's month. `day`: of the meeting, held or planned. `reason`: why it was excused, as those outside the
    workgroup may read it. `silent`: no member sent anything or attended."""

    name: str
    state: str
    day: date | None
    reason: str
    silent: bool


@dataclass(frozen=True, slots=True)
class PointFacts:
    """A reading of a data month, what the plan expected then, and the state's average; None: may not be shown, nothing
    expected, not known."""

    month: str
    value: float | None
    expected: float | None
    state: float | None = None


@dataclass(frozen=True, slots=True)
class GoalFacts:
    """A goal's measure. `latest` belongs to `data_month` (`2026-02`), and `expected` and `gap` (latest less expected,
    points for percents) to that same month. `masked`: there is a latest reading, but its value may not be shown.
    `points`: the newest readings, oldest first, for the chart. `few_at_first`: the baseline is 1–10 people and not
    told; then nothing is that would tell it."""

    number: int
    measure: str
    unit: str
    direction: str
    baseline: float | None
    target: float | None
    latest: float | None
    masked: bool
    data_month: str
    expected: float | None
    gap: float | None
    status: str
    note: str
    points: tuple[PointFacts, ...] = ()
    few_at_first: bool = False


@dataclass(frozen=True, slots=True)
class StepFacts:
    refs: tuple[str, ...]
    text: str
    due: date | None


@dataclass(frozen=True, slots=True)
class StrategyFacts:
    """A strategy, once, with each of its references. `open`, `late`, `blocked`: numbers of steps; `silent`: references
    of open steps without an update this month."""

    refs: tuple[str, ...]
    title: str
    status: str
    done: int
    total: int
    open: int
    late: int
    blocked: int
    silent: tuple[str, ...]
    last_update: date | None
    next_due: date | None

    @property
    def ref(self) -> str:
        return self.refs[0]

    @property
    def silent_steps(self) -> int:
        """How many open steps nobody said anything about this month."""
        return len(self.silent)


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """A blocked step. `note` is what was written when it was called blocked, `tried` what was written since.
    `withheld`: that may identify a client, so it is not repeated outside the workgroup."""

    refs: tuple[str, ...]
    text: str
    note: str
    withheld: bool
    tried: str = ""


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What a held meeting decided; `withheld` as for a risk."""

    workgroup: str
    day: date | None
    text: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class HelpFacts:
    """A follow-up raised this month that has nobody (`owner` is empty then), or one whose date passed this month."""

    workgroup: str
    text: str
    owner: str
    due: date | None
    withheld: bool


@dataclass(frozen=True, slots=True)
class WinFacts:
    """An approved story; `story` is its id, so that a withdrawn one can be found again."""

    story: int
    workgroup: str
    text: str
    credit: str
    linkages: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the month is judged as it is: a `kind` the template words, how many, and the first one's name."""

    kind: str
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class Overall:
    """One word and its causes, the gravest first."""

    word: str
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """Everything a roll-up says. `as_of`: the last day counted; `closed`: the month was over. `members` of the month's
    active workgroups, of whom `replied` sent an update, a note or a win. `previous`: last month's published word and
    its number of finished steps; empty and None where there was no roll-up. `help_before`: open follow-ups without a
    person or past their date that earlier months had already. `ahead`: open steps due next month; `meetings_ahead`: how
    many workgroups meet then, the first on `first_meeting`. `under_way`: open steps that were begun. `shown`: what it
    tells about numbers of people; later reports are held against it."""

    organization: str
    county: str
    month: str
    as_of: date
    closed: bool
    groups: tuple[GroupFacts, ...]
    members: int
    replied: int
    goals: tuple[GoalFacts, ...]
    done: tuple[StepFacts, ...]
    started: tuple[StepFacts, ...]
    late: tuple[StepFacts, ...]
    strategies: tuple[StrategyFacts, ...]
    risks: tuple[RiskFacts, ...]
    decisions: tuple[DecisionFacts, ...]
    help: tuple[HelpFacts, ...]
    wins: tuple[WinFacts, ...]
    notes: int
    voices: int
    overall: Overall
    previous: str = ""
    previous_done: int | None = None
    help_before: int = 0
    ahead: tuple[StepFacts, ...] = ()
    meetings_ahead: int = 0
    first_meeting: date | None = None
    under_way: int = 0
    shown: Shown = NOTHING_SHOWN

    @property
    def due_groups(self) -> tuple[GroupFacts, ...]:
        """Workgroups that had a meeting to hold this month."""
        return tuple(group for group in self.groups if group.state != NOT_DUE)

    @property
    def has_dates(self) -> bool:
        """Whether any step of the plan has a due date that still matters."""
        return any(strategy.next_due or strategy.late for strategy in self.strategies)

    @property
    def steps_done(self) -> int:
        """Finished steps of the whole plan; a shared strategy's count once."""
        return sum(strategy.done for strategy in self.strategies)

    @property
    def steps_total(self) -> int:
        return sum(strategy.total for strategy in self.strategies)

    @property
    def not_reported(self) -> tuple[StrategyFacts, ...]:
        """Strategies with open steps that nobody said anything about this month."""
        return tuple(strategy for strategy in self.strategies if strategy.silent)

    @property
    def silent_groups(self) -> tuple[GroupFacts, ...]:
        return tuple(group for group in self.groups if group.silent)
