"""Checks a success story for what must not leave the agency, and marks the words.

California bars publishing not only names and addresses of the people served but any information about their
circumstances (WIC 10850, CDSS MPP 19-001); that a child-welfare case exists is protected on its own (WIC 827).
The check assists: it reads words, not meaning, and a person still approves every story.
"""

from bot.domain.story_privacy.check import check_story
from bot.domain.story_privacy.model import Finding, StoryCheck, Verdict
from bot.domain.story_privacy.names import mentions

__all__ = ["Finding", "StoryCheck", "Verdict", "check_story", "mentions"]
