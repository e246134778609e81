"""Chart -> picture: SVG for pages and documents, PNG for chat and mail. Beside it, words always say the same again.

Lines are named at their ends, where the eye is, not in a legend. They differ in dashes and markers, not in colour
alone. matplotlib takes half a second to import, so it waits until something is drawn.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from bot.chat.messages import Chart, Line
from bot.chat.units import format_value
from bot.renderers.chart_words import NOTHING_YET, is_measured, month_name
from bot.renderers.safety import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 500, 290  # points; on a phone 400 pixels wide the smallest letters are 9 pixels high
_TITLE = 30  # points more where the title is part of the picture
_PIXELS = 2.5  # a point of the PNG: sharp where a chat shows it at its usual 500 pixels
_NAMES, _BELOW, _ABOVE = 136, 42, 26  # points beside the axes for the lines' names, below for months, above for a note
_EDGE = 8  # points of margin
_SIZE, _SMALL, _LINE_HEIGHT = 12.5, 11.5, 15.5  # points
_DRAWN = 8  # lines of a chart; more than that nobody can tell apart
_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between two that are named below the axis
_NAMED = 5  # of them, at most
_FINEST = 0.1  # between two values named beside the axis: they are written with one decimal
_CACHED = 64  # pictures of about 40 KB
_FONT = "DejaVu Sans"  # comes with matplotlib

# matplotlib's settings are the process's, and its text layout is not made for several threads at once.
_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Look:
    """How a line is drawn. `colour` is the one on white paper; `dashes` as matplotlib takes them."""

    colour: str
    width: float = 1.6
    dashes: str | tuple[float, tuple[float, ...]] = "-"
    marker: str = ""


# Told apart with any kind of colour blindness, after https://jfly.uni-koeln.de/color/ (Okabe and Ito), darkened to at
# least 4.5:1 on white. On a page each is a variable of templates/html/blocks.css, which has other values in the dark.
_INK, _QUIET, _RULE = "#1d2420", "#56605a", "#d9ddd7"
_PLANNED = {
    "expected": _Look("#0072b2", dashes=(0, (5, 2.5))),
    "target": _Look("#b34700", 2.0, (0, (1, 1.6))),
    "state": _Look("#5b5b66", dashes=(0, (6, 2, 1, 2)), marker="d"),
}
_MEASURED = (
    _Look("#17624a", 2.6, marker="o"),
    _Look("#a0447f", 2.0, marker="s"),
    _Look("#7d6200", 2.0, marker="^"),
    _Look("#3a5fa8", 2.0, marker="D"),
    _Look("#6a4a3a", 2.0, marker="v"),
)
_VARIABLES = {_INK: "--ink", _QUIET: "--quiet", _RULE: "--line"} | {
    look.colour: f"--chart-{name}" for name, look in (*_PLANNED.items(), *enumerate(_MEASURED, 1))
}
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LOOK = re.compile(r"([\w-]+): ([^;]+)")


@lru_cache(_CACHED)
def chart_svg(chart: Chart) -> str:
    """An SVG image for white paper, without the title. Its words stay text: they can be enlarged and searched, and
    letters the font lacks come from the reader's own. The same chart gives the same text."""
    return _svg(chart, lambda style: style)


@lru_cache(_CACHED)
def chart_svg_for_page(chart: Chart) -> str:
    """The same for a place inside an HTML page: it takes the page's font and colours, also in the dark."""
    return _svg(chart, _as_on_the_page)


@lru_cache(_CACHED)
def chart_png(chart: Chart) -> bytes:
    """A PNG image with the title in it, on white: whoever shows it may have a dark background."""
    return _saved(chart, "png", titled=True, dpi=72 * _PIXELS, facecolor="white", metadata={"Software": None})


def _as_on_the_page(look: str) -> str:
    if look == f"'{_FONT}'":
        return "var(--sans, sans-serif)"
    return _COLOUR.sub(lambda found: f"var({_VARIABLES.get(found[0], '--ink')}, {found[0]})", look)


