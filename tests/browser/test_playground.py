"""A member's and a coordinator's month in Teams, in Microsoft's own Agents Playground: real app, calendar, delivery.

What each step shows is asserted on the page, what it stored in the database, and how it looks is kept in var/pictures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from sqlalchemy import Row, desc, select

from bot.app import App
from bot.chat.clock import MovableClock
from bot.demo import PLAYGROUND_USER, prepare_demo
from storage.db import reading
from storage.models import channel, identity, organization, outbox, person, report, story, update
from storage.queries import plan
from storage.queries.people import organizations
from storage.uow import reading_work
from tests.browser.conftest import serving
from tests.browser.playground import GENERAL, PERSONAL, TENANT, Chat, playground, teammate

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

GROUP = "Coaching"
ALEX, ANA = teammate(0, "Alex Wilber", PLAYGROUND_USER), teammate(1, "Ana Lopez")
REST = [teammate(number, name) for number, name in enumerate(("Ben Okoro", "Chen Wei", "Dana Ito", "Eli Novak"), 2)]
TOO_MUCH = "A client named Maria told us about her son in foster care."
WIN = "The front desk now answers within two days, and staff like it."
ANOTHER_WIN = "Both offices share one call list, so nobody waits over lunch."
LETTER = "Thank you for a steady quarter. " * 16
TRAVEL = 120.0  # seconds: a quarter is some hundred ticks


@dataclass(frozen=True, slots=True)
class County:
    """The demo of 9 November 2026, being served, with everything in its database to look at."""

    app: App
    url: str
    loop: asyncio.AbstractEventLoop

    def travel(self, kind: str) -> str:
        """Let time pass as the console's button of that kind does."""
        assert self.app.console is not None
        going = asyncio.run_coroutine_threadsafe(self.app.console.chat.world.travel(kind), self.loop)
        return going.result(TRAVEL)

    def newest(self, table: Any, *conditions: Any) -> Row[Any]:
        """The row that was made last."""
        with self.app.engine.connect() as connection:
            return connection.execute(select(table).where(*conditions).order_by(desc(table.c.id)).limit(1)).one()

    def id_of(self, user: str) -> int:
        """The row id of a person of the tenant."""
        asked = (identity.c.platform == "teams", identity.c.workspace == TENANT, identity.c.external_id == user)
        return int(self.newest(identity, *asked).person_id)

    def open_step(self, number: int) -> str:
        """The reference of a step of the second goal that nobody has finished, counted from 0: `2.1.2`."""
        with reading(self.app.engine) as connection:
            (mine,) = organizations(connection)
        with reading_work(self.app.engine, self.app.clock.read(), self.app.composer, mine) as uow:
            steps = [step for step in plan.steps(uow) if step.ref.startswith("2.") and step.status == plan.IN_PROGRESS]
        return steps[number].ref

    def posted(self, kind: str) -> Row[Any]:
        """The newest post of a kind in Teams, delivered."""
        here = select(channel.c.id).where(channel.c.platform == "teams")
        found = self.newest(outbox, outbox.c.kind == kind, outbox.c.channel_id.in_(here))
        assert found.state == "sent"
        return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder: Path = tmp_path_factory.mktemp("demo")
    clock = MovableClock(datetime(2026, 11, 9, 18, tzinfo=UTC))
    with ThreadPoolExecutor(1) as aside:  # Playwright keeps an event loop in this thread
        application = aside.submit(prepare_demo, folder, clock, 0).result()
    loops = []

    async def start(_: web.Application) -> None:
        loops.append(asyncio.get_running_loop())
        await application.start()

    async def stop(_: web.Application) -> None:
        await application.stop()

    application.web.on_startup.append(start)
    application.web.on_cleanup.append(stop)
    with serving(application.web) as url:
        yield County(application, url, loops[0])


