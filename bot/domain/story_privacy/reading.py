"""A story made ready for the rules: tidy characters, sentences, and whether a sentence is about one person served.

The rules see a cleaned text (plain quotes and dashes, no invisible characters, so that nothing hides between
letters); `Reading.finding` translates their positions back to the story as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.story_privacy.model import Finding, Severity

# Turkish i's, which `re.IGNORECASE` takes for ours.
_PLAIN: Final = {
    "‘": "'", "’": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "ı": "i", "İ": "I",
} | dict.fromkeys("‐‑‒–—−", "-")  # fmt: skip
_LONGEST_RUN: Final = 3  # of one mark: "..." means what "....." does, and no rule looks through thousands

# A stop ends a sentence unless it follows a title or a single letter (Ms. Lopez, J. M.).
_SENTENCE_END = re.compile(
    r"(?<!\b[Mm]s)(?<!\b[Mm]r)(?<!\b[Mm]rs)(?<!\b[DdSs]r)(?<!\b[Ss]ra)(?<!\bSt)(?<!\b[A-Z])[.!?]+[\"')]*(?=\s|$)|\n+"
)


def without_accents(text: str) -> str:
    """Letter for letter, because staff type Spanish both ways: "salió" and "salio"."""
    return "".join(letter if letter.isascii() else unicodedata.normalize("NFD", letter)[0] for letter in text)


PERSON_NOUN = (
    r"(?:client|participant|customer|recipient|applicant|enrollee|caller|walk-in|clt|cx|ptcpt|"
    r"mother|mom|mum|mama|momma|mommy|mami|father|dad|daddy|papi|parent|"
    r"(?:great-)?grand(?:mother|ma|father|pa|parent|son|daughter|child)|granny|gramma|nana|"
    r"stepson|stepdaughter|niece|nephew|cousin|"
    r"guardian|caregiver|aunt|auntie|uncle|woman|lady|gentleman|man|guy|gal|dude|homeboy|homegirl|elder|widow|"
    r"girl|boy|teen|teenager|kiddo|youngster|tenant|resident|newcomer|dropout|felon|inmate|parolee|addict|refugee|immigrant|farmworker|"
    r"orphan|runaway|bf|gf|hubby|"
    r"child|kid|son|daughter|baby|toddler|infant|newborn|sister|brother|husband|wife|boyfriend|girlfriend|fiance|"
    r"couple|family|household|veteran|survivor|student|clienta|cliente|participante|mamá|madre|papá|padre|"
    r"abuel(?:it)?[ao]|viejit[ao]|tí[ao]|señora|señor|sra|mujer|hombre|muchach[ao]|chamac[ao]|joven|jovencit[ao]|"
    r"hij[ao]|espos[ao]|novi[ao]|herman[ao]|vecin[ao]|familia|niñ[ao]|bebé)"
)
_COMPOUND = (
    r"(?:voice|survey|stabilization|welfare|care|support|services?|experience|engagement|feedback|center|portal|"
    r"satisfaction|resource|advocate|strengthening|leadership|advisory|partners?|files?|folders?|contacts?|"
    r"letters?|handouts?|packets?|orientation|needs|flow|surveys|journey|calls|appointments|interviews?|success|"
    r"stories|story|council|outcomes|education|records|data|panel|nights?|events?|corners?|rooms?|lobby|area|"
    r"friendly|days?|shower)"
)
_ONE_PERSON = re.compile(
    rf"(?<!per )(?<!each )(?<!every )(?<!any )(?<!de cada )\b{without_accents(PERSON_NOUN)}(?:'s)?\b"
    rf"(?!-|'s day|\s+{_COMPOUND}\b)",
    re.IGNORECASE,
)
# "Somebody on my caseload": a person whom no noun describes.
_SOMEBODY = re.compile(
    r"\b(?:someone|somebody|(?:a|this|that|one) person|this one|alguien|una persona)\s+"
    r"(?:on|in|from|who|that|with|we|i|que|de)\b(?! (?:our|the|my) (?:\w+ )?(?:team|unit|staff|office|side)\b)",
    re.IGNORECASE,
)
# "One of our moms": one of many is one.
_ONE_OF = re.compile(
    r"\b(?:one|another|two) of ours\b|"
    r"\b(?:one|another|two) of (?:our|the|my|her|his|these|those)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:clients|participants|customers|"
    r"recipients|moms?|mothers|dads|fathers|parents|families|women|ladies|men|guys|students|kids|children|girls|boys|"
    r"teens|youths?|folks|seniors|veterans|graduates|trainees|interns)\b",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"\b(?:her|his|sus?)\s+(?:[\w-]+\s+)?(?:kids?|child|children|son|sons|daughters?|baby|twins|husband|wife|ex|"
    r"boyfriend|girlfriend|mom|mother|dad|father|family|landlord|rent|case|benefits|aid|worker|hijos?|hijas?)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:she|he|shes|hes|her|his|him|hers|herself|himself|ella|él)\b", re.IGNORECASE)
# An outcome tells of one person even where only a trade or a nickname says who: "the barber got hired".
_OUTCOME = re.compile(
    r"\b(?:got|getting|gets|been|was|were) "
    r"(?:approved for|housed|hired|evicted|off (?:aid|cash aid|calworks|the streets?))\b"
    r"|\b(?:hired (?:at|by|on|full)|landed (?:a|an|the)|off (?:cash )?aid|"
    r"passed (?:the|his|her) (?:\w+ )?(?:test|exam|boards?))\b"
    r"|\bgot (?:a|an|the|her|his|their) (?:\w+ )?(?:job|apartment|apt|place|keys|license|ged|diploma|car|house)\b"
    r"|\b(?:moved in|moved into|graduated|relapsed|(?:consiguio|encontro) (?:trabajo|empleo|casa))\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|their|them|themselves|ellos|ellas|su|sus|le|les|there)\b", re.IGNORECASE)
_SPOKEN_I = re.compile(r"\"[^\"]*\b(?:I|I'm|I've|my|me|yo|mi|mis)\b[^\"]*\"")
_STAFF_NOUN = re.compile(
    r"\b(?:staff|team|teams|worker|workers|supervisors?|managers?|leads?|leaders?|analysts?|coordinators?|"
    r"director|trainers?|colleagues?|coworkers?|eligibility|employment specialists?|specialists?|clerks?|"
    r"unit|division|equipo|supervisora?|trabajadora?s?)\b",
    re.IGNORECASE,
)
_WE = re.compile(r"\b(?:we|our|us|nosotros)\b", re.IGNORECASE)
# Praise names a colleague, so a "she" after it is that colleague: "thanks to … for giving up her lunch".
_PRAISE = re.compile(
    r"\b(?:thanks|thank you|thx|ty|shout ?-?out|kudos|props|hats off|congrats|gracias|felicidades)\s+(?:to|a)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Part of the cleaned text. `about_one` means that one person or family served is spoken of.

    `has_pronoun`: a "she" or "he", who may be a colleague.
    """

    start: int
    end: int
    text: str
    about_one: bool
    has_staff: bool
    has_pronoun: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A story's cleaned `text` (long runs of white space or of one mark cut short), the same without accents (`plain`),
    its sentences, and each character's origin."""

    original: str
    text: str
    plain: str
    origins: tuple[int, ...]
    sentences: tuple[Sentence, ...]

    @property
    def about_one(self) -> bool:
        return any(sentence.about_one for sentence in self.sentences)

    def sentence_at(self, position: int) -> Sentence:
        return self.sentences[bisect_right(self.sentences, position, key=lambda sentence: sentence.end)]

    def finding(self, span: tuple[int, int], kind: str, severity: Severity, why: str) -> Finding:
        """A finding at `span` of the cleaned text, in positions of the original."""
        start, end = self.origins[span[0]], self.origins[span[1] - 1] + 1
        return Finding(start, end, self.original[start:end], kind, severity, why)


