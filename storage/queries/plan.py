"""The plan as it stands: goals, strategies in their places, action steps with their latest status.

Every read is scoped to the organization and gives frozen dataclasses. The number of statements does not depend on how
many steps or updates there are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, bindparam, or_, select

from bot.domain.status_words import BLOCKED as BLOCKED
from bot.domain.status_words import DONE as DONE
from bot.domain.status_words import DROPPED as DROPPED
from bot.domain.status_words import IN_PROGRESS as IN_PROGRESS
from bot.domain.status_words import NOT_STARTED as NOT_STARTED
from storage.models import (
    goal,
    measure,
    person,
    plan,
    step,
    step_owner,
    strategy,
    strategy_place,
    update,
    workgroup,
    workgroup_strategy,
)
from storage.queries.ids import ref_numbers
from storage.uow import UnitOfWork

STATUSES = (NOT_STARTED, IN_PROGRESS, BLOCKED, DONE, DROPPED)
CLOSED = (DONE, DROPPED)


@dataclass(frozen=True, slots=True)
class StepView:
    """An action step and where it stands. `refs`: `1.5.3` for each place of its strategy, so a shared step has two.
    `status` is the latest reported one, `told`, `told_at` and `told_id` are of the update that said it;
    `updated_at`, `note` and `author` are of the latest update of any kind."""

    id: int
    strategy_id: int
    number: int
    refs: tuple[str, ...]
    text: str
    owner: str
    due: date | None
    sub_items: tuple[str, ...]
    status: str = NOT_STARTED
    updated_at: datetime | None = None
    note: str = ""
    author: str = ""
    owner_ids: tuple[int, ...] = ()
    owner_names: tuple[str, ...] = ()
    told: str = ""
    told_at: datetime | None = None
    told_id: int | None = None

    @property
    def ref(self) -> str:
        return self.refs[0]

    @property
    def closed(self) -> bool:
        return self.status in CLOSED


@dataclass(frozen=True, slots=True)
class StrategyView:
    """A strategy. `places`: (goal number, strategy number) for each goal it serves."""

    id: int
    title: str
    places: tuple[tuple[int, int], ...]
    started_on: date | None
    workgroups: tuple[tuple[int, str], ...]

    @property
    def shared(self) -> bool:
        return len(self.places) > 1

    @property
    def refs(self) -> tuple[str, ...]:
        return tuple(f"{g}.{s}" for g, s in self.places)

    @property
    def ref(self) -> str:
        return self.refs[0]


@dataclass(frozen=True, slots=True)
class GoalView:
    """A goal and its measure; baseline, target and pace are in the measure's unit (pace per month)."""

    id: int
    number: int
    statement: str
    measure_id: int
    measure: str
    unit: str
    direction: str
    baseline: float | None
    target: float | None
    pace_per_month: float | None
    start: date | None
    progress_report_1: date | None
    progress_report_2: date | None
    cycle_end: date | None


@dataclass(frozen=True, slots=True)
class PlanView:
    id: int
    county: str
    goals: tuple[GoalView, ...]
    strategies: tuple[StrategyView, ...]


def the_plan(uow: UnitOfWork) -> PlanView | None:
    """The organization's plan, or None before one is imported."""
    row = uow.row(select(plan.c.id, plan.c.county).where(plan.c.organization_id == uow.organization.id))
    if row is None:
        return None
    return PlanView(row.id, row.county, tuple(goals(uow)), tuple(strategies(uow)))


def goals(uow: UnitOfWork) -> list[GoalView]:
    """The plan's goals in order."""
    rows = uow.rows(
        select(goal, measure.c.id.label("measure_id"), *(c for c in measure.c if c.name not in ("id", "goal_id")))
        .select_from(goal)
        .join(measure, measure.c.goal_id == goal.c.id)
        .where(goal.c.organization_id == uow.organization.id, goal.c.retired_at.is_(None))
        .order_by(goal.c.number)
    )
    return [
        GoalView(
            r.id, r.number, r.statement, r.measure_id, r.name, r.unit, r.direction, r.baseline, r.target,
            r.pace_per_month, r.start, r.progress_report_1, r.progress_report_2, r.cycle_end,
        )
        for r in rows
    ]  # fmt: skip


