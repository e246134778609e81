"""Who gets the newsletter by e-mail: lists, one's own subscription, and those who left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.address_list import read_addresses
from storage.models import person
from tests.builders import a_person
from tests.desk import words
from tests.unit.handlers.newsletter_county import APRIL_7, county, desk

__all__ = ["county", "desk"]


def says(desk, text, who="Cora Diaz"):
    return words(desk.says(who, f"/sip newsletter {text}").message)


def test_a_pasted_list_is_read_row_by_row(desk, county):
    form = desk.says("Cora Diaz", "/sip newsletter subscribers add")
    text = "ana@x.example, Ana Ruiz, es\n\nBob Lee <BOB@x.example>\r\ncy@x.example;Cy"
    said = words(desk.submits("Cora Diaz", form, text=text).message)
    assert said.splitlines() == [
        "- ana@x.example: added, in Spanish first.",
        "- bob@x.example: added.",
        "- cy@x.example: added.",
    ]
    listed = says(desk, "subscribers")
    assert "3 subscribers get the newsletter by e-mail, 1 with the Spanish part first" in listed
    assert "- ana@x.example (Ana Ruiz), Spanish first" in listed


def test_a_list_with_a_faulty_row_adds_nobody_and_is_kept(desk, county):
    form = desk.says("Cora Diaz", "/sip newsletter subscribers add")
    reply = desk.submits("Cora Diaz", form, text="ana@x.example\nnobody\nana@x.example\na@b@c.example x")
    ((field, sentence),) = reply.errors.errors
    assert field == "text"
    assert sentence.startswith(
        "Nothing was added. Line 2: “nobody” is not an e-mail address. Line 3: ana@x.example stands"
    )
    assert "Line 4" in sentence
    assert "0 subscribers get" in says(desk, "subscribers")


def test_a_list_does_not_bring_back_who_left_but_asking_alone_does(desk, county):
    says(desk, "subscribers add bob@x.example")
    says(desk, "subscribers remove bob@x.example")
    form = desk.says("Cora Diaz", "/sip newsletter subscribers add")
    said = words(desk.submits("Cora Diaz", form, text="bob@x.example\nana@x.example").message)
    assert "bob@x.example: unsubscribed before, so not added" in said
    assert "1 subscriber gets" in says(desk, "subscribers")
    assert "bob@x.example: back on the list" in says(desk, "subscribers add bob@x.example")
    assert "2 subscribers get" in says(desk, "subscribers")


def test_a_bounce_that_came_later_is_noted_and_lifted(desk, county):
    says(desk, "subscribers add bob@x.example")
    assert "gets no more mail" in says(desk, "bounced bob@x.example mailbox full")
    listed = says(desk, "subscribers")
    assert "0 subscribers get" in listed
    assert "bob@x.example (7 April 2026): mailbox full" in listed
    says(desk, "subscribers add bob@x.example")
    assert "1 subscriber gets" in says(desk, "subscribers")


def test_a_bounce_of_an_evening_has_the_countys_day(desk, county, clock):
    says(desk, "subscribers add bob@x.example")
    clock.move_to(APRIL_7 + timedelta(hours=12))  # in Greenwich it is the next day
    says(desk, "bounced bob@x.example mailbox full")
    assert "bob@x.example (7 April 2026): mailbox full" in says(desk, "subscribers")


def test_an_address_that_is_not_there_is_named(desk, county):
    assert "x@x.example is not on the newsletter's list" in says(desk, "subscribers remove x@x.example")


def test_anybody_may_subscribe_themselves_and_leave_again(desk, county, work):
    with work() as uow:
        mo = a_person(uow, "Mo Lim")
        uow.change(person, person.c.id == mo.id, email="mo@x.example")
        a_person(uow, "No Mail")
    assert "at mo@x.example, with the Spanish part first" in says(desk, "subscribe español", "Mo Lim")
    assert "mo@x.example (Mo Lim), Spanish first" in says(desk, "subscribers")
    assert "you get no more of them" in says(desk, "unsubscribe", "Mo Lim")
    assert "nothing to stop" in says(desk, "unsubscribe", "Mo Lim")
    assert "I do not know your e-mail address" in says(desk, "subscribe", "No Mail")


def test_a_member_does_not_see_the_list(desk, county, work):
    with work() as uow:
        a_person(uow, "Mo Lim")
    assert "is for a coordinator" in says(desk, "subscribers", "Mo Lim")


@pytest.mark.parametrize(
    "line",
    [
        "ana@",
        "@x.example",
        "ana@x",
        "a b@x.example",
        "ana@x..example",
        "jürgen@x.example",
        "a@x.e",
    ],
)
def test_what_no_mail_server_takes_is_a_fault(line):
    assert all(row.fault for row in read_addresses(line))


def test_header_tricks_are_no_addresses():
    (row,) = read_addresses("ana@x.example%0ABcc:evil@x.example")
    assert row.fault
