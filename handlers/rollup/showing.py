"""`report`: a month's roll-up, a quarter's numbers or a draft for the state, whenever somebody asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Actions, Button, Message, say
from bot.chat.replies import Reply
from bot.domain.goal_words import goal_line
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month, Quarter
from bot.domain.report_names import FullQuarter, ProgressReport, Wanted, parse_report
from bot.domain.rollup import ROOMS, few_words
from handlers.rollup import progress, quarterly
from handlers.rollup.pages import page, title
from storage.queries import facts as gathered
from storage.queries import people, quarters, report_links, reports
from storage.queries.reports import NOTHING_TOLD, POSTED, PUBLISHED, ROLLUP, Told
from storage.queries.told_stories import hold
from storage.uow import Destination, UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to report. IT can load it with: sipbot plan import FILE."
_PUBLIC = re.compile(r"^public\b|\bpublic$", re.I)


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`report [period] [public]`: published months as published, the current one as it stands now."""
    text, public = _asked(command)
    wanted = _wanted(text, uow)
    if isinstance(wanted, ProgressReport):
        if public:
            raise UserError("A progress report is a working draft for you alone, so it is not posted to a channel.")
        return Reply(progress.digest(uow, wanted.number))
    made = _made(uow, wanted)
    named, message = made.title, made.message
    if public:
        return _post(command, uow, wanted, made)
    if isinstance(wanted, FullQuarter) and uow.public_url:
        paper = reports.keep_paper(uow, reports.REPORT_OUT, str(wanted.quarter), message)
        url = uow.page(f"/r/{report_links.own_link(uow, paper)}")
        message = message.plus(Actions((Button("The whole page", url=url),)))
    return Reply(replace(message, summary=message.summary or named).plus(Actions(_next(wanted))))


def _post(command: Command, uow: UnitOfWork, wanted: Month | Quarter | FullQuarter, made: _Made) -> Reply:
    """Into the channel where it was asked, by the outbox: what everybody may read is held against later reports, and
    gets new words when a win is taken back. Where nobody else reads, it is only shown."""
    place, actor = command.place, command.actor
    if not place.channel or place.direct:
        return Reply(made.message, public=True)
    here = people.channel_for(uow, actor.platform, actor.workspace, place.channel, place.name)
    hold(uow, [story for story, _ in made.told.wins])
    made = _made(uow, wanted)  # once more, now that nobody takes one of its wins back meanwhile
    period = str(wanted.quarter if isinstance(wanted, FullQuarter) else wanted)
    stored = reports.keep_post(uow, period, made.message, made.told)
    uow.audit("report posted", f"{made.title}, in {here.name or 'a channel'}")
    message = replace(made.message, summary=made.message.summary or made.title)
    to = Destination(channel_id=here.id, thread=place.thread)
    uow.post(POSTED, to, message, key=f"posted_report:{stored}", period=period, subject_id=stored)
    return Reply(say(f"{made.title} appears here in a moment, for everybody in this channel."))


def _next(wanted: Month | Quarter | FullQuarter) -> tuple[Button, ...]:
    """What a coordinator may want after reading it; never part of what is posted or exported."""
    post = Button("Post it here", "report", (("period", str(wanted)), ("public", "yes")))
    match wanted:
        case FullQuarter(quarter):
            return (post, Button("In short", "report", (("period", str(quarter)),)))
        case Quarter():
            full = Button("In full", "report", (("period", str(FullQuarter(wanted))),))
            return (post, full, _before(wanted), Button("Newsletter", "newsletter"))
    return (post, _before(wanted))


def _before(period: Month | Quarter) -> Button:
    return Button("The one before", "report", (("period", str(period.plus(-1))),))


def _asked(command: Command) -> tuple[str, bool]:
    """The period's words and whether to post; `public` may stand before or after the period."""
    text = command.values.get("period", "").strip()
    bare = _PUBLIC.sub("", text).strip(" ,:-")
    return bare, bare != text or bool(command.values.get("public"))


def _wanted(text: str, uow: UnitOfWork) -> Wanted:
    if not text:
        return Month.of(uow.today)
    try:
        return parse_report(text, uow.today)
    except ValueError as error:
        raise UserError(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Made:
    """A report as it is shown. `told`: what has to be kept with it where everybody may read it."""

    title: str
    message: Message
    told: Told = NOTHING_TOLD


def report_message(uow: UnitOfWork, wanted: Wanted) -> tuple[str, Message]:
    """The whole report and its title.

    A published month and a published newsletter are shown as they were published; a quarter without one gives its
    numbers, never a draft. Raises UserError without a plan and for a period yet to begin.
    """
    made = _made(uow, wanted)
    return made.title, made.message


def _made(uow: UnitOfWork, wanted: Wanted) -> _Made:
    match wanted:
        case ProgressReport(number):
            return _Made(*progress.draft(uow, number))
        case FullQuarter(quarter):
            _check_begun(uow, quarter)
            name, message, shown = quarterly.report_out(uow, quarter)
            return _Made(name, message, Told(shown))
        case Quarter():
            _check_begun(uow, wanted)
            return _quarter(uow, wanted)
    _check_begun(uow, wanted)
    name, stored = title(uow, wanted), reports.latest(uow, ROLLUP, str(wanted), PUBLISHED)
    if stored:
        return _Made(name, reports.as_published(uow, stored), reports.told_by(stored))
    found = month_report(uow, wanted)
    standing = "As it stands now, not published." if not found.closed else "Made from the records now, not published."
    wins = tuple((win.story, win.text) for win in found.wins)
    return _Made(name, page(uow, found, standing), Told(found.shown, wins))


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


def _quarter(uow: UnitOfWork, quarter: Quarter) -> _Made:
    stored = reports.latest(uow, reports.NEWSLETTER, str(quarter))
    named = f"{uow.organization.name}: {quarter.title}"
    if stored and stored.state == PUBLISHED:
        return _Made(named, reports.as_published(uow, stored), reports.told_by(stored))
    found = quarters.quarter_facts(uow, quarter)
    if found is None:
        raise UserError(NO_PLAN)
    lines = [goal_line(goal) for goal in found.month.goals]
    edition = stored.state if stored else ""
    shown = {"facts": found, "goals": lines, "room": ROOMS[0], "few": few_words, "edition": edition}
    return _Made(named, uow.compose("reports/quarter", title=named, **shown), Told(found.shown))
