"""Names: of likely clients (block), and of anyone who has not agreed to be named (review).

Without a dictionary of people the rules go by form: how clients are introduced ("a client named …"), family ties
("…'s son"), initials, common first names, and capitalised words that the programs do not use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.story_privacy.model import Finding, Severity
from bot.domain.story_privacy.name_words import AMBIGUOUS_NAMES, FIRST_NAMES, LAST_NAMES
from bot.domain.story_privacy.plain_words import PLAIN_WORDS
from bot.domain.story_privacy.reading import PERSON_NOUN, Reading, Sentence
from bot.domain.story_privacy.traces import PLACE
from bot.domain.story_privacy.words import KNOWN_WORDS

_CLIENT_WHY = "This looks like the name of a person we serve. Say “a parent” or “a family in our county”."
_NAME_WHY = "Name only staff who agreed to it; anyone else is “a colleague” or “a family in our county”."
_PLACE_WHY = "A named place can point at one person. Say “a local employer” or “in our county”."
_INITIALS_WHY = "Initials point at a person as a name does. Say “a parent” instead."

_INTRODUCED = re.compile(
    rf"\b{PERSON_NOUN}s?\b[^.\n]{{0,20}}?\b(?:named|called|nicknamed|by the name of|whose name is|"
    r"llamad[oa]|que se llama)\s+"
    r"(?!(?:a|an|the|to|us|me|in|back|for|it|our|her|his|him|them|and|because|about|with|on|when|that|every|by)\b)"
    r"(?P<name>[\w'-]+)|\bse llama(?:ba)?\s+(?P<llama>[\w'-]+)",
    re.IGNORECASE,
)
_CLIENT_THEN_NAME = re.compile(rf"\b(?i:{PERSON_NOUN}s?|little),?\s+(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñ'-]+)")
_KIN = (
    r"(?:sons?|daughters?|child|children|kids?|baby|twins|husband|wife|boyfriend|girlfriend|partner|mother|mom|father|dad|"
    r"sister|brother|grandmother|family|case|benefits|landlord|apartment|file|caseworker|sanction|appointment|"
    r"day ?care|child ?care|car|lease|shift|ged|food stamps|calfresh|rent)"
)
_NAME_OWNS = re.compile(rf"\b(?P<name>\w[\w-]+)'s?\s+(?:\w+[- ]){{0,2}}?{_KIN}\b", re.IGNORECASE)
_KIN_OF = re.compile(r"\b(?:hij[oa]s?|niñ[oa]s?|espos[oa]|madre|mamá|caso) de (?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)")
_FAMILY_NAME = re.compile(
    r"\b[Tt]he (?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+) (?:family|fam|household|kids|children|boys|girls|twins|sisters|"
    r"brothers|siblings|cousins|clan)\b"
)
_TITLED = re.compile(
    r"\b(?:(?i:Ms|Mrs|Mr|Miss|Dr|Dra|Judge|Officer|Deputy|Sgt|Pastor|Rev|Señora?|Sra|Sr|Doña|Don|Tía|Tío|Auntie)"
    r"\b\.?\s+(?P<name>[A-ZÁÉÍÓÚÑ][\w'-]*)"
    # in small letters only titles that are no other word
    r"|(?:mrs|mr)\b\.?\s+(?P<small>[a-záéíóúñ]{2,}))"
)

_INITIALS = re.compile(
    r"(?<![\w.&])(?!U\.\s?S\.|A\.\s?M\.|P\.\s?M\.|E\.\s?T\.|D\.\s?C\.|P\.\s?O\.)[A-Z]\.\s?[A-Z](?:\.|\b)(?!\w)"
    rf"|\b(?i:{PERSON_NOUN}),?\s+\(?(?!I\b|A\b)(?P<tagged>[A-Z]{{1,2}})\b\.?(?![\w&-])"
    rf"|\b(?i:client|cliente|clienta|participant|family|familia|mom|mother)\s+(?P<letter>A)\b(?=\s+(?:was|is|had|has|got|and|came)|[.,])"
    r"|\b(?:Ms|Mrs|Mr|Miss|Sra|Sr)\b\.?\s+[A-Z]\b\.?(?![\w'])"
    r"|(?<![\w.'])[B-HJ-Z]\.?(?=\s+(?:and|was|is|had|has|got|told|said|came|now|found|who|started|finished)\b)"
)
_SHORT_SURNAME = re.compile(r"\b(?P<name>[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+)\s+[A-Z]\.(?=\s+[a-z]|$)")
_ACTING_NAME = re.compile(
    r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?=,? (?:who|and (?:her|his)|got|was|is|has|had|came|told|said|finished|started|found|"
    r"moved|now|lost|left|works|worked|enrolled|graduated|called|walked|never|just|brought|cried|fue|consiguió|encontró)\b)"
)
_FOLKS = re.compile(r"\s+(?:folks|families|residents|people|parents|moms|dads|kids|students)\b")  # "Paradise folks"
# Nouns that open sentences about staff and programs; no name of our counties ends so.
_ORDINARY = re.compile(r"(?:[^aeiou]s|es|ies|al|ed|ing|ly|ers|ors|ight|body|one|thing)$")
_WHERE = re.compile(r"\b(?:in|at|on|off|from|near|to|of|around|by|en|de)\s+$", re.IGNORECASE)
_CAPITALISED = re.compile(r"(?<![\w@#'-])[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?:['-]?[A-ZÁÉÍÓÚÑ]?[a-záéíóúñ]+)*")
_WORD = re.compile(r"[^\W\d_]+")
_HANDLE = re.compile(r"(?<![\w.])@[A-Za-z]\w{2,}")
_COMMON_ENDINGS = ("tion", "sion", "ment", "ness", "ship", "ance", "ence", "ability", "ality", "ivity", "ology")
# Places and businesses that carry a person's name: "Santa Rosa", "Amy's Kitchen".
_SAINTED = re.compile(r"\b(?:Santa|San|Santo|Saint|St\.|Los|Las|La|El|Fort|Mount|Mt\.|Lake|Port|Point)\s+$")
_BUSINESS = re.compile(
    r"\s+(?:Kitchen|Diner|Market|Caf[eé]|Bakery|Restaurant|Ranch|Farms?|Winery|Place|Salon|House|Grill)\b"
)
_COUNTY_NEXT = re.compile(r"(?:\s+[A-Z]\w+)?\s+County\b")
_LIFE = re.compile(
    r"\b(?:kids?|children|son|daughter|baby|homeless\w*|shelter|evict\w+|rent|ged|diploma|"
    r"got (?:a|the|her|his) \w*\s?job|hired|benefits|on aid|calworks for|her case|his case|"
    r"single (?:mom|mother|parent|dad)|applied|lost (?:her|his)|apartment|"
    r"housing|lease|citizen\w*|ciudadan\w*|cna|graduated|food stamps|"
    r"(?:passed|paso|pasó) (?:her|his|su)|client|hijos?|beneficios|desamparad\w+)\b",
    re.IGNORECASE,
)
_BESIDE = 25  # characters within which a job title belongs to a name: "Dana Whitfield from the intake team"
_NEAR = 300  # characters; sentences are shorter, but a hostile text may have none
_UNIT = (
    r"(?:intake|reception|front desk|fiscal|clerical|eligibility|call center|mail ?room|hr|it|admin|payroll|training)"
)
_STAFF_TITLE = re.compile(
    rf"\b(?:in|from|at|over in|over at|of) (?:our |the )?{_UNIT}\b|\bfrom (?:our|the) (?:\w+ )?office\b|"
    r"\b(?:worker|supervisor|manager|analyst|coordinator|director|trainer|specialist|clerk|colleague|coworker|lead|"
    r"technician|staff|team|unit|supervisora|trabajadora?)\b",
    re.IGNORECASE,
)


def find_names(reading: Reading, staff_names: frozenset[str]) -> Iterator[Finding]:
    """`staff_names`: agreed full names; their parts pass too, but never where a client is plainly introduced."""
    yield from _introduced(reading)
    yield from _initials(reading)
    agreed = frozenset(part.casefold() for name in staff_names for part in _WORD.findall(name))
    yield from _titled(reading, agreed)
    yield from _capitalised(reading, agreed)
    yield from _lower_case(reading, agreed)
    for match in _SHORT_SURNAME.finditer(reading.text):
        if match["name"].casefold() not in agreed and not _is_known(match["name"]):
            yield reading.finding(match.span(), "client name", "block", _CLIENT_WHY)
    for match in _HANDLE.finditer(reading.text):
        yield reading.finding(match.span(), "name", "review", _NAME_WHY)


def mentions(text: str, name: str) -> bool:
    """Whether `text` has a part of somebody's name, written as names are."""
    parts = {part.casefold() for part in _WORD.findall(name) if len(part) > 2}
    return any(word.casefold() in parts and not word.islower() for word in _WORD.findall(text))


