"""Runs the rules over a story and draws the verdict."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.story_privacy.identifiers import find_identifiers
from bot.domain.story_privacy.model import Finding, StoryCheck, Verdict
from bot.domain.story_privacy.names import find_names
from bot.domain.story_privacy.particulars import find_particulars
from bot.domain.story_privacy.reading import read_story
from bot.domain.story_privacy.topics import find_topics
from bot.domain.story_privacy.traces import find_traces


def check_story(text: str, staff_names: frozenset[str] = frozenset()) -> StoryCheck:
    """Checks `text`; `staff_names` are full names of staff who agreed to be named.

    "ok": nothing found. "review": words a person should look at. "block": words that must go before the story can
    be stored as ready. Never raises, whatever the text.
    """
    reading = read_story(text)
    found = [
        *find_identifiers(reading),
        *find_topics(reading),
        *find_traces(reading),
        *find_names(reading, staff_names),
    ]
    found += find_particulars(reading, found)
    findings = _without_overlaps(found, len(text))
    return StoryCheck(_verdict(findings), findings)


def _without_overlaps(found: Iterable[Finding], length: int) -> tuple[Finding, ...]:
    """Of findings on the same words the gravest, then the longest, then the first is kept: a word is explained once."""
    kept: list[Finding] = []
    taken = bytearray(length)
    for finding in sorted(found, key=lambda f: (f.severity != "block", f.start - f.end, f.start)):
        if not any(taken[finding.start : finding.end]):
            taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
            kept.append(finding)
    return tuple(sorted(kept))


def _verdict(findings: tuple[Finding, ...]) -> Verdict:
    severities = {finding.severity for finding in findings}
    if "block" in severities:
        return "block"
    return "review" if severities else "ok"
