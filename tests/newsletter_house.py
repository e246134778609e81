"""The newsletter in the whole application: the console's chat, the outbox, the web pages, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiohttp import web
from sqlalchemy import Engine

from bot.app import App, build
from bot.chat.clock import MovableClock
from bot.config import load
from tests.chat import Chat, Talker, done
from tests.post_office import PostOffice, open_post_office
from tests.unit.handlers.newsletter_county import county

__all__ = ["county", "house", "office"]
URL = "https://sip.example"
CALM = "Thank you all for a quarter of steady work. " * 9  # 81 words


class House:
    """The running application; `person("Cora")` speaks in its console."""

    def __init__(self, app: App, clock: MovableClock, pages: web.Application) -> None:
        assert app.console is not None
        self.app, self.clock, self.web = app, clock, pages
        self.chat = Chat(app.console.chat, deliver=app.delivery.drain)

    def person(self, name: str) -> Talker:
        return self.chat.person(name)

    def tick(self) -> None:
        """What is due is done and delivered."""
        done(self.app.tick())


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office(PostOffice()) as opened:
        yield opened


@pytest.fixture
def house(engine: Engine, clock: MovableClock, county: object, office: PostOffice) -> House:
    """Larkspur County on 7 April 2026, with a mail server that works. `web` is a replica of its own beside the one that
    people chat with, so that a test may talk to both from one event loop."""
    settings = load(
        _env_file=None,
        database_url="sqlite:///unused.sqlite3",
        public_url=URL,
        smtp_url=f"smtp://127.0.0.1:{office.port}",
        smtp_from="news@larkspur.example",
    )
    apps = [build(settings, clock=clock, console=True, engine=engine) for _ in range(2)]
    return House(apps[0], clock, apps[1].web)


def approved(house: House) -> Talker:
    """Cora takes the first quarter's edition to its approval."""
    cora = house.person("Cora")
    cora.says("/sip newsletter draft Q1 2026").says(f"/sip newsletter edit letter {CALM}")
    cora.says("/sip newsletter approve")
    assert "Approved." in cora.text, cora.text
    return cora
