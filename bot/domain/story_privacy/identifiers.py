"""Numbers and lines that point at one person: SSN, case numbers, phone, e-mail, address, dates, ages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.story_privacy.model import Finding, Severity
from bot.domain.story_privacy.reading import PERSON_NOUN, Reading

# kind, pattern, why. These are never needed in a story, whoever they belong to.
_ALWAYS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "ssn",
        re.compile(
            r"(?<![\d-])\d{3}[-. ]\d{2}[-. ]\d{4}(?![\d-])"
            r"|\b(?:ssn|social security|social|seguro social)\b[^.\n]{0,40}?\d{4,9}\b",
            re.IGNORECASE,
        ),
        "This looks like a Social Security number. Take it out.",
    ),
    (
        "case number",
        re.compile(
            r"\b(?:case|cin|ebt|file|client|serial|caso|medi-cal)[\s.:#]{0,4}(?:card|id|number|num|no|número)?"
            r"[\s.:#]{0,6}(?:is|es)?[\s#]{0,4}(?=(?:[a-z-]*\d){4})[a-z0-9-]{5,}\b"
            r"|\b9\d{7}[a-z]\b|\b\d{4}[ -]\d{4}[ -]\d{4}\b"  # a benefit card's groups of four
            r"|\blast (?:4|four)\b[^.\n\d]{0,25}\d{4}\b|#\s?\d{5,}\b|(?<![\d$,.-])\d{7,}(?![\d,]|-\d)",
            re.IGNORECASE,
        ),
        "This looks like a case, CIN or card number. Take it out.",
    ),
    (
        "phone",
        re.compile(
            r"(?<![\d$])(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]?\d{4}\b|(?<![\d$-])\d{3}-\d{4}\b"
            # dictated: "seven oh seven five five five …"
            r"|\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|"
            r"ocho|nueve)[ ,-]+){6}(?:\w+)",
            re.IGNORECASE,
        ),
        "This looks like a phone number. Take it out.",
    ),
    (
        "e-mail",
        re.compile(
            r"(?<![\w.+-])[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+"
            r"|(?<![\w.])[\w.]{1,64}@(?:gmail|yahoo|hotmail|outlook|icloud|aol)\b"
            r"|(?<![\w.])[\w.]{1,64} at "
            r"(?:[\w-]+ dot (?:com|org|net|gov|edu)|gmail|yahoo|hotmail|outlook|icloud|aol)\b",
            re.IGNORECASE,
        ),
        "This looks like an e-mail address. Take it out.",
    ),
    (
        "address",
        re.compile(
            r"\b\d{1,6}\s+(?:[NSEW]\.?\s+)?(?:[\w'.]+\s+){1,3}?"
            r"(?:(?i:street|avenue|ave|road|rd|boulevard|blvd|lane|ln)\b|(?i:st)\b(?!\w)|"
            r"(?:Drive|Dr|Court|Ct|Way|Place|Pl|Circle|Terrace|Parkway|Highway|Hwy)\b)"
            r"|\b\d{1,3}(?:st|nd|rd|th)\s+(?i:street|st|avenue|ave)\b"
            r"|\b(?i:inn|motel|hotel|lodge|park),?\s+(?i:room|rm|unit|space|spc|lot|#)\.?\s*#?\d+"
            r"|\b(?i:liv(?:e|es|ed|ing)|stay(?:s|ed|ing)?|address is)\s+(?:at|on)\s+\d{1,6}\s+\w+"
            r"|\b(?i:p\.?\s?o\.?\s?box)\s+\d+|\b(?i:apt|apartment|apartamento)\.?\s*#?\s?\d+\w?\b|\bCA\s+9\d{4}\b"
        ),
        "This looks like a street address. Take it out, or say “in our county”.",
    ),
)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_MES = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
_DAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\.?|"
    r"lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
)
_DATE = re.compile(
    rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:%|percent|staff|people|forms))(?:,?\s+\d{{4}})?"
    rf"|\b(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?=\W|$)(?:,?\s+\d{{4}})?"
    rf"|\b\d{{1,2}}\s+de\s+{_MES}(?:\s+(?:de|del)\s+\d{{4}})?"
    rf"|\b(?:{_DAY}),?\s+(?:the\s+|el\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s*(?:am|pm|a\.m|p\.m|:|o'clock|people|staff))"
    r"|\b(?:on|since|by|until|as of) the \d{1,2}(?:st|nd|rd|th)\b(?! (?:floor|try|time|day|page|week|visit|call))"
    r"|\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d{2})\b|\b(?:on|since|by|until|el|desde)\s+\d{1,2}/\d{1,2}\b",
    re.IGNORECASE,
)
_BIRTH = re.compile(r"\b(?:born|dob|d\.o\.b|birth\w*|nació|nacid[oa]|nacimiento|cumpleaños)\b", re.IGNORECASE)

_NUMBERS = {
    word: number
    for number, words in enumerate(
        (
            "", "one un una uno", "two dos", "three tres", "four cuatro", "five cinco", "six seis", "seven siete",
            "eight ocho", "nine nueve", "ten diez", "eleven once", "twelve doce", "thirteen trece",
            "fourteen catorce", "fifteen quince", "sixteen dieciséis", "seventeen diecisiete",
        )
    )
    for word in words.split()
}  # fmt: skip
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_THINGS = (
    r"(?:form|process|system|policy|computer|software|letter|script|procedure|database|building|program|practice|"
    r"backlog|rule|template|plan|manual|spreadsheet|grant|contract|agreement|packet|handout|problem|tool|cycle)"
)
_AGE = re.compile(
    rf"\b(?P<years>{_NUMBER})[- ]years?[- ]olds?\b(?![- ](?:\w+ )?{_THINGS})"
    # "3 y/o", "17yo", "12 yr old", "her 2yr old"
    r"|\b(?P<short>\d{1,2})\s?-?(?:y\.?/?o\b|y(?:ea)?rs?\.?[- ]?olds?\b)"
    r"|\b(?:she|he|mom|dad|who)(?:'s|s| is| was)\s+(?:only |just |almost |like |about )?(?P<being>\d{1,2})"
    r"(?=\s*(?:[,.!?;]|$|and\b|but\b|now\b|with\b|w/|so\b|lol\b|when\b))"
    r"|\bin (?:her|his|their) (?:(?:early|mid|late)[- ])?(?P<decade>\d0|twenties|thirties|forties|fifties|sixties|"
    r"seventies|eighties)(?:'?s)?\b"
    rf"|\b(?P<months>{_NUMBER}|several)[- ]?(?:months?|mos?\.?|m/|weeks?|wks?|days?)[- ]?o(?:ld)?\b"
    rf"(?![- ](?:\w+ )?{_THINGS})"
    r"|\b(?:they are|they're|aged|ages)\s+(?P<pair>\d{1,2})\s+(?:and|&)\s+\d{1,2}\b"
    rf"|\b(?:age[ds]?|turned|turning|turns)\s+(?P<aged>{_NUMBER})\b(?!\s*(?:-|to|through)\s*\d|\s+\w*s\b)"
    rf"|\b{PERSON_NOUN},\s+(?P<comma>\d{{1,2}})(?=[,.)])"
    rf"|\b{PERSON_NOUN}\s+\((?P<bracket>\d{{1,2}})\)"
    # "a grandmother of 93"; "a mother of three" tells of children
    rf"|\b{PERSON_NOUN}\s+of\s+(?P<of>1[5-9]|[2-9]\d|1\d\d)\b(?!\s+(?:\w+\s+)?(?:kids|children)\b)"
    rf"|\b(?:tiene|cumplió|de|con|a los)\s+(?P<anos>{_NUMBER})\s+(?:años|añitos|meses)\b",
    re.IGNORECASE,
)
OLDEST_SHOWN = 89  # ages over 89 identify on their own (HIPAA safe harbor, 45 CFR 164.514(b)(2)(i)(C))
ADULT = 18


def find_identifiers(reading: Reading) -> Iterator[Finding]:
    for kind, pattern, why in _ALWAYS:
        for match in pattern.finditer(reading.text):
            yield reading.finding(match.span(), kind, "block", why)
    yield from _dates(reading)
    yield from _ages(reading)


def _dates(reading: Reading) -> Iterator[Finding]:
    """An exact date blocks in a sentence about one person; a date in the staff's own calendar is no finding."""
    births = {sentence.start for sentence in reading.sentences if _BIRTH.search(sentence.text)}
    for match in _DATE.finditer(reading.text):
        sentence = reading.sentence_at(match.start())
        birth = sentence.start in births
        if birth or sentence.about_one:
            kind = "date of birth" if birth else "date"
            why = "An exact date can point at one person. Say the season or the quarter instead."
            yield reading.finding(match.span(), kind, "block", why)
        elif reading.about_one or not sentence.has_staff:
            why = "If this is the day something happened to a person we serve, say the season instead."
            yield reading.finding(match.span(), "date", "review", why)


def _ages(reading: Reading) -> Iterator[Finding]:
    for match in _AGE.finditer(reading.text):
        severity: Severity = "review"
        if not match["decade"] and (
            match["months"] or not ADULT <= _number(match[match.lastgroup or 0]) <= OLDEST_SHOWN
        ):
            severity = "block"
        why = "An age can point at one person. Say “a young child” or “a parent” instead."
        yield reading.finding(match.span(), "child age" if severity == "block" else "age", severity, why)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS.get(word.lower(), 0)
