"""A story was taken back: what was posted with it gets new words, and what waits goes out without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from bot.chat.codec import from_json, to_json
from bot.chat.messages import Message
from storage.models import outbox, report
from storage.outbox import SENT
from storage.queries.reports import MAIL
from storage.queries.told_stories import Lapsed, lapsed, told, without
from storage.uow import Destination, UnitOfWork

_AGENDAS = "prompt"  # their wins stand in no report


def retell(uow: UnitOfWork, story_id: int, text: str, since: datetime) -> None:
    """A story was taken back: the posts of every report that told it, and the agendas posted `since` it was told, get
    new words without it, and what waits goes out without it, as what could not be delivered does when it is sent again.
    What was corrected or withdrawn may still stand in a channel, or wait as an e-mail. `text`: as it was approved."""
    went_out = select(report.c.id, report.c.kind, report.c.facts, report.c.content).where(
        report.c.organization_id == uow.organization.id, report.c.published_at.is_not(None)
    )
    for row in uow.rows(went_out.order_by(report.c.id)).all():
        if story_id in told(row.facts, row.content):
            gone = lapsed(uow.connection, uow.organization.id, row.facts, row.content)
            _reword(uow, gone, outbox.c.kind.in_((row.kind, MAIL)), outbox.c.subject_id == row.id)
    _reword(uow, [Lapsed(story_id, text)], outbox.c.kind == _AGENDAS, outbox.c.created_at >= since)


def _reword(uow: UnitOfWork, gone: Sequence[Lapsed], *which: ColumnElement[bool]) -> None:
    rows = uow.rows(
        select(outbox.c.id, outbox.c.channel_id, outbox.c.state, outbox.c.remote_id, outbox.c.message)
        .where(
            outbox.c.organization_id == uow.organization.id,
            *which,
            outbox.c.target == "",
            or_(outbox.c.state != SENT, outbox.c.channel_id.is_not(None)),  # sent privately, it is there for good
            outbox.c.message != "",  # its words are no longer kept
        )
        .order_by(outbox.c.id)
        .with_for_update()  # not while it is being marked as sent; what is being sent is corrected after that
    ).all()
    for row in rows:
        before: Message = from_json(row.message)
        after = without(before, gone)
        if after == before:
            continue
        if row.state == SENT:
            key = f"retold:{row.id}:{uow.at.isoformat()}"
            uow.post("retold", Destination(channel_id=row.channel_id), after, key=key, target=row.remote_id)
        else:
            uow.change(outbox, outbox.c.id == row.id, message=to_json(after))
