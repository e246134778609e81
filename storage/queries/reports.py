"""Reports as they are stored: published roll-ups, editions of the newsletter, and the page behind a token.

A report's `facts` are what it was made from and never change; what may be shown of it is decided here for the page
(`report_by_token`), because the page knows nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from bot.chat.codec import from_data as message_from
from bot.chat.codec import to_data as message_data
from bot.chat.messages import Message
from bot.domain.frozen_data import from_data, to_data
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month, Quarter
from bot.domain.small_cells import NOTHING_SHOWN, Shown
from storage.models import ledger, link, organization, outbox, plan, plan_change, report, update
from storage.outbox import DEAD
from storage.queries.told_stories import lapsed, told, without
from storage.tenancy import across, within
from storage.uow import UnitOfWork

ROLLUP, NEWSLETTER = "rollup", "newsletter"
MAIL = "newsletter_mail"  # an edition's e-mails in the outbox; its posts there are of the report's kind
# Working papers: their page shows them as they were compiled last, and they are never published.
REPORT_OUT, PROGRESS = "report_out", "progress"
POSTED = "posted report"  # to a channel on request, as it stood then; it has no page of its own
DRAFT, APPROVED, PUBLISHED, CORRECTED, WITHDRAWN = "draft", "approved", "published", "corrected", "withdrawn"


@dataclass(frozen=True, slots=True)
class ReportView:
    """A stored report. `period` is a month or a quarter in its stored form. `corrects_id`: the published revision that
    this one takes the place of."""

    id: int
    kind: str
    period: str
    revision: int
    state: str
    facts: Mapping[str, Any]
    content: Mapping[str, Any]
    token: str
    created_at: datetime
    approved_at: datetime | None
    published_at: datetime | None
    reason: str
    corrects_id: int | None = None

    @property
    def title(self) -> str:
        """`March 2026 roll-up`, `newsletter Q1 2026, January–March`."""
        if self.kind == ROLLUP:
            return f"{Month.parse(self.period).title} roll-up"
        return f"newsletter {Quarter.parse(self.period).title}"


@dataclass(frozen=True, slots=True)
class PublicReport:
    """What `/r/<token>` may show. `message` is None once the report was withdrawn or corrected: then only `reason` is
    told, and `successor` is the token of the edition that stands in its place. `facts`: a roll-up's, for its table;
    None for everything else. `newest` and `newest_token` are of the period's newest published revision, which is this
    one itself unless it was revised."""

    organization: str
    zone: str
    kind: str
    period: str
    state: str
    published_at: datetime
    message: Message | None
    reason: str
    facts: MonthFacts | None
    revision: int
    newest: int
    newest_token: str
    successor: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells that is looked for later: numbers of people that none before it did, and stories with their
    words."""

    shown: Shown = NOTHING_SHOWN
    wins: tuple[tuple[int, str], ...] = ()

    def to_data(self) -> dict[str, Any]:
        """As a report's facts."""
        wins = [{"story": key, "text": text} for key, text in self.wins]
        return {"wins": wins} | ({} if self.shown == NOTHING_SHOWN else {"shown": to_data(self.shown)})


NOTHING_TOLD = Told()
_COLUMNS = tuple(report.c[name] for name in ReportView.__slots__)


def _mine(uow: UnitOfWork, kind: str) -> Any:
    return select(*_COLUMNS).where(report.c.organization_id == uow.organization.id, report.c.kind == kind)


def _view(row: Any) -> ReportView:
    return ReportView(*row)


def latest(uow: UnitOfWork, kind: str, period: str = "", *states: str) -> ReportView | None:
    """The newest revision of a period's report, or the newest of all; only in `states` where they are given."""
    statement = _mine(uow, kind)
    if period:
        statement = statement.where(report.c.period == period)
    if states:
        statement = statement.where(report.c.state.in_(states))
    row = uow.row(statement.order_by(report.c.period.desc(), report.c.revision.desc()).limit(1))
    return _view(row) if row else None


def revisions(uow: UnitOfWork, kind: str, period: str) -> list[int]:
    """Ids of all revisions of a period's report."""
    mine = (report.c.organization_id == uow.organization.id, report.c.kind == kind, report.c.period == period)
    return list(uow.rows(select(report.c.id).where(*mine).order_by(report.c.id)).scalars())


def report_by_id(uow: UnitOfWork, kind: str, report_id: int, *, lock: bool = False) -> ReportView | None:
    """One report of this kind in the organization; with `lock` it is ours until the transaction ends."""
    statement = _mine(uow, kind).where(report.c.id == report_id)
    row = uow.row(statement.with_for_update() if lock else statement)  # SQLite has one writer and leaves this out
    return _view(row) if row else None


