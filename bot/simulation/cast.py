"""Who plays: a coordinator, an executive, an analyst, each workgroup's members; their channels and their steps."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.commands import Actor, Role
from bot.domain.cadence import Cadence
from bot.domain.periods import Month
from bot.domain.setup import name_from_title
from bot.sample.words import FIRST_NAMES, LAST_NAMES
from storage.models import step_owner, workgroup, workgroup_member, workgroup_strategy
from storage.queries import people
from storage.queries import plan as plans
from storage.queries.people import Person
from storage.queries.plan import StrategyView
from storage.queries.settings import FOREVER, change_setting
from storage.queries.workgroups import EQUITY, LEADER, MANAGER, STAFF
from storage.uow import UnitOfWork

PLATFORM, WORKSPACE = "console", "local"
EXECUTIVE, NEWS = "leadership", "all-staff"
THIRD_WEEK = 3  # prompts then fall well inside their month
OWNED = 0.8  # share of steps that have an owner; the rest shows what "no owner yet" looks like


@dataclass(frozen=True, slots=True)
class Group:
    """A workgroup of the simulation: its row, its channel in the platform's id, its members by role."""

    id: int
    name: str
    channel: str
    leader: Actor
    members: tuple[Actor, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    coordinator: Actor
    executive: Actor
    analyst: Actor
    groups: tuple[Group, ...]


def make_cast(
    uow: UnitOfWork,
    seed: int,
    start: Month,
    *,
    groups: Mapping[str, Sequence[StrategyView]] | None = None,
    members: int = 5,
    step: int | None = None,
) -> Cast:
    """Make the people, channels and workgroups: one workgroup a strategy, or `groups` (name -> its strategies).

    Each workgroup has `members`; the next one's begin `step` people further on, so a smaller step than `members` puts
    people in several workgroups.
    """
    rng = random.Random(seed)
    step = step or members
    found = groups or _one_a_strategy(uow)
    people.add_workspace(uow.connection, uow.organization.id, PLATFORM, WORKSPACE)
    pool = _actors(rng, 3 + step * len(found))
    roles = [Role.COORDINATOR, Role.LEADERSHIP, Role.ANALYST] + [Role.MEMBER] * (len(pool) - 3)
    joined = [_join(uow, actor, role) for actor, role in zip(pool, roles, strict=True)]
    chosen = {
        "executive_channel": str(_channel(uow, EXECUTIVE)),
        "newsletter_channels": str(_channel(uow, NEWS)),
        "keep_messages": FOREVER,  # everything anyone saw is written down at the end
    }
    for name, value in chosen.items():
        change_setting(uow, name, value)
        uow.organization = next(o for o in people.organizations(uow.connection) if o.id == uow.organization.id)
    rest, made = joined[3:], []
    for index, (name, strategies) in enumerate(found.items()):
        mine = [rest[(index * step + k) % len(rest)] for k in range(members)]
        cadence = Cadence("monthly", 1 + index % 3, THIRD_WEEK, start)
        made.append(_group(uow, rng, name, strategies, mine, cadence))
    return Cast(pool[0], pool[1], pool[2], tuple(made))


def _one_a_strategy(uow: UnitOfWork) -> dict[str, Sequence[StrategyView]]:
    """A workgroup for each strategy, named as `/sip workgroup setup` would."""
    found: dict[str, Sequence[StrategyView]] = {}
    for strategy in plans.strategies(uow):
        found[name_from_title(strategy.title, found, strategy.ref)] = (strategy,)
    return found


def _actors(rng: random.Random, count: int) -> list[Actor]:
    """Invented people, no two with the same name."""
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    return [Actor(PLATFORM, WORKSPACE, f"U{index:03}", name) for index, name in enumerate(rng.sample(names, count), 1)]


def _join(uow: UnitOfWork, actor: Actor, role: Role) -> tuple[Actor, Person]:
    person = people.create_person(uow.connection, uow.organization.id, actor, name=actor.name, role=role, at=uow.at)
    return actor, person


def _group(
    uow: UnitOfWork,
    rng: random.Random,
    name: str,
    strategies: Sequence[StrategyView],
    joined: list[tuple[Actor, Person]],
    cadence: Cadence,
) -> Group:
    channel_name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    group_id = uow.insert(
        workgroup,
        name=name,
        channel_id=_channel(uow, channel_name),
        cadence=cadence.to_text(),
        created_at=uow.at,
    )
    for strategy in strategies:
        uow.insert(workgroup_strategy, workgroup_id=group_id, strategy_id=strategy.id)
    roles = [LEADER, MANAGER, EQUITY] + [STAFF] * len(joined)
    for (_, person), role in zip(joined, roles, strict=False):
        uow.insert(workgroup_member, workgroup_id=group_id, person_id=person.id, role=role)
    for step in plans.steps(uow, workgroup_id=group_id):
        if rng.random() < OWNED:
            uow.insert(step_owner, step_id=step.id, person_id=rng.choice(joined)[1].id)
    return Group(group_id, name, f"C-{channel_name}", joined[0][0], tuple(actor for actor, _ in joined))


def _channel(uow: UnitOfWork, name: str) -> int:
    return people.channel_for(uow, PLATFORM, WORKSPACE, f"C-{name}", name).id
