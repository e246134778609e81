"""Chart -> SVG and PNG: what is drawn, in words and coordinates; how it looks is for eyes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.messages import Chart, Heading, Line, Message, plain, with_chart_urls
from bot.renderers.chart import HEIGHT, WIDTH, chart_png, chart_svg, chart_svg_for_page
from bot.renderers.chart_words import NOTHING_YET, latest, numbers
from bot.renderers.html import STYLES, to_html
from bot.renderers.safety import one_line
from tests.golden.cases import CHART, CHARTS, HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  our own renderer's


def drawn(svg: str) -> list[str]:
    """The words in the picture."""
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


def names(svg: str) -> list[tuple[str, float]]:
    """The words at the lines' ends and how far down they stand."""
    found = (
        (text.text or "", float(text.get("x", 0)), float(text.get("y", 0))) for text in parsed(svg).iter(f"{SVG}text")
    )
    return [(word, y) for word, x, y in found if x > WIDTH - 137]


def test_lines_are_named_at_their_ends_with_their_last_values() -> None:
    words = [word for word, _ in names(chart_svg(CHART))]
    assert {"36%", "Measured", "36.5%", "Expected", "40.5%", "Target", "37.1%", "State average"} <= set(words)
    assert "Axis starts at 30%, not at 0" in drawn(chart_svg(CHART))


@pytest.mark.parametrize("name", CHARTS)
def test_no_name_covers_another_and_all_stand_in_the_picture(name: str) -> None:
    found = sorted(y for _, y in names(chart_svg(CHARTS[name])))
    assert all(0 < y <= HEIGHT for y in found)
    assert all(lower - upper > 12 for upper, lower in pairwise(found))


@pytest.mark.parametrize("name", CHARTS)
def test_an_svg_tells_screen_readers_what_it_shows(name: str) -> None:
    chart = CHARTS[name]
    for svg in (chart_svg(chart), chart_svg_for_page(chart)):
        root = parsed(svg)
        assert (root.get("role"), root.get("aria-label")) == ("img", one_line(chart.alt))
        assert root.findtext(f"{SVG}title") == one_line(chart.title)
        assert root.findtext(f"{SVG}desc") == one_line(chart.alt)


def test_the_same_chart_gives_the_same_bytes() -> None:
    chart = replace(CHART)
    first = chart_svg.__wrapped__(chart), chart_png.__wrapped__(chart)
    assert first == (chart_svg.__wrapped__(chart), chart_png.__wrapped__(chart))
    assert first[1].startswith(b"\x89PNG")
    assert not re.search(r"<metadata|20\d\d-\d\d-\d\dT", first[0])


def test_charts_can_be_drawn_from_several_threads() -> None:
    charts = list(CHARTS.values())
    alone = [chart_svg.__wrapped__(chart) for chart in charts]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(chart_svg.__wrapped__, charts)) == alone


def test_a_page_with_several_charts_has_no_id_twice() -> None:
    html = to_html(Message(tuple(CHARTS.values())))
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(ids)


def test_a_page_colours_its_charts_by_its_own_variables() -> None:
    svg = chart_svg_for_page(CHART)
    used = set(re.findall(r"var\((--[\w-]+)", svg))
    assert {"--ink", "--chart-1", "--chart-expected", "--chart-target", "--chart-state", "--sans"} <= used
    light, dark = (STYLES / "blocks.css").read_text("utf-8").split("@media screen and (prefers-color-scheme: dark)")
    for name in used - {"--sans"}:
        assert f"{name}: #" in light
        assert f"{name}: #" in dark.split("*, *::before")[0]
    assert not re.search(r'(?:fill|stroke)="#', svg)
    assert "style" not in svg, "the page's policy may forbid it"
    assert "var(" not in chart_svg(CHART), "typesetters know no variables"


def test_planned_lines_differ_from_measured_ones_without_colour() -> None:
    strokes = re.findall(r'stroke-dasharray="([\d., ]+)"', chart_svg(CHART))
    assert len(set(strokes)) >= 4, "expected, target, state and a gap"


def test_what_is_not_drawn_is_counted() -> None:
    lines = tuple(Line(f"Office {n}", (n * 3.0,) * 12) for n in range(11))
    words = drawn(chart_svg(replace(CHART, lines=lines)))
    assert any(word.endswith("3 more not drawn") for word in words)
    assert not any("Office 8" in word for word in words)


