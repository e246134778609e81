"""Data out, who did what, and how long it is kept: `export`, `audit`, the nightly removal and the erasure of a person.

`exporting` gives files, `reading` shows the audit log, `keeping` removes what is older than the county wants kept,
`forgetting` erases a person.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.jobs import JobSpec
from handlers.records.exporting import export
from handlers.records.forgetting import forget
from handlers.records.keeping import due, remove
from handlers.records.reading import show_audit

COMMANDS = (
    CommandSpec(
        "export",
        export,
        "The files of a published month or quarter, or everything the county has here",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("export", "export 2026-03", "export 2026-Q1", "export everything"),
    ),
    CommandSpec(
        "audit",
        show_audit,
        "Who did, approved, published and read what",
        role=Role.COORDINATOR,
        args=(Arg("text", "rest"),),
        examples=("audit", "audit Ann Ortiz", "audit published since 2026-03-01"),
    ),
    CommandSpec(
        "people forget",
        forget,
        "Erase who a person is: name, address and accounts",
        role=Role.ADMIN,
        args=(Arg("text", "rest"),),
        examples=("people forget Ann Ortiz",),
    ),
)
JOBS = (JobSpec("retention", due, remove),)
