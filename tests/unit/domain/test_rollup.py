"""What a month's facts amount to: the one word and its causes, a strategy's status, rows for a sheet."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.frozen_data import from_data, to_data
from bot.domain.month_facts import GoalFacts, GroupFacts, MonthFacts, Overall, StrategyFacts
from bot.domain.rollup import COLUMNS, ROOMS, by_status, few_words, first_ones, judge, month_rows, strategy_status
from bot.domain.sheets import to_csv

GOAL = GoalFacts(1, "Engagement", "percent", "increase", 40, 64, 47, False, "2026-02", 47, 0, "on track", "")
STRATEGY = StrategyFacts(("1.1",), "One letter", "on track", 1, 3, 2, 0, 0, (), date(2026, 3, 9), None)
SILENT = replace(STRATEGY, status="not reported", silent=("1.1.2", "1.1.3"))
GROUP = GroupFacts("Forms", "met", date(2026, 3, 10), "", False)
GOOD = MonthFacts(
    "Larkspur", "Larkspur", "2026-03", date(2026, 3, 31), True, (GROUP,), 4, 3, (GOAL,), (), (), (), (STRATEGY,), (),
    (), (), (), 0, 0, Overall("", ()),
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "word", "causes"),
    [
        (GOOD, "on track", []),
        (replace(GOOD, goals=(replace(GOAL, status="behind"),)), "behind", ["goal behind"]),
        (
            replace(GOOD, goals=(replace(GOAL, status="behind", note="settling in"),)),
            "needs attention",
            ["settling in"],
        ),
        (replace(GOOD, strategies=(replace(STRATEGY, late=1, status="behind"),)), "behind", ["late"]),
        (
            replace(GOOD, strategies=(replace(STRATEGY, late=1, status="behind"), STRATEGY, STRATEGY)),
            "needs attention",
            ["late"],
        ),
        (replace(GOOD, strategies=(replace(STRATEGY, blocked=1),)), "needs attention", ["blocked"]),
        (replace(GOOD, strategies=(replace(STRATEGY, status="not reported"),)), "needs attention", ["not reported"]),
        (replace(GOOD, groups=(replace(GROUP, state="no meeting recorded"),)), "needs attention", ["not met"]),
        (replace(GOOD, groups=(), replied=0, goals=(), strategies=(SILENT,)), "no data", []),
        (replace(GOOD, groups=(), replied=0, goals=()), "on track", []),
        (replace(GOOD, groups=(), replied=0), "on track", []),
    ],
)
def test_the_word_of_the_month(facts, word, causes):
    found = judge(facts)
    assert (found.word, [cause.kind for cause in found.causes]) == (word, causes)


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ((3, 0, 0, 0, 0), "done"),
        ((3, 2, 1, 1, 4), "behind"),
        ((3, 2, 0, 1, 4), "needs attention"),
        ((3, 2, 0, 0, 0), "not reported"),
        ((3, 2, 0, 0, 1), "on track"),
        ((0, 0, 0, 0, 0), "not reported"),
    ],
)
def test_a_strategys_status(counts, status):
    names = ("total", "open_steps", "late", "blocked", "updates")
    assert strategy_status(**dict(zip(names, counts, strict=True))) == status


def test_the_ones_that_need_a_look_are_kept_in_the_plans_order():
    plan = [
        replace(STRATEGY, refs=(f"1.{n}",), status=s) for n, s in enumerate(("done", "behind", "on track", "behind"))
    ]
    assert [s.ref for s in first_ones(plan, 3)] == ["1.1", "1.2", "1.3"]
    found = [(status, [s.ref for s in those]) for status, those in by_status(plan)]
    assert found == [("behind", ["1.1", "1.3"]), ("on track", ["1.2"]), ("done", ["1.0"])]


@pytest.mark.parametrize(
    ("text", "count", "said"),
    [
        ("One shared form", 6, "One shared form"),
        ("Include client voice in the work of everyone", 5, "Include client voice…"),
        ("Write to every office, then wait for what comes back", 4, "Write to every office…"),
        ("of the", 1, "of…"),
        ("a" * 500, 6, "a" * 84 + "…"),
        ("", 6, ""),
    ],
)
def test_a_text_is_cut_at_a_word_that_means_something(text, count, said):
    assert few_words(text, count) == said


def test_a_page_only_gets_tighter():
    names = ("met", "done", "started", "late", "strategies", "risks", "decisions", "help", "silent", "groups", "goals")
    for name in (*names, "title", "note", "story"):
        sizes = [getattr(room, name) for room in ROOMS]
        assert sizes == sorted(sizes, reverse=True), name


def test_rows_of_a_month_open_in_a_sheet_without_running():
    facts = replace(GOOD, strategies=(replace(STRATEGY, refs=("1.1", "2.3"), title='=HYPERLINK("http://x")'),))
    goal, strategy = csv.DictReader(io.StringIO(to_csv(COLUMNS, month_rows(facts))))
    assert (goal["kind"], goal["value"], goal["data_month"], goal["gap"]) == ("goal", "47", "2026-02", "0")
    assert (strategy["ref"], strategy["name"]) == ("1.1 and 2.3", '\'=HYPERLINK("http://x")')
    assert (strategy["last_update"], strategy["next_due"]) == ("2026-03-09", "")


def test_facts_frozen_by_an_older_version_can_be_read():
    data = to_data(GOOD)
    del data["previous"]
    data["unknown"] = 1
    assert from_data(MonthFacts, data) == GOOD
