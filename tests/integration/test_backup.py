"""`sipbot backup` and `sipbot restore`: what they write, what they refuse, and what a restored county posts."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, func, select, text

from bot.app import App, build
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.cli_backup import _restored
from bot.config import load
from storage import backup, dumps
from storage.db import open_engine, reading
from storage.migrate import Shape, _config, shape
from storage.models import channel, outbox, person
from storage.queries.people import organizations
from storage.uow import unit_of_work
from tests.builders import a_person
from tests.databases import a_county, database, opened
from tests.fake_slack import FakeSlack
from tests.integration.test_cli import sipbot
from tests.postgres import ROLE
from tests.slack_people import TEAM

EVE = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)  # the day before the meeting prompt of 10 March is due
DAY = datetime(2026, 3, 5, 17, 1, tzinfo=UTC)  # 09:01 in California: it is due
SECRET = "a signing secret"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request) -> str:
    if request.param == "postgresql":
        request.getfixturevalue("postgres")  # skips where there is none
    return request.param


@pytest.fixture
def county(kind, tmp_path) -> Iterator[Engine]:
    with database(kind, tmp_path) as url:
        engine = a_county(url, EVE)
        with engine.begin() as connection:
            connection.execute(channel.update().values(platform="slack", workspace=TEAM))
        yield engine
        engine.dispose()


@pytest.fixture
def empty(kind, tmp_path) -> Iterator[Engine]:
    with database(kind, tmp_path) as url:
        engine = opened(url)
        yield engine
        engine.dispose()


def back_up(engine: Engine, file: Path, *, force: bool = False) -> Path:
    write = backup.back_up_sqlite if engine.dialect.name == "sqlite" else dumps.back_up_postgres
    write(engine, file, force=force)
    return file


def restore(engine: Engine, file: Path, at: datetime = EVE, *, force: bool = False) -> Path | None:
    return _restored(engine, file, at, force=force)


def refused(engine: Engine, file: Path, *, force: bool = False) -> str:
    with pytest.raises(backup.NoBackup) as refusal:
        restore(engine, file, force=force)
    assert str(refusal.value).endswith(".")
    return str(refusal.value)


def add_people(engine: Engine, *names: str) -> None:
    with unit_of_work(engine, EVE, built_in()) as uow:
        uow.organization = organizations(uow.connection)[0]
        for name in names:
            a_person(uow, name)


def people(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(person.c.name).order_by(person.c.id)).scalars())


def test_all_that_is_committed_is_in_it_also_what_is_still_in_the_log(county, empty, tmp_path):
    add_people(county, "Ann", "Ben")
    add_people(county, "Cora")
    if county.dialect.name == "sqlite":
        assert Path(f"{county.url.database}-wal").stat().st_size
    file = back_up(county, tmp_path / "b")
    add_people(county, "Dan")
    restore(empty, file)
    assert people(empty) == ["Ann", "Ben", "Cora"]
    assert shape(empty) is Shape.CURRENT


def test_it_is_for_its_owner_alone_replaces_nothing_unasked_and_leaves_nothing_behind(county, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    file = back_up(county, folder / "b")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(backup.NoBackup, match="--force"):
        back_up(county, file)
    assert file.read_bytes() == before
    add_people(county, "Ann")
    assert back_up(county, file, force=True).read_bytes() != before
    assert [path.name for path in folder.iterdir()] == ["b"]
    with pytest.raises(backup.NoBackup, match="cannot be written"):
        back_up(county, folder / "nowhere" / "b")


def test_a_backup_that_fails_leaves_the_last_one_as_it_was(county, tmp_path, monkeypatch):
    file = back_up(county, tmp_path / "b")
    before = file.read_bytes()

    def fails(*_: object) -> str:
        raise backup.NoBackup("It is damaged.")

    monkeypatch.setattr(backup, "check_sqlite", fails)
    monkeypatch.setattr(dumps, "check_dump", fails)
    with pytest.raises(backup.NoBackup, match="damaged"):
        back_up(county, file, force=True)
    assert file.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".b")]


def test_while_a_replica_runs_nothing_is_restored(county, tmp_path):
    file = back_up(county, tmp_path / "b")
    with closing(open_engine(county.url.render_as_string(hide_password=False)).connect()) as replica:
        assert replica.execute(text("SELECT 1")).scalar() == 1
        replica.rollback()
        assert "stop every sipbot process" in refused(county, file, force=True)
        replica.engine.dispose()


def test_a_county_is_replaced_only_when_asked_and_its_file_is_kept(county, tmp_path):
    file = back_up(county, tmp_path / "b")
    add_people(county, "Ann")
    assert "--force" in refused(county, file)
    assert people(county) == ["Ann"]
    old = restore(county, file, force=True)
    assert people(county) == []
    if county.dialect.name == "sqlite":
        assert old is not None
        assert old.name.endswith(".20260304T200000Z.old")
        assert people(open_engine(f"sqlite:///{old}")) == ["Ann"]


def test_a_backup_of_an_older_version_comes_forward(empty, kind, tmp_path):
    with database(kind, tmp_path) as url:
        older = opened(url)
        config = _config()
        with older.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0005")
            connection.execute(
                text(
                    "INSERT INTO organization (name, zone, settings, created_at) "
                    "VALUES ('Larkspur', 'UTC', '{}', '2026-01-01 00:00:00.000000')"
                )
            )
        file = back_up(older, tmp_path / "b")
        older.dispose()
    restore(empty, file)
    assert shape(empty) is Shape.CURRENT
    with reading(empty) as connection:
        assert connection.execute(text("SELECT name FROM organization")).scalars().all() == ["Larkspur"]


def test_a_backup_of_a_newer_version_is_refused(county, empty, tmp_path):
    with county.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    file = back_up(county, tmp_path / "b")
    assert "newer version" in refused(empty, file)
    assert shape(empty) is Shape.NONE


def test_what_is_no_backup_of_ours_is_refused(county, empty, kind, tmp_path):
    soup = tmp_path / "soup.txt"
    soup.write_text("Cut the onions.")
    assert "neither a SQLite database nor a dump" in refused(empty, soup)
    assert "cannot be read" in refused(empty, tmp_path / "nothing")
    foreign = tmp_path / "foreign.sqlite3"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE soup (onions)")
    wanted = "tables are not there" if kind == "sqlite" else "DATABASE_URL names PostgreSQL"
    assert wanted in refused(empty, foreign)
    file = back_up(county, tmp_path / "b")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    said = refused(empty, file)
    assert "damaged" in said or "cannot be read" in said or "failed" in said
    assert shape(empty) is Shape.NONE


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_with_a_page_gone_bad_is_refused(county, empty, tmp_path):
    file = back_up(county, tmp_path / "b")
    pages = bytearray(file.read_bytes())
    for page in range(20, 60):
        pages[page * 4096 : page * 4096 + 2000] = b"\xff" * 2000
    file.write_bytes(pages)
    assert "is damaged" in refused(empty, file)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_database_in_use_is_no_backup_and_no_place_for_one(county, empty):
    place = Path(str(county.url.database))
    add_people(county, "Ann")
    assert "-wal beside it" in refused(empty, place)
    with pytest.raises(backup.NoBackup, match="the database itself"):
        back_up(county, place, force=True)
    assert people(county) == ["Ann"]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_damaged_database_is_set_aside_and_its_log_does_not_get_into_the_new_one(county, tmp_path):
    file = back_up(county, tmp_path / "b")
    county.dispose()
    place = Path(str(county.url.database))
    place.write_bytes(b"no database at all" * 1000)
    place.with_name(place.name + "-wal").write_bytes(b"an old log")
    assert "--force" in refused(county, file)
    old = restore(county, file, force=True)
    assert old is not None
    assert old.read_bytes() == b"no database at all" * 1000
    assert not place.with_name(place.name + "-wal").exists()
    assert people(county) == []


@pytest.mark.parametrize("kind", ["postgresql"])
def test_ids_given_out_since_the_backup_are_not_given_again(county, tmp_path):
    file = back_up(county, tmp_path / "b")
    add_people(county, "Ann")
    with reading(county) as connection:
        ann = connection.execute(select(person.c.id)).scalar_one()
    restore(county, file, force=True)
    add_people(county, "Ben")
    with reading(county) as connection:
        assert connection.execute(select(person.c.id)).scalar_one() > ann + 1000


def app_on(engine: Engine, slack: FakeSlack, at: datetime) -> App:
    url = engine.url.render_as_string(hide_password=False)
    settings = load(
        _env_file=None, database_url=url, slack_bot_token=slack.token, slack_signing_secret=SECRET,
        slack_api_url=slack.api_url,
    )  # fmt: skip
    return build(settings, clock=MovableClock(at))


async def live(engine: Engine, slack: FakeSlack, at: datetime) -> None:
    """One moment of an app's life: what is due is done and delivered."""
    app = app_on(engine, slack, at)
    await app.start(worker=False)
    await app.tick()
    await app.stop()


