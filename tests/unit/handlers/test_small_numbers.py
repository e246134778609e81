"""Small numbers of people in what is published: reports, agendas, newsletters, and from one to the next."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.chat.commands import Role
from bot.chat.messages import Chart
from bot.domain.charts import goal_chart
from bot.domain.frozen_data import from_data
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month, Quarter
from bot.domain.rollup import month_rows
from handlers import measures, meetings, newsletter, rollup, voice
from handlers.rollup import progress
from storage.models import measure, report
from storage.queries.facts import month_facts
from storage.queries.plan import goals, strategies
from storage.queries.progress_report import material
from storage.queries.publications import gate
from storage.queries.quarters import quarter_facts
from storage.queries.report_out import report_out
from tests.builders import a_channel, a_person, a_plan, a_workgroup
from tests.desk import Desk, words

ANA, CORA = "Ana Lytic", "Cora Diaz"


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, ANA, Role.ANALYST)
        a_person(uow, CORA, Role.COORDINATOR)
        a_channel(uow, "executives")
    return Desk(engine, clock, measures, newsletter, rollup, voice)


def records(desk, *lines: str) -> None:
    for line in lines:
        assert "Saved" in words(desk.says(ANA, f"/sip measure record {line}").message), line


def test_a_roll_up_masks_a_rate_of_few_people_and_what_would_tell_it(desk, work):
    records(desk, "1 30% 2026-02 of 20", "2 45% 2026-02 of 400")
    text = words(desk.says(CORA, "/sip report").message)
    assert "30%" not in text
    assert "not shown (February 2026)" in text
    assert "45% (February 2026)" in text
    with work() as uow:
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        few, many = facts.goals
        assert (few.latest, few.masked, few.gap, few.status) == (None, True, None, "no data")
        assert [point.value for point in few.points] == [None]
        assert many.latest == 45.0


def test_the_groups_of_a_report_out_pass_the_same_gate(desk, work):
    records(
        desk,
        "1 50% 2026-02 of 200",
        "1 40% 2026-02 Spanish (language) of 20",
        "1 51.1% 2026-02 English (language) of 180",
        "1 55% 2026-02 State average",
    )
    with work() as uow:
        out = report_out(uow, Quarter(2026, 1))
        assert out is not None
        shown = {one.group: one.value for one in out.groups}
    assert shown.keys() == {"Spanish", "English"}
    assert shown["Spanish"] is None
    with work() as uow:
        quarter = quarter_facts(uow, Quarter(2026, 1))
        assert quarter is not None
        assert [gap.group for gap in quarter.gaps] == []


def test_the_states_average_is_no_group_that_does_worse(desk, work):
    records(desk, "1 50% 2026-02", "1 45% 2026-02 state", "1 44% 2026-02 Spanish (language)")
    with work() as uow:
        quarter = quarter_facts(uow, Quarter(2026, 1))
        assert quarter is not None
        assert [gap.group for gap in quarter.gaps] == ["Spanish"]


def test_the_chart_of_a_report_has_the_states_average(desk, work):
    records(desk, "1 50% 2026-01", "1 51% 2026-02", "1 45% 2026-02 state")
    with work() as uow:
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        chart = goal_chart(facts.goals[0])
        assert chart is not None
        assert {line.kind: line.values for line in chart.lines}["state"] == (None, 45.0)


def publish(desk, clock) -> None:
    clock.move_to(datetime(2026, 4, 2, 18, 0, tzinfo=UTC))
    desk.tick()


def test_a_published_roll_up_keeps_what_it_showed_and_the_next_is_held_against_it(desk, work, clock):
    """Everybody's rate is published first. A group's rate that comes later would tell the few who are left over."""
    records(desk, "1 50% 2026-02 of 60")
    publish(desk, clock)
    with work() as uow:
        row = uow.row(select(report).where(report.c.kind == "rollup", report.c.period == "2026-03"))
        assert row is not None
        facts = from_data(MonthFacts, row.facts)
        assert {one.id for one in facts.shown.counts if one.state == "shown"} == {
            f"reading {row_measure(uow)} 2026-02 people"
        }
        assert len(facts.shown.percents) == 1
    records(desk, "1 50% 2026-02 Spanish (language) of 56")
    with work() as uow:
        quarter = quarter_facts(uow, Quarter(2026, 2))
        assert quarter is not None
        states = {one.id.rpartition(" 2026-02 ")[2]: one.state for one in quarter.shown.counts}
        assert states["spanish people"] == "hidden"
        assert not [one for one in quarter.shown.counts if one.id.endswith("2026-02 people")]  # told already


@pytest.mark.parametrize("withheld", ["1 * 2026-02 Spanish", "1 31% 2026-02 Spanish of 6"])
def test_a_groups_value_that_was_withheld_after_the_quarter_is_told_by_no_report_of_it(desk, work, clock, withheld):
    records(desk, "1 50% 2026-02", "1 31% 2026-02 Spanish (language)")
    with work() as uow:
        uow.change(measure, progress_report_1=date(2026, 3, 31))
    clock.move_to(datetime(2026, 4, 2, 17, 0, tzinfo=UTC))
    records(desk, withheld, "1 20% 2026-02 Hmong (language)")
    with work() as uow:
        quarter, out, progress = (
            quarter_facts(uow, Quarter(2026, 1)),
            report_out(uow, Quarter(2026, 1)),
            material(uow, 1),
        )
    assert quarter.gaps == (), "nor does a report tell what was first recorded after it"
    assert [(one.group, one.value) for one in out.groups] == [("Spanish", None)]
    assert [(one.group, one.value) for one in progress.readings] == [("", 50.0), ("Spanish", None)]
    assert "31%" not in words(desk.says(CORA, "/sip report Q1 2026 full").message)


def test_everybodys_value_that_was_withheld_after_the_roll_up_is_in_no_later_paper(desk, work, clock):
    records(desk, "1 47% 2026-01", "1 52% 2026-02")
    publish(desk, clock)
    records(desk, "1 * 2026-01", "1 * 2026-02")
    with work() as uow:
        quarter = quarter_facts(uow, Quarter(2026, 1))
        assert quarter is not None
        goal = quarter.month.goals[0]
        assert (goal.latest, goal.masked, goal.gap) == (None, True, None)
        assert [point.value for point in goal.points] == [None, None]


def test_a_measure_in_people_is_told_month_after_month(desk, work, clock):
    """The month before is what a month is held against, and stands in an earlier roll-up only."""
    with work() as uow:
        uow.change(measure, measure.c.id == row_measure(uow), unit="families")
    for number, people in ((4, 100), (5, 150), (6, 190)):
        clock.move_to(datetime(2026, number, 28, 18, 0, tzinfo=UTC))
        records(desk, f"1 {people} 2026-{number:02}")
        clock.move_to(datetime(2026, number + 1, 3, 18, 0, tzinfo=UTC))
        desk.tick()
    assert "newsletter, Q2 2026" in words(desk.says(CORA, "/sip newsletter draft Q2 2026").message)
    for asked in ("report 2026-Q2", "report 2026-Q2 full", "measure 1", "report"):
        assert "190 families" in words(desk.says(CORA, f"/sip {asked}").message), asked


def test_every_page_shows_the_same_of_a_month_whatever_months_it_looks_at(desk, work):
    """What `measure` showed of January stays so when February comes: 100 less 60 less 35 would tell the 5."""
    with work() as uow:
        uow.change(measure, measure.c.id == row_measure(uow), unit="families")
    january = ["1 100 2026-01", "1 60 2026-01 Xx (language)", "1 35 2026-01 Yy (language)", "1 5 2026-01 Zz (language)"]
    records(desk, *january)
    first = lines_of(desk, "January 2026")
    records(desk, "1 158 2026-02", "1 66 2026-02 Xx (language)")
    assert {one for one in lines_of(desk, "January 2026") if "Xx" not in one} == {
        one for one in first if "Xx" not in one
    }
    assert any("Xx" in one and "60 families" in one for one in first)
    with work() as uow:
        end = uow.at + timedelta(days=1)
        old, new = (gate(uow, {month}, end).hidden for month in ("2026-01", "2026-02"))
        assert {group for _, _, group in old} == {"Yy", "Zz"}
        assert gate(uow, {"2026-01", "2026-02"}, end).hidden == old | new
        assert new


def test_the_same_numbers_are_judged_once(desk, work, monkeypatch):
    """Years of a measure in people that were never published take seconds."""
    with work() as uow:
        uow.change(measure, measure.c.id == row_measure(uow), unit="families")
    records(
        desk, "1 131 2026-01", "1 71 2026-01 Xx (language)", "1 51 2026-01 Yy (language)", "1 9 2026-01 Zz (language)"
    )
    first = lines_of(desk, "January 2026")
    monkeypatch.setattr("bot.domain.small_cells.solving._fitting", None)
    assert lines_of(desk, "January 2026") == first


def lines_of(desk, month: str) -> set[str]:
    """The lines of `measure 1` that are about the groups in this month."""
    lines = words(desk.says(CORA, "/sip measure 1").message).split("\n")
    return {line for line in lines if month in line and "(language)" in line}


def row_measure(uow) -> int:
    return goals(uow)[0].measure_id


def test_people_heard_are_masked_in_the_quarter(desk, work):
    form = desk.says(ANA, "/sip voice record")
    for number in ("24", "6"):
        desk.submits(ANA, form, month="2026-02", responses=number, heard=f"Forms are long ({number})")
    with work() as uow:
        quarter = quarter_facts(uow, Quarter(2026, 1))
        assert quarter is not None
        assert [one.people for one in quarter.voices] == ["24", "fewer than 11"]
        assert {one.state for one in quarter.shown.counts} == {"shown", "fewer"}


@pytest.fixture
def few_at_first(desk, work, clock):
    """A measure in families that the plan begins at 4; by March, its third month, it expects 6 of them."""
    with work() as uow:
        group = a_workgroup(uow, "Forms", tuple(one.id for one in strategies(uow)))
        assert group
        uow.change(measure, measure.c.id == row_measure(uow), unit="families", baseline=4.0)
    records(desk, "1 30 2026-01", "1 50 2026-02")
    return Desk(desk.engine, clock, measures, meetings, newsletter, rollup)


@pytest.mark.parametrize(
    "asked",
    ["report", "report 2026-Q1", "report 2026-Q1 full", "measure 1", "measure", "agenda Forms", "newsletter preview"],
)
def test_a_baseline_of_few_people_is_not_shown_nor_what_would_tell_it(few_at_first, asked):
    few_at_first.says(CORA, "/sip newsletter draft 2026-Q1")
    message = few_at_first.says(CORA, f"/sip {asked}").message
    text = words(message)
    assert "50 families" in text
    for told in ("4 families", "5 families", "26 families", "45 families", "46 families"):
        assert not re.search(rf"(?<!\d){told}", text), "the baseline, what is expected, and how far it is from there"
    charts = [line.values for block in message.blocks if isinstance(block, Chart) for line in block.lines]
    assert all(4.0 not in values and 5.0 not in values for values in charts)
    assert "on track" in text or asked in ("newsletter preview", "report 2026-Q1")
    assert ("fewer than 11" in text) == (asked != "agenda Forms")


def test_a_baseline_of_few_people_is_in_no_table_and_no_draft_for_the_state(few_at_first, work):
    with work() as uow:
        uow.change(measure, progress_report_1=date(2026, 3, 31))
        facts = month_facts(uow, Month(2026, 3))
        assert facts is not None
        goal = facts.goals[0]
        assert goal.few_at_first
        assert (goal.baseline, goal.latest, goal.expected, goal.gap) == (None, 50.0, None, None)
        assert [point.expected for point in goal.points] == [None, None]
        assert goal.status == "on track"
        (row,) = [one for one in month_rows(facts) if one["kind"] == "goal" and one["ref"] == "1"]
        assert (row["baseline"], row["expected"], row["gap"]) == (None, None, None)
        said = str(progress.draft(uow, 1)[1])
    assert "baseline fewer than 11, change –" in said
    assert not re.search(r"(?<!\d)[45] families", said)


def test_a_baseline_of_many_people_and_a_rate_of_few_percent_are_shown(desk, work):
    with work() as uow:
        first, second = (goal.measure_id for goal in goals(uow))
        uow.change(measure, measure.c.id == first, unit="families", baseline=40.0)
        uow.change(measure, measure.c.id == second, baseline=4.0)
    text = words(desk.says(CORA, "/sip measure").message)
    assert "Baseline 40 families" in text
    assert "Baseline 4%" in text


@pytest.mark.parametrize("asked", ["2026-03", "2026-Q1", "2026-Q1 full"])
def test_what_was_posted_on_request_is_what_later_reports_are_held_against(desk, work, clock, asked):
    """52 families in a channel and 49 in the roll-up would tell the 3 that went."""
    with work() as uow:
        uow.change(measure, measure.c.id == row_measure(uow), unit="families")
    records(desk, "1 52 2026-02")
    desk.says(CORA, f"/sip report {asked} public", channel="CINTAKE")
    (post,) = desk.queued("posted report")
    assert "52 families" in words(post.message)
    records(desk, "1 49 2026-02")
    assert "49 families" not in words(desk.says(CORA, "/sip measure 1").message)
    publish(desk, clock)
    (rollup_post,) = {words(one.message) for one in desk.queued("rollup")}
    assert "not shown (February 2026)" in rollup_post
    assert "families" not in rollup_post.replace("64 families", "").replace("40 families", "").replace(
        "42 families", ""
    )


def test_what_was_only_shown_to_one_person_holds_nothing_back(desk, work):
    with work() as uow:
        uow.change(measure, measure.c.id == row_measure(uow), unit="families")
    records(desk, "1 52 2026-02")
    desk.says(CORA, "/sip report 2026-03", channel="CINTAKE")
    records(desk, "1 49 2026-02")
    assert "49 families" in words(desk.says(CORA, "/sip report 2026-03").message)


def test_a_published_month_that_is_posted_again_tells_nothing_new(desk, work, clock):
    records(desk, "1 50% 2026-02 of 60")
    publish(desk, clock)
    desk.says(CORA, "/sip report 2026-03 public", channel="CINTAKE")
    with work() as uow:
        row = uow.row(select(report).where(report.c.kind == "posted report"))
        assert row.facts == {"wins": []}