def _introduced(reading: Reading) -> Iterator[Finding]:
    for match in _INTRODUCED.finditer(reading.text):
        yield reading.finding(match.span(match.lastgroup or 0), "client name", "block", _CLIENT_WHY)
    for pattern in (_CLIENT_THEN_NAME, _NAME_OWNS, _KIN_OF, _FAMILY_NAME):
        for match in pattern.finditer(reading.text):
            name = match["name"]
            plain = name.lower()
            listed = plain in FIRST_NAMES or (plain in AMBIGUOUS_NAMES and name[0].isupper())
            if listed or (pattern is not _NAME_OWNS and not _is_known(name)) or _owner(reading, match):
                yield reading.finding(match.span("name"), "client name", "block", _CLIENT_WHY)


def _owner(reading: Reading, match: re.Match[str]) -> bool:
    """An unlisted capitalised name before a family tie: "Xochitl's daughter"."""
    name = match["name"]
    return match.re is _NAME_OWNS and name[0].isupper() and name[1:].islower() and not _is_known(name)


def _initials(reading: Reading) -> Iterator[Finding]:
    for match in _INITIALS.finditer(reading.text):
        if (match["tagged"] or "").lower() not in KNOWN_WORDS - {"a"} or not match["tagged"]:
            span = match.span(match.lastgroup or 0)
            yield reading.finding(span, "initials", "block", _INITIALS_WHY)