def strategies(uow: UnitOfWork) -> list[StrategyView]:
    """The plan's strategies in the order of their first place; a shared one once."""
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in uow.rows(_PLACES, organization=uow.organization.id):
        places[row.strategy_id].append((row.goal_number, row.number))
    groups: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in uow.rows(
        select(workgroup_strategy.c.strategy_id, workgroup.c.id, workgroup.c.name)
        .select_from(workgroup_strategy)
        .join(workgroup, workgroup.c.id == workgroup_strategy.c.workgroup_id)
        .where(workgroup.c.organization_id == uow.organization.id, workgroup.c.active)
        .order_by(workgroup.c.id)
    ):
        groups[row.strategy_id].append((row.id, row.name))
    rows = uow.rows(
        select(strategy).where(strategy.c.organization_id == uow.organization.id, strategy.c.retired_at.is_(None))
    )
    found = [
        StrategyView(r.id, r.title, tuple(places[r.id]), r.started_on, tuple(groups[r.id]))
        for r in rows
        if places[r.id]
    ]
    return sorted(found, key=lambda s: s.places)


_PLACES = (
    select(strategy_place.c.strategy_id, strategy_place.c.number, goal.c.number.label("goal_number"))
    .select_from(strategy_place)
    .join(goal, goal.c.id == strategy_place.c.goal_id)
    .where(goal.c.organization_id == bindparam("organization"), goal.c.retired_at.is_(None))
    .order_by(goal.c.number, strategy_place.c.number)
)

# The latest update that has not been taken back, and the latest of those that says a status. Each is one look into
# the index (step_id, at), however long the history is.
_COUNTS = and_(update.c.step_id == step.c.id, update.c.withdrawn_at.is_(None))


def _newest(*more: Any, before: datetime | None) -> Any:
    statement = select(update.c.id).where(_COUNTS, *more)
    if before is not None:
        statement = statement.where(update.c.at < before)
    return statement.order_by(update.c.at.desc(), update.c.id.desc()).limit(1).correlate(step).scalar_subquery()


def looked_up(statement: Select[Any], name: str) -> CTE:
    """What a statement finds, before anything is joined to it: under row-level security PostgreSQL joins by what a
    sub-select says only after it has read the whole other table.
    https://www.postgresql.org/docs/current/rules-privileges.html"""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _steps(uow: UnitOfWork, *where: ColumnElement[bool], before: datetime | None = None) -> Select[Any]:
    newest, telling = update.alias("newest"), update.alias("telling")
    mine = step.c.organization_id == uow.organization.id
    stands: ColumnElement[bool] = step.c.retired_at.is_(None)
    if before is not None:
        stands = or_(stands, step.c.retired_at >= before)
    ids = (_newest(before=before), _newest(update.c.status.is_not(None), before=before))
    wanted = select(step.c.id, ids[0].label("newest_id"), ids[1].label("telling_id")).where(mine, stands, *where)
    found = looked_up(wanted, "found")
    return (
        select(
            step,
            telling.c.status,
            telling.c.note.label("told"),
            telling.c.at.label("told_at"),
            telling.c.id.label("told_id"),
            newest.c.at.label("updated_at"),
            newest.c.note,
            person.c.name.label("author"),
        )
        .select_from(found)
        .join(step, step.c.id == found.c.id)
        .outerjoin(newest, _is(newest, found.c.newest_id))
        .outerjoin(telling, _is(telling, found.c.telling_id))
        .outerjoin(person, person.c.id == newest.c.person_id)
        .where(mine)
    )


