"""What Teams takes of an Adaptive Card, each with the page that states it."""

from __future__ import annotations

VERSION = "1.5"  # https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference

# Bytes of the card as JSON. The strictest of the limits Teams states for a message with a card is 28 KB; the rest of
# the activity (addresses, mentions, summary) has to fit beside it.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
CARD = 25_000

# Buttons side by side; what is beyond is not shown.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/design-effective-cards
ACTIONS = 6

# Not limits that are stated anywhere, but what a phone shows: a card there is some 290 points wide inside, a character
# of its text takes 8, a table's column 18 beside its text, a button 34.
PHONE_POINTS = 290
CHARACTER_POINTS = 8
COLUMN_POINTS = 18
BUTTON_POINTS = 34
BUTTON_TITLE = 60
FACT_TITLE = 30
FACT_WORD = 22
WORD = 30  # characters; Microsoft's renderer breaks no longer word in a RichTextBlock, its end would be out of sight
CHOICE_TITLE = 90
PIECE = 2000  # characters of one paragraph; longer ones are split, so that a card can end between the pieces
FALLBACK = 200
TABLE_ROWS = 30

# A choice set up to this long shows all its choices; a longer one is searched by typing.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format#typeahead-support
CHOICES_SHOWN = 10
