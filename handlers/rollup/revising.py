"""What came late for a published month: a numbered revision with its own page, and a note under every post of it.

The page that was published stays as it was; it only says that a newer one exists.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date

from bot.chat.codec import to_data as message_data
from bot.chat.jobs import Due
from bot.domain.cadence import REVISED_MONTHS, local_time
from bot.domain.changes import Change, changes
from bot.domain.frozen_data import from_data, to_data
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month
from bot.domain.rollup import few_words
from handlers.rollup.pages import page, title
from handlers.rollup.publishing import destinations
from storage.models import report
from storage.queries import facts as gathered
from storage.queries import reports, settings
from storage.queries.reports import PUBLISHED, ROLLUP
from storage.queries.revisions import came_late, looked_at, published_months
from storage.queries.windows import midnight
from storage.uow import Destination, UnitOfWork

JOB = "rollup_revision"
_TOLD = 6  # changes that the note in chat tells; the page has all of them


def revisions_due(uow: UnitOfWork) -> Iterable[Due]:
    """Once a working day, the published months for which something came late by the day before: people correct
    themselves within minutes, and executives read at most one note a day."""
    today, at = uow.today, settings.send_at(uow)
    moment = local_time(today, at, uow.organization.tz)
    if uow.at < moment or not settings.work_calendar(uow).is_working_day(today):
        return []
    this = Month.of(today)
    known = published_months(uow, [this.plus(-back) for back in range(1, REVISED_MONTHS + 1)])
    if not known:
        return []
    looked = looked_at(uow, JOB)
    until = midnight(uow, today)
    since = {
        one.month: max(one.first_at, midnight(uow, date.fromisoformat(day))) if day else one.first_at
        for one in known
        if (day := looked.get(str(one.month), "")) < today.isoformat()
    }
    late = came_late(uow, {month: start for month, start in since.items() if start < until}, until)
    return [Due(str(month), today.isoformat(), moment) for month in sorted(late)]


def revise(uow: UnitOfWork, one: Due) -> None:
    """Publish the month again as it is known now, if that says anything else."""
    month = Month.parse(one.subject)
    stored = reports.latest(uow, ROLLUP, str(month), PUBLISHED)
    if stored is None:
        return
    before = from_data(MonthFacts, stored.facts)
    facts = gathered.month_facts(uow, month, reports.published_facts(uow, month.previous()))
    changed = changes(before, facts) if facts else ()
    if facts is None or not changed:
        return
    number, token = stored.revision + 1, secrets.token_urlsafe(24)
    uow.insert(
        report,
        kind=ROLLUP,
        period=str(month),
        revision=number,
        state=PUBLISHED,
        facts=to_data(facts),
        content=message_data(page(uow, facts, revision=number, changes=changed)),
        token=token,
        created_at=uow.at,
        published_at=uow.at,
    )
    uow.audit("rollup revised", f"{month.title}, revision {number}")
    _tell(uow, month, number, token, changed)


def _tell(uow: UnitOfWork, month: Month, number: int, token: str, changed: tuple[Change, ...]) -> None:
    """A note in the thread of every post of the month's roll-up; where it went to people, a note to them."""
    url = uow.page(f"/r/{token}") if uow.public_url else ""
    told = {"title": title(uow, month), "month": str(month), "revision": number, "url": url}
    note = uow.compose("reports/revised", few=few_words, changes=changed[:_TOLD], more=len(changed[_TOLD:]), **told)
    threads = [
        Destination(channel_id=post.channel_id, thread=post.remote_id)
        for post in reports.posts_of_period(uow, ROLLUP, str(month))
    ]
    for to in threads or [to for _, to, _ in destinations(uow)]:
        key = f"rollup_revised:{month}:{number}:{to.channel_id or ''}:{to.person_id or ''}"
        uow.post("notice", to, note, key=key, period=str(month))