def published(uow: UnitOfWork, kind: str) -> list[ReportView]:
    """All reports of a kind that are public now, oldest period first."""
    statement = _mine(uow, kind).where(report.c.state == PUBLISHED).order_by(report.c.period, report.c.revision)
    return [_view(row) for row in uow.rows(statement)]


def published_after(uow: UnitOfWork, at: datetime) -> bool:
    """Whether any report went out after that moment."""
    statement = select(report.c.id).where(report.c.organization_id == uow.organization.id, report.c.published_at > at)
    return uow.row(statement.limit(1)) is not None


def published_facts(uow: UnitOfWork, month: Month) -> MonthFacts | None:
    """The facts a month's roll-up was published with."""
    found = latest(uow, ROLLUP, str(month), PUBLISHED)
    return from_data(MonthFacts, found.facts) if found else None


def report_by_token(connection: Connection, token: str) -> PublicReport | None:
    """The page of a published or withdrawn report, or of a working paper, in whatever organization; other drafts have
    no page."""
    out = and_(report.c.state.in_((PUBLISHED, CORRECTED, WITHDRAWN)), report.c.kind != POSTED)
    has_page = or_(out, report.c.kind.in_((REPORT_OUT, PROGRESS)))
    own = select(link.c.report_id).where(link.c.name == token).scalar_subquery()
    statement = (
        select(*_COLUMNS, report.c.organization_id, organization.c.name, organization.c.zone)
        .join(organization, organization.c.id == report.c.organization_id)
        .where(or_(report.c.token == token, report.c.id == own), has_page)
    )
    across(connection)
    row = connection.execute(statement).first()
    if row is None:
        return None
    within(connection, row.organization_id)
    shown = facts = None
    if row.state not in (CORRECTED, WITHDRAWN):
        shown = _shown(connection, row.organization_id, row.facts, row.content)
        facts = from_data(MonthFacts, row.facts) if row.kind == ROLLUP else None
    newest = connection.execute(
        select(report.c.revision, report.c.token)
        .where(
            report.c.organization_id == row.organization_id,
            report.c.kind == row.kind,
            report.c.period == row.period,
            or_(report.c.state == PUBLISHED, report.c.id == row.id),
        )
        .order_by(report.c.revision.desc())
        .limit(1)
    ).one()
    reason, successor = (
        _correction(connection, row.organization_id, row.id) if row.state == CORRECTED else (row.reason, "")
    )
    return PublicReport(
        row.name, row.zone, row.kind, row.period, row.state, row.published_at or row.created_at, shown, reason,
        facts, row.revision, newest.revision, newest.token, successor,
    )  # fmt: skip


def _correction(connection: Connection, mine: int, report_id: int) -> tuple[str, str]:
    """(why a report was corrected, the token of what stands in its place now: corrected again, of the newest)"""
    reason = token = ""
    following: int | None = report_id
    while following is not None:
        statement = select(report).where(
            report.c.organization_id == mine, report.c.corrects_id == following, report.c.published_at.is_not(None)
        )
        row = connection.execute(statement.order_by(report.c.revision.desc()).limit(1)).first()
        if row is not None:
            reason, token = reason or row.content["correction"]["reason"], row.token
        following = row.id if row is not None else None
    return reason, token


def lineage(uow: UnitOfWork, view: ReportView) -> list[int]:
    """Ids of the report and of all it corrected, newest first."""
    found: list[int] = []
    one: ReportView | None = view
    while one is not None:
        found.append(one.id)
        one = report_by_id(uow, one.kind, one.corrects_id) if one.corrects_id else None
    return found


def as_published(uow: UnitOfWork, view: ReportView) -> Message:
    """The message of a published report, without the stories that were taken back since."""
    return _shown(uow.connection, uow.organization.id, view.facts, view.content)


def _shown(connection: Connection, mine: int, facts: Mapping[str, Any], content: Mapping[str, Any]) -> Message:
    """A roll-up's content is its message; an edition's stands beside its sections."""
    found: Message = message_from(content.get("message", content))
    gone = lapsed(connection, mine, facts, content)
    return without(found, gone) if gone else found


def keep_paper(
    uow: UnitOfWork, kind: str, period: str, message: Message, wins: Iterable[tuple[int, str]] = ()
) -> ReportView:
    """Keep a working paper, in place of what was compiled for the period before. Its page has only people's own links
    (storage/queries/report_links.py). `wins`: the stories it tells, with their words."""
    content, found, facts = message_data(message), latest(uow, kind, period), Told(wins=tuple(wins)).to_data()
    uow.audit(f"{kind.replace('_', ' ')} compiled", period)
    if found:
        uow.change(report, report.c.id == found.id, facts=facts, content=content, created_at=uow.at)
        return found
    given = {"kind": kind, "period": period, "state": DRAFT, "token": secrets.token_urlsafe(24), "created_at": uow.at}
    key = uow.insert(report, facts=facts, content=content, **given)
    return _view(uow.row(_mine(uow, kind).where(report.c.id == key)))


