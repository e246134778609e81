"""The page keeps to its words and to one sheet of paper whatever the county: nothing reported, everything late, long names, forty goals."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from bot.chat.compose import built_in
from bot.chat.messages import Heading
from bot.domain.changes import Change
from bot.domain.month_facts import (
    DecisionFacts,
    GoalFacts,
    GroupFacts,
    HelpFacts,
    MonthFacts,
    Overall,
    PointFacts,
    RiskFacts,
    StepFacts,
    StrategyFacts,
    WinFacts,
)
from bot.domain.rollup import PAGE_WORDS, judge
from handlers.rollup import pages
from handlers.rollup.length import count_words
from tests.paper import body_pages

SECTIONS = [
    "Goals", "Progress", "Strategies", "Risks and barriers", "Decisions and help needed", "Win of the month",
    "Other items and next month", "Not reported",
]  # fmt: skip
LONG = "Regional workgroup on the thoughtful coordination of mutual clients and of their families in every office "
DAY = date(2026, 3, 20)
POINTS = tuple(PointFacts(f"2025-{month:02}", 40.0 + month, 41.0 + month, 39.0) for month in range(1, 13))
words = some.sampled_from(["Forms", LONG, LONG * 4, "x" * 300, "a " * 200, "1.2.3 | **b** [x](do:undo)"])
refs = some.sampled_from([("1.1.1",), ("1.5.3", "2.2.3"), ("12.34.56", "98.76.54", "11.22.33")])
steps = some.lists(some.builds(StepFacts, refs, words, some.sampled_from([None, DAY])), max_size=60).map(tuple)
dated = some.lists(some.builds(StepFacts, refs, words, some.just(DAY)), max_size=60).map(tuple)
states = some.sampled_from(["met", "no meeting recorded", "excused", "not due", "still to come"])
flag = some.booleans()


@some.composite
def months(draw) -> MonthFacts:
    many = draw(some.sampled_from([0, 1, 10, 40]))

    def up_to(each, most=many):
        return tuple(draw(some.lists(each, min_size=most // 2, max_size=most)))

    goal = some.builds(
        GoalFacts, some.integers(1, 99), words, some.just("percent"), some.sampled_from(["increase", "decrease"]),
        some.just(40.0), some.just(64.0), some.just(47.5), flag, some.just("2026-02"), some.just(47.0), some.just(0.5),
        some.sampled_from(["on track", "behind", "no data"]), some.sampled_from(["", "settling in"]), some.just(POINTS),
    )  # fmt: skip
    strategy = some.builds(
        StrategyFacts, refs, words, some.sampled_from(["on track", "behind", "not reported", "done", "needs attention"]),
        some.just(1), some.just(5), some.just(4), some.integers(0, 3), some.integers(0, 3),
        some.sampled_from([(), ("1.1.2",), ("1.1.2", "1.1.3")]), some.sampled_from([None, DAY]),
        some.sampled_from([None, DAY]),
    )  # fmt: skip
    found = MonthFacts(
        "Larkspur", draw(words), "2026-03", DAY, True,
        up_to(some.builds(GroupFacts, words, states, some.none(), words, flag)), 40, 12, up_to(goal, min(many, 12)),
        draw(steps), draw(steps), draw(steps), up_to(strategy),
        up_to(some.builds(RiskFacts, refs, words, words, flag, words)),
        up_to(some.builds(DecisionFacts, words, some.just(DAY), words, flag)),
        up_to(some.builds(HelpFacts, words, words, words, some.just(DAY), flag)),
        up_to(some.builds(WinFacts, some.just(1), words, words, words, flag)), 3, 2, Overall("", ()), "behind", 7, 4,
        draw(dated), 10, DAY, 9,
    )  # fmt: skip
    overall = judge(found)
    return MonthFacts(**{name: getattr(found, name) for name in MonthFacts.__slots__} | {"overall": overall})


class Sheet:
    """What pages.page needs of a unit of work."""

    public_url = ""

    class organization:
        name = "Larkspur County"

    compose = staticmethod(built_in().message)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(months(), some.booleans())
def test_every_page_is_one_and_has_every_section(facts, revised):
    changed = tuple(Change("meeting", LONG, "no meeting recorded", "met") for _ in range(40)) if revised else ()
    message = pages.page(Sheet(), facts, revision=2 if revised else 1, changes=changed)
    assert count_words(message) <= PAGE_WORDS
    assert body_pages(message) == 1
    heads = [block.text for block in message.blocks if isinstance(block, Heading) and block.level == 2]
    assert heads == (["What changed since revision 1"] if revised else []) + SECTIONS
