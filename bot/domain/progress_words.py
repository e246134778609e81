"""Reads progress as people write it: which steps a reply names, which status it says, what the rest is.

Pure rules, no look into the plan beyond the references it is handed. They would rather not understand than guess:
- A step is a three-part reference (`1.2.3`, `Step 1.2.3`, `#1.2.3`) that is not part of a date, a version or a longer
  number. `1.2` (a strategy) counts only with "step" or "strategy" before it, or a status right beside it.
- A status counts beside a reference: after it (`1.2.3 is done`) or as all that stands before it (`finished 1.2.3`);
  a reference elsewhere in a line makes the line a note of that step.
- Without a reference a status counts only when it is the whole line, is set off (`done - piloted`), or follows
  "it is", "this is", "mine is": so "we are done with lunch" stays prose.
- Not a status: a question ("1.2.3 done?"), a negation ("not done yet"), a promise ("done by Friday").
- Lines under a step belong to it until an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.chat.commands import normalise

NOT_STARTED, IN_PROGRESS, BLOCKED, DONE, DROPPED = "not started", "in progress", "blocked", "done", "dropped"

# Spellings that say a status and nothing else.
SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("not started", "not yet started", "not begun", "unstarted", "todo"), NOT_STARTED),
    **dict.fromkeys(
        ("in progress", "inprogress", "started", "begun", "began", "under way", "underway", "ongoing",
         "on going", "wip", "working on it", "on track"),
        IN_PROGRESS,
    ),
    **dict.fromkeys(("blocked", "stuck", "stalled"), BLOCKED),
    **dict.fromkeys(("done", "all done", "complete", "completed", "finished", "closed"), DONE),
    **dict.fromkeys(("dropped", "cancelled", "canceled", "abandoned"), DROPPED),
}  # fmt: skip
# Spellings that also say why, so they stay in the note. On hold is blocked, not dropped: the step is still wanted.
_TELLING: Mapping[str, str] = dict.fromkeys(("waiting", "on hold", "paused", "held up"), BLOCKED)
_MARKS: Mapping[str, str] = {
    **dict.fromkeys(("✅", "✔", "☑", ":white_check_mark:", ":heavy_check_mark:", ":ballot_box_with_check:"), DONE),
    **dict.fromkeys(("🚧", ":construction:"), IN_PROGRESS),
    **dict.fromkeys(("⛔", "🛑", ":no_entry:", ":octagonal_sign:"), BLOCKED),
}

MAX_RANGE = 20  # steps in `1.2.1-1.2.9`; the longest strategy we know has 14


@dataclass(frozen=True, slots=True)
class Said:
    """One thing somebody said. `ref`: "1.2.3", "1.2" or "" when none is named; `status` None leaves it as it is;
    `note` the words beside the two; `text` the lines as they were written."""

    ref: str
    status: str | None
    note: str
    text: str


def _alternatives(words: Collection[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"[\s_-]+") for word in longest_first)


_STATUS = re.compile(
    rf"(?:(?P<word>{_alternatives(SPELLINGS)})(?!\w|-\w)|(?P<telling>{_alternatives(_TELLING)})(?!\w)"
    rf"|(?P<mark>{_alternatives(_MARKS)}))\ufe0f?",
    re.I,
)
# What may stand between a reference and its status without changing the meaning.
_IS = r"(?:(?:is|are|was|were|now|has\s+been|have\s+been|still|all|fully|officially|marked|status|got)\b[\s:=]*)*"
_JOINTS = r"(?:(?!:\w+:|-\d)[\s:;,.!=|*_`)\]>-])*"  # punctuation, but not the beginning of a :mark: or a minus
_BEFORE_STATUS = re.compile(rf"{_JOINTS}[(\[]?{_IS}", re.I)
_JOINT = re.compile(_JOINTS)
_SET_OFF = re.compile(r"\s*(?:$|[:;,.!]|-(?:\s|$))")
_PROMISE = re.compile(
    r"\s*(?:(?:by|before|until)\s+(?:\d|the\s|end|next|eod|eow|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec|tomorrow|spring|summer|fall|winter|then)|next\s|tomorrow|soon\b|later\b|when\s|if\s|once\s"
    r"|in\s+(?:a|an|two|three|\d+)\s)",
    re.I,
)
_QUESTION = re.compile(r"\?+\s*$")
_REF = re.compile(
    r"(?<![\w.,$/:])(?:(?P<named>(?:action\s+)?steps?|strateg(?:y|ies)|#)\s*)?"
    r"(?P<ref>\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)(?![\w%/]|\.\d|,\d|-\d{1,4}(?![\d.]))",
    re.I,
)
_VERSION = re.compile(r"\b(?:v|ver|version|release|rev|revision|build|draft|update\s+to)\.?\s*$", re.I)
_BULLET = r"(?:[\s>*•·-]|<@[^>]*>)*"  # and the mention of the bot
_OPENING = re.compile(
    _BULLET + r"(?:\d{1,2}\)\s*)?(?:(?:hi|hello|hey|ok|okay|update|status|progress|re|for|on|the|my|our|and|also|so)"
    r"\b[\s:,!-]*)*",
    re.I,
)
_START = re.compile(_BULLET)
_DOING = re.compile(
    r"(?:(?:i'm|we're|i've|we've|i|we|i\s+am|we\s+are|have|has|had|just|now|finally|also|is|are)\b\s*)*", re.I
)
_AFTER_DOING = re.compile(r"[\s:,-]*(?:(?:with|on|work(?:ing)?\s+on)\b\s*)?$", re.I)
_MINE = re.compile(
    r"(?:(?:it|this|that|mine|ours|my\s+step|our\s+step)(?:'s|\s+is|\s+are|\s+was|\s+has\s+been)?\s+"
    r"|it's\s+|that's\s+)?(?:(?:is|now|still|all|just)\s+)*",
    re.I,
)
_BLOCKED_BY = re.compile(r"\s+(?:by|on|waiting|because|until)\b", re.I)
_SEPARATOR = re.compile(r"[,;.]|\band\b", re.I)
_WORKING_ON = re.compile(r"\s*(?:still\s+)?working\s+on\s*$", re.I)
_RANGE = re.compile(r"\s*(?:-|to|through|thru)\s*", re.I)
_LIST = re.compile(r"\s*(?:,|&|\+|/|and|,\s*and)\s*", re.I)


def take_status(text: str) -> tuple[str, str] | None:
    """The status that `text` begins with and the words after it, or None: "is done - piloted" -> (done, "piloted").

    Words that also say why stay: "waiting on IT" -> (blocked, "waiting on IT").
    """
    folded = normalise(text)
    start = _BEFORE_STATUS.match(folded)
    at = start.end() if start else 0
    match = _STATUS.match(folded, at)
    if match is None or _asks(folded, match.end()):
        return None
    status = _status(match)
    if status in (DONE, DROPPED) and _PROMISE.match(folded, match.end()):
        return None
    if match["telling"]:
        return status, text[at:].strip()
    return status, text[_end(_JOINT, folded, match.end()) :].strip()


def read_reply(text: str, refs: Collection[str]) -> tuple[Said, ...]:
    """What a reply says, in order. `refs`: every reference of the plan; others are steps only where a status or the
    beginning of a line shows that one was meant."""
    found: list[Said] = []
    open_item = False  # the last item takes the lines that follow it
    for line in text.splitlines():
        if not line.strip():
            open_item = False
            continue
        items = _read_line(line.strip(), refs)
        names_one = any(item.ref or item.status for item in items)
        if found and not names_one and open_item and not _QUESTION.search(line):
            found[-1] = _joined(found[-1], line.strip())
            continue
        if found and not names_one and not (found[-1].ref or found[-1].status):
            found[-1] = _joined(found[-1], line.strip())
            continue
        found.extend(items)
        open_item = names_one
    return tuple(found)


def _joined(said: Said, line: str) -> Said:
    return replace(said, note=f"{said.note}\n{line}".strip(), text=f"{said.text}\n{line}")


def _read_line(line: str, refs: Collection[str]) -> list[Said]:
    if _QUESTION.search(line):
        return [Said("", None, line, line)]
    folded = normalise(line)
    found = [match for match in _REF.finditer(folded) if _is_ref(folded, match, refs)]
    if not found:
        return [_without_ref(line, folded)]
    before = _status_before(folded[: found[0].start()])
    if before is None and _end(_OPENING, folded, 0) < found[0].start():
        return [Said(ref, None, line, line) for ref in dict.fromkeys(match["ref"] for match in found)]
    return _parts(line, folded, found, before, refs)


def _parts(line: str, folded: str, found: list[re.Match[str]], status: str | None, refs: Collection[str]) -> list[Said]:
    """The items of a line that begins with a reference or with `status` and one. A later reference begins an item of
    its own where a status stands beside it; otherwise it is only mentioned in the note."""
    said: list[Said] = []
    group: list[re.Match[str]] = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        group.append(match)
        end, turn = len(line), None
        if following is not None:
            between = folded[match.end() : following.start()]
            if _LIST.fullmatch(between) or _RANGE.fullmatch(between):
                continue
            turn, cut = _turn(between)
            if turn is None and take_status(line[following.end() :]) is None:
                return said + _all_of(line, group, status, line[match.end() :], refs)
            end = match.end() + cut
        said += _all_of(line, group, status, line[match.end() : end], refs)
        group, status = [], turn
    return said


def _turn(between: str) -> tuple[str | None, int]:
    """The status that ends the words between two references, and where its part begins: ", still working on"."""
    for separator in reversed(list(_SEPARATOR.finditer(between))):
        if (status := _status_before(between[separator.end() :])) is not None:
            return status, separator.start()
    return None, len(between)


def _all_of(line: str, found: list[re.Match[str]], status: str | None, rest: str, refs: Collection[str]) -> list[Said]:
    """The same status and note for each reference of `1.2.1, 1.2.2 and 1.2.4` or `1.2.1-1.2.4`."""
    note = rest[_end(_JOINT, normalise(rest), 0) :].strip()
    if status is None and (taken := take_status(rest)) is not None:
        status, note = taken
    note = re.sub(r"(?:[\s,;]|\band\b)+$", "", note)
    return [Said(ref, status, note, line) for ref in _spread(found, refs)]


def _spread(found: list[re.Match[str]], refs: Collection[str]) -> list[str]:
    names: list[str] = []
    for match in found:
        before = match.string[: match.start()]
        if names and re.search(r"\d\s*(?:-|to|through|thru)\s*$", before, re.I):
            names.extend(_between(names[-1], match["ref"], refs))
        names.append(match["ref"])
    return list(dict.fromkeys(names))


def _between(first: str, last: str, refs: Collection[str]) -> list[str]:
    """The references strictly between two steps of one strategy."""
    (head, _, low), (tail, _, high) = first.rpartition("."), last.rpartition(".")
    if head != tail or not 0 < int(high) - int(low) <= MAX_RANGE:
        return []
    return [ref for number in range(int(low) + 1, int(high)) if (ref := f"{head}.{number}") in refs]


def _is_ref(folded: str, match: re.Match[str], refs: Collection[str]) -> bool:
    if _VERSION.search(folded[: match.start()]):
        return False
    beside = _beside_status(folded, match)
    if match["ref"] in refs:
        return True
    if match["ref"].count(".") == 1:
        known = any(ref.startswith(match["ref"] + ".") for ref in refs)
        return bool(match["named"] and match["named"] != "#") or (known and beside)
    return bool(match["named"]) or beside


def _beside_status(folded: str, match: re.Match[str]) -> bool:
    return take_status(folded[match.end() :]) is not None or _status_before(folded[: match.start()]) is not None


def _status_before(folded: str) -> str | None:
    """The status when it is all that stands before a reference: "I have finished step"."""
    at = _end(_OPENING, folded, 0)
    at = _end(_DOING, folded, at)
    if _WORKING_ON.match(folded, at):
        return IN_PROGRESS
    match = _STATUS.match(folded, at)
    if match is None or match["telling"] or not _AFTER_DOING.match(folded, match.end()):
        return None
    return _status(match)


def _without_ref(line: str, folded: str) -> Said:
    at = _end(_MINE, folded, _end(_START, folded, 0))
    match = _STATUS.match(folded, at)
    if match is None or match["telling"]:
        return Said("", None, line, line)
    status = _status(match)
    if _SET_OFF.match(folded, match.end()) or (status == BLOCKED and _BLOCKED_BY.match(folded, match.end())):
        return Said("", status, line[_end(_JOINT, folded, match.end()) :].strip(), line)
    return Said("", None, line, line)


def _asks(folded: str, at: int) -> bool:
    return folded[at:].lstrip().startswith("?")


def _status(match: re.Match[str]) -> str:
    if match["mark"]:
        return _MARKS[match["mark"]]
    spelled = " ".join(re.split(r"[\s_-]+", (match["word"] or match["telling"]).lower()))
    return SPELLINGS.get(spelled) or _TELLING[spelled]


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
