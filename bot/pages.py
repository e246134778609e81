"""Published reports as documents: the page behind a signed link and the files of `sipbot report`."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from bot.chat.codec import to_json
from bot.chat.messages import Actions, Button, Heading, Message, Text, spans
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import parse_period
from bot.domain.rollup import COLUMNS, month_rows
from bot.domain.sheets import to_csv
from bot.renderers.html import page, to_html
from bot.renderers.markdown import to_markdown
from bot.web import Page
from storage.db import reading
from storage.queries.reports import CORRECTED, NEWSLETTER, ROLLUP, PublicReport, report_by_token


def html_document(message: Message) -> str:
    """A whole page, readable on a phone, in the dark and on paper."""
    return page(message.short(), to_html(message))


# format -> (writer, content type)
FORMATS: dict[str, tuple[Callable[[Message], str], str]] = {
    "html": (html_document, "text/html; charset=utf-8"),
    "md": (to_markdown, "text/markdown; charset=utf-8"),
    "json": (to_json, "application/json"),
}
SHEET = "csv"  # a month's numbers; a newsletter has none of its own
_SHEET_TYPE = "text/csv; charset=utf-8"
_EXCEL_MARK = "\ufeff".encode()  # a downloaded file is opened in Excel, which takes UTF-8 without it for something else


def sheet(facts: MonthFacts) -> str:
    """A month's goals and strategies as CSV; cells that a spreadsheet would run are made text."""
    return to_csv(COLUMNS, month_rows(facts))


def report_page(engine: Engine, token: str, kind: str) -> Page | None:
    """What `/r/<token>.<kind>` shows; None for an unknown token or format, and for the sheet of what has none. A
    withdrawn report says so and why."""
    if kind not in FORMATS and kind != SHEET:
        return None
    with reading(engine) as connection:
        found = report_by_token(connection, token)
    if found is None:
        return None
    filename = "" if kind == "html" else f"{found.kind}-{found.period}.{kind}"
    if kind == SHEET:
        return Page(_EXCEL_MARK + sheet(found.facts).encode(), _SHEET_TYPE, filename) if found.facts else None
    writer, content_type = FORMATS[kind]
    return Page(writer(found.message or _withdrawn(found)).encode(), content_type, filename)


def _withdrawn(found: PublicReport) -> Message:
    """What stands where a report stood: why it was withdrawn, or corrected and where the newer one is."""
    period = parse_period(found.period, found.published_at.date()).title
    if found.state == CORRECTED:
        words = f"{found.organization} corrected this {_NAMES[found.kind]} for {period}. {found.reason}"
        newer = Actions((Button("Read the corrected edition", url=f"/r/{found.successor}", style="primary"),))
        return Message((Heading("Corrected"), Text(spans(words)), newer), "Corrected")
    words = f"{found.organization} withdrew this {_NAMES[found.kind]} for {period}."
    reason = (Text(spans(f"Reason: {found.reason}")),) if found.reason else ()
    return Message((Heading("Withdrawn"), Text(spans(words)), *reason), "Withdrawn")


_NAMES = {ROLLUP: "roll-up", NEWSLETTER: "newsletter"}
