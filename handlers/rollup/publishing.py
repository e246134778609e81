"""The roll-up by the calendar: each month is frozen once and its digest posted to the executives."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from bot.chat.codec import to_data as message_data
from bot.chat.commands import Role
from bot.chat.jobs import Due
from bot.domain.cadence import rollup_due
from bot.domain.frozen_data import to_data
from bot.domain.periods import Month
from handlers.rollup.pages import digest, page
from storage.models import report
from storage.queries import facts as gathered
from storage.queries import people, reports, settings, stories
from storage.queries.reports import PUBLISHED, ROLLUP
from storage.queries.told_stories import hold
from storage.queries.windows import window
from storage.uow import Destination, UnitOfWork

# A bot that was down for longer than this does not flood the executives with old months; `report` still shows them.
HEALED_MONTHS = 3


def due(uow: UnitOfWork) -> Iterable[Due]:
    """Months whose roll-up is due and was not published: the last HEALED_MONTHS, none from before the plan."""
    calendar, at, this = settings.work_calendar(uow), settings.send_at(uow), Month.of(uow.today)
    ready = {
        str(month): moment
        for month in (this.plus(-back) for back in range(HEALED_MONTHS, 0, -1))
        if (moment := rollup_due(month, calendar, uow.organization.tz, at)) <= uow.at
    }
    decided = reports.decided_periods(uow, "rollup", ready)
    missing = [period for period in ready if period not in decided]
    first = reports.first_month(uow) if missing else None
    return [Due("all", period, ready[period]) for period in missing if first and Month.parse(period) >= first]


def publish(uow: UnitOfWork, one: Due) -> None:
    """Freeze the month, keep its page, and queue the digest for the executives."""
    month = Month.parse(one.period)
    span = window(uow, month)
    hold(uow, [story.id for story in stories.approved_between(uow, span.start, span.end)])
    facts = gathered.month_facts(uow, month, reports.published_facts(uow, month.previous()))
    if facts is None:
        return
    token = secrets.token_urlsafe(24)
    stored = uow.insert(
        report,
        kind=ROLLUP,
        period=one.period,
        state=PUBLISHED,
        facts=to_data(facts),
        content=message_data(page(uow, facts)),
        token=token,
        created_at=uow.at,
        published_at=uow.at,
    )
    uow.audit("rollup published", f"{month.title} ({facts.overall.word})")
    for name, to, hint in destinations(uow):
        message = digest(uow, facts, token, hint)
        uow.post("rollup", to, message, key=f"rollup:{month}:{name}", period=one.period, subject_id=stored)


def destinations(uow: UnitOfWork) -> list[tuple[str, Destination, str]]:
    """(key, destination, hint): the executive channel; without one, leadership and coordinators privately."""
    channels = [one for one in settings.channel_ids(uow, "executive_channel") if people.channel_by_id(uow, one)]
    if channels:
        return [(f"channel:{one}", Destination(channel_id=one), "") for one in channels]
    everyone = people.people_with_role(uow, Role.LEADERSHIP)
    told = [p for p in everyone if p.role in (Role.LEADERSHIP, Role.COORDINATOR)] or everyone
    return [(f"person:{p.id}", Destination(person_id=p.id), _hint(p.role)) for p in told]


def _hint(role: Role) -> str:
    who = "You can choose one with: settings." if role >= Role.COORDINATOR else "Your coordinator can choose one."
    return f"You get this privately because no channel is set for the roll-up. {who}"
