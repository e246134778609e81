"""An edition as each audience sees it: the post in a channel, the e-mail, the page. Previews, test copies and the
publication itself are made by the same functions, so what was looked at is what goes out."""

from __future__ import annotations

from bot.chat.messages import Heading, Message, in_language
from bot.domain import newsletter
from handlers.newsletter.editions import contents, title, whole
from storage.queries.reports import ReportView
from storage.uow import UnitOfWork

NOT_LISTED = ("hello", "foot")


def channel_post(uow: UnitOfWork, view: ReportView) -> Message:
    """Hello, what is in it, and a link to the page; where the pages have no address, the edition itself."""
    if not uow.public_url:
        return whole(uow, view)
    edition = contents(view)
    heads = [s.title for s in edition.sections if s.id not in NOT_LISTED and s.text.strip()]
    hello = newsletter.parts(edition.text_of("hello"))
    first = hello[0].lines[0] if hello else ""
    url = uow.page(f"/r/{view.token}")
    return uow.compose("newsletter/digest", title=title(uow, view), hello=first, heads=heads, url=url)


def page(uow: UnitOfWork, view: ReportView) -> Message:
    """The whole edition, as its page and its PDF show it."""
    return whole(uow, view)


def mail(uow: UnitOfWork, view: ReportView, language: str, unsubscribe: str = "") -> Message:
    """The whole edition with a foot of its own, in the reader's language; those who read Spanish get the Spanish part
    first. `unsubscribe`: the address of their own way out, "" in a preview."""
    edition = whole(uow, view, spanish_first=language == "es")
    foot = uow.compose(
        f"newsletter/mail_foot_{'es' if language == 'es' else 'en'}",
        organization=uow.organization.name,
        url=uow.page(f"/r/{view.token}"),
        unsubscribe=unsubscribe,
    )
    return edition.plus(*(in_language(foot.blocks, "es") if language == "es" else foot.blocks))


def marked_as_test(message: Message) -> Message:
    """The same message, which nobody can take for the real one: its heading and its subject say so."""
    return Message((Heading("TEST copy, not published"), *message.blocks), f"TEST: {message.short()}")
