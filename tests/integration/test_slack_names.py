"""What people are called, where Slack says their ids only: in events and in forms."""

from __future__ import annotations

import pytest

from bot.adapters.slack import names
from bot.chat.forms import Field, Form
from bot.chat.replies import Reply
from tests.fake_slack import Fault
from tests.slack_house import CHANNEL, House, in_channel
from tests.slack_people import Person


async def test_who_replies_is_asked_for_once(house: House, ann: Person) -> None:
    house.slack.real_names[ann.user] = "Ann Ortiz"
    post = await in_channel(house)
    await ann.replies(post, "done")
    await ann.replies(post, "and the next one")
    assert [command.actor.name for command in house.commands] == ["Ann Ortiz", "Ann Ortiz"]
    assert house.slack.called("users.info") == [{"user": ann.user}]


async def test_an_email_address_comes_with_the_name_where_the_app_may_read_it(house: House, ann: Person) -> None:
    house.slack.real_names[ann.user] = "Ann Ortiz"
    house.slack.emails[ann.user] = "ann@county.example"
    post = await in_channel(house)
    await ann.replies(post, "done")
    assert house.last.actor.email == "ann@county.example"


async def test_people_chosen_in_a_form_come_with_their_names(house: House, ann: Person) -> None:
    house.slack.real_names["U0BEN00001"] = "Ben <Okafor>"
    house.replies(Reply(form=Form("Members", "workgroup member", (Field("people", "People", "people"),))))
    await ann.types("/sip workgroup member")
    modal = await house.slack.until(lambda: ann.modal)
    await ann.submits(modal, {"people": ["U0BEN00001", "U0EVE00001"]})
    assert house.last.values["people"] == "<@U0BEN00001|Ben Okafor>,<@U0EVE00001>"


async def test_a_mention_with_its_name_is_left_alone(house: House, ann: Person) -> None:
    house.slack.real_names["U0BEN00001"] = "Ben Okafor"
    await ann.says("people add <@U0BEN00001|ben> and <@U0BEN00001>")
    assert house.last.text == "people add <@U0BEN00001|ben> and <@U0BEN00001|Ben Okafor>"


async def test_no_message_has_everybody_asked_about(house: House, ann: Person) -> None:
    await ann.says("win by " + "".join(f"<@U0{number:08}>" for number in range(500)))
    assert len(house.slack.called("users.info")) == names.MOST_ASKED + 1, "and who says it"
    typed = house.last.text
    assert typed.endswith("<@U000000499>")


async def test_what_is_no_id_is_not_asked_about(house: House, ann: Person) -> None:
    await ann.says("a list &lt;@1&gt; &lt;@home&gt;")
    assert house.last.text == "a list <@1> <@home>"
    assert [asked["user"] for asked in house.slack.called("users.info")] == [ann.user]


async def test_a_slack_that_does_not_tell_in_time_costs_the_name_only(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "PATIENCE", 0.05)
    house.slack.real_names[ann.user] = "Ann Ortiz"
    house.slack.fail("users.info", Fault(delay=1))
    await ann.says("me")
    assert (house.last.text, house.last.actor.name) == ("me", "")


async def test_a_missing_permission_costs_the_name_only(house: House, ann: Person) -> None:
    house.slack.fail("users.info", Fault(error="missing_scope"))
    await ann.says("done", channel=CHANNEL)  # not for us
    await ann.says("me")
    assert house.last.actor.name == ""
