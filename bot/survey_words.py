"""The short words of the survey's page in English and Spanish: labels, buttons and what is wrong with a form.

Its paragraphs are templates/voice/page/*.md.j2, which a county may replace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.survey import LONGEST, Fault, Language


@dataclass(frozen=True, slots=True)
class PageWords:
    """One language. `other` is the other one's name in itself; `no_answer` stands for a skipped question."""

    language: Language
    other_language: Language
    other: str
    send: str
    no_answer: str
    own_words: str
    again: str
    error: str
    not_sent: str
    faults: Mapping[Fault, str]
    crowded: str
    not_saved: str
    other_answers: str


_LONGEST = f"{LONGEST:,}"
ENGLISH = PageWords(
    language="en",
    other_language="es",
    other="Español",
    send="Send my answers",
    no_answer="I would rather not say, or it does not apply",
    own_words="In your own words. Please leave out names and case numbers.",
    again="Answer for somebody else",
    error="Error",
    not_sent="Your answers were not sent yet.",
    faults={
        "empty": "All questions are still empty. Answer at least one, then send.",
        "choose": "Choose one of the answers below.",
        "long": f"This answer has more than {_LONGEST} characters. Please make it shorter.",
    },
    crowded="Many people are answering right now. What you wrote is still here: please send it again in a few minutes.",
    not_saved="We could not save your answers just now. They are still here: please send them again in a minute.",
    other_answers="This form was sent before, with other answers. "
    "If you want to send these too, press the button again.",
)
SPANISH = PageWords(
    language="es",
    other_language="en",
    other="English",
    send="Enviar mis respuestas",
    no_answer="Prefiero no contestar o no se aplica",
    own_words="En sus propias palabras. Por favor, no escriba nombres ni números de caso.",
    again="Responder por otra persona",
    error="Error",
    not_sent="Sus respuestas todavía no se han enviado.",
    faults={
        "empty": "Todas las preguntas están en blanco. Conteste al menos una y vuelva a enviar.",
        "choose": "Elija una de las respuestas de abajo.",
        "long": f"Esta respuesta tiene más de {_LONGEST} caracteres. Por favor, hágala más corta.",
    },
    crowded="Muchas personas están respondiendo en este momento. Lo que escribió sigue aquí: "
    "por favor, envíelo de nuevo en unos minutos.",
    not_saved="No pudimos guardar sus respuestas en este momento. Siguen aquí: "
    "por favor, envíelas de nuevo en un minuto.",
    other_answers="Este formulario ya se envió antes con otras respuestas. Si también quiere enviar estas, "
    "oprima el botón otra vez.",
)
WORDS: Mapping[Language, PageWords] = {"en": ENGLISH, "es": SPANISH}
