"""The goals' measures: readings recorded by data month, one or a table at a time, and shown against the plan.

The bot stores what people enter and never computes a measure from clients' records.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from handlers.measures import recording, showing, tables

COMMANDS = (
    CommandSpec(
        "measure",
        showing.show,
        "The goals' measures: readings, target, expected value, gap",
        args=(Arg("measure", "rest"),),
        examples=("measure", "measure 1"),
    ),
    CommandSpec(
        "measure show",
        showing.show,
        "The same as measure; of one measure also its chart, groups and changed values",
        args=(Arg("measure", "rest"),),
        examples=("measure show", "measure show engagement"),
    ),
    CommandSpec(
        "measure record",
        recording.record,
        "Record a measure's value for a data month, or a table of months and groups, pasted or as a file",
        role=Role.ANALYST,
        args=(Arg("reading", "rest"),),
        examples=(
            "measure record",
            "measure record 1 47.5% 2026-02",
            "measure record 1 * Feb 2026 Spanish (language) of 310",
        ),
    ),
    CommandSpec("measure take back", tables.take_back, "Take back a table of readings", role=Role.ANALYST, hidden=True),
)
