"""Correcting a published edition: the next revision is a draft like any other, with a reason that readers see."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.newsletter import Correction
from handlers.newsletter.approving import move
from handlers.newsletter.editions import contents, current, title
from handlers.newsletter.status import status_message
from storage.models import report
from storage.queries import reports
from storage.queries.reports import APPROVED, CORRECTED, DRAFT, MAIL, NEWSLETTER, PUBLISHED, ReportView
from storage.uow import Destination, UnitOfWork

_REASON = 300  # characters: one or two sentences at the top of a page


def correct(command: Command, uow: UnitOfWork) -> Reply:
    """published -> a draft copy as the next revision. The published one stays as it is until the copy is published."""
    view = current(command, uow, change=True)
    if view.state != PUBLISHED and not command.values.get("report"):
        view = reports.latest(uow, NEWSLETTER, view.period, PUBLISHED) or view
    if view.state != PUBLISHED:
        raise UserError(f"{title(uow, view)} is {view.state}; only a published edition can be corrected.")
    newest = reports.latest(uow, NEWSLETTER, view.period)
    if newest and newest.id != view.id:
        return Reply(status_message(uow, newest, "A correction of this edition is already being written."))
    reason = " ".join(command.values.get("reason", "").split())
    if command.source != "form" or not reason:
        return Reply(form=_form(view, reason))
    if len(reason) > _REASON:
        raise UserError(f"A reason holds {_REASON} characters; yours has {len(reason)}. Shorten it, please.")
    correction = Correction(sentence(reason), command.values.get("mail") == "yes")
    copy = _copy(uow, view, correction)
    uow.audit("newsletter correction begun", f"{view.period} revision {copy.revision}")
    opening = (
        f"A copy to correct, revision {copy.revision}. The published edition stays as it is until this one is out."
    )
    return Reply(status_message(uow, copy, opening))


def _form(view: ReportView, reason: str) -> Form:
    fields = (
        Field("reason", "What is corrected? Readers will see this.", "long", value=reason, max_length=_REASON),
        Field(
            "mail", "Send the corrected edition by e-mail too", "check", optional=True,
            hint="Without it, those who open the e-mail's link find the corrected edition.",
        ),
    )  # fmt: skip
    return Form("Correct the edition", "newsletter correct", fields, "Begin", (("report", str(view.id)),))


def _copy(uow: UnitOfWork, view: ReportView, correction: Correction) -> ReportView:
    key = uow.insert(
        report,
        kind=NEWSLETTER,
        period=view.period,
        revision=view.revision + 1,
        state=DRAFT,
        facts=dict(view.facts),
        content=replace(contents(view), correction=correction).to_data(),
        token=secrets.token_urlsafe(24),
        created_at=uow.at,
        corrects_id=view.id,
    )
    copy = reports.report_by_id(uow, NEWSLETTER, key)
    assert copy is not None  # noqa: S101 - written in this transaction
    return copy


def of_its_own(uow: UnitOfWork, view: ReportView) -> ReportView:
    """The edition, which is a correction only while the one it corrects is published: what was withdrawn nobody reads
    any more, so what follows it goes to everybody and says nothing of it."""
    if view.corrects_id is None:
        return view
    before = reports.report_by_id(uow, NEWSLETTER, view.corrects_id, lock=True)
    if before and before.state == PUBLISHED:
        return view
    content = replace(contents(view), correction=None).to_data()
    uow.change(report, report.c.id == view.id, corrects_id=None, content=content)
    return replace(view, corrects_id=None, content=content)


def being_written(uow: UnitOfWork, view: ReportView) -> ReportView | None:
    """The correction of this edition that is not out yet, ours alone from now on."""
    found = reports.latest(uow, NEWSLETTER, view.period, DRAFT, APPROVED)
    if found and found.corrects_id == view.id:
        found = reports.report_by_id(uow, NEWSLETTER, found.id, lock=True)
    return found if found and found.corrects_id == view.id and found.state in (DRAFT, APPROVED) else None


def not_reached(uow: UnitOfWork, view: ReportView) -> list[Destination]:
    """Where the edition that this one corrects did not get to. It is not sent there any more."""
    return [to for kind in (NEWSLETTER, MAIL) for to in uow.unpost(kind, view.corrects_id or 0)]


def put_in_place(uow: UnitOfWork, view: ReportView, reason: str, late: Collection[int]) -> str:
    """The corrected edition is out: the one before it points here, and a note stands under its posts, but for the
    channels `late`, which get this one instead. Says where."""
    before = reports.report_by_id(uow, NEWSLETTER, view.corrects_id, lock=True) if view.corrects_id else None
    if before is None:
        return ""
    if before.state == PUBLISHED:
        move(uow, before, CORRECTED)
    url = uow.page(f"/r/{view.token}") if uow.public_url else ""
    message = uow.compose("newsletter/corrected", title=title(uow, view), on=uow.today, reason=reason, url=url)
    count = tell_the_threads(uow, before, "newsletter_corrected", message, late)
    return f"A note stands under {'its post' if count == 1 else f'its {count} posts'}." if count else ""


def tell_the_threads(
    uow: UnitOfWork, view: ReportView, event: str, message: Message, late: Collection[int] = ()
) -> int:
    """Queue a note under every post of the edition and of those it corrected, but for those that never got to the
    channels `late`, or to one that a later edition reached; how many."""
    known = [post for one in reports.lineage(uow, view) for post in reports.posts_of(uow, "newsletter", one)]
    told = {*late, *(post.channel_id for post in known if post.remote_id)}
    posts = [post for post in known if post.remote_id or post.channel_id not in told]
    for post in posts:
        to = Destination(channel_id=post.channel_id, thread=post.remote_id)
        key = f"{event}:{view.id}:{post.channel_id}:{post.remote_id}"
        uow.post("notice", to, message, key=key, period=view.period, subject_id=view.id)
    return len(posts)


def sentence(text: str) -> str:
    """With a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
