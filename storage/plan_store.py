"""An imported plan document into rows, the first time and every time after.

Rows keep their identity: a goal, strategy or step whose words or number changed keeps its readings and updates; what
it said before goes to plan_change with the reason. What the new document no longer lists is retired, never deleted,
and stands again with all it had when a later document lists it in the same words.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from bot.domain.plan_import import GoalDocument, PlanDocument, StepDocument, StrategyDocument
from storage.models import goal, measure, plan, plan_change, step, strategy, strategy_place
from storage.plan_facts import MEASURE_WORDS, STEP_WORDS, differences, measure_facts, step_facts
from storage.plan_matching import New, Old, same_rows, words
from storage.uow import UnitOfWork

_STANDS = step.c.retired_at.is_(None)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from and why it is imported (`reason` is kept with every change it makes)."""

    name: str
    sha256: str
    reason: str = ""

    @classmethod
    def of(cls, file: Path, reason: str = "") -> Source:
        """The source that a file is."""
        return cls(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), reason)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference an import makes. kind: added, removed, changed, renumbered; what: goal, strategy, step. A
    fact that changed says its name too: before "target 64", after "target 60"."""

    kind: str
    what: str
    ref: str
    before: str | None
    after: str | None


def organization_name(document: PlanDocument) -> str:
    """The name for an organization that is made because of a plan."""
    return f"{document.county} County" if document.county else "Our county"


def store_plan(uow: UnitOfWork, document: PlanDocument, source: Source) -> list[Change]:
    """Make the organization's plan be what the document says, and say what that changed (nothing the first time)."""
    done = _Import(uow, document, source)
    done.run()
    return done.changes


