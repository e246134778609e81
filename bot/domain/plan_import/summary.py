"""Checks the strategies against the document's own lists of them, such as the executive summary's."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.plan_import.markers import STRATEGY, list_item, take_claim
from bot.domain.plan_import.model import PlanWarning
from bot.domain.plan_import.raw import RawStrategy
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.strategies import title_variant
from bot.domain.plan_import.wording import plain, similarity

_SAME_TELLING = 75.0  # of 100: a summary item that claims steps is certainly about one of the strategies


def check_summary(
    rows: Sequence[Row], front: Sequence[RawStrategy], strategies: Sequence[RawStrategy], warnings: list[PlanWarning]
) -> None:
    """Give each strategy the number of steps that the summary claims, and tell titles worded differently."""
    items = [(row.number, *take_claim(_item_text(row.text))) for row in rows if _item_text(row.text)]
    items += [(s.line, s.title, s.claimed) for s in front if s.title]
    for line, title, claimed in items:
        best = max(strategies, key=lambda s: similarity(s.title, title), default=None)
        if best is None or similarity(best.title, title) < (_SAME_TELLING if claimed else 90.0):
            if claimed:
                warnings.append(
                    PlanWarning(
                        line, "summary_unknown", f"Line {line} lists a strategy that is under no goal: {title[:60]!r}."
                    )
                )
            continue
        if plain(best.title) != plain(title):
            warnings.append(title_variant(best, line, title))
        for strategy in strategies:
            if plain(strategy.title) == plain(best.title) and strategy.claimed is None:
                strategy.claimed, strategy.claim_line = claimed, line


def _item_text(text: str) -> str:
    match = STRATEGY.match(text)
    if match:
        return match["rest"].strip()
    item = list_item(text)
    return item.text if item and item.kind != "label" else (text if take_claim(text)[1] else "")
