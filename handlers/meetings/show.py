"""Looking: the agenda as it is now, where this month's meeting stands, and one's own follow-ups."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.periods import Month
from handlers.meetings import choosing, record
from handlers.meetings.agenda import agenda_message, next_meeting
from storage.models import follow_up
from storage.queries import meetings, workgroups
from storage.queries.ids import row_id
from storage.queries.kept_notes import as_read_here
from storage.queries.meetings import FollowUpView
from storage.queries.workgroups import EXCUSED, HELD, MeetingView, WorkgroupView
from storage.uow import UnitOfWork


def agenda(command: Command, uow: UnitOfWork) -> Reply:
    """The agenda of the workgroup's next meeting, as the plan stands now."""
    group = choosing.choose(command, uow).group
    read = as_read_here(uow, (group.id,))
    return Reply(agenda_message(uow, group, *next_meeting(uow, group), "meetings/agenda", read))


def meeting(command: Command, uow: UnitOfWork) -> Reply:
    """What is recorded about this month's meeting; the form to record it where there is nothing yet."""
    group = choosing.choose(command, uow).group
    month = choosing.month_given(command) or choosing.month_to_record(uow, group)
    row = workgroups.meeting_of(uow, group.id, month)
    if row is not None and row.state in (HELD, EXCUSED):
        return Reply(_recorded(uow, group, month, row))
    return record.held(command, uow)


def _recorded(uow: UnitOfWork, group: WorkgroupView, month: Month, row: MeetingView) -> Message:
    read = as_read_here(uow, (group.id,))
    return uow.compose(
        "meetings/recorded",
        group=group,
        month=month,
        meeting=replace(row, decisions=read(row.decisions), reason=read(row.reason)),
        names=[a.name for a in meetings.attendance(uow, [row.id])],
        notes=[replace(note, text=read(note.text)) for note in meetings.thread_notes(uow, group.id, month)],
        counts=record.present_words(uow, row.id),
        follow_ups=[
            replace(f, text=read(f.text)) for f in meetings.follow_ups(uow, group.id) if f.meeting_id == row.id
        ],
    )


def follow_ups(command: Command, uow: UnitOfWork) -> Reply:
    """One's own open follow-ups; with `follow_up`, that one is done (or, with `open`, open again)."""
    if "follow_up" in command.values:
        return _settle(command, uow)
    mine = meetings.follow_ups(uow, open_only=True, owner_id=uow.person.id)
    groups = {group.id: group.name for group in workgroups.workgroups(uow)}
    return Reply(uow.compose("meetings/follow_ups", items=mine, groups=groups))


def _settle(command: Command, uow: UnitOfWork) -> Reply:
    item = _allowed(command, uow)
    done = not command.values.get("open")
    if done != item.done:
        uow.change(follow_up, follow_up.c.id == item.id, done_at=uow.at if done else None)
        uow.audit("follow-up done" if done else "follow-up open again", f"<follow-up {item.id}>")
    return Reply(uow.compose("meetings/follow_up", item=item, done=done))


def _allowed(command: Command, uow: UnitOfWork) -> FollowUpView:
    """The follow-up a button names, for its owner, the workgroup's members and coordinators."""
    number = row_id(command.values["follow_up"])
    found = meetings.follow_ups(uow, follow_up_id=number) if number is not None else []
    if not found:
        raise UserError("That follow-up is not there any more.", (("My follow-ups", "followup", ()),))
    item = found[0]
    group = workgroups.workgroup_by_id(uow, item.workgroup_id)
    if item.owner_id != uow.person.id and group is not None:
        choosing.require_recorder(uow, group)
    return item
