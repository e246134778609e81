"""What must hold for any Adaptive Card: Teams' limits, Microsoft's schema, and no markup but ours."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from markdown_it import MarkdownIt

from bot.renderers.adaptive_card import VERB
from tests.conftest import SHARED

JOINER = "\u2060"
READER = MarkdownIt("js-default", {"html": True})


@cache
def schema() -> Any:
    """Microsoft's JSON Schema of Adaptive Cards 1.5, where it is at hand."""
    path = SHARED / "teams" / "adaptive-card-1.5.schema.json"
    if not path.is_file():
        return None
    jsonschema = pytest.importorskip("jsonschema")
    return jsonschema.Draft6Validator(json.loads(path.read_text("utf-8")))


def assert_accepted(card: dict[str, Any]) -> None:
    """Within Teams' limits, and valid by the schema but for what is Teams' own."""
    assert len(json.dumps(card)) <= 25_000
    assert card["version"] == "1.5"
    assert card["body"] or card.get("actions"), "never an empty card"
    for node in walk(card):
        assert node.get("type") != "ActionSet" or 0 < len(node["actions"]) <= 6
        assert node.get("type") not in ("TextBlock", "TextRun") or node["text"]
        assert node.get("type") != "RichTextBlock" or node["inlines"]
        if node.get("type") == "Action.Execute":
            assert node["verb"] == VERB
            assert node["fallback"]["type"] == "Action.Submit"
            assert node["fallback"]["data"] == node["data"]
    for entity in card["msteams"].get("entities", ()):
        assert any(entity["text"] in text for text in marked_texts(card)), "Teams refuses a mention it does not find"


def assert_valid(card: dict[str, Any]) -> None:
    validator = schema()
    if validator is None:
        return
    known = json.loads(json.dumps(without(card, ("msteams", "choices.data"))))
    for node in walk(known):
        if node.get("style") == "filtered":  # of version 1.5, but the schema forgets it
            node["style"] = "compact"
    assert [error.message for error in validator.iter_errors(known)] == []


def without(node: Any, keys: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [without(child, keys) for child in node]
    if isinstance(node, dict):
        return {key: without(child, keys) for key, child in node.items() if key not in keys}
    return node


def walk(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for child in node for found in walk(child)]
    if isinstance(node, dict):
        return [node, *walk(list(node.values()))]
    return []


def marked_texts(card: dict[str, Any]) -> list[str]:
    """The texts Teams reads as Markdown."""
    return [
        node[key]
        for node in walk(card["body"])
        for kind, key in (
            ("TextBlock", "text"),
            ("Input.Toggle", "title"),
            (None, "title"),
            (None, "value"),
            ("any", "errorMessage"),
        )
        if isinstance(node.get(key), str)
        and (node.get("type") == kind or (kind == "any" and "type" in node))
        and not (key == "value" and "title" in node and "choices" in node)
    ]


def words(card: dict[str, Any]) -> str:
    """What a person reads in the body, one text a line, without joiners."""
    keys = ("text", "title", "value", "label", "altText")
    texts = [node[key] for node in walk(card["body"]) for key in keys if isinstance(node.get(key), str)]
    return "\n".join(texts).replace(JOINER, "")


def markup(text: str) -> list[str]:
    """What the fullest Markdown reader takes for markup: more than Teams reads."""
    tokens = [token for block in READER.parse(text) for token in (block, *(block.children or ()))]
    plain_kinds = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak"}
    return [token.type for token in tokens if token.type not in plain_kinds]


def read(text: str) -> str:
    """The words a Markdown reader shows."""
    tokens = (token for block in READER.parse(text) for token in block.children or ())
    return " ".join("".join(" " if token.type == "softbreak" else token.content for token in tokens).split())


def assert_no_markup(card: dict[str, Any]) -> None:
    for text in marked_texts(card):
        found = set(markup(text)) - {"link_open", "link_close"}
        assert not found, (text, found)
        assert markup(text).count("link_open") == text.count("[page](https://example.org)")
    for node in walk(card["body"]):
        for key in ("text", "title", "label", "errorMessage", "placeholder"):
            if isinstance(node.get(key), str) and not node.get("type", "").startswith("Action."):
                assert "{{" not in node[key]
                assert "<at" not in node[key].lower()