def _is(one: FromClause, key: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(one.c.id == key, one.c.organization_id == step.c.organization_id)


def steps(
    uow: UnitOfWork,
    *,
    workgroup_id: int | None = None,
    owner_id: int | None = None,
    before: datetime | None = None,
) -> list[StepView]:
    """Action steps in the plan's order: all, or a workgroup's, or an owner's. `before`: as they stood at that time."""
    where: list[ColumnElement[bool]] = []
    if workgroup_id is not None:
        mine = select(workgroup_strategy.c.strategy_id).where(
            workgroup_strategy.c.organization_id == uow.organization.id,
            workgroup_strategy.c.workgroup_id == workgroup_id,
        )
        where.append(step.c.strategy_id.in_(mine))
    if owner_id is not None:
        owned = select(step_owner.c.step_id).where(
            step_owner.c.organization_id == uow.organization.id, step_owner.c.person_id == owner_id
        )
        where.append(step.c.id.in_(owned))
    return _views(uow, uow.rows(_steps(uow, *where, before=before)).all())


def statuses(uow: UnitOfWork, *, before: datetime) -> dict[int, str]:
    """Each step's id and status as it stood at that time."""
    telling, mine = update.alias("telling"), step.c.organization_id == uow.organization.id
    last = _newest(update.c.status.is_not(None), before=before)
    found = looked_up(select(step.c.id, last.label("telling_id")).where(mine), "found")
    rows = uow.rows(
        select(step.c.id, telling.c.status)
        .select_from(found)
        .join(step, step.c.id == found.c.id)
        .outerjoin(telling, _is(telling, found.c.telling_id))
        .where(mine)
    )
    return {row.id: row.status or NOT_STARTED for row in rows}


def step_by_id(uow: UnitOfWork, step_id: int) -> StepView | None:
    """One step."""
    found = _views(uow, uow.rows(_steps(uow, step.c.id == step_id)).all())
    return found[0] if found else None


def steps_by_ref(uow: UnitOfWork, ref: str) -> list[StepView]:
    """Steps that `1.2.3` names: one or none. `1.2` gives all steps of the strategy at that place, `1` all of a goal."""
    numbers = ref_numbers(ref)
    if not numbers:
        return []
    places = (
        select(strategy_place.c.strategy_id)
        .join(goal, goal.c.id == strategy_place.c.goal_id)
        .where(goal.c.organization_id == uow.organization.id, goal.c.retired_at.is_(None), goal.c.number == numbers[0])
    )
    if len(numbers) > 1:
        places = places.where(strategy_place.c.number == numbers[1])
    where: list[ColumnElement[bool]] = [step.c.strategy_id.in_(places)]
    if len(numbers) > 2:
        where.append(step.c.number == numbers[2])
    return _views(uow, uow.rows(_steps(uow, *where)).all())


def _views(uow: UnitOfWork, rows: Any) -> list[StepView]:
    places: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in uow.rows(_PLACES, organization=uow.organization.id):
        places[row.strategy_id].append((row.goal_number, row.number))
    owners: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in uow.rows(_OWNERS, organization=uow.organization.id):
        owners[row.step_id].append((row.id, row.name))
    found = [
        StepView(
            id=r.id,
            strategy_id=r.strategy_id,
            number=r.number,
            refs=tuple(f"{g}.{s}.{r.number}" for g, s in places[r.strategy_id]),
            text=r.text,
            owner=r.owner,
            due=r.due,
            sub_items=tuple(r.sub_items),
            status=r.status or NOT_STARTED,
            updated_at=r.updated_at,
            note=r.note or "",
            author=r.author or "",
            owner_ids=tuple(i for i, _ in owners[r.id]),
            owner_names=tuple(n for _, n in owners[r.id]),
            told=r.told or "",
            told_at=r.told_at,
            told_id=r.told_id,
        )
        for r in rows
        if places[r.strategy_id]
    ]
    return sorted(found, key=lambda s: (places[s.strategy_id][0], s.number))


_OWNERS = (
    select(step_owner.c.step_id, person.c.id, person.c.name)
    .select_from(step_owner)
    .join(person, person.c.id == step_owner.c.person_id)
    .where(person.c.organization_id == bindparam("organization"), person.c.active)
    .order_by(person.c.name)
)


@dataclass(frozen=True, slots=True)
class UpdateView:
    """One update as it was given; `ref` is the step's first reference. `at`: where the organization is."""

    id: int
    step_id: int
    ref: str
    step_text: str
    strategy_id: int
    status: str | None
    note: str
    person_id: int
    author: str
    at: datetime


def updates_between(uow: UnitOfWork, start: datetime, end: datetime, *, step_id: int | None = None) -> list[UpdateView]:
    """Updates that stand, from `start` (included) to `end` (excluded), oldest first."""
    statement = (
        select(update, step.c.text.label("step_text"), step.c.strategy_id, step.c.number, person.c.name.label("author"))
        .select_from(update)
        .join(step, step.c.id == update.c.step_id)
        .join(person, person.c.id == update.c.person_id)
        .where(
            update.c.organization_id == uow.organization.id,
            update.c.at >= start,
            update.c.at < end,
            update.c.withdrawn_at.is_(None),
        )
        .order_by(update.c.at, update.c.id)
    )
    if step_id is not None:
        statement = statement.where(update.c.step_id == step_id)
    first: dict[int, str] = {}
    for row in uow.rows(_PLACES, organization=uow.organization.id):
        first.setdefault(row.strategy_id, f"{row.goal_number}.{row.number}")
    return [
        UpdateView(
            r.id, r.step_id, f"{first.get(r.strategy_id, '?')}.{r.number}", r.step_text, r.strategy_id, r.status,
            r.note, r.person_id, r.author, r.at.astimezone(uow.organization.tz),
        )
        for r in uow.rows(statement)
    ]  # fmt: skip