def posted(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(select(outbox.c.state, outbox.c.remote_id))]


async def test_what_was_decided_and_posted_since_the_backup_is_not_posted_again(county, tmp_path):
    """The prompt was posted after the backup. The restored county decides it again, finds it, and gives it its own
    words and buttons."""
    file = back_up(county, tmp_path / "b")
    async with FakeSlack(SECRET) as slack:
        await live(county, slack, DAY)
        restore(county, file, DAY + timedelta(hours=3), force=True)
        assert posted(county) == []
        await live(county, slack, DAY + timedelta(hours=4))
        [prompt] = slack.posts("CINTAKE")
        assert posted(county) == [("sent", prompt["ts"])]
        assert [call["ts"] for call in slack.called("chat.update")] == [prompt["ts"]]


async def test_what_waited_in_the_backup_and_was_posted_since_is_not_posted_again(county, tmp_path):
    app = build(load(_env_file=None, database_url=county.url.render_as_string(hide_password=False)),
                clock=MovableClock(DAY))  # fmt: skip
    app.runner.tick()
    await app.stop()
    assert posted(county) == [("pending", "")]
    file = back_up(county, tmp_path / "b")
    async with FakeSlack(SECRET) as slack:
        await live(county, slack, DAY)
        restore(county, file, DAY + timedelta(hours=3), force=True)
        await live(county, slack, DAY + timedelta(hours=4))
        [prompt] = slack.posts("CINTAKE")
        assert posted(county) == [("sent", prompt["ts"])]


