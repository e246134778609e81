"""What a later revision of a month's roll-up says that the one before did not, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.goal_words import latest_words
from bot.domain.month_facts import MonthFacts


@dataclass(frozen=True, slots=True)
class Change:
    """One figure or word of the page that is another now. `what` is a kind the template words, `name` whose it is (a
    workgroup, a strategy's reference, a measure; "" for the month itself)."""

    what: str
    name: str
    before: str
    after: str


def changes(old: MonthFacts, new: MonthFacts) -> tuple[Change, ...]:
    """The differences a reader can see between two pages of one month, the most important first; none when they say the
    same."""
    return tuple(change for change in _all(old, new) if change.before != change.after)


def _all(old: MonthFacts, new: MonthFacts) -> Iterator[Change]:
    yield Change("overall", "", old.overall.word, new.overall.word)
    known = {goal.number: goal for goal in old.goals}
    for goal in new.goals:
        if goal.number in known:
            yield Change("measure", goal.measure, latest_words(known[goal.number]), latest_words(goal))
    yield Change("steps done", "", _of(old.steps_done, old.steps_total), _of(new.steps_done, new.steps_total))
    states = {group.name: group.state for group in old.groups}
    for group in new.groups:
        if group.name in states:
            yield Change("meeting", group.name, states[group.name], group.state)
    yield Change("replies", "", _of(old.replied, old.members), _of(new.replied, new.members))
    standings = {strategy.refs: strategy.status for strategy in old.strategies}
    for strategy in new.strategies:
        if strategy.refs in standings:
            yield Change("strategy", strategy.ref, standings[strategy.refs], strategy.status)
    for what in ("done", "started", "late", "risks", "decisions", "help", "not_reported", "notes"):
        before, after = getattr(old, what), getattr(new, what)
        yield Change(what, "", _count(before), _count(after))
    if _words(old) != _words(new):
        yield Change("words", "", "", "changed")


def _of(count: int, total: int) -> str:
    return f"{count} of {total}"


def _count(found: object) -> str:
    return str(len(found)) if isinstance(found, tuple) else str(found)


def _words(facts: MonthFacts) -> tuple[object, ...]:
    """What people wrote: it can change where every number stays."""
    return (
        tuple((risk.refs, risk.note, risk.tried) for risk in facts.risks),
        tuple((one.workgroup, one.text) for one in facts.decisions),
    )
