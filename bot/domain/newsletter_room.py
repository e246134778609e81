"""How much of a quarter fits into an edition: which wins and milestones are told, and how long each section may be.

Two pages are 500–800 words, of which the manager's letter takes up to 120. What is compiled is squeezed until the rest
fits beside it; what gives way is counted in the text (“And 3 more”), never dropped silently.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from bot.domain.month_facts import StepFacts, WinFacts
from bot.domain.newsletter import LEAST_LETTER, LEAST_WORDS, MOST_LETTER, MOST_WORDS

MOST_WINS = 4
_TITLES = 30  # words of the section titles, which a reader counts too
COMPILED_MOST = MOST_WORDS - MOST_LETTER - _TITLES
# Below it little was reported: even a full letter leaves the edition short.
COMPILED_LEAST = LEAST_WORDS - LEAST_LETTER - _TITLES


@dataclass(frozen=True, slots=True)
class Room:
    """How many of each list are told and how many words of each: `voice` of what was heard and what was done, `title`
    of a strategy, `step` of an action step. `story`: words of all wins together."""

    wins: int = MOST_WINS
    story: int = 420
    voices: int = 5
    voice: int = 60
    strategies: int = 20
    title: int = 18
    milestones: int = 10
    ahead: int = 10
    step: int = 24
    measures: int = 8


_SQUEEZES: tuple[dict[str, int], ...] = (
    {"title": 14, "step": 18},
    {"title": 11, "step": 16, "milestones": 8, "ahead": 8},
    {"voices": 3, "voice": 45, "strategies": 14},
    {"title": 9, "step": 14, "milestones": 6, "ahead": 6},
    {"title": 7, "step": 11},
    {"voice": 35, "milestones": 4, "ahead": 4},
    {"story": 360},
    {"title": 5, "strategies": 12},
    {"wins": 3, "story": 300},
    {"voices": 2, "voice": 28},
    {"milestones": 3, "ahead": 3, "step": 9},
    {"strategies": 9, "measures": 5},
    {"story": 240},
    {"wins": 2, "voice": 20},
    {"strategies": 6, "measures": 3, "title": 4},
    {"voices": 1, "milestones": 2, "ahead": 2, "strategies": 4, "story": 200},
)
# From roomy to tight; the first that keeps what is compiled within COMPILED_MOST is used.
ROOMS: tuple[Room, ...] = tuple(accumulate(_SQUEEZES, lambda room, less: replace(room, **less), initial=Room()))


def choose_wins(wins: Iterable[WinFacts], room: Room = ROOMS[0]) -> tuple[WinFacts, ...]:
    """As many as there is room for: one of Linkages first, then from as many workgroups as there are. The first stands
    however long it is."""
    waiting = sorted(wins, key=lambda win: not win.linkages)
    chosen: list[WinFacts] = []
    left = room.story
    while waiting and len(chosen) < room.wins:
        told = {win.workgroup for win in chosen}
        following = next((win for win in waiting if win.workgroup not in told), waiting[0])
        waiting.remove(following)
        length = len(following.text.split())
        if length <= left or not chosen:
            chosen.append(following)
            left -= length
    return tuple(chosen)


def in_order(wins: Iterable[WinFacts], wanted: Sequence[int]) -> tuple[WinFacts, ...]:
    """The wins a person chose, in the order they chose; those that cannot be told any more are left out."""
    known = {win.story: win for win in wins}
    return tuple(known[story] for story in wanted if story in known)


def milestones(done: Sequence[StepFacts], most: int) -> tuple[StepFacts, ...]:
    """Up to `most` finished steps, from as many strategies as there are, in the plan's order."""
    turn: Counter[str] = Counter()
    ranked = []
    for place, step in enumerate(done):
        strategy = step.refs[0].rpartition(".")[0]
        turn[strategy] += 1
        ranked.append((turn[strategy], place))
    return tuple(done[place] for place in sorted(place for _, place in sorted(ranked)[:most]))
