"""A survey's rules: what an answer may hold, and that no count of 1-10 people can be read or worked out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.frozen_data import from_data, to_data
from bot.domain.survey import (
    LONGEST,
    QUESTIONS,
    Question,
    is_open,
    people_who_answered,
    read_answers,
    shown_counts,
    tallies,
    words_of,
)

FORM = st.dictionaries(st.sampled_from(["q1", "q2", "q3", "q4", "q5", "name", "form", ""]), st.text(max_size=30))


def test_five_questions_in_both_languages_survive_being_stored():
    assert len(QUESTIONS) == 5
    for question in QUESTIONS:
        assert question.en
        assert question.es
        assert question.en != question.es
    assert tuple(from_data(Question, one) for one in to_data(QUESTIONS)) == QUESTIONS


def test_skipped_questions_and_unknown_fields_are_left_out():
    posted = {"q1": "yes", "q2": "", "q4": "  The phone line\r\nwas quick ", "name": "Maria", "ip": "1.2.3.4"}
    assert read_answers(QUESTIONS, posted) == ({"q1": "yes", "q4": "The phone line\nwas quick"}, {})


@pytest.mark.parametrize(
    ("posted", "faults"),
    [
        ({}, {"": "empty"}),
        ({"q1": "", "q4": " \n\0 "}, {"": "empty"}),
        ({"q1": "perhaps"}, {"q1": "choose"}),
        ({"q4": "x" * (LONGEST + 1)}, {"q4": "long"}),
        ({"q4": "x" * LONGEST}, {}),
    ],
)
def test_faults_are_named_by_their_question(posted, faults):
    assert read_answers(QUESTIONS, posted)[1] == faults


def test_an_answer_that_is_too_long_is_kept_to_be_shown_again():
    words = "x" * (LONGEST + 5)
    assert read_answers(QUESTIONS, {"q5": words})[0] == {"q5": words}


@given(FORM)
def test_whatever_is_sent_gives_storable_answers_or_a_fault(posted):
    answers, faults = read_answers(QUESTIONS, posted)
    assert answers or faults
    assert answers.keys() <= {question.name for question in QUESTIONS}
    for text in answers.values():
        assert "\0" not in text
        text.encode("utf-8")


def test_it_takes_answers_through_its_last_day():
    last = date(2026, 3, 31)
    assert is_open(last, False, last)
    assert not is_open(last, False, date(2026, 4, 1))
    assert not is_open(last, True, date(2026, 3, 1))


@pytest.mark.parametrize(
    ("count", "still_open", "shown"),
    [
        (0, True, "0"),
        (1, True, "fewer than 11"),
        (10, False, "fewer than 11"),
        (11, True, "11 or more"),
        (24, True, "11 or more"),
        (25, True, "25 or more"),
        (24, False, "24"),
        (1234, False, "1,234"),
    ],
)
def test_an_open_survey_tells_its_count_in_steps(count, still_open, shown):
    assert people_who_answered(count, still_open) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([20, 30, 0, 0, 15], ["20", "30", "0", "0", "15"]),
        ([20, 30, 4, 0, 15], ["20", "30", "not shown", "0", "not shown"]),  # 4 alone would be the rest of 69
        ([40, 2, 1, 0, 0], ["not shown", "not shown", "not shown", "0", "0"]),  # 3 together are still too few
        ([9, 8, 40, 0, 0], ["not shown", "not shown", "40", "0", "0"]),
    ],
)
def test_small_counts_take_others_with_them(counts, shown):
    assert shown_counts(counts) == shown


@pytest.mark.parametrize(("choices", "most"), [(2, 60), (3, 34), (4, 24)])
def test_nobody_can_solve_for_a_small_count(choices, most):
    """Somebody who knows the total and this very rule looks at every way it could have come out: no hidden count of
    1-10 has only one solution, and no hidden counts add up to 1-10."""
    ways = defaultdict(list)
    for counts in product(range(most), repeat=choices):
        if 11 <= sum(counts) < most:  # all of whose ways are looked at
            ways[sum(counts), tuple(shown_counts(counts))].append(counts)
    assert len(ways) > most
    for (_, shown), solutions in ways.items():
        hidden = [at for at, words in enumerate(shown) if words == "not shown"]
        for at in hidden:
            possible = {solution[at] for solution in solutions}
            assert len(possible) > 1 or min(possible) > 10, (shown, solutions)
        assert not hidden or sum(solutions[0][at] for at in hidden) >= 11


def test_a_tally_counts_those_who_did_not_answer_too():
    given_answers = [{"q1": "yes"}] * 12 + [{"q4": "Thanks"}] * 13
    tally = tallies(QUESTIONS, given_answers)[0]
    assert [(row.label, row.people) for row in tally.rows] == [
        ("Yes, fully", "12"),
        ("Mostly", "0"),
        ("Only a little", "0"),
        ("No", "0"),
        ("No answer", "13"),
    ]


def test_words_come_without_the_order_of_their_writers():
    found = words_of(QUESTIONS[3], [{"q4": "Zoom calls"}, {"q1": "yes"}, {"q4": "Bus passes"}])
    assert found == ["Bus passes", "Zoom calls"]
