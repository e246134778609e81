"""A small county for tests: short ways to make what a test is about, with sensible values for the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from bot.chat.commands import Actor, Role
from bot.domain.cadence import Cadence
from bot.domain.periods import Month
from storage.models import (
    goal,
    measure,
    plan,
    step,
    step_owner,
    strategy,
    strategy_place,
    workgroup,
    workgroup_member,
    workgroup_strategy,
)
from storage.queries import people
from storage.queries.people import Person
from storage.uow import UnitOfWork

_numbers = count(1)
PLATFORM, WORKSPACE = "console", "local"


def an_organization(uow: UnitOfWork, name: str = "Larkspur County", zone: str = "America/Los_Angeles") -> None:
    """Make an organization with a console workspace and work in it from now on."""
    uow.organization = people.create_organization(uow.connection, name, zone, uow.at)
    people.add_workspace(uow.connection, uow.organization.id, PLATFORM, WORKSPACE)


def an_actor(name: str, platform: str = PLATFORM, workspace: str = WORKSPACE) -> Actor:
    return Actor(platform, workspace, "U" + name.replace(" ", "").upper(), name)


def a_person(uow: UnitOfWork, name: str, role: Role = Role.MEMBER) -> Person:
    """A person with a console identity `U<NAME>`."""
    return people.create_person(uow.connection, uow.organization.id, an_actor(name), name=name, role=role, at=uow.at)


def a_channel(uow: UnitOfWork, name: str) -> int:
    """Row id of a console channel `C<NAME>`."""
    return people.channel_for(uow, PLATFORM, WORKSPACE, "C" + name.upper(), name).id


def a_workgroup(
    uow: UnitOfWork,
    name: str,
    strategies: tuple[int, ...] = (),
    members: tuple[tuple[Person, str], ...] = (),
    cadence: str = "monthly:2:1:2026-01",
) -> int:
    """Row id of a workgroup with a channel of its own name; it meets on the second Tuesday of every month."""
    Cadence.from_text(cadence)
    channel_id = a_channel(uow, name.lower().replace(" ", "-"))
    found = uow.insert(workgroup, name=name, channel_id=channel_id, cadence=cadence, created_at=uow.at)
    for strategy_id in strategies:
        uow.insert(workgroup_strategy, workgroup_id=found, strategy_id=strategy_id)
    for person, role in members:
        uow.insert(workgroup_member, workgroup_id=found, person_id=person.id, role=role)
    return found


@dataclass
class PlanRows:
    """Row ids of a made plan: strategies by `1.2`, steps by `1.2.3`."""

    plan_id: int
    goals: dict[int, int] = field(default_factory=dict)
    measures: dict[int, int] = field(default_factory=dict)
    strategies: dict[str, int] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)


def a_plan(uow: UnitOfWork, shape: dict[str, int] | None = None, start: date = date(2026, 1, 1)) -> PlanRows:
    """A plan: `{"1.1": 3, "1.2": 2, "2.1": 2}` gives three strategies with that many steps. A value of -1 shares the
    strategy that was made last before it."""
    shape = shape or {"1.1": 3, "1.2": 2, "2.1": 2, "2.2": -1}
    found = PlanRows(
        uow.insert(plan, county="Larkspur", source_name="plan.txt", source_sha256="0" * 64, imported_at=uow.at)
    )
    for place, steps in shape.items():
        goal_number, number = (int(part) for part in place.split("."))
        if goal_number not in found.goals:
            _a_goal(uow, found, goal_number, start)
        if steps == -1:
            strategy_id = list(found.strategies.values())[-1]
        else:
            strategy_id = uow.insert(
                strategy, plan_id=found.plan_id, title=f"Strategy number {next(_numbers)}", started_on=start
            )
        found.strategies[place] = strategy_id
        uow.insert(strategy_place, strategy_id=strategy_id, goal_id=found.goals[goal_number], number=number)
        for step_number in range(1, steps + 1):
            found.steps[f"{place}.{step_number}"] = uow.insert(
                step, strategy_id=strategy_id, number=step_number, text=f"Do thing {place}.{step_number}", sub_items=[]
            )
    return found


def _a_goal(uow: UnitOfWork, rows: PlanRows, number: int, start: date) -> None:
    goal_id = uow.insert(goal, plan_id=rows.plan_id, number=number, statement=f"Raise measure {number} to 64% from 40%")
    rows.goals[number] = goal_id
    rows.measures[number] = uow.insert(
        measure,
        goal_id=goal_id,
        name=f"Measure {number} Rate",
        unit="percent",
        direction="increase",
        baseline=40.0,
        target=64.0,
        pace_per_month=1.0,
        start=start,
        cycle_end=date(start.year + 2, 6, 30),
    )


def owns(uow: UnitOfWork, person: Person, *step_ids: int) -> None:
    """Make a person an owner of steps."""
    for step_id in step_ids:
        uow.insert(step_owner, step_id=step_id, person_id=person.id)


def month(text: str) -> Month:
    return Month.parse(text)
