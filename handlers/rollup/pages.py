"""The roll-up's whole page and its digest for chat, with as much of each list as there is room for."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import date
from functools import partial

from bot.chat.messages import (
    Actions,
    Bullets,
    Chart,
    Context,
    Facts,
    Heading,
    Message,
    Progress,
    Table,
    Text,
    plain,
)
from bot.domain.changes import Change
from bot.domain.charts import goal_charts, leading_chart
from bot.domain.goal_words import goal_line
from bot.domain.month_facts import ATTENTION, BEHIND, NO_DATA, ON_TRACK, MonthFacts
from bot.domain.periods import Month
from bot.domain.rollup import DIGEST_ROOM, PAGE_WORDS, ROOMS, Room, by_status, few_words, first_ones
from storage.uow import UnitOfWork

# Chat always has these signs; the word beside them says the same to whoever does not see them.
_LIGHTS = {ON_TRACK: "🟢", ATTENTION: "🟡", BEHIND: "🔴", NO_DATA: "⚪"}


def title(uow: UnitOfWork, month: Month) -> str:
    """`Larkspur County: March 2026 roll-up`"""
    return f"{uow.organization.name}: {month.title} roll-up"


def page(
    uow: UnitOfWork, facts: MonthFacts, standing: str = "", revision: int = 1, changes: tuple[Change, ...] = ()
) -> Message:
    """The whole roll-up, with as much of each list as fits into PAGE_WORDS words; the charts come after the goals.
    `standing`: a line on what it is while it is not published. `changes`: what a revision says that the one before did
    not."""

    def composed(room: Room) -> Message:
        shown = _shown(uow, facts, room)
        return uow.compose("reports/month", standing=standing, revision=revision, changes=changes, **shown)

    fitting = bisect_left(ROOMS, True, key=lambda room: count_words(composed(room)) <= PAGE_WORDS)
    found = composed(ROOMS[min(fitting, len(ROOMS) - 1)])
    return after_table(found, "Measure", goal_charts(facts.goals))


def after_table(message: Message, first_column: str, charts: tuple[Chart, ...]) -> Message:
    """The message with charts under the table whose first column is named so; unchanged where there is none."""
    for place, block in enumerate(message.blocks):
        if isinstance(block, Table) and block.columns[0] == first_column:
            blocks = (*message.blocks[: place + 1], *charts, *message.blocks[place + 1 :])
            return Message(blocks, message.summary)
    return message


def digest(uow: UnitOfWork, facts: MonthFacts, token: str, hint: str) -> Message:
    """What a reader in chat needs without opening anything: the words, the chart of the goal that most needs a look,
    and a link to the page where the pages have an address."""
    url = uow.page(f"/r/{token}") if uow.public_url else ""
    found = uow.compose("reports/digest", url=url, hint=hint, **_shown(uow, facts, DIGEST_ROOM))
    chart = leading_chart(facts.goals)
    if chart is None:
        return found
    if url:
        # The page serves its charts' pictures by their place on it.
        place = goal_charts(facts.goals).index(chart) + 1
        chart = replace(chart, url=f"{url}/chart-{place}.png")
    foot = next(
        (at for at, block in enumerate(found.blocks) if isinstance(block, Actions | Context)), len(found.blocks)
    )
    return Message((*found.blocks[:foot], chart, *found.blocks[foot:]), found.summary)


def _shown(uow: UnitOfWork, facts: MonthFacts, room: Room) -> dict[str, object]:
    month = Month.parse(facts.month)
    return {
        "title": title(uow, month),
        "light": _LIGHTS.get(facts.overall.word, ""),
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


def count_words(message: Message) -> int:
    """The words a reader meets; buttons and what a chart says to a screen reader are left out."""
    words = 0
    for block in message.blocks:
        match block:
            case Heading(text, _) | Progress(text, _, _):
                words += len(text.split())
            case Text(found) | Context(found):
                words += len(plain(found).split())
            case Bullets(items, _):
                words += sum(len(plain(item).split()) for item in items)
            case Facts(rows):
                words += sum(len(f"{label} {plain(value)}".split()) for label, value in rows)
            case Table(columns, cells):
                words += sum(len(column.split()) for column in columns)
                words += sum(len(plain(cell).split()) for row in cells for cell in row)
    return words
