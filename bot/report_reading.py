"""What stands behind /r/<token> and /export/<token>: a link that still opens, and a note of who read what by it."""

from __future__ import annotations

from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.messages import Heading, Message, Text, spans
from bot.links import Links
from bot.pages import html_document, report_page
from bot.web import Page
from storage.audit_log import READ, note_read, this_hour
from storage.db import reading
from storage.export import everything
from storage.queries import people
from storage.queries.report_links import EXPIRED, FoundLink, link_by_name
from storage.uow import UnitOfWork, reading_work, unit_of_work

_GONE = 410  # https://www.rfc-editor.org/rfc/rfc9110#name-410-gone


class Reading:
    """Safe from any thread."""

    def __init__(self, engine: Engine, clock: Clock, composer: Composer, links: Links) -> None:
        self._engine, self._clock, self._composer, self._links = engine, clock, composer, links

    def report(self, token: str, kind: str) -> Page | None:
        """A report as html, pdf, xlsx, md, csv or json, or a picture of it; None for no such link or format. A link
        that ended says so."""
        found = self._found("r", token)
        if found is None or found.report_id is None:
            return None
        if found.ended:
            return _over(found)
        name = self._links.opened("r", token)
        page = report_page(self._engine, name.name, kind, self._links, token) if name else None
        if page and not kind.endswith(".png"):  # platforms fetch a post's pictures by themselves
            self._note(found, kind)
        return page

    def export(self, token: str) -> Page | None:
        """Everything of an organization as a ZIP."""
        found = self._found("export", token)
        if found is None or found.report_id is not None:
            return None
        if found.ended:
            return _over(found)
        at = self._clock.read()
        with reading(self._engine) as connection:
            body = everything(connection, found.organization, at)
        with unit_of_work(self._engine, at, self._composer, organization=found.organization) as uow:
            _as_reader(uow, found)
            uow.audit("everything exported", f"link {found.link_id}, {len(body)} bytes")
        return Page(body, "application/zip", f"sipbot-export-{at:%Y-%m-%d}.zip")

    def _found(self, kind: str, token: str) -> FoundLink | None:
        opened = self._links.opened(kind, token)
        if opened is None:
            return None
        with reading(self._engine) as connection:
            found = link_by_name(connection, opened.name, self._clock.read())
        return found if found and (opened.signed or found.old) else None

    def _note(self, found: FoundLink, kind: str) -> None:
        """Once an hour for each link and format: what everybody has a link to is opened thousands of times."""
        at, of = self._clock.read(), found.organization
        subject = f"{f'link {found.link_id}' if found.link_id else f'report {found.report_id}'}:{kind}"
        with reading_work(self._engine, at, self._composer, of) as uow:
            if subject in uow.decided(READ, this_hour(at)):
                return
        with unit_of_work(self._engine, at, self._composer, organization=of) as uow:
            _as_reader(uow, found)
            whose = f"link {found.link_id}" if found.person_id else "everybody's link"
            note_read(uow, "report read", f"{found.what}, {kind}, by {whose}", subject)


def _as_reader(uow: UnitOfWork, found: FoundLink) -> None:
    """Who a link was made for answers for what is read by it."""
    if found.person_id and (reader := people.person_by_id(uow, found.person_id)):
        uow.person = reader


def _over(found: FoundLink) -> Page:
    how = "has expired" if found.ended == EXPIRED else "was ended by a coordinator"
    words = f"This link {how}. Ask the coordinator of {found.organization.name} for a new one."
    message = Message((Heading("This link no longer opens"), Text(spans(words))), "This link no longer opens")
    return Page(html_document(message).encode(), status=_GONE)
