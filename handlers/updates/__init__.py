"""Progress on action steps: `update`, replies in a prompt's thread, and `undo` of one's own last write.

recording.py writes and gives receipts, late.py counts an update in the month before, ask.py asks which step was meant,
thread.py reads replies, undoing.py takes back. What words mean is in bot/domain/progress_words.py.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec
from bot.domain.status_words import SPELLINGS
from handlers.updates.late import count_earlier
from handlers.updates.recording import record
from handlers.updates.thread import assign_note, reply
from handlers.updates.undoing import undo

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        verb="update",
        run=record,
        summary="Record progress on an action step",
        args=(Arg("ref", "ref"), Arg("status", "choice", choices=SPELLINGS), Arg("note", "rest")),
        examples=(
            "update 1.2.3 done Form piloted in two units",
            "update 1.2.3 blocked waiting for the contract",
            "update 1.2.3: in progress - training has begun",
            "update 1.2.3 The first session is on Monday",
            "update",
        ),
    ),
    CommandSpec(
        verb="reply",
        run=reply,
        summary="Answer a meeting prompt in its thread",
        args=(Arg("text", "rest"),),
        hidden=True,
    ),
    CommandSpec(verb="note step", run=assign_note, summary="Say which step a meeting note belongs to", hidden=True),
    CommandSpec(verb="update earlier", run=count_earlier, summary="Count an update in the month before", hidden=True),
    CommandSpec(
        verb="undo",
        run=undo,
        summary="Take back the last thing you recorded",
        examples=("undo",),
    ),
)
