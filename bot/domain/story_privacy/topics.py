"""Facts of a person's life that may not be told: child welfare, health, immigration, crime, domestic violence,
births and deaths.

The words are in `topic_words`. Many of them also name partners and trainings ("our mental health partners"), which
stories may praise, so it matters what follows a word and whether its sentence is about one person served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.story_privacy.model import Finding, Severity
from bot.domain.story_privacy.reading import Reading
from bot.domain.story_privacy.topic_words import FIELDS

# After a subject these make it an organization or an activity, not a person's circumstance. No alternative may be what
# `\W+` already takes: every "&" would double the ways to read the rest.
_ORGANIZATION = (
    r"(?:\W+(?:services?|abuse|treatment|and|wellness|prevention|awareness))*\W+(?:partners?|staff|teams?|divisions?|"
    r"departments?|units?|programs?|colleagues?|supervisors?|managers?|workgroups?|directors?|leadership|liaisons?|"
    r"agency|agencies|training|trainings|trainers?|workshops?|committee|meetings?|resource cards?|posters?|flyers?|"
    r"resources? (?:list|guide|card|table|fair)|month|advocates?|specialists?|side|policy|questions?|screening|"
    r"volunteers?|socios|equipos?|capacitaci[oó]n)\b"
)

_ORGANIZATION_NEXT = re.compile(_ORGANIZATION, re.IGNORECASE)
# "our work with child welfare": the partner itself. Cases and workers of a person are caught as a life above.
# "together with the parents": some particular people, though not one of them.
_PARTICULAR = re.compile(
    r"\b(?:with|for|helped|and|to|gave|told|called) (?:the|these|those|both) "
    r"(?:parents|families|kids|children|mothers|fathers|moms|dads|siblings|brothers|sisters)\b",
    re.IGNORECASE,
)
_PARTNER_BEFORE = re.compile(r"\b(?:with|and|from|by|both|between|our)\s+$", re.IGNORECASE)


def find_topics(reading: Reading) -> Iterator[Finding]:
    for field in FIELDS:
        for match in field.life.finditer(reading.plain):
            if not _ORGANIZATION_NEXT.match(reading.text, match.end()):
                told_of = reading.about_one or reading.sentence_at(match.start()).has_pronoun
                severity: Severity = "block" if told_of else "review"
                yield reading.finding(match.span(), field.kind, severity, field.why)
        for match in field.subject.finditer(reading.plain):
            found = _subject_severity(reading, match.start(), match.end(), field.kind)
            if found:
                yield reading.finding(match.span(), field.kind, found, field.why)


def _subject_severity(reading: Reading, start: int, end: int, kind: str) -> Severity | None:
    """Beside one person it blocks; elsewhere in a story about one it asks; as an organization it asks less.

    A partner named beside a family hints at the family's need, so it asks; anywhere else it passes.
    """
    if not reading.about_one:
        particular = kind == "child welfare" and _PARTICULAR.search(reading.sentence_at(start).text)
        return "review" if particular else None
    about_one = reading.sentence_at(start).about_one
    if _ORGANIZATION_NEXT.match(reading.text, end) or (
        kind == "child welfare" and _PARTNER_BEFORE.search(reading.text[max(0, start - 20) : start])
    ):
        # an advocate for survivors beside one person says what happened to that person
        return ("block" if kind == "domestic violence" else "review") if about_one else None
    return "block" if about_one else "review"
