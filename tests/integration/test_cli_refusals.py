"""What the command line cannot do it says in a sentence, holding up nobody and leaving nothing half done."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from bot.chat.compose import built_in
from bot.config import SettingsError, alone, load
from storage.db import open_engine
from storage.models import person
from storage.queries.people import organizations
from storage.uow import unit_of_work
from tests.builders import a_person
from tests.integration.test_cli import ROOT, home, imported, planned, rows, sipbot

__all__ = ["home", "imported", "planned"]  # fixtures

OUT_OF_REACH = "postgresql://u:p@127.0.0.1:1/x"
COMMANDS = (
    ("organizations",),
    ("outbox", "retry"),
    ("report", "2026-03", "--out", "x.md"),
    ("audit", "prune", "--before", "2020-01-01"),
    ("export", "--out", "x.zip"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_database_a_command_says_so_and_makes_none(home, command):
    done = sipbot(home, *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no database at {home / 'sipbot.sqlite3'} yet: run sipbot migrate" in done.stderr
    assert [one.name for one in home.iterdir()] == ["plan.txt"]


def test_a_migration_that_cannot_be_says_why(home, planned):
    newer = home / "newer.sqlite3"
    shutil.copy(home / "sipbot.sqlite3", newer)
    with create_engine(f"sqlite:///{newer}").begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for url, why in (
        ("sqlite:///newer.sqlite3", "newer shape"),
        ("sqlite:///none/sipbot.sqlite3", "/none: make it, or correct DATABASE_URL"),
        (OUT_OF_REACH, "nothing listens at that address"),
    ):
        for command in (("migrate",), ("plan", "import", "plan.txt")):
            done = sipbot(home, *command, DATABASE_URL=url)
            assert done.returncode == 2
            assert why in done.stderr
            assert "Traceback" not in done.stderr
    assert sipbot(home, "migrate", DATABASE_URL="sqlite:///sipbot.sqlite3").returncode == 0


def test_an_export_is_for_its_owner_alone_and_needs_a_folder(planned):
    assert sipbot(planned, "export", "--out", "all.zip").returncode == 0
    assert stat.S_IMODE((planned / "all.zip").stat().st_mode) == 0o600
    done = sipbot(planned, "export", "--out", "none/all.zip")
    assert done.returncode == 2
    assert "none/all.zip cannot be written: No such file or directory." in done.stderr


def test_an_export_or_report_does_not_take_the_databases_place(planned):
    for command in (("export",), ("report", "2026-03")):
        done = sipbot(planned, *command, "--out", "sipbot.sqlite3")
        assert (done.returncode, done.stdout) == (2, "")
        assert "sipbot.sqlite3 is the database itself: choose another name." in done.stderr
    assert rows(planned, "SELECT count(*) FROM organization") == [(1,)]


def test_of_several_with_a_name_nobody_is_forgotten_until_one_is_meant(planned):
    with unit_of_work(open_engine(f"sqlite:///{planned / 'sipbot.sqlite3'}"), datetime.now(UTC), built_in()) as uow:
        uow.organization = organizations(uow.connection)[0]
        for name in ("Ann Ortiz", "Ann Other"):
            a_person(uow, name)
        former = a_person(uow, "Ann Former")
        uow.change(person, person.c.id == former.id, active=False)
    done = sipbot(planned, "person", "forget", "Ann", "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "could be Ann Ortiz, Ann Other, Ann Former (removed). Which one?" in done.stderr
    assert f"  {former.id}  Ann Former (removed)" in done.stderr
    assert len(rows(planned, "SELECT name FROM person WHERE erased_at IS NULL")) == 3
    assert sipbot(planned, "person", "forget", str(former.id), "--yes").returncode == 0
    assert rows(planned, "SELECT name FROM person WHERE erased_at IS NULL") == [("Ann Ortiz",), ("Ann Other",)]


def test_whoever_is_asked_whether_to_forget_somebody_holds_up_nobody(planned):
    engine = open_engine(f"sqlite:///{planned / 'sipbot.sqlite3'}")
    with unit_of_work(engine, datetime.now(UTC), built_in()) as uow:
        uow.organization = organizations(uow.connection)[0]
        a_person(uow, "Ann Ortiz")
    asking = subprocess.Popen(
        [sys.executable, "-m", "bot", "person", "forget", "Ann Ortiz"],
        cwd=planned, env={"PATH": "/usr/bin", "HOME": str(planned), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert asking.stdout
    assert asking.stdout.read(len("Erase Ann Ortiz")) == "Erase Ann Ortiz"
    began = time.monotonic()
    with engine.begin() as connection:
        connection.execute(text("UPDATE person SET nudges = 0"))
    assert time.monotonic() - began < 4  # the lock is waited for 5 s
    said, _ = asking.communicate("y\n", timeout=60)
    assert "1" in said
    assert rows(planned, "SELECT name FROM person") == [("a former member",)]


@pytest.mark.parametrize("url", ["postgresql://u:a[b@h/d", "postgresql://u:p@h:port/d"])
def test_an_address_that_is_none_is_a_fault_of_its_setting(url):
    with pytest.raises(SettingsError, match="DATABASE_URL: is no address"):
        load(_env_file=None, database_url=url)


def test_settings_that_are_not_text_are_told(tmp_path):
    file = tmp_path / "settings"
    file.write_bytes("SMTP_FROM=Bürgeramt".encode("latin-1"))
    with pytest.raises(SettingsError, match="cannot be read"):
        load(_env_file=file)


def test_a_demo_has_no_part_in_a_real_countys_chat(monkeypatch):
    for name, value in (("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1"), ("SIPBOT_CONSOLE", "1")):
        monkeypatch.setenv(name, value)
    given = alone(database_url="sqlite:///x.sqlite3")
    assert (given.slack, given.slack_app_token, given.sipbot_console) == (False, "", False)
    assert load(_env_file=None).slack
