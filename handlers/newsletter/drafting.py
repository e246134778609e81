"""Compiling a draft from the quarter's facts, by the calendar or on request."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.jobs import Due
from bot.chat.replies import Reply
from bot.domain import newsletter
from bot.domain.cadence import newsletter_draft_due
from bot.domain.frozen_data import from_data, to_data
from bot.domain.month_facts import WinFacts
from bot.domain.newsletter import Edition
from bot.domain.periods import Month, Quarter, check_year, parse_period
from bot.domain.quarter_facts import QuarterFacts, Stale
from handlers.newsletter.compiling import compiled, coordinators
from handlers.newsletter.editions import contents
from handlers.newsletter.status import status_message
from storage.models import report
from storage.queries import approvals, quarters, reports, settings
from storage.queries.reports import APPROVED, DRAFT, NEWSLETTER, PUBLISHED, WITHDRAWN, ReportView
from storage.uow import Destination, UnitOfWork

NO_PLAN = "There is no plan here yet, so there is nothing to write about. IT can load it with: sipbot plan import FILE."


def draft(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter draft [quarter]`: compile now or again. An approved edition becomes a draft again."""
    quarter = _quarter(command.values.get("quarter", ""), uow)
    view = compile_edition(uow, quarter)
    uow.audit("newsletter compiled", f"{quarter} revision {view.revision}")
    return Reply(status_message(uow, view, "Compiled from what was recorded up to now. Edited sections were kept."))


def _quarter(text: str, uow: UnitOfWork) -> Quarter:
    """What was asked for; else the edition in work, else the quarter that ended last unless it is out already."""
    if not text.strip():
        working = reports.latest(uow, NEWSLETTER, "", DRAFT, APPROVED)
        if working:
            return Quarter.parse(working.period)
        this = Quarter.of(uow.today)
        out = reports.latest(uow, NEWSLETTER, str(this.previous()), PUBLISHED)
        first = reports.first_month(uow)
        return this if out or (first and first.quarter >= this) else this.previous()
    try:
        period = parse_period(text, uow.today)
        check_year(period, uow.today)
    except ValueError as error:
        raise UserError(str(error)) from None
    quarter = period.quarter if isinstance(period, Month) else period
    if quarter.first > uow.today:
        raise UserError(f"{quarter.title} has not begun. Choose this quarter or an earlier one.")
    return quarter


def compile_edition(uow: UnitOfWork, quarter: Quarter) -> ReportView:
    """Make or refresh the quarter's draft. Raises UserError without a plan and when the edition is published. After a
    withdrawal it is a new revision, and an edition like any other, whatever the withdrawn one corrected."""
    facts = quarters.quarter_facts(uow, quarter)
    if facts is None:
        raise UserError(NO_PLAN)
    found = reports.latest(uow, NEWSLETTER, str(quarter))
    if found and found.state != WITHDRAWN:
        found = _stored(uow, found.id)  # whoever held it until now may have published it
    if found and found.state == PUBLISHED:
        named = (("report", str(found.id)),)
        correct, withdraw = ("Correct it", "newsletter correct", named), ("Withdraw it", "newsletter withdraw", named)
        raise UserError(
            f"The newsletter for {quarter.title} is published. To change it, correct it or withdraw it first.",
            (correct, withdraw),
        )
    older = contents(found) if found else None
    fresh = edition = compiled(uow, facts, older.wins if older else ())
    if found and older:
        edition, before = fresh.keeping_edits_of(older), from_data(QuarterFacts, found.facts)
        facts = replace(facts, former=_former(before, facts, edition), stale=_stale(uow, before, fresh, edition))
    if found and found.state != WITHDRAWN:
        uow.change(report, report.c.id == found.id, state=DRAFT, facts=to_data(facts), content=edition.to_data())
        approvals.forget(uow, found.id)
        return _stored(uow, found.id)
    stored = uow.insert(
        report,
        kind=NEWSLETTER,
        period=str(quarter),
        revision=found.revision + 1 if found else 1,
        state=DRAFT,
        facts=to_data(facts),
        content=replace(edition, correction=None).to_data(),
        token=secrets.token_urlsafe(24),
        created_at=uow.at,
    )
    return _stored(uow, stored)


def _former(before: QuarterFacts, facts: QuarterFacts, edition: Edition) -> tuple[WinFacts, ...]:
    """The stories as they were told until now, where a section that a person wrote still tells them so."""
    words = dict.fromkeys((*before.wins, *before.former))
    return tuple(win for win in words if win not in facts.wins and newsletter.tells(edition, win.text))


def _stale(uow: UnitOfWork, before: QuarterFacts, fresh: Edition, edition: Edition) -> tuple[Stale, ...]:
    """The numbers that are not so any more, where a section that a person wrote still has them and nothing that was
    compiled now does."""
    words = dict.fromkeys((*before.stale, *quarters.no_longer_so(uow, before)))
    return tuple(
        one
        for one in words
        if newsletter.written(edition, one.words) and not any(newsletter.says(s, one.words) for s in fresh.sections)
    )


def _stored(uow: UnitOfWork, report_id: int) -> ReportView:
    view = reports.report_by_id(uow, NEWSLETTER, report_id, lock=True)
    assert view is not None  # noqa: S101 - found or written in this transaction
    return view


def due(uow: UnitOfWork) -> Iterable[Due]:
    """The quarter that ended last, from the day its draft is due. Older ones are not caught up on their own: a stale
    newsletter helps nobody, and `newsletter draft Q1 2026` makes one."""
    quarter = Quarter.of(uow.today).previous()
    calendar, days = settings.work_calendar(uow), settings.number(uow, "draft_days")
    moment = newsletter_draft_due(quarter, calendar, uow.organization.tz, settings.send_at(uow), days)
    if moment > uow.at or reports.decided_periods(uow, "newsletter_draft", [str(quarter)]):
        return []
    first = reports.first_month(uow)
    return [Due("all", str(quarter), moment)] if first and first.quarter <= quarter else []


def compile_due(uow: UnitOfWork, one: Due) -> None:
    """Compile the draft and ask every coordinator, privately, to review it; not if a person was faster."""
    quarter = Quarter.parse(one.period)
    if reports.latest(uow, NEWSLETTER, one.period, APPROVED, PUBLISHED, WITHDRAWN):
        return
    view = compile_edition(uow, quarter)
    message = status_message(uow, view, "The draft of the quarter's newsletter is ready for your review.")
    for person in coordinators(uow):
        key = f"newsletter_draft:{quarter}:{person.id}"
        to = Destination(person_id=person.id)
        uow.post("newsletter_draft", to, message, key=key, period=one.period, subject_id=view.id)