def test_a_month_and_a_quarter(county: County, browser: Browser, tmp_path: Path) -> None:
    endpoint = f"{county.url}/api/messages"
    with ExitStack() as open_now:
        alex_url = open_now.enter_context(playground(endpoint, tmp_path / "alex", ALEX, [ANA, *REST], GROUP))
        ana_url = open_now.enter_context(playground(endpoint, tmp_path / "ana", ANA, [ALEX, *REST], GROUP))
        contexts = [open_now.enter_context(browser.new_context(locale="en-US")) for _ in range(2)]
        alex = Chat(contexts[0].new_page(), alex_url)
        the_coordinator_sets_up(county, alex)
        ana = Chat(contexts[1].new_page(), ana_url)
        the_member_finds_the_way(county, ana)
        an_update_in_words(county, ana)
        an_update_by_form(county, ana)
        a_win(county, ana)
        a_prompt_and_its_thread(county, ana)
        a_win_from_the_message_menu(county, ana)
        the_coordinator_reviews(county, alex, ana)
        the_month_ends(county, alex)
        the_newsletter(county, alex)


def the_coordinator_sets_up(county: County, alex: Chat) -> None:
    alex.go(GROUP)
    alex.posts(f"workgroup channel {GROUP}")
    alex.posts(f"workgroup member {GROUP}", mention=ANA.name)
    alex.go(GENERAL)
    alex.posts("settings executive channel here")
    alex.posts("settings newsletter channel here")
    alex.go(PERSONAL)
    alex.sees(f"Agendas and prompts for {GROUP} go to #{GROUP}", f"Ana Lopez is in {GROUP} now, as staff")
    alex.sees("Executive channel: now #General", "Newsletter channels: now #General")
    alex.picture("set-up")
    assert county.newest(person, person.c.id == county.id_of(ANA.user)).name == ANA.name
    general = county.newest(channel, channel.c.platform == "teams", channel.c.external_id == "team-county")
    kept = county.newest(organization).settings
    assert (kept["executive_channel"], kept["newsletter_channels"].split(",")[-1]) == (str(general.id), str(general.id))


def the_member_finds_the_way(county: County, ana: Chat) -> None:
    ana.says("help")
    ana.sees("What you can say", "Record progress on an action step")
    ana.picture("help")
    ana.says("me")
    ana.sees("You own no open steps.")
    ana.says("steps")
    ana.sees("Name a coach for every family")
    ana.picture("steps")


def an_update_in_words(county: County, ana: Chat) -> None:
    """Typed, edited in a form, and taken back: the card it was said on says so."""
    ref = county.open_step(0)
    ana.says(f"update {ref} in progress First two families have a coach")
    ana.sees(f"Saved: {ref} is in progress")
    said = county.newest(update)
    assert (said.note, said.person_id) == ("First two families have a coach", county.id_of(ANA.user))
    ana.picture("saved")
    ana.presses("Edit")
    ana.sees("Edit the update")
    ana.fills(Note="Three families have a coach")
    ana.picture("edit")
    ana.presses("Save")
    ana.sees("“Three families have a coach”")
    assert "Edit the update" not in ana.reads()
    assert county.newest(update).note == "Three families have a coach"
    ana.presses("Undo")
    ana.sees("Taken back:", "“Three families have a coach”")
    assert county.newest(update).withdrawn_at is not None


def an_update_by_form(county: County, ana: Chat) -> None:
    """A fault is said on the form, with what was chosen still in it."""
    ana.says("update")
    ana.sees("Update a step")
    ref = county.open_step(1)
    ana.chooses(Action_step=ref)
    ana.presses("Save")
    ana.sees("Not stored yet")
    ana.picture("fault")
    ana.fills(Note="Two week check-ins are in the calendar")
    ana.presses("Save")
    ana.sees(f"Saved: {ref}")
    assert "Not stored yet" not in ana.reads()
    assert county.newest(update).note == "Two week check-ins are in the calendar"