def test_without_a_reading_the_picture_says_so() -> None:
    for name, chart in CHARTS.items():
        assert (NOTHING_YET in drawn(chart_svg(chart))) == (name in ("chart_nothing_measured", "chart_nothing_at_all"))


@pytest.mark.parametrize("name", ["chart_one_point", "chart_gaps", "chart_dollars", "chart_sixty_months"])
def test_an_axis_begins_at_zero_where_that_shows_enough(name: str) -> None:
    words = drawn(chart_svg(CHARTS[name]))
    assert {"0", "$0", "0%"} & set(words)
    assert not any("Axis starts" in word for word in words)


@pytest.mark.parametrize("unit", ["percent", "count"])
@pytest.mark.parametrize("values", [(0.0, 0.0, 0.0), (0.1, 0.2, 0.1), (52.2, 52.3, 52.2), (99.9, 100.0, 100.0)])
def test_the_marks_of_the_axis_are_as_far_apart_as_they_say(values: tuple[float, ...], unit: str) -> None:
    chart = Chart("Re-entries", unit, ("2026-01", "2026-02", "2026-03"), (Line("Measured", values),), "As before.")
    shown = [text for text in parsed(chart_svg(chart)).iter(f"{SVG}text") if 0 < float(text.get("x", 0)) < 60]
    marks = [Decimal(mark[1]) for text in shown if (mark := re.fullmatch(r"([0-9]+(?:\.[0-9])?)%?", text.text or ""))]
    assert len(marks) >= 2
    assert len({upper - lower for lower, upper in pairwise(marks)}) == 1
    assert marks == sorted(set(marks))


@pytest.mark.parametrize("text", [*HOSTILE, r"$x^2$ \frac{1}{2} $"])
def test_hostile_words_are_drawn_as_words(text: str) -> None:
    chart = replace(CHART, title=text, alt=text, unit=text, lines=(Line(text, (1.0,) * 12),))
    root = parsed(chart_svg_for_page(chart))
    assert root.findtext(f"{SVG}desc") == one_line(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "defs", "g", "path", "use", "text", "clipPath", "rect",
    }  # fmt: skip
    assert any(word and word.rstrip("…") in one_line(text) for word in drawn(chart_svg(chart)))
    chart_png(chart)


VALUES = st.none() | st.floats(-1e6, 1e6, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3).map(tuple), max_size=11),
    st.sampled_from(("percent", "$", "days", "")),
)
def test_any_numbers_can_be_drawn(rows: list[tuple[float | None, ...]], unit: str) -> None:
    lines = tuple(Line(f"Line {at}", row) for at, row in enumerate(rows))
    svg = chart_svg(Chart("Any", unit, ("2025-12", "2026-01", "2026-03"), lines, "Anything."))
    assert "nan" not in svg
    assert all(0 < y <= HEIGHT for _, y in names(svg))


def test_numbers_are_a_row_for_each_month_that_has_one() -> None:
    table = numbers(CHARTS["chart_gaps"])
    assert table.columns == ("Month", "Measured", "Target")
    assert [plain(cell) for cell in table.rows[1]] == ["April 2025", "–", "20 days"]
    assert numbers(CHARTS["chart_nothing_at_all"]).rows == ()


def test_latest_values_name_their_month() -> None:
    assert [plain(item) for item in latest(CHARTS["chart_gaps"])] == [
        "Measured: 22 days (January 2026)",
        "Target: 20 days (February 2026)",
    ]
    assert plain(latest(CHARTS["chart_nothing_measured"])[0]) == "Measured: nothing yet"


def test_each_chart_of_a_published_page_gets_an_address() -> None:
    message = Message((CHARTS["chart_gaps"], Heading("Goal 2", 2), CHARTS["chart_dollars"]), "Two charts")
    page = with_chart_urls(message, "https://sip.example.org/r/abc")
    assert [block.url for block in page.blocks if isinstance(block, Chart)] == [
        "https://sip.example.org/r/abc/chart-1.png",
        "https://sip.example.org/r/abc/chart-2.png",
    ]
    assert (page.blocks[1], page.summary) == (message.blocks[1], "Two charts")
