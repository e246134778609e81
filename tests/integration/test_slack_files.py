"""A file chosen in Slack's modal: fetched from Slack's own hosts only, and handled with the rest of the form."""

from __future__ import annotations

import time

import pytest

from bot.adapters.slack.uploads import is_slacks
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.chat.uploads import LARGEST, Upload, from_value
from storage.models import reading
from tests.fake_slack import Fault, Person
from tests.slack_county import County
from tests.slack_house import House, ann, house
from tests.slack_larkspur import county
from tests.slack_people import Json
from tests.unit.domain.test_workbook import workbook

__all__ = ["ann", "county", "house"]

CSV = b"Monat;Wert\n2026-01;46\n"
FORM = Form(
    "Record",
    "measure record",
    (Field("note", "Note", optional=True), Field("file", "File", "file", (Option("csv", "CSV"),), optional=True)),
)


async def modal(house: House, ann: Person) -> Json:
    house.replies(Reply(form=FORM))
    await ann.types("/sip measure record")
    await house.slack.until(lambda: ann.modal)
    house.replies(Reply(say("Stored.")))
    house.commands.clear()
    assert ann.modal is not None
    return ann.modal


async def test_the_handler_is_given_what_is_in_the_file(house: House, ann: Person) -> None:
    file = house.slack.uploads("März <1>.csv", CSV)
    assert await ann.submits(await modal(house, ann), {"file": [file]}) == {}
    assert from_value(house.last.values["file"]) == Upload("März <1>.csv", CSV)
    assert "base64" not in house.last.delivery_id
    await house.slack.until(lambda: ann.seen)


async def test_a_form_without_a_file_asks_for_none(house: House, ann: Person) -> None:
    await ann.submits(await modal(house, ann), {"note": "x"})
    assert house.last.values == {"note": "x", "file": ""}


async def test_the_same_form_with_another_file_is_another_delivery(house: House, ann: Person) -> None:
    form = await modal(house, ann)
    one, two = house.slack.uploads("a.csv", b"1"), house.slack.uploads("a.csv", b"2")
    for file in (one, two, two):
        await ann.submits(form, {"file": [file]})
    first, second, third = (command.delivery_id for command in house.commands)
    assert first != second == third


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=404), "did not hand over a.csv"),
        (Fault(status=500), "did not hand over a.csv"),
        (Fault(status=302), "did not hand over a.csv"),
        (None, "did not hand over a.csv"),  # no scope: the login page
    ],
)
async def test_a_file_that_cannot_be_had_leaves_the_form_open(
    house: House, ann: Person, fault: Fault | None, told: str
) -> None:
    form = await modal(house, ann)
    house.slack.may_read_files = fault is not None
    house.slack.fail("download", *([fault] if fault else []))
    file = house.slack.uploads("a.csv", CSV)
    body = await ann.submits(form, {"file": [file]})
    assert body["response_action"] == "errors"
    assert told in body["errors"]["file"]
    assert "paste the table instead" in body["errors"]["file"]
    assert not house.commands
    house.slack.may_read_files = True
    assert await ann.submits(form, {"file": [file]}) == {}
    assert from_value(house.last.values["file"]).data == CSV


@pytest.mark.parametrize("told", [LARGEST + 1, 5])
async def test_a_file_that_is_too_large_is_not_taken_whatever_its_size_is_said_to_be(
    house: House, ann: Person, told: int
) -> None:
    file = house.slack.uploads("a.csv", bytes(LARGEST + 1)) | {"size": told}
    body = await ann.submits(await modal(house, ann), {"file": [file]})
    assert body["errors"] == {"file": "a.csv has more than 1 MB. Send the table alone, please."}
    assert not house.commands


async def test_the_token_goes_nowhere_else(house: House, ann: Person) -> None:
    file = house.slack.uploads("a.csv", CSV)
    for url in ("", file["url_private_download"].replace("127.0.0.1", "localhost")):
        form = await modal(house, ann)
        body = await ann.submits(form, {"file": [file | {"url_private_download": url}]})
        assert "did not hand over a.csv" in body["errors"]["file"]


@pytest.mark.parametrize(
    ("url", "api", "expected"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.csv", "https://slack.com/api/", True),
        ("https://files.slack-gov.com/files-pri/T1-F1/a.csv", "https://slack-gov.com/api/", True),
        ("http://files.slack.com/files-pri/T1-F1/a.csv", "https://slack.com/api/", False),
        ("https://files.slack.com@evil.example/a.csv", "https://slack.com/api/", False),
        ("https://files.slack.com:444/a.csv", "https://slack.com/api/", False),
        ("https://files.slack.com.evil.example/a.csv", "https://slack.com/api/", False),
        ("https://files.slack.com\\@evil.example/a.csv", "https://slack.com/api/", False),
        ("https://evil.example/files.slack.com", "https://slack.com/api/", False),
        ("https://[files.slack.com/a.csv", "https://slack.com/api/", False),
        ("http://127.0.0.1:8080/files/a.csv", "http://127.0.0.1:8080/api/", True),
        ("http://127.0.0.1:8081/files/a.csv", "http://127.0.0.1:8080/api/", False),
        ("", "https://slack.com/api/", False),
    ],
)
def test_only_slacks_own_hosts_are_asked(url: str, api: str, expected: bool) -> None:
    assert is_slacks(url, api) is expected


async def test_a_slow_download_closes_the_form_and_is_answered_when_it_is_done(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.slack.adapter.PATIENCE", 0.05)
    file = house.slack.uploads("a.csv", CSV)
    for reply, words in ((Reply(say("Stored.")), "Stored."), (Reply(errors=FormErrors((("file", "No."),))), "No.")):
        form = await modal(house, ann)
        house.replies(reply)
        house.slack.fail("download", Fault(delay=0.3))
        ann.seen.clear()
        before = time.monotonic()
        assert await ann.submits(form, {"file": [file]}) == {}
        assert time.monotonic() - before < 0.25
        await house.slack.until(lambda: ann.seen)
        assert words in ann.seen[0]["text"]
    assert ann.seen[0]["blocks"][-1]["elements"][0]["text"]["text"] == "Open the form"


async def test_a_workbook_uploaded_in_slack_becomes_readings(county: County) -> None:
    cora = county.person("cora")
    await cora.types("/sip measure record")
    broken = county.slack.uploads("r.xlsx", b"PK broken")
    body = await cora.submits(measure="1", file=[broken])
    assert body["errors"]["file"].startswith("Nothing was stored. r.xlsx cannot be opened as a workbook")
    assert county.count(reading) == (0,)
    lines: list[list[object]] = [["Month", "All", "Spanish"], ["2026-01", 0.41, 0.31], ["2026-02", 0.42, "*"]]
    file = county.slack.uploads("r.xlsx", workbook(("Data", lines), ("Notes", [["x"]])))
    assert await cora.submits(measure="1", file=[file]) == {}
    assert "4 new." in cora.text
    assert "the first, “Data”, was read" in cora.text
    assert [row.value for row in county.rows(reading)] == [41.0, 31.0, 42.0, None]
