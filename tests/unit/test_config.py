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


KEY = "a-3PnYfcWQ8xkZ0m5vUeRtLbHg7aJsD2iO"
MANY = {
    "slack_client_id": "1.2",
    "slack_client_secret": "client-secret",
    "slack_signing_secret": "s",
    "public_url": "https://sip.example.org",
    "sipbot_secret_key": KEY,
}


@pytest.mark.parametrize(
    ("differs", "named"),
    [
        ({"slack_client_secret": ""}, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together"),
        ({"slack_client_id": ""}, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together"),
        ({"slack_signing_secret": ""}, "SLACK_CLIENT_ID needs SLACK_SIGNING_SECRET"),
        ({"slack_bot_token": "xoxb-1"}, "take one of them away"),
        ({"public_url": ""}, "SLACK_CLIENT_ID needs PUBLIC_URL"),
        ({"sipbot_secret_key": ""}, "SLACK_CLIENT_ID needs SIPBOT_SECRET_KEY"),
        ({"sipbot_secret_key": "guess-me"}, "SIPBOT_SECRET_KEY: its secret no. 1 can be guessed"),
    ],
)
def test_half_of_many_workspaces_is_refused(differs, named):
    assert load(_env_file=None, **MANY).many
    with pytest.raises(SettingsError) as caught:
        load(_env_file=None, **{**MANY, **differs})
    assert named in str(caught.value)
    assert "client-secret" not in str(caught.value)
    assert "guess-me" not in str(caught.value)


def test_secrets_do_not_show():
    shown = repr(load(_env_file=None, **MANY))
    assert KEY not in shown
    assert "client-secret" not in shown


def test_several_tenants_are_a_list():
    teams = {"teams_app_id": "a", "teams_app_password": "p"}
    found = load(_env_file=None, **teams, teams_tenant_id="one, two")
    assert (found.tenants, found.many) == (("one", "two"), True)
    found = load(_env_file=None, **teams, teams_tenant_id="one")
    assert (found.tenants, found.many) == (("one",), False)


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
