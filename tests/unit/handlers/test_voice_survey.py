"""The survey from the inside: made with both languages, counted in steps, closed for good, read once it is closed."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.chat.commands import Role
from bot.domain.survey import QUESTIONS
from bot.renderers.adaptive_card import message_card
from bot.renderers.slack_blocks import message_blocks
from handlers import voice
from storage.models import audit, survey, survey_answer, voice_result
from storage.queries import people
from storage.queries.surveys import answers_of, surveys
from storage.survey_answers import SurveyAnswers
from tests.builders import a_person, a_plan
from tests.desk import Desk, buttons, words

APRIL_1 = datetime(2026, 4, 1, 15, 0, tzinfo=UTC)  # 8:00 in California
APRIL_1_AT_10 = datetime(2026, 4, 1, 17, 0, tzinfo=UTC)


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Cora Dinator", Role.COORDINATOR)
        a_person(uow, "Second Coordinator", Role.COORDINATOR)
        a_person(uow, "Ana Lytic", Role.ANALYST)
        a_person(uow, "Mem Ber")
    return Desk(engine, clock, voice)


def made(desk, **fields):
    given = {"title": "Lobby survey", "closes_on": "2026-03-31", **fields}
    return desk.submits("Cora Dinator", desk.says("Cora Dinator", "/sip voice survey new"), given)


def rows(work, table=survey):
    with work() as uow:
        return list(uow.rows(select(table)))


def answered(desk, work, count, **answers):
    """`count` people answer alike, in forms of their own."""
    token, there = rows(work)[-1].token, SurveyAnswers(desk.engine)
    have = len(rows(work, survey_answer))
    for number in range(count):
        given = answers or {"q1": "yes", "q4": "The phone line"}
        assert there.answer(token, f"form-{have + number:012}", given, desk.clock.read()) == "stored"


def closed(desk):
    asked = desk.says("Cora Dinator", "/sip voice survey close").message
    return desk.presses("Cora Dinator", asked, "Close it now").message


def test_a_survey_is_made_with_its_link_and_its_questions(desk, work):
    said = words(made(desk, q5_en="What should be better?", q5_es="¿Qué debería ser mejor?").message)
    (row,) = rows(work)
    assert f"https://sip.example/survey/{row.token}" in said
    assert "open through 31 March 2026" in said
    assert "What should be better? / ¿Qué debería ser mejor?" in said
    assert len(row.token) >= 16
    assert (row.title, row.closes_on) == ("Lobby survey", date(2026, 3, 31))
    stored = [(one["name"], one["en"], one["es"]) for one in row.questions]
    kept = [(one.name, one.en, one.es) for one in QUESTIONS[:4]]
    assert stored == [*kept, ("q5", "What should be better?", "¿Qué debería ser mejor?")]


@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        ({"title": " "}, "title", "a name"),
        ({"closes_on": "2026-03-01"}, "closes_on", "is over"),
        ({"closes_on": "2036-03-31"}, "closes_on", "more than a year"),
        ({"closes_on": "soon"}, "closes_on", "cannot read"),
        ({"q2_es": ""}, "q2_es", "both languages"),
        ({"q4_en": "x" * 201}, "q4_en", "200 characters"),
    ],
)
def test_faults_stay_in_the_form(desk, work, fields, name, why):
    reply = made(desk, **fields)
    assert why in dict(reply.errors.errors)[name]
    assert rows(work) == []


def test_without_an_address_nothing_is_made_and_it_says_what_to_set(desk, work):
    desk.dispatcher._public_url = ""
    assert "PUBLIC_URL" in words(desk.says("Cora Dinator", "/sip voice survey new").message)
    assert rows(work) == []


def test_members_and_analysts_cannot_make_one(desk):
    assert "is for a coordinator" in words(desk.says("Ana Lytic", "/sip voice survey new").message)
    assert "is for an analyst" in words(desk.says("Mem Ber", "/sip voice survey").message)


@pytest.mark.parametrize(("count", "seen"), [(0, "0"), (1, "fewer than 11"), (10, "fewer than 11"), (13, "11 or more")])
def test_an_open_survey_tells_how_many_in_steps_and_nothing_else(desk, work, count, seen):
    made(desk)
    answered(desk, work, count)
    shown = desk.says("Ana Lytic", "/sip voice survey").message
    assert f"Answered by: {seen}\n" in words(shown)
    assert "Read the answers" not in {button.label for button in buttons(shown)}
    told = words(desk.says("Ana Lytic", "/sip voice survey read 1").message)
    assert "once it has closed" in told
    assert "phone line" not in told


def test_a_closed_one_shows_counts_and_words_under_the_small_number_rule(desk, work):
    made(desk)
    answered(desk, work, 14, q1="yes", q2="mostly", q4="The phone line")
    answered(desk, work, 4, q1="no", q5="Open later")
    assert "People who answered: 18." in words(closed(desk))
    said = words(desk.says("Ana Lytic", "/sip voice survey read").message)
    q1 = said[said.index(QUESTIONS[0].en) : said.index(QUESTIONS[1].en)]
    assert "Yes, fully: not shown" in q1, "14 with 4 hidden would give 4 away"
    assert "No: not shown" in q1
    assert "Mostly: 0" in q1
    assert not re.search(r": ([1-9]|10)\n", said)
    assert said.count("- The phone line") == 14
    assert said.count("- Open later") == 4


@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_closed_one_with_few_answers_is_never_read(desk, work, count):
    made(desk)
    answered(desk, work, count)
    closed(desk)
    shown = desk.says("Ana Lytic", "/sip voice survey read").message
    assert "fewer than 11 answers nothing of it can be read" in words(shown)
    assert "phone line" not in words(shown)
    assert not re.search(r"answered: ([1-9]|10)\b", words(shown))


def test_what_could_identify_somebody_is_masked(desk, work):
    made(desk)
    answered(desk, work, 11)
    answered(desk, work, 1, q5="Call me at 707-555-1234, my case 12345678, about <b>the</b> letters")
    closed(desk)
    said = words(desk.says("Ana Lytic", "/sip voice survey read").message)
    assert "- Call me at […], my […], about <b>the</b> letters" in said
    assert "707" not in said
    assert "12345678" not in said


@pytest.mark.parametrize(("count", "answer"), [(15, "long words " * 90), (220, "a word"), (60, "ñandú " * 9)])
@pytest.mark.parametrize("drawn", [message_blocks, message_card])
def test_words_are_read_on_page_by_page_and_none_is_lost(desk, work, count, answer, drawn):
    made(desk)
    for number in range(count):
        answered(desk, work, 1, q4=f"Nr {number:03} {answer}")
    closed(desk)
    message = desk.says("Ana Lytic", "/sip voice survey read").message
    seen = []
    while message:
        seen += re.findall(r"Nr (\d{3})", json.dumps(drawn(message)))
        more = [one for one in buttons(message) if one.label.startswith("Read on")]
        message = desk.presses("Ana Lytic", message, "Read on").message if more else None
    assert sorted(seen) == [f"{number:03}" for number in range(count)]


@pytest.mark.parametrize("seed", range(4))
def test_every_page_shows_all_answers_that_read_on_goes_past(desk, work, seed):
    """The first page has the counts as well; questions and the name may be as long as the form takes them."""
    chance = random.Random(seed)
    longest = {f"{one.name}_{tongue}": (one.en * 9)[:200] for one in QUESTIONS for tongue in ("en", "es")}
    made(desk, **({} if seed % 2 else {"title": "Lobby " * 33, **longest}))
    for number in range(14):
        answer = (chance.choice(["word ", "*_`~ ", "<&> "]) * 400)[: chance.randrange(600, 1_990)]
        answered(desk, work, 1, **{"q1": "yes", f"q{4 + number % 2}": f"Nr {number:03} {answer}"})
    closed(desk)
    message, seen = desk.says("Ana Lytic", "/sip voice survey read").message, []
    while message:
        shown = [
            sorted(re.findall(r"Nr (\d{3})", json.dumps(drawn(message)))) for drawn in (message_blocks, message_card)
        ]
        more = [one for one in buttons(message) if one.label.startswith("Read on")]
        left = int(dict(more[0].values)["start"]) if more else 14
        assert shown[0] == shown[1]
        seen += shown[0]
        assert len(seen) == left
        message = desk.presses("Ana Lytic", message, "Read on").message if more else None
    assert sorted(seen) == [f"{number:03}" for number in range(14)]


def test_closing_asks_first_and_is_for_good(desk, work):
    made(desk)
    answered(desk, work, 3)
    asked = desk.says("Cora Dinator", "/sip voice survey close").message
    assert "cannot be opened again" in words(asked)
    assert rows(work)[0].closed_at is None
    desk.presses("Cora Dinator", asked, "Close it now")
    assert rows(work)[0].closed_at == desk.clock.read()
    outcome = SurveyAnswers(desk.engine).answer(
        rows(work)[0].token, "late-form-000001", {"q1": "yes"}, desk.clock.read()
    )
    assert outcome == "closed"
    again = desk.sends("Cora Dinator", verb="voice survey extend", values={"survey": "1"}, source="button")
    assert "stays closed" in words(again.message)
    assert "No survey is open" in words(desk.says("Cora Dinator", "/sip voice survey close").message)


def test_an_open_one_gets_another_last_day(desk, work):
    made(desk)
    form = desk.presses("Cora Dinator", desk.says("Cora Dinator", "/sip voice survey").message, "Another last day")
    assert "is over" in dict(desk.submits("Cora Dinator", form, closes_on="2026-01-01").errors.errors)["closes_on"]
    assert "through 30 April 2026" in words(desk.submits("Cora Dinator", form, closes_on="2026-04-30").message)
    assert rows(work)[0].closes_on == date(2026, 4, 30)


def test_it_takes_answers_until_midnight_where_the_county_is(desk, work):
    made(desk)
    there, token = SurveyAnswers(desk.engine), rows(work)[0].token
    assert there.answer(token, "form-late-000000", {"q1": "no"}, datetime(2026, 4, 1, 6, 59, tzinfo=UTC)) == "stored"
    assert there.answer(token, "form-late-000001", {"q1": "no"}, datetime(2026, 4, 1, 7, 0, tzinfo=UTC)) == "closed"


def test_the_coordinator_is_told_once_the_morning_after(desk, work):
    made(desk)
    answered(desk, work, 12)
    desk.tick()
    desk.clock.move_to(APRIL_1)
    desk.tick()
    assert desk.queued(voice.CLOSED) == []
    desk.clock.move_to(APRIL_1_AT_10)
    desk.tick()
    desk.tick()
    (told,) = desk.queued(voice.CLOSED)
    assert told.to == "Cora Dinator"
    assert "People who answered: 12." in words(told.message)
    read = desk.presses("Cora Dinator", told.message, "Read the answers")
    assert "The phone line" in words(read.message)


def test_all_coordinators_are_told_where_its_maker_is_one_no_longer(desk, work):
    made(desk)
    with work() as uow:
        uow.connection.exec_driver_sql("UPDATE person SET role = 1 WHERE name = 'Cora Dinator'")
    desk.clock.move_to(APRIL_1_AT_10)
    desk.tick()
    assert [told.to for told in desk.queued(voice.CLOSED)] == ["Second Coordinator"]


def test_who_closes_it_by_hand_is_not_told_again(desk, work):
    made(desk)
    closed(desk)
    desk.clock.move_to(APRIL_1_AT_10)
    desk.tick()
    assert desk.queued(voice.CLOSED) == []


def test_a_theme_is_recorded_from_its_survey(desk, work):
    made(desk)
    answered(desk, work, 12)
    closed(desk)
    shown = desk.says("Cora Dinator", "/sip voice survey read").message
    form = desk.presses("Cora Dinator", shown, "Record a theme")
    saved = desk.submits("Cora Dinator", form, heard="Calling is easier than coming", step="1.1.1")
    assert "Survey, March 2026. People heard: 12 · step 1.1.1" in words(saved.message)
    assert "not yet addressed" in words(saved.message)
    edit = desk.presses("Cora Dinator", saved.message, "Edit")
    desk.submits("Cora Dinator", edit, did="A second phone line")
    assert [row.survey_id for row in rows(work, voice_result)] == [1, 1]


def test_a_theme_needs_a_survey_that_has_closed(desk, work):
    made(desk)
    for key in ("1", "99", "x"):
        reply = desk.sends("Cora Dinator", verb="voice record", values={"survey": key}, source="button")
        assert "cannot be read yet" in words(reply.message)


def test_who_did_what_is_on_record_and_what_was_answered_is_not(desk, work):
    made(desk)
    answered(desk, work, 12)
    closed(desk)
    desk.says("Ana Lytic", "/sip voice survey read")
    actions = [(row.action, row.detail) for row in rows(work, audit)]
    assert actions == [
        ("survey made", "Lobby survey, through 2026-03-31"),
        ("survey closed", "Lobby survey"),
        ("survey read", "Lobby survey"),
    ]


@pytest.mark.parametrize("start", ["-1", "x", "99999999999", "²", "5"])
def test_a_made_up_place_to_read_on_from_is_harmless(desk, work, start):
    made(desk)
    answered(desk, work, 12)
    closed(desk)
    reply = desk.sends("Ana Lytic", verb="voice survey read", values={"survey": "1", "start": start}, source="button")
    assert "wrong on our side" not in words(reply.message)


def test_another_county_sees_none_of_it(desk, work):
    made(desk)
    answered(desk, work, 2)
    with work() as uow:
        assert len(surveys(uow)) == 1
        uow.organization = people.create_organization(uow.connection, "Alder County", "America/Los_Angeles", uow.at)
        assert surveys(uow) == []
        assert answers_of(uow, 1) == []
