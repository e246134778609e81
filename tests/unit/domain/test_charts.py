"""Charts as data: what is drawn, over which months, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.charts import goal_chart, goal_charts, leading_charts, measure_chart
from bot.domain.month_facts import GoalFacts, PointFacts

POINTS = (PointFacts("2025-12", 40.0, None), PointFacts("2026-01", None, 41.0), PointFacts("2026-03", 42.5, 43.0))
GOAL = GoalFacts(
    1, "Arrival Rate", "percent", "increase", 40.0, 64.0, 42.5, False, "2026-03", 43.0, -0.5, "behind", "", POINTS
)


def test_months_are_without_gaps_and_values_keep_theirs():
    chart = goal_chart(GOAL)
    assert chart.months == ("2025-12", "2026-01", "2026-02", "2026-03")
    assert {line.kind: line.values for line in chart.lines} == {
        "measured": (40.0, None, None, 42.5),
        "expected": (None, 41.0, None, 43.0),
        "target": (64.0, 64.0, 64.0, 64.0),
    }


def test_the_words_say_what_the_picture_shows():
    assert goal_chart(GOAL).alt == (
        "Arrival Rate, December 2025 to March 2026: measured from 40% to 42.5%; expected by the plan from 41% to 43%; "
        "target 64%. 2 months without a value."
    )


def test_the_states_average_is_a_line_of_its_own():
    chart = measure_chart("Rate", "percent", POINTS, None, {"2026-03": 51.0})
    assert [line.kind for line in chart.lines] == ["measured", "expected", "state"]
    assert chart.lines[-1].values == (None, None, None, 51.0)


def test_one_reading_makes_no_line():
    assert goal_chart(replace(GOAL, points=POINTS[:2])) is None
    assert goal_chart(replace(GOAL, points=())) is None


def test_a_year_and_its_first_month_at_most():
    long = tuple(PointFacts(f"{2020 + n // 12}-{n % 12 + 1:02}", 40.0 + n, None) for n in range(60))
    assert len(goal_chart(replace(GOAL, points=long)).months) == 13
    old = (PointFacts("2020-01", 40.0, None), PointFacts("2024-01", 41.0, None))
    assert goal_chart(replace(GOAL, points=old)) is None  # years apart is no line either


def test_the_one_chart_is_of_what_is_behind():
    fine = replace(GOAL, number=1, measure="Fine", status="on track")
    late = replace(GOAL, number=2, measure="Late")
    assert [chart.title for chart in leading_charts((fine, late), 1)] == ["Late"]
    assert [chart.title for chart in leading_charts((fine, replace(fine, measure="Other"), late), 2)] == [
        "Late",
        "Fine",
    ]
    assert leading_charts((replace(GOAL, points=()),), 2) == ()
    assert [chart.title for chart in goal_charts((fine, late))] == ["Fine", "Late"]
