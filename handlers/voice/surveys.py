"""The public survey from the inside: made, watched, closed, and read once it is closed.

Counts and words can be read only after the last answer: what is read twice in between would tell what one person
answered. For the same reason a closed survey is not opened again.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.jobs import Due
from bot.chat.messages import Text, spans
from bot.chat.replies import Reply
from bot.domain.cadence import local_time
from bot.domain.days import parse_day
from bot.domain.frozen_data import to_data
from bot.domain.periods import Month
from bot.domain.story_privacy import check_story
from bot.domain.survey import QUESTIONS, Answers, Question, may_be_read, people_who_answered, tallies, words_of
from storage.models import survey
from storage.queries import people, settings
from storage.queries.people import Person
from storage.queries.surveys import SurveyView, answers_of, surveys
from storage.uow import Destination, UnitOfWork

CLOSED = "survey_closed"
_SHOWN = 6
_WEEKS = 4  # how long a new survey is open unless somebody says otherwise
_LONGEST_OPEN = 366  # days; a date beyond is more likely a mistyped year
_LONGEST_QUESTION = 200
_PAGE = 11_500  # bytes of answers and their questions in one message, as a card of Teams counts them: Slack shows more
_COUNTS = 3_000  # of them for the counts above the first page's answers
_BULLET = 150  # of them for what a card needs around each
_MASK = "[…]"
_SCALE = "Word questions 1 to 3 so that “Yes, fully”, “Mostly”, “Only a little” or “No” answers them."
_BOTH = "Change the English and the Spanish together: people see one or the other."


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A survey in words. `link` "" where PUBLIC_URL is not set. `people`: already masked."""

    id: int
    title: str
    link: str
    open: bool
    ended: date
    people: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Said:
    """Some of what people wrote about a question."""

    question: str
    texts: tuple[str, ...]


def status(command: Command, uow: UnitOfWork) -> Reply:
    """`voice survey`: the newest surveys, the open ones first."""
    found = sorted(surveys(uow), key=lambda one: not one.open)
    lines = [_line(uow, one) for one in found]
    shown, earlier, may_make = lines[:_SHOWN], lines[_SHOWN:], uow.person.role >= Role.COORDINATOR
    url = bool(uow.public_url)
    return Reply(uow.compose("voice/surveys", surveys=shown, earlier=earlier, may_make=may_make, url=url))


def _line(uow: UnitOfWork, one: SurveyView) -> SurveyLine:
    readable = not one.open and may_be_read(one.count)
    shown = people_who_answered(one.count, one.open)
    link = uow.page(f"/survey/{one.token}") if uow.public_url else ""
    return SurveyLine(one.id, one.title, link, one.open, one.closes_on if one.open else one.ended, shown, readable)


def make(command: Command, uow: UnitOfWork) -> Reply:
    """The form with our five questions in both languages, then the survey with its link."""
    if not uow.public_url:
        raise UserError(
            "A survey needs an address that clients can open, and this server does not know its own. "
            "Ask IT to set PUBLIC_URL, then type: voice survey new."
        )
    if command.source != "form":
        return Reply(form=_new_form(uow))
    values = {name: " ".join(value.split()) for name, value in command.values.items()}
    closes_on, faults = _last_day(values.get("closes_on", ""), uow.today)
    title = values.get("title", "")
    if not title:
        faults.append(("title", "Give it a name, so that you know it again in a list."))
    questions = tuple(
        replace(one, en=values.get(f"{one.name}_en", ""), es=values.get(f"{one.name}_es", "")) for one in QUESTIONS
    )
    faults.extend(_question_faults(questions))
    if faults or closes_on is None:
        return Reply(errors=FormErrors(tuple(faults)))
    key = uow.insert(
        survey,
        token=secrets.token_urlsafe(18),
        title=title[:_LONGEST_QUESTION],
        questions=to_data(questions),
        created_at=uow.at,
        created_by=uow.person.id,
        closes_on=closes_on,
    )
    uow.audit("survey made", f"{title[:_LONGEST_QUESTION]}, through {closes_on}")
    made = next(one for one in surveys(uow) if one.id == key)
    return Reply(uow.compose("voice/survey_made", survey=_line(uow, made), questions=questions))


def _new_form(uow: UnitOfWork) -> Form:
    asked = []
    for number, one in enumerate(QUESTIONS, 1):
        kind = "choices" if one.choices else "own words"
        for language, name, words in (("English", "en", one.en), ("Spanish", "es", one.es)):
            label = f"Question {number} ({kind}), {language}"
            asked.append(Field(f"{one.name}_{name}", label, value=words, max_length=_LONGEST_QUESTION))
    closes_on = uow.today + timedelta(weeks=_WEEKS)
    title = f"Client survey, {Month.of(uow.today).title}"
    return Form(
        "New client survey",
        "voice survey new",
        (
            Field("title", "Name", value=title, hint="Only staff see it.", max_length=_LONGEST_QUESTION),
            Field("closes_on", "Last day", "date", value=closes_on.isoformat()),
            *asked,
        ),
        submit="Open it",
        intro=(Text(spans(f"{_SCALE} {_BOTH}")),),
    )


def _question_faults(questions: Iterable[Question]) -> Iterable[tuple[str, str]]:
    for one in questions:
        for name, words in ((f"{one.name}_en", one.en), (f"{one.name}_es", one.es)):
            if not words:
                yield name, "Write the question. All five are asked in both languages."
            elif len(words) > _LONGEST_QUESTION:
                yield name, f"This holds {_LONGEST_QUESTION} characters; yours has {len(words)}. Please shorten it."


