"""Seeing an edition before anybody else does: previews for each audience, and test copies to oneself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Actions, Button, Context, Divider, Message, spans
from bot.chat.replies import Reply
from handlers.newsletter import audiences
from handlers.newsletter.editions import current, version, whole
from handlers.newsletter.publishing import chosen_channels, no_mail
from storage.audit_log import note_read
from storage.queries import people
from storage.queries.reports import APPROVED, CORRECTED, DRAFT, PUBLISHED, ReportView, as_published
from storage.queries.subscribers import receiving
from storage.uow import Destination, UnitOfWork

AUDIENCES: Mapping[str, str] = {
    "channel": "channel",
    "channels": "channel",
    "chat": "channel",
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "web": "web",
    "page": "web",
}
_SHOWN: Mapping[str, Callable[[UnitOfWork, ReportView], Message]] = {
    "channel": audiences.channel_post,
    "email": lambda uow, view: audiences.mail(uow, view, "en"),
    "web": audiences.page,
}


def preview(command: Command, uow: UnitOfWork) -> Reply:
    """The edition as one audience will see it, privately; without a name the whole edition. A published one is shown
    as it was published."""
    view = current(command, uow)
    audience = command.values.get("audience", "")
    note_read(uow, "newsletter draft read", f"{view.period} revision {view.revision}", f"{view.id} {uow.person.id}")
    if audience in _SHOWN and view.state in (DRAFT, APPROVED):
        note = Context(spans(f"{_reach(uow, audience)} Preview for you alone; this edition is: {view.state}."))
        message = _SHOWN[audience](uow, view)
        return Reply(Message((note, *message.blocks), message.summary).plus(Actions(_buttons(view, audience))))
    if view.state in (PUBLISHED, CORRECTED):
        return Reply(as_published(uow, view))
    message = whole(uow, view, f"Preview for you alone. This edition is: {view.state}.")
    return Reply(message.plus(Divider(), Actions(_buttons(view, "web"))))


def _reach(uow: UnitOfWork, audience: str) -> str:
    """Who will see it like this."""
    if audience == "channel":
        names = [known.name for one in chosen_channels(uow) if (known := people.channel_by_id(uow, one))]
        return f"As it will be posted in {', '.join(names)}." if names else "No channel is chosen yet."
    if audience == "email":
        why_not = no_mail(uow)
        count = len(receiving(uow))
        readers = "1 subscriber gets" if count == 1 else f"{count} subscribers get"
        return why_not or f"As {readers} it by e-mail; with Spanish first for those who asked for it."
    return "As its page and its PDF show it."


def _buttons(view: ReportView, shown: str) -> tuple[Button, ...]:
    named = (("report", str(view.id)),)
    others = [("channel", "As a post"), ("email", "As an e-mail"), ("web", "As a page")]
    looks = [Button(label, "newsletter preview", (*named, ("audience", one))) for one, label in others if one != shown]
    following = {
        DRAFT: (Button("Approve", "newsletter approve", (*named, ("version", version(view))), "primary"),),
        APPROVED: (Button("Publish", "newsletter publish", named, "primary"),),
    }
    return (Button("Edit", "newsletter edit", named), *looks, *following.get(view.state, ()))


def test(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter test`: the post and the e-mail to the person who asks, marked TEST; the edition stays as it is."""
    view = current(command, uow)
    if view.state not in (DRAFT, APPROVED):
        raise UserError(f"This edition is {view.state}; a test copy is made of one that is still to go out.")
    key = f"newsletter_test:{view.id}:{uow.person.id}:{uow.at.isoformat()}"
    sent = ["the channel post, here in your direct messages"]
    to_me = Destination(person_id=uow.person.id)
    post = audiences.marked_as_test(audiences.channel_post(uow, view))
    uow.post("newsletter_test", to_me, post, key=f"{key}:post", subject_id=view.id)
    why_not = no_mail(uow)
    if not why_not and not uow.person.email:
        why_not = "Your own e-mail address is not known here, so no test e-mail was sent. Add it with /sip people."
    if not why_not:
        message = audiences.marked_as_test(audiences.mail(uow, view, "en"))
        by_mail = Destination(person_id=uow.person.id, platform="email")
        uow.post("newsletter_test", by_mail, message, key=f"{key}:mail", subject_id=view.id)
        sent.append(f"the e-mail, to {uow.person.email}")
    uow.audit("newsletter test copy", f"{view.period} revision {view.revision}")
    return Reply(uow.compose("newsletter/tested", sent=sent, why_not=why_not, edition=view))
