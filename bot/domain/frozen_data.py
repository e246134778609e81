"""Frozen dataclasses to plain JSON values and back, for facts that are kept as they were on the day of a report.

Fields may be str, int, float, bool, date, None, another frozen dataclass, or a tuple of these. Messages have their own
codec in bot/chat.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_data(value: Any) -> Any:
    """Dicts, lists and scalars; dates as ISO 8601 text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def from_data(kind: type[T], data: Any) -> T:
    """The inverse of `to_data`. A field the stored data does not have keeps its default, so that facts frozen by an
    older version can still be read; raises TypeError for a missing field without one."""
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], value) for name, value in data.items() if name in hints})


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(hint) is UnionType:
        hint = next(one for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if hint is date:
        return date.fromisoformat(value)
    return from_data(hint, value) if isinstance(hint, type) and is_dataclass(hint) else value
