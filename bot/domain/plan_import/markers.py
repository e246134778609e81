"""What the first words of a line announce: a goal, a strategy, a list of steps, a step, a bullet, an end.

Only the line itself is looked at; what it means in its place is decided in `outline`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_NUM = r"(?P<num>\d{1,2}(?:\.\d{1,2}){0,3}[a-z]?|" + "|".join(WORD_NUMBERS) + r"|[ivx]{1,4}|[a-z])(?![\w%'’])"
_SEP = r"(?P<note>\s*[(\[][^)\]]*[)\]](?=\s*[:.–—-]))?\s*(?P<sep>[:.)–—-]+(?=\s|$)|[:–—]|(?=$))\s*"
_HASH = r"(?:\s*(?:#|no\.|number)\s*|\s+|(?<=:)|(?=\d))"

GOAL = re.compile(
    r"^(?:section\s+\w+\s*[:.–—-]\s*)?(?:(?:cal-?sip|sip|performance|improvement|measure|measurable|county)\s+)?"
    r"(?P<word>goal|(?:target|performance|outcome|priority)\s+measure)(?P<colon>\s*:)?"
    + _HASH + _NUM + r"(?P<colonless>" + _SEP + r"|\s+(?=(?-i:[A-Z])))(?P<rest>.*)$",
    re.I,
)  # fmt: skip
BARE_GOAL = re.compile(
    r"^(?:(?:cal-?sip|sip|improvement|performance)\s+)?goal(?:\s+statement)?\s*[:–—]\s*(?P<rest>.*)$", re.I
)
_IN_GOAL = r"(?:goal\s*#?\s*(?P<goal>\w{1,5})\s*[,:/|–—-]?\s*)?"
STRATEGY = re.compile(
    r"^" + _IN_GOAL + r"(?:(?:improvement|cal-?sip|sip|key|core|shared|equity)\s+)?strategy(?P<colon>\s*:)?"
    + _HASH + _NUM + r"(?:" + _SEP + r"|\s+(?=(?-i:[A-Z])))(?P<rest>.*)$",
    re.I,
)  # fmt: skip
BARE_STRATEGY = re.compile(r"^(?:(?:improvement|sip|cal-?sip|key)\s+)?strategy\s*[:–—]\s*(?P<rest>.*)$", re.I)
_OUTLINE_MARK = re.compile(
    r"^(?P<mark>\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[A-Z][.)]|[IVX]{1,4}[.)])\s+"
    r"(?=(?i:(?:sip |cal-?sip )?(?:goal|strategy)\b))"
)
_STEPS_WORD = (
    r"(?:(?:key|planned|specific|major)\s+)?(?:action\s+steps?|steps|actions|action\s+items"
    r"|activities|implementation\s+steps|tasks"
    r"|implementation\s+activities)"
)
STEPS = re.compile(
    r"^(?:strategy\s*#?\s*(?P<before>[\w.]{1,5})\s*[:–—-]?\s*)?" + _STEPS_WORD
    + r"(?:\s*(?:\(\s*)?(?:(?:for|to|of|under|in|supporting"
      r"|that\s+support)\s+)?(?:implement(?:ing)?\s+)?(?:(?:this|the|improvement)\s+)?strategy"
    r"(?:\s*#?\s*(?P<num>[\w.]{1,5}))?\s*\)?)?(?:\s*\((?:continued|cont\.?|cont'd|\d+)\)"
    r"|\s+(?:include|are|to be taken|continued))?"
    r"\s*(?:[:–—]\s*(?P<rest>.*)|$)",
    re.I,
)  # fmt: skip
STEP = re.compile(
    r"^(?:strategy\s*#?\s*[\w.]{1,5}\s*[,:/–—-]?\s*(?=action))?"
    r"(?P<word>action\s+step|action\s+item|step|action|activity|task|milestone)(?P<colon>\s*:)?" + _HASH + _NUM
    + r"(?:" + _SEP + r"|\s+(?=(?-i:[A-Z“\"])))(?P<rest>.*)$",
    re.I,
)  # fmt: skip
BARE_STEP = re.compile(r"^action\s+(?:step|item)\s*[:–—]\s*(?P<rest>.+)$", re.I)
_ENUM = re.compile(
    r"^(?:\((?P<p>\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\)|(?P<d>\d{1,2}(?:\.\d{1,2}){1,3})[.):]?(?=\s+[A-Z“\"])"
    r"|(?P<e>\d{1,2}|[a-zA-Z]|[ivxIVX]{2,5})[.)](?=\s)|(?P<g>\d{1,2})[.)](?=[A-Z][a-z]))\s*(?P<rest>.*)$"
)
BULLET = re.compile(r"^(?P<b>[-*•·▪▫☐☑☒□■●○◦‣⁃➢►▶✓✔❖+»\uf0b7\uf0a7\uf0d8\u2043])\s*(?:\[[ xX]?\]\s*)?(?P<rest>\S.*)$")
_SPACED_BULLET = re.compile(
    r"^(?:(?P<b>[–—])\s+(?:\[[ xX]?\]\s*)?(?P<rest>[A-Z\d(\"“].*)"
    r"|(?P<o>o)\s+(?:\[[ xX]?\]\s*)?(?P<orest>[A-Za-z\d(\"“].*))$"
)

SECTION = re.compile(
    r"^(?:(?:section|part|appendix|attachment|exhibit|chapter)\s+(?:\d+|[A-Z]|[IVX]+)\b(?:\s*[:.–—-].*)?"
    r"|executive summary|introduction|peer review(?: .{0,30})?|signature page|signatures|approvals?"
    r"|glossary|acronyms|references|background"
    r"|(?:table of )?contents|target measure summary|(?:summary of )?improvement strategies"
    r"|conclusion|next steps)\s*:?$",
    re.I,
)
_END_TOPIC = (
    r"tracking|evaluation|monitoring|progress tracking|measuring (?:progress|success)|how we will (?:track|know)"
    r"|rationale|reasoning"
    r"|barriers?|data sources?|(?:expected |anticipated )?outcomes?"
    r"|equity (?:considerations?|focus|lens)|technical assistance"
    r"|training needs|systemic changes|roles? of|success (?:indicators?|measures?)"
    r"|justification|quality assurance|methodology"
)
_END_WORD = (
    r"citations?|references?|research|resources(?: needed)?|staff training|partners?|narrative|discussion|notes?"
    r"|comments?"
    r"|client voice|review|follow-?up|oversight|reporting|literature|budget|funding|signatures?"
)
END_LABEL = re.compile(
    rf"^(?:(?:{_END_TOPIC})\b(?:[^:.]{{0,50}}:|\s[–—-]\s|\s*$)|(?:{_END_WORD})\s*(?::|\s[–—-]\s|$))", re.I
)
QUESTION = re.compile(
    r"^(?:please |briefly )?(?:explain (?:the )?(?:reasoning|rationale|how|why)|what led|discuss (?:any|the|how|steps)"
    r"|describe (?:the|how|your|any)|identify any staff|summarize|cite"
    r"|provide an? (?:comprehensive|brief|detailed|short|summary|list|narrative|description|overview))\b|\?$",
    re.I,
)
CLAIM = re.compile(
    r"\s*[(\[–—-]\s*(?P<n>\d{1,2}|" + "|".join(WORD_NUMBERS) + r")\s+(?:(?:action|key|implementation)\s+)?"
    r"(?:steps?|actions?|activities|activity)\s*[)\]]?\s*\.?\s*$",
    re.I,
)
GOAL_VERB = re.compile(
    r"^(?:by [^,]{4,40}, )?(?:the county will |we will |to )?"
    r"(?:increas|decreas|reduc|improv|rais|lower|grow|boost|cut|shorten|maintain|achiev|expand)",
    re.I,
)
REFERENCE_WORDS = re.compile(
    r"\b(?:see|same|refer|identical|as (?:listed|described|in)|shared with|listed (?:under|in))\b"
    r".*\b(?:strategy\b|goal\s*#?\s*(?:\d|one\b|two\b|three\b))",
    re.I,
)
CONTINUED = re.compile(r"^\W*(?:continued|cont\.?|cont[’']d)\W*$", re.I)
_FIELDISH = re.compile(
    r"^(?:performance measure|measure|baseline|target|current|progress report|cal-?sip start|start"
    r"|cycle end|end date|lead|owner|responsible|due|"
    r"timeline|pace|direction|goal|strategy|action steps?|county)\b.{0,40}[:|#\t]",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A list marker taken off a line. `kind`: "label", "digit", "dotted", "letter", "roman" or "bullet"."""

    kind: str
    mark: str
    text: str
    bullet: str = ""


