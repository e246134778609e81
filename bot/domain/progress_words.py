"""Reads progress as people write it: which steps a reply names, which status it says, what the rest is.

Pure rules, no look into the plan beyond the references it is handed. They would rather not understand than guess:
- A step is a three-part reference (`1.2.3`, `Step 1.2.3`, `#1.2.3`) that is not part of a date, a version or a longer
  number. `1.2` (a strategy) counts only with "step" or "strategy" before it, or a status right beside it.
- A status counts beside a reference: after it (`1.2.3 is done`) or as all that stands before it (`finished 1.2.3`);
  a reference elsewhere in a line makes the line a note of that step.
- Without a reference a status counts only when it is the whole line, is set off (`done - piloted`), or follows
  "it is", "this is", "mine is": so "we are done with lunch" stays prose.
- Not a status: a question ("1.2.3 done?"), a negation ("not done yet"), a promise ("done by Friday"), what the words
  after it take back ("done, except the form", "completed 3 of 5", "blocked, done Friday"), a verb with its object
  ("dropped the ball"). What is so now counts: "was blocked, now done".
- A step named as a condition ("blocked until 1.2.4 is done") is only mentioned.
- Lines under a step belong to it until an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.chat.commands import normalise
from bot.domain.status_words import BLOCKED, DONE, DROPPED, IN_PROGRESS, NOT_STARTED, STATUS, status_of

LONGEST_TURN = 80  # characters of ", and we have finally finished step"; a longer one is a note
MAX_RANGE = 20  # steps in `1.2.1-1.2.9`; the longest strategy we know has 14


@dataclass(frozen=True, slots=True)
class Said:
    """One thing somebody said. `ref`: "1.2.3", "1.2" or "" when none is named; `status` None leaves it as it is;
    `note` the words beside the two; `text` the lines as they were written."""

    ref: str
    status: str | None
    note: str
    text: str


# What may stand between a reference and its status without changing the meaning.
_IS = (
    r"(?:(?:is|are|was|were|now|has\s+been|have\s+been|still|all|fully|officially|marked|status|got|ya|todo|está)"
    r"\b[\s:=]*)*"
)
_JOINTS = r"(?:(?!:\w+:|-\d)[\s:;,.!=|*_`)\]>-])*"  # punctuation, but not the beginning of a :mark: or a minus
_BEFORE_STATUS = re.compile(rf"{_JOINTS}[(\[]?{_IS}", re.I)
_JOINT = re.compile(_JOINTS)
_SET_OFF = re.compile(r"\s*(?:$|[:;,.!]|-(?:\s|$))")
_WHEN = (
    r"(?:\d|the\s|this\s|end|next|noon|midnight|eod|eow|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec|today|tonight|tomorrow|spring|summer|fall|winter|then)"
)
_PROMISE = re.compile(
    rf"\s*(?:(?:by|before|until)\s+{_WHEN}|next\s|tomorrow|soon\b|later\b|when\s|if\s|once\s|unless\s|as\s+soon\s"
    r"|(?:with)?in\s+(?:an?|the\s+next|two|three|four|\d+)\s|after\s+(?:step\s+|#)?\d+\.\d)",
    re.I,
)
# After a status and its step: "complete 1.2.3 please", "finished with 1.2.3? No", "cancelled 1.2.3's session".
_ASKED_FOR = re.compile(
    rf"[\s,]*(?:(?:yet\s*)?\?|'s\b|(?:please|pls)\b|by\s+{_WHEN}|when\s|if\s|once\s|unless\s)", re.I
)
_OBJECT = re.compile(r"\s+(?:an?|the|this|that|these|those|my|our|your|his|her|its|their|off|to|\w+'s)\b", re.I)
# What a word that is a verb as well needs after it, where nothing sets it off, to be no verb with its object.
_SO = re.compile(
    r"\s+(?:because|since|as|after|before|until|till|due|by|in|on|at|for|from|per|with|without|this|last|and|but|now|\d"
    r"|already|again|today|yesterday|mon|tue|wed|thu|fri)",
    re.I,
)
_VERBS = ("complete", "closed", "dropped", "cancelled", "canceled", "abandoned")
_NO_MORE = re.compile(
    r"[\s,;-]*(?:no\s+(?:more|longer)|(?:not\s+)?any\s?more|not(?:\s+(?:yet|quite|really))?|(?:todavía|aún)\s+no"
    r"|(?:by|in)\s+(?:mistake|error|accident))\s*(?:$|[,;.!-])",
    re.I,
)
_CLEARED = re.compile(
    r"(?:[,;.!]|-\s|\bbut\b)\s*(?:(?:but|now|since|then|it|it's|is|was|has|been)\b\s*)*(?:resolved|unblocked|solved"
    r"|cleared)\b",
    re.I,
)
_EXCEPT = (
    r"\b(?:except(?:ing)?|excluding|apart\s+from|other\s+than|all\s+but|but\s+(?:not|still|needs?)|re-?open(?:ed|ing)?"
    r"|redo(?:ing)?|excepto|menos|salvo|pero\s+(?:no|falta)|falta|not\s+(?:yet\s+)?(?=(?:steps?\s+|#)?\d+\.\d))"
)
_UNLESS = re.compile(rf"{_EXCEPT}(?!\w)", re.I)
_LEFT_OUT = re.compile(rf"{_EXCEPT}\s*(?:(?:for|yet|working|waiting|on|the|steps?|#)\s*)*(?=\d+\.\d)", re.I)
# Not all of it, or not yet: in the clause of the status ("done in 3 of 5 units") or right after it ("done - 60%").
_PARTLY = re.compile(
    r"(?:(?:[^,;:.!?()-]|(?<=\w)-)*?|[\s,;:(~-]*(?:(?:in|at|for|with|only|just|about|around)\b\s*)*)(?<![\w.])"
    r"(?:(?P<count>\d+|one|two|three|four|five)\s+(?:out\s+)?of\s+(?!(?:the\s+|our\s+)?(?P=count)\b)"
    r"|(?!100\s*(?:%|per))\d+(?:\.\d+)?\s*(?:%|per\s?cent)|none\b|half\b(?!\s+an?\b)|part(?:ly|ially)\b|in\s+part\b"
    r"|(?<!as\s)part\s+(?:of|one|two|\d)|mostly\b|(?:most|some)\s+of\b|casi\b|en\s+parte\b"
    r"|first\s+(?:of|draft|part|phase|half|round)\b"
    r"|(?:pending|awaiting|hopefully|probably|maybe|perhaps|pendiente)\b)",
    re.I,
)
# A second status: said at once ("blocked, done"), or as what is so now ("blocked for weeks, now done").
_AT_ONCE = re.compile(r"(?:[\s,;/&>]|->|\b(?:and|y|but|then|now|ya|ahora|it's|it|is|are|all|fully)\b)*", re.I)
_BARE = re.compile(
    r"\s*(?:$|[:;,.!?)]|-(?:\s|$)|(?:now|it|today|yesterday|on|last|mon|tue|wed|thu|fri)(?!ing\b))", re.I
)
_NOW = re.compile(
    r"(?:[,;.!]|-\s|\b(?:and|but)\b)\s*(?:(?:it's|it|is|are)\b\s*)*now\b\s*(?:(?:is|it's|all|fully)\b\s*)*"
    rf"{STATUS.pattern}(?P<last>[\s.!]*$)?",
    re.I,
)
_PAST = re.compile(r"\b(?:was|were)\b", re.I)
_UNTIL = re.compile(r"\b(?:until|till)\b", re.I)
_CONDITION = re.compile(
    r"\b(?:until|till|once|when|whenever|if|whether|unless|after|before|as\s+soon\s+as|needs?|requires?"
    r"|waiting\s+(?:for|on)|depend(?:s|ing|ent)?\s+on|hasta(?:\s+que)?|cuando|si|después\s+de|antes\s+de|necesita"
    r"|depende\s+de)\b",
    re.I,
)
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
    r"|it's\s+|that's\s+)?(?:(?:is|now|still|all|just|todo|ya|está)\s+)*",
    re.I,
)
_BLOCKED_BY = re.compile(r"\s+(?:by|on|waiting|because|until)\b", re.I)
_SEPARATOR = re.compile(r"[,;.]|\b(?:and|y)\b", re.I)
_WORKING_ON = re.compile(r"\s*(?:still\s+)?working\s+on\s*$", re.I)
_RANGE = re.compile(r"\s*(?:-|to|through|thru)\s*", re.I)
_LIST = re.compile(r"\s*(?:,|&|\+|/|and|y|,\s*and)\s*", re.I)
_LAST_AND = re.compile(r"\b(?:and|y)$")


def take_status(text: str) -> tuple[str, str] | None:
    """The status that `text` begins with and the words after it, or None: "is done - piloted" -> (done, "piloted").

    Words that also say why stay: "waiting on IT" -> (blocked, "waiting on IT").
    """
    folded = normalise(text)
    match = _status_after(folded, 0)
    if match is None or _is_question(folded.partition("\n")[0]):
        return None
    said = status_of(match)
    if _OBJECT.match(folded, match.end()) and (said == DROPPED or match[0].lower() in ("complete", "closed")):
        return None
    if match[0].lower() in _VERBS and not (_SET_OFF.match(folded, match.end()) or _SO.match(folded, match.end())):
        return None
    status = _after(said, folded, match.end())
    if status is None:
        return None
    if status != said:
        return status, text[_end(_JOINT, folded, 0) :].strip()
    return status, text[match.start() if match["telling"] else _end(_JOINT, folded, match.end()) :].strip()


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
        if found and not names_one and open_item and not _is_question(line):
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
    if _is_question(line):
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
            if turn is None and (_on_condition(folded, match, following) or not _status_after(folded, following.end())):
                return said + _all_of(line, group, status, line[match.end() :], refs)
            end = match.end() + cut
        rest = line[match.end() : end].rstrip(" ,;")
        said += _all_of(line, group, status, _LAST_AND.sub("", rest) if following else rest, refs)
        group, status = [], turn
    return said


def _turn(between: str) -> tuple[str | None, int]:
    """The status that ends the words between two references, and where its part begins: ", still working on"."""
    for separator in reversed(list(_SEPARATOR.finditer(between, max(0, len(between) - LONGEST_TURN)))):
        if (status := _status_before(between[separator.end() :])) is not None:
            return status, separator.start()
    return None, len(between)


def _on_condition(folded: str, match: re.Match[str], following: re.Match[str]) -> bool:
    """Whether the later reference says when or for what the earlier one is not so: "until 1.2.4 is done"."""
    separators = _SEPARATOR.finditer(folded, match.end(), following.start())
    clause = folded[max((one.end() for one in separators), default=match.end()) : following.end()]
    return bool(_CONDITION.search(clause) or _LEFT_OUT.search(clause))


def _all_of(line: str, found: list[re.Match[str]], status: str | None, rest: str, refs: Collection[str]) -> list[Said]:
    """The same status and note for each reference of `1.2.1, 1.2.2 and 1.2.4` or `1.2.1-1.2.4`, but not for those
    that `rest` leaves out. Where a status before them is in doubt, the line is the note."""
    names, end = _without_left_out(_spread(found, refs), normalise(rest), refs)
    note = rest[_end(_JOINT, normalise(rest), 0) :].strip()
    if status is not None:
        folded = normalise(rest[:end])
        status = None if _ASKED_FOR.match(folded) else _settled(status, folded, 0)
        note = line if status is None else note
    elif (taken := take_status(rest[:end])) is not None:
        status, note = taken[0], f"{taken[1]} {rest[end:]}".strip()
    return [Said(ref, status, note.rstrip(" ,;"), line) for ref in names]


def _without_left_out(names: list[str], rest: str, refs: Collection[str]) -> tuple[list[str], int]:
    """The names but those after "except" in `rest`, and where that word stands: what it leaves out is then clear."""
    if left := _LEFT_OUT.search(rest):
        out = _spread(list(_REF.finditer(rest, left.end())), refs)
        if kept := [name for name in names if name not in out]:
            return kept, left.start()
    return names, len(rest)


def _spread(found: list[re.Match[str]], refs: Collection[str]) -> list[str]:
    names: list[str] = []
    for before, match in zip([None, *found], found, strict=False):
        if before and _RANGE.fullmatch(match.string, before.end(), match.start()):
            names.extend(_between(before["ref"], match["ref"], refs))
        names.append(match["ref"])
    return list(dict.fromkeys(names))


def _between(first: str, last: str, refs: Collection[str]) -> list[str]:
    """The references strictly between two steps of one strategy."""
    (head, _, low), (tail, _, high) = first.rpartition("."), last.rpartition(".")
    if head != tail or not 0 < int(high) - int(low) <= MAX_RANGE:
        return []
    return [ref for number in range(int(low) + 1, int(high)) if (ref := f"{head}.{number}") in refs]


def _is_ref(folded: str, match: re.Match[str], refs: Collection[str]) -> bool:
    if _VERSION.search(folded, max(0, match.start() - 20), match.start()):
        return False
    if match["ref"] in refs:
        return True
    if match["ref"].count(".") == 1:
        known = any(ref.startswith(match["ref"] + ".") for ref in refs)
        return bool(match["named"] and match["named"] != "#") or (known and _beside_status(folded, match))
    return bool(match["named"]) or _beside_status(folded, match)


def _beside_status(folded: str, match: re.Match[str]) -> bool:
    return bool(_status_after(folded, match.end())) or _status_before(folded[: match.start()]) is not None


def _status_after(folded: str, at: int) -> re.Match[str] | None:
    """The status that stands at `at`, whatever follows it."""
    return STATUS.match(folded, _end(_BEFORE_STATUS, folded, at))


def _status_before(folded: str) -> str | None:
    """The status when it is all that stands before a reference: "I have finished step"."""
    at = _end(_OPENING, folded, 0)
    at = _end(_DOING, folded, at)
    if _WORKING_ON.match(folded, at):
        return IN_PROGRESS
    match = STATUS.match(folded, at)
    if match is None or match["telling"] or not _AFTER_DOING.match(folded, match.end()):
        return None
    return status_of(match)


def _without_ref(line: str, folded: str) -> Said:
    at = _end(_MINE, folded, _end(_START, folded, 0))
    match = STATUS.match(folded, at)
    if match is None or match["telling"]:
        return Said("", None, line, line)
    said = status_of(match)
    if _SET_OFF.match(folded, match.end()) or (said == BLOCKED and _BLOCKED_BY.match(folded, match.end())):
        status = _settled(said, folded, match.end())
        note = line[_end(_JOINT, folded, match.end()) :].strip()
        return Said("", status, note if status == said else line, line)
    return Said("", None, line, line)


def _after(status: str, folded: str, at: int) -> str | None:
    """`_settled`, where no reference stands between the status and the words at `at`."""
    if folded[at:].lstrip().startswith("?") or (status in (DONE, DROPPED) and _PROMISE.match(folded, at)):
        return None
    return _settled(status, folded, at)


def _settled(status: str, folded: str, at: int) -> str | None:
    """`status` after the words at `at`: itself, what they say is so now, or None where they leave it in doubt."""
    for now in _NOW.finditer(folded, at):
        if status_of(now) != status:
            return None if now["last"] is None else status_of(now)
    return None if _doubted(status, folded, at) or _another_at_once(status, folded, at) else status


def _doubted(status: str, folded: str, at: int) -> bool:
    if _NO_MORE.match(folded, at) or (status != IN_PROGRESS and _UNLESS.search(folded, at)):
        return True
    if status == BLOCKED and _CLEARED.search(folded, at):
        return True
    if status in (DONE, DROPPED):
        return bool(_PARTLY.match(folded, at))
    was = _PAST.search(folded, 0, at)
    return bool(was) and bool(
        _UNTIL.search(folded, at) or any(status_of(x) != status for x in STATUS.finditer(folded, at))
    )


def _another_at_once(status: str, folded: str, at: int) -> bool:
    """A different status right after the first, unless it has an object: "in progress, completed two trainings"."""
    other = STATUS.match(folded, _end(_AT_ONCE, folded, at))
    if other is None or status_of(other) == status:
        return False
    if other[0].lower() == "waiting" and status in (NOT_STARTED, IN_PROGRESS):
        return False  # one can be both, and the note says it
    return status_of(other) == BLOCKED or bool(_BARE.match(folded, other.end()))


def _is_question(line: str) -> bool:
    return line.rstrip().endswith("?")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
