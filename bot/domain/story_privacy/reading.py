"""A story made ready for the rules: tidy characters, sentences, and whether a sentence is about one person served.

The rules see a cleaned text (plain quotes and dashes, no invisible characters, so that nothing hides between
letters); `Reading.finding` translates their positions back to the story as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from bot.domain.story_privacy.model import Finding, Severity

_PLAIN: Final = {"‘": "'", "’": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"'} | dict.fromkeys(
    "‐‑‒–—−", "-"
)

# A stop ends a sentence unless it follows a title or a single letter (Ms. Lopez, J. M.).
_SENTENCE_END = re.compile(r"(?<!\bMs)(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\b[A-Z])[.!?]+[\"')]*(?=\s|$)|\n+")

PERSON_NOUN = (
    r"(?:client|participant|customer|recipient|applicant|enrollee|mother|mom|mum|mama|father|dad|parent|"
    r"(?:great-)?grand(?:mother|ma|father|pa|parent|son|daughter|child)|stepson|stepdaughter|niece|nephew|cousin|"
    r"guardian|caregiver|aunt|uncle|woman|lady|gentleman|man|girl|boy|teen|teenager|"
    r"child|kid|son|daughter|baby|toddler|infant|newborn|sister|brother|husband|wife|boyfriend|girlfriend|fiance|"
    r"couple|family|household|veteran|survivor|student|clienta|cliente|participante|mamá|madre|papá|padre|"
    r"abuela|abuelo|señora|señor|mujer|hombre|muchacha|muchacho|hijo|hija|esposo|esposa|familia|niño|niña|bebé)"
)
_COMPOUND = (
    r"(?:voice|survey|stabilization|welfare|care|support|services?|experience|engagement|feedback|center|portal|"
    r"satisfaction|resource|advocate|strengthening|leadership|advisory|partners?|files?|folders?|contacts?|"
    r"letters?|handouts?|packets?|orientation|needs|flow|surveys|journey|calls|appointments|interviews?|success|"
    r"stories|story|council|outcomes|education|records|data|panel|nights?|events?)"
)
_ONE_PERSON = re.compile(
    rf"(?<!per )(?<!each )(?<!every )(?<!any )(?<!de cada )\b{PERSON_NOUN}(?:'s)?\b(?!-|'s day|\s+{_COMPOUND}\b)",
    re.IGNORECASE,
)
# "One of our moms": one of many is one.
_ONE_OF = re.compile(
    r"\b(?:one|another|two) of (?:our|the|my|her|his|these|those)\s+(?:[\w-]+\s+)?(?:clients|participants|customers|"
    r"recipients|moms?|mothers|dads|fathers|parents|families|women|men|students|kids|children|teens|youths?)\b",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"\b(?:her|his|sus?)\s+(?:[\w-]+\s+)?(?:kids?|child|children|son|sons|daughters?|baby|twins|husband|wife|ex|"
    r"boyfriend|girlfriend|mom|mother|dad|father|family|landlord|rent|case|benefits|aid|worker|hijos?|hijas?)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:she|he|her|his|him|hers|herself|himself|ella|él)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:they|their|them|themselves|ellos|ellas|su|sus|le|les|there)\b", re.IGNORECASE)
_SPOKEN_I = re.compile(r"\"[^\"]*\b(?:I|I'm|I've|my|me|yo|mi|mis)\b[^\"]*\"")
_STAFF_NOUN = re.compile(
    r"\b(?:staff|team|teams|worker|workers|supervisors?|managers?|leads?|leaders?|analysts?|coordinators?|"
    r"director|trainers?|colleagues?|coworkers?|eligibility|employment specialists?|specialists?|clerks?|"
    r"unit|division|equipo|supervisora?|trabajadora?s?)\b",
    re.IGNORECASE,
)
_WE = re.compile(r"\b(?:we|our|us|nosotros)\b", re.IGNORECASE)


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
    """A story's cleaned `text`, its sentences, and where each character came from."""

    original: str
    text: str
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
        plain = _PLAIN.get(character) or unicodedata.normalize("NFKC", character)
        letters.append(plain if len(plain) == 1 else character)
        origins.append(position)
    text = "".join(letters)
    return Reading(original, text, tuple(origins), tuple(_sentences(text)))


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
    if _ONE_PERSON.search(part) or _ONE_OF.search(part) or _KIN.search(part) or _SPOKEN_I.search(part):
        return True
    after_one = before is not None and before.about_one
    if pronoun := _PRONOUN.search(part):
        colleague_before = before is not None and not after_one and bool(_STAFF_NOUN.search(before.text))
        return not _STAFF_NOUN.search(part[: pronoun.start()]) and not colleague_before
    they = _THEY.search(part)
    return after_one and they is not None and not _STAFF_NOUN.search(part[: they.start()])
