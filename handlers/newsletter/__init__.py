"""The quarterly newsletter: compiled by the calendar or on request, edited, approved, published, withdrawn.

The bot compiles facts and approved stories; what only a person can say stays a marked gap until a person fills it.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.jobs import JobSpec
from bot.domain.newsletter import SPELLINGS
from handlers.newsletter import drafting, editing, publishing

COMMANDS = (
    CommandSpec(
        "newsletter",
        editing.status,
        "Where the current edition stands, with its next steps",
        role=Role.COORDINATOR,
        examples=("newsletter",),
    ),
    CommandSpec(
        "newsletter draft",
        drafting.draft,
        "Compile the draft now, or again; sections you edited stay as you wrote them",
        role=Role.COORDINATOR,
        args=(Arg("quarter", "rest"),),
        examples=("newsletter draft", "newsletter draft Q1 2026"),
    ),
    CommandSpec(
        "newsletter edit",
        editing.edit,
        "Change a section's words",
        role=Role.COORDINATOR,
        args=(Arg("section", "choice", SPELLINGS), Arg("text", "rest")),
        examples=("newsletter edit", "newsletter edit coming up", "newsletter edit letter Thank you all."),
    ),
    CommandSpec(
        "newsletter preview",
        editing.preview,
        "The whole edition, shown to you alone",
        role=Role.COORDINATOR,
        examples=("newsletter preview",),
    ),
    CommandSpec(
        "newsletter approve",
        publishing.approve,
        "Say that the edition may go out",
        role=Role.COORDINATOR,
        examples=("newsletter approve",),
    ),
    CommandSpec(
        "newsletter publish",
        publishing.publish,
        "Post the approved edition in its channels",
        role=Role.COORDINATOR,
        examples=("newsletter publish",),
    ),
    CommandSpec(
        "newsletter withdraw",
        publishing.withdraw,
        "Take a published edition back and say why",
        role=Role.COORDINATOR,
        args=(Arg("reason", "rest"),),
        examples=("newsletter withdraw", "newsletter withdraw The numbers on page one were wrong."),
    ),
)
JOBS = (JobSpec("newsletter_draft", drafting.due, drafting.compile_due),)
