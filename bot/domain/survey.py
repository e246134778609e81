"""A client survey as plain data: five questions in two languages, what an answer may hold, what may be shown of it.

The survey is anonymous, so nothing here knows who answered or when. How many people gave an answer is shown only
through `people_who_answered` and `tallies`: the one place where the small-number rule meets a survey.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.small_cells import NOT_SHOWN, SMALLEST_SHOWN, is_small, show_count

Language = Literal["en", "es"]
Fault = Literal["empty", "choose", "long"]
Answers = Mapping[str, str]  # question name -> a choice's value, or words; a skipped question is not in it

LONGEST = 2000  # characters of one answer in words
NO_ANSWER = "No answer"
# While a survey is open only these steps are told: the exact number, read twice, would count the answers in between.
_STEPS = (11, 25, 50, 100, 250, 500, 1000)
# What a form can send and nobody can read or store; line ends and tabs stay.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    en: str
    es: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question; without `choices` it is answered in words. Kept with its survey as it was when that was made."""

    name: str
    en: str
    es: str
    choices: tuple[Choice, ...] = ()


# One scale for all: it answers whatever a county asks that begins like "Was it …", "Did you …", "Could you …".
CHOICES = (
    Choice("yes", "Yes, fully", "Sí, del todo"),
    Choice("mostly", "Mostly", "En gran parte"),
    Choice("little", "Only a little", "Solo un poco"),
    Choice("no", "No", "No"),
)
QUESTIONS = (
    Question("q1", "Was it easy to get the help you came for?", "¿Fue fácil recibir la ayuda que buscaba?", CHOICES),
    Question("q2", "Did our staff treat you with respect?", "¿Nuestro personal le trató con respeto?", CHOICES),
    Question(
        "q3",
        "Could you get help in your language, at a time and place that work for you?",
        "¿Pudo recibir ayuda en su idioma, a una hora y en un lugar que le convienen?",
        CHOICES,
    ),
    Question("q4", "What helped you most?", "¿Qué fue lo que más le ayudó?"),
    Question(
        "q5", "What is one thing we should change?", "Si pudiéramos cambiar una sola cosa, ¿cuál debería ser?"
    ),
)  # fmt: skip


def is_open(closes_on: date, closed_early: bool, today: date) -> bool:
    """Whether it takes answers: through `closes_on`, where the organization is, unless it was closed before."""
    return not closed_early and today <= closes_on


def read_answers(questions: Iterable[Question], posted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Fault]]:
    """What a form sent -> (answers, faults by question name; "" is the whole form). Fields we did not ask for are left
    out. An answer with a fault is kept among the answers as it was typed, so that it can be shown again."""
    answers: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for question in questions:
        said = _CONTROLS.sub("", posted.get(question.name, "").replace("\r\n", "\n")).strip()
        if not said:
            continue
        if question.choices and said not in {choice.value for choice in question.choices}:
            faults[question.name] = "choose"
            continue
        answers[question.name] = said
        if len(said) > LONGEST:
            faults[question.name] = "long"
    if not answers and not faults:
        faults[""] = "empty"
    return answers, faults


@dataclass(frozen=True, slots=True)
class Row:
    """A choice and how many people took it, as it may be shown."""

    label: str
    people: str


@dataclass(frozen=True, slots=True)
class Tally:
    """A question with choices and what was answered."""

    question: str
    rows: tuple[Row, ...]


def people_who_answered(count: int, still_open: bool) -> str:
    """How many have answered; while it is open, in steps."""
    reached = [step for step in _STEPS if step <= count]
    return f"{reached[-1]:,} or more" if still_open and reached else show_count(count)


def may_be_read(count: int) -> bool:
    """Whether a closed survey's answers may be read: of fewer than 11 people, words alone could tell who it was."""
    return count >= SMALLEST_SHOWN


def tallies(questions: Iterable[Question], given: Sequence[Answers]) -> list[Tally]:
    """The questions with choices and their counts. `given`: of a closed survey that may be read."""
    return [_tally(question, given) for question in questions if question.choices]


def _tally(question: Question, given: Sequence[Answers]) -> Tally:
    counted = Counter(answers.get(question.name, "") for answers in given)
    labels = [(choice.value, choice.en) for choice in question.choices] + [("", NO_ANSWER)]
    shown = shown_counts([counted[value] for value, _ in labels])
    return Tally(question.en, tuple(Row(label, people) for (_, label), people in zip(labels, shown, strict=True)))


def shown_counts(counts: Sequence[int]) -> list[str]:
    """Counts of people that add up to a known number of at least 11, none of 1-10 readable: those are hidden, and under
    the same words the smallest others, until what is hidden cannot be worked out. Equal counts are hidden together, so
    that nobody can tell which of the hidden ones is the small one."""
    hidden = {at for at, count in enumerate(counts) if is_small(count)}
    for value in sorted(set(counts) - {0}):
        if not hidden or _safe([counts[at] for at in hidden]):
            break
        hidden |= {at for at, count in enumerate(counts) if count == value}
    return [NOT_SHOWN if at in hidden else f"{count:,}" for at, count in enumerate(counts)]


def _safe(hidden: Sequence[int]) -> bool:
    """Several counts, of 11 people or more in all, and not as many as they can be: then each of them would be 10."""
    most = (SMALLEST_SHOWN - 1) * len(hidden)
    return len(hidden) > 1 and sum(hidden) >= SMALLEST_SHOWN and sum(hidden) != most


def words_of(question: Question, given: Iterable[Answers]) -> list[str]:
    """What people wrote, in alphabetical order: neither when it came nor what else its writer said can be seen."""
    return sorted(answers[question.name] for answers in given if question.name in answers)