def a_win(county: County, ana: Chat) -> None:
    """What must not leave the agency stays in the form until it is mended."""
    ana.says("win")
    ana.sees("Tell a win")
    ana.fills(What_happened=TOO_MUCH)
    ana.chooses(Who_is_in_it="Only staff are in it")
    ana.presses("Send for review")
    ana.sees("Not stored yet")
    assert ana.typed("What happened") == TOO_MUCH
    ana.picture("win-blocked")
    ana.fills(What_happened=WIN)
    ana.presses("Send for review")
    ana.sees("Your win is in review.")
    ana.picture("win-sent")
    told = county.newest(story)
    assert (told.text, told.state, told.person_id) == (WIN, "in review", county.id_of(ANA.user))


def a_prompt_and_its_thread(county: County, ana: Chat) -> None:
    ana.go(GROUP)
    county.travel("prompt")
    ana.sees(f"{GROUP}: November 2026 meeting", "A reply in this thread counts")
    ana.picture("prompt")
    assert county.posted("prompt").remote_id
    ref, other = county.open_step(2), county.open_step(3)
    ana.replies(f"{ref} blocked Waiting for county counsel")
    ana.replies("agenda")
    ana.go(PERSONAL)
    ana.sees(f"Saved: {ref} is blocked", f"{GROUP}: ")
    ana.picture("receipt")
    assert (county.newest(update).status, county.newest(update).source) == ("blocked", "thread")
    ana.go(GROUP)
    assert f"Saved: {ref}" not in ana.reads()
    ana.presses("Update a step")
    ana.sees("Action step")
    ana.chooses(Action_step=other)
    ana.fills(Note="Met with the hospital")
    ana.picture("form-in-channel")
    ana.presses("Save")
    ana.sees(f"Saved: {other}")
    assert county.newest(update).note == "Met with the hospital"


def a_win_from_the_message_menu(county: County, ana: Chat) -> None:
    ana.tells_win()
    ana.fills(What_happened=ANOTHER_WIN)
    ana.chooses(Who_is_in_it="Only staff are in it")
    ana.picture("message-menu")
    ana.presses("Send for review")
    ana.sees("Your win is in review")
    assert county.newest(story).text == ANOTHER_WIN
    ana.closes()
    ana.go(PERSONAL)
    ana.sees("Your win is in review. “Both offices")


def the_coordinator_reviews(county: County, alex: Chat, ana: Chat) -> None:
    """Approved on the card, which then says so; the author is told."""
    alex.says("report")
    alex.sees("November 2026 roll-up", "As it stands now, not published.")
    alex.picture("report")
    alex.says("stories")
    alex.sees("2 wins wait for review", WIN)
    alex.picture("review")
    alex.presses("Approve")
    alex.sees("Approved:")
    alex.picture("approved")
    approved = county.newest(story, story.c.state == "approved", story.c.person_id == county.id_of(ANA.user))
    assert approved.reviewed_by == county.id_of(ALEX.user)
    ana.go(PERSONAL)
    ana.sees("approved")


def the_month_ends(county: County, alex: Chat) -> None:
    alex.go(GENERAL)
    county.travel("month_end")
    alex.sees("Larkspur County: November 2026 roll-up")
    alex.picture("roll-up")
    rollup = county.posted("rollup")
    assert rollup.period == "2026-11"
    alex.go(PERSONAL)


def the_newsletter(county: County, alex: Chat) -> None:
    county.travel("quarter")
    alex.says("newsletter")
    alex.sees("to do before it can go out")
    alex.picture("newsletter-status")
    alex.presses("Write “From the manager”")
    alex.fills(From_the_manager=LETTER)
    alex.picture("letter")
    alex.presses("Save")
    alex.sees("1 thing to do before it can go out")
    alex.presses("None this quarter")
    alex.sees("Nothing is missing.")
    alex.picture("newsletter-edited")
    alex.presses("Approve")
    alex.sees("Approved. It goes out when you press Publish.")
    alex.presses("Publish")
    alex.sees("Published. It will appear in a moment in General.")
    alex.picture("newsletter-published")
    alex.go(GENERAL)
    alex.sees("Read the newsletter")
    alex.picture("newsletter")
    edition = county.newest(report, report.c.kind == "newsletter")
    assert (edition.state, edition.period) == ("published", "2026-Q4")
    assert county.posted("newsletter").state == "sent"
