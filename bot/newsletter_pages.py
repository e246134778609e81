"""What the newsletter's pages show: the archive, the way out of the mailing list, and the editing page.

Nothing is written here. A page is made of a template and, where it has one, a form; no script, no cookie, nothing from
elsewhere.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Message
from bot.domain.newsletter import SECTION_CHARACTERS, count_words
from bot.domain.periods import Quarter
from bot.links import Links
from bot.newsletter_words import PageWords
from bot.pages import FORMATS, html_document
from bot.renderers.html import page, to_html, words
from bot.renderers.html_forms import form_html
from bot.web import Page
from handlers.newsletter import audiences
from handlers.newsletter.checks import notes, problems
from handlers.newsletter.editing import mark
from handlers.newsletter.editions import contents, title
from handlers.newsletter.review import order_mark
from handlers.newsletter.wins import available, now_told, places
from handlers.newsletter.words import section_title
from storage.audit_log import note_read
from storage.db import UNAVAILABLE, reading
from storage.queries.archive import Archived, archive_by_token
from storage.queries.reports import APPROVED, DRAFT, NEWSLETTER, ReportView, report_by_id
from storage.queries.review_links import ReviewLink, link_by_token
from storage.uow import UnitOfWork, reading_work, unit_of_work

# audience -> language of its reader
PREVIEWS: Mapping[str, str] = {"channel": "en", "email": "en", "email-es": "es", "web": "en"}


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition in the archive, in the page's language."""

    title: str
    published: str
    url: str
    pdf: str
    withdrawn: bool
    note: str


class NewsletterPages:
    """Pages by their links. All methods are safe from any thread."""

    def __init__(self, engine: Engine, clock: Clock, composer: Composer, public_url: str, links: Links) -> None:
        self._engine, self._clock, self._composer, self._public_url = engine, clock, composer, public_url
        self._links = links

    def archive(self, token: str, said: PageWords) -> Page | None:
        """All published editions; None for an unknown link."""
        opened = self._links.opened("archive", token)
        if opened is None or not opened.signed:
            return None
        with reading(self._engine) as connection:
            found = archive_by_token(connection, opened.name)
        if found is None:
            return None
        zone, address = ZoneInfo(found.zone), self._links.address
        editions = [_listed(one, said, zone, address(f"/r/{one.token}")) for one in found.editions]
        return self._shown("archive", said, organization=found.organization, editions=editions)

    def unsubscribe(self, said: PageWords) -> Page:
        """The question and its button; the same for every link, whether or not there is such a reader."""
        form = form_html(Form("", "", (), said.unsubscribe))
        return self._shown("unsubscribe", said, form)

    def unsubscribed(self, said: PageWords) -> Page:
        """The answer, whatever the link."""
        return self._shown("unsubscribed", said)

    def notice(self, kind: str, said: PageWords) -> Page:
        """`missing`: no such link, or no longer. `busy`: too many requests."""
        return self._shown("notice", said, kind=kind)

    def link(self, token: str) -> ReviewLink | None:
        """Whose editing page this is."""
        opened, at = self._links.opened("review", token), self._clock.read()
        return link_by_token(self._engine, opened.name, at) if opened and opened.signed else None

    def _note(self, link: ReviewLink) -> None:
        """Who has read the draft; not who only knocked."""
        with unit_of_work(self._engine, self._clock.read(), self._composer, organization=link.organization) as uow:
            uow.person = link.person
            note_read(uow, "newsletter draft read", f"report {link.report_id}", f"review {link.person.id}")

    def review(
        self,
        link: ReviewLink,
        token: str,
        said: PageWords,
        typed: Mapping[str, str] | None = None,
        errors: FormErrors | None = None,
        *,
        saved: bool = False,
    ) -> Page:
        """The editing page. `typed` and `errors`: what was sent and why it was not stored; then nothing typed is lost,
        and what the edition has now is what the next save is compared with."""
        try:
            self._note(link)
        except UNAVAILABLE:
            if errors is None:
                raise  # else a database that takes nothing would lose them; the page was noted when it was opened
        with self._work(link) as uow:
            view = _edition(uow, link)
            editable = view.state in (DRAFT, APPROVED)
            form = form_html(_form(view, said), typed, errors, said=said.form) if editable or typed else ""
            data = {
                "title": title(uow, view),
                "person": link.person.name,
                "saved": saved,
                "editable": editable,
                "state": view.state,
                "words": contents(view).words,
                "problems": problems(uow, view, said.language) if editable else [],
                "notes": notes(uow, view, said.language) if editable else [],
                "address": f"/review/{token}",
            }
        return self._shown("review", said, form, failed=errors is not None, **data)

    def preview(self, link: ReviewLink, audience: str) -> Page:
        """The edition exactly as that audience will get it. Raises KeyError for an audience there is not."""
        language = PREVIEWS[audience]
        self._note(link)
        with self._work(link) as uow:
            view = _edition(uow, link)
            if audience == "web":
                return Page(FORMATS["html"][0](audiences.page(uow, view)))
            if audience == "channel":
                return Page(html_document(audiences.channel_post(uow, view)).encode())
            return Page(_mail_html(audiences.mail(uow, view, language)).encode())

    def _work(self, link: ReviewLink) -> AbstractContextManager[UnitOfWork]:
        return reading_work(self._engine, self._clock.read(), self._composer, link.organization, self._public_url)

    def _shown(self, name: str, said: PageWords, more: str = "", *, failed: bool = False, **data: object) -> Page:
        message = self._composer.message(f"newsletter/page/{name}.{said.language}", **data)
        return Page(_document(message, more, said, failed=failed).encode())


