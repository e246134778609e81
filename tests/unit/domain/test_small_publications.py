"""No number of 1–10 people can be worked out from what is printed, and not more is hidden than that takes."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Collection, Sequence

import pytest

from bot.domain.frozen_data import from_data, to_data
from bot.domain.small_cells import Count, Decision, Percent, Publication, Shown, ShownCount, Sum, decide
from tests.unit.domain.small_attack import Attack, attack, publications, read


def states(decision: Decision) -> dict[str, str]:
    return {verdict.id: verdict.state for verdict in decision.verdicts.values()}


def counted(**people: int | None) -> tuple[Count, ...]:
    return tuple(Count(name, number) for name, number in people.items())


def attacked(seeds: range) -> tuple[int, int, int, int]:
    """(numbers, small ones, further hidden ones, publications where everything was tried); fails on a find."""
    printed = small = extra = tried = 0
    for seed in seeds:
        earlier: list[Shown] = []
        for publication in publications(seed):
            decision = decide(publication, earlier)
            assert not decision.exposed, seed
            earlier.append(decision.shown)
            printed += len(decision.verdicts)
            small += decision.small
            extra += decision.extra
        found = attack(read(earlier))
        assert not found.small, f"publication {seed} gives away {found.small}"
        tried += found.whole
    return printed, small, extra, tried


def test_nothing_small_can_be_worked_out_from_random_publications():
    printed, small, extra, tried = attacked(range(600))
    assert tried > 500
    assert 0 < extra < small < printed / 3


@pytest.mark.slow
def test_nothing_small_can_be_worked_out_from_ten_thousand_random_publications():
    printed, small, extra, tried = attacked(range(10_000))
    print(f"{printed} numbers: {small} small, {extra} more hidden; {tried} publications tried to the end")
    assert tried > 8_500


def test_the_attack_finds_small_numbers_where_only_they_are_hidden():
    found = sum(bool(attack(read(_only_small_hidden(publications(seed)))).small) for seed in range(200))
    assert found > 50


def _only_small_hidden(made: Sequence[Publication]) -> list[Shown]:
    return [as_printed(one, {v.id for v in decide(one).verdicts.values() if v.reason in _OWN}) for one in made]


_OWN = ("1 to 10 people", "not told")


def as_printed(publication: Publication, hidden: Collection[str]) -> Shown:
    """The publication with exactly these numbers hidden."""

    def state(count: Count) -> str:
        if not count.printed:
            return "unprinted"
        if count.id not in hidden:
            return "shown"
        return "masked" if count.people is None else "fewer" if 1 <= count.people <= 10 else "hidden"

    counts = tuple(ShownCount(one.id, state(one), one.people) for one in publication.counts)
    percents = tuple(one for one in publication.percents if one.id not in hidden)
    return Shown(counts, percents, (*publication.sums, *(one.left_out for one in publication.percents)))


def fewest_more(publication: Publication, earlier: Sequence[Shown], decision: Decision) -> int | None:
    """The size of the smallest set of further hidden numbers that stops the attack, by trying all sets; None where the
    attack cannot try everything."""
    own = {verdict.id for verdict in decision.verdicts.values() if verdict.reason in _OWN}
    out = {count.id for one in earlier for count in one.counts if count.state == "shown"}
    free = [name for name in decision.verdicts if name not in own | out]
    for size in range(decision.extra + 1):
        for more in itertools.combinations(free, size):
            found: Attack = attack(read([*earlier, as_printed(publication, own | set(more))]))
            if not found.whole:
                return None
            if not found.small:
                return size
    return None


def test_hides_at_most_half_as_much_again_as_it_must():
    """Against the smallest set, found by trying every set on small publications."""
    hidden = least = cases = 0
    for seed in range(150):
        earlier: list[Shown] = []
        for publication in publications(seed):
            decision = decide(publication, earlier)
            fewest = fewest_more(publication, earlier, decision) if decision.extra else None
            if fewest is not None:
                assert decision.small + decision.extra <= 1.5 * (decision.small + fewest), seed
                hidden, least, cases = (
                    hidden + decision.small + decision.extra,
                    least + decision.small + fewest,
                    cases + 1,
                )
            earlier.append(decision.shown)
    assert cases > 80
    assert hidden <= 1.05 * least, (hidden, least)


def test_a_big_table_is_protected_by_the_most_helpful_numbers():
    dice = random.Random(7)
    rows, columns = 7, 5
    cells = [[dice.choice((0, 3, 5, 8, 14, 25, 40, 60, 75)) for _ in range(columns)] for _ in range(rows)]
    counts = [Count(f"{r}.{c}", cells[r][c]) for r in range(rows) for c in range(columns)]
    counts += [Count(f"{r}.all", sum(cells[r])) for r in range(rows)]
    counts += [Count(f"all.{c}", sum(row[c] for row in cells)) for c in range(columns)]
    sums = [Sum(f"{r}.all", tuple(f"{r}.{c}" for c in range(columns))) for r in range(rows)]
    sums += [Sum(f"all.{c}", tuple(f"{r}.{c}" for r in range(rows))) for c in range(columns)]
    decision = decide(Publication(tuple(counts), sums=tuple(sums)))
    assert not decision.exposed
    assert not attack(read([decision.shown])).small
    assert decision.extra <= rows + columns


def test_nothing_small_can_be_worked_out_when_all_work_is_used_up(monkeypatch):
    monkeypatch.setattr(sys.modules[decide.__module__], "_MOST_STEPS", 0)
    printed, small, extra, _ = attacked(range(200))
    assert small < extra < printed - small  # more is hidden than with work, and not all


def test_the_same_numbers_have_the_same_answer_in_every_process():
    """Two processes that hide different numbers give away both."""
    code = (
        "from bot.domain.small_cells import decide\n"
        "from tests.unit.domain.small_attack import publications\n"
        "print([v.state for seed in range(100) for one in publications(seed) for v in decide(one).verdicts.values()])"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1


def test_one_more_part_is_hidden_when_the_total_gives_the_small_one_away():
    decision = decide(Publication(counted(all=50, a=20, b=25, c=5), sums=(Sum("all", ("a", "b", "c")),)))
    assert states(decision) == {"all": "shown", "a": "hidden", "b": "shown", "c": "fewer"}
    assert (decision.small, decision.extra) == (1, 1)
    assert [decision.words(name, n) for name, n in (("all", 50), ("a", 20), ("c", 5))] == [
        "50",
        "not shown",
        "fewer than 11",
    ]


def test_a_hidden_eleven_does_not_protect_the_one_beside_it():
    """“not shown” is none of 1–10, so it is 11 or 0, and 12 less 11 is 1."""
    decision = decide(Publication(counted(all=12, a=11, b=1), sums=(Sum("all", ("a", "b")),)))
    assert states(decision)["all"] == "hidden"


def test_two_small_parts_whose_sum_is_small_need_a_third():
    decision = decide(Publication(counted(all=100, a=3, b=4, c=93), sums=(Sum("all", ("a", "b", "c")),)))
    assert states(decision)["c"] == "hidden"


def test_parts_that_are_not_printed_are_people_too():
    total, known, rest = Count("all", 50), Count("a", 45), Count("others", 5, printed=False)
    decision = decide(Publication((total, known, rest), sums=(Sum("all", ("a", "others")),)))
    assert decision.extra == 1


def test_zero_is_shown_and_large_numbers_hide_nothing():
    decision = decide(Publication(counted(all=60, a=0, b=20, c=40), sums=(Sum("all", ("a", "b", "c")),)))
    assert set(states(decision).values()) == {"shown"}


@pytest.mark.parametrize(
    ("inside", "of", "shown"),
    [(0, 11, True), (11, 11, True), (11, 22, True), (11, 21, False), (5, 100, False), (95, 100, False), (0, 10, False)],
)
def test_a_percent_of_few_people_or_with_few_in_it_or_left_out_is_not_shown(inside, of, shown):
    part, whole = Count("in", inside, printed=False), Count("of", of)
    percent = Percent.of("%", round(100 * inside / of, 1), part, whole)
    assert decide(Publication((part, whole), (percent,))).may_show("%") is shown


def test_a_groups_percent_does_not_give_away_the_group_beside_it():
    """9 of 30 is not shown; 36 of 90 and 27 of 60 would tell it."""
    wholes = [Count("w", 90), Count("w1", 60), Count("w2", 30)]
    parts = [Count("k", 36, False), Count("k1", 27, False), Count("k2", 9, False)]
    rates = (40.0, 45.0, 30.0)
    percents = tuple(
        Percent.of(f"%{part.id}", rate, part, whole) for rate, part, whole in zip(rates, parts, wholes, strict=True)
    )
    sums = (Sum("w", ("w1", "w2")), Sum("k", ("k1", "k2")))
    decision = decide(Publication((*wholes, *parts), percents, sums))
    assert states(decision)["%k2"] == "hidden"
    assert decision.extra == 1


def test_what_an_earlier_publication_hid_stays_hidden():
    first = decide(Publication(counted(all=50, a=20, b=25, c=5), sums=(Sum("all", ("a", "b", "c")),)))
    again = decide(Publication(counted(a=20, b=25)), (first.shown,))
    assert states(again) == {"a": "hidden", "b": "shown"}


def test_a_total_that_grows_by_a_few_people_is_not_shown_again():
    before = decide(Publication(counted(march=40)))
    grown = Publication(
        (Count("april", 43), Count("new in april", 3, printed=False)), sums=(Sum("april", ("march", "new in april")),)
    )
    assert states(decide(grown, (before.shown,))) == {"april": "hidden"}


def test_a_number_that_was_corrected_by_a_few_people_is_not_shown_again():
    before = decide(Publication(counted(march=40)))
    assert states(decide(Publication(counted(march=42)), (before.shown,))) == {"march": "hidden"}
    assert states(decide(Publication(counted(march=60)), (before.shown,))) == {"march": "shown"}
    assert states(decide(Publication(counted(march=40)), (before.shown,))) == {"march": "shown"}


def test_a_corrected_rate_leaves_the_rates_beside_it_alone():
    def rates(inside: int) -> Publication:
        part, whole = Count("in", inside, printed=False), Count("of", 120)
        other, base = Count("in b", 40, printed=False), Count("of b", 90)
        percents = [Percent.of("%", round(100 * inside / 120, 1), part, whole), Percent.of("% b", 44.4, other, base)]
        return Publication((part, whole, other, base), tuple(percents))

    before = decide(rates(30))
    assert set(states(decide(rates(60), (before.shown,))).values()) == {"shown"}
    assert states(decide(rates(33), (before.shown,)))["%"] == "shown"  # 30 and 33 of 120 are rates, nobody joined


def test_what_is_out_already_is_said_and_not_hidden_in_vain():
    leaked = Shown(
        (ShownCount("all", "shown", 50), ShownCount("a", "shown", 45), ShownCount("b", "fewer", 5)),
        sums=(Sum("all", ("a", "b")),),
    )
    decision = decide(Publication(counted(all=50, d=30)), (leaked,))
    assert decision.exposed == ("b",)
    assert states(decision) == {"all": "shown", "d": "shown"}


def test_a_sum_in_an_earlier_publication_holds_for_a_count_that_none_carries():
    """50 are all, and fewer than 11 of them are not in a, whose number nobody has published yet."""
    earlier = Shown((ShownCount("all", "shown", 50), ShownCount("b", "fewer", 5)), sums=(Sum("all", ("a", "b")),))
    assert states(decide(Publication(counted(a=45)), (earlier,))) == {"a": "hidden"}
    assert states(decide(Publication(counted(d=45)), (earlier,))) == {"d": "shown"}


def test_a_percent_in_an_earlier_publication_holds_for_a_count_that_none_carries():
    """40 % of a number of people nobody has published yet: 20 of 50 say so, and the 4 beside them."""
    part, whole = Count("in", 4, False), Count("of", 10)
    rate = Percent.of("%", 40.0, part, whole)
    earlier = Shown((ShownCount("in", "unprinted", 4),), (rate,), (rate.left_out,))
    assert states(decide(Publication((whole,)), (earlier,))) == {"of": "fewer"}


def test_a_number_nobody_told_us_is_not_worked_out_either():
    told = Publication(counted(all=50, a=20, b=25, c=None), sums=(Sum("all", ("a", "b", "c")),))
    decision = decide(told)
    assert states(decision)["c"] == "masked"
    assert decision.extra == 1
    assert decision.words("c", None) == "not shown"


def test_what_was_shown_is_kept_as_plain_data():
    part, whole = Count("in", 20, False), Count("of", 60)
    shown = decide(Publication((part, whole), (Percent.of("%", 33.3, part, whole),))).shown
    assert from_data(Shown, to_data(shown)) == shown
