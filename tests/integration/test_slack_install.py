"""Many workspaces: installed by OAuth from IT's link, two counties apart, uninstalled and installed again.

Real but Slack: HTTP to our pages and to `/slack/events`, the dispatcher, the outbox, SQLite and PostgreSQL.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy import update as sql_update
from sqlalchemy.exc import OperationalError

from bot.adapters.slack_manifest import SCOPES
from bot.chat.clock import MovableClock
from bot.chat.commands import Role
from bot.chat.compose import built_in
from bot.chat.errors import SendError
from bot.keys import Keys
from storage.dead_letters import dead_letters, send_again
from storage.installations import Installations, invite
from storage.models import audit, identity, outbox, person, slack_installation, workspace
from storage.models import organization as organization_table
from storage.queries.people import organizations
from storage.uow import unit_of_work
from tests.fake_slack import Fault
from tests.install_house import KEY, LARKSPUR, MEADOW, URL, House, install_house
from tests.slack_county import words_of
from tests.slack_oauth import Browser

ANN, MIA = "U0ANN00001", "U0MIA00001"
NOTHING = (0, 0, 0, 0, 0)


@pytest.fixture
async def house(engine: Engine) -> AsyncIterator[House]:
    """The clock stands at the time it is, as Slack's events tell their own."""
    async with install_house(engine, MovableClock(datetime.fromtimestamp(int(time.time()), UTC))) as found:
        yield found


async def larkspur(house: House) -> None:
    status, page = await house.install(LARKSPUR, "Larkspur Human Services", ANN, house.invite())
    assert status == 200, page


def posts_of(house: House, team: str) -> list[str]:
    return [
        words_of(call["args"])
        for call in house.slack.calls
        if call["method"] == "chat.postMessage" and call["team"] == team
    ]


async def test_two_counties_are_installed_apart_uninstalled_and_installed_again(house: House) -> None:
    browser = Browser(house.url)
    state = await browser.begin(house.invite())
    assert set(browser.asked["scope"].split(",")) == set(SCOPES)
    assert browser.asked["redirect_uri"] == f"{URL}/slack/oauth_redirect"
    status, page = await browser.back(state=state, code=house.desk.code(LARKSPUR, "Larkspur HSA", ANN))
    assert status == 200
    assert "Larkspur HSA" in page
    assert "Larkspur County" in page
    assert "first administrator" in page

    ann = house.person(ANN, "ann", LARKSPUR)
    await ann.types("/sip settings name Larkspur West")
    await ann.says("help")  # an event: answered by a post, with Larkspur's token
    await house.settle()
    assert len(posts_of(house, LARKSPUR)) == 1

    status, _ = await house.install(MEADOW, "Meadow HSA", MIA, house.invite(name="Meadow County"))
    assert status == 200
    mia = house.person(MIA, "mia", MEADOW)
    await mia.says("help")
    await house.settle()
    assert (len(posts_of(house, LARKSPUR)), len(posts_of(house, MEADOW))) == (1, 1)

    names = {row.id: row.name for row in house.rows(organization_table)}
    assert list(names.values()) == ["Larkspur West", "Meadow County"]
    homes = {row.external_id: names[row.organization_id] for row in house.rows(identity)}
    assert homes == {ANN: "Larkspur West", MIA: "Meadow County"}
    assert [row.role for row in house.rows(person)] == [int(Role.ADMIN)] * 2
    shown = await mia.types("/sip people")
    assert "ann" not in words_of(shown).lower()

    # uninstalled: nobody there is heard, nothing goes there, and an administrator of the other county notices nothing
    house.desk.uninstall(LARKSPUR)
    await house.slack.event({"type": "app_uninstalled"}, team=LARKSPUR)
    await ann.types("/sip me")
    assert "not connected to a county" in words_of(ann.seen[-1])
    with house.app.engine.begin() as connection:
        connection.execute(sql_update(outbox).values(state="pending", remote_id="", sent_at=None, attempts=0))
    await house.pass_time(minutes=1)
    assert {row.organization_id: row.state for row in house.rows(outbox) if row.kind == "receipt"} == {
        1: "dead",
        2: "sent",
    }
    assert "install link" in next(row.error for row in house.rows(outbox) if row.state == "dead")

    # installed again, with a link to the county that is there
    status, page = await house.install(LARKSPUR, "Larkspur HSA", ANN, house.invite(1))
    assert status == 200
    assert "first administrator" not in page
    with unit_of_work(house.app.engine, house.app.clock.read(), built_in()) as uow:
        ours = next(one for one in organizations(uow.connection) if one.id == 1)
        assert send_again(uow.connection, dead_letters(uow.connection, ours, uow.at), uow.at) >= 1
    await house.pass_time(minutes=1)
    assert {row.state for row in house.rows(outbox) if row.kind == "receipt"} == {"sent"}
    assert "not connected" not in words_of(await ann.types("/sip me"))
    assert [row.action for row in house.rows(audit) if row.action.startswith("slack")] == [
        "slack installed", "slack installed", "slack uninstalled", "slack installed",
    ]  # fmt: skip


