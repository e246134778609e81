"""What clients said, and what was done about it: results people record (`voice`), and surveys (`voice survey`).

results.py keeps what was heard, in whatever way; surveys.py makes, reads and closes the public survey, whose page is
bot/survey_pages.py.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.jobs import JobSpec
from handlers.voice.results import answer, record, show
from handlers.voice.surveys import CLOSED, close, closed_due, extend, make, read, status, tell_closed

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "voice",
        show,
        "What clients told us, and what we did",
        examples=("voice",),
    ),
    CommandSpec(
        "voice record",
        record,
        "Record what clients said in a survey, by phone, in a focus group or an interview",
        role=Role.ANALYST,
        examples=("voice record",),
    ),
    CommandSpec("voice answer", answer, "Say what was done about it", Role.ANALYST, hidden=True),
    CommandSpec(
        "voice survey",
        status,
        "The surveys for clients: link, last day, how many answered",
        role=Role.ANALYST,
        examples=("voice survey",),
    ),
    CommandSpec(
        "voice survey new",
        make,
        "Make a survey for clients, in English and Spanish",
        role=Role.COORDINATOR,
        examples=("voice survey new",),
    ),
    CommandSpec(
        "voice survey read",
        read,
        "Read the answers of a survey that has closed",
        role=Role.ANALYST,
        args=(Arg("survey", "number"),),
        examples=("voice survey read", "voice survey read 2"),
    ),
    CommandSpec(
        "voice survey close",
        close,
        "Close a survey before its last day",
        role=Role.COORDINATOR,
        args=(Arg("survey", "number"),),
        examples=("voice survey close", "voice survey close 2"),
    ),
    CommandSpec("voice survey extend", extend, "Change a survey's last day", Role.COORDINATOR, hidden=True),
)

JOBS: tuple[JobSpec, ...] = (JobSpec(CLOSED, closed_due, tell_closed),)
