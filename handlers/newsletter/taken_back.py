"""A win that is taken back leaves the edition people work on, by itself; words a person wrote stay for them to mend."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import select

from bot.chat.jobs import Due
from bot.domain.periods import Quarter
from handlers.newsletter.checks import no_longer_approved
from handlers.newsletter.compiling import coordinators
from handlers.newsletter.drafting import compile_edition
from handlers.newsletter.status import status_message
from storage.models import story
from storage.queries import reports
from storage.queries.reports import APPROVED, DRAFT, NEWSLETTER
from storage.uow import Destination, UnitOfWork

OPENING = "A win of this draft is no longer approved, so the draft was compiled again without it."


def due(uow: UnitOfWork) -> Iterable[Due]:
    """The edition in work, where it tells such a win in a section that nobody edited. A correction is its editors'
    alone: there the win keeps it from being published."""
    view = reports.latest(uow, NEWSLETTER, "", DRAFT, APPROVED)
    if view is None or view.corrects_id is not None:
        return []
    gone = sorted(key for key, (_, telling) in no_longer_approved(uow, view).items() if not telling.edited)
    return [Due(f"{view.id}:{_mark(uow, gone)}", view.period, uow.at)] if gone else []


def _mark(uow: UnitOfWork, gone: list[int]) -> str:
    """A short mark of these stories and of the decision each was taken back after: approved once more, a story can be
    taken back once more, of an edition that says the very same."""
    statement = select(story.c.id, story.c.reviewed_at).where(
        story.c.organization_id == uow.organization.id, story.c.id.in_(gone)
    )
    seen = [f"{row.id} {row.reviewed_at}" for row in uow.rows(statement.order_by(story.c.id))]
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()[:12]


def take_out(uow: UnitOfWork, one: Due) -> None:
    """Compile the draft again, which ends its approvals, and tell the coordinators."""
    view = compile_edition(uow, Quarter.parse(one.period))
    message = status_message(uow, view, OPENING)
    for person in coordinators(uow):
        key = f"newsletter_without:{one.subject}:{uow.at.isoformat()}:{person.id}"
        uow.post("newsletter_draft", Destination(person_id=person.id), message, key=key, subject_id=view.id)