async def test_what_was_never_posted_is_posted_once(county, tmp_path):
    file = back_up(county, tmp_path / "b")
    restore(county, file, DAY - timedelta(hours=3), force=True)
    async with FakeSlack(SECRET) as slack:
        await live(county, slack, DAY)
        assert len(slack.posts("CINTAKE")) == 1
        assert slack.called("chat.update") == []


def test_the_command_line_says_what_it_did(county, empty, tmp_path):
    county_url, empty_url = (engine.url.render_as_string(hide_password=False) for engine in (county, empty))
    done = sipbot(tmp_path, "backup", "county.backup", DATABASE_URL=county_url)
    assert done.returncode == 0, done.stderr
    assert "Wrote and checked county.backup" in done.stdout
    done = sipbot(tmp_path, "backup", "county.backup", DATABASE_URL=county_url)
    assert (done.returncode, "--force" in done.stderr) == (2, True)
    done = sipbot(tmp_path, "restore", "county.backup", DATABASE_URL=empty_url)
    assert done.returncode == 0, done.stderr
    with reading(empty) as connection:
        assert connection.execute(select(func.count()).select_from(channel)).scalar() == 1
    done = sipbot(tmp_path, "restore", "plan.txt", DATABASE_URL=empty_url)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def a_program(folder: Path, name: str, script: str) -> None:
    """A stand-in for one of PostgreSQL's programs."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("kind", ["postgresql"])
class TestPostgresPrograms:
    """Of another version, not there, or in the way of a secret."""

    def run(self, county: Engine, tmp_path: Path, path: str) -> tuple[int, str]:
        url = county.url.set(password="s3cret&more").render_as_string(hide_password=False)
        done = sipbot(tmp_path, "backup", "b", DATABASE_URL=url, PATH=path)
        assert "s3cret" not in done.stderr + done.stdout
        assert not (tmp_path / "b").exists()
        return done.returncode, done.stderr

    def test_not_installed(self, county, tmp_path):
        code, said = self.run(county, tmp_path, str(tmp_path))
        assert (code, "postgresql-client" in said) == (2, True)

    def test_older_than_the_server(self, county, tmp_path):
        mismatch = "pg_dump: error: aborting because of server version mismatch"
        a_program(tmp_path, "pg_dump", f"echo '{mismatch}' >&2; echo 'detail: server 17, pg_dump 15' >&2; exit 1")
        code, said = self.run(county, tmp_path, f"{tmp_path}:{os.environ['PATH']}")
        assert (code, "older than the server" in said) == (2, True)

    def test_it_fails(self, county, tmp_path):
        a_program(tmp_path, "pg_dump", "echo 'pg_dump: error: permission denied for s3cret&more' >&2; exit 1")
        code, said = self.run(county, tmp_path, f"{tmp_path}:{os.environ['PATH']}")
        assert (code, "permission denied for ***" in said) == (2, True)

    def test_a_password_goes_by_the_environment_only(self, county, tmp_path):
        a_program(
            tmp_path, "pg_dump", f'echo "$@" > {tmp_path}/arguments; echo "$PGPASSWORD" > {tmp_path}/word; exit 1'
        )
        self.run(county, tmp_path, f"{tmp_path}:{os.environ['PATH']}")
        assert (tmp_path / "word").read_text() == "s3cret&more\n"
        assert f"--dbname=postgresql://{ROLE}@127.0.0.1" in (tmp_path / "arguments").read_text()
        assert "s3cret" not in (tmp_path / "arguments").read_text()
