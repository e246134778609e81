"""What every text-like renderer needs before it escapes: no control characters, and only addresses that cannot harm."""

from __future__ import annotations

import re

from bot.chat.calls import CALL, SLASH

# A terminal obeys control characters, and direction overrides make text read differently from what is stored
# (https://trojansource.codes); neither belongs in anything a person typed. Halves of characters and non-characters can
# be written in JSON, but not in UTF-8 or XML.
_CONTROLS: dict[int, str] = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd"
)
_DIRECTIONS: dict[int, str] = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "")
_BYTE_ORDER_MARK = {0xFEFF: ""}  # comes along with what is pasted; PDF/UA-1 allows none
_CLEAN = _CONTROLS | _DIRECTIONS | _BYTE_ORDER_MARK | {ord(CALL): SLASH}

# `//host` and `/\host` leave the site; white space and controls inside an address are removed by browsers, which
# turns `java\nscript:` into a scheme (https://url.spec.whatwg.org/#url-parsing).
_SAFE_URL = re.compile(r"(?:https?://|mailto:|/(?![/\\])|[#?])[^\s\x00-\x1f\x7f\\]*", re.I)


def clean(text: str) -> str:
    """The text with `\\n` as its only line end and without characters that act instead of being read."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEAN)


def one_line(text: str) -> str:
    """`clean` for places that hold a single line: line ends and tabs become spaces."""
    return " ".join(clean(text).split())


def safe_url(url: str) -> str:
    """The address if it is http(s), mailto or within this site, otherwise "" (show it as text then)."""
    return url if _SAFE_URL.fullmatch(url) else ""
