"""What the bot token is asked to be allowed."""

from __future__ import annotations

# scope -> why: the methods, events and features that need it
SCOPES = {
    "app_mentions:read": ("app_mention",),
    "channels:history": ("message.channels", "conversations.history", "conversations.replies"),
    "chat:write": ("chat.postMessage", "chat.postEphemeral", "chat.update"),
    "commands": ("slash_commands", "shortcuts"),
    "files:read": ("file_input",),
    "groups:history": ("message.groups", "conversations.history", "conversations.replies"),
    "im:history": ("message.im", "conversations.history", "conversations.replies"),
    "im:write": ("conversations.open",),
    "reactions:write": ("reactions.add",),
    "users:read": ("users.info",),
    "users:read.email": ("users.info",),  # who is the same person in Teams: asked, never assumed
}
