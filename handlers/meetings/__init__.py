"""Meetings: the agenda made from the plan, the prompt before a meeting, and what a meeting leaves behind."""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec
from bot.chat.jobs import JobSpec
from handlers.meetings import prompts, record, show

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "agenda",
        show.agenda,
        "The agenda of your workgroup's next meeting, as the plan stands now",
        args=(Arg("workgroup", "rest"),),
        examples=("agenda", "agenda Forms"),
    ),
    CommandSpec(
        "meeting",
        show.meeting,
        "This month's meeting: record it, or see what is recorded",
        args=(Arg("workgroup", "rest"),),
        examples=("meeting", "meeting Forms"),
    ),
    CommandSpec(
        "meeting held",
        record.held,
        "Record a meeting: who was there, decisions, follow-ups",
        args=(Arg("workgroup", "rest"),),
        examples=("meeting held", "meeting held Forms"),
    ),
    CommandSpec(
        "meeting excused",
        record.excused,
        "Say that your workgroup does not meet this month, and why",
        args=(Arg("workgroup", "rest"),),
        examples=("meeting excused", "meeting excused Forms half the team is at a training"),
    ),
    CommandSpec(
        "followup",
        show.follow_ups,
        "Your open follow-ups from meetings",
        examples=("followup",),
        aliases=("followups",),
    ),
)

JOBS: tuple[JobSpec, ...] = prompts.JOBS
