"""Words that may identify a client stay in their workgroup: who reads them in chat, and what everybody else reads."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from bot.chat.commands import Role
from bot.domain.rollup import said_outside
from storage.queries import people
from storage.queries.workgroups import workgroups_of
from storage.uow import UnitOfWork


def as_read_here(uow: UnitOfWork, workgroup_ids: Collection[int], whose: Collection[int] = ()) -> Callable[[str], str]:
    """How the person who asks reads what was written about the work of these workgroups: as it is where they are a
    member, a coordinator or one of `whose` step or words it is (person ids); else as everybody reads it in a report."""
    mine = {group.id for group in workgroups_of(uow, uow.person.id)}
    if uow.person.role >= Role.COORDINATOR or uow.person.id in whose or mine & set(workgroup_ids):
        return str
    return partial(said_outside, staff=frozenset(one.name for one in people.all_people(uow, active_only=False)))
