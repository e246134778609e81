"""What readings with numbers of people may be printed, by the small-number rule."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.people_counts import STATE, Entered, Heard, may_print, people_words, publication
from bot.domain.periods import Month
from bot.domain.plan_import.numbers import read_amount
from bot.domain.small_cells import Shown, decide, solving
from tests.unit.domain.small_attack import attack, read


def entered(population: str, value: float | None, people: int | None, kind: str = "", unit: str = "percent") -> Entered:
    return Entered(1, unit, "2026-02", population, kind, value, people)


def printed(*ones: Entered) -> list[str]:
    """Names of the populations whose values may be printed."""
    decision = decide(publication(ones))
    return [one.population or "all" for one in ones if may_print(decision, one)]


def test_values_without_a_number_of_people_are_printed_as_they_were_entered():
    assert printed(entered("", 47.5, None), entered("Spanish speakers", 9.0, None)) == ["all", "Spanish speakers"]
    assert printed(entered("", None, None)) == []


@pytest.mark.parametrize(
    ("value", "people", "shown"), [(50, 40, True), (50, 20, False), (95, 100, False), (0, 30, True), (30, 9, False)]
)
def test_a_percent_of_few_people_is_not_printed(value, people, shown):
    assert bool(printed(entered("", value, people))) is shown


def test_groups_of_one_kind_are_parts_of_the_whole():
    """20 of 40 and 16 of 30 leave 4 of 10: that rate is not printed, and how many the others are of is not either."""
    ones = entered("", 50.0, 40), entered("English", 53.3, 30, "language"), entered("Spanish", 40.0, 10, "language")
    assert printed(*ones) == ["all", "English"]
    decision = decide(publication(ones))
    everybody, english, spanish = (people_words(decision, one) for one in ones)
    assert spanish == "fewer than 11"
    assert {everybody, english} in ({"not shown"}, {"40", "not shown"}, {"30", "not shown"})
    large = entered("", 50.0, 400)
    rates = entered("English", 55.0, 300, "language"), entered("Spanish", 35.0, 100, "language")
    assert printed(large, *rates) == ["all", "English", "Spanish"]


def test_a_group_of_no_named_kind_stands_beside_everybody_else():
    """45 of 50 leaves 5 who are somebody else."""
    ones = entered("", 50.0, 50), entered("Spanish speakers", 50.0, 45)
    decision = decide(publication(ones))
    assert sorted(people_words(decision, one) for one in ones) in (["45", "not shown"], ["50", "not shown"])


def test_groups_that_overlap_tell_nothing_about_each_other():
    ones = (
        entered("", 50.0, 300),
        entered("Spanish", 50.0, 240, "language"),
        entered("English", 50.0, 240, "language"),
    )
    assert printed(*ones) == ["all", "Spanish", "English"]


def test_a_group_that_overlaps_another_still_stands_beside_everybody_else():
    """100 less 95 are 5 who are not in A, whatever is known of B."""
    ones = [entered("", 100, None, unit="families")]
    ones += [entered(name, number, None, "race", "families") for name, number in (("A", 95), ("B", 20))]
    decision = decide(publication(ones))
    assert not attack(read([decision.shown])).small
    assert printed(*ones) in (["all", "B"], ["A", "B"])


def test_a_rate_of_an_overlapping_group_does_not_tell_the_others():
    """50 of 100 and 40 of 80 leave 10 of 20."""
    rates = entered("", 50.0, 100), entered("A", 50.0, 80, "race"), entered("B", 50.0, 80, "race")
    decision = decide(publication(rates))
    assert not attack(read([decision.shown])).small
    words = [people_words(decision, one) for one in rates]
    assert len(printed(*rates)) < len(rates) or "not shown" in words


def test_a_group_of_more_people_than_there_are_tells_nothing():
    ones = entered("", 100, None, unit="families"), entered("A", 120, None, "race", "families")
    assert printed(*ones) == ["all", "A"]


def test_a_measure_that_counts_people_is_masked_like_any_count():
    assert printed(entered("", 7, None, unit="count")) == []
    assert printed(entered("", 0, None, unit="families")) == ["all"]
    assert printed(entered("", 1200, None, unit="count")) == ["all"]
    assert printed(entered("", 7, None, unit="days")) == ["all"]
    assert printed(entered("", 3200, 9, unit="dollars")) == []


@pytest.mark.parametrize(
    "unit",
    [
        "families", "client", "clients", "case", "cases", "people", "participant", "participants", "household",
        "households", "individual", "individuals", "customer", "customers", "re-entries", "reentries", "sanction",
        "sanctions",
    ],
)  # fmt: skip
def test_whatever_a_plan_counts_may_be_people(unit):
    amount = read_amount(f"5 {unit}")
    assert amount is not None
    assert amount.unit is not None
    assert printed(entered("", 5, None, unit=amount.unit)) == []


def test_a_unit_that_nobody_thought_of_is_people():
    assert printed(entered("", 5, None, unit="siblings")) == []
    changed = [Entered(1, "siblings", f"2026-0{number}", "", "", people, None) for number, people in ((1, 40), (2, 43))]
    decision = decide(publication(changed))
    assert [may_print(decision, one) for one in changed].count(False) == 1


@pytest.mark.parametrize(
    "said", ["5%", "5 percentage points", "$5", "5 dollars", "5 working days", "1 week", "5 months", "5 hours"]
)
def test_shares_money_and_time_are_nobody(said):
    amount = read_amount(said)
    assert amount is not None
    assert amount.unit is not None
    assert printed(entered("", amount.value, None, unit=amount.unit)) == ["all"]


@pytest.mark.parametrize(("value", "shown"), [(7.5, False), (10.9, False), (-4.0, False), (0.5, False), (11.5, True)])
def test_a_mean_of_few_people_is_not_printed(value, shown):
    assert bool(printed(entered("", value, None, unit="families"))) is shown


def test_a_number_of_people_that_changes_by_a_few_is_not_printed_again():
    def month(number: int, people: int, unit: str = "families") -> Entered:
        return Entered(1, unit, f"2026-0{number}", "", "", people, None)

    steady = [month(1, 40), month(2, 43), month(3, 43), month(4, 90)]
    decision = decide(publication(steady))
    assert [may_print(decision, one) for one in steady].count(False) == 1
    assert not attack(read([decision.shown])).small
    bare = [month(1, 40, "count"), month(2, 43, "count")]  # of what, nobody says; each by itself is masked if small
    decision = decide(publication(bare))
    assert all(may_print(decision, one) for one in bare)


def two_years(groups: int, months: int) -> list[Entered]:
    """A measure in families with the groups of one kind, each a few more or fewer than the month before."""
    dice, ones = random.Random(3), []
    sizes = [dice.randint(3, 60) for _ in range(groups)]
    for number in range(months):
        month = str(Month(2024, 1).plus(number))
        families = [max(0, size + dice.randint(-6, 6)) for size in sizes]
        ones.append(Entered(1, "families", month, "", "", sum(families), None))
        ones += [Entered(1, "families", month, f"Group {at}", "race", n, None) for at, n in enumerate(families)]
    return ones


def test_nothing_small_can_be_worked_out_from_a_year_of_a_measure_in_people():
    decision = decide(publication(two_years(5, 13)))
    assert not decision.exposed
    assert not attack(read([decision.shown])).small
    assert decision.extra <= 45


@pytest.fixture
def steps(monkeypatch) -> list[int]:
    """How many bounds have been narrowed."""
    narrowed = [0]

    def counted(*bound: Any) -> Any:
        narrowed[0] += 1
        return fitting(*bound)

    fitting = solving._fitting
    monkeypatch.setattr(solving, "_fitting", counted)
    return narrowed


def test_two_years_of_a_measure_in_people_are_judged_in_a_limited_number_of_steps(steps):
    decision = decide(publication(two_years(8, 26)))
    assert 0 < steps[0] < 400_000
    assert not decision.exposed
    assert any(verdict.state == "shown" for verdict in decision.verdicts.values())


def test_five_years_of_monthly_reports_take_each_a_limited_number_of_steps(steps):
    """And none changes what the ones before it showed or hid; nor would it be another answer without them."""
    ones = two_years(3, 60)
    earlier: list[Shown] = []
    before: dict[str, str] = {}
    for month in sorted({one.month for one in ones}):
        steps[0] = 0
        decision = decide(publication(one for one in ones if one.month <= month), earlier)
        assert steps[0] < 20_000, month
        assert not decision.exposed
        states = {verdict.id: verdict.state for verdict in decision.verdicts.values()}
        assert before.items() <= states.items(), month
        before = states
        earlier.append(decision.shown)
    assert not attack(read(earlier)).small
    assert {verdict.id: verdict.state for verdict in decide(publication(ones)).verdicts.values()} == before


FEBRUARIES = [(66, 80, 12, 158), (66, 40, 14, 120), (70, 38, 13, 121), (63, 37, 20, 120), (90, 37, 20, 147)]


@pytest.mark.parametrize("february", FEBRUARIES)
def test_a_newer_month_does_not_change_what_an_older_one_shows(february):
    """100 less 60 less 35 are 5: whoever read the 60 must not be shown the 35 because of February."""

    def month(number: int, *people: int) -> list[Entered]:
        groups = zip(("X", "Y", "Z", ""), people, strict=True)
        return [Entered(1, "families", f"2026-0{number}", g, "language" if g else "", n, None) for g, n in groups]

    january = month(1, 60, 35, 5, 100)
    then = decide(publication(january))
    now = decide(publication([*january, *month(2, *february)]))
    assert then.verdicts.items() <= now.verdicts.items()
    assert not attack(read([then.shown, now.shown])).small


def test_a_corrected_month_does_not_hide_the_months_after_it():
    """The change from January to February is another number since; the old one is not held against the new sum."""

    def month(number: int, people: int) -> Entered:
        return Entered(1, "families", f"2026-0{number}", "", "", people, None)

    out = decide(publication([month(1, 100), month(2, 150)])).shown
    ones = [month(1, 100), month(2, 170), month(3, 175), month(4, 250)]
    decision = decide(publication(ones), [out])
    assert [may_print(decision, one) for one in ones] == [True, True, False, True]


def test_the_states_average_is_nobody_of_ours():
    assert printed(entered("State average", 51.2, 5, STATE)) == ["State average"]


def test_people_heard_are_counts_of_their_own():
    decision = decide(publication((), (Heard(1, "2026-02", 24), Heard(2, "2026-02", 6), Heard(3, "2026-02", None))))
    assert [decision.words(f"voice {id}", people) for id, people in ((1, 24), (2, 6), (3, None))] == [
        "24",
        "fewer than 11",
        "not shown",
    ]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["office", "language", ""])),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 30),
)
def test_no_group_is_given_away_by_the_groups_beside_it(groups, others):
    """Each group is (in it, not in it, kind); rates are rounded as people enter them."""
    ones = []
    for number, (inside, outside, kind) in enumerate(groups):
        if inside + outside:
            rate = round(100 * inside / (inside + outside), 1)
            ones.append(entered(f"group {number}", rate, inside + outside, kind))
    by_kind = [sum(one.people or 0 for one in ones if one.kind == kind) for kind in ("office", "language", "")]
    everybody = max(by_kind) + others
    rates = sum(inside for inside, _, _ in groups)
    whole = entered("", round(100 * min(rates, everybody) / everybody, 1), everybody) if everybody else None
    decision = decide(publication([whole, *ones] if whole else ones))
    assert not attack(read([decision.shown])).small
