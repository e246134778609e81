"""A file chosen in a form, as the text that is its field's value: `readings.csv;base64,bW9udGg…`. Adapters write it,
handlers read it; what is in the file is nobody's business here."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

LARGEST = 1_000_000  # bytes; months × groups of a measure are a few thousand
_BETWEEN = ";base64,"
_LONGEST_NAME = 100  # characters kept of a name, its end first: that is what kind of file it is


@dataclass(frozen=True, slots=True)
class Upload:
    """A file: what its owner calls it, and its content."""

    name: str
    data: bytes = field(repr=False)


def to_value(upload: Upload) -> str:
    """The file as a field's value."""
    return f"{upload.name}{_BETWEEN}{base64.b64encode(upload.data).decode()}"


def from_value(value: str) -> Upload:
    """The file in a field's value. Raises ValueError with a sentence for one that is too large, or for no file."""
    name, between, text = value.rpartition(_BETWEEN)
    name = " ".join(name.split())[-_LONGEST_NAME:] or "The file"
    if len(text) > (LARGEST + 2) // 3 * 4:
        raise ValueError(too_large(name))
    try:
        if not between:
            raise ValueError
        return Upload(name, base64.b64decode(text, validate=True))
    except ValueError:
        raise ValueError("The file did not arrive whole. Choose it again, please.") from None


def too_large(name: str) -> str:
    """What to say to the owner of a file with more than `LARGEST` bytes."""
    return f"{name} has more than {LARGEST // 1_000_000} MB. Send the table alone, please."
