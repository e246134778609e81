"""What the check finds, and the verdict that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["review", "block"]
Verdict = Literal["ok", "review", "block"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Words of a story that identify, or may identify, a person served.

    `start` and `end` are offsets into the story as it was handed in and `text` is that slice; `kind` is a short
    stable word, `why` a sentence for the person who told the story that says what to do instead.
    """

    start: int
    end: int
    text: str
    kind: str
    severity: Severity
    why: str


@dataclass(frozen=True, slots=True)
class StoryCheck:
    """Findings in the order of the text; any "block" blocks, any other finding asks for review."""

    verdict: Verdict
    findings: tuple[Finding, ...]
