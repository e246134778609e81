"""What trying something taught: reads of the `learning` table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage.models import learning, person
from storage.uow import UnitOfWork

ADOPT, ADAPT, ABANDON = "adopt", "adapt", "abandon"
VERDICTS = (ADOPT, ADAPT, ABANDON)


@dataclass(frozen=True, slots=True)
class LearningView:
    """A learning that stands. `at`: where the organization is."""

    id: int
    strategy_id: int
    person_id: int
    author: str
    at: datetime
    expected: str
    found: str
    verdict: str


def learnings(
    uow: UnitOfWork, start: datetime | None = None, end: datetime | None = None, *, strategy_id: int | None = None
) -> list[LearningView]:
    """The learnings that stand, oldest first: all, or those told from `start` (included) to `end` (excluded)."""
    statement = (
        select(learning, person.c.name.label("author"))
        .join(person, person.c.id == learning.c.person_id)
        .where(learning.c.organization_id == uow.organization.id, learning.c.withdrawn_at.is_(None))
        .order_by(learning.c.at, learning.c.id)
    )
    if start is not None:
        statement = statement.where(learning.c.at >= start)
    if end is not None:
        statement = statement.where(learning.c.at < end)
    if strategy_id is not None:
        statement = statement.where(learning.c.strategy_id == strategy_id)
    tz = uow.organization.tz
    return [
        LearningView(
            r.id, r.strategy_id, r.person_id, r.author, r.at.astimezone(tz), r.expected, r.found, r.verdict
        )
        for r in uow.rows(statement)
    ]  # fmt: skip
