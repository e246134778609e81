"""Slack's blocks for every kind of message and form, against golden files (written anew by SIPBOT_GOLDEN=write)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat import messages
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Button, Message, Span, spans
from bot.renderers.slack_blocks import fallback_text, home, limits, message_blocks, read_metadata, state_values, view
from tests.golden import cases
from tests.golden.compare import FOLDER, assert_golden
from tests.golden.slack_cases import FORM, FORMS, MENTIONS, MESSAGES
from tests.slack_contract import slack_checker


def assert_accepted(blocks: list[dict[str, Any]], most: int = limits.MESSAGE_BLOCKS) -> None:
    """Slack's own schema and limits (the schema where it is at hand)."""
    assert len(blocks) <= most
    for element in walk(blocks):
        kind = element.get("type")
        text = element["text"] if isinstance(element.get("text"), dict) else {}
        assert kind != "header" or len(text["text"]) <= 150
        assert kind != "button" or (len(text["text"]) <= 75 and len(element.get("value", "")) <= 2000)
        assert kind != "actions" or len(element["elements"]) <= 25
        assert kind != "text" or element["text"], "Slack refuses empty text elements"
    checker = slack_checker()
    assert checker is None or checker.block_faults(blocks, most) == []


def walk(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for child in node for found in walk(child)]
    if isinstance(node, dict):
        return [node, *walk(list(node.values()))]
    return []


def words(blocks: Any) -> str:
    """Everything a person reads, one text after the other."""
    return "".join(node["text"] for node in walk(blocks) if isinstance(node.get("text"), str))


TURNS = dict.fromkeys((0x202E, 0x202C, 0x0D))  # what turns the direction of the text is taken out


