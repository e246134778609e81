"""Settings of the county: shown with what they do, changed by words or in a form.

`values` knows each setting and reads what was typed. What reads a setting is storage.queries.settings.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from handlers.settings.change import edit, settings
from handlers.settings.values import SPELLINGS

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "settings",
        settings,
        "The county's channels, calendar, name and time zone; change one by its name",
        Role.COORDINATOR,
        (Arg("name", "choice", SPELLINGS), Arg("value", "rest")),
        (
            "settings",
            "settings executive channel <#C1|executives>",
            "settings send at 8:30",
            "settings extra days off 2026-12-24, 2026-12-31",
            "settings zone America/Los_Angeles",
        ),
        ("setting",),
    ),
    CommandSpec("settings edit", edit, "Change several settings in a form", Role.COORDINATOR, (), ("settings edit",)),
)
