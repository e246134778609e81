"""`export`: the files of a published report, or everything of the county, behind links of the asker's own."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Button, say
from bot.chat.replies import Reply
from bot.domain.periods import Month, parse_period
from storage.queries.report_links import export_link, own_link
from storage.queries.reports import NEWSLETTER, PUBLISHED, ROLLUP, latest
from storage.uow import UnitOfWork

_EVERYTHING = ("everything", "all")


def export(command: Command, uow: UnitOfWork) -> Reply:
    """The files of a published month or quarter; `export everything`: all data as a ZIP."""
    words = command.values.get("period", "").strip()
    if words.lower() in _EVERYTHING:
        return _everything(uow)
    try:
        period = parse_period(words, uow.today) if words else Month.of(uow.today).previous()
    except ValueError as error:
        raise UserError(str(error)) from None
    kind = ROLLUP if isinstance(period, Month) else NEWSLETTER
    found = latest(uow, kind, str(period), PUBLISHED)
    if found is None:
        raise UserError(f"Nothing was published for {period.title}. Ask for another, like: export 2026-03.")
    uow.audit("report exported", f"{kind} {period}")
    page = uow.page(f"/r/{own_link(uow, found)}") if uow.public_url else ""
    shown = {"title": period.title, "period": str(period), "page": page, "numbers": kind == ROLLUP}
    return Reply(uow.compose("records/export", **shown))


def _everything(uow: UnitOfWork) -> Reply:
    if not uow.public_url:
        raise UserError("The download needs an address. IT can set PUBLIC_URL, or run: sipbot export --out county.zip")
    words = (
        "Everything sipbot keeps of the county, as a ZIP of tables with a README. The link is yours alone and opens "
        "for an hour. The file has people's names and numbers that must not be published: keep it as you keep the plan."
    )
    button = Button("Download everything", url=uow.page(f"/export/{export_link(uow)}"), style="primary")
    once = Reply(say("The link was told once and is not kept. Ask for another: export everything."))
    return Reply(say(words, button), kept=once)
