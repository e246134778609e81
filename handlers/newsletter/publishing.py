"""Approving, publishing and withdrawing an edition."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.codec import to_data as message_data
from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain import newsletter
from handlers.newsletter.editions import contents, current, problems, refusal, status_message, title, whole
from storage.models import report
from storage.queries import people, reports, settings
from storage.queries.reports import APPROVED, DRAFT, NEWSLETTER, PUBLISHED, WITHDRAWN, ReportView
from storage.uow import Destination, UnitOfWork

_REASON = 500  # characters


def approve(command: Command, uow: UnitOfWork) -> Reply:
    """draft -> approved, if nothing stands in the way."""
    view = current(command, uow, change=True)
    if view.state != DRAFT:
        raise UserError(f"{title(uow, view)} is {view.state} already. See what can be done with it: newsletter.")
    found = problems(uow, view)
    if found:
        return Reply(refusal(uow, view, "approved", found))
    _move(uow, view, APPROVED, approved_by=uow.person.id, approved_at=uow.at)
    return Reply(status_message(uow, replace(view, state=APPROVED), "Approved. It goes out when you press Publish."))


def publish(command: Command, uow: UnitOfWork) -> Reply:
    """approved -> published: the page is frozen and the posts are queued."""
    view = current(command, uow, change=True)
    if view.state != APPROVED:
        how = "Approve it first" if view.state == DRAFT else "See what can be done with it"
        raise UserError(f"{title(uow, view)} is not approved: it is {view.state}. {how}: newsletter.")
    found = problems(uow, view)
    if found:
        return Reply(refusal(uow, view, "published", found))
    channels = _channels(uow)
    message = whole(uow, view)
    content = {**view.content, "message": message_data(message)}
    _move(uow, view, PUBLISHED, published_at=uow.at, content=content)
    again = f":{view.revision}" if view.revision > 1 else ""  # a new revision after a withdrawal is a new post
    post = _digest(uow, view, message)
    for channel in channels:
        key = f"newsletter:{view.period}:{channel}{again}"
        to = Destination(channel_id=channel)
        uow.post("newsletter", to, post, key=key, period=view.period, subject_id=view.id)
    names = ", ".join(known.name for one in channels if (known := people.channel_by_id(uow, one)))
    opening = f"Published. It will appear in a moment in {names}."
    return Reply(status_message(uow, replace(view, state=PUBLISHED), opening))


def _channels(uow: UnitOfWork) -> list[int]:
    """The newsletter's channels, else the executives'. Raises UserError where none is set."""
    chosen = settings.channel_ids(uow, "newsletter_channels") or settings.channel_ids(uow, "executive_channel")
    known = [channel for channel in chosen if people.channel_by_id(uow, channel)]
    if not known:
        raise UserError(
            "No channel is set for the newsletter, so it was not published. Choose one in the settings first.",
            (("Settings", "settings", ()),),
        )
    return known


def _digest(uow: UnitOfWork, view: ReportView, message: Message) -> Message:
    """Hello, what is in it, and a link to the page; where the pages have no address, the edition itself."""
    if not uow.public_url:
        return message
    edition = contents(view)
    heads = [s.title for s in edition.sections if s.id not in ("hello", "foot") and s.text.strip()]
    hello = newsletter.parts(edition.text_of("hello"))
    first = hello[0].lines[0] if hello else ""
    url = uow.page(f"/r/{view.token}")
    return uow.compose("newsletter/digest", title=title(uow, view), hello=first, heads=heads, url=url)


def withdraw(command: Command, uow: UnitOfWork) -> Reply:
    """published -> withdrawn: the page says so, a note stands under every post, and what waits is not posted."""
    view = current(command, uow, change=True)
    if view.state != PUBLISHED and not command.values.get("report"):
        view = reports.latest(uow, NEWSLETTER, "", PUBLISHED) or view
    if view.state != PUBLISHED:
        raise UserError(f"{title(uow, view)} is not published: it is {view.state}. There is nothing to withdraw.")
    reason = " ".join(command.values.get("reason", "").split())
    if not reason:
        field = Field("reason", "Why? Readers will see this.", "long", max_length=_REASON)
        return Reply(form=Form("Withdraw", "newsletter withdraw", (field,), "Withdraw", (("report", str(view.id)),)))
    if len(reason) > _REASON:
        raise UserError(f"A reason holds {_REASON} characters; yours has {len(reason)}. Shorten it, please.")
    _move(uow, view, WITHDRAWN, reason=reason)
    uow.unpost("newsletter", view.id)
    message = uow.compose("newsletter/withdrawn", title=title(uow, view), on=uow.today, reason=_sentence(reason))
    for post in reports.posts_of(uow, "newsletter", view.id):
        to = Destination(channel_id=post.channel_id, thread=post.remote_id)
        key = f"newsletter_withdrawn:{view.id}:{post.channel_id}"
        uow.post("notice", to, message, key=key, period=view.period, subject_id=view.id)
    return Reply(status_message(uow, replace(view, state=WITHDRAWN, reason=reason), "Withdrawn. Its page says so now."))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _move(uow: UnitOfWork, view: ReportView, state: str, **values: object) -> None:
    """Change the state from the one that was seen, once; raises UserError when somebody was faster."""
    if not uow.change(report, report.c.id == view.id, report.c.state == view.state, state=state, **values):
        raise UserError("Somebody changed this edition a moment ago. Look at it again: newsletter.")
    uow.audit(f"newsletter {state}", f"{view.period} revision {view.revision}")
