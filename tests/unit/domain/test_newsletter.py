"""An edition as text: its parts, its words, and how much of a quarter fits in."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.month_facts import StepFacts, WinFacts
from bot.domain.newsletter import SECTIONS, Correction, Edition, Section, count_words, parts, says
from bot.domain.newsletter_room import ROOMS, Room, choose_wins, milestones


def test_milestones_come_from_many_strategies():
    steps = [StepFacts((f"1.{strategy}.{number}",), "", None) for strategy in (1, 2, 3) for number in (1, 2, 3, 4)]
    refs = [step.refs[0] for step in milestones(steps, 6)]
    assert refs == ["1.1.1", "1.1.2", "1.2.1", "1.2.2", "1.3.1", "1.3.2"]
    assert milestones((), 6) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.\n\nTwo\nlines.", [("text", ("One.",)), ("text", ("Two", "lines."))]),
        ("- a\n- b\n\n* c", [("bullets", ("a", "b", "c"))]),
        ("### Head\nbody\n- x", [("heading", ("Head",)), ("text", ("body",)), ("bullets", ("x",))]),
        ("", []),
    ],
)
def test_parts_of_a_section(text, expected):
    assert [(part.kind, part.lines) for part in parts(text)] == expected


def test_marks_of_bullets_and_headings_are_no_words():
    assert count_words("### Two words\n\n- one\n- two\n\nA whole sentence.") == 7


def test_the_spanish_part_does_not_make_an_edition_longer():
    sections = (Section("hello", "one two"), Section("spanish", "uno dos tres"))
    assert Edition(sections).words == 2


def test_an_edition_stored_by_an_older_version_has_every_section():
    edition = Edition.from_data(
        {"sections": [{"id": "hello", "text": "Hi", "edited": True}, {"id": "gone", "text": ""}]}
    )
    assert [section.id for section in edition.sections] == list(SECTIONS)
    assert edition.text_of("hello") == "Hi"
    assert (edition.wins, edition.picture, edition.correction) == ((), None, None)


def test_what_is_stored_is_read_back():
    edition = Edition((Section("hello", "Hi"),), (1, 2), (2,), {"is": "Chart"}, Correction("Wrong.", True))
    again = Edition.from_data(edition.to_data())
    assert replace(again, sections=(again.sections[0],)) == edition


def a_win(number, workgroup, words=20, *, linkages=False):
    return WinFacts(number, workgroup, "word " * words, "", linkages)


def test_wins_come_from_many_workgroups_and_one_of_linkages_first():
    wins = [a_win(1, "A"), a_win(2, "A"), a_win(3, "B"), a_win(4, "C", linkages=True), a_win(5, "A")]
    assert [win.story for win in choose_wins(wins)] == [4, 1, 3, 2]


def test_wins_stay_within_their_words_but_one_is_always_told():
    wins = [a_win(1, "A", 500), a_win(2, "B", 30)]
    assert [win.story for win in choose_wins(wins)] == [1]
    assert [win.story for win in choose_wins([a_win(1, "A", 300), a_win(2, "B", 200), a_win(3, "C", 100)])] == [1, 3]


def test_rooms_only_ever_get_smaller():
    for wider, tighter in pairwise(ROOMS):
        assert all(getattr(wider, name) >= getattr(tighter, name) for name in Room.__slots__)
        assert wider != tighter


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("We stand at 47.5%.", True),
        ("47.5%, from 40%", True),
        ("147.5%", False),
        ("It was 5 families.", False),
        ("It was 1,052 families.", False),
        ("It was 52 Families.", True),
    ],
)
def test_a_number_is_found_whole(text, there):
    assert (says(Section("numbers", text), "47.5%") or says(Section("numbers", text), "52 families")) == there
