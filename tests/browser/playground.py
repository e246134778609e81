"""Microsoft's own Agents Playground (npm `@microsoft/m365agentsplayground`), driven like a person would in Teams.

    with playground(f"{app_url}/api/messages", tmp_path, ANA, OTHERS, "Coaching") as url:
        chat = Chat(page, url)
        chat.says("me")
        chat.sees("You own no open steps.")

It plays Teams for one person, and keeps that person's conversations: two people are two Playgrounds of one tenant. Its licence allows evaluation only, so it is installed where the tests run and never kept with them. It does not
know dialogs opened from a card, deleting, tokens, rate limits or card sizes: those are tried on tests/fake_teams.py.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tests.browser.node import REPOSITORY, package

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

CLI = Path("@microsoft/m365agentsplayground/cli.js")
TENANT = "00000000-0000-4000-8000-000000000001"
BOT, BOT_NAME = "00000000-0000-0000-0000-00000000000011", "sipbot"
TEAM, GENERAL = "County", "General"
PERSONAL = "Personal Chat"
PICTURES = REPOSITORY / "var" / "pictures"
STARTS = 30.0  # seconds it may take to start
SHOWS = 10_000  # milliseconds for an answer


@dataclass(frozen=True, slots=True)
class Teammate:
    """Somebody in the tenant. `user`: their Entra object id."""

    account: str
    user: str
    name: str

    def config(self) -> dict[str, str]:
        given, _, family = self.name.partition(" ")
        email = f"{given.lower()}@county.example"
        # The key is spelt so there; one that is missing makes the Playground stop without a word.
        return {
            "id": self.account, "aadObjectId": self.user, "name": self.name, "givenName": given, "surname": family,
            "email": email, "userPrincipleName": email,
        }  # fmt: skip


def teammate(number: int, name: str, user: str = "") -> Teammate:
    """The person of that number in the tenant."""
    return Teammate(f"user-id-{number}", user or f"00000000-0000-4000-8000-0000000001{number:02}", name)


@contextmanager
def playground(bot_url: str, folder: Path, person: Teammate, others: list[Teammate], channel: str) -> Iterator[str]:
    """A Playground with `person` in front of it, in a team with `channel` beside General -> its address. It takes exactly
    five `others`."""
    port = _free_port()
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": BOT, "name": BOT_NAME},
        "currentUser": person.config(),
        "users": [one.config() for one in others],
        "personalChat": {"id": f"personal-of-{person.account}"},
        "groupChat": {"id": f"group-of-{person.account}", "name": "Lunch"},
        "team": {
            "id": "team-county",
            "name": TEAM,
            "aadGroupId": "00000000-0000-4000-8000-000000000031",
            "channels": [{"id": f"channel-{_slug(channel)}", "name": channel}],
        },
    }
    (folder / ".m365agentsplayground.yml").write_text(json.dumps(config))  # JSON is YAML
    command = [
        "node",
        str(package(CLI)),
        "start",
        "-e",
        bot_url,
        "-c",
        "msteams",
        "-p",
        str(port),
        "--disable-telemetry",
    ]
    quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    process = subprocess.Popen(command, cwd=folder, **quiet)
    try:
        _wait(process, port, folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _slug(name: str) -> str:
    return name.lower().replace(" ", "-")


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """Until it knows our people; it says that it listens before it has read its configuration."""
    end = time.monotonic() + STARTS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_internal/v1/config", timeout=2) as answer:
                if json.load(answer)["config"]["bot"]["name"] == BOT_NAME:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    log = folder / "devTools" / "m365agentsplayground.log"
    raise RuntimeError(f"the Playground did not start: {log.read_text()[-800:] if log.exists() else 'it left no log'}")


class Chat:
    """A Playground's page, with the personal chat open. What was said last is what a method speaks of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        page.set_default_timeout(SHOWS)
        page.set_viewport_size({"width": 1300, "height": 1000})
        page.route(re.compile("^https?://(?!127.0.0.1|localhost)"), _nowhere)  # its fonts come from Microsoft's servers
        page.goto(f"{url}/")
        page.get_by_role("button", name="Hide log panel").click()
        self.go(PERSONAL)

    def go(self, place: str) -> None:
        """Open a conversation: PERSONAL, or a channel of the team by its name."""
        name = place if place == PERSONAL else f"{TEAM} - {place}"
        self.page.get_by_role("treeitem", name=name).first.click()
        self._box().wait_for()

    def says(self, text: str) -> None:
        """Type into the open chat."""
        self._box().click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def posts(self, text: str, mention: str = "") -> None:
        """Begin a thread in the open channel with a mention of the bot, and of somebody at its end."""
        self._box(0).click()
        self._mention(BOT_NAME)
        self.page.keyboard.type(text)
        if mention:
            self.page.keyboard.type(" ")
            self._mention(mention)
        self.page.get_by_role("button", name="Post", exact=True).click()

    def replies(self, text: str, mention: bool = True) -> None:
        """Answer in the newest thread of the open channel. The newest is on top."""
        self._box(1).click()
        if mention:
            self._mention(BOT_NAME)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def presses(self, label: str) -> None:
        """The newest button of that label."""
        self.page.get_by_role("button", name=label, exact=True).last.click()

    def fills(self, **fields: str) -> None:
        """Type into the newest form; a field is named by the first words of its label, with _ for blanks."""
        for name, text in fields.items():
            self._field("textbox", name).fill(text)

    def chooses(self, **fields: str) -> None:
        """Choose in the newest form the option that begins so."""
        for name, option in fields.items():
            self._field("combobox", name).click()
            self.page.get_by_role("option", name=re.compile(rf"^{re.escape(option)}")).first.click()

    def typed(self, name: str) -> str:
        """What a field of the newest form holds."""
        return str(self._field("textbox", name).input_value())

    def tells_win(self) -> None:
        """The message extension's "Tell a win"."""
        self.page.get_by_role("button", name="Trigger Message Extension App").last.click()
        self.page.get_by_text("Action Command", exact=True).click()
        self.page.get_by_role("textbox", name="Command ID").fill("win")
        self.page.get_by_role("button", name="Create").click()
        self.page.get_by_role("dialog").get_by_text("What happened?").wait_for()

    def closes(self) -> None:
        """The dialog that is open."""
        self.page.get_by_role("dialog").get_by_role("button", name="Close").click()

    def sees(self, *words: str) -> None:
        """Wait until all of that can be read."""
        end = time.monotonic() + SHOWS / 1000
        while missing := [one for one in words if one not in self.reads()]:
            assert time.monotonic() < end, f"{missing} cannot be read in: {self.reads()[-3000:]}"
            self.page.wait_for_timeout(100)

    def reads(self) -> str:
        """Everything that can be read."""
        return self.page.locator("body").inner_text()

    def picture(self, name: str) -> None:
        """Keep how it looks, to be looked at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"playground-{name}.png")

    def _box(self, number: int = -1) -> Locator:
        return self.page.locator("[role=textbox][contenteditable=true]").nth(number)

    def _field(self, role: Literal["textbox", "combobox"], name: str) -> Locator:
        return self.page.get_by_role(role, name=re.compile(rf"^{re.escape(name.replace('_', ' '))}")).last

    def _mention(self, name: str) -> None:
        self.page.keyboard.type(f"@{name[:3]}")
        self.page.get_by_role("menuitem", name=name).first.click()
        self.page.keyboard.type(" ")


def _nowhere(route: Route) -> None:
    route.abort()