def number_of(mark: str) -> int | None:
    """The ordinal a mark stands for: "3", "1.2.3" (its last part), "three", "c", "iii"; None for anything else."""
    mark = mark.strip().lower().rstrip(".)")
    if mark in WORD_NUMBERS:
        return WORD_NUMBERS[mark]
    last = mark.split(".")[-1]
    digits = re.match(r"\d+", last)
    if digits:
        return int(digits[0])
    if len(mark) == 1 and mark.isalpha() and mark not in "ivx":
        return ord(mark) - ord("a") + 1
    return _ROMAN.get(mark) or (ord(mark) - ord("a") + 1 if len(mark) == 1 and mark.isalpha() else None)


def split_outline_mark(text: str) -> tuple[str, str]:
    """("4.1", "Goal 1: ...") of a heading with a section's number before it; ("", text) when there is none."""
    match = _OUTLINE_MARK.match(text)
    return (match["mark"], text[match.end() :]) if match else ("", text)


def split_bullet(text: str) -> tuple[str, str]:
    """(bullet, rest); bullet is "" when the line has none. A dash before a lower-case word is no bullet."""
    match = BULLET.match(text)
    if match and not (match["b"] in "-*+" and not text[1:2].isspace()):
        return match["b"], match["rest"]
    spaced = _SPACED_BULLET.match(text)
    if not spaced:
        return "", text
    return (spaced["b"], spaced["rest"]) if spaced["b"] else ("o", spaced["orest"])


