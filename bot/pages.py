"""Published reports as documents: the page behind a signed link, its charts, and the files of `sipbot report`. And the
house's own pages, which the platforms' app directories point to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Engine

from bot.chat.calls import CALL, SLASH
from bot.chat.codec import to_json
from bot.chat.compose import Composer
from bot.chat.messages import Actions, Button, Chart, Context, Heading, Message, Span, Text, spans
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import parse_period
from bot.domain.rollup import COLUMNS, month_rows
from bot.domain.sheets import to_csv
from bot.links import Links
from bot.month_book import month_book
from bot.renderers.chart import chart_png
from bot.renderers.html import file_links, page, to_html
from bot.renderers.markdown import to_markdown
from bot.renderers.pdf import to_pdf
from bot.web import Page
from storage.db import reading
from storage.queries.reports import (
    CORRECTED,
    NEWSLETTER,
    PROGRESS,
    REPORT_OUT,
    ROLLUP,
    PublicReport,
    report_by_token,
)


def html_document(message: Message, files: str = "") -> str:
    """A whole page, readable on a phone, in the dark and on paper. `files`: HTML of links to its other formats."""
    return page(message.short(), to_html(message) + files)


# format -> (writer, content type)
FORMATS: dict[str, tuple[Callable[[Message], bytes], str]] = {
    "html": (lambda message: html_document(message).encode(), "text/html; charset=utf-8"),
    "pdf": (to_pdf, "application/pdf"),
    "md": (lambda message: to_markdown(message).encode(), "text/markdown; charset=utf-8"),
    "json": (lambda message: to_json(message).replace(CALL, SLASH).encode(), "application/json"),
}


# name -> served at /name, written in templates/pages/name.md.j2 (the Teams manifest's privacyUrl and termsOfUseUrl)
HOUSE = ("privacy", "terms")


def house_page(composer: Composer, name: str) -> Page:
    """One of the house's own pages, in the county's words where it has them."""
    return Page(html_document(composer.message(f"pages/{name}")).encode())


def sheet(facts: MonthFacts) -> bytes:
    """A month's goals and strategies as CSV; cells that a spreadsheet would run are made text."""
    return to_csv(COLUMNS, month_rows(facts)).encode()


# a month's numbers; a newsletter has none of its own
SHEETS: dict[str, tuple[Callable[[MonthFacts], bytes], str]] = {
    "xlsx": (month_book, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (sheet, "text/csv; charset=utf-8"),
}
_EXCEL_MARK = "\ufeff".encode()  # a downloaded file is opened in Excel, which takes UTF-8 without it for something else
_NAMES = {ROLLUP: "roll-up", NEWSLETTER: "newsletter", REPORT_OUT: "report-out", PROGRESS: "draft"}
_CHART = re.compile(r"chart-([1-9]\d?)\.png")
# Seconds in which a picture may be shown again without asking; a story or report that is withdrawn stays no longer.
_PICTURE_AGE = 3600


def report_page(engine: Engine, name: str, kind: str, links: Links = Links(), token: str = "") -> Page | None:  # noqa: B008
    """What `/r/<token>.<kind>` shows, or `/r/<token>/chart-<n>.png` for a kind of that name; None for an unknown link's
    name or format, and for the sheet of what has none. A withdrawn report says so and why. Whether the link still opens
    is bot/report_reading.py's to say."""
    chart = _CHART.fullmatch(kind)
    if kind not in FORMATS and kind not in SHEETS and not chart:
        return None
    with reading(engine) as connection:
        found = report_by_token(connection, name)
    if found is None:
        return None
    if chart:
        return _picture(found, int(chart[1]))
    filename = "" if kind == "html" else f"{found.kind}-{found.period}.{kind}"
    if kind in SHEETS:
        return _sheet(found, kind, filename)
    if kind == "html" and found.message:
        return Page(html_document(links.sign(_shown(found)), _files(found, token or name)).encode())
    writer, content_type = FORMATS[kind]
    return Page(writer(links.sign(_shown(found))), content_type, filename)


def _shown(found: PublicReport) -> Message:
    """The report as it was published; above a revised one stands where the newer is."""
    if found.message is None:
        return _withdrawn(found)
    if found.newest == found.revision:
        return found.message
    words = f"This {_NAMES[found.kind]} was revised. Read revision {found.newest}."
    notice = Context((Span(words, href=f"/r/{found.newest_token}"),))
    return replace(found.message, blocks=(notice, *found.message.blocks))


def _sheet(found: PublicReport, kind: str, filename: str) -> Page | None:
    if found.facts is None:
        return None
    writer, content_type = SHEETS[kind]
    mark = _EXCEL_MARK if kind == "csv" else b""
    return Page(mark + writer(found.facts), content_type, filename)


def _picture(found: PublicReport, number: int) -> Page | None:
    """The report's chart of that number, counted from 1."""
    charts = [block for block in found.message.blocks if isinstance(block, Chart)] if found.message else []
    if number > len(charts):
        return None
    return Page(chart_png(charts[number - 1]), "image/png", max_age=_PICTURE_AGE)


def _files(found: PublicReport, token: str) -> str:
    labels = {"pdf": "PDF, to print"} | ({"xlsx": "Numbers for Excel", "csv": "Numbers as CSV"} if found.facts else {})
    return file_links([(label, f"{token}.{kind}") for kind, label in labels.items()])


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
