"""Settings: every fault at once, by name, and never a secret in the sentence."""

from __future__ import annotations

import pytest

from bot.config import SettingsError, load


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "PUBLIC_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)


def test_the_defaults_need_no_environment():
    found = load(_env_file=None)
    assert found.database_url == "sqlite:///sipbot.sqlite3"
    assert not found.slack


def test_all_faults_are_named_at_once(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    monkeypatch.setenv("PORT", "eighty")
    monkeypatch.setenv("PUBLIC_URL", "sip.example.org")
    monkeypatch.setenv("SIPBOT_ZONE", "Mars/Olympus")
    with pytest.raises(SettingsError) as caught:
        load(_env_file=None)
    assert sorted(fault.split(":")[0] for fault in caught.value.faults) == [
        "DATABASE_URL",
        "PORT",
        "PUBLIC_URL",
        "SIPBOT_ZONE",
    ]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"slack_bot_token": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"slack_signing_secret": "s"}, "SLACK_BOT_TOKEN"),
        ({"slack_bot_token": "xoxp-secret", "slack_signing_secret": "s"}, "SLACK_BOT_TOKEN: does not begin with xoxb-"),
    ],
)
def test_half_a_slack_is_refused(given, named):
    with pytest.raises(SettingsError) as caught:
        load(_env_file=None, **given)
    assert named in str(caught.value)
    assert "xoxp-secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_a_hosting_services_address_gets_its_driver(url):
    assert load(_env_file=None, database_url=url).database_url == "postgresql+psycopg://u@h/d"


def test_administrators_are_a_list():
    found = load(_env_file=None, sipbot_admins="U1, Ann@County.Example ,")
    assert found.sipbot_admins == {"U1", "ann@county.example"}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"smtp_url": "smtp://mail.example"}, "SMTP_FROM: SMTP_URL needs SMTP_FROM too"),
        ({"smtp_from": "news@mail.example"}, "SMTP_FROM: SMTP_URL is missing beside it"),
        ({"smtp_url": "http://mail.example", "smtp_from": "news@mail.example"}, "SMTP_URL: give an address like"),
        ({"smtp_url": "smtp://u:secret@h:99999", "smtp_from": "news@mail.example"}, "SMTP_URL: has a port"),
        ({"smtp_url": "smtp://user@mail.example", "smtp_from": "news@mail.example"}, "SMTP_URL: has a user or"),
        ({"smtp_url": "smtp://mail.example", "smtp_from": "news"}, "SMTP_FROM: give an address"),
    ],
)
def test_half_a_mail_server_is_refused(given, named):
    with pytest.raises(SettingsError) as caught:
        load(_env_file=None, **given)
    (fault,) = caught.value.faults
    assert fault.startswith(named)
    assert "secret" not in fault


def test_a_mail_server_with_a_password_is_taken():
    found = load(_env_file=None, smtp_url="smtp://u:p%40ss@mail.example:587", smtp_from="Larkspur <news@mail.example>")
    assert found.mail
    assert not load(_env_file=None).mail