class _Import:
    """One import; `run` it once."""

    def __init__(self, uow: UnitOfWork, document: PlanDocument, source: Source) -> None:
        self.uow, self.document, self.source = uow, document, source
        self.changes: list[Change] = []
        self.plan_id = self._plan()

    def run(self) -> None:
        old = self._old_strategies()
        goals = self._goals()
        self._retire_goals(set(goals.values()))
        self.uow.rows(strategy_place.delete().where(strategy_place.c.organization_id == self.uow.organization.id))
        listed = _distinct(self.document.goals)
        first = [_new_strategy(one, goals[in_goal.number]) for (in_goal, one), *_ in listed]
        kept: dict[int, _Place] = {}
        for places, same in zip(listed, same_rows(first, old), strict=True):
            strategy_id = self._strategy(places[0], same, first_time=not old)
            kept[strategy_id] = places[0]
            for in_goal, found in places:
                self.uow.insert(
                    strategy_place, strategy_id=strategy_id, goal_id=goals[in_goal.number], number=found.number
                )
        gone = {one.id: one.ref for one in old if not one.retired and one.id not in kept}
        for one in old:
            if one.id in gone:
                self._note("removed", "strategy", one.ref, one.text, None, one.id)
        self._retire(strategy, set(kept))
        self._steps(kept, gone)

    def _plan(self) -> int:
        uow = self.uow
        values = {
            "county": self.document.county or "",
            "source_name": self.source.name,
            "source_sha256": self.source.sha256,
            "imported_at": uow.at,
        }
        found = uow.scalar(select(plan.c.id).where(plan.c.organization_id == uow.organization.id))
        if found is None:
            return uow.insert(plan, **values)
        uow.change(plan, plan.c.id == found, **values)
        return int(found)

    def _ours(self, table: Table) -> ColumnElement[bool]:
        return table.c.organization_id == self.uow.organization.id

    def _goals(self) -> dict[int, int]:
        """Row ids by number in the document. All are matched before any is changed, so that two can change places."""
        rows = self.uow.rows(
            select(goal.c.number, goal.c.statement, goal.c.retired_at, measure)
            .join(measure, measure.c.goal_id == goal.c.id)
            .where(self._ours(goal), goal.c.plan_id == self.plan_id)
            .order_by(goal.c.retired_at.is_not(None), goal.c.id)
        ).all()
        found = _same_goals(self.document.goals, rows)
        return {new.number: self._goal(new, found.get(new.number), first_time=not rows) for new in self.document.goals}

    def _goal(self, new: GoalDocument, row: Any | None, *, first_time: bool) -> int:
        uow, ref, statement, facts = self.uow, str(new.number), new.statement or "", measure_facts(new)
        if row is None:
            goal_id = uow.insert(goal, plan_id=self.plan_id, number=new.number, statement=statement)
            uow.insert(measure, goal_id=goal_id, **facts)
            if not first_time:
                self._note("added", "goal", ref, None, statement)
            return goal_id
        if row.retired_at is not None:
            self._note("added", "goal", ref, None, statement)
        elif row.number != new.number:
            self._note("renumbered", "goal", ref, str(row.number), ref)
        if row.statement != statement:
            self._note("changed", "goal", ref, row.statement, statement)
        for before, after in differences(row._asdict(), facts, MEASURE_WORDS):
            self._note("changed", "goal", ref, before, after)
        uow.change(goal, goal.c.id == row.goal_id, number=new.number, statement=statement, retired_at=None)
        uow.change(measure, measure.c.id == row.id, **facts)
        return int(row.goal_id)

    def _old_strategies(self) -> list[Old]:
        """In the plan's order; those retired last, the latest of them first."""
        rows = self.uow.rows(
            select(
                strategy.c.id,
                strategy.c.title,
                strategy.c.retired_at,
                goal.c.id.label("goal_id"),
                goal.c.number.label("goal_number"),
                strategy_place.c.number,
            )
            .select_from(strategy)
            .outerjoin(strategy_place, strategy_place.c.strategy_id == strategy.c.id)
            .outerjoin(goal, goal.c.id == strategy_place.c.goal_id)
            .where(self._ours(strategy), strategy.c.plan_id == self.plan_id)
            .order_by(
                strategy.c.retired_at.is_not(None),
                strategy.c.retired_at.desc(),
                goal.c.number,
                strategy_place.c.number,
                strategy.c.id,
            )
        )
        steps = defaultdict[int, set[str]](set)
        for one in self.uow.rows(select(step.c.strategy_id, step.c.text).where(self._ours(step), _STANDS)):
            steps[one.strategy_id].add(words(one.text))
        old: dict[int, Old] = {}
        for row in rows:  # a shared one is known by its first place
            place = None if row.retired_at else (row.goal_id, row.number)
            ref, has = f"{row.goal_number}.{row.number}", frozenset(steps[row.id])
            old.setdefault(row.id, Old(row.id, row.title, ref, place, retired=row.retired_at is not None, steps=has))
        return list(old.values())

    def _strategy(self, place: _Place, same: Old | None, *, first_time: bool) -> int:
        in_goal, new = place
        ref = _ref(place)
        if same is None:
            added = self.uow.insert(strategy, plan_id=self.plan_id, title=new.title, started_on=in_goal.dates.start)
            if not first_time:
                self._note("added", "strategy", ref, None, new.title, added)
            return added
        if same.retired:
            self._note("added", "strategy", ref, None, new.title, same.id)
        elif same.text != new.title:
            self._note("changed", "strategy", ref, same.text, new.title, same.id)
        self.uow.change(strategy, strategy.c.id == same.id, title=new.title, retired_at=None)
        return same.id

    def _steps(self, places: Mapping[int, _Place], gone: Mapping[int, str]) -> None:
        """All steps of the plan at once, since a step may have moved to another strategy. `gone`: the strategies that
        this import retires, with what they were known by; a step that nobody takes from one stands and waits there."""
        refs = {strategy_id: _ref(place) for strategy_id, place in places.items()}
        standing_in_gone = step.c.strategy_id.in_(gone) & _STANDS
        rows = self.uow.rows(
            select(step)
            .where(self._ours(step), step.c.strategy_id.in_(refs) | standing_in_gone)
            .order_by(
                step.c.retired_at.is_not(None), step.c.retired_at.desc(), step.c.strategy_id, step.c.number, step.c.id
            )
        ).all()
        old = [_old_step(row, {**gone, **refs}[row.strategy_id]) for row in rows]
        facts = {row.id: row._asdict() for row in rows}
        known = {row.strategy_id for row in rows}
        new = [(strategy_id, one) for strategy_id, (_, found) in places.items() for one in found.action_steps]
        found = same_rows([New(words(one.text), (strategy_id, one.number)) for strategy_id, one in new], old)
        for (strategy_id, one), same in zip(new, found, strict=True):
            ref = f"{refs[strategy_id]}.{one.number}"
            if same is not None:
                self._step(strategy_id, ref, one, same, facts[same.id])
                continue
            self.uow.insert(step, strategy_id=strategy_id, **step_facts(one))
            if strategy_id in known:
                self._note("added", "step", ref, None, one.text, strategy_id)
        kept = {same.id for same in found if same}
        for left in old:
            strategy_id = facts[left.id]["strategy_id"]
            if not left.retired and left.id not in kept and strategy_id in refs:
                self._note("removed", "step", left.ref, left.text, None, strategy_id)
                self.uow.change(step, step.c.id == left.id, retired_at=self.uow.at)

    def _step(self, strategy_id: int, ref: str, new: StepDocument, old: Old, row: Mapping[str, Any]) -> None:
        """Make the row be what the document says."""
        facts = step_facts(new)
        if old.retired:
            self._note("added", "step", ref, None, new.text, strategy_id)
        elif old.place != (strategy_id, new.number):
            self._note("renumbered", "step", ref, old.ref, ref, strategy_id)
        if old.text != new.text:
            self._note("changed", "step", ref, old.text, new.text, strategy_id)
        for before, after in differences(row, facts, STEP_WORDS):
            self._note("changed", "step", ref, before, after, strategy_id)
        self.uow.change(step, step.c.id == old.id, strategy_id=strategy_id, retired_at=None, **facts)

    def _retire_goals(self, kept: set[int]) -> None:
        gone = self.uow.rows(
            select(goal).where(
                self._ours(goal), goal.c.plan_id == self.plan_id, goal.c.id.not_in(kept), goal.c.retired_at.is_(None)
            )
        )
        for row in gone.all():
            self._note("removed", "goal", str(row.number), row.statement, None)
        self._retire(goal, kept)

    def _retire(self, table: Table, kept: set[int]) -> None:
        self.uow.change(
            table,
            table.c.plan_id == self.plan_id,
            table.c.id.not_in(kept),
            table.c.retired_at.is_(None),
            retired_at=self.uow.at,
        )

    def _note(
        self, kind: str, what: str, ref: str, before: str | None, after: str | None, strategy_id: int | None = None
    ) -> None:
        self.changes.append(Change(kind, what, ref, before, after))
        self.uow.insert(
            plan_change,
            plan_id=self.plan_id,
            strategy_id=strategy_id,
            at=self.uow.at,
            kind=kind,
            what=what,
            ref=ref,
            before=before,
            after=after,
            reason=self.source.reason,
        )