async def test_an_uninstallation_that_comes_late_does_not_undo_the_next_installation(house: House) -> None:
    await larkspur(house)
    await house.pass_time(minutes=1)
    await house.install(LARKSPUR, "Larkspur", ANN, house.invite(1))
    await house.slack.event({"type": "app_uninstalled"}, team=LARKSPUR)  # happened a minute before, as its time tells
    assert house.rows(slack_installation)[0].revoked_at is None


async def test_a_workspace_nobody_invited_is_not_heard(house: House) -> None:
    await larkspur(house)
    stranger = house.person("U0STRANGER", "sam", "T0STRANGE1")
    assert await stranger.types("/sip steps") == {}
    await stranger.says("help")
    await house.settle()
    assert house.stored() == (1, 1, 1, 1, 1)
    assert "not connected to a county" in words_of(stranger.seen[-1])


# who may install


@pytest.mark.parametrize("token", ["", "x", "never-was-an-invitation-1", "ä" * 20, "a" * 61])
async def test_without_an_invitation_nobody_gets_to_slack(house: House, token: str) -> None:
    browser = Browser(house.url)
    assert await browser.begin(token) == ""
    assert house.stored() == NOTHING
    assert browser.cookies == {}


async def test_an_invitation_is_good_once_and_for_seven_days(house: House) -> None:
    old = house.invite(name="Old County")
    used = house.invite()
    status, _ = await house.install(LARKSPUR, "Larkspur", ANN, used)
    assert status == 200
    assert await Browser(house.url).begin(used) == ""
    began = Browser(house.url)
    state = await began.begin(old)
    await house.pass_time(days=7)
    assert await Browser(house.url).begin(old) == ""
    status, _ = await began.back(state=state, code=house.desk.code(MEADOW, "Meadow", MIA))
    assert status == 400
    assert house.stored() == (1, 1, 1, 1, 1)


async def test_one_invitation_begun_in_two_browsers_connects_one_workspace(house: House) -> None:
    token = house.invite()
    one, two = Browser(house.url), Browser(house.url)
    states = await one.begin(token), await two.begin(token)
    assert (await one.back(state=states[0], code=house.desk.code(LARKSPUR, "L", ANN)))[0] == 200
    assert (await two.back(state=states[1], code=house.desk.code(MEADOW, "M", MIA)))[0] == 403
    assert house.stored() == (1, 1, 1, 1, 1)


async def test_a_link_for_one_county_takes_no_workspace_from_another(house: House) -> None:
    await larkspur(house)
    await house.install(MEADOW, "Meadow", MIA, house.invite(name="Meadow County"))
    before = house.rows(slack_installation)
    for token in (house.invite(2), house.invite(name="Third County")):
        status, page = await house.install(LARKSPUR, "Larkspur", ANN, token)
        assert status == 409
        assert "belongs to another county" in page
    assert house.rows(slack_installation) == before
    assert house.stored() == (2, 2, 2, 2, 2)


