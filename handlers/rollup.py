"""The monthly roll-up: frozen and published by the calendar, shown at any time with `report`.

`report_message` is also what the command line and the web use. The facts come from storage/queries/facts.py, what they
amount to from bot/domain/rollup.py; the newsletter is handlers/newsletter/.
"""

from __future__ import annotations

import re
import secrets
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial

from bot.chat.codec import to_data as message_data
from bot.chat.commands import Arg, Command, CommandSpec, Role
from bot.chat.errors import UserError
from bot.chat.jobs import Due, JobSpec
from bot.chat.messages import Actions, Bullets, Button, Context, Facts, Heading, Message, Table, Text, plain
from bot.chat.replies import Reply
from bot.domain.cadence import rollup_due
from bot.domain.frozen_data import to_data
from bot.domain.goal_words import goal_line
from bot.domain.month_facts import ATTENTION, BEHIND, NO_DATA, ON_TRACK, MonthFacts
from bot.domain.periods import Month, Quarter, parse_period
from bot.domain.rollup import DIGEST_ROOM, PAGE_WORDS, ROOMS, Room, by_status, few_words, first_ones
from storage.models import report
from storage.queries import facts as gathered
from storage.queries import people, quarters, reports, settings
from storage.queries.reports import PUBLISHED, ROLLUP
from storage.uow import Destination, UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to report. IT can load it with: sipbot plan import FILE."
# A bot that was down for longer than this does not flood the executives with old months; `report` still shows them.
HEALED_MONTHS = 3
# Chat always has these signs; the word beside them says the same to whoever does not see them.
_LIGHTS = {ON_TRACK: "🟢", ATTENTION: "🟡", BEHIND: "🔴", NO_DATA: "⚪"}
_PUBLIC = re.compile(r"^public\b|\bpublic$", re.I)


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`report [period] [public]`: published months as published, the current one as it stands now."""
    text, public = _wanted(command)
    period = _period(text, uow)
    title, message = report_message(uow, period)
    if public:
        return Reply(message, public=True)
    return Reply(replace(message, summary=message.summary or title).plus(Actions(_next(period))))


def _next(period: Month | Quarter) -> tuple[Button, ...]:
    """What a coordinator may want after reading it; never part of what is posted or exported."""
    buttons = (
        Button("Post it here", "report", (("period", str(period)), ("public", "yes"))),
        Button("The one before", "report", (("period", str(period.plus(-1))),)),
    )
    return (*buttons, Button("Newsletter", "newsletter")) if isinstance(period, Quarter) else buttons


def _wanted(command: Command) -> tuple[str, bool]:
    """The period's words and whether to post; `public` may stand before or after the period."""
    text = command.values.get("period", "").strip()
    bare = _PUBLIC.sub("", text).strip(" ,:-")
    return bare, bare != text or bool(command.values.get("public"))


def _period(text: str, uow: UnitOfWork) -> Month | Quarter:
    if not text:
        return Month.of(uow.today)
    try:
        return parse_period(text, uow.today)
    except ValueError as error:
        raise UserError(str(error)) from None


def report_message(uow: UnitOfWork, period: Month | Quarter) -> tuple[str, Message]:
    """The whole report of a month or quarter and its title.

    A published month and a published newsletter are shown as they were published; a quarter without one gives its
    numbers, never a draft. Raises UserError without a plan and for a period yet to begin.
    """
    _check_begun(uow, period)
    if isinstance(period, Quarter):
        return _quarter(uow, period)
    stored = reports.latest(uow, ROLLUP, str(period), PUBLISHED)
    if stored:
        return _title(uow, period), reports.as_published(uow, stored)
    found = month_report(uow, period)
    standing = "As it stands now, not published." if not found.closed else "Made from the records now, not published."
    return _title(uow, period), page(uow, found, standing)


def _check_begun(uow: UnitOfWork, period: Month | Quarter) -> None:
    if period.first > uow.today:
        raise UserError(f"{period.title} has not begun, so there is nothing to report. Ask for an earlier one.")


