"""The verb `undo`: takes back one's own last update, story or meeting note until it has been published.

Whatever else a person did last is changed where it was done: `undo` names it instead of taking back something older.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.chat.replies import Reply
from handlers.updates.recording import correctable, stands_in
from storage.audit_log import READS
from storage.queries import stories, updates
from storage.queries.ids import row_id
from storage.queries.stories import PENDING, WITHDRAWN, StoryView
from storage.queries.updates import Done, NoteView, OwnUpdate
from storage.uow import UnitOfWork

Written = OwnUpdate | StoryView | NoteView

# Actions of the audit log that are part of what `undo` takes back, are an undo, or change nothing.
_OWN_WAY = (
    "update edited",
    "update taken back",
    "story told",
    "story taken back",
    "meeting note taken back",
    *READS,
)
# The first word of any other action: how to change what it did, and the button for that.
_ELSEWHERE: Mapping[str, tuple[str, str, str]] = {
    "reading": ("Record the right value for the same month: it replaces this one.", "The measures", "measure"),
    "voice": ("Find it in the list and press Edit.", "Client voice", "voice"),
    "survey": ("Look at the surveys: an open one can be closed or extended.", "Surveys", "voice survey"),
    "learning": ("Look at what was learned, and press Edit.", "What we learned", "learnings"),
    "meeting": ("Look at the meeting and press Edit or Take back.", "The meeting", "meeting"),
    "follow-up": ("Look at the list of follow-ups.", "My follow-ups", "followup"),
    "step": ("Say again who owns it: /sip assign 1.2.3 @Name.", "The plan", "plan"),
    "setting": ("Set it again.", "All settings", "settings"),
    "workgroup": ("Change it where you look at the workgroup.", "Workgroups", "workgroup"),
    "person": ("Change it in the list of people.", "People", "people"),
    "account": ("Change it in the list of people.", "People", "people"),
    "story": ("Look at your wins to change it.", "My page", "me"),
    "newsletter": ("Change it where you look at the newsletter.", "The newsletter", "newsletter"),
    "rollup": ("A published roll-up stays; the next one tells what is new.", "The roll-up", "report"),
}
_OTHER = ("Change it where you did it.", "All commands", "help")
_ROW = re.compile(r" \(\d+\)")  # row ids are for whoever reads the log


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An update that no longer stands. `restored`: the earlier words that stand again, because this was an edit. `ref`
    and `now` are "" where the step is no longer in the plan."""

    ref: str
    status: str
    note: str
    restored: bool
    now: str


def undo(command: Command, uow: UnitOfWork) -> Reply:
    """Take back what the button names, or else what the person wrote last."""
    written = _named(uow, command.values) if command.values else _last(uow)
    done = None if command.values else updates.last_done(uow, _OWN_WAY)
    if done is not None and (written is None or _at(written) < done.at):
        return Reply(_not_here(uow, done, written))
    match written:
        case OwnUpdate():
            message = _updates_back(uow, correctable(uow, written.id))
        case StoryView():
            message = _story_back(uow, written)
        case NoteView():
            message = _note_back(uow, written)
        case _:
            return Reply(uow.compose("updates/nothing_to_undo"))
    return Reply(message, replace=stands_in(command))


def _named(uow: UnitOfWork, values: Mapping[str, str]) -> Written | None:
    """What an Undo button is about; a row that is not the person's own is refused."""
    found: Written | None = None
    if (update_id := row_id(values.get("update", ""))) is not None:
        found = correctable(uow, update_id)
    elif (story_id := row_id(values.get("story", ""))) is not None:
        found = stories.story_by_id(uow, story_id)
    elif (note_id := row_id(values.get("note", ""))) is not None:
        found = updates.own_note(uow, note_id)
    if found is None or (isinstance(found, StoryView) and found.person_id != uow.person.id):
        raise UserError("You can only take back what you recorded yourself.")
    if (isinstance(found, StoryView) and found.state == WITHDRAWN) or (isinstance(found, NoteView) and found.withdrawn):
        raise UserError("That was already taken back.")
    return found


def _last(uow: UnitOfWork) -> Written | None:
    """The newest of what stands."""
    found: list[Written | None] = [updates.last_own_update(uow), stories.last_own(uow), updates.last_own_note(uow)]
    return max((one for one in found if one is not None), key=_at, default=None)


def _at(written: Written) -> datetime:
    return written.written_at if isinstance(written, OwnUpdate) else written.at


def _not_here(uow: UnitOfWork, done: Done, older: Written | None) -> Message:
    """What the person did last, which cannot be undone here; and a button for the older thing that can."""
    how, label, verb = _ELSEWHERE.get(done.action.split()[0], _OTHER)
    detail = "" if done.action.startswith("story") else _ROW.sub("", done.detail)
    kind = {OwnUpdate: "update", StoryView: "story", NoteView: "note"}[type(older)] if older else ""
    values = {kind: older.id} if older else {}
    data = {"action": done.action, "detail": detail, "at": done.at.astimezone(uow.organization.tz), "how": how}
    words = {"story": "win", "note": "meeting note"}.get(kind, kind)
    return uow.compose("updates/not_undone", label=label, verb=verb, older=words, values=values, **data)


def _updates_back(uow: UnitOfWork, one: OwnUpdate) -> Message:
    """An update, with the others of the same reply: they were said in one breath."""
    together = updates.written_together(uow, one) if one.source == "thread" and one.supersedes_id is None else [one]
    taken = [_update_back(uow, each) for each in together]
    return uow.compose("updates/taken_back", taken=taken)


def _update_back(uow: UnitOfWork, one: OwnUpdate) -> TakenBack:
    updates.withdraw_update(uow, one.id)
    restored = one.supersedes_id is not None
    if one.supersedes_id is not None:
        updates.restore_update(uow, one.supersedes_id)
    elif one.source == "note":
        updates.restore_note_of(uow, one)
    step = updates.step_now(uow, one.step_id)
    uow.audit("update taken back", f"{step.ref if step else 'retired step'}: update {one.id}")
    ref, now = (step.ref, step.status) if step else ("", "")
    return TakenBack(ref, one.status or "", one.note, restored, now)


def _story_back(uow: UnitOfWork, story: StoryView) -> Message:
    if story.state not in PENDING:
        raise UserError(
            f"Your win is {story.state} already. To take it out of what will be published, withdraw it.",
            (("Withdraw it", "win withdraw", (("story", str(story.id)),)),),
        )
    stories.set_state(uow, story, WITHDRAWN)
    uow.audit("story taken back", f"story {story.id}")
    return uow.compose("updates/story_taken_back", text=story.text)


def _note_back(uow: UnitOfWork, note: NoteView) -> Message:
    updates.withdraw_note(uow, note.id)
    uow.audit("meeting note taken back", f"note {note.id}")
    return uow.compose("updates/note_taken_back", text=note.text)
