"""Stories from a file to verdicts, for `sipbot story check`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.domain.story_privacy import check_story


def check_lines(text: str) -> Iterator[dict[str, Any]]:
    """{"id", "verdict", "findings"} for each story. A line of JSON with a "text" gives its own id; any other line is
    a story by itself, its id the line's number."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, story = _story(line, number)
        check = check_story(story)
        yield {
            "id": key,
            "verdict": check.verdict,
            "findings": [
                {"start": f.start, "end": f.end, "text": f.text, "kind": f.kind, "severity": f.severity, "why": f.why}
                for f in check.findings
            ],
        }


def _story(line: str, number: int) -> tuple[Any, str]:
    try:
        data = json.loads(line)
    except ValueError:
        return number, line
    if isinstance(data, dict) and isinstance(data.get("text"), str):
        return data.get("id", number), data["text"]
    return number, line