_Place = tuple[GoalDocument, StrategyDocument]


def _ref(place: _Place) -> str:
    in_goal, found = place
    return f"{in_goal.number}.{found.number}"


def _new_strategy(one: StrategyDocument, goal_id: int) -> New:
    return New(words(one.title), (goal_id, one.number), frozenset(words(new.text) for new in one.action_steps))


def _old_step(row: Any, ref: str) -> Old:
    """`ref`: its strategy's."""
    place = (row.strategy_id, row.number)
    return Old(row.id, row.text, f"{ref}.{row.number}", place, retired=row.retired_at is not None)


def _distinct(goals: Iterable[GoalDocument]) -> list[list[_Place]]:
    """The strategies with all their places; only one that the document marks as shared can have several."""
    found: list[list[_Place]] = []
    shared: dict[str, list[_Place]] = {}
    for in_goal in goals:
        for one in in_goal.strategies:
            title = words(one.title)
            if one.shared and title in shared:
                shared[title].append((in_goal, one))
                continue
            found.append([(in_goal, one)])
            if one.shared:
                shared[title] = found[-1]
    return found


def _same_goals(new: Iterable[GoalDocument], rows: Iterable[Any]) -> dict[int, Any]:
    """The old rows that are these goals, by number in the document: the measure's name and the statement the same, else
    one of them, else the number. A retired goal comes back by its words only."""
    free, found = list(rows), dict[int, Any]()

    def take(alike: Callable[[GoalDocument, Any], bool]) -> None:
        for one in new:
            row = next((row for row in free if alike(one, row)), None) if one.number not in found else None
            if row is not None:
                found[one.number] = row
                free.remove(row)

    def measured(one: GoalDocument, row: Any) -> bool:
        return words(one.measure or "") == words(row.name)

    def stated(one: GoalDocument, row: Any) -> bool:
        return bool(one.statement) and words(one.statement) == words(row.statement)

    take(lambda one, row: measured(one, row) and stated(one, row))
    take(lambda one, row: one.number == row.number and (measured(one, row) or stated(one, row)))
    take(measured)
    take(stated)
    take(lambda one, row: one.number == row.number and row.retired_at is None)
    return found