def _svg(chart: Chart, restyle: Callable[[str], str]) -> str:
    made = _saved(chart, "svg", titled=False, dpi=72, transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(made)  # noqa: S314  matplotlib wrote it a moment ago
    own = f"c{sha256(repr(chart).encode()).hexdigest()[:8]}-"  # several charts share a page: no id may come twice
    targets = set(re.findall(r'="(?:url\()?#([\w.]+)\)?"', made.decode()))
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        kept = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        if kept.get("id") not in targets:
            kept.pop("id", None)
        looks = _LOOK.findall(kept.pop("style", ""))  # as attributes: a page's policy may forbid styles in elements
        named = {name: _local(name, value, own) for name, value in kept.items()}
        element.attrib = named | {name: restyle(value) for name, value in looks}
    words = one_line(chart.alt)
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": root.attrib["viewBox"],
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "role": "img",
        "aria-label": words,
        "stroke-linejoin": "round",
    }
    for left_out in (*root.findall("metadata"), *root.findall("defs")[:1]):  # who made it when; a style sheet
        root.remove(left_out)
    for tag, text in (("desc", words), ("title", one_line(chart.title))):
        said = ElementTree.Element(tag)
        said.text = text
        root.insert(0, said)
    return ElementTree.tostring(root, "unicode")


def _local(name: str, value: str, own: str) -> str:
    if name == "id":
        return own + value
    return value.replace("#", f"#{own}") if name in ("href", "clip-path") else value


def _saved(chart: Chart, form: str, *, titled: bool, **how: Any) -> bytes:
    from matplotlib import rcParams

    buffer = io.BytesIO()
    with _DRAWING, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # a box is drawn, and that is enough
        rcParams.update(
            {
                "font.family": _FONT,
                "svg.fonttype": "none",
                "svg.hashsalt": "sipbot",
                "text.parse_math": False,  # a `$` is money
            }
        )
        _figure(replace(chart, unit=one_line(chart.unit)), titled).savefig(buffer, format=form, **how)
    return buffer.getvalue()


def _figure(chart: Chart, titled: bool) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    whole = HEIGHT + (_TITLE if titled else 0)
    figure = Figure(figsize=(WIDTH / 72, whole / 72), dpi=72)
    FigureCanvasAgg(figure)
    if titled:
        title = _fitted(figure, chart.title, WIDTH - 2 * _EDGE, size=_SIZE + 1.5, weight="bold")
        _write(figure, _EDGE, whole - 24, title, size=_SIZE + 1.5, weight="bold")
    axes = figure.add_axes((0, 0, 1, 1))
    places = [int(month[:4]) * 12 + int(month[5:7]) for month in chart.months]
    lines = [(line, look) for line, look in zip(chart.lines, _looks(chart.lines), strict=True) if _any(line)][:_DRAWN]
    for line, look in lines:
        _draw(axes, places, line, look)
    _dress(axes)
    note = _scale(axes, chart, [value for line, _ in lines for value in line.values if value is not None])
    if more := sum(map(_any, chart.lines)) - len(lines):
        note = " · ".join(filter(None, (note, f"{more} more not drawn")))
    _month_axis(axes, chart.months, places)
    marks = (_wide(figure, label.get_text(), size=_SMALL) for label in axes.get_yticklabels())
    left = min(150.0, _EDGE + 5 + max(marks, default=0.0))
    box = (left, _BELOW, WIDTH - left - _NAMES, HEIGHT - _BELOW - _ABOVE)
    axes.set_position((box[0] / WIDTH, box[1] / whole, box[2] / WIDTH, box[3] / whole))
    _name_lines(figure, axes, chart, places, lines, box)
    said = _fitted(figure, note, WIDTH - _NAMES - _EDGE, size=_SMALL)
    _write(figure, _EDGE, HEIGHT - 13, said, size=_SMALL, color=_QUIET)
    if not is_measured(chart):
        axes.text(0.5, 0.5, NOTHING_YET, transform=axes.transAxes, ha="center", fontsize=_SIZE, color=_QUIET)
    return figure


def _any(line: Line) -> bool:
    return any(value is not None for value in line.values)


