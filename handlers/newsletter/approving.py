"""Saying that an edition may go out. A county may ask for two people; one's own second approval does not count."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.chat.replies import Reply
from handlers.newsletter.checks import problems
from handlers.newsletter.compiling import coordinators
from handlers.newsletter.editions import current, title, version
from handlers.newsletter.status import refusal, status_message
from storage.models import report, report_approval
from storage.queries import settings
from storage.queries.approvals import Approval, approvals
from storage.queries.reports import APPROVED, DRAFT, ReportView
from storage.uow import Destination, UnitOfWork

CHANGED_SINCE = (
    "Not approved: the edition was changed since you were shown this button. Read the preview once more; "
    "this is where it stands now."
)


def approve(command: Command, uow: UnitOfWork) -> Reply:
    """draft -> approved, once as many different people as the county asks for have said so and nothing stands in the
    way. A button approves the words the edition had when it was shown."""
    view = current(command, uow, change=True)
    if view.state != DRAFT:
        raise UserError(f"{title(uow, view)} is {view.state} already. See what can be done with it: newsletter.")
    now = version(view)
    if command.values.get("version", now) != now:  # who types it was shown no button
        return Reply(status_message(uow, view, CHANGED_SINCE))
    found = problems(uow, view)
    if found:
        return Reply(refusal(uow, view, "approved", found))
    before = approvals(uow, view.id)
    if any(one.person_id == uow.person.id for one in before):
        raise UserError("You approved this edition already. Another person has to approve it too.")
    uow.insert(report_approval, report_id=view.id, person_id=uow.person.id, at=uow.at)
    if len(before) + 1 < settings.number(uow, "newsletter_approvals"):
        return Reply(_first_of_two(uow, view))
    move(uow, view, APPROVED, approved_by=uow.person.id, approved_at=uow.at)
    return Reply(status_message(uow, replace(view, state=APPROVED), "Approved. It goes out when you press Publish."))


def _first_of_two(uow: UnitOfWork, view: ReportView) -> Message:
    """Noted; everyone else who may approve is asked to look, privately, once for these words."""
    uow.audit("newsletter approved once", f"{view.period} revision {view.revision}")
    opening = f"{uow.person.name} approved this edition. A second person has to approve it before it goes out."
    asked = [person for person in coordinators(uow) if person.id != uow.person.id]
    message = status_message(uow, view, opening)
    for person in asked:
        key = f"newsletter_approval:{view.id}:{uow.at.isoformat()}:{person.id}"
        uow.post("newsletter_approval", Destination(person_id=person.id), message, key=key, subject_id=view.id)
    if not asked:
        opening += " Nobody else may do that yet: make somebody a coordinator with /sip people."
        return status_message(uow, view, opening)
    return message


def missing(uow: UnitOfWork, view: ReportView) -> str:
    """Why an approved edition may not go out yet, where the county asks for more people now than it did; or ""."""
    needed, have = settings.number(uow, "newsletter_approvals"), approvals(uow, view.id)
    if len(have) >= needed:
        return ""
    return (
        f"The county asks for {needed} approvals now and this edition has {_names(have)}. Compile or edit it, "
        "and approve it once more."
    )


def _names(have: list[Approval]) -> str:
    return f"{len(have)} ({', '.join(one.name for one in have)})" if have else "none"


def move(uow: UnitOfWork, view: ReportView, state: str, **values: object) -> None:
    """Change the state from the one that was seen, once; raises UserError when somebody was faster."""
    if not uow.change(report, report.c.id == view.id, report.c.state == view.state, state=state, **values):
        raise UserError("Somebody changed this edition a moment ago. Look at it again: newsletter.")
    uow.audit(f"newsletter {state}", f"{view.period} revision {view.revision}")
