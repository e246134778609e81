"""The words that speak of a person's private life, field by field, in English and the most important in Spanish.

Each field stands in a file with its neighbours; what a field is, in `topic_field`.
"""

from bot.domain.story_privacy.family_words import CHILD_WELFARE, FAMILY_EVENT
from bot.domain.story_privacy.health_words import HEALTH
from bot.domain.story_privacy.law_words import CRIMINAL_HISTORY, DOMESTIC_VIOLENCE, IMMIGRATION

FIELDS = (CHILD_WELFARE, HEALTH, IMMIGRATION, CRIMINAL_HISTORY, DOMESTIC_VIOLENCE, FAMILY_EVENT)