def _looks(lines: Sequence[Line]) -> list[_Look]:
    """A look for each line; the measured ones take turns."""
    looks: list[_Look] = []
    measured = 0
    for line in lines:
        if line.kind in _PLANNED:
            looks.append(_PLANNED[line.kind])
        else:
            looks.append(_MEASURED[measured % len(_MEASURED)])
            measured += 1
    return looks


def _draw(axes: Axes, places: list[int], line: Line, look: _Look) -> None:
    """What was measured is joined by a solid line only from month to month; across months without a number a faint
    dotted one shows that nobody looked."""
    points = [(at, value) for at, value in zip(places, line.values, strict=True) if value is not None]
    runs: list[list[tuple[int, float]]] = []
    for point in points:
        if runs and (line.kind in _PLANNED or point[0] - runs[-1][-1][0] <= 1):
            runs[-1].append(point)
            continue
        if runs:
            gap = (runs[-1][-1], point)
            axes.plot(*zip(*gap, strict=True), color=look.colour, linewidth=1, linestyle=":", clip_on=False)
        runs.append([point])
    size = 5.5 if len(points) <= 24 else 2.5
    for run in runs:
        axes.plot(
            *zip(*run, strict=True), color=look.colour, linewidth=look.width, linestyle=look.dashes,
            marker=look.marker or None, markersize=size, solid_capstyle="round", clip_on=False,
            zorder=2.5 if line.kind in _PLANNED else 3,
        )  # fmt: skip


def _dress(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_QUIET)
    axes.grid(axis="y", color=_RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=_SMALL, labelcolor=_QUIET, pad=5)


def _scale(axes: Axes, chart: Chart, values: list[float]) -> str:
    """The value axis, from zero where that does not flatten the lines; returns what a reader must know about it."""
    from matplotlib.ticker import MaxNLocator

    low, high = min(values, default=0.0), max(values, default=1.0)
    from_zero = low >= 0 and (low <= high / 2 or low == high)
    room = max((high - low) * 0.08, abs(high) * 0.02, 0.25)
    bottom = 0.0 if from_zero else low - room
    if low >= 0:
        bottom = max(bottom, 0.0)
    most = int(min(5, (high + room - bottom) / _FINEST))
    marks = [float(mark) for mark in MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(bottom, high + room)]
    percents = format_value(1, chart.unit).endswith("%")
    if percents and high <= 100:
        marks = [mark for mark in marks if mark <= 100]
    axes.set_ylim(marks[0], marks[-1])
    counted = "" if format_value(1, chart.unit).startswith("1 ") else chart.unit  # a word is said once, above the axis
    axes.set_yticks(marks if values else [], [format_value(mark, counted) for mark in marks if values])
    if marks[0] < 0 < marks[-1]:
        axes.axhline(0, color=_QUIET, linewidth=1)
    start = f"Axis starts at {format_value(marks[0], counted)}, not at 0" if values and marks[0] != 0 else ""
    unit = "" if counted == chart.unit else one_line(chart.unit)
    return " · ".join(filter(None, (start, unit)))


