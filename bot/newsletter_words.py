"""The short words of the newsletter's pages in English and Spanish: buttons, labels, dates.

Their paragraphs are templates/newsletter/page/*.md.j2, which a county may replace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.domain.periods import Quarter
from bot.renderers.html_forms import ENGLISH as FORM_ENGLISH
from bot.renderers.html_forms import FormWords


@dataclass(frozen=True, slots=True)
class PageWords:
    """One language. `other` is the other one's name in itself; `words` follows a number."""

    language: str
    other_language: str
    other: str
    unsubscribe: str
    save: str
    words: str
    failed: str
    form: FormWords

    def day(self, value: date) -> str:
        """`7 April 2026`, `7 de abril de 2026`"""
        return format_date(value, "d MMMM y" if self.language == "en" else "long", locale=self.language)

    def quarter(self, quarter: Quarter) -> str:
        """`Q1 2026, January–March`, `1.er trimestre 2026, enero–marzo`"""
        if self.language == "en":
            return quarter.title
        first, last = (format_date(day, "MMMM", locale=self.language) for day in (quarter.first, quarter.last))
        return f"{format_date(quarter.first, 'QQQQ y', locale=self.language)}, {first}–{last}"


WORDS: Mapping[str, PageWords] = {
    "en": PageWords("en", "es", "Español", "Unsubscribe", "Save", "words", "Not saved", FORM_ENGLISH),
    "es": PageWords(
        "es", "en", "English", "Cancelar la suscripción", "Guardar", "palabras", "No se guardó",
        FormWords("(opcional)", "Elija …", "Todavía no se guardó:"),
    ),
}  # fmt: skip
