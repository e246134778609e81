"""The monthly roll-up: frozen and published by the calendar, revised when something came late, shown at any time.

`report` also gives a quarter's numbers, the quarterly report-out and the drafts of the progress reports. The facts come
from storage/queries, what they amount to from bot/domain/rollup.py; the newsletter is handlers/newsletter/.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.jobs import JobSpec
from handlers.rollup.ending import links, revoke
from handlers.rollup.publishing import due, publish
from handlers.rollup.revising import revise, revisions_due
from handlers.rollup.showing import show

COMMANDS = (
    CommandSpec(
        "report",
        show,
        "The month's roll-up, a past one as published, a quarter's numbers, or a progress report's draft",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("report", "report last month", "report 2026-03 public", "report Q1 2026 full", "report progress 1"),
    ),
    CommandSpec(
        "report links",
        links,
        "Who has a link to a report",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("report links 2026-03",),
    ),
    CommandSpec(
        "report revoke",
        revoke,
        "End all links to a report; a new one is made for who asks again",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("report revoke 2026-03", "report revoke progress 1"),
    ),
)
JOBS = (JobSpec("rollup", due, publish), JobSpec("rollup_revision", revisions_due, revise))
