"""The quarterly newsletter: compiled by the calendar or on request, edited, approved, published, corrected, withdrawn.

The bot compiles facts and approved stories; what only a person can say stays a marked gap until a person fills it.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.jobs import JobSpec
from bot.domain.address_list import LANGUAGES
from bot.domain.newsletter import SPELLINGS
from handlers.newsletter import (
    approving,
    archive,
    correcting,
    drafting,
    editing,
    previews,
    publishing,
    readers,
    review,
    status,
    taken_back,
    wins,
)

_EDITION = (
    CommandSpec(
        "newsletter",
        status.status,
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
        "newsletter none",
        editing.no_voice,
        "Confirm that no client voice was heard this quarter",
        role=Role.COORDINATOR,
        examples=("newsletter none",),
    ),
    CommandSpec(
        "newsletter wins",
        wins.wins,
        "Choose the wins it tells, and their order",
        role=Role.COORDINATOR,
        examples=("newsletter wins",),
    ),
    CommandSpec(
        "newsletter review",
        review.review,
        "Edit the whole edition on one web page",
        role=Role.COORDINATOR,
        examples=("newsletter review",),
    ),
    CommandSpec(review.SAVE, review.save, "Save the editing page", role=Role.COORDINATOR, hidden=True),
    CommandSpec(
        "newsletter preview",
        previews.preview,
        "The edition as one audience will see it, shown to you alone",
        role=Role.COORDINATOR,
        args=(Arg("audience", "choice", previews.AUDIENCES),),
        examples=("newsletter preview", "newsletter preview email", "newsletter preview channel"),
    ),
    CommandSpec(
        "newsletter test",
        previews.test,
        "Send a test copy to yourself alone",
        role=Role.COORDINATOR,
        examples=("newsletter test",),
    ),
)
_GOING_OUT = (
    CommandSpec(
        "newsletter approve",
        approving.approve,
        "Say that the edition may go out",
        role=Role.COORDINATOR,
        examples=("newsletter approve",),
    ),
    CommandSpec(
        "newsletter publish",
        publishing.publish,
        "Post the approved edition, and send it to its subscribers",
        role=Role.COORDINATOR,
        examples=("newsletter publish",),
    ),
    CommandSpec(
        "newsletter correct",
        correcting.correct,
        "Correct a published edition, with a note that says so",
        role=Role.COORDINATOR,
        args=(Arg("reason", "rest"),),
        examples=("newsletter correct", "newsletter correct The date of the training was wrong."),
    ),
    CommandSpec(
        "newsletter withdraw",
        publishing.withdraw,
        "Take a published edition back and say why",
        role=Role.COORDINATOR,
        args=(Arg("reason", "rest"),),
        examples=("newsletter withdraw", "newsletter withdraw The numbers on page one were wrong."),
    ),
    CommandSpec(
        "newsletter archive",
        archive.archive,
        "The link to all published editions; “new” makes another link",
        role=Role.COORDINATOR,
        args=(Arg("new", "choice", {"new": "yes", "reset": "yes"}),),
        examples=("newsletter archive", "newsletter archive new"),
    ),
)
_READERS = (
    CommandSpec(
        "newsletter subscribers",
        readers.listed,
        "Who gets it by e-mail, and whose mail came back",
        role=Role.COORDINATOR,
        examples=("newsletter subscribers",),
    ),
    CommandSpec(
        "newsletter subscribers add",
        readers.add,
        "Add e-mail addresses: one, or a pasted list",
        role=Role.COORDINATOR,
        args=(Arg("text", "rest"),),
        examples=("newsletter subscribers add", "newsletter subscribers add ana@county.gov, Ana Ruiz, es"),
    ),
    CommandSpec(
        "newsletter subscribers remove",
        readers.remove,
        "Take an e-mail address off the list",
        role=Role.COORDINATOR,
        args=(Arg("email"),),
        examples=("newsletter subscribers remove ana@county.gov",),
    ),
    CommandSpec(
        "newsletter bounced",
        readers.bounced,
        "Note that mail to an address came back",
        role=Role.COORDINATOR,
        args=(Arg("email"), Arg("reason", "rest")),
        examples=("newsletter bounced ana@county.gov", "newsletter bounced ana@county.gov mailbox full"),
    ),
    CommandSpec(
        "newsletter subscribe",
        readers.subscribe,
        "Get the newsletter by e-mail yourself",
        args=(Arg("language", "choice", LANGUAGES),),
        examples=("newsletter subscribe", "newsletter subscribe español"),
    ),
    CommandSpec(
        "newsletter unsubscribe",
        readers.unsubscribe,
        "Get it by e-mail no more",
        examples=("newsletter unsubscribe",),
    ),
)
COMMANDS = (*_EDITION, *_GOING_OUT, *_READERS)
JOBS = (
    JobSpec("newsletter_draft", drafting.due, drafting.compile_due),
    JobSpec("newsletter_without", taken_back.due, taken_back.take_out),
    JobSpec("newsletter_mail", readers.mail_finished, readers.sum_up),
)
