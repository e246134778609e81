"""What clients said in surveys, on the phone, in focus groups and interviews, and what was done about it.

Numbers of people from 1 to 10 are stored as given and shown as “fewer than 11” everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Span, Text
from bot.chat.replies import Reply
from bot.domain.periods import Month
from bot.domain.readings import parse_data_month, parse_people
from bot.domain.small_cells import show_count
from bot.domain.story_privacy import check_story
from bot.domain.survey import may_be_read
from storage.models import voice_result
from storage.queries import people
from storage.queries import plan as plans
from storage.queries.readings import VoiceView, voice_results
from storage.queries.surveys import SurveyView, surveys
from storage.uow import UnitOfWork

SURVEY = "survey"
KINDS = (SURVEY, "phone calls", "focus group", "interview")
_SHOWN = 8
_LONGEST = 10_000  # characters
_FORM_LONGEST = 3000
_GONE = "That result was changed or taken back. Look at the list and try again: voice."


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
    """`voice`: what is not yet addressed, then the newest of the rest; one in full with its buttons."""
    found = sorted(voice_results(uow), key=lambda one: bool(one.did))
    refs = {step.id: step.ref for step in plans.steps(uow)} if any(one.step_id for one in found) else {}
    lines = [_line(one, refs.get(one.step_id or 0, "")) for one in found]
    one = [line for line in lines if str(line.id) == command.values.get("voice")]
    shown, more = (one, 0) if one else (lines[:_SHOWN], len(lines) - _SHOWN)
    waiting = sum(1 for line in lines if not line.did)
    may_record = uow.person.role >= Role.ANALYST
    return Reply(
        uow.compose(
            "voice/list", results=shown, more=more, waiting=waiting, whole=bool(one), may_record=may_record
        )
    )  # fmt: skip


def _line(one: VoiceView, ref: str) -> VoiceLine:
    title = f"{one.kind.capitalize()}, {one.month.title}"
    return VoiceLine(one.id, title, show_count(one.responses), one.heard, one.did, ref)


def record(command: Command, uow: UnitOfWork) -> Reply:
    """The form, then the result. Changing one takes the old row back and adds the new. `survey`: a theme read from
    one of our own surveys."""
    values = command.values
    old = _old(uow, values.get("voice", ""))
    ours = _survey(uow, values.get("survey", ""))
    if command.source != "form":
        return Reply(form=_form(uow, old, ours))
    faults: list[tuple[str, str]] = []
    month, responses, step_id = _read(uow, command, faults)
    kind, heard, did = values.get("kind", ""), values.get("heard", "").strip(), values.get("did", "").strip()
    if kind not in KINDS:
        faults.append(("kind", "Choose a survey, phone calls, a focus group or an interview."))
    if not heard:
        faults.append(("heard", "Write what people said, in your own words."))
    faults.extend(_text_faults(uow, heard=heard, did=did))
    if faults or month is None:
        return Reply(errors=FormErrors(tuple(faults)))
    survey_id = ours.id if ours else old.survey_id if old else None
    new = VoiceView(0, month, kind, responses, heard, did, step_id, survey_id)
    return _saved(uow, old, new, values.get("step", "").strip())


def answer(command: Command, uow: UnitOfWork) -> Reply:
    """“We did something”: what was done about a result that was not yet addressed, and the step it belongs to."""
    values = command.values
    old = _old(uow, values.get("voice", ""))
    if old is None:
        raise UserError("Choose what it is about from the list: voice.", (("Client voice", "voice", ()),))
    if command.source != "form":
        return Reply(form=_answer_form(uow, old))
    did, ref, faults = values.get("did", "").strip(), values.get("step", "").strip(), list[tuple[str, str]]()
    step_id = _step(uow, ref, faults)
    if not did:
        faults.append(("did", "Write what was done about it, in a sentence or two."))
    faults.extend(_text_faults(uow, did=did))
    if faults:
        return Reply(errors=FormErrors(tuple(faults)))
    return _saved(uow, old, replace(old, did=did, step_id=step_id), ref)


def _saved(uow: UnitOfWork, old: VoiceView | None, new: VoiceView, ref: str) -> Reply:
    """Store `new`, in place of `old` where there is one; the receipt."""
    stands = voice_result.c.withdrawn_at.is_(None)
    if old and not uow.change(voice_result, voice_result.c.id == old.id, stands, withdrawn_at=uow.at):
        raise UserError(_GONE)  # of two changes at once only one may stand
    key = uow.insert(
        voice_result,
        person_id=uow.person.id,
        step_id=new.step_id,
        survey_id=new.survey_id,
        at=uow.at,
        month=str(new.month),
        kind=new.kind,
        responses=new.responses,
        heard=new.heard,
        did=new.did,
    )
    uow.audit("voice recorded", f"{new.kind}, {new.month}")
    line = _line(replace(new, id=key), ref)
    return Reply(uow.compose("voice/saved", result=line, quarter=new.month.quarter.title, changed=old is not None))


def _read(
    uow: UnitOfWork, command: Command, faults: list[tuple[str, str]]
) -> tuple[Month | None, int | None, int | None]:
    """Month, people and step as given; what is wrong with them goes into `faults`."""
    month = responses = None
    try:
        month = parse_data_month(command.values.get("month", ""), uow.today)
    except ValueError as error:
        faults.append(("month", str(error)))
    try:
        responses = parse_people(command.values.get("responses", ""))
    except ValueError as error:
        faults.append(("responses", str(error)))
    return month, responses, _step(uow, command.values.get("step", "").strip(), faults)


def _step(uow: UnitOfWork, ref: str, faults: list[tuple[str, str]]) -> int | None:
    """The step of that reference; one that is not in the plan goes into `faults`."""
    if not ref:
        return None
    found = plans.steps_by_ref(uow, ref)
    if len(found) == 1:
        return found[0].id
    faults.append(("step", f"There is no step “{ref}” in the plan. Write it like 1.2.3, or leave it empty."))
    return None


def _text_faults(uow: UnitOfWork, **texts: str) -> list[tuple[str, str]]:
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    return [fault for name, text in texts.items() if (fault := _text_fault(name, text, staff))]


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
        raise UserError(_GONE)
    return found


def _survey(uow: UnitOfWork, key: str) -> SurveyView | None:
    """The survey a theme was read from; it must be closed, and ours."""
    if not key:
        return None
    found = next((one for one in surveys(uow) if str(one.id) == key and not one.open), None)
    if found is None:
        raise UserError("That survey cannot be read yet. Look at the list: voice survey.")
    return found


def _form(uow: UnitOfWork, old: VoiceView | None, ours: SurveyView | None) -> Form:
    """`old`: to be changed. `ours`: the survey it was read from; its people are filled in where they may be shown."""
    kinds = tuple(Option(kind, kind.capitalize()) for kind in KINDS)
    begun = old or VoiceView(0, ours.month if ours else Month.of(uow.today), SURVEY, None, "", "", None)
    responses = "" if old is None else "*" if old.responses is None else str(old.responses)
    if ours and may_be_read(ours.count):
        responses = str(ours.count)
    longest = max(_FORM_LONGEST, len(begun.heard), len(begun.did))
    hidden = (("voice", str(old.id)) if old else None, ("survey", str(ours.id)) if ours else None)
    return Form(
        "Client voice",
        "voice record",
        (
            Field("kind", "How did you hear it?", "select", kinds, value=begun.kind),
            Field("month", "Month", value=str(begun.month), max_length=30),
            Field(
                "responses", "People heard", value=responses, max_length=12,
                hint="A number, or * for “not shown”. 1 to 10 is shown as fewer than 11.",
            ),
            Field(
                "heard", "You said", "long", value=begun.heard, max_length=longest,
                hint="One theme, without anything that tells who said it.",
            ),
            *_done_fields(uow, begun, optional=True),
        ),
        hidden=tuple(one for one in hidden if one),
    )  # fmt: skip


def _answer_form(uow: UnitOfWork, old: VoiceView) -> Form:
    intro = (Text((Span("You said: ", bold=True), Span(old.heard))),)
    fields = _done_fields(uow, old, optional=False)
    return Form("What did we do?", "voice answer", fields, hidden=(("voice", str(old.id)),), intro=intro)


def _done_fields(uow: UnitOfWork, one: VoiceView, *, optional: bool) -> tuple[Field, ...]:
    ref = next((step.ref for step in plans.steps(uow) if step.id == one.step_id), "") if one.step_id else ""
    longest, hint = max(_FORM_LONGEST, len(one.did)), "Empty: not yet addressed." if optional else ""
    return (
        Field("did", "We did", "long", value=one.did, optional=optional, max_length=longest, hint=hint),
        Field("step", "Step it is about", value=ref, optional=True, hint="Like 1.2.3.", max_length=20),
    )
