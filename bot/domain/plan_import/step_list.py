"""One strategy's list of action steps while it is read: which marked line is a step, which a sub-item.

Tables of steps are left to `tables`; what opens and closes a list to `outline`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.plan_import.markers import Item, list_item, number_of, split_bullet
from bot.domain.plan_import.owners import read_labelled
from bot.domain.plan_import.raw import RawStep
from bot.domain.plan_import.rows import Row

_OTHER_LABEL = re.compile(
    r"^(?:status|start(?: date)?|implementation date|resources|notes?|measure|evidence|outcome)\s*:", re.I
)
_OPEN_END = re.compile(
    r"(?:[,;:&/–—-]|\b(?:and|or|of|the|a|an|to|for|with|in|on|by|that|which|from|their|its|our|at|as"
    r"|is|are|will|into|per|each))$",
    re.I,
)
_ENDED = re.compile(r"[.!?][)\"'”’]*$")
_INNER_BULLETS = ("o", "○", "◦")  # Word's second level; where its indentation is lost, the bullet still tells
_DASH = re.compile(r"^[–—]\s+(.+)$")
SHORT_LINE = 60  # characters; a shorter unmarked line was not cut by a margin


def runs_on(before: str, after: str) -> bool:
    """True when `after` can only be the rest of the sentence in `before`."""
    in_bracket = before.rfind("(") > before.rfind(")") and after.count(")") > after.count("(")
    return bool(after[:1].islower() or _OPEN_END.search(before) or in_bracket)


def is_whole(text: str) -> bool:
    """True when the text ends as a sentence does."""
    return bool(_ENDED.search(text))


def item_of(row: Row) -> Item | None:
    """The row's marker; a dash before a lower-case word is one only where it is set in."""
    if row.indent >= 2 and (match := _DASH.match(row.text)):
        return Item("bullet", "", match[1], row.text[0])
    return list_item(row.text)


@dataclass
class StepList:
    """Steps being read into `steps`. The first step's marker sets the style; other markers make sub-items.

    `strong`: there was an "Action Steps" heading or the steps are labelled, so nothing may be lost silently.
    """

    steps: list[RawStep]
    strong: bool
    style: Item | None = None
    indent: int = 0

    def take(self, item: Item, row: Row) -> None:
        """Add a marked line as a step, as the last step's sub-item, or as its owner and date."""
        if self.steps and item.kind == "bullet" and (assignment := read_labelled(item.text)):
            self.steps[-1].assignment = self.steps[-1].assignment.merged(assignment)
        elif self._is_step(item, row):
            if not self.steps or self.style is None:
                self.style, self.indent = item, row.indent
            self.steps.append(RawStep(item.mark, item.kind, item.text, row.number))
        else:
            mark = "" if item.kind == "bullet" else item.mark + ". "
            self.steps[-1].sub_items.append(item.text if item.kind != "label" else mark + item.text)

    def take_plain(self, row: Row, previous_length: int) -> None:
        """Add an unmarked line of a list that has no markers: a new step, or the last one's next line."""
        self.style = self.style or Item("plain", "", "")
        fresh = row.gap or row.broken or previous_length < SHORT_LINE or (self.steps and is_whole(self.steps[-1].text))
        if not self.steps or (fresh and not runs_on(self.steps[-1].last_text, row.text)):
            self.steps.append(RawStep("", "plain", row.text, row.number))
        else:
            self.steps[-1].append(row.text)

    @property
    def plain(self) -> bool:
        """True when the steps of this list carry no markers."""
        return self.style is not None and self.style.kind == "plain"

    def goes_on(self, item: Item | None, row: Row) -> bool:
        """True when `item` would be this list's next step."""
        return bool(item and self.steps and self._is_step(item, row))

    def follows(self, item: Item) -> bool:
        """True when the item's number is the one after the last step's."""
        last = next((number_of(s.mark) for s in reversed(self.steps) if s.mark), None)
        return last is not None and number_of(item.mark) == last + 1

    def _is_step(self, item: Item, row: Row) -> bool:
        style = self.style
        if not self.steps or style is None or item.kind == "label":
            return True
        if style.kind == "plain":
            return False
        deeper = row.indent >= self.indent + 2
        if style.kind == "label":
            return bool(style.bullet) and item.kind == "bullet" and not deeper and bool(item.bullet)
        if style.kind == "bullet":
            inner = item.bullet in _INNER_BULLETS and style.bullet not in _INNER_BULLETS
            return not (deeper or inner or item.kind == "letter")
        return self._is_enumerated_step(style, item, deeper)

    def _is_enumerated_step(self, style: Item, item: Item, deeper: bool) -> bool:
        letters = ("letter", "roman")
        if item.kind != style.kind and not (item.kind in letters and style.kind in letters):
            return False
        if style.kind == "dotted":
            return item.mark.count(".") <= style.mark.count(".")
        if style.bullet != item.bullet and item.bullet and not style.bullet:
            return False
        restarts = number_of(item.mark) == 1 and deeper
        mid_sub_list = bool(self.steps[-1].sub_items) and deeper
        return (self.follows(item) and not mid_sub_list) or not (deeper or restarts)


def is_step_detail(text: str) -> bool:
    """True for a line such as "Status: not started" that says more about the step above it."""
    return bool(_OTHER_LABEL.match(split_bullet(text)[1]))
