"""What the facts of a month amount to: a strategy's status, the overall word, what is shown first, rows for a sheet.

Silence is never good news here: what nobody reported is "not reported", and a month with nothing in it is "no data".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.domain.month_facts import (
    ATTENTION,
    BEHIND,
    MET,
    NO_DATA,
    NOT_MET,
    NOT_REPORTED,
    ON_TRACK,
    STRATEGY_DONE,
    Cause,
    GoalFacts,
    MonthFacts,
    Overall,
    StrategyFacts,
)
from bot.domain.story_privacy import check_story
from bot.domain.trajectory import SETTLING_IN

PAGE_WORDS = 450  # a page that is read in three minutes
_GRAVITY = (BEHIND, ATTENTION, NOT_REPORTED, ON_TRACK, STRATEGY_DONE)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Room:
    """How much a page shows of each list, and how many characters of a text; the rest becomes "and N more"."""

    steps: int
    strategies: int
    notes: int  # risks, decisions, calls for help
    silent: int
    groups: int
    goals: int
    text: int
    story: int


# From roomy to tight; the first that keeps the page within PAGE_WORDS is used.
ROOMS = (
    Room(steps=6, strategies=14, notes=3, silent=8, groups=12, goals=8, text=90, story=320),
    Room(steps=4, strategies=10, notes=3, silent=5, groups=8, goals=6, text=60, story=240),
    Room(steps=3, strategies=6, notes=2, silent=3, groups=5, goals=4, text=45, story=180),
    Room(steps=1, strategies=4, notes=1, silent=2, groups=3, goals=3, text=32, story=120),
)


def shareable(text: str, staff: frozenset[str] = frozenset()) -> bool:
    """Whether a note may leave its workgroup: nothing in it that the story check would block. `staff`: full names."""
    return check_story(text, staff).verdict != "block"


def strategy_status(*, total: int, open_steps: int, late: int, blocked: int, updates: int) -> str:
    """A strategy's word. `updates`: how many its steps had this month. Late and blocked come before silence because
    they say more; silence comes before "on track" because it says nothing."""
    if total and not open_steps:
        return STRATEGY_DONE
    if late:
        return BEHIND
    if blocked:
        return ATTENTION
    return ON_TRACK if updates else NOT_REPORTED


def judge(facts: MonthFacts) -> Overall:
    """The month's one word, and why.

    behind: a measure is behind where the plan expects it (other than by settling in), or at least half of the
    strategies that have open steps are late. needs attention: anything late, blocked, not reported, not met or settling
    in. no data: nothing was reported, no workgroup met and no measure can be judged. Else on track.
    """
    open_strategies = [s for s in facts.strategies if s.open]
    late = [s for s in open_strategies if s.late]
    causes = (
        *_goal_causes(facts.goals),
        *_cause("late", late),
        *_cause("blocked", [s for s in open_strategies if s.blocked]),
        *_cause("not reported", [s for s in open_strategies if s.status == NOT_REPORTED]),
        *_named("not met", [group.name for group in facts.groups if group.state == NOT_MET]),
    )
    heard = facts.replied or any(group.state == MET for group in facts.groups)
    judged = any(goal.status != NO_DATA for goal in facts.goals)
    if not heard and not judged:
        return Overall(NO_DATA, ())
    if any(cause.kind == "goal behind" for cause in causes) or (late and 2 * len(late) >= len(open_strategies)):
        return Overall(BEHIND, causes)
    return Overall(ATTENTION if causes else ON_TRACK, causes)


def _goal_causes(goals: Sequence[GoalFacts]) -> tuple[Cause, ...]:
    behind = [goal for goal in goals if goal.status == BEHIND]
    return (
        *_named("goal behind", [goal.measure for goal in behind if goal.note != SETTLING_IN]),
        *_named("settling in", [goal.measure for goal in behind if goal.note == SETTLING_IN]),
    )


def _cause(kind: str, strategies: Sequence[StrategyFacts]) -> tuple[Cause, ...]:
    return _named(kind, [strategy.refs[0] for strategy in strategies])


def _named(kind: str, names: Sequence[str]) -> tuple[Cause, ...]:
    return (Cause(kind, len(names), names[0]),) if names else ()


def first_ones(strategies: Sequence[StrategyFacts], room: int) -> tuple[StrategyFacts, ...]:
    """The `room` strategies that most need a look, in the plan's order."""
    ranked = sorted(range(len(strategies)), key=lambda i: (_GRAVITY.index(strategies[i].status), i))
    return tuple(strategies[i] for i in sorted(ranked[:room]))


def with_judgement(facts: MonthFacts, last_month: MonthFacts | None) -> MonthFacts:
    """The facts with their overall word and what last month's published roll-up had."""
    if last_month is not None:
        facts = replace(facts, previous=last_month.overall.word, previous_done=last_month.steps_done)
    return replace(facts, overall=judge(facts))


def month_rows(facts: MonthFacts) -> list[dict[str, str | float | int | None]]:
    """The month as a table of one kind of row, for a sheet: goals first, then strategies in the plan's order."""
    rows: list[dict[str, str | float | int | None]] = [
        _row(
            facts, kind="goal", ref=str(goal.number), name=goal.measure, status=goal.status, baseline=goal.baseline,
            target=goal.target, value=goal.latest, data_month=goal.data_month, expected=goal.expected, gap=goal.gap,
            unit=goal.unit,
        )
        for goal in facts.goals
    ]  # fmt: skip
    for s in facts.strategies:
        last, due = (day.isoformat() if day else None for day in (s.last_update, s.next_due))
        rows.append(
            _row(
                facts, kind="strategy", ref=" and ".join(s.refs), name=s.title, status=s.status, steps_done=s.done,
                steps_total=s.total, steps_late=s.late, steps_blocked=s.blocked, steps_silent=len(s.silent),
                last_update=last, next_due=due,
            )
        )  # fmt: skip
    return rows


COLUMNS = (
    "month", "kind", "ref", "name", "status", "baseline", "target", "value", "data_month", "expected", "gap", "unit",
    "steps_done", "steps_total", "steps_late", "steps_blocked", "steps_silent", "last_update", "next_due",
)  # fmt: skip


def _row(facts: MonthFacts, **cells: str | float | int | None) -> dict[str, str | float | int | None]:
    return {column: cells.get(column) if column != "month" else facts.month for column in COLUMNS}