def _document(message: Message, more: str, said: PageWords, *, failed: bool) -> str:
    """A whole page: the way to the other language, the message, then `more` (HTML)."""
    link = f'<a href="?lang={said.other_language}" lang="{said.other_language}">{words(said.other)}</a>'
    name = f"{said.failed}: {message.short()}" if failed else message.short()
    return page(name, f'<nav class="languages">{link}</nav>\n{to_html(message)}\n{more}', said.language)


def _listed(one: Archived, said: PageWords, zone: ZoneInfo, url: str) -> Listed:
    return Listed(
        said.quarter(Quarter.parse(one.period)),
        said.day(one.published_at.astimezone(zone).date()),
        url,
        f"{url}.pdf" if "pdf" in FORMATS else "",
        one.withdrawn,
        one.note,
    )


def _edition(uow: UnitOfWork, link: ReviewLink) -> ReportView:
    found = report_by_id(uow, NEWSLETTER, link.report_id)
    assert found is not None  # noqa: S101 - the link refers to it, and reports are never deleted
    return found


def _form(view: ReportView, said: PageWords) -> Form:
    """A place for each win and a text for each section; hidden, what they are compared with when they come back."""
    edition, known = contents(view), available(view)
    sections = tuple(
        Field(
            f"text_{section.id}",
            f"{section_title(section.id, said.language)} ({count_words(section.text)} {said.words})",
            "long",
            value=section.text,
            optional=True,
            max_length=SECTION_CHARACTERS,
        )
        for section in edition.sections
    )
    bases = tuple((f"base_{section.id}", mark(section.text)) for section in edition.sections)
    hidden = (
        ("delivery", secrets.token_urlsafe(16)),
        ("lang", said.language),
        ("base_wins_order", order_mark(now_told(edition, known))),
        *bases,
    )
    return Form("", "", (*places(edition, known, said.language), *sections), said.save, hidden)


def _mail_html(message: Message) -> str:
    """The e-mail's HTML with its pictures inside, as a mail program would show them."""
    from bot.renderers.email_html import to_mail  # only those who look at mail carry what drawing it takes

    mail = to_mail(message)
    html = mail.html
    for cid, picture in mail.images:
        html = html.replace(f"cid:{cid}", f"data:image/png;base64,{base64.b64encode(picture).decode()}")
    return html