def told_by(view: ReportView) -> Told:
    """Of a published report shown again: its numbers are known already."""
    return Told(
        wins=tuple((win["story"], win["text"]) for name in ("wins", "former") for win in view.facts.get(name, ()))
    )


def keep_post(uow: UnitOfWork, period: str, message: Message, given: Told) -> int:
    """Keep what is posted to a channel on request; the row's id. What it tells counts as published."""
    before = latest(uow, POSTED, period)
    return uow.insert(
        report,
        kind=POSTED,
        period=period,
        revision=before.revision + 1 if before else 1,
        state=PUBLISHED,
        facts=given.to_data(),
        content=message_data(message),
        token=secrets.token_urlsafe(24),
        created_at=uow.at,
        published_at=uow.at,
    )


def stories_told(uow: UnitOfWork) -> set[int]:
    """Ids of the stories that any report tells, drafts among them."""
    rows = uow.rows(select(report.c.facts, report.c.content).where(report.c.organization_id == uow.organization.id))
    return {key for row in rows for key in told(row.facts, row.content)}


def told_in(uow: UnitOfWork, story_id: int) -> list[ReportView]:
    """The published reports that tell a story, the oldest period first."""
    return [
        view
        for kind in (ROLLUP, NEWSLETTER)
        for view in published(uow, kind)
        if story_id in told(view.facts, view.content)
    ]


def decided_periods(uow: UnitOfWork, job: str, periods: Iterable[str]) -> frozenset[str]:
    """Which of these periods the ledger has for a job, in one statement."""
    statement = select(ledger.c.period).where(
        ledger.c.organization_id == uow.organization.id, ledger.c.job == job, ledger.c.period.in_(list(periods))
    )
    return frozenset(uow.rows(statement).scalars())


def first_month(uow: UnitOfWork) -> Month | None:
    """The month in which there first was a plan here: of its import, or of an earlier update or change, because a later
    import moves the plan's own date. None without a plan."""
    mine = uow.organization.id
    statement = select(
        select(func.min(plan.c.imported_at)).where(plan.c.organization_id == mine).scalar_subquery(),
        select(func.min(update.c.at)).where(update.c.organization_id == mine).scalar_subquery(),
        select(func.min(plan_change.c.at)).where(plan_change.c.organization_id == mine).scalar_subquery(),
    )
    moments = tuple(uow.rows(statement).one())
    if moments[0] is None:
        return None
    earliest = min(at for at in moments if at is not None)
    return Month.of(earliest.astimezone(uow.organization.tz).date())


@dataclass(frozen=True, slots=True)
class Posted:
    """Where an edition was posted; `remote_id` is empty until it was delivered."""

    channel_id: int
    remote_id: str


def posts_of(uow: UnitOfWork, kind: str, report_id: int) -> list[Posted]:
    """The channel posts of a report, without those that were taken out of the queue before they were ever sent."""
    return _posts(uow, kind, outbox.c.subject_id == report_id)


def not_seen_in(uow: UnitOfWork, kind: str, report_id: int) -> list[int]:
    """Channels in which a report did not appear: its post is a dead letter, or was never tried."""
    statement = select(outbox.c.channel_id).where(
        outbox.c.organization_id == uow.organization.id,
        outbox.c.kind == kind,
        outbox.c.subject_id == report_id,
        outbox.c.channel_id.is_not(None),
        outbox.c.remote_id == "",
        or_(outbox.c.state == DEAD, outbox.c.attempts == 0),
    )
    return list(uow.rows(statement).scalars())


def posts_of_period(uow: UnitOfWork, kind: str, period: str) -> list[Posted]:
    """The channel posts of a period's reports, whatever their revision."""
    return _posts(uow, kind, outbox.c.period == period)


def _posts(uow: UnitOfWork, kind: str, which: ColumnElement[bool]) -> list[Posted]:
    rows = uow.rows(
        select(outbox.c.channel_id, outbox.c.remote_id).where(
            outbox.c.organization_id == uow.organization.id,
            outbox.c.kind == kind,
            which,
            outbox.c.channel_id.is_not(None),
            outbox.c.thread == "",
            or_(outbox.c.state != DEAD, outbox.c.attempts > 0),
        )
    )
    return [Posted(row.channel_id, row.remote_id) for row in rows]