def read_story(original: str) -> Reading:
    letters: list[str] = []
    origins: list[int] = []
    for position, character in enumerate(original):
        if unicodedata.category(character) == "Cf":  # zero-width and direction marks
            continue
        plain = _PLAIN.get(character) or (
            character if character.isascii() else unicodedata.normalize("NFKC", character)
        )
        letter = plain if len(plain) == 1 else character
        if not _more_of_the_same(letters, letter):
            letters.append(letter)
            origins.append(position)
    text = "".join(letters)
    return Reading(original, text, without_accents(text), tuple(origins), tuple(_sentences(text)))


def _more_of_the_same(letters: Sequence[str], letter: str) -> bool:
    """Whether white space follows white space (a new line counts once), or a mark its own third repetition."""
    if letter.isspace():
        return bool(letters) and letters[-1].isspace() and (letter != "\n" or letters[-1] == "\n")
    return not letter.isalnum() and letters[-_LONGEST_RUN:] == [letter] * _LONGEST_RUN


def _sentences(text: str) -> list[Sentence]:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    found: list[Sentence] = []
    start = 0
    for end in ends:
        part = text[start:end]
        staff = bool(_STAFF_NOUN.search(part) or _WE.search(part))
        about_one = _about_one(part, found[-1] if found else None)
        found.append(Sentence(start, end, part, about_one, staff, bool(_PRONOUN.search(part))))
        start = end
    return found


def _about_one(part: str, before: Sentence | None) -> bool:
    """A person noun or a family tie; else "she" or "they" where no colleague explains it.

    A colleague explains it when one is named earlier in the sentence, or in the sentence before.
    """
    plain = without_accents(part)
    if any(pattern.search(plain) for pattern in (_ONE_PERSON, _SOMEBODY, _ONE_OF, _KIN, _SPOKEN_I)):
        return True
    outcome = _OUTCOME.search(plain)
    if outcome and not _colleague(part[: outcome.start()]) and not _WE.search(part[: outcome.start()]):
        return True
    after_one = before is not None and before.about_one
    if pronoun := _PRONOUN.search(part):
        colleague_before = before is not None and not after_one and bool(_colleague(before.text))
        return not _colleague(part[: pronoun.start()]) and not colleague_before
    they = _THEY.search(part)
    return after_one and they is not None and not _STAFF_NOUN.search(part[: they.start()])


def _colleague(part: str) -> re.Match[str] | None:
    return _STAFF_NOUN.search(part) or _PRAISE.search(part)