def month_report(uow: UnitOfWork, month: Month) -> MonthFacts:
    """A month's facts: as published, else gathered now. Raises UserError without a plan or before the month."""
    _check_begun(uow, month)
    published = reports.published_facts(uow, month)
    found = published or gathered.month_facts(uow, month, reports.published_facts(uow, month.previous()))
    if found is None:
        raise UserError(NO_PLAN)
    return found


def _quarter(uow: UnitOfWork, quarter: Quarter) -> tuple[str, Message]:
    stored = reports.latest(uow, reports.NEWSLETTER, str(quarter))
    title = f"{uow.organization.name}: {quarter.title}"
    if stored and stored.state == PUBLISHED:
        return title, reports.as_published(uow, stored)
    found = quarters.quarter_facts(uow, quarter)
    if found is None:
        raise UserError(NO_PLAN)
    lines = [goal_line(goal) for goal in found.month.goals]
    edition = stored.state if stored else ""
    shown = {"facts": found, "goals": lines, "room": ROOMS[0], "few": few_words, "edition": edition}
    return title, uow.compose("reports/quarter", title=title, **shown)


def _title(uow: UnitOfWork, month: Month) -> str:
    return f"{uow.organization.name}: {month.title} roll-up"


def page(uow: UnitOfWork, facts: MonthFacts, standing: str = "") -> Message:
    """The whole roll-up, with as much of each list as fits into PAGE_WORDS words."""

    def composed(room: Room) -> Message:
        return uow.compose("reports/month", standing=standing, **_shown(uow, facts, room))

    fitting = bisect_left(ROOMS, True, key=lambda room: count_words(composed(room)) <= PAGE_WORDS)
    return composed(ROOMS[min(fitting, len(ROOMS) - 1)])


def _shown(uow: UnitOfWork, facts: MonthFacts, room: Room) -> dict[str, object]:
    month = Month.parse(facts.month)
    return {
        "title": _title(uow, month),
        "facts": facts,
        "room": room,
        "goals": [goal_line(goal) for goal in facts.goals],
        "strategies": first_ones(facts.strategies, room.strategies),
        "standings": by_status(facts.strategies),
        "few": few_words,
        "on": partial(_day_in, month.year),
    }


def _day_in(year: int, day: date) -> str:
    """`24 May`; with its year when that is not the report's."""
    return f"{day.day} {day:%b}" if day.year == year else f"{day.day} {day:%b %Y}"


def count_words(message: Message) -> int:
    """The words a reader meets, buttons left out."""
    words = 0
    for block in message.blocks:
        match block:
            case Heading(text, _):
                words += len(text.split())
            case Text(found) | Context(found):
                words += len(plain(found).split())
            case Bullets(items, _):
                words += sum(len(plain(item).split()) for item in items)
            case Facts(rows):
                words += sum(len(f"{label} {plain(value)}".split()) for label, value in rows)
            case Table(columns, cells):
                words += sum(len(column.split()) for column in columns)
                words += sum(len(plain(cell).split()) for row in cells for cell in row)
    return words


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
    for name, to, hint in _destinations(uow):
        message = _digest(uow, facts, token, hint)
        uow.post("rollup", to, message, key=f"rollup:{month}:{name}", period=one.period, subject_id=stored)


def _digest(uow: UnitOfWork, facts: MonthFacts, token: str, hint: str) -> Message:
    """What a reader in chat needs without opening anything, and a link to the page where the pages have an address."""
    url = uow.page(f"/r/{token}") if uow.public_url else ""
    light = _LIGHTS.get(facts.overall.word, "")
    return uow.compose("reports/digest", url=url, hint=hint, light=light, **_shown(uow, facts, DIGEST_ROOM))


def _destinations(uow: UnitOfWork) -> list[tuple[str, Destination, str]]:
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


COMMANDS = (
    CommandSpec(
        "report",
        show,
        "The month's roll-up as it stands, a past one as published, or a quarter's numbers",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("report", "report last month", "report 2026-03 public", "report Q1 2026"),
    ),
)
JOBS = (JobSpec("rollup", due, publish),)