def _titled(reading: Reading, agreed: frozenset[str]) -> Iterator[Finding]:
    for match in _TITLED.finditer(reading.text):
        if (match["name"] or match["small"]).casefold() not in agreed:
            sentence = reading.sentence_at(match.start())
            yield reading.finding(match.span(), *_judged(sentence, match.span()), _NAME_WHY)


def _capitalised(reading: Reading, agreed: frozenset[str]) -> Iterator[Finding]:
    places = [match.span() for match in PLACE.finditer(reading.text)]
    for match in _CAPITALISED.finditer(reading.text):
        word = match[0].removesuffix("'s")
        if word.casefold() in agreed or _is_known(word) or _COUNTY_NEXT.match(reading.text, match.end()):
            continue
        if any(start <= match.start() < end for start, end in places):
            continue  # "Elsie Allen High School" is asked about as a place
        sentence = reading.sentence_at(match.start())
        opens = _opens(reading, match.start())
        personal = _is_personal(reading, match, sentence, opens)
        if opens and not personal:
            # an ordinary first word of a sentence, unless it does what people do, "Xiomara got the job",
            # or says where they live, "Paradise folks"
            acts = _ACTING_NAME.match(reading.text, match.start()) or _FOLKS.match(reading.text, match.end())
            if acts and not _ORDINARY.search(word.lower()) and word.lower() not in PLAIN_WORDS:
                yield reading.finding(match.span(), "name", "review", _NAME_WHY)
            continue
        span = (match.start(), match.start() + len(word))
        if _SAINTED.search(reading.text, max(0, span[0] - 12), span[0]) or _BUSINESS.match(reading.text, match.end()):
            yield reading.finding(span, "place", "review", _PLACE_WHY)
            continue
        kind, severity = _judged(sentence, span) if personal else ("name", "review")
        yield reading.finding(span, kind, severity, _CLIENT_WHY if severity == "block" else _NAME_WHY)


def _is_personal(reading: Reading, match: re.Match[str], sentence: Sentence, opens: bool) -> bool:
    """Whether a capitalised word is a person's name: by the list, or by what it does in a sentence about a life."""
    plain = match[0].removesuffix("'s").lower()
    if plain in FIRST_NAMES or (plain in AMBIGUOUS_NAMES and not opens):
        return True
    # "yesterday Fatuma got her license", but "a family in Guerneville told us"
    start = match.start()
    acts = _ACTING_NAME.match(reading.text, start) and not _WHERE.search(reading.text, max(0, start - 8), start)
    return sentence.about_one and bool(acts or _set_apart(reading.text, match))


def _lower_case(reading: Reading, agreed: frozenset[str]) -> Iterator[Finding]:
    """Names typed without a capital or all in capitals, as in chat; only names that are no other word."""
    for match in _WORD.finditer(reading.text):
        word = match[0]
        if len(word) < 4 or not (word.islower() or word.isupper()) or word.casefold() in agreed:
            continue
        if word.lower() in FIRST_NAMES or word.lower() in LAST_NAMES:
            sentence = reading.sentence_at(match.start())
            yield reading.finding(match.span(), *_judged(sentence, match.span()), _NAME_WHY)


def _judged(sentence: Sentence, span: tuple[int, int]) -> tuple[str, Severity]:
    """A name in a sentence about a life we serve is a client's; close to a job title, or alone, it is asked about."""
    start, end = span[0] - sentence.start, span[1] - sentence.start
    beside = sentence.text[max(0, start - _BESIDE) : end + _BESIDE]
    near = sentence.text[max(0, start - _NEAR) : end + _NEAR]
    if not _STAFF_TITLE.search(beside) and (sentence.about_one or _LIFE.search(near)):
        return "client name", "block"
    return "name", "review"


def _opens(reading: Reading, position: int) -> bool:
    """Whether a word stands first in a sentence, a quotation or a list item, where any word is capitalised."""
    before = reading.text[:position].rstrip(" \t'\"(*_-•")
    return not before or before[-1] in ".!?:\n;" or reading.text[:position].endswith('"')


def _set_apart(text: str, match: re.Match[str]) -> bool:
    """Between commas after the person it names: "a parent in our program, Sky, finished"."""
    return text[: match.start()].endswith(", ") and text[match.end() : match.end() + 1] == ","


def _is_known(word: str) -> bool:
    plain = word.lower().removesuffix("'s")
    singular = plain.removesuffix("s")
    if plain in KNOWN_WORDS or singular in KNOWN_WORDS:
        return True
    return plain.endswith(_COMMON_ENDINGS) or (plain.endswith("ing") and len(plain) >= 8)
