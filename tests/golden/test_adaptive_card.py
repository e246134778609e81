"""Adaptive Cards for every kind of message and form, against golden files (written anew by SIPBOT_GOLDEN=write)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import messages
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Button, Message, Span, spans
from bot.renderers.adaptive_card import card_values, dialog_card, fallback_text, form_card, message_card, read_action
from bot.renderers.safety import clean
from tests.golden import cases
from tests.golden.adaptive_card_cases import (
    BEN,
    FORMS,
    INJECTIONS,
    LONG,
    MENTIONS,
    MESSAGES,
    TEAMS_FORMS,
    TEAMS_OWN,
    form_of,
    message_of,
)
from tests.golden.adaptive_card_checks import (
    JOINER,
    assert_accepted,
    assert_no_markup,
    assert_valid,
    markup,
    read,
    schema,
    walk,
    words,
)
from tests.golden.compare import FOLDER, assert_golden

PAGE = "https://sip.example.org/r/november"


def check_golden(name: str, found: Any) -> None:
    assert_golden(f"adaptive_card/{name}.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_every_block_kind_has_a_card(name: str) -> None:
    card = message_card(MESSAGES[name], MENTIONS)
    assert_accepted(card)
    check_golden(name, card)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_a_card_and_a_dialog(name: str) -> None:
    for suffix, card in (("", form_card(FORMS[name])), ("_dialog", dialog_card(FORMS[name]))):
        assert_accepted(card)
        check_golden(name + suffix, card)


def test_errors_stand_above_their_fields() -> None:
    card = form_card(FORMS["form_every_field"], {"title": "Typed before"}, cases.ERRORS)
    assert_accepted(card)
    check_golden("form_with_errors", card)


def test_the_golden_files_are_those_of_the_cases() -> None:
    stems = {*MESSAGES, *FORMS, *(f"{name}_dialog" for name in FORMS), "form_with_errors", "digest"}
    assert {path.stem for path in (FOLDER / "adaptive_card").glob("*.json")} == stems


@pytest.mark.parametrize("path", sorted((FOLDER / "adaptive_card").glob("*.json")), ids=lambda path: path.stem)
def test_every_card_is_valid_by_microsofts_schema(path: Path) -> None:
    if schema() is None:
        pytest.skip("the Adaptive Cards schema is not at hand")
    assert_valid(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_people_type_is_only_ever_text(text: str) -> None:
    card = message_card(message_of(text), MENTIONS)
    assert_accepted(card)
    assert_valid(card)
    assert_no_markup(card)
    button = next(node for node in walk(card) if node.get("type") == "Action.Execute")
    assert read_action(button["data"]) == ("update", {"note": text})
    form = form_card(form_of(text), None, FormErrors((("check", text), ("", text))))
    assert_valid(form)
    assert_no_markup(form)
    assert set(markup(fallback_text(Message((), text)))) == set()


TYPED = (
    st.text(max_size=60)
    | st.text(alphabet="*_`~[](){}<>!&#;\\ab1. \n-+=|\"'", max_size=30)
    | st.sampled_from(INJECTIONS)
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(TYPED, TYPED)
def test_no_text_ever_yields_markup(first: str, second: str) -> None:
    typed = messages.Text((Span(first), Span(second), Span("page", href="https://example.org"), Span(second)))
    facts = messages.Facts(((first, (Span(second), Span(first))), (second, (Span(first, person=8), Span(second)))))
    card = message_card(
        Message(
            (messages.Heading(first), typed, messages.Bullets((typed.spans,)), messages.Facts(facts.rows[:1])), second
        )
    )
    assert_accepted(card)
    assert_no_markup(card)
    assert_no_markup(form_card(form_of(first)))
    message_card(message_of(first, person=7), MENTIONS)
    assert_accepted(message_card(Message((facts,)), {8: "29:x"}))


@pytest.mark.parametrize(
    "text", ["snake_case and 3 < 4 & 5 > 2", "AT&T said “no!” (twice)", "50% [draft] #4 1.2.3", "R\\S"]
)
def test_ordinary_marks_are_read_as_they_were_written(text: str) -> None:
    heading = message_card(Message((messages.Heading(text),)))["body"][0]["text"]
    assert read(heading).replace(JOINER, "") == text


STYLED = st.lists(
    st.builds(
        Span,
        TYPED.filter(lambda text: "\n" not in text and "\r" not in text),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
)
LOOKS_LIKE = str.maketrans("*`_~", "∗ˋˍ∼")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(STYLED, STYLED)
def test_beside_a_link_bold_is_bold_and_every_word_is_there(before: list[Span], after: list[Span]) -> None:
    line = (*before, Span("page", href="https://example.org"), *after)
    (block,) = message_card(Message((messages.Text(line),)))["body"]
    bold = [span for span in line if (span.bold or span.code) and clean(span.text).strip()]
    assert markup(block["text"]).count("strong_open") == markup(block["text"]).count("strong_close") == len(bold)
    assert set(markup(block["text"])) <= {"strong_open", "strong_close", "link_open", "link_close"}
    written = " ".join(clean("".join(span.text for span in line)).split())
    # White space of whatever kind at the ends does not count: Markdown takes it off.
    shown = " ".join(read(block["text"]).replace(JOINER, "").split())
    assert shown.translate(LOOKS_LIKE) == " ".join(written.replace(JOINER, "").split()).translate(LOOKS_LIKE)


SPANS = st.lists(
    st.builds(
        Span,
        TYPED | st.just("word " * 900),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from(("", "https://a.org", "/x")),
        st.sampled_from((None, 7, 8)),
    ),
    max_size=4,
).map(tuple)
BLOCKS = st.one_of(
    st.builds(messages.Heading, TYPED, st.integers(1, 3)),
    st.builds(messages.Text, SPANS),
    st.builds(messages.Context, SPANS),
    st.builds(messages.Bullets, st.lists(SPANS, max_size=6).map(tuple), st.booleans()),
    st.builds(messages.Facts, st.lists(st.tuples(TYPED, SPANS), max_size=4).map(tuple)),
    st.builds(messages.Table, st.just(("a", "b")), st.lists(st.tuples(SPANS, SPANS), max_size=4).map(tuple)),
    st.builds(messages.Progress, TYPED, st.integers(0, 30), st.integers(0, 30)),
    st.builds(messages.Image, TYPED | st.just("https://example.org/c.png"), TYPED),
    st.builds(
        messages.Actions,
        st.lists(st.builds(Button, TYPED, TYPED, url=st.sampled_from(("", "https://a.org", "/x"))), max_size=9).map(
            tuple
        ),
    ),
    st.just(messages.Divider()),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCKS, max_size=40).map(tuple))
def test_teams_takes_any_message(found: tuple[messages.Block, ...]) -> None:
    card = message_card(Message(found), MENTIONS, page_url=PAGE)
    assert_accepted(card)
    assert_valid(card)


def test_bold_beside_a_link_stays_bold() -> None:
    line = (Span("x"), Span("/sip me ", bold=True), Span("y "), Span("page", href="https://example.org"))
    (block,) = message_card(Message((messages.Text(line),)))["body"]
    assert markup(block["text"]) == ["strong_open", "strong_close", "link_open", "link_close"]
    assert read(block["text"]).replace(JOINER, "") == "x/sip me y page"


def test_a_mention_names_its_person_and_nobody_else() -> None:
    line = (Span("Ann A.", person=7), Span(" <at>Ann A.</at> "), Span("Ann A.", person=9), Span("Ben", person=8))
    card = message_card(Message((messages.Text(line),)), {7: "29:one", 9: "29:two"})
    assert [entity["mentioned"] for entity in card["msteams"]["entities"]] == [
        {"id": "29:one", "name": "Ann A."},
        {"id": "29:two", "name": "Ann A."},
    ]
    text = card["body"][0]["text"]
    assert [text.count(entity["text"]) for entity in card["msteams"]["entities"]] == [1, 1]
    assert text.count("<at>") == 2, "what was typed calls nobody, nor does a person without Teams"


def test_a_long_report_is_a_digest_with_a_link() -> None:
    card = message_card(LONG, page_url=PAGE)
    assert_accepted(card)
    assert len(json.dumps(card)) > 23_000, "as much as fits"
    line, page, approve = card["body"][-3:]
    assert "more parts on the page" in line["inlines"][0]["text"]
    assert page["actions"] == [{"type": "Action.OpenUrl", "url": PAGE, "title": "Read the whole page"}]
    assert approve["actions"][0]["title"] == "Approve"
    assert card["body"][-4]["type"] == "RichTextBlock", "no heading without what it heads"
    check_golden("digest", card)


def test_without_a_page_a_digest_says_what_is_missing() -> None:
    card = message_card(LONG)
    assert_accepted(card)
    assert "left out: this is more than Teams shows" in card["body"][-2]["inlines"][0]["text"]


def test_buttons_of_a_part_that_is_left_out_are_left_out_with_it() -> None:
    assert labels(in_parts(2)) == ["1", "2"]
    assert labels(in_parts(4)) == ["1", "2"]
    own = (messages.Divider(), messages.Actions((Button("All", "newsletter"),)))
    assert labels(in_parts(4).plus(*own)) == ["1", "2", "All"]


def in_parts(count: int) -> Message:
    """Parts between dividers, each with a long text and a button for it."""
    parts: list[messages.Block] = []
    for n in range(1, count + 1):
        text = messages.Text(spans("words " * 1_850))
        parts += [messages.Divider(), text, messages.Actions((Button(str(n), "stories"),))]
    return Message(tuple(parts[1:]))


def labels(message: Message) -> list[str]:
    card = message_card(message)
    assert_accepted(card)
    return [action["title"] for row in card["body"] for action in row.get("actions", ())]


def test_a_long_paragraph_is_split_between_words_and_nothing_is_lost() -> None:
    text = " ".join(f"word{n}" for n in range(900))
    card = message_card(Message((messages.Text(spans(text)),)))
    assert_accepted(card)
    assert "".join(run["text"] for node in card["body"] for run in node["inlines"]) == text


def test_a_paragraph_beyond_a_card_is_begun() -> None:
    card = message_card(Message((messages.Text(spans("word " * 12_000)),)))
    assert_accepted(card)
    assert words(card).count("word ") > 4_000
    assert "more parts left out" in words(card)


def test_buttons_stand_in_rows_that_a_phone_shows_whole() -> None:
    labels = ("Edit", "Undo", "Open the report", "Help", "Record what the workgroup has decided", *"abcdefgh")
    card = message_card(Message((messages.Actions(tuple(Button(label, "me") for label in labels)),)))
    rows = [[action["title"] for action in row["actions"]] for row in card["body"]]
    assert rows[:3] == [["Edit", "Undo", "Open the report"], ["Help"], ["Record what the workgroup has decided"]]
    assert rows[3:] == [list("abcdef"), list("gh")]


def test_buttons_beyond_a_card_are_counted() -> None:
    huge = Button("Too much", "update", (("note", "z" * 30_000),))
    card = message_card(Message((messages.Text(spans("Here:")), messages.Actions((huge,)))), page_url=PAGE)
    assert_accepted(card)
    assert "1 more part on the page" in words(card)


def test_a_table_wider_than_a_phone_hides_no_column() -> None:
    card = message_card(TEAMS_OWN["teams_wide_table"])
    assert not [node for node in walk(card) if node.get("type") == "Table"]
    lines = ["".join(run["text"] for run in block["inlines"]) for block in card["body"]]
    assert lines[:2] == [
        "1. Reunification",
        "Baseline: 31.0 % · Latest: 33.5 % · Target: 40.5 % · Against the pace: −2.1 · Status: behind",
    ]


def test_facts_too_wide_for_two_columns_are_paragraphs() -> None:
    address = "firstname.lastname@humanservices.larkspur.example"
    card = message_card(Message((messages.Facts((("E-mail", spans(address)), ("Role", ()))),)))
    assert [block["type"] for block in card["body"]] == ["RichTextBlock", "RichTextBlock"]
    assert words(card).replace("\u200b", "") == f"E-mail: \n{address}\nRole: \n–"


def test_a_word_wider_than_a_phone_can_be_broken() -> None:
    card = message_card(Message((messages.Text(spans("See " + "x" * 70)),)))
    assert [len(part) for part in words(card).split()[1].split("\u200b")] == [30, 30, 10]


def test_a_fact_of_two_lines_keeps_both() -> None:
    card = message_card(Message((messages.Facts((("Note", spans("one\ntwo")),)),)))
    assert card["body"][0]["facts"][0]["value"] == "one\n\ntwo"


def test_a_last_divider_and_an_empty_message_still_make_a_card() -> None:
    for message in (Message((messages.Divider(),)), Message(()), Message((), "Stored")):
        assert_accepted(message_card(message))
    assert words(message_card(Message((), "Stored"))) == "Stored"


def test_three_hundred_options_are_cut_in_words_and_the_chosen_one_stays() -> None:
    options = tuple(Option(str(n), f"Step {n} " + "x" * 80) for n in range(300))
    form = Form("Update", "update", (Field("step", "Step", "select", options, value="299"), Field("note", "Note")))
    card = form_card(form)
    assert_accepted(card)
    step = next(node for node in card["body"] if node["type"] == "Input.ChoiceSet")
    assert step["style"] == "filtered"
    assert step["choices"][-1]["value"] == step["value"] == "299"
    assert f"{len(step['choices'])} of 300 are offered here" in words(card)


def test_a_form_beyond_a_card_is_an_error() -> None:
    with pytest.raises(ValueError, match="Teams at most 25000"):
        form_card(Form("Update", "update", (Field("note", "Note", "long", value="x" * 30_000),)))


def test_a_choice_that_is_gone_stays_chosen() -> None:
    form = Form("Update", "update", (Field("status", "Status", "select", cases.STATUSES, "retired"),))
    (status,) = [node for node in form_card(form)["body"] if node["type"] == "Input.ChoiceSet"]
    assert status["value"] == "retired"
    assert {"title": "retired", "value": "retired"} in status["choices"]


def test_anybody_can_be_picked_where_a_field_brings_no_choices() -> None:
    leader, people = form_card(TEAMS_FORMS["teams_form"])["body"][1:4:2]
    assert leader["choices.data"] == {"type": "Data.Query", "dataset": "graph.microsoft.com/users"}
    assert leader["value"] == BEN
    assert people["value"] == f"{BEN},7"
    assert people["choices"] == [{"title": "7", "value": "7"}]


def test_a_submitted_card_reads_back_as_our_values() -> None:
    data = {
        "verb": "update",
        "hidden": {"month": "2026-11", "number": 4},
        "form": True,
        "select:step": "1.2.3",
        "long:note": "a <b>, & c",
        "text:true": "true",
        "text:gone": None,
        "multi:groups": "a, b",
        "check:consent": "true",
        "check:no": "false",
        "date:due": "2026-11-30",
        "person:owner": BEN,
        "people:there": f"{BEN},7",
        "people:none": "",
        "msteams": {"type": "task/fetch"},
        "text:verb": "mine",
    }
    values = {
        "step": "1.2.3",
        "note": "a <b>, & c",
        "true": "true",
        "gone": "",
        "groups": "a,b",
        "consent": "yes",
        "no": "",
        "due": "2026-11-30",
        "owner": f"<@{BEN}>",
        "there": f"<@{BEN}>,7",
        "none": "",
        "verb": "mine",
    }
    assert card_values(data) == values
    assert read_action(data) == ("update", {"month": "2026-11", "number": "4", **values})


@pytest.mark.parametrize(
    "data", [{"dlg": "report"}, {"verb": "update", "values": "x"}, {"verb": "update", "form": True}]
)
def test_data_that_is_not_ours_is_an_error(data: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        read_action(data)


def test_somebody_outside_the_directory_stays_chosen_and_comes_back() -> None:
    value = f"<@29:dana|Whitfield, Dana>,<@{BEN}|Ben Okafor>"
    form = Form("Members", "workgroup member", (Field("people", "People", "people", value=value),))
    (_, people) = form_card(form)["body"]
    assert people["choices"] == [{"title": "Whitfield, Dana", "value": "<@29:dana>"}]
    assert card_values({people["id"]: people["value"]}) == {"people": f"<@29:dana>,<@{BEN}>"}


def test_a_notification_is_never_empty() -> None:
    assert fallback_text(Message((messages.Divider(),))) == "A new message"
    assert fallback_text(Message((messages.Heading("A & <b>"),))).replace(JOINER, "") == "A & <b>"
    assert len(fallback_text(Message((), "x" * 500))) == 200
