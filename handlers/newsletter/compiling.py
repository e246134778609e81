"""An edition from the quarter's facts: every section from its template, squeezed until it fits beside the letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.chat.codec import to_data as message_data
from bot.chat.commands import Role
from bot.chat.messages import Bullets, Chart, Heading, Message, Text, plain
from bot.domain.charts import goal_charts
from bot.domain.goal_words import GoalLine, goal_line
from bot.domain.month_facts import WinFacts
from bot.domain.newsletter import SECTION_CHARACTERS, SECTIONS, TO_WRITE, Edition, Section, count_words
from bot.domain.newsletter_room import COMPILED_LEAST, COMPILED_MOST, ROOMS, Room, choose_wins, in_order, milestones
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import GroupGap, QuarterFacts
from bot.domain.rollup import few_words
from bot.domain.trajectory import SETTLING_IN, format_change, format_value
from storage.queries import people
from storage.queries.people import Person
from storage.uow import UnitOfWork

_LETTER = "manager"


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the numbers section tells: the measure of the picture, and the others in a line each."""

    lead: GoalLine | None
    others: tuple[GoalLine, ...]
    settling: bool


def compiled(uow: UnitOfWork, facts: QuarterFacts, wanted: Sequence[int] = ()) -> Edition:
    """The edition, with the wins a person chose where they did (`wanted`, story ids in order). The room for everything
    else is the first, from roomy to tight, that leaves the letter its words."""
    chosen = in_order(facts.wins, wanted)
    picture = _picture(facts)
    for room in ROOMS:
        wins = chosen or choose_wins(facts.wins, room)
        edition = _filled(uow, facts, wins, room, picture)
        length = edition.words - count_words(edition.text_of(_LETTER))
        if length <= COMPILED_MOST and len(wins_text(uow, wins)) <= SECTION_CHARACTERS:
            break
    if length < COMPILED_LEAST:
        edition = _filled(uow, facts, wins, room, picture, quiet=True)
    return replace(edition, wins=tuple(win.story for win in chosen))


def _filled(
    uow: UnitOfWork,
    facts: QuarterFacts,
    wins: Sequence[WinFacts],
    room: Room,
    picture: Chart | None,
    *,
    quiet: bool = False,
) -> Edition:
    """Every section from its template, as plain text. `quiet`: the edition says why it is short."""
    quarter = Quarter.parse(facts.quarter)
    data = {
        "facts": facts,
        "room": room,
        "quiet": quiet,
        "title": quarter.title,
        "following": quarter.next().title,
        "few": few_words,
        "milestones": milestones(facts.done, room.milestones),
        "marker": TO_WRITE,
        "numbers": _numbers(facts, picture),
        "wins": wins,
        "credits": list(dict.fromkeys(win.credit for win in wins if win.credit)),
        "coordinators": [person.name for person in coordinators(uow)],
        **_gap(facts.gaps[0] if facts.gaps else None),
    }
    texts = {name: as_text(uow.compose(f"newsletter/sections/{name}", **data)) for name in SECTIONS}
    sections = tuple(Section(name, _fitting(text)) for name, text in texts.items())
    return Edition(sections, tuple(win.story for win in wins), picture=message_data(picture) if picture else None)


def wins_text(uow: UnitOfWork, wins: Sequence[WinFacts]) -> str:
    """The wins section alone, as it is compiled; longer than a section may be where there are too many."""
    return as_text(uow.compose("newsletter/sections/wins", wins=wins))


def _picture(facts: QuarterFacts) -> Chart | None:
    """The edition's one chart: of the goal with the most readings, the plan's first among equals."""

    def readings(chart: Chart) -> int:
        return sum(value is not None for value in chart.lines[0].values)

    return max(goal_charts(facts.month.goals), key=readings, default=None)


def _numbers(facts: QuarterFacts, picture: Chart | None) -> Numbers:
    """The picture's measure leads; without a picture the first that has a reading, else the first of the plan."""
    goals = facts.month.goals
    named = next((goal for goal in goals if picture and goal.measure == picture.title), None)
    lead = named or next((goal for goal in goals if goal.latest is not None), goals[0] if goals else None)
    others = tuple(goal_line(goal) for goal in goals if goal is not lead)
    return Numbers(goal_line(lead) if lead else None, others, bool(lead and lead.note == SETTLING_IN))


def _gap(gap: GroupGap | None) -> dict[str, object]:
    if gap is None:
        return {"gap": None}
    return {
        "gap": gap,
        "gap_value": format_value(gap.value, gap.unit),
        "gap_whole": format_value(gap.whole, gap.unit),
        "gap_change": format_change(gap.value - gap.whole, gap.unit),
        "gap_month": Month.parse(gap.data_month).title,
    }


def as_text(message: Message) -> str:
    """The blocks as the plain text that a person edits."""
    pieces: list[str] = []
    for block in message.blocks:
        match block:
            case Heading(text, _):
                pieces.append(f"### {text}")
            case Bullets(items, _):
                pieces.append("\n".join(f"- {plain(item)}" for item in items))
            case Text(found):
                pieces.append(plain(found))
    return "\n\n".join(pieces)


def _fitting(text: str) -> str:
    """Whole lines, up to what a form's field holds."""
    return text if len(text) <= SECTION_CHARACTERS else text[:SECTION_CHARACTERS].rpartition("\n")[0]


def coordinators(uow: UnitOfWork) -> list[Person]:
    """The coordinators; without one, the administrators."""
    able = people.people_with_role(uow, Role.COORDINATOR)
    return [person for person in able if person.role == Role.COORDINATOR] or able
