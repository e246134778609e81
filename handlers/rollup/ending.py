"""Ending the links to a report: one of them, or all, also those that were posted (docs/decisions/0011)."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.periods import Month, Quarter
from bot.domain.report_names import FullQuarter, ProgressReport, parse_report
from storage.queries import report_links, reports
from storage.queries.ids import row_id
from storage.uow import UnitOfWork


def links(command: Command, uow: UnitOfWork) -> Reply:
    """Who has a link of their own to a report, each with a button that ends it."""
    name, _, found = _reports(command, uow)
    live = report_links.live_links(uow, found)
    period = command.values.get("period", "")
    return Reply(uow.compose("reports/links", of=name, links=live, zone=uow.organization.tz, period=period))


def revoke(command: Command, uow: UnitOfWork) -> Reply:
    """End one link (`link`), or all to a report. Whoever asks for the report again gets a new one."""
    one = row_id(command.values.get("link", ""))
    if one is not None:
        if not report_links.revoke_one(uow, one):
            raise UserError("That link was ended already.")
        uow.audit("link revoked", f"link {one}")
        return Reply(uow.compose("reports/revoked", of="", count=1, archived=False))
    name, kind, found = _reports(command, uow)
    count = report_links.revoke_all(uow, found)
    uow.audit("links revoked", f"{name}: the posted one and {count} of people's own")
    return Reply(uow.compose("reports/revoked", of=name, count=count, archived=kind == reports.NEWSLETTER))


def _reports(command: Command, uow: UnitOfWork) -> tuple[str, str, list[int]]:
    """What it is called, its kind, and all its revisions' ids. Raises UserError where there is nothing with a page."""
    text = command.values.get("period", "").strip()
    try:
        wanted = parse_report(text, uow.today) if text else Month.of(uow.today).previous()
    except ValueError as error:
        raise UserError(str(error)) from None
    match wanted:
        case ProgressReport(number):
            name, kind, period = f"progress report {number}", reports.PROGRESS, f"PR{number}"
        case FullQuarter(quarter):
            name, kind, period = f"report-out {quarter.title}", reports.REPORT_OUT, str(quarter)
        case Quarter():
            name, kind, period = f"newsletter {wanted.title}", reports.NEWSLETTER, str(wanted)
        case _:
            name, kind, period = f"roll-up {wanted.title}", reports.ROLLUP, str(wanted)
    found = reports.revisions(uow, kind, period)
    if not found:
        raise UserError(f"There is no {name} with a page. Name another, like: /sip report revoke 2026-03")
    return name, kind, found
