"""Every fault the doctor knows, made for real where a test can make it: the sentence names it and says what to do."""

from __future__ import annotations

import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text, update

from bot.adapters.slack_manifest import SCOPES
from bot.adapters.teams import TeamsSettings
from bot.chat.clock import MovableClock, SystemClock
from bot.chat.compose import built_in
from bot.config import Settings, load
from bot.doctor import Findings, examine, here, services
from bot.doctor.services import sign_in
from bot.keys import Keys
from storage import disk, health
from storage.db import open_engine
from storage.health import database_faults
from storage.installations import Installations
from storage.migrate import migrate
from storage.models import outbox, workspace
from storage.queries import people
from storage.uow import unit_of_work
from tests.databases import a_county
from tests.fake_slack import FakeSlack, Fault
from tests.fake_teams import APP, FakeTeams
from tests.install_house import KEY, LARKSPUR, MEADOW, install_house, settings_for
from tests.post_office import PostOffice, open_post_office
from tests.postgres import POSTGRES, a_database
from tests.slack_people import TEAM
from tests.teams_people import TENANT

SECRET = "0123456789abcdef" * 2
NOW = SystemClock().read()


@pytest.fixture
def county(tmp_path) -> Iterator[Engine]:
    engine = a_county(f"sqlite:///{tmp_path / 'sipbot.sqlite3'}", NOW)
    yield engine
    engine.dispose()


def given(engine: Engine, **more: object) -> Settings:
    return load(_env_file=None, database_url=str(engine.url), **more)


async def with_slack(engine: Engine, slack: FakeSlack, at: datetime | None = None, **more: object) -> Findings:
    token = {"slack_bot_token": slack.token, "slack_signing_secret": SECRET, **more}
    settings = given(engine, slack_api_url=slack.api_url, public_url="https://sip.invalid", **token)
    return await examine(settings, MovableClock(at or SystemClock().read()))


def one(found: list[str], *words: str) -> None:
    """Exactly one sentence, with all of these words."""
    assert len(found) == 1, found
    assert [word for word in words if word not in found[0]] == [], found[0]


async def test_a_sound_county_has_no_faults(county):
    async with FakeSlack(SECRET, scopes=",".join(SCOPES)) as slack:
        found = await with_slack(county, slack)
    assert found.faults == []
    one(found.notes, "https://sip.invalid/healthz cannot be reached")


async def test_slack_says_no(county):
    async with FakeSlack(SECRET, scopes=",".join(SCOPES)) as slack:
        slack.fail("auth.test", Fault(error="token_revoked"))
        one((await with_slack(county, slack)).faults, "token_revoked", "install the app again")
        one((await with_slack(county, slack, slack_bot_token="xoxb-other")).faults, "invalid_auth", "SLACK_BOT_TOKEN")
        slack.scopes = ",".join(SCOPES.keys() - {"groups:history", "files:read"})
        one((await with_slack(county, slack)).faults, "lacks files:read, groups:history", "slack manifest")
    one((await with_slack(county, slack)).faults, "Slack cannot be reached")


async def test_slack_does_not_take_the_socket(county):
    async with FakeSlack(SECRET, scopes=",".join(SCOPES)) as slack:
        assert (await with_slack(county, slack, slack_app_token=slack.app_token)).faults == []
        found = await with_slack(county, slack, slack_app_token="xapp-old")
        one(found.faults, "Socket Mode", "SLACK_APP_TOKEN (invalid_auth)", "connections:write")


async def test_a_token_of_another_workspace(county):
    async with FakeSlack(SECRET) as slack:
        with county.begin() as connection:
            ours = workspace.c.platform == "slack"
            assert connection.execute(update(workspace).where(ours).values(external_id="T0OTHER001")).rowcount
        one((await with_slack(county, slack)).faults, "another Slack workspace")
        assert TEAM != "T0OTHER001"


async def test_a_clock_that_is_wrong(county):
    async with FakeSlack(SECRET) as slack:
        at = SystemClock().read() + timedelta(minutes=6)
        one((await with_slack(county, slack, at)).faults, "seconds apart", "NTP")


async def test_a_signing_secret_that_is_something_else(county):
    async with FakeSlack(SECRET) as slack:
        one((await with_slack(county, slack, slack_signing_secret="xapp-1-A")).faults, "SLACK_SIGNING_SECRET", "Basic")


