"""Where a measure should be, whether it is behind, and how values and changes are worded."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Month
from bot.domain.trajectory import SETTLING_IN, Trajectory, format_change, format_value

ATTENDANCE = Trajectory(40, 64, 1.0, date(2024, 2, 1), date(2026, 7, 1), "increase", "percent")
SANCTIONS = Trajectory(30, 18, None, date(2024, 1, 15), date(2025, 1, 10), "decrease", "percent")

values = st.integers(0, 1000).map(lambda tenths: tenths / 10)
months = st.builds(Month, st.integers(2023, 2030), st.integers(1, 12))


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (Month(2024, 1), None),
        (Month(2024, 2), 40),
        (Month(2024, 3), 41),
        (Month(2025, 2), 52),
        (Month(2026, 2), 64),
        (Month(2026, 7), 64),
        (Month(2030, 1), 64),
    ],
)
def test_a_pace_adds_points_each_month_until_the_target(month: Month, expected: float | None) -> None:
    assert ATTENDANCE.expected(month) == expected


@pytest.mark.parametrize(
    ("month", "expected"),
    [(Month(2024, 1), 30), (Month(2024, 7), 24), (Month(2025, 1), 18), (Month(2025, 9), 18)],
)
def test_without_a_pace_the_way_is_straight_to_the_target_date(month: Month, expected: float) -> None:
    assert SANCTIONS.expected(month) == expected


def test_a_pace_downwards_falls_whatever_its_sign() -> None:
    for pace in (0.5, -0.5):
        falling = Trajectory(30, None, pace, date(2024, 1, 1), None, "decrease", "percent")
        assert falling.expected(Month(2024, 5)) == 28


def test_small_steps_do_not_gather_rounding_dust() -> None:
    slow = Trajectory(40, 64, 0.1, date(2024, 1, 1), None, "increase", "percent")
    assert slow.expected(Month(2024, 4)) == 40.3
    assert slow.status(40.3, Month(2024, 4)) == "on track"


@pytest.mark.parametrize(
    "trajectory",
    [
        Trajectory(None, 64, 1.0, date(2024, 2, 1), None, "increase", "percent"),
        Trajectory(40, None, None, date(2024, 2, 1), date(2026, 2, 1), "increase", "percent"),
        Trajectory(40, 64, None, date(2024, 2, 1), None, "increase", "percent"),
        Trajectory(40, 64, None, date(2024, 2, 1), date(2024, 2, 28), "increase", "percent"),
    ],
)
def test_a_plan_that_says_too_little_expects_nothing(trajectory: Trajectory) -> None:
    assert trajectory.expected(Month(2025, 2)) is None
    assert trajectory.status(50, Month(2025, 2)) == "no data"
    assert trajectory.gap(50, Month(2025, 2)) is None


def test_status_depends_on_which_way_is_better() -> None:
    assert ATTENDANCE.status(52, Month(2025, 2)) == "on track"
    assert ATTENDANCE.status(51.9, Month(2025, 2)) == "behind"
    assert SANCTIONS.status(24, Month(2024, 7)) == "on track"
    assert SANCTIONS.status(24.1, Month(2024, 7)) == "behind"
    assert ATTENDANCE.status(None, Month(2025, 2)) == "no data"


def test_the_gap_is_in_points() -> None:
    assert ATTENDANCE.gap(47.5, Month(2025, 2)) == -4.5
    assert SANCTIONS.gap(26, Month(2024, 7)) == 2


def test_a_fall_in_the_first_year_is_behind_with_a_neutral_word() -> None:
    month = Month(2024, 6)
    assert ATTENDANCE.status(38, month) == "behind"
    assert ATTENDANCE.note(38, month, first_year=True) == SETTLING_IN
    assert ATTENDANCE.note(38, month, first_year=False) is None
    assert SANCTIONS.note(33, month, first_year=True) == SETTLING_IN


def test_a_fall_is_measured_from_the_reading_before() -> None:
    month = Month(2024, 8)
    assert ATTENDANCE.note(42, month, first_year=True) is None
    assert ATTENDANCE.note(42, month, first_year=True, previous=44) == SETTLING_IN
    assert ATTENDANCE.note(38, month, first_year=True, previous=37) is None


def test_a_measure_that_is_on_track_needs_no_note() -> None:
    assert ATTENDANCE.note(55, Month(2024, 8), first_year=True, previous=58) is None
    assert ATTENDANCE.note(None, Month(2024, 8), first_year=True) is None


@given(values, values, st.one_of(st.none(), values), months)
def test_expected_values_stay_between_baseline_and_target_and_never_turn_back(
    baseline: float, target: float, pace: float | None, month: Month
) -> None:
    direction = "increase" if target >= baseline else "decrease"
    way = Trajectory(baseline, target, pace, date(2023, 1, 1), date(2027, 6, 30), direction, "percent")
    now, later = way.expected(month), way.expected(month.next())
    assert now is not None
    assert later is not None
    assert min(baseline, target) <= now <= max(baseline, target)
    assert now <= later if direction == "increase" else now >= later
    assert way.status(now, month) == "on track"
    assert way.gap(now, month) == 0


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (52.0, "percent", "52%"),
        (52.25, "percent", "52.3%"),
        (0.0, "%", "0%"),
        (-0.04, "percent", "0%"),
        (3200, "dollars", "$3,200"),
        (3200.5, "$", "$3,200.50"),
        (-120, "dollars", "−$120"),
        (12, "days", "12 days"),
        (1, "days", "1 day"),
        (1.5, "days", "1.5 days"),
        (410, "count", "410"),
        (1410, "", "1,410"),
    ],
)
def test_values_are_worded_in_one_form(value: float, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


@pytest.mark.parametrize(
    ("delta", "unit", "text"),
    [
        (1.5, "percent", "+1.5 points"),
        (1, "percent", "+1 point"),
        (-12.0, "percent", "−12 points"),
        (0.04, "percent", "no change"),
        (-120, "dollars", "−$120"),
        (0.004, "dollars", "no change"),
        (3, "days", "+3 days"),
        (-1410, "count", "−1,410"),
    ],
)
def test_changes_carry_a_sign_and_percents_move_in_points(delta: float, unit: str, text: str) -> None:
    assert format_change(delta, unit) == text


@given(values, values)
def test_a_change_in_percents_is_never_relative(before: float, after: float) -> None:
    assert "%" not in format_change(after - before, "percent")