def _last_day(text: str, today: date) -> tuple[date | None, list[tuple[str, str]]]:
    """The last day as it was given, or what is wrong with it."""
    try:
        day = parse_day(text, today)
    except ValueError as error:
        return None, [("closes_on", str(error))]
    if day < today:
        return None, [("closes_on", f"{day.isoformat()} is over. Give a day from today on.")]
    if (day - today).days > _LONGEST_OPEN:
        return None, [("closes_on", f"{day.isoformat()} is more than a year ahead. Check the year, please.")]
    return day, []


def extend(command: Command, uow: UnitOfWork) -> Reply:
    """Another last day for a survey that is open."""
    one = _named(uow, command, must_be_open=True)
    if command.source != "form":
        value = (one.closes_on + timedelta(weeks=2)).isoformat()
        form = Form("Another last day", "voice survey extend", (Field("closes_on", "Last day", "date", value=value),))
        return Reply(form=replace(form, hidden=(("survey", str(one.id)),)))
    day, faults = _last_day(command.values.get("closes_on", ""), uow.today)
    if day is None:
        return Reply(errors=FormErrors(tuple(faults)))
    uow.change(survey, survey.c.id == one.id, closes_on=day)
    uow.audit("survey extended", f"{one.title}, through {day}")
    line = _line(uow, replace(one, closes_on=day))
    return Reply(uow.compose("voice/survey_extended", survey=line))


def close(command: Command, uow: UnitOfWork) -> Reply:
    """Close it for good, after asking once."""
    one = _named(uow, command, must_be_open=True)
    if command.values.get("sure") != "yes":
        return Reply(uow.compose("voice/survey_close", survey=_line(uow, one)))
    uow.change(survey, survey.c.id == one.id, closed_at=uow.at)
    uow.audit("survey closed", one.title)
    closed = replace(one, closed_early=True, open=False, ended=uow.today)
    return Reply(uow.compose("voice/survey_closed", survey=_line(uow, closed), told=False))


def read(command: Command, uow: UnitOfWork) -> Reply:
    """The counts, then what people wrote, a message's worth at a time."""
    one = _named(uow, command)
    line = _line(uow, one)
    if not line.readable:
        return Reply(uow.compose("voice/survey_waits", survey=line))
    given = answers_of(uow, one.id)
    start = command.values.get("start", "")
    begin = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    said, end, total = _said(uow, one, given, begin)
    counts = [] if begin else tallies(one.questions, given)
    uow.audit("survey read", one.title)
    return Reply(
        uow.compose("voice/survey_read", survey=line, tallies=counts, said=said, begin=begin, end=end, total=total)
    )


def _said(uow: UnitOfWork, one: SurveyView, given: Sequence[Answers], begin: int) -> tuple[list[Said], int, int]:
    """What fits into a message from the `begin`-th text on -> (by question, where to go on, how many there are)."""
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    texts = [(q.en, text) for q in one.questions if not q.choices for text in words_of(q, given)]
    found: list[Said] = []
    end, length = begin, 0 if begin else _COUNTS
    for question, text in texts[begin:]:
        new, shown = not found or found[-1].question != question, _masked(text, staff)
        length += sum(_BULLET + len(json.dumps(words)) for words in ((question, shown) if new else (shown,)))
        if found and length > _PAGE:
            break
        if new:
            found.append(Said(question, ()))
        found[-1] = replace(found[-1], texts=(*found[-1].texts, shown))
        end += 1
    return found, end, len(texts)


def _masked(text: str, staff: frozenset[str]) -> str:
    """Without what the story check would block: a name, a number, whatever points at one person."""
    shown, at = "", 0
    for finding in check_story(text, staff).findings:
        if finding.severity == "block":
            shown, at = f"{shown}{text[at : finding.start]}{_MASK}", finding.end
    return " ".join(f"{shown}{text[at:]}".split())


def _named(uow: UnitOfWork, command: Command, *, must_be_open: bool = False) -> SurveyView:
    """The survey that was named; else the newest that is open, or has closed. Raises UserError."""
    key, found = command.values.get("survey", ""), surveys(uow)
    if key:
        one = next((one for one in found if str(one.id) == key), None)
    else:
        one = next((one for one in found if one.open == must_be_open), None)
    choices = (("All surveys", "voice survey", ()),)
    if one is None:
        none = "No survey is open." if must_be_open else "No survey has closed yet."
        raise UserError(f"There is no survey {key}. Look at the list." if key else none, choices)
    if must_be_open and not one.open:
        raise UserError("That survey is closed, and stays closed: its answers can be read now.", choices)
    return one


def closed_due(uow: UnitOfWork) -> list[Due]:
    """Surveys whose last day is over, on the morning after; who closes one by hand knows it. The subject is its id."""
    at, zone, told = settings.send_at(uow), uow.organization.tz, uow.decided(CLOSED, "")
    found = [
        Due(str(one.id), "", local_time(one.closes_on + timedelta(days=1), at, zone))
        for one in surveys(uow)
        if not one.closed_early and str(one.id) not in told
    ]
    return [due for due in found if due.at <= uow.at]


def tell_closed(uow: UnitOfWork, due: Due) -> None:
    """A private word to whoever made it, or to all coordinators where they are gone."""
    one = next((one for one in surveys(uow) if str(one.id) == due.subject), None)
    if one is None or one.open:
        return
    message = uow.compose("voice/survey_closed", survey=_line(uow, one), told=True)
    for person in _keepers(uow, one):
        key = f"{CLOSED}:{one.id}:{person.id}"
        uow.post(CLOSED, Destination(person_id=person.id), message, key=key, subject_id=one.id)


def _keepers(uow: UnitOfWork, one: SurveyView) -> list[Person]:
    able = people.people_with_role(uow, Role.COORDINATOR)
    return [person for person in able if person.id == one.created_by] or able
