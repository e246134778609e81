"""Readings in chat: recorded by data month, replaced and never lost, shown against what the plan expects."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.chat.commands import Role, parse_args
from handlers import measures
from storage.models import reading
from storage.queries import people
from storage.tenancy import across
from tests.builders import a_person, a_plan
from tests.desk import Desk, words


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ana Lytic", Role.ANALYST)
        a_person(uow, "Mem Ber")
    return Desk(engine, clock, measures)


def stored(work):
    with work() as uow:
        across(uow.connection)
        rows = uow.rows(select(reading).order_by(reading.c.id))
        return [(r.month, r.population, r.value, r.replaced_at is not None) for r in rows]


def test_a_reading_is_stored_and_compared_with_the_plan(desk, work):
    reply = desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02")
    assert stored(work) == [("2026-02", "", 39.5, False)]
    text = words(reply.message)
    assert "Measure 1 Rate is 39.5% for February 2026" in text
    assert "expects 41% for that month: −1.5 points, behind" in text
    assert "March 2026 roll-up" in text
    shown = words(desk.says("Mem Ber", "/sip measure").message)
    assert "February 2026 | 39.5% | 41% | −1.5 points | behind" in shown
    assert "Baseline 40%, target 64% (up is better)" in shown
    assert "No reading yet." in shown


def test_a_second_value_replaces_the_first_which_is_kept(desk, work):
    desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02")
    reply = desk.says("Ana Lytic", "/sip measure record 1 42% 2026-02")
    assert stored(work) == [("2026-02", "", 39.5, True), ("2026-02", "", 42.0, False)]
    assert "It replaces 39.5%" in words(reply.message)


def test_a_star_is_not_shown_and_never_zero(desk, work):
    desk.says("Ana Lytic", "/sip measure record 1 * 2026-02")
    assert stored(work) == [("2026-02", "", None, False)]
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "February 2026 | not shown | 41% | – | no data" in shown


@pytest.mark.parametrize("withheld", ["1 * 2024-01", "1 * 2024-01 Spanish (language)"])
def test_what_was_withheld_is_not_told_as_what_was_there_before(desk, withheld):
    for month in range(1, 9):  # January is in no table any more
        for population in ("", " Spanish (language)"):
            desk.says("Ana Lytic", f"/sip measure record 1 {30 + month}% 2024-{month:02}{population}")
    desk.says("Ana Lytic", f"/sip measure record {withheld}")
    desk.says("Ana Lytic", "/sip measure record 1 45% 2024-02")
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "31%" not in shown
    assert "January 2024" in shown
    assert "February 2024, was 32% until 2 March 2026" in shown


def test_a_groups_reading_stands_beside_the_whole(desk, work):
    desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02")
    desk.says("Ana Lytic", "/sip measure record 1 31% 2026-02 Spanish speakers")
    desk.says("Ana Lytic", "/sip measure record 1 30% 2026-02 spanish Speakers")
    assert [row[1:] for row in stored(work)] == [
        ("", 39.5, False),
        ("Spanish speakers", 31.0, True),
        ("Spanish speakers", 30.0, False),
    ]
    assert "Spanish speakers | February 2026 | 30%" in words(desk.says("Mem Ber", "/sip measure").message)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("1 50% 2026-04", "April 2026 has not begun"),
        ("1 50% 0001-01", "is more than 30 years ago. Please check the year."),
        ("1 50% Feb 1026", "February 1026 is more than 30 years ago. Please check the year."),
        ("1 lots 2026-02", "is not a number"),
        ("1 150% 2026-02", "between 0 and 100"),
        ("9 50% 2026-02", "There is no measure “9”"),
        ("rate 50% 2026-02", "fits more than one measure"),
    ],
)
def test_bad_input_gets_a_sentence_and_stores_nothing(desk, work, said, why):
    reply = desk.says("Ana Lytic", f"/sip measure record {said}")
    assert why in words(reply.message)
    assert not stored(work)


def test_the_form_keeps_what_was_said_and_points_at_faults(desk, work):
    reply = desk.says("Ana Lytic", "/sip measure record 2 47.5%")
    assert reply.form is not None
    assert [field.value for field in reply.form.fields] == ["2", "47.5%", "", "", "", "", "", ""]
    refused = desk.submits("Ana Lytic", reply, month="2026-09", value="abc")
    assert refused.errors is not None
    assert [name for name, _ in refused.errors.errors] == ["value", "month"]
    desk.submits("Ana Lytic", reply, month="last month")
    assert stored(work) == [("2026-02", "", 47.5, False)]


def test_edit_moves_a_reading_to_the_month_it_belongs_to(desk, work):
    saved = desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02")
    form = desk.presses("Ana Lytic", saved.message, "Edit")
    assert form.form is not None
    assert [field.value for field in form.form.fields] == ["1", "39.5", "2026-02", "", "", ""]
    desk.submits("Ana Lytic", form, month="2026-01")
    assert stored(work) == [("2026-02", "", 39.5, True), ("2026-01", "", 39.5, False)]


def test_edit_does_not_retire_a_reading_of_another_measure(desk, work):
    saved = desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02")
    form = desk.presses("Ana Lytic", saved.message, "Edit")
    refused = desk.submits("Ana Lytic", form, measure="2")
    assert refused.errors is not None
    ((field, why),) = refused.errors.errors
    assert field == "measure"
    assert "Measure 1 Rate" in why
    assert stored(work) == [("2026-02", "", 39.5, False)]


def test_edit_does_not_reach_a_reading_of_another_county(desk, work):
    with work() as uow:
        mine = uow.organization
        uow.organization = people.create_organization(uow.connection, "Juniper County", "UTC", uow.at)
        theirs = a_plan(uow)
        pat = a_person(uow, "Pat Lee")
        other = uow.insert(
            reading, measure_id=theirs.measures[1], month="2026-02", value=50.0, person_id=pat.id, at=uow.at
        )
        uow.organization = mine
    values = {"measure": "1", "value": "39.5", "month": "2026-02", "instead": str(other)}
    desk.sends("Ana Lytic", verb="measure record", values=values, source="form")
    assert stored(work) == [("2026-02", "", 50.0, False), ("2026-02", "", 39.5, False)]


def test_the_receipt_promises_the_roll_up_only_to_the_newest_reading_of_the_whole(desk):
    newest = words(desk.says("Ana Lytic", "/sip measure record 1 39.5% 2026-02").message)
    assert "It will appear in the March 2026 roll-up" in newest
    older = desk.says("Ana Lytic", "/sip measure record 1 38% 2026-01")
    assert "will appear" not in words(older.message)
    assert "The roll-up shows the newest data month, February 2026" in words(older.message)
    group = words(desk.says("Ana Lytic", "/sip measure record 1 31% 2026-02 Spanish speakers").message)
    assert "will appear" not in group
    assert "The roll-up shows the whole" in group
    moved = desk.submits("Ana Lytic", desk.presses("Ana Lytic", older.message, "Edit"), month="2026-03")
    assert "It will appear in the March 2026 roll-up" in words(moved.message)


def test_members_may_look_but_not_record(desk, work):
    assert "is for an analyst" not in words(desk.says("Mem Ber", "/sip measure show").message)
    assert "Ana Lytic" in words(desk.says("Mem Ber", "/sip measure record 1 50% 2026-02").message)
    assert not stored(work)


def test_every_example_parses():
    for spec in measures.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == ""
