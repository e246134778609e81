"""What clients said in surveys, focus groups and interviews, and what was done about it.

Numbers of people from 1 to 10 are stored as given and shown as “fewer than 11” everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.commands import Command, CommandSpec, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.replies import Reply
from bot.domain.periods import Month
from bot.domain.readings import parse_data_month, parse_people
from bot.domain.small_cells import show_count
from bot.domain.story_privacy import check_story
from storage.models import voice_result
from storage.queries import people
from storage.queries import plan as plans
from storage.queries.readings import VoiceView, voice_results
from storage.uow import UnitOfWork

KINDS = ("survey", "focus group", "interview")
_SHOWN = 8
_LONGEST = 10_000  # characters
_FORM_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """A result in words."""

    id: int
    title: str
    people: str
    heard: str
    did: str
    ref: str


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`voice`: the newest results; one in full with its button."""
    found = voice_results(uow)
    refs = {step.id: step.ref for step in plans.steps(uow)} if any(one.step_id for one in found) else {}
    lines = [_line(one, refs.get(one.step_id or 0, "")) for one in found]
    one = [line for line in lines if str(line.id) == command.values.get("voice")]
    shown, more = (one, 0) if one else (lines[:_SHOWN], len(lines) - _SHOWN)
    may_record = uow.person.role >= Role.ANALYST
    return Reply(uow.compose("voice/list", results=shown, more=more, whole=bool(one), may_record=may_record))


def _line(one: VoiceView, ref: str) -> VoiceLine:
    title = f"{one.kind.capitalize()}, {one.month.title}"
    return VoiceLine(one.id, title, show_count(one.responses), one.heard, one.did, ref)


def record(command: Command, uow: UnitOfWork) -> Reply:
    """The form, then the result. Changing one takes the old row back and adds the new."""
    values = command.values
    old = _old(uow, values.get("voice", ""))
    if command.source != "form":
        return Reply(form=_form(uow, old))
    faults: list[tuple[str, str]] = []
    month, responses, step_id = _read(uow, command, faults)
    kind, heard, did = values.get("kind", ""), values.get("heard", "").strip(), values.get("did", "").strip()
    if kind not in KINDS:
        faults.append(("kind", "Choose a survey, a focus group or an interview."))
    if not heard:
        faults.append(("heard", "Write what people said, in your own words."))
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    faults.extend(fault for name, text in (("heard", heard), ("did", did)) if (fault := _text_fault(name, text, staff)))
    if faults or month is None:
        return Reply(errors=FormErrors(tuple(faults)))
    if old:
        uow.change(voice_result, voice_result.c.id == old.id, withdrawn_at=uow.at)
    key = uow.insert(
        voice_result,
        person_id=uow.person.id,
        step_id=step_id,
        at=uow.at,
        month=str(month),
        kind=kind,
        responses=responses,
        heard=heard,
        did=did,
    )
    uow.audit("voice recorded", f"{kind}, {month}")
    saved = _line(VoiceView(key, month, kind, responses, heard, did, step_id), values.get("step", "").strip())
    return Reply(uow.compose("voice/saved", result=saved, quarter=month.quarter.title, changed=old is not None))


def _read(
    uow: UnitOfWork, command: Command, faults: list[tuple[str, str]]
) -> tuple[Month | None, int | None, int | None]:
    """Month, people and step as given; what is wrong with them goes into `faults`."""
    month = responses = step_id = None
    try:
        month = parse_data_month(command.values.get("month", ""), uow.today)
    except ValueError as error:
        faults.append(("month", str(error)))
    try:
        responses = parse_people(command.values.get("responses", ""))
    except ValueError as error:
        faults.append(("responses", str(error)))
    ref = command.values.get("step", "").strip()
    if ref:
        found = plans.steps_by_ref(uow, ref)
        if len(found) == 1:
            step_id = found[0].id
        else:
            faults.append(("step", f"There is no step “{ref}” in the plan. Write it like 1.2.3, or leave it empty."))
    return month, responses, step_id


def _text_fault(name: str, text: str, staff: frozenset[str]) -> tuple[str, str] | None:
    if len(text) > _LONGEST:
        return name, f"This holds {_LONGEST:,} characters; yours has {len(text):,}. Nothing is lost: shorten it here."
    finding = next((f for f in check_story(text, staff).findings if f.severity == "block"), None)
    return (name, f"“{finding.text}” could identify somebody. {finding.why}") if finding else None


def _old(uow: UnitOfWork, key: str) -> VoiceView | None:
    """The result a button names; it must stand and be ours."""
    if not key:
        return None
    found = next((one for one in voice_results(uow) if str(one.id) == key), None)
    if found is None:
        raise UserError("That result was changed or taken back. Look at the list and try again: voice.")
    return found


def _form(uow: UnitOfWork, old: VoiceView | None) -> Form:
    kinds = tuple(Option(kind, kind.capitalize()) for kind in KINDS)
    ref = next((s.ref for s in plans.steps(uow) if old and s.id == old.step_id), "")
    responses = "" if old is None else "*" if old.responses is None else str(old.responses)
    month = str(old.month) if old else str(Month.of(uow.today))
    heard, did = (old.heard, old.did) if old else ("", "")
    longest = max(_FORM_LONGEST, len(heard), len(did))
    return Form(
        "Client voice",
        "voice record",
        (
            Field("kind", "How did you hear it?", "select", kinds, value=old.kind if old else KINDS[0]),
            Field("month", "Month", value=month, max_length=30),
            Field(
                "responses", "People heard", value=responses, max_length=12,
                hint="A number, or * for “not shown”. 1 to 10 is shown as fewer than 11.",
            ),
            Field(
                "heard", "You said", "long", value=heard, max_length=longest,
                hint="What people said, without anything that tells who said it.",
            ),
            Field("did", "We did", "long", value=did, optional=True, max_length=longest, hint="Empty: no answer yet."),
            Field("step", "Step it is about", value=ref, optional=True, hint="Like 1.2.3.", max_length=20),
        ),
        hidden=(("voice", str(old.id)),) if old else (),
    )  # fmt: skip


COMMANDS = (
    CommandSpec(
        "voice",
        show,
        "What clients told us, and what we did",
        examples=("voice",),
    ),
    CommandSpec(
        "voice record",
        record,
        "Record a survey, focus group or interview",
        role=Role.ANALYST,
        examples=("voice record",),
    ),
)
