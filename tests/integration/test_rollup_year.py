"""Every published roll-up of a simulated year says the right things in few words: its page is read as people read it,
and each figure on it is worked out a second time from the raw rows, in plain Python, with none of the product's reads.

The Sonoma plan lives twelve months where the study material is at hand; a small county's three months always run.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.chat.codec import from_data
from bot.chat.messages import Chart, Facts, Heading, Message, Table, plain
from bot.simulate import simulate_plan
from handlers.rollup.length import count_words
from tests.desk import words
from tests.integration.test_rollup_counts import PLAN
from tests.paper import body_pages

ZONE = ZoneInfo("America/Los_Angeles")
SECTIONS = [
    "Goals", "Progress", "Strategies", "Risks and barriers", "Decisions and help needed", "Win of the month",
    "Other items and next month", "Not reported",
]  # fmt: skip


class Year:
    """The raw rows of a simulation, and the pages and posts it published."""

    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "simulation.sqlite3")
        self.connection.row_factory = sqlite3.Row
        self.posts = [json.loads(line) for line in (folder / "posts.jsonl").read_text("utf-8").splitlines()]

    def rows(self, table: str) -> list[sqlite3.Row]:
        return list(self.connection.execute(f"SELECT * FROM {table} ORDER BY id"))

    @property
    def pages(self) -> dict[str, Message]:
        """Period -> the page as it was published."""
        stored = self.connection.execute("SELECT period, content FROM report WHERE kind = 'rollup' ORDER BY period")
        return {row["period"]: from_data(json.loads(row["content"])) for row in stored}

    def digest(self, period: str) -> Message:
        (post,) = [post for post in self.posts if post["kind"] == "rollup" and post["period"] == period]
        return from_data(post["message"])

    def before(self, end: datetime) -> dict[int, str]:
        """Step -> its last told status before a moment."""
        found = {row["id"]: "not started" for row in self.rows("step")}
        told = [row for row in self.rows("step_update") if row["status"] and not row["withdrawn_at"]]
        for row in sorted(told, key=lambda row: (row["at"], row["id"])):
            if moment(row["at"]) < end:
                found[row["step_id"]] = row["status"]
        return found

    def refs(self) -> dict[int, list[str]]:
        """Strategy -> `1.2` for each of its places, in order."""
        numbers = {row["id"]: row["number"] for row in self.rows("goal")}
        found = defaultdict(list)
        for place in self.rows("strategy_place"):
            found[place["strategy_id"]].append((numbers[place["goal_id"]], place["number"]))
        return {key: [f"{g}.{s}" for g, s in sorted(places)] for key, places in found.items()}


def moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def bounds(period: str) -> tuple[datetime, datetime]:
    year, month = map(int, period.split("-"))
    after = (year + month // 12, month % 12 + 1)
    return datetime(year, month, 1, tzinfo=ZONE), datetime(*after, 1, tzinfo=ZONE)


def table(message: Message, column: str) -> list[list[str]]:
    found = next(block for block in message.blocks if isinstance(block, Table) and block.columns[0] == column)
    return [[plain(cell) for cell in row] for row in found.rows]


def fact(message: Message, label: str) -> str:
    rows = next(block for block in message.blocks if isinstance(block, Facts)).rows
    return next(plain(value) for name, value in rows if name == label)


def live(folder: Path, plan: Path, start: str, months: int) -> Year:
    with ThreadPoolExecutor(1) as aside:  # a browser test before this one may have left its event loop in this thread
        aside.submit(simulate_plan, plan, start, months, folder, 1, Console(quiet=True)).result()
    return Year(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Year:
    folder = tmp_path_factory.mktemp("small")
    (folder / "plan.txt").write_text(PLAN)
    return live(folder / "out", folder / "plan.txt", "2025-01", 3)


@pytest.fixture(scope="module")
def sonoma(tmp_path_factory, shared) -> Year:
    return live(tmp_path_factory.mktemp("sonoma"), shared / "seeds" / "002_66083133f891ecb3.txt", "2024-02", 12)


def check_year(year: Year, months: int) -> None:
    assert len(year.pages) == months
    for period, page in year.pages.items():
        check_form(page, year.digest(period))
        check_steps(year, period, page)
        check_people(year, period, page)
        check_strategies(year, period, page)
        check_goals(year, period, page)
        check_win(year, period, page)


def check_form(page: Message, digest: Message) -> None:
    """One page also on paper, every section, a chart for each goal with two readings, one of them in the digest."""
    assert count_words(page) <= 450
    assert body_pages(page) == 1
    assert [block.text for block in page.blocks if isinstance(block, Heading) and block.level == 2] == SECTIONS
    assert "Source: workgroup reports up to" in words(page)
    charts = [block for block in page.blocks if isinstance(block, Chart)]
    posted = [block for block in digest.blocks if isinstance(block, Chart)]
    assert len(posted) == bool(charts)
    assert all(chart.alt in [one.alt for one in charts] for chart in posted)
    assert fact(page, "Overall") in words(digest)


def check_steps(year: Year, period: str, page: Message) -> None:
    start, end = bounds(period)
    then, now = year.before(start), year.before(end)
    done = {step for step in now if now[step] == "done" != then[step]}
    started = {s for s in now if then[s] == "not started" and now[s] in ("in progress", "blocked")}
    total = sum(status == "done" for status in now.values())
    text = words(page)
    for label, those in (("Done", done), ("Started", started)):
        assert re.search(rf"{label}: {len(those) or 'none'}\.", text), (period, label, len(those))
    assert f"{total} of {len(now)} steps done" in fact(page, "Plan")
    shown = re.findall(r"^- Done: .*$", text, re.M)[0]
    numbers = {row["id"]: (row["strategy_id"], row["number"]) for row in year.rows("step")}
    refs = year.refs()
    named = {f"{refs[s][0]}.{n}" for s, n in (numbers[step] for step in done)}
    assert set(re.findall(r"(?<!and )\b\d+\.\d+\.\d+\b", shown)) <= named


def check_people(year: Year, period: str, page: Message) -> None:
    start, end = bounds(period)
    members = {row["person_id"] for row in year.rows("workgroup_member")}
    spoke = {
        row["person_id"]
        for name in ("step_update", "story")
        for row in year.rows(name)
        if start <= moment(row["at"]) < end and not ("withdrawn_at" in row.keys() and row["withdrawn_at"])  # noqa: SIM118
    }
    spoke |= {r["person_id"] for r in year.rows("meeting_note") if r["month"] == period and not r["withdrawn_at"]}
    replied = len(members & spoke)
    rate = int(100 * replied / len(members) + 0.5)
    said = fact(page, "Replies")
    assert said.startswith(f"{replied} of {len(members)} workgroup members"), (period, said)
    assert abs(int(re.search(r"\((\d+)%\)", said)[1]) - rate) <= 1
    held = [row for row in year.rows("meeting") if row["month"] == period and row["state"] == "held"]
    groups = len(year.rows("workgroup"))
    assert fact(page, "Meetings").startswith(f"{len(held)} of {groups} workgroups met"), period


def check_strategies(year: Year, period: str, page: Message) -> None:
    """Every strategy once, a shared one with both references, with its own count of finished steps."""
    now = year.before(bounds(period)[1])
    of = defaultdict(list)
    for row in year.rows("step"):
        of[row["strategy_id"]].append(now[row["id"]])
    expected = {
        " and ".join(refs): f"{sum(status == 'done' for status in of[key])}/{len(of[key])}"
        for key, refs in year.refs().items()
    }
    found = {}
    for row in table(page, "Strategy"):
        refs = re.match(r"\d+\.\d+(?: and \d+\.\d+)*", row[0])
        found[refs[0]] = row[2]
    assert found == expected, period


def check_goals(year: Year, period: str, page: Message) -> None:
    """The latest reading known then, with its data month, and its distance from a pace worked out by hand."""
    end = bounds(period)[1]
    rows = table(page, "Measure")
    for measure, row in zip(year.rows("measure"), rows, strict=True):
        mine = [r for r in year.rows("reading") if r["measure_id"] == measure["id"] and not r["population"]]
        known = sorted((r["month"], r["value"]) for r in mine if moment(r["at"]) < end and r["month"] <= period)
        assert row[5] == f"{measure['baseline']:g}%"
        assert row[4] == f"{measure['target']:g}%"
        if not known:
            assert row[2] == "no reading yet"
            continue
        month, value = known[-1]
        assert row[2] == f"{value:g}% ({date.fromisoformat(month + '-01'):%B %Y})", period
        began = date.fromisoformat(measure["start"])
        passed = (int(month[:4]) - began.year) * 12 + int(month[5:]) - began.month
        if passed < 0:
            assert (row[3], row[1]) == ("–", "not judged yet")
            continue
        gap = round(value - min(measure["baseline"] + measure["pace_per_month"] * passed, measure["target"]), 1)
        sign, points = ("+" if gap > 0 else "−"), "point" if abs(gap) == 1 else "points"
        assert row[3] == ("as expected" if gap == 0 else f"{sign}{abs(gap):g} {points}"), period
        assert row[1].startswith("behind" if gap < 0 else "on track"), period


def check_win(year: Year, period: str, page: Message) -> None:
    """The newest story that was approved in the month, or that there is none."""
    start, end = bounds(period)
    approved = [r for r in year.rows("story") if r["reviewed_at"] and start <= moment(r["reviewed_at"]) < end]
    text = words(page)
    if not approved:
        assert "No story was approved this month." in text
        return
    newest = max(approved, key=lambda row: (row["reviewed_at"], row["id"]))
    assert " ".join(newest["text"].split()[:6]) in text
    assert len(approved) == 1 or f"And {len(approved) - 1} more approved stor" in text


def test_three_months_of_a_small_county(small):
    check_year(small, 3)


@pytest.mark.slow
def test_twelve_months_of_the_sonoma_plan(sonoma):
    check_year(sonoma, 12)
