"""Slack's limits, each with the page that states it. Lengths are characters."""

from __future__ import annotations

# https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

# Text plus what Slack adds for every block: postings of about 13,200 fail with msg_blocks_too_long, and one divider
# costs some 125 (measured in https://github.com/slackapi/bolt-js/issues/2509).
MESSAGE_SIZE = 13_000
BLOCK_OVERHEAD = 125

# https://docs.slack.dev/reference/block-kit/blocks/section-block (rich_text has no limit of its own; we keep to this)
TEXT = 3000
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER = 150
# https://docs.slack.dev/reference/block-kit/blocks/context-block (an element is a text object: 3000)
CONTEXT = 3000
# https://docs.slack.dev/reference/block-kit/blocks/image-block
IMAGE_URL = 3000
IMAGE_ALT = 2000
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
BUTTON_LABEL = 75
BUTTON_VALUE = 2000
BUTTON_URL = 3000
ACTION_ID = 255
# https://docs.slack.dev/reference/block-kit/blocks/table-block (rows with the header; characters of all cells;
# a second table in a message is refused, and there are none in modals and App Home)
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_TEXT = 10_000

# https://docs.slack.dev/reference/views/modal-views
TITLE = 24
SUBMIT = 24
METADATA = 3000
CALLBACK_ID = 255
# https://docs.slack.dev/reference/block-kit/blocks/input-block
LABEL = 2000
HINT = 2000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
INPUT = 3000
PLACEHOLDER = 150
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_LABEL = 75
OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
OPTIONS = 100
GROUPS = 100
GROUP_LABEL = 75
# https://docs.slack.dev/reference/block-kit/block-elements/checkboxes-element
CHECKBOXES = 10

# `text` of a message is what notifications show (https://docs.slack.dev/reference/methods/chat.postMessage); longer
# than this Slack advises against.
FALLBACK = 4000
