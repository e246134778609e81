"""Forms as Slack modals, and back: what a submitted modal holds as the values of our fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from bot.chat.calls import CALL, SLASH
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Heading, Message
from bot.renderers.slack_blocks import limits
from bot.renderers.slack_blocks.blocks import Block, view_blocks
from bot.renderers.slack_blocks.text import Element, carried, cut, plain_text

ACTION = "value"  # every input's action_id; its block_id is the field's name, which is where errors are shown
_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|\b([UW][A-Z0-9]{6,})\b")


def view(form: Form, private_metadata: str = "") -> dict[str, Any]:
    """A modal; a title that is too long for it is its first line.

    `private_metadata` is the caller's own: `read_metadata` gives it back with the form's verb and hidden values. Raises
    ValueError when these, or the fields, are more than Slack takes.
    """
    metadata = carried({"verb": form.verb, "values": dict(form.hidden), "own": private_metadata})
    if len(metadata) > limits.METADATA:
        raise ValueError(f"the form {form.verb!r} carries {len(metadata)} characters, Slack at most {limits.METADATA}")
    if len(form.fields) >= limits.VIEW_BLOCKS:
        raise ValueError(
            f"the form {form.verb!r} has {len(form.fields)} fields, Slack takes {limits.VIEW_BLOCKS} blocks"
        )
    inputs = [_input(_without_nothing(field)) for field in form.fields]
    intro = form.intro if len(form.title) <= limits.TITLE else (Heading(form.title, 2), *form.intro)
    return {
        "type": "modal",
        "callback_id": cut(form.verb, limits.CALLBACK_ID) or "form",
        "title": plain_text(form.title, limits.TITLE),
        "submit": plain_text(form.submit, limits.SUBMIT),
        "close": plain_text("Cancel", limits.SUBMIT),
        "private_metadata": metadata,
        "blocks": [*view_blocks(intro, limits.VIEW_BLOCKS - len(inputs)), *inputs],
    }


def read_metadata(text: str) -> tuple[str, dict[str, str], str]:
    """(verb, hidden values, the caller's own text) from a view's private_metadata."""
    found = json.loads(text) if text else {}
    return found.get("verb", ""), found.get("values", {}), found.get("own", "")


def home(message: Message) -> dict[str, Any]:
    """An App Home."""
    return {"type": "home", "blocks": view_blocks(message.blocks, limits.VIEW_BLOCKS)}


def state_values(view_state: dict[str, Any]) -> dict[str, str]:
    """Slack's `view.state` (or its `values`) as field name -> value; nothing chosen is "", a file its id."""
    return {name: _value(state) for name, state in _states(view_state)}


def state_files(view_state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Field name -> the file chosen there, as Slack describes it (https://docs.slack.dev/reference/objects/file-object)."""
    return {name: state["files"][0] for name, state in _states(view_state) if state.get("files")}


def _states(view_state: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, actions in view_state.get("values", view_state).items():
        yield name, next(iter(actions.values()), {})


def _value(state: dict[str, Any]) -> str:
    match state.get("type"):
        case "static_select":
            return str((state.get("selected_option") or {}).get("value", ""))
        case "multi_static_select" | "checkboxes":
            return ",".join(option["value"] for option in state.get("selected_options") or [])
        case "users_select":
            return f"<@{state['selected_user']}>" if state.get("selected_user") else ""
        case "multi_users_select":
            return ",".join(f"<@{user}>" for user in state.get("selected_users") or [])
        case "datepicker":
            return state.get("selected_date") or ""
        case "file_input":
            return ",".join(file["id"] for file in state.get("files") or [])
    return state.get("value") or ""


def _without_nothing(field: Field) -> Field:
    """Slack has no option without a value: choosing nothing takes its place, its label the placeholder's."""
    nothing = [option for option in field.options if not option.value]
    if not nothing:
        return field
    options = tuple(option for option in field.options if option.value)
    return replace(field, options=options, optional=True, placeholder=field.placeholder or nothing[0].label)


def _input(field: Field) -> Block:
    element = _element(field)
    if element is None:
        words = f"{field.label}: there is nothing to choose from yet."
        return {"type": "section", "text": plain_text(words, limits.TEXT)}
    block: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain_text(field.label, limits.LABEL),
        "element": {**element, "action_id": ACTION},
        # A required checkbox could never be answered with "no".
        "optional": field.optional or field.kind == "check",
    }
    if field.hint:
        block["hint"] = plain_text(field.hint, limits.HINT)
    return block


def _element(field: Field) -> Element | None:
    """The input of a field, or None when it has no options to offer."""
    match field.kind:
        case "text" | "long":
            return _text(field)
        case "date":
            return _date(field)
        case "file":
            return {"type": "file_input", "filetypes": [option.value for option in field.options], "max_files": 1}
        case "check":
            yes = _option(Option("yes", "Yes"))
            return {"type": "checkboxes", "options": [yes]} | ({"initial_options": [yes]} if field.value else {})
        case "person" if not field.options:
            return _placed(field, {"type": "users_select"}, "initial_user", _users(field.value)[:1])
        case "people" if not field.options:
            return _placed(field, {"type": "multi_users_select"}, "initial_users", _users(field.value))
        case "multi" | "people":
            return _many(field) if field.options else None
    return _one(field) if field.options else None


def _text(field: Field) -> Element:
    most = max(1, min(field.max_length, limits.INPUT))
    element: Element = {"type": "plain_text_input", "multiline": field.kind == "long", "max_length": most}
    if field.value:
        element["initial_value"] = field.value.replace(CALL, SLASH)[:most]
    return _placed(field, element, "", [])


def _date(field: Field) -> Element:
    try:
        initial = [date.fromisoformat(field.value).isoformat()]
    except ValueError:
        initial = []
    return _placed(field, {"type": "datepicker"}, "initial_date", initial)


def _placed(field: Field, element: Element, initial: str, values: list[str]) -> Element:
    """The element with its placeholder and what it starts with."""
    if values:
        element[initial] = values if initial.endswith("s") else values[0]
    if field.placeholder:
        element["placeholder"] = plain_text(field.placeholder, limits.PLACEHOLDER)
    return element


def _users(value: str) -> list[str]:
    return [mention or bare for mention, bare in _USER.findall(value)]


def _one(field: Field) -> Element:
    element: Element = {"type": "static_select", **_choices(field.options)}
    chosen = [_option(option) for option in field.options if option.value == field.value]
    if chosen:
        element["initial_option"] = chosen[0]
    return _placed(field, element, "", [])


def _many(field: Field) -> Element:
    wanted = {value.strip() for value in field.value.split(",")}
    chosen = [_option(option) for option in field.options if option.value in wanted]
    initial = {"initial_options": chosen} if chosen else {}
    if len(field.options) <= limits.CHECKBOXES and not any(option.group for option in field.options):
        return {"type": "checkboxes", "options": [_option(option) for option in field.options], **initial}
    return _placed(field, {"type": "multi_static_select", **_choices(field.options), **initial}, "", [])


def _choices(options: tuple[Option, ...]) -> Element:
    """`options`, or `option_groups` where there are headings or more than one menu holds."""
    if len(options) <= limits.OPTIONS and not any(option.group for option in options):
        return {"options": [_option(option) for option in options]}
    named: dict[str, list[Option]] = {}
    for option in options:
        named.setdefault(option.group, []).append(option)
    groups = [group for name, members in named.items() for group in _groups(name, members, alone=len(named) == 1)]
    if len(groups) > limits.GROUPS:
        raise ValueError(f"{len(options)} options in {len(groups)} groups, Slack takes at most {limits.GROUPS} groups")
    return {"option_groups": groups}


def _groups(name: str, members: list[Option], *, alone: bool) -> list[Element]:
    """One group, or several that say which part of it they hold."""
    name = name or ("" if alone else "Other")
    groups = []
    for start in range(0, len(members), limits.OPTIONS):
        part = members[start : start + limits.OPTIONS]
        numbers = f"{start + 1}–{start + len(part)}" if len(members) > limits.OPTIONS else ""
        label = plain_text(f"{cut(name, limits.GROUP_LABEL - 12)} {numbers}", limits.GROUP_LABEL)
        groups.append({"label": label, "options": [_option(option) for option in part]})
    return groups


def _option(option: Option) -> Element:
    if not 0 < len(option.value) <= limits.OPTION_VALUE:
        raise ValueError(
            f"an option's value has {len(option.value)} characters, Slack takes 1 to {limits.OPTION_VALUE}"
        )
    return {"text": plain_text(option.label, limits.OPTION_LABEL), "value": option.value}