async def test_the_settings_leave_a_gap(county):
    found = Findings()
    here.settings(found, given(county))
    one(found.faults, "no chat platform is set up")
    for more, words in (
        ({}, "PUBLIC_URL is empty"),
        ({"public_url": "http://sip.example.org"}, "not https"),
        ({"public_url": "https://s.example", "sipbot_console": True, "host": "0.0.0.0"}, "127.0.0.1 only"),  # noqa: S104
        ({"public_url": "https://s.example", "sipbot_console": True}, "turn it off where PUBLIC_URL lets others in"),
    ):
        found = Findings()
        token = {"slack_bot_token": "xoxb-1", "slack_signing_secret": SECRET}
        here.settings(found, given(county, **token, **more))
        one(found.faults, words)


async def test_microsoft_gives_no_token():
    async with FakeTeams() as teams:
        for password, faults in (("a client secret", 0), ("an old secret", 1)):
            found = Findings()
            await sign_in(found, TeamsSettings(APP, password, TENANT, login_url=teams.url))
            assert len(found.faults) == faults, found.faults
        one(found.faults, "Microsoft gave no token", "TEAMS_APP_PASSWORD")
    found = Findings()
    await sign_in(found, TeamsSettings(APP, "x", TENANT, login_url=teams.url))
    one(found.faults, "sign-in cannot be reached")


async def test_the_sign_in_of_several_tenants_is_at_the_first(county, monkeypatch):
    several = {"teams_app_id": APP, "teams_app_password": "a client secret", "public_url": "https://sip.invalid"}
    async with FakeTeams() as teams:

        async def at_the_fake(found: Findings, registration: TeamsSettings) -> None:
            await sign_in(found, replace(registration, login_url=teams.url))

        monkeypatch.setattr(services, "sign_in", at_the_fake)
        settings = given(county, **several, teams_tenant_id=f"{TENANT}, another")
        assert (await examine(settings, SystemClock())).faults == []
        assert teams.tokens == 1


async def test_every_workspace_is_asked_about_by_its_own_token(engine):
    clock = MovableClock(SystemClock().read())
    async with install_house(engine, clock) as house:
        found = Findings()
        settings = settings_for(house.slack)
        await services.slack(found, settings, clock, engine)
        assert found.faults == []
        one(found.notes, "no Slack workspace has installed sipbot yet", "sipbot install link")
        for team, name in ((LARKSPUR, "Larkspur"), (MEADOW, "Meadow")):
            assert (await house.install(team, name, "U0ANN00001", house.invite(name=f"{name} County")))[0] == 200
        house.slack.scopes = ",".join(SCOPES)
        await services.slack(found, settings, clock, engine)
        assert found.faults == []
        house.slack.scopes = ",".join(SCOPES.keys() - {"files:read"})
        await services.slack(found, settings, clock, engine)
        larkspur, meadow = found.faults
        assert f"lacks files:read in {LARKSPUR}:" in larkspur
        assert f"lacks files:read in {MEADOW}:" in meadow
        house.slack.scopes = ""
        house.desk.uninstall(MEADOW)  # nobody told us
        found = Findings()
        await services.slack(found, settings, clock, engine)
        one(found.faults, f"Slack in {MEADOW}:", "invalid_auth")
        store = Installations(engine, clock, Keys.of(KEY), "UTC")
        assert store.revoked(MEADOW, clock.read())
        found = Findings()
        await services.slack(found, settings, clock, engine)
        assert found.faults == []
        await services.slack(found, settings_for(house.slack, sipbot_secret_key=KEY[::-1]), clock, engine)
        one(found.faults, LARKSPUR, "SIPBOT_SECRET_KEY")


async def test_a_token_that_ended_is_left_to_whoever_needs_it(engine):
    """The doctor changes nothing, and its refresh token is good once."""
    clock = MovableClock(SystemClock().read())
    async with install_house(engine, clock) as house:
        house.desk.lives = 12 * 3600
        assert (await house.install(LARKSPUR, "Larkspur", "U0ANN00001", house.invite()))[0] == 200
        await house.pass_time(hours=13)
        found = Findings()
        await services.slack(found, settings_for(house.slack), clock, engine)
        assert (found.faults, found.notes, house.desk.renewals) == ([], [], 0)


