"""What a field of private life is: the words that belong to it and what is said to a teller who used one.

Words are regular expressions, matched from a word's beginning and without regard to accents. A field's `life` words
say something about a life whoever says them ("relapsed"); its `subject` words also name partners, trainings and
policies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.story_privacy.reading import without_accents


@dataclass(frozen=True, slots=True)
class Field:
    """`life` blocks or asks by itself; `subject` matters only beside a person served; `why` is shown to the teller."""

    kind: str
    life: re.Pattern[str]
    subject: re.Pattern[str]
    why: str


def any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(without_accents, alternatives))})", re.IGNORECASE)
