"""Messages, forms and replies to JSON and back, for the outbox and the inbox.

Only the classes of `bot.chat` are read: a stored message can never name a class of somebody else's choosing.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any

from bot.chat import forms, messages
from bot.chat.replies import Reply

_CLASSES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        messages.Message, messages.Span, messages.Heading, messages.Text, messages.Bullets, messages.Facts,
        messages.Table, messages.Image, messages.Line, messages.Chart, messages.Progress, messages.Button,
        messages.Actions, messages.Divider, messages.Context, forms.Form, forms.Field, forms.Option, forms.FormErrors,
        Reply,
    )
}  # fmt: skip
_FIELDS = {
    cls: tuple((f.name, f.default if f.default is not MISSING else MISSING) for f in fields(cls))
    for cls in _CLASSES.values()
}


def to_data(value: Any) -> Any:
    """Plain lists, dicts and scalars; fields that have their default value are left out."""
    kind = type(value)
    if kind in _FIELDS:
        data: dict[str, Any] = {"is": kind.__name__}
        for name, default in _FIELDS[kind]:
            item = getattr(value, name)
            if default is MISSING or item != default:
                data[name] = to_data(item)
        return data
    if kind is tuple:
        return [to_data(item) for item in value]
    return value


def from_data(data: Any) -> Any:
    """The inverse of `to_data`. Raises KeyError or TypeError for data it did not write."""
    if isinstance(data, list):
        return tuple(from_data(item) for item in data)
    if isinstance(data, dict):
        cls = _CLASSES[data["is"]]
        return cls(**{name: from_data(item) for name, item in data.items() if name != "is"})
    return data


def to_json(value: Any) -> str:
    """JSON text of a message, form or reply."""
    return json.dumps(to_data(value), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    """The message, form or reply in `to_json`'s text."""
    return from_data(json.loads(text))
