"""Whom a story credits and what they said: asked, agreed, or declined to be named."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from storage.models import person, story_credit
from storage.uow import UnitOfWork

ASKED, AGREED, DECLINED = "asked", "agreed", "declined"


@dataclass(frozen=True, slots=True)
class Credit:
    """One person of a story's credit line, now or before they declined."""

    person_id: int
    name: str
    state: str


def credits_of(uow: UnitOfWork, story_id: int) -> list[Credit]:
    """Everybody who was ever asked about a story, in the order in which they were."""
    rows = uow.rows(
        select(story_credit.c.person_id, person.c.name, story_credit.c.state)
        .join(person, person.c.id == story_credit.c.person_id)
        .where(story_credit.c.organization_id == uow.organization.id, story_credit.c.story_id == story_id)
        .order_by(story_credit.c.id)
    )
    return [Credit(row.person_id, row.name, row.state) for row in rows]


def note_asked(uow: UnitOfWork, story_id: int, person_id: int, state: str = ASKED) -> None:
    """Somebody is credited for the first time."""
    uow.insert(story_credit, story_id=story_id, person_id=person_id, state=state, at=uow.at)


def answer(uow: UnitOfWork, story_id: int, state: str) -> bool:
    """What the person who asks says to being named; False where nobody asked them."""
    mine = (story_credit.c.story_id == story_id, story_credit.c.person_id == uow.person.id)
    return bool(uow.change(story_credit, *mine, state=state, at=uow.at))


def declined_names(uow: UnitOfWork, story_ids: list[int]) -> frozenset[str]:
    """The names of those who declined to be named in any of these stories."""
    rows = uow.rows(
        select(person.c.name)
        .join(story_credit, story_credit.c.person_id == person.c.id)
        .where(
            story_credit.c.organization_id == uow.organization.id,
            story_credit.c.story_id.in_(story_ids),
            story_credit.c.state == DECLINED,
        )
    )
    return frozenset(rows.scalars()) if story_ids else frozenset()