async def test_the_mail_server_does_not_take_us(county):
    async def mailed(url: str) -> list[str]:
        settings = given(county, smtp_url=url, smtp_from="news@county.example", public_url="https://sip.invalid",
                         slack_bot_token=slack.token, slack_signing_secret=SECRET, slack_api_url=slack.api_url)  # fmt: skip
        return (await examine(settings, SystemClock())).faults

    async with FakeSlack(SECRET) as slack:
        with open_post_office(PostOffice()) as office:
            assert await mailed(f"smtp://127.0.0.1:{office.port}") == []
            one(await mailed(f"smtp://user:wrong@127.0.0.1:{office.port}"), "the mail server of SMTP_URL")
        one(await mailed(f"smtp://127.0.0.1:{office.port}"), "the mail server of SMTP_URL")


async def test_messages_that_wait_and_messages_given_up(county):
    row = {
        "organization_id": 1, "kind": "notice", "state": "pending", "available_at": NOW - timedelta(hours=2),
        "created_at": NOW, "person_id": None, "message": "", "error": "",
    }  # fmt: skip
    with county.begin() as connection:
        connection.execute(insert(outbox).values(**row, dedupe_key="1:a"))
        connection.execute(insert(outbox).values({**row, "state": "dead", "dedupe_key": "1:b", "error": "archived"}))
        connection.execute(insert(outbox).values({**row, "state": "dead", "dedupe_key": "1:c", "error": "withdrawn"}))
    found = Findings()
    here.queue(found, county, MovableClock(NOW))
    overdue, dead = found.faults
    assert "1 messages are overdue since" in overdue
    assert "sipbot worker" in overdue
    assert "1 messages were given up, the last because: archived." in dead
    assert "Coordinators were told." in dead
    assert "sipbot outbox retry" in dead


async def test_a_notice_that_reached_nobody_is_told_here(county):
    row = {
        "organization_id": 1, "state": "dead", "available_at": NOW, "created_at": NOW, "message": "", "kind": "prompt",
        "error": "token_revoked",
    }  # fmt: skip
    with county.begin() as connection:
        connection.execute(insert(outbox).values(**row, dedupe_key="1:a"))
        notice = {**row, "kind": "dead_letter", "state": "pending", "available_at": NOW + timedelta(hours=1)}
        connection.execute(insert(outbox).values(**notice, dedupe_key="1:b"))
    found = Findings()
    here.queue(found, county, MovableClock(NOW))
    one(found.faults, "1 messages were given up", "token_revoked", "1 notices of it could not reach")


def test_a_superuser_is_told_about_and_is_a_fault_where_there_are_several_counties(tmp_path):
    with a_database() as engine:
        migrate(engine)
        powerful = open_engine(engine.url.set(username="postgres").render_as_string(hide_password=False))
        alone, many, ordinary = Findings(), Findings(), Findings()
        for found, name in ((alone, "Larkspur County"), (many, "Basalt County")):
            with unit_of_work(powerful, NOW, built_in()) as uow:
                people.create_organization(uow.connection, name, "UTC", NOW)
            here.apart(found, powerful)
        here.apart(ordinary, engine)
        powerful.dispose()
    one(alone.notes, "the database user is a superuser", "CREATE ROLE sipbot", "DATABASE_URL")
    assert (alone.faults, many.notes) == ([], [])
    one(many.faults, "does not keep organizations apart")
    assert (ordinary.faults, ordinary.notes) == ([], [])


async def test_a_calendar_nobody_works_through(tmp_path):
    county = a_county(f"sqlite:///{tmp_path / 'late.sqlite3'}", datetime(2026, 3, 1, tzinfo=UTC))
    found = Findings()
    here.jobs(found, county, MovableClock(datetime(2026, 3, 4, tzinfo=UTC)))
    before = list(found.faults)
    here.jobs(found, county, MovableClock(datetime(2026, 3, 5, 20, tzinfo=UTC)))
    one(found.faults[len(before):], "jobs of Larkspur County are late", "sipbot worker")  # fmt: skip


def fault_of(url: str) -> str:
    engine = open_engine(url)
    found = list(database_faults(engine))
    engine.dispose()
    assert len(found) <= 1
    return found[0] if found else ""


def test_shapes(county):
    assert fault_of(str(county.url)) == ""
    for revision, words in (("0003", "older shape: run sipbot migrate"), ("9999", "newer shape")):
        with county.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        assert words in fault_of(str(county.url))


