"""Publishing an approved edition: its page is frozen, posts and e-mails are queued. And withdrawing it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.chat.codec import to_data as message_data
from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Text, spans
from bot.chat.replies import Reply
from handlers.newsletter import audiences
from handlers.newsletter.approving import missing, move
from handlers.newsletter.checks import problems
from handlers.newsletter.correcting import (
    being_written,
    not_reached,
    of_its_own,
    put_in_place,
    sentence,
    tell_the_threads,
)
from handlers.newsletter.editing import mark
from handlers.newsletter.editions import contents, current, title
from handlers.newsletter.reasons import doubtful, refused
from handlers.newsletter.status import refusal, status_message
from storage.queries import people, reports, settings
from storage.queries.reports import APPROVED, DRAFT, MAIL, NEWSLETTER, PUBLISHED, WITHDRAWN, ReportView
from storage.queries.subscribers import receiving
from storage.queries.told_stories import hold, told
from storage.uow import Destination, UnitOfWork

_REASON = 500  # characters
_NO_CORRECTION = (
    "The correction that was begun is an edition of its own now, for everybody, and says nothing of this one."
)


def publish(command: Command, uow: UnitOfWork) -> Reply:
    """approved -> published: the page is frozen and what goes out is queued. A correction takes the place of the
    edition it corrects: a note in the threads, and e-mail only where that was chosen; whoever that edition did not
    reach gets this one."""
    view = current(command, uow, change=True)
    if view.state != APPROVED:
        how = "Approve it first" if view.state == DRAFT else "See what can be done with it"
        raise UserError(f"{title(uow, view)} is not approved: it is {view.state}. {how}: newsletter.")
    view = of_its_own(uow, view)
    hold(uow, told(view.facts, view.content))
    found = problems(uow, view)
    if found:
        return Reply(refusal(uow, view, "published", found))
    if why_not := missing(uow, view):
        raise UserError(why_not)
    correction = contents(view).correction
    late = not_reached(uow, view) if correction else []
    channels = [to.channel_id for to in late if to.channel_id] if correction else _channels(uow)
    message = audiences.page(uow, view)
    content = {**view.content, "message": message_data(message)}
    move(uow, view, PUBLISHED, published_at=uow.at, content=content)
    published = replace(view, state=PUBLISHED, content=content)
    went = _post(uow, view, channels)
    if correction:
        went.append(put_in_place(uow, view, correction.reason, channels))
    everybody = not correction or correction.mail
    went += _mail(uow, view, None if everybody else {to.subscriber_id for to in late})
    why_not = no_mail(uow) if receiving(uow) else ""
    opening = " ".join(filter(None, ("Published.", *went, "It is in the archive.", why_not)))
    return Reply(status_message(uow, published, opening))


def chosen_channels(uow: UnitOfWork) -> list[int]:
    """The newsletter's channels, else the executives', as far as they are known."""
    chosen = settings.channel_ids(uow, "newsletter_channels") or settings.channel_ids(uow, "executive_channel")
    return [channel for channel in chosen if people.channel_by_id(uow, channel)]


def _channels(uow: UnitOfWork) -> list[int]:
    """Raises UserError where neither a channel nor a subscriber would get it."""
    known = chosen_channels(uow)
    if not known and (no_mail(uow) or not receiving(uow)):
        raise UserError(
            "No channel is set for the newsletter, so it was not published. Choose one in the settings first.",
            (("Settings", "settings", ()),),
        )
    return known


def _post(uow: UnitOfWork, view: ReportView, channels: list[int]) -> list[str]:
    """Queue the posts; where they will appear."""
    again = f":{view.revision}" if view.revision > 1 else ""  # a new revision after a withdrawal is a new post
    post = audiences.channel_post(uow, view)
    for channel in channels:
        key = f"newsletter:{view.period}:{channel}{again}"
        to = Destination(channel_id=channel)
        uow.post("newsletter", to, post, key=key, period=view.period, subject_id=view.id)
    names = ", ".join(known.name for one in channels if (known := people.channel_by_id(uow, one)))
    return [f"It will appear in a moment in {names}."] if names else []


def no_mail(uow: UnitOfWork) -> str:
    """Why no e-mail can go out, or ""."""
    if not uow.mail:
        return "E-mail is not set up here, so none is sent. IT can do that with SMTP_URL and SMTP_FROM."
    if not uow.public_url:
        return "E-mail needs PUBLIC_URL for the link to unsubscribe, so none is sent. IT can set it."
    return ""


def _mail(uow: UnitOfWork, view: ReportView, only: Collection[int | None] | None) -> list[str]:
    """Queue one e-mail a subscriber (of `only`, where given), each with their own way out; to how many."""
    readers = [] if no_mail(uow) else [one for one in receiving(uow) if only is None or one.id in only]
    for reader in readers:
        language = "?lang=es" if reader.language == "es" else ""
        way_out = uow.page(f"/unsubscribe/{reader.token}{language}")
        message = audiences.mail(uow, view, reader.language, way_out)
        to = Destination(subscriber_id=reader.id)
        key = f"{MAIL}:{view.id}:{reader.id}"
        uow.post(MAIL, to, message, key=key, period=view.period, subject_id=view.id)
    count = "1 subscriber" if len(readers) == 1 else f"{len(readers)} subscribers"
    return [f"It goes by e-mail to {count}."] if readers else []


def withdraw(command: Command, uow: UnitOfWork) -> Reply:
    """published -> withdrawn: the page says so, a note stands under every post that may have been seen, and what
    waits is not sent. What is being written to correct it is no correction any more."""
    view = current(command, uow)
    if view.state != PUBLISHED and not command.values.get("report"):
        view = reports.latest(uow, reports.NEWSLETTER, "", PUBLISHED) or view
    if view.state != PUBLISHED:
        raise UserError(f"{title(uow, view)} is not published: it is {view.state}. There is nothing to withdraw.")
    reason = " ".join(command.values.get("reason", "").split())
    if not reason:
        return Reply(form=_form(view, ""))
    if len(reason) > _REASON:
        raise UserError(f"A reason holds {_REASON} characters; yours has {len(reason)}. Shorten it, please.")
    if asked := _asked(command, uow, _form(view, reason), reason):
        return asked
    correction = being_written(uow, view)  # taken before its edition, in the order in which publishing it takes them
    move(uow, view, WITHDRAWN, reason=reason)
    opening = "Withdrawn. Its page says so now."
    if correction:
        of_its_own(uow, correction)
        opening += f" {_NO_CORRECTION}"
    unseen = reports.not_seen_in(uow, NEWSLETTER, view.id)
    uow.unpost(NEWSLETTER, view.id)
    uow.unpost(MAIL, view.id)
    message = uow.compose("newsletter/withdrawn", title=title(uow, view), on=uow.today, reason=sentence(reason))
    tell_the_threads(uow, view, "newsletter_withdrawn", message, unseen)
    return Reply(status_message(uow, replace(view, state=WITHDRAWN, reason=reason), opening))


def _form(view: ReportView, reason: str) -> Form:
    field = Field("reason", "Why? Readers will see this.", "long", value=reason, max_length=_REASON)
    return Form("Withdraw", "newsletter withdraw", (field,), "Withdraw", (("report", str(view.id)),))


def _asked(command: Command, uow: UnitOfWork, form: Form, reason: str) -> Reply | None:
    """What is answered before readers see the reason, or None: nobody else looks at it first. What a person should look
    at brings the form once more, and sending that decides."""
    why_not = refused(uow, reason)
    if why_not and command.source == "form":
        return Reply(errors=FormErrors((("reason", why_not),)))
    seen = mark(reason)
    why_not = why_not or ("" if command.values.get("seen") == seen else doubtful(uow, reason))
    if not why_not:
        return None
    return Reply(form=replace(form, hidden=(*form.hidden, ("seen", seen)), intro=(Text(spans(why_not)),)))