def _enum_kind(mark: str) -> str:
    if mark[0].isdigit():
        return "dotted" if "." in mark else "digit"
    return "roman" if mark.lower() in _ROMAN and mark.lower() not in ("v", "x") else "letter"


def list_item(text: str) -> Item | None:
    """The marker at the start of `text` ("- Action Step 2:", "b)", "•", "1.3"), or None for running text."""
    bullet, rest = split_bullet(text)
    if match := STEP.match(rest):
        return Item("label", match["num"], match["rest"].strip(), bullet)
    if match := BARE_STEP.match(rest):
        return Item("label", "", match["rest"].strip(), bullet)
    if match := _ENUM.match(rest):
        mark = match["p"] or match["d"] or match["e"] or match["g"]
        if not mark.endswith(".0"):
            return Item(_enum_kind(mark), mark, match["rest"].strip(), bullet)
    return Item("bullet", "", rest.strip(), bullet) if bullet else None


def is_structural(text: str) -> bool:
    """True for a line that can never be a page's header or footer: a heading, a step, a labelled value."""
    text = text.lstrip("| ")
    bare = split_bullet(text)[1]
    return bool(
        list_item(text)
        or GOAL.match(bare)
        or STRATEGY.match(bare)
        or STEPS.match(bare)
        or _FIELDISH.match(bare)
        or END_LABEL.match(bare)
    )


def take_claim(text: str) -> tuple[str, int | None]:
    """`text` without a closing "(5 Action Steps)", and the 5."""
    match = CLAIM.search(text)
    return (text[: match.start()].strip(), number_of(match["n"])) if match else (text, None)