def test_files(tmp_path, county):
    assert "no folder" in fault_of(f"sqlite:///{tmp_path}/nowhere/s.sqlite3")
    assert "run sipbot migrate" in fault_of(f"sqlite:///{tmp_path}/s.sqlite3")
    assert not (tmp_path / "s.sqlite3").exists()
    (tmp_path / "soup").write_text("Cut the onions." * 1000)
    assert "not a SQLite database" in fault_of(f"sqlite:///{tmp_path}/soup")


@contextmanager
def a_disk(place: Path, *options: str) -> Iterator[Path]:
    """A small file system of its own; only an administrator may make one."""
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", place], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_disk_that_is_nearly_full_and_one_that_cannot_be_written(tmp_path):
    with a_disk(tmp_path / "disk") as place:
        county = a_county(f"sqlite:///{place / 's.sqlite3'}", NOW)
        found = Findings()
        here.disk(found, county)
        one(found.faults, "nearly full", "make room")
        county.dispose()
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        assert "cannot be written" in fault_of(f"sqlite:///{place / 's.sqlite3'}")


def test_a_network_disk_is_refused(county, tmp_path, monkeypatch):
    """What the kernel says of mounts, as it writes it; the last mount on a place counts, the deepest decides."""
    lines = (
        "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
        f"30 22 0:40 / {tmp_path} rw - nfs4 files:/county rw",
        f"31 30 254:1 / {tmp_path}/on\\040this\\040machine rw - xfs /dev/vdb rw",
        "32 22 0:41 / /mnt/share rw - ext4 /dev/vdc rw",
        "33 22 0:42 / /mnt/share rw shared:1 - cifs //files/share rw",
    )
    mounts = tmp_path / "mountinfo"
    mounts.write_text("\n".join(lines) + "\n")
    assert disk.network_kind(tmp_path / "sipbot.sqlite3", mounts) == "nfs4"
    assert disk.network_kind(tmp_path / "on this machine" / "s.sqlite3", mounts) == ""
    assert disk.network_kind(Path("/mnt/share/s.sqlite3"), mounts) == "cifs"
    assert disk.network_kind(Path("/mnt/shared/s.sqlite3"), mounts) == ""
    monkeypatch.setattr(health, "network_kind", lambda file: disk.network_kind(file, mounts))
    said = fault_of(str(county.url))
    assert "network disk (nfs4)" in said
    assert "sqlite.org/wal.html" in said


def test_postgres_does_not_let_us_in(postgres):
    assert "nothing listens" in fault_of("postgresql+psycopg://sip@127.0.0.1:1/sip")
    assert "no database of the name" in fault_of(POSTGRES + "sipbot_nowhere")
    assert "user in DATABASE_URL is not known" in fault_of(POSTGRES.replace("postgres@", "sipbot_nobody@") + "postgres")


class Refusing(socketserver.BaseRequestHandler):
    """A PostgreSQL that knows no password: https://www.postgresql.org/docs/current/protocol-message-formats.html"""

    def handle(self) -> None:
        while (head := self.request.recv(8)) and head[4:] in (b"\x04\xd2\x16\x2f", b"\x04\xd2\x16\x30"):
            self.request.sendall(b"N")  # neither TLS nor GSSAPI
        self.request.recv(4096)
        words = b'SFATAL\0C28P01\0Mpassword authentication failed for user "sip"\0\0'
        self.request.sendall(b"E" + (len(words) + 4).to_bytes(4, "big") + words)


def test_a_wrong_password_is_told_and_not_shown():
    with socketserver.TCPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        said = fault_of(f"postgresql+psycopg://sip:hush-hush@127.0.0.1:{server.server_address[1]}/sip")
        server.shutdown()
    assert "the user or the password in DATABASE_URL is wrong" in said
    assert "hush" not in said


@pytest.mark.parametrize("revision", ["9999", "0003"])
async def test_a_running_replica_says_why_it_is_not_ready(county, revision):
    """Migrated beyond it, or put back behind it."""
    from aiohttp.test_utils import TestClient, TestServer

    from bot.app import build

    app = build(given(county), console=True)
    async with TestClient(TestServer(app.web)) as client:
        assert (await client.get("/readyz")).status == 200
        with county.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        answer = await client.get("/readyz")
        assert answer.status == 503
        reason = (await answer.json())["reason"]
        assert ("newer shape" if revision == "9999" else "older shape") in reason
        assert (await client.get("/healthz")).status == 200
    await app.stop()
