"""A form that comes back puts nothing back that somebody else changed while it was open."""

from __future__ import annotations

import pytest

from bot.chat.forms import Field, FieldKind, Form, marked, up_to_date


def opened(kind: FieldKind, value: str) -> Form:
    return marked(Form("Change", "change", (Field("it", "It", kind, value=value),), hidden=(("key", "7"),)))


@pytest.mark.parametrize(
    ("kind", "value", "comes_back"),
    [
        ("text", "Forms", "Forms"),
        ("text", "", ""),
        ("long", "one\ntwo", "one\r\ntwo"),
        ("multi", "1,2,3", "3,1,2"),
        ("person", "<@U1>", "<@U1|Ann Ortiz>"),
    ],
)
def test_a_field_that_was_left_alone_is_as_it_is_now(kind, value, comes_back):
    values = {**dict(opened(kind, value).hidden), "it": comes_back}
    assert up_to_date(values, opened(kind, "later")) == {**values, "it": "later"}


@pytest.mark.parametrize(
    ("kind", "value", "comes_back"),
    [
        ("text", "Forms", ""),
        ("multi", "1,2,3", "1,2"),
        ("person", "<@U1>", "<@U2|Ann Ortiz>"),
        ("text", "a|b>", "a|c>"),
    ],
)
def test_a_field_that_was_changed_is_as_it_came(kind, value, comes_back):
    values = {**dict(opened(kind, value).hidden), "it": comes_back}
    assert up_to_date(values, opened(kind, "later")) == values


def test_a_form_without_marks_is_as_it_came():
    assert up_to_date({"it": "Forms"}, opened("text", "later")) == {"it": "Forms"}