async def test_a_second_workspace_of_one_county_has_its_own_token(house: House) -> None:
    await larkspur(house)
    status, page = await house.install(MEADOW, "Larkspur Annex", MIA, house.invite(1))
    assert status == 200
    assert "first administrator" not in page
    await house.person(MIA, "mia", MEADOW).says("help")
    await house.settle()
    assert len(posts_of(house, MEADOW)) == 1
    assert {row.organization_id for row in house.rows(workspace)} == {1}


# what comes back from Slack

Step = Callable[[House, Browser, str], dict[str, str]]
TAMPERED: dict[str, Step] = {
    "no state": lambda house, browser, state: {},
    "an empty state": lambda house, browser, state: {"state": ""},
    "another invitation in the state": lambda house, browser, state: {"state": re.sub(r"^\d+", "1", state)},
    "a longer life in the state": lambda house, browser, state: {"state": re.sub(r"\.(\d+)\.", ".9999999999.", state, count=1)},
    "a signature of nobody": lambda house, browser, state: {"state": state[:-4] + "AAAA"},
    "no cookie": lambda house, browser, state: browser.cookies.clear() or {"state": state},  # type: ignore[func-returns-value]
    "another browser's cookie": lambda house, browser, state: browser.cookies.update(
        dict.fromkeys(browser.cookies, "x" * 32)
    ) or {"state": state},  # type: ignore[func-returns-value]
    "too late": lambda house, browser, state: house.app.clock.move_to(  # type: ignore[attr-defined]
        house.app.clock.read() + timedelta(seconds=601)
    ) or {"state": state},
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
async def test_a_state_that_is_not_this_browsers_own_stores_nothing(house: House, what: str) -> None:
    house.invite(name="Second County")
    browser = Browser(house.url)
    state = await browser.begin(house.invite())
    query = TAMPERED[what](house, browser, state)
    code = house.desk.code(LARKSPUR, "Larkspur", ANN)
    status, page = await browser.back(**query, code=code)
    assert status == 400
    assert "Please begin again" in page
    assert house.stored() == NOTHING
    assert house.slack.called("oauth.v2.access") == []


async def test_a_state_counts_once(house: House) -> None:
    token, browser = house.invite(), Browser(house.url)
    state = await browser.begin(token)
    status, _ = await browser.back(state=state, error="access_denied")
    assert status == 403
    status, page = await browser.back(state=state, code=house.desk.code(LARKSPUR, "Larkspur", ANN))
    assert (status, house.stored()) == (409, NOTHING)
    assert "opened before" in page
    assert (await house.install(LARKSPUR, "Larkspur", ANN, token))[0] == 200  # the link still works


FAULTS: dict[str, tuple[Fault, int, str]] = {
    "the code was used": (Fault(error="code_already_used"), 400, "did not accept"),
    "a code of nobody": (Fault(error="invalid_code"), 400, "did not accept"),
    "a wrong client secret": (Fault(error="bad_client_secret"), 502, "bad_client_secret"),
    "an app that is not distributed": (Fault(error="invalid_team_for_non_distributed_app"), 502, "non_distributed"),
    "Slack is down": (Fault(status=500), 502, "did not answer"),
    "Slack is busy": (Fault(status=429, retry_after=1), 502, "did not answer"),
    "the answer is lost": (Fault(accepted=True), 502, "did not answer"),
    "a code that is markup": (Fault(error="<script>alert(1)</script>"), 502, "unknown_error"),
}


@pytest.mark.parametrize("what", FAULTS)
async def test_what_slack_refuses_is_said_and_stores_nothing(house: House, what: str) -> None:
    fault, expected, words = FAULTS[what]
    token = house.invite()
    house.slack.fail("oauth.v2.access", fault)
    status, page = await house.install(LARKSPUR, "Larkspur", ANN, token)
    assert (status, house.stored()) == (expected, NOTHING)
    assert words in page
    assert "<script" not in page
    assert (await house.install(LARKSPUR, "Larkspur", ANN, token))[0] == 200  # and the link still works


ANSWERS: dict[str, tuple[dict[str, Any], int, str]] = {
    "for a whole organization": ({"is_enterprise_install": True, "team": None}, 400, "one workspace at a time"),
    "no workspace": ({"team": None}, 502, "did not answer"),
    "a workspace that is none": ({"team": {"id": "<b>", "name": "x"}}, 502, "did not answer"),
    "a person's token": ({"token_type": "user"}, 502, "did not answer"),
    "no app": ({"app_id": None}, 502, "did not answer"),
    "an installer that is none": ({"authed_user": {}}, 502, "did not answer"),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_an_installation_that_is_not_one_workspaces_is_refused(house: House, what: str) -> None:
    differs, expected, words = ANSWERS[what]
    status, page = await house.install(LARKSPUR, "Larkspur", ANN, house.invite(), **differs)
    assert (status, house.stored()) == (expected, NOTHING)
    assert words in page


async def test_another_slack_app_is_refused_while_the_first_is_in_use(house: House) -> None:
    await larkspur(house)
    status, page = await house.install(MEADOW, "Meadow", MIA, house.invite(name="Meadow"), app_id="A0OTHER")
    assert status == 409
    assert "another Slack app" in page
    assert house.stored() == (1, 1, 1, 1, 1)


async def test_pages_keep_the_houses_rules_and_show_slacks_words_as_words(house: House) -> None:
    hostile = "<script>alert(1)</script> **bold** [x](https://evil.example) {{ 7*7 }} <!channel>"
    browser = Browser(house.url)
    state = await browser.begin(house.invite())
    set_cookie = browser.headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-sipbot-install=")
    assert all(part in set_cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert browser.headers["Referrer-Policy"] == "no-referrer"
    status, page = await browser.back(state=state, code=house.desk.code(LARKSPUR, hostile, ANN))
    assert status == 200
    assert "<script" not in page
    assert 'href="https://evil' not in page
    assert "{{ 7*7 }}" in page
    assert "default-src 'none'" in browser.headers["Content-Security-Policy"]
    assert browser.headers["Cache-Control"] == "no-store"
    status, page = await browser.back(state="x", error="<script>alert(1)</script>")
    assert status == 400
    assert "<script" not in page


# at rest


def everything(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT * FROM slack_installation")).all())


async def test_tokens_are_unreadable_at_rest_and_open_in_their_own_row_only(house: House, engine: Engine) -> None:
    await larkspur(house)
    await house.install(MEADOW, "Meadow", MIA, house.invite(name="Meadow"))
    token = house.desk.token_of(LARKSPUR)
    assert token.startswith("xoxb-")
    assert "secret" not in everything(engine)
    store = Installations(engine, house.app.clock, Keys.of(KEY), "UTC")
    kept = store.token(LARKSPUR)
    assert kept is not None
    assert (kept.bot, "secret" in repr(kept)) == (token, False)
    one, two = (row.bot_token for row in house.rows(slack_installation))
    for row, sealed in ((1, two), (2, one)):
        with engine.begin() as connection:
            there = slack_installation.c.id == row
            connection.execute(sql_update(slack_installation).where(there).values(bot_token=sealed))
    for team in (LARKSPUR, MEADOW):
        with pytest.raises(SendError, match="belongs elsewhere") as caught:
            store.token(team)
        assert caught.value.permanent
        assert "xoxb" not in str(caught.value)


async def test_new_keys_take_over_while_the_old_ones_still_read(house: House, engine: Engine) -> None:
    await larkspur(house)
    new = "b-9TqLrXw4KzB6hNcVyMeFuSd1gPjA8oYt"
    both, alone = (Installations(engine, house.app.clock, Keys.of(key), "UTC") for key in (f"{new},{KEY}", new))
    with pytest.raises(SendError, match="no key"):
        alone.token(LARKSPUR)
    assert alone.reseal() == (0, 1)
    assert both.reseal() == (1, 0)
    assert both.reseal() == (1, 0)
    kept = alone.token(LARKSPUR)
    assert kept is not None
    assert kept.bot == house.desk.token_of(LARKSPUR)


@contextmanager
def away(engine: Engine) -> Iterator[None]:
    """The database does not answer."""

    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    event.listen(engine, "before_cursor_execute", gone)
    yield
    event.remove(engine, "before_cursor_execute", gone)


@pytest.mark.parametrize("known", [True, False], ids=["a token known", "no token known"])
async def test_a_database_that_is_away_is_told_in_words_and_events_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    monkeypatch.setattr("bot.adapters.slack.tokens.TTL", 0.0)  # looked up for every request
    monkeypatch.setattr("storage.db.PATIENCE", 0.0)
    await larkspur(house)
    ann = house.person(ANN, "ann", LARKSPUR)
    said = {"type": "message", "channel": f"D{ANN}", "channel_type": "im", "user": ANN, "text": "me", "ts": "17.1"}
    if known:
        assert "Not saved" not in words_of(await ann.types("/sip me"))
    with away(house.app.engine):
        assert "Not saved" in words_of(await ann.types("/sip me"))
        assert (await house.slack.event(said, "Ev1", LARKSPUR))[0] == 503
        if known:  # and still used: a shortcut has no other way to be answered than a post of ours
            ann.seen.clear()
            await ann.shortcut("update")
            await house.app.slack.drain()  # type: ignore[union-attr]
            assert "Not saved" in words_of(ann.seen[-1])
    assert "Not saved" not in words_of(await ann.types("/sip me"))
    assert (await house.slack.event(said, "Ev1", LARKSPUR))[0] == 200


@pytest.mark.parametrize("why", ["renewed elsewhere", "not renewed"])
async def test_what_is_said_is_stored_while_there_is_no_token_to_answer_with(house: House, why: str) -> None:
    house.desk.lives = 12 * 3600
    await larkspur(house)
    ann = house.person(ANN, "ann", LARKSPUR)
    await house.pass_time(hours=12, minutes=1)
    if why == "not renewed":
        house.desk.refreshing.clear()
    else:
        store = Installations(house.app.engine, house.app.clock, Keys.of(KEY), "UTC")
        assert store.begin_renewal(LARKSPUR, 1)  # and that replica died
    assert "Ann" in words_of(await ann.types("/sip settings name Ann's County"))
    said = {"type": "message", "channel": f"D{ANN}", "channel_type": "im", "user": ANN, "text": "me", "ts": "17.1"}
    assert (await house.slack.event(said, "Ev1", LARKSPUR))[0] == 200
    assert house.rows(organization_table)[0].name == "Ann's County"
    assert len([row for row in house.rows(outbox) if row.state == "pending"]) == 1


async def test_a_token_that_slack_refuses_is_looked_up_again_once(house: House) -> None:
    await larkspur(house)
    ann = house.person(ANN, "ann", LARKSPUR)
    await ann.says("help")
    await house.settle()
    # Another replica sees the app go and come again: here the old token is still known.
    house.desk.uninstall(LARKSPUR)
    store = Installations(house.app.engine, house.app.clock, Keys.of(KEY), "UTC")
    oauth = house.app.installing.workspaces  # type: ignore[union-attr]
    grant = await oauth.exchange(house.desk.code(LARKSPUR, "Larkspur", ANN), f"{URL}/slack/oauth_redirect")
    with house.app.engine.begin() as connection:
        invite(connection, 1, "", house.app.clock.read())
    store.install(2, grant)
    await ann.says("me")
    await house.settle()
    assert len(posts_of(house, LARKSPUR)) == 2
    assert [row.state for row in house.rows(outbox)] == ["sent", "sent"]
