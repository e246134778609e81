"""The roll-up's whole page and its digest for chat, with as much of each list as there is room for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import date
from functools import partial

from bot.chat.messages import Actions, Chart, Context, Message, Table, with_chart_urls
from bot.domain.changes import Change
from bot.domain.charts import leading_charts
from bot.domain.goal_words import goal_line
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month
from bot.domain.rollup import DIGEST_ROOM, ROOMS, Room, by_status, few_words, first_ones
from handlers.rollup.length import is_one_page
from storage.uow import UnitOfWork

PAGE_CHARTS = 2  # side by side they leave room for the words; the table has every goal
_TITLE = 6  # words of a chart's


def title(uow: UnitOfWork, month: Month) -> str:
    """`Larkspur County: March 2026 roll-up`"""
    return f"{uow.organization.name}: {month.title} roll-up"


def page(
    uow: UnitOfWork, facts: MonthFacts, standing: str = "", revision: int = 1, changes: tuple[Change, ...] = ()
) -> Message:
    """The whole roll-up, with as much of each list as a page has room for; under the goals the charts of those that
    most need a look. `standing`: a line on what it is while it is not published. `changes`: what a revision says that
    the one before did not."""
    charts = tuple(
        replace(chart, title=few_words(chart.title, _TITLE)) for chart in leading_charts(facts.goals, PAGE_CHARTS)
    )

    def composed(room: Room) -> Message:
        shown = _shown(uow, facts, room)
        found = uow.compose("reports/month", standing=standing, revision=revision, changes=changes, **shown)
        return after_table(found, "Measure", charts)

    fitting = bisect_left(ROOMS, True, key=lambda room: is_one_page(composed(room)))
    return composed(ROOMS[min(fitting, len(ROOMS) - 1)])


def after_table(message: Message, first_column: str, charts: tuple[Chart, ...]) -> Message:
    """The message with charts under the table whose first column is named so; unchanged where there is none."""
    for place, block in enumerate(message.blocks):
        if isinstance(block, Table) and block.columns[0] == first_column:
            blocks = (*message.blocks[: place + 1], *charts, *message.blocks[place + 1 :])
            return replace(message, blocks=blocks)
    return message


def digest(uow: UnitOfWork, facts: MonthFacts, token: str, hint: str) -> Message:
    """What a reader in chat needs without opening anything: the words, the chart of the goal that most needs a look,
    and a link to the page where the pages have an address."""
    url = uow.page(f"/r/{token}") if uow.public_url else ""
    found = uow.compose("reports/digest", url=url, hint=hint, **_shown(uow, facts, DIGEST_ROOM))
    chart = next(iter(leading_charts(facts.goals, PAGE_CHARTS)), None)
    if chart is None:
        return found
    foot = next(
        (at for at, block in enumerate(found.blocks) if isinstance(block, Actions | Context)), len(found.blocks)
    )
    message = replace(found, blocks=(*found.blocks[:foot], chart, *found.blocks[foot:]))
    return with_chart_urls(message, url) if url else message


def _shown(uow: UnitOfWork, facts: MonthFacts, room: Room) -> dict[str, object]:
    month = Month.parse(facts.month)
    return {
        "title": title(uow, month),
        "facts": facts,
        "room": room,
        "goals": [goal_line(goal) for goal in facts.goals],
        "strategies": first_ones(facts.strategies, room.strategies),
        "standings": by_status(facts.strategies),
        "few": few_words,
        "on": partial(day_in, month.year),
        "following": month.next().title,
    }


def day_in(year: int, day: date) -> str:
    """`24 May`; with its year when that is not the report's."""
    return f"{day.day} {day:%b}" if day.year == year else f"{day.day} {day:%b %Y}"
