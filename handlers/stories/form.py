"""The form a story is told in, and what comes back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.chat.compose import short
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Block, Bullets, Text, spans
from handlers.stories.cards import CHANGE_THIS, CONSENT_WORDS, blocking, check
from storage.queries import plan as plans
from storage.queries import workgroups as groups
from storage.queries.stories import CONSENTS, StoryView
from storage.uow import UnitOfWork

MAX_TEXT = 3_000  # characters: what a Slack text input holds, about six times a newsletter's story
_LABEL = 70  # characters; Slack cuts an option's label at 75


@dataclass(frozen=True, slots=True)
class Told:
    """A story as its form gives it. `story_id`: the one it changes."""

    text: str
    workgroup_id: int | None
    step_id: int | None
    credit: str
    consent: str
    release_ref: str
    release_on: date | None
    linkages: bool
    story_id: int | None


def read_told(values: Mapping[str, str]) -> Told:
    """The values of a typed command, a button, a shortcut or the form."""

    def row(name: str) -> int | None:
        value = values.get(name, "")
        return int(value) if value.isdecimal() and len(value) < 10 else None

    consent = values.get("consent", "")
    return Told(
        text=values.get("text", "").strip(),
        workgroup_id=row("workgroup"),
        step_id=row("step"),
        credit=values.get("credit", "").strip(),
        consent=consent if consent in CONSENTS else "",
        release_ref=values.get("release_ref", "").strip(),
        release_on=_day(values.get("release_on", "")),
        linkages=values.get("linkages") == "yes",
        story_id=row("story"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def as_told(story: StoryView) -> Told:
    return Told(
        story.text, story.workgroup_id, story.step_id, story.credit, story.consent, story.release_ref,
        story.release_on, story.linkages, story.id,
    )  # fmt: skip


def story_form(uow: UnitOfWork, told: Told, reason: str = "", base: str = "") -> Form:
    """The story's form. What the check says about words given so far stands above the questions. `base`: the `version`
    of the story that it changes, as it is shown."""
    fields = (
        Field(
            "text", "What happened?", "long", value=told.text, max_length=MAX_TEXT,
            hint="What did staff do, what became easier? No names or details of the people you serve.",
        ),
        Field(
            "consent", "Who is in it?", "select", tuple(Option(c, CONSENT_WORDS[c]) for c in CONSENTS),
            value=told.consent,
        ),
        Field(
            "release_ref", "Where is the signed release filed?", value=told.release_ref, optional=True, max_length=200,
            hint="Only when a release is on file. A file number, never a client’s name.",
        ),
        Field(
            "release_on", "When was it signed?", "date", optional=True,
            value=told.release_on.isoformat() if told.release_on else "",
        ),
        Field(
            "credit", "Who may be named?", value=told.credit, optional=True,
            hint="Staff who agreed, with commas between the names. Each is told and can still say no.",
        ),
        _step_field(uow, told),
        _workgroup_field(uow, told),
        Field(
            "linkages", "Child welfare has a part in it", "check", value="yes" if told.linkages else "", optional=True,
            hint="Then both programs look at it before it is published.",
        ),
    )  # fmt: skip
    return Form(
        title="Edit your win" if told.story_id else "Tell a win",
        verb="win",
        fields=tuple(field for field in fields if field.kind != "select" or field.options),
        submit="Send for review",
        hidden=(("story", str(told.story_id)), ("version", base)) if told.story_id else (),
        intro=_intro(uow, told, reason),
    )


def _step_field(uow: UnitOfWork, told: Told) -> Field:
    """Own steps first."""
    steps = sorted(plans.steps(uow), key=lambda step: uow.person.id not in step.owner_ids)
    options = tuple(
        Option(str(s.id), short(f"{s.ref} {s.text}", _LABEL), "My steps" if uow.person.id in s.owner_ids else "Others")
        for s in steps
    )
    return Field("step", "Which step is it about?", "select", options, value=str(told.step_id or ""), optional=True)


def _workgroup_field(uow: UnitOfWork, told: Told) -> Field:
    """The person's own workgroup is chosen for a new story, where they are in only one."""
    mine = groups.workgroups_of(uow, uow.person.id)
    chosen = told.workgroup_id or (mine[0].id if len(mine) == 1 and told.story_id is None else None)
    options = tuple(Option(str(group.id), short(group.name, _LABEL)) for group in groups.workgroups(uow))
    return Field("workgroup", "Workgroup", "select", options, value=str(chosen or ""), optional=True)


def _intro(uow: UnitOfWork, told: Told, reason: str) -> tuple[Block, ...]:
    said: list[Block] = [Text(spans(f"It came back with this note: {reason}"))] if reason else []
    checked = check(uow, told.text, told.credit) if told.text else None
    if checked is not None and checked.verdict == "block":
        said += [Text(spans(CHANGE_THIS)), Bullets(tuple(map(spans, blocking(checked))))]
    return tuple(said)
