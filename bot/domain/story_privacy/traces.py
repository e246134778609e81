"""Traces that identify someone together with what neighbours know: small counts, long quotations, places, mixes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.story_privacy.model import Finding
from bot.domain.story_privacy.reading import Reading

QUOTATION_WORDS = 25  # a longer one carries a person's voice well enough to be recognised

_SMALL = r"(?:[1-9]|10|two|three|four|five|six|seven|eight|nine|ten|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)"
_PEOPLE = (
    r"(?:families|clients?|people|persons?|participants?|parents?|mothers?|moms?|fathers?|dads?|children|kids|"
    r"households?|individuals?|customers?|recipients?|students?|youths?|teens|women|ladies|men|guys|girls|boys|adults|"
    r"applicants?|couples|folks|ppl|seniors|veterans|"
    r"familias|clientes|clientas|personas|madres|padres|niños|niñas|participantes|hogares)"
)
_DESCRIBED = (
    r"(?:new|young|local|eligible|more|other|additional|single|enrolled|homeless|working|older|former|current|"
    r"calworks|wtw|english|spanish|spanish-speaking|english-speaking|native|tribal|latino|latina|hmong|pregnant|"
    r"teen|sanctioned|of|our|the|these|those|different|\w+-speaking)"
)
_COUNT = re.compile(
    rf"(?<![\d.,$-])\b{_SMALL}\s+(?:{_DESCRIBED}\s+){{0,3}}{_PEOPLE}\b(?!\s+(?:forms?|files?|records?|surveys?))"
    r"|\b(?:only|just)\s+(?:a\s+)?(?:handful|couple|few)\s+of\s+(?:families|clients|people|participants|parents)"
    rf"|\b(?:family|household|familia)\s+(?:of|de)\s+{_SMALL}\b"
    rf"|\b{_SMALL}\s+(?:out\s+)?of\s+(?:\d+|them|those|the)\s+{_PEOPLE}\b",
    re.IGNORECASE,
)
_QUOTATION = re.compile(r'"([^"]+)"')
_PICTURE = re.compile(
    r"\b(?:photos?|pictures?|pics?|screenshots?|selfies?|fotos?)\s+(?:of|from|with|w|attached|de|is|are)\b"
    r"|\battached (?:photo|picture|screenshot)",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:[A-Z][\w'.]+\s+){1,4}(?:Elementary|Middle School|High School|High|School|College|University|Academy|"
    r"Preschool|Shelter|Mission|Apartments|Motel|Inn|Hotel|Hospital|Clinic|Church|Temple|Mosque|Rancheria|Reservation|"
    r"Tribe|Restaurant|Market|Diner|Bakery|Farms?|Winery|Vineyards?|Casino|Nursing Home|Park|Street|Avenue|Road)\b"
    r"|\b(?i:at|in) the (?i:only|local|town's) "
    r"(?i:bakery|diner|motel|school|shelter|clinic|market|casino|church|store)\b",
)
_BRANDS = re.compile(
    r"\b(?:safeway|walmart|mcdonald'?s|starbucks|costco|taco bell|burger king|home depot|walgreens)\b", re.IGNORECASE
)
_RARE = re.compile(
    r"\b(?:mixtec\w*|hmong|punjabi|tagalog|farsi|dari|pashto|ukrainian|russian|native american|american indian|pomo|"
    r"miwok|tongan|samoan|filipin[oa]|indigenous|tigrinya|eritrean|ethiopian|afghan|syrian|haitian|triqui|zapotec\w*|"
    r"vietnamese|cambodian|khmer|lao|mien|arabic|armenian|trans|transgender|lesbian|gay|"
    r"queer|nonbinary|came out (?:as|to)|(?:can'?t|cannot|does(?:n'?t| not)|never learned to) (?:read|write)|"
    r"muslim|jewish|yurok|hupa|karuk|chinese|mandarin|cantonese|korean|indígena)\b",
    re.IGNORECASE,
)
_COMMON = re.compile(
    r"\b(?:latin[oa]|hispanic|black|african american|african-american|white|asian|spanish-speaking|monolingual|deaf|"
    r"catholic|pacific islander)\b",
    re.IGNORECASE,
)


# "Now works as a welder": a trade narrows a neighbourhood down to one person.
_TRADE = re.compile(
    r"\b(?:(?:works?|working|worked|hired|job|started|trained|licensed|now) as|became|becoming|now) an? "
    r"(?!(?:member|partner|volunteer|mentor|part|regular|step|month|week|day|call|letter|worker calls)\b)\w+",
    re.IGNORECASE,
)


def find_traces(reading: Reading) -> Iterator[Finding]:
    for match in _COUNT.finditer(reading.text):
        why = "A count of 1 to 10 people can point at them. Say “some families”, or count forms or meetings instead."
        yield reading.finding(match.span(), "small count", "review", why)
    for match in _QUOTATION.finditer(reading.text):
        if len(match[1].split()) > QUOTATION_WORDS:
            why = f"A quotation of more than {QUOTATION_WORDS} words can be recognised. Shorten it or retell it."
            yield reading.finding(match.span(), "quotation", "review", why)
    for match in _PICTURE.finditer(reading.text):
        yield reading.finding(match.span(), "picture", "review", "Pictures and screenshots can show who it is.")
    for pattern in (PLACE, _BRANDS):
        for match in pattern.finditer(reading.text):
            why = "A named place can point at one person. Say “a local employer”, “a school”, “in our county”."
            yield reading.finding(match.span(), "place", "review", why)
    for match in _TRADE.finditer(reading.text):
        if reading.sentence_at(match.start()).about_one:
            yield reading.finding(match.span(), "place", "review", "A trade can point at one person. Say “found work”.")
    yield from _mixes(reading)


def _mixes(reading: Reading) -> Iterator[Finding]:
    """A less common language or background, or two common ones, in a sentence about one person."""
    for sentence in reading.sentences:
        if not sentence.about_one:
            continue
        rare = [*_RARE.finditer(reading.text, sentence.start, sentence.end)]
        common = [*_COMMON.finditer(reading.text, sentence.start, sentence.end)]
        for match in (*rare, *common) if rare or len(common) > 1 else ():
            why = "Language, background and place together can point at one person. Keep at most the one that matters."
            yield reading.finding(match.span(), "rare combination", "review", why)
