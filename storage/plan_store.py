"""An imported plan document into rows, the first time and every time after.

Rows keep their identity: a step or strategy whose words changed keeps its updates, its old words go to plan_change
with the reason. What the new document no longer lists is retired, never deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import Table, select

from bot.domain.plan_import import GoalDocument, PlanDocument, StepDocument, StrategyDocument
from storage.models import goal, measure, plan, plan_change, step, strategy, strategy_place
from storage.uow import UnitOfWork

# At the same place in the plan, words at least this alike (0-100) are the same thing reworded.
SAME_PLACE_ALIKE = 55


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from and why it is imported (`reason` is kept with every change it makes)."""

    name: str
    sha256: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference an import makes. kind: added, removed, changed, renumbered; what: goal, strategy, step."""

    kind: str
    what: str
    ref: str
    before: str | None
    after: str | None


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
        goals = {g.number: self._goal(g) for g in self.document.goals}
        self._retire_goals(set(goals.values()))
        kept: dict[int, int] = {}
        old = self._old_strategies()
        self.uow.rows(strategy_place.delete().where(strategy_place.c.organization_id == self.uow.organization.id))
        for places in _distinct(self.document.goals):
            strategy_id = self._strategy(places, old, set(kept))
            kept[strategy_id] = strategy_id
            for in_goal, found in places:
                self.uow.insert(
                    strategy_place, strategy_id=strategy_id, goal_id=goals[in_goal.number], number=found.number
                )
        for gone in set(old) - set(kept):
            self._note("removed", "strategy", old[gone].ref, old[gone].title, None, gone)
        self._retire(strategy, set(kept))

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

    def _goal(self, new: GoalDocument) -> int:
        uow = self.uow
        row = uow.row(
            select(goal).where(goal.c.plan_id == self.plan_id, goal.c.number == new.number).order_by(goal.c.id)
        )
        facts = {
            "name": new.measure or f"Measure of goal {new.number}",
            "unit": new.unit or "percent",
            "direction": new.direction or "increase",
            "baseline": new.baseline,
            "target": new.target,
            "pace_per_month": new.pace_per_month,
            "start": new.dates.start,
            "progress_report_1": new.dates.progress_report_1,
            "progress_report_2": new.dates.progress_report_2,
            "cycle_end": new.dates.cycle_end,
        }
        if row is None:
            goal_id = uow.insert(goal, plan_id=self.plan_id, number=new.number, statement=new.statement or "")
            uow.insert(measure, goal_id=goal_id, **facts)
            return goal_id
        if row.statement != (new.statement or ""):
            self._note("changed", "goal", str(new.number), row.statement, new.statement)
        uow.change(goal, goal.c.id == row.id, statement=new.statement or "", retired_at=None)
        uow.change(measure, measure.c.goal_id == row.id, **facts)
        return int(row.id)

    def _old_strategies(self) -> dict[int, _Old]:
        rows = self.uow.rows(
            select(strategy.c.id, strategy.c.title, goal.c.number.label("goal_number"), strategy_place.c.number)
            .select_from(strategy)
            .join(strategy_place, strategy_place.c.strategy_id == strategy.c.id)
            .join(goal, goal.c.id == strategy_place.c.goal_id)
            .where(strategy.c.plan_id == self.plan_id, strategy.c.retired_at.is_(None))
            .order_by(goal.c.number.desc(), strategy_place.c.number.desc())
        )
        return {row.id: _Old(row.title, f"{row.goal_number}.{row.number}") for row in rows}

    def _strategy(self, places: list[_Place], old: Mapping[int, _Old], taken: set[int]) -> int:
        new, ref = places[0][1], f"{places[0][0].number}.{places[0][1].number}"
        free = {key: value for key, value in old.items() if key not in taken}
        strategy_id = _same(new.title, ref, free)
        if strategy_id is None:
            strategy_id = self.uow.insert(
                strategy, plan_id=self.plan_id, title=new.title, started_on=places[0][0].dates.start
            )
            if old:
                self._note("added", "strategy", ref, None, new.title, strategy_id)
        elif old[strategy_id].title != new.title:
            self._note("changed", "strategy", ref, old[strategy_id].title, new.title, strategy_id)
            self.uow.change(strategy, strategy.c.id == strategy_id, title=new.title)
        self._steps(strategy_id, ref, new.action_steps)
        return strategy_id

    def _steps(self, strategy_id: int, ref: str, new: Iterable[StepDocument]) -> None:
        rows = self.uow.rows(
            select(step).where(step.c.strategy_id == strategy_id, step.c.retired_at.is_(None)).order_by(step.c.number)
        ).all()
        old = {row.id: _Old(row.text, str(row.number)) for row in rows}
        first_time, taken = not old, set[int]()
        for one in new:
            free = {key: value for key, value in old.items() if key not in taken}
            taken.add(self._step(strategy_id, ref, one, free, first_time))
        for gone in set(old) - taken:
            self._note("removed", "step", f"{ref}.{old[gone].ref}", old[gone].title, None, strategy_id)
            self.uow.change(step, step.c.id == gone, retired_at=self.uow.at)

    def _step(self, strategy_id: int, ref: str, new: StepDocument, old: Mapping[int, _Old], first_time: bool) -> int:
        facts = {
            "number": new.number,
            "text": new.text,
            "owner": new.owner or "",
            "due": new.due,
            "sub_items": list(new.sub_items),
        }
        step_id = _same(new.text, str(new.number), old)
        if step_id is None:
            step_id = self.uow.insert(step, strategy_id=strategy_id, **facts)
            if not first_time:
                self._note("added", "step", f"{ref}.{new.number}", None, new.text, strategy_id)
            return step_id
        if old[step_id].ref != str(new.number):
            before, after = f"{ref}.{old[step_id].ref}", f"{ref}.{new.number}"
            self._note("renumbered", "step", after, before, after, strategy_id)
        if old[step_id].title != new.text:
            self._note("changed", "step", f"{ref}.{new.number}", old[step_id].title, new.text, strategy_id)
        self.uow.change(step, step.c.id == step_id, **facts)
        return step_id

    def _retire_goals(self, kept: set[int]) -> None:
        gone = self.uow.rows(
            select(goal).where(goal.c.plan_id == self.plan_id, goal.c.id.not_in(kept), goal.c.retired_at.is_(None))
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


@dataclass(frozen=True, slots=True)
class _Old:
    title: str
    ref: str


_Place = tuple[GoalDocument, StrategyDocument]


def _distinct(goals: Iterable[GoalDocument]) -> list[list[_Place]]:
    """The strategies with all their places; only one that the document marks as shared can have several."""
    found: list[list[_Place]] = []
    shared: dict[str, list[_Place]] = {}
    for in_goal in goals:
        for one in in_goal.strategies:
            words = _words(one.title)
            if one.shared and words in shared:
                shared[words].append((in_goal, one))
                continue
            found.append([(in_goal, one)])
            if one.shared:
                shared[words] = found[-1]
    return found


def _same(text: str, ref: str, old: Mapping[int, _Old]) -> int | None:
    """The old row that is this one: the same words anywhere, else similar words at the same place."""
    words = _words(text)
    for key, value in old.items():
        if _words(value.title) == words:
            return key
    for key, value in old.items():
        if value.ref == ref and fuzz.token_sort_ratio(_words(value.title), words) >= SAME_PLACE_ALIKE:
            return key
    return None


def _words(text: str) -> str:
    """Letters and digits in lower case: what does not count as a change of identity is left out."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
