"""What the facts of a month amount to: a strategy's status, the overall word, what is shown first, rows for a sheet.

Silence is never good news here: what nobody reported is "not reported", and a month with nothing in it is "no data".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

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

KEPT = "kept in the workgroup, because it may identify a client"
PAGE_WORDS = 450  # a page that is read in three minutes
_GRAVITY = (BEHIND, ATTENTION, NOT_REPORTED, ON_TRACK, STRATEGY_DONE)
_CHARACTERS_A_WORD = 14  # a text of few but endless words is cut too
# Words that a shortened text must not end with: "Coaching for the…" says less than "Coaching…".
_LINKING = frozenset({
    "a", "an", "the", "and", "or", "as", "at", "by", "for", "from", "in", "into", "of", "on", "to", "with", "which",
    "who", "that", "this", "these", "those", "its", "our", "their", "allowing", "including", "utilizing", "using",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Room:
    """How many of each list a page shows (the rest becomes "and N more"), and how many words of a `title`, of a `note`,
    of a `story`, of a `measure`'s and of a workgroup's `name`. `met`: names of the workgroups that met; `groups`: of
    those that did not."""

    met: int = 4
    done: int = 5
    started: int = 5
    late: int = 5
    strategies: int = 14
    risks: int = 3
    decisions: int = 3
    help: int = 3
    silent: int = 14
    groups: int = 6
    goals: int = 8
    ahead: int = 6
    changes: int = 12
    measure: int = 8
    name: int = 4
    title: int = 6
    note: int = 25
    story: int = 40


# What gives way first when a page is too long. The status line, the goals and the strategies' table go last; what was
# not reported is never left out, only counted.
_SQUEEZES: tuple[dict[str, int], ...] = (
    {"ahead": 3},
    {"started": 3},
    {"note": 18, "story": 30},
    {"met": 0, "done": 4},
    {"help": 2, "changes": 8},
    {"title": 5},
    {"started": 2, "decisions": 2},
    {"done": 3, "late": 4},
    {"note": 14, "story": 24},
    {"help": 1, "decisions": 1, "ahead": 2},
    {"done": 2, "started": 1},
    {"title": 4, "groups": 4},
    {"late": 3, "risks": 2, "changes": 5},
    {"note": 10, "story": 18},
    {"strategies": 12, "silent": 10},
    {"strategies": 9, "silent": 6, "groups": 3},
    {"strategies": 6, "silent": 4, "late": 2, "goals": 5},
    {"strategies": 4, "silent": 2, "risks": 1, "late": 1, "done": 1, "groups": 2, "goals": 3, "title": 3, "ahead": 0},
    {"strategies": 3, "note": 6, "story": 10, "measure": 4, "name": 2, "changes": 3, "goals": 2},
    {"strategies": 2, "silent": 1, "changes": 1, "groups": 1},
)


def _rooms() -> tuple[Room, ...]:
    return tuple(accumulate(_SQUEEZES, lambda room, less: replace(room, **less), initial=Room()))


ROOMS = _rooms()  # from roomy to tight; the first with which the page is one is used
DIGEST_ROOM = Room(met=0, done=3, late=3, risks=3, strategies=12, silent=12, groups=4, title=6, note=18, story=30)


def few_words(text: str, count: int) -> str:
    """The first `count` words, or fewer where they would end on a linking word; an ellipsis says there is more."""
    words = text.split()
    kept = words[:count]
    while len(words) > count and len(kept) > 1 and kept[-1].strip(",;:.()").lower() in _LINKING:
        kept.pop()
    said, most = " ".join(kept), count * _CHARACTERS_A_WORD
    if len(kept) == len(words) and len(said) <= most:
        return said
    return said[:most].rstrip(" ,.;:(") + "…"


def shareable(text: str, staff: frozenset[str] = frozenset()) -> bool:
    """Whether a note may leave its workgroup: nothing in it that the story check would block. `staff`: full names."""
    return check_story(text, staff).verdict != "block"


def said_outside(text: str, staff: frozenset[str] = frozenset()) -> str:
    """A note as those outside its workgroup read it: as it is, or the words that stand for one that stays there."""
    return text if shareable(text, staff) else KEPT


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
    spoken_of = facts.done or any(len(strategy.silent) < strategy.open for strategy in facts.strategies)
    heard = facts.replied or spoken_of or any(group.state == MET for group in facts.groups)
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


def by_status(strategies: Sequence[StrategyFacts]) -> tuple[tuple[str, tuple[StrategyFacts, ...]], ...]:
    """(status, its strategies in the plan's order), the status that most needs a look first; none of them empty."""
    groups = ((status, tuple(one for one in strategies if one.status == status)) for status in _GRAVITY)
    return tuple((status, those) for status, those in groups if those)


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