def _month_axis(axes: Axes, months: Sequence[str], places: list[int]) -> None:
    first, last = (places[0], places[-1]) if places else (0, 1)
    step = next((step for step in _STEPS if (last - first) // step < _NAMED), _STEPS[-1])
    shown = {place: month_name(month) for place, month in zip(places, months, strict=True)}
    marks = [place for place in range(last, first - 1, -step) if place in shown]  # the newest always
    axes.set_xlim(first - 0.4, last + 0.4)
    axes.set_xticks(marks, [f"{shown[mark][:3]}\n{shown[mark][-4:]}" for mark in marks])


def _name_lines(
    figure: Figure,
    axes: Axes,
    chart: Chart,
    places: list[int],
    lines: list[tuple[Line, _Look]],
    box: tuple[float, float, float, float],
) -> None:
    """Last value and name of each line to the right of the axes, as near to its end as the others let it."""
    left, bottom, wide, high = box
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    names = _names(figure, chart, lines, high)
    ends: list[tuple[float, float]] = []
    for line, _ in lines:
        at, value = [(at, v) for at, v in zip(places, line.values, strict=True) if v is not None][-1]
        ends.append((left + wide * (at - x0) / (x1 - x0), bottom + high * (value - y0) / (y1 - y0)))
    sizes = [_LINE_HEIGHT * len(name) for name in names]
    middles = _spread([y for _, y in ends], sizes, bottom - _BELOW + 4, bottom + high + _ABOVE - 4)
    start = left + wide + 20
    for (_, look), name, size, (x, y), middle in zip(lines, names, sizes, ends, middles, strict=True):
        _join(figure, (x + 6, y), (start - 4, middle), look.colour)
        for at, words in enumerate(name):
            base = middle + size / 2 - _LINE_HEIGHT * (at + 0.78)
            _write(figure, start, base, words, size=_SIZE if at == 0 else _SMALL, weight="normal" if at else "bold")


def _names(figure: Figure, chart: Chart, lines: list[tuple[Line, _Look]], high: float) -> list[list[str]]:
    """What stands at each line's end: its value and, in up to two lines, its name; less where many must find room."""
    room = _NAMES - 24
    last = [[v for v in line.values if v is not None][-1] for line, _ in lines]
    values = [format_value(value, chart.unit) for value in last]
    if any(_wide(figure, value, size=_SIZE, weight="bold") > room for value in values):
        values = [format_value(value, "count") for value in last]  # the unit stands above the axis
    for most in (2, 1):
        found = [
            [value, *_wrapped(figure, one_line(line.label), room, most)]
            for value, (line, _) in zip(values, lines, strict=True)
        ]
        if sum(map(len, found)) * _LINE_HEIGHT <= high + _ABOVE:
            return found
    return [
        [_fitted(figure, f"{value} {one_line(line.label)}", room, size=_SIZE, weight="bold")]
        for value, (line, _) in zip(values, lines, strict=True)
    ]


def _spread(wanted: list[float], sizes: list[float], low: float, high: float) -> list[float]:
    """Middles as near to the wanted ones as possible so that nothing overlaps, between `low` and `high`."""
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    found = list(wanted)
    edge = low
    for at in order:
        found[at] = max(found[at], edge + sizes[at] / 2)
        edge = found[at] + sizes[at] / 2
    edge = high
    for at in reversed(order):
        found[at] = min(found[at], edge - sizes[at] / 2)
        edge = found[at] - sizes[at] / 2
    return found


def _join(figure: Figure, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    from matplotlib.lines import Line2D

    xs, ys = zip(start, end, strict=True)
    inches = [[value / 72 for value in values] for values in (xs, ys)]
    figure.add_artist(Line2D(*inches, color=colour, linewidth=0.8, transform=figure.dpi_scale_trans))


def _write(
    figure: Figure, x: float, y: float, text: str, *, size: float, weight: str = "normal", color: str = _INK
) -> None:
    figure.text(x / 72, y / 72, text, fontsize=size, fontweight=weight, color=color, transform=figure.dpi_scale_trans)


def _wide(figure: Figure, text: str, *, size: float, weight: str = "normal") -> float:
    """Points the text takes."""
    from matplotlib.font_manager import FontProperties

    properties = FontProperties(family=_FONT, size=size, weight=weight)
    renderer: Any = figure.canvas
    return float(renderer.get_renderer().get_text_width_height_descent(text, properties, ismath=False)[0])


def _fitted(figure: Figure, text: str, room: float, *, size: float, weight: str = "normal") -> str:
    """The text, or as much of it as fits and an ellipsis."""
    kept = whole = one_line(text)
    while kept and _wide(figure, kept if kept == whole else f"{kept}…", size=size, weight=weight) > room:
        kept = kept[: min(len(kept) - 1, 200)].rstrip()
    return kept if kept == whole else f"{kept}…"


def _wrapped(figure: Figure, text: str, room: float, most: int) -> list[str]:
    """The text in at most `most` lines that fit; its words are kept whole where they can be."""
    lines: list[str] = []
    for word in text.split():
        if lines and _wide(figure, f"{lines[-1]} {word}", size=_SMALL) <= room:
            lines[-1] += f" {word}"
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] += f" {word}"
            break
    return [_fitted(figure, line, room, size=_SMALL) for line in lines]
