"""Published reports as documents: the page behind a signed link and the files of `sipbot report`."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from bot.chat.codec import to_json
from bot.chat.messages import Context, Message, Text, spans
from bot.renderers.html import page, to_html
from bot.renderers.markdown import to_markdown
from bot.web import Page
from storage.queries.reports import report_by_token


def html_document(message: Message) -> str:
    """A whole page, readable on a phone, in the dark and on paper."""
    return page(message.short(), to_html(message))


# format -> (writer, content type)
FORMATS: dict[str, tuple[Callable[[Message], str], str]] = {
    "html": (html_document, "text/html; charset=utf-8"),
    "md": (to_markdown, "text/markdown; charset=utf-8"),
    "json": (to_json, "application/json"),
}


def report_page(engine: Engine, token: str, kind: str) -> Page | None:
    """What `/r/<token>.<kind>` shows; None for an unknown token or format. A withdrawn report says so and why."""
    if kind not in FORMATS:
        return None
    with engine.connect() as connection:
        found = report_by_token(connection, token)
    if found is None:
        return None
    message = found.message
    if message is None:
        words = f"{found.organization} withdrew this {found.kind.replace('rollup', 'roll-up')} for {found.period}."
        message = Message((Text(spans(words)), Context(spans(found.reason))), "Withdrawn")
    writer, content_type = FORMATS[kind]
    filename = "" if kind == "html" else f"{found.kind}-{found.period}.{kind}"
    return Page(writer(message).encode(), content_type, filename)
