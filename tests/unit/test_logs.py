"""The log is JSON, a line an event; secrets and what people wrote are not in it; no text makes a line of its own."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from structlog.contextvars import bound_contextvars

from bot.config import load
from tests.logbook import logbook

log = structlog.get_logger()
TYPED = "Maria G. moved in with her aunt"


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123-456-abcDEF",
        "xoxe.xoxp-1-Mi0yLTEx",
        "xapp-1-A012-345-deadbeef",
        "Bearer abc.def-ghi_jkl=",
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "smtp://news:p%40ss@mail.example:587",
        "https://hooks.slack.com/commands/T1/2/SecretPart",
        "wss://wss-primary.slack.com/link/?ticket=1234-5678",
    ],
)
def test_what_is_shaped_like_a_secret_is_covered_wherever_it_comes_from(secret):
    with logbook() as book:
        log.info("said", words=f"it was {secret} they said", more={"deep": [secret]})
        logging.getLogger("slack_bolt").warning("lost %s", secret)
    assert len(book.lines()) == 2
    assert secret not in book.getvalue()
    assert book.getvalue().count("[hidden]") == 3
    assert "they said" in book.getvalue()


def test_the_settings_own_secrets_are_covered_even_within_other_words():
    settings = load(
        _env_file=None,
        slack_bot_token="xoxb-1",
        slack_signing_secret='sign"ing',
        sipbot_metrics_token="m3trics",
        smtp_url="smtp://news:pa%40ss@mail.example",
        smtp_from="news@county.example",
        database_url="postgresql://sip:dbpass@127.0.0.1/sip",
    )
    assert settings.hidden == {"xoxb-1", 'sign"ing', "m3trics", "pa%40ss", "pa@ss", "dbpass"}
    with logbook(settings.hidden) as book:
        log.error("failed", why="535 no: pa@ss", what='sign"ing', where="zzdbpasszz")
        log.error(str(settings.hidden))
    for secret in settings.hidden | {'sign\\"ing'}:
        assert secret not in book.getvalue()


def test_an_exception_is_told_without_its_words_and_with_its_place():
    with logbook() as book:
        try:
            try:
                raise KeyError(TYPED)
            except KeyError as error:
                raise ValueError(f"cannot read {TYPED}") from error
        except ValueError:
            log.exception("failed")
            logging.getLogger("aiohttp.server").exception("Error handling request")
    for line in book.lines():
        assert "ValueError (its words are left out" in line["exception"]
        assert "KeyError" in line["exception"]
        assert "test_logs.py" in line["exception"]
    assert TYPED not in book.getvalue()


def test_the_databases_rows_stay_out_and_its_own_words_stay():
    with logbook() as book:
        for error in (
            IntegrityError("INSERT", {}, Exception(f"duplicate key\nDETAIL:  Key (note)=({TYPED}) already exists.")),
            OperationalError("SELECT 1", {}, Exception("connection refused")),
        ):
            log.error("failed", exc_info=error)
    assert TYPED not in book.getvalue()
    assert "connection refused" in book.getvalue()


def test_nothing_typed_can_forge_a_line():
    forged = 'x\n{"event": "forged", "level": "info"}\r\u2028\x1b[2J\x00'
    with logbook() as book:
        log.info("said", words=forged)
        logging.getLogger("bot.adapters.slack").warning("said %s", forged)
    lines = [line for line in book.getvalue().split("\n") if line]
    assert len(lines) == 2
    assert [json.loads(line)["event"][:4] for line in lines] == ["said", "said"]
    assert all(character.isprintable() for line in lines for character in line)


def test_libraries_lines_have_the_reference_too_and_only_their_beginning():
    with logbook() as book, bound_contextvars(reference="1a2b3c4d"):
        logging.getLogger("slack_sdk").warning("payload: %s\n%s", "x" * 5000, TYPED)
        logging.getLogger("slack_sdk").info("chatter")
        log.info("ours")
    first, second = book.lines()
    assert (first["reference"], second["reference"]) == ("1a2b3c4d", "1a2b3c4d")
    assert (first["level"], first["logger"]) == ("warning", "slack_sdk")
    assert len(first["event"]) == 300