def check_golden(name: str, found: Any) -> None:
    assert_golden(f"slack/{name}.json", json.dumps(found, ensure_ascii=False, indent=1) + "\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_every_block_kind_has_a_slack_form(name: str) -> None:
    blocks = message_blocks(MESSAGES[name], MENTIONS)
    assert_accepted(blocks)
    check_golden(name, blocks)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_a_modal(name: str) -> None:
    modal = view(FORMS[name])
    assert_accepted(modal["blocks"], limits.VIEW_BLOCKS)
    for part in ("title", "submit", "close"):
        assert 0 < len(modal[part]["text"]) <= 24
    check_golden(name, modal)


def test_a_form_is_a_modal_and_keeps_its_hidden_values() -> None:
    modal = view(FORM, "C1")
    assert_accepted(modal["blocks"], limits.VIEW_BLOCKS)
    assert read_metadata(modal["private_metadata"]) == ("update", {"month": "2026-11"}, "C1")


def test_app_home_has_no_table_block() -> None:
    found = home(MESSAGES["slack_second_table"])
    assert_accepted(found["blocks"], limits.VIEW_BLOCKS)
    assert all(block["type"] != "table" for block in found["blocks"])
    check_golden("home", found)


def test_the_golden_files_are_those_of_the_cases() -> None:
    assert {path.stem for path in (FOLDER / "slack").glob("*.json")} == {*MESSAGES, *FORMS, "home"}


INJECTIONS = (
    *cases.HOSTILE,
    "<!channel>",
    "<!here|here>",
    "<@U1>",
    "<#C1|general>",
    "*b* _i_ ~s~ `c`",
    "](https://evil.example)",
    "<https://evil.example|click>",
    "<script>alert(1)</script>",
    "&amp; & &lt;",
    "```\ncode",
    "> quote",
    ":tada:",
    "@channel",
)


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_people_type_is_only_ever_text(text: str) -> None:
    typed = spans(text)
    link = Span(text, href="https://example.org")
    message = Message(
        (
            messages.Heading(text),
            messages.Text(typed),
            messages.Bullets((typed,)),
            messages.Facts(((text, typed),)),
            messages.Table((text,), ((typed,),)),
            messages.Table((text,), ((typed,),)),
            messages.Image("https://example.org/c.png", text),
            messages.Progress(text, 1, 2),
            messages.Actions((Button(text, "update", (("note", text),)),)),
            messages.Context(typed),
            messages.Context((*typed, link)),
        )
    )
    blocks = message_blocks(message)
    assert_accepted(blocks)
    literal = [node["text"] for node in walk(blocks) if node.get("type") == "text"]
    assert literal.count(text.translate(TURNS)) >= 4, "rich_text takes it as it is"
    for node in walk(blocks):
        if node.get("type") in ("mrkdwn", "plain_text"):
            assert not any(mark in node["text"] for mark in ("<!", "<@", "<#"))
        if node.get("type") == "mrkdwn":
            assert node["text"].count("<") == 1, "the link is ours alone"
            assert not any(mark in node["text"] for mark in ("*b*", "_i_", "~s~", "`", "<script"))
    button = next(node for node in walk(blocks) if node.get("type") == "button")
    assert json.loads(button["value"]) == {"verb": "update", "values": {"note": text}}
    assert not set("<>&") & set(button["value"])
    assert "<" not in fallback_text(message)


def test_two_hundred_paragraphs_share_blocks_and_nothing_is_lost() -> None:
    lines = [f"Line {n}." for n in range(200)]
    blocks = message_blocks(Message((*(messages.Text(spans(line)) for line in lines), messages.Divider())))
    assert_accepted(blocks)
    assert words(blocks) == "\n\n".join(lines)


def test_a_long_message_says_how_much_is_left_out_and_keeps_its_buttons() -> None:
    buttons = messages.Actions((Button("Approve", "newsletter"),))
    blocks = message_blocks(Message((*(messages.Heading(f"Part {n}") for n in range(200)), buttons)))
    assert_accepted(blocks)
    assert len(blocks) == 50
    assert "152 more parts" in words(blocks[48])
    assert blocks[49]["type"] == "actions"


def test_a_long_text_is_split_between_words_and_nothing_is_lost() -> None:
    text = " ".join(f"word{n}" for n in range(1300))
    blocks = message_blocks(Message((messages.Text(spans(text)),)))
    assert_accepted(blocks)
    assert len(blocks) == 4
    assert words(blocks) == text
    assert all(words(block).endswith(" ") for block in blocks[:-1])


def test_buttons_of_a_part_that_is_left_out_are_left_out_with_it() -> None:
    assert values(message_blocks(in_parts(4))) == ["1", "2", "3", "4"]
    assert values(message_blocks(in_parts(6))) == ["1", "2", "3", "4"]
    own = (messages.Divider(), messages.Actions((Button("Approve", "newsletter", (("n", "all"),)),)))
    assert values(message_blocks(in_parts(6).plus(*own))) == ["1", "2", "3", "4", "all"]


def in_parts(count: int) -> Message:
    """Parts between dividers, each with a long text and a button for it."""
    parts: list[messages.Block] = []
    for n in range(1, count + 1):
        button = Button("Approve", "stories", (("n", str(n)),))
        parts += [messages.Divider(), messages.Text(spans("words " * 440)), messages.Actions((button,))]
    return Message(tuple(parts[1:]))


def values(blocks: list[dict[str, Any]]) -> list[str]:
    """What the buttons carry."""
    assert_accepted(blocks)
    return [json.loads(node["value"])["values"]["n"] for node in walk(blocks) if node.get("type") == "button"]


def test_a_text_beyond_slacks_total_is_cut_with_a_word() -> None:
    text = "x" * 20_000
    blocks = message_blocks(Message((messages.Text(spans(text)),)))
    assert_accepted(blocks)
    assert words(blocks).count("x") == 12_000
    assert "8,000 characters" in words(blocks[-1])


def test_a_long_numbered_list_keeps_its_numbers() -> None:
    items = tuple(spans(f"{'item ' * 40}{n}") for n in range(1, 31))
    blocks = message_blocks(Message((messages.Bullets(items, ordered=True),)))
    assert_accepted(blocks)
    assert "\n30. item" in words(blocks)


def test_forty_buttons_fill_two_rows() -> None:
    buttons = tuple(Button(f"Step {n}", "update", (("ref", str(n)),)) for n in range(40))
    blocks = message_blocks(Message((messages.Actions(buttons),)))
    assert_accepted(blocks)
    assert [len(block["elements"]) for block in blocks] == [25, 15]
    assert all(len({e["action_id"] for e in block["elements"]}) == len(block["elements"]) for block in blocks)


def test_a_table_too_large_for_slacks_own_is_still_readable() -> None:
    rows = tuple((spans(f"{n}"), spans("words " * 30)) for n in range(120))
    blocks = message_blocks(Message((messages.Table(("No", "Text"), rows),)))
    assert_accepted(blocks)
    assert {block["type"] for block in blocks} == {"rich_text"}
    assert "left out" in words(blocks[-1])


def test_a_table_wider_than_a_phone_hides_no_column() -> None:
    columns = ("Measure", "Baseline", "Latest", "Target", "Against the pace", "Status")
    row = tuple(spans(text) for text in ("1. Reunification", "31.0 %", "33.5 %", "40.5 %", "−2.1", "behind"))
    blocks = message_blocks(Message((messages.Table(columns, (row,)),)))
    assert [block["type"] for block in blocks] == ["rich_text"]
    assert words(blocks).startswith("1. Reunification\nBaseline: 31.0 % · ")
    assert words(blocks).endswith("Status: behind")


def test_three_hundred_options_become_groups() -> None:
    options = tuple(Option(str(n), f"Step {n} " + "x" * 80) for n in range(300))
    modal = view(Form("Update", "update", (Field("step", "Step", "select", options, value="250"),)))
    assert_accepted(modal["blocks"], limits.VIEW_BLOCKS)
    element = modal["blocks"][0]["element"]
    assert [len(group["options"]) for group in element["option_groups"]] == [100, 100, 100]
    assert [group["label"]["text"] for group in element["option_groups"]] == ["1–100", "101–200", "201–300"]
    assert element["initial_option"] in element["option_groups"][2]["options"]


def test_a_question_without_options_says_so() -> None:
    modal = view(Form("Update", "update", (Field("step", "Step", "select"), Field("note", "Note"))))
    assert_accepted(modal["blocks"], limits.VIEW_BLOCKS)
    assert "nothing to choose from" in words(modal["blocks"][0])


def test_an_option_without_a_value_is_choosing_nothing() -> None:
    options = (Option("", "Whole population"), Option("age", "By age"))
    block = view(Form("Reading", "measure", (Field("group", "Group", "select", options),)))["blocks"][0]
    assert block["optional"]
    assert block["element"]["placeholder"]["text"] == "Whole population"
    assert [option["value"] for option in block["element"]["options"]] == ["age"]


def test_more_hidden_values_than_slack_carries_is_an_error() -> None:
    with pytest.raises(ValueError, match="Slack at most 3000"):
        view(Form("Update", "update", (Field("note", "Note"),), hidden=(("note", "x" * 3000),)))


def test_a_submitted_modal_reads_back_as_our_values() -> None:
    state = {
        "values": {
            "step": {"value": {"type": "static_select", "selected_option": {"value": "1.2.3"}}},
            "none": {"value": {"type": "static_select", "selected_option": None}},
            "note": {"value": {"type": "plain_text_input", "value": "a <b> & c"}},
            "empty": {"value": {"type": "plain_text_input", "value": None}},
            "groups": {"value": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
            "consent": {"value": {"type": "checkboxes", "selected_options": [{"value": "yes"}]}},
            "no": {"value": {"type": "checkboxes", "selected_options": []}},
            "due": {"value": {"type": "datepicker", "selected_date": "2026-11-30"}},
            "owner": {"value": {"type": "users_select", "selected_user": "U1"}},
            "there": {"value": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
        }
    }
    assert state_values(state) == {
        "step": "1.2.3",
        "none": "",
        "note": "a <b> & c",
        "empty": "",
        "groups": "a,b",
        "consent": "yes",
        "no": "",
        "due": "2026-11-30",
        "owner": "<@U1>",
        "there": "<@U1>,<@U2>",
    }


TYPED = st.text(max_size=400) | st.sampled_from(INJECTIONS) | st.just("word " * 900)
SPANS = st.lists(
    st.builds(Span, TYPED, st.booleans(), st.booleans(), st.booleans(), st.sampled_from(("", "https://a.org", "/x"))),
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
    st.builds(messages.Image, TYPED, TYPED),
    st.just(messages.Divider()),
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(BLOCKS, max_size=70).map(tuple))
def test_slack_takes_any_message(found: tuple[messages.Block, ...]) -> None:
    blocks = message_blocks(Message(found))
    assert_accepted(blocks)
    assert sum(len(node["text"]) for node in walk(blocks) if isinstance(node.get("text"), str)) <= limits.MESSAGE_SIZE
    for node in walk(blocks):
        if node.get("type") in ("rich_text_section", "rich_text_list"):
            assert node["elements"], "Slack refuses empty lists"
    json.dumps(blocks).encode()


def test_a_notification_is_never_empty() -> None:
    assert fallback_text(Message((messages.Divider(),)))
    assert fallback_text(Message((messages.Heading("A & <b>"),))) == "A &amp; &lt;b&gt;"
