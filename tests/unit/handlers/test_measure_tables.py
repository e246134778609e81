"""Tables of readings in chat, groups with their kinds and numbers of people, the state's average, what was changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.chat.commands import Role
from bot.chat.messages import Chart
from bot.domain.periods import Month
from bot.domain.reading_table import Row
from handlers import measures
from storage.models import measure, reading, report
from storage.queries.people import all_people
from storage.queries.readings import readings
from storage.reading_store import replace_reading, store_readings, take_back
from tests.builders import a_person, a_plan
from tests.desk import Desk, words

ANA = "Ana Lytic"


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, ANA, Role.ANALYST)
        a_person(uow, "Ben Ops", Role.ANALYST)
        a_person(uow, "Mem Ber")
    return Desk(engine, clock, measures)


def stored(work, *, standing: bool = True):
    with work() as uow:
        rows = uow.rows(select(reading).order_by(reading.c.month, reading.c.population, reading.c.id))
        return [(r.month, r.population, r.kind, r.value, r.people) for r in rows if (r.replaced_at is None) is standing]


def pasted(desk, text, name=ANA, measure="1"):
    return desk.submits(name, desk.says(name, "/sip measure record"), measure=measure, table=text)


def test_a_pasted_table_is_stored_and_the_receipt_says_what_changed(desk, work):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-01")
    desk.says(ANA, "/sip measure record 1 31% 2026-01 Spanish (language)")
    reply = pasted(desk, "Month\tAll\tSpanish\n2026-01\t41%\t31%\n2026-02\t42%\t*\n")
    text = words(reply.message)
    assert "Saved: 4 readings of Measure 1 Rate, January 2026 to February 2026." in text
    assert "2 new, 1 in place of another value, 1 as before." in text
    assert "January 2026 | all | 39.5% | 41%" in text
    assert stored(work) == [
        ("2026-01", "", "", 41.0, None),
        ("2026-01", "Spanish", "language", 31.0, None),
        ("2026-02", "", "", 42.0, None),
        ("2026-02", "Spanish", "language", None, None),
    ]
    assert stored(work, standing=False) == [("2026-01", "", "", 39.5, None)]


def test_a_table_with_a_fault_stores_nothing_and_stays_open(desk, work):
    reply = pasted(desk, "month,group,value\n2026-01,,41%\n2026-01,,42%\n2026-13,,43%\n2026-02,,many\n")
    assert reply.errors is not None
    ((field, why),) = reply.errors.errors
    assert field == "table"
    assert why.startswith("Nothing was stored. Row 3: January 2026, everybody, stands in row 2 already.")
    assert "Row 4: “2026-13” is not a month. Write it like 2026-03." in why
    assert "Row 5: “many” is not a number." in why
    assert not stored(work)


def test_a_value_and_a_table_at_once_are_refused(desk, work):
    form = desk.says(ANA, "/sip measure record")
    reply = desk.submits(ANA, form, measure="1", value="40", table="month,value\n2026-01,41%")
    assert reply.errors is not None
    assert reply.errors.errors[0][0] == "value"
    assert not stored(work)


def test_an_empty_form_asks_for_value_and_month(desk):
    reply = desk.submits(ANA, desk.says(ANA, "/sip measure record"), measure="1")
    assert reply.errors is not None
    assert [name for name, _ in reply.errors.errors] == ["value", "month"]


@pytest.mark.parametrize("typed", [False, True])
def test_the_empty_corner_of_a_pasted_table_moves_no_month(desk, work, typed):
    table = "\t2026-01\t2026-02\nAll\t41%\t42%\nSpanish\t31%\t*\n"
    desk.says(ANA, f"/sip measure record 1\n{table}") if typed else pasted(desk, table)
    assert stored(work) == [
        ("2026-01", "", "", 41.0, None),
        ("2026-01", "Spanish", "", 31.0, None),
        ("2026-02", "", "", 42.0, None),
        ("2026-02", "Spanish", "", None, None),
    ]


def test_a_table_of_nothing_but_gaps_is_none(desk):
    assert [name for name, _ in pasted(desk, " \t\n ").errors.errors] == ["value", "month"]


def test_a_table_can_be_typed_below_the_measures_name(desk, work):
    desk.says(ANA, "/sip measure record 2\nmonth,value\n2026-01,41%\n2026-02,42%")
    assert [row[3] for row in stored(work)] == [41.0, 42.0]
    refused = desk.says(ANA, "/sip measure record 2\nmonth,value\n2026-01,lots")
    assert "Nothing was stored. Row 2: “lots” is not a number." in words(refused.message)


def test_a_table_is_taken_back_and_what_it_replaced_stands_again(desk, work, clock):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-01")
    clock.move_to(clock.read() + timedelta(minutes=1))
    reply = pasted(desk, "month,value\n2026-01,41%\n2026-02,42%\n")
    clock.move_to(clock.read() + timedelta(minutes=1))
    theirs = desk.presses("Ben Ops", reply.message, "Take it back")
    assert "nothing to take back" in words(theirs.message)
    back = desk.presses(ANA, reply.message, "Take it back")
    assert "Taken back: 2 readings." in words(back.message)
    assert stored(work) == [("2026-01", "", "", 39.5, None)]
    assert "nothing to take back" in words(desk.presses(ANA, reply.message, "Take it back").message)


def beside(work, first, second):
    """`first(uow)` in a transaction that is open while another replica begins `second()`."""
    with ThreadPoolExecutor(1) as replica:
        with work() as uow:
            first(uow)
            other = replica.submit(second)
            wait([other], timeout=0.5)
        other.result(timeout=20)


def test_of_two_values_stored_at_once_one_stands(desk, work):
    def ana_stores(uow):
        key = uow.scalar(select(measure.c.id).order_by(measure.c.id))
        store_readings(uow, key, (Row(0, Month(2026, 1), "", "", 40.0, None),))

    beside(work, ana_stores, lambda: desk.says("Ben Ops", "/sip measure record 1 50% 2026-01"))
    assert stored(work) == [("2026-01", "", "", 50.0, None)]
    assert stored(work, standing=False) == [("2026-01", "", "", 40.0, None)]


def test_of_a_value_stored_while_a_table_is_taken_back_one_stands(desk, work, clock):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-01")
    clock.move_to(clock.read() + timedelta(minutes=1))
    at = clock.read()
    pasted(desk, "month,value\n2026-01,41%\n")
    clock.move_to(clock.read() + timedelta(minutes=1))

    def ana_takes_back(uow):
        uow.person = next(one for one in all_people(uow) if one.name == ANA)
        assert take_back(uow, at) == 1

    beside(work, ana_takes_back, lambda: desk.says("Ben Ops", "/sip measure record 1 50% 2026-01"))
    assert stored(work) == [("2026-01", "", "", 50.0, None)]


def test_of_two_who_correct_one_reading_at_once_one_value_stands(desk, work, clock):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-01")
    clock.move_to(clock.read() + timedelta(minutes=1))

    at = clock.read()

    def ana_corrects(uow):
        (wrong,) = readings(uow)
        replace_reading(uow, wrong)
        store_readings(uow, wrong.measure_id, (Row(0, Month(2026, 2), "", "", 40.0, None),))
        clock.move_to(at + timedelta(minutes=1))

    values = {"measure": "1", "value": "50", "month": "2026-02", "instead": "1"}
    beside(work, ana_corrects, lambda: desk.sends("Ben Ops", verb="measure record", values=values, source="form"))
    assert stored(work) == [("2026-02", "", "", 50.0, None)]
    with work() as uow:
        until = uow.rows(select(reading.c.value, reading.c.replaced_at).order_by(reading.c.id)).all()
    assert [tuple(row) for row in until] == [(39.5, at), (40.0, at + timedelta(minutes=1)), (50.0, None)]


def test_a_table_stays_once_a_report_was_published(desk, work, clock):
    reply = pasted(desk, "month,value\n2026-01,41%\n")
    clock.move_to(clock.read() + timedelta(minutes=1))
    with work() as uow:
        uow.insert(
            report, kind="rollup", period="2026-02", state="published", facts={}, content={}, token="t",
            created_at=uow.at, published_at=uow.at,
        )  # fmt: skip
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert "A report was published since" in words(desk.presses(ANA, reply.message, "Take it back").message)
    assert len(stored(work)) == 1


def test_ten_thousand_rows_with_a_fault_leave_nothing_behind(desk, work):
    lines = [f"20{10 + n % 16}-0{1 + n % 9},group {n // 144},{n % 100}" for n in range(9_999)]
    reply = desk.sends(
        ANA,
        verb="measure record",
        values={"measure": "1", "table": "\n".join(("month,group,value", *lines, "2026-02,last,many"))},
        source="form",
    )
    assert reply.errors is not None
    assert reply.errors.errors[0][1].startswith("Nothing was stored. Row 10001: “many” is not a number.")
    assert not stored(work)


def test_typed_readings_say_their_kind_of_group_and_of_how_many_people(desk, work):
    reply = desk.says(ANA, "/sip measure record 1 31% 2026-02 Spanish (language) of 1,310")
    assert "Measure 1 Rate, Spanish (language) is 31% for February 2026, of 1310 people." in words(reply.message)
    desk.says(ANA, "/sip measure record 1 40% 2026-02 of 4000")
    assert stored(work) == [("2026-02", "", "", 40.0, 4000), ("2026-02", "Spanish", "language", 31.0, 1310)]
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "Spanish (language) | February 2026 | 31% | −9 points, a disparity | 1,310" in shown


def test_few_people_are_not_shown_and_cannot_be_worked_out(desk):
    desk.says(ANA, "/sip measure record 1 50% 2026-02 of 40")
    desk.says(ANA, "/sip measure record 1 40% 2026-02 Spanish (language) of 10")
    desk.says(ANA, "/sip measure record 1 53.3% 2026-02 English (language) of 30")
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "Spanish (language) | February 2026 | not shown | – | fewer than 11" in shown
    assert "English (language) | February 2026 | 53.3%" in shown
    assert "40%" not in shown.split("Group |")[1]


def test_the_states_average_stands_beside_the_countys_own(desk, work):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-02")
    reply = desk.says(ANA, "/sip measure record 1 51.2% 2026-02 statewide")
    assert "State average is 51.2% for February 2026" in words(reply.message)
    assert stored(work)[1] == ("2026-02", "State average", "state", 51.2, None)
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "February 2026 | 39.5% | 41% | −1.5 points | behind, settling in | 51.2%" in shown
    assert "Group |" not in shown


def test_one_measure_shows_its_chart_and_what_was_changed(desk, clock):
    desk.says(ANA, "/sip measure record 1 39.5% 2026-01")
    desk.says(ANA, "/sip measure record 1 39% 2026-02")
    clock.move_to(clock.read() + timedelta(days=1))
    desk.says(ANA, "/sip measure record 1 41% 2026-01")
    message = desk.says("Mem Ber", "/sip measure show 1").message
    assert message is not None
    (chart,) = [block for block in message.blocks if isinstance(block, Chart)]
    assert chart.months == ("2026-01", "2026-02")
    assert {line.kind: line.values for line in chart.lines} == {
        "measured": (41.0, 39.0),
        "expected": (40.0, 41.0),
        "target": (64.0, 64.0),
    }
    assert "measured from 41% to 39%" in chart.alt
    assert "January 2026, was 39.5% until 3 March 2026" in words_without_charts(message)


def test_a_fall_in_a_strategys_first_year_asks_what_people_need(desk):
    desk.says(ANA, "/sip measure record 1 41% 2026-01")
    desk.says(ANA, "/sip measure record 1 39% 2026-02")
    shown = words_without_charts(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "behind, settling in" in shown
    assert "what do you need?" in shown


def test_a_hidden_value_is_not_told_by_its_revisions(desk, clock):
    desk.says(ANA, "/sip measure record 1 40% 2026-02 Spanish of 10")
    clock.move_to(clock.read() + timedelta(days=1))
    desk.says(ANA, "/sip measure record 1 30% 2026-02 Spanish of 10")
    shown = words(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "February 2026, Spanish, changed on 3 March 2026" in shown
    assert "30%" not in shown
    assert "40%" not in shown.split("Group |")[1]


def test_a_renamed_groups_old_number_does_not_tell_the_group_beside_it(desk, work):
    with work() as uow:
        uow.change(measure, measure.c.name == "Measure 1 Rate", unit="families")
    desk.says(ANA, "/sip measure record 1 50 2026-02")
    desk.says(ANA, "/sip measure record 1 8 2026-02 Hmong (language)")
    saved = desk.says(ANA, "/sip measure record 1 42 2026-02 Spansh (language)")
    desk.submits(ANA, desk.presses(ANA, saved.message, "Edit"), population="Spanish")
    shown = words_without_charts(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "February 2026 | 50 families" in shown
    assert "February 2026, Spansh, changed on 2 March 2026" in shown
    assert "42" not in shown


def test_a_corrected_number_of_people_does_not_stand_beside_the_old_one(desk, work):
    with work() as uow:
        uow.change(measure, measure.c.name == "Measure 1 Rate", unit="families")
    desk.says(ANA, "/sip measure record 1 100 2026-02")
    desk.says(ANA, "/sip measure record 1 103 2026-02")
    shown = words_without_charts(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "103 families" in shown
    assert "100" not in shown


def test_an_old_rate_is_not_told_where_somebody_said_how_many_people_a_rate_is_of(desk):
    """Spanish is 10% of 50, so 5 people: that its old name had no number of people tells nothing else."""
    saved = desk.says(ANA, "/sip measure record 1 10% 2026-02 Spansh")
    desk.submits(ANA, desk.presses(ANA, saved.message, "Edit"), population="Spanish", people="50")
    shown = words_without_charts(desk.says("Mem Ber", "/sip measure show 1").message)
    assert "Spanish | February 2026 | not shown" in shown
    assert "10%" not in shown.split("Group |")[1]


def words_without_charts(message):
    return words(type(message)(tuple(block for block in message.blocks if not isinstance(block, Chart))))
