"""The README says what is true: every setting, every command, and no figure nobody measured."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.config import Settings

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def settings_table() -> str:
    """The table as it has to stand between the markers."""
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = f"`{default}`" if default not in ("", None, False, frozenset()) else ""
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


def test_every_setting_is_in_the_table():
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.S)
    assert found, "the README has no settings table"
    assert found[1] == settings_table()


def commands() -> list[str]:
    return sorted(
        set(
            re.findall(
                r"(?<![@-])\bsipbot ((?:[a-z]+ ?){1,2})",
                " ".join(re.findall(r"`[^`]*`|^```.*?^```", README, re.S | re.M)),
            )
        )
    )


@pytest.mark.parametrize("words", commands())
def test_every_command_of_the_readme_exists(words):
    group = get_command(app)
    for word in words.split():
        if not hasattr(group, "commands"):
            return  # an argument of the command before it
        assert word in group.commands, f"there is no sipbot {words}"
        group = group.commands[word]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)$", README, re.M))))
def test_every_make_target_of_the_readme_exists(target):
    makefile = (Path(__file__).parents[2] / "Makefile").read_text("utf-8")
    assert re.search(rf"^{next(filter(None, target))}:", makefile, re.M)
