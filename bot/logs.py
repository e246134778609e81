"""The log: one JSON object a line, our own lines and the libraries' alike, without secrets and without people's words.

Every line of a request, command, job or delivery carries its `reference`, which is also what a person is told to give
IT. An exception is told by its kind and its place in the code; its words only where no one else's can be in them.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from sqlalchemy.exc import OperationalError
from structlog.typing import EventDict

from bot.chat.errors import SendError

HIDDEN = "[hidden]"
_WORDS_LEFT_OUT = "(its words are left out: they may be somebody's)"
# What the machine, the interpreter and our own adapters say; everything else may quote what was typed.
_OWN_WORDS = (OSError, OperationalError, SendError, AttributeError, ImportError, NameError)
_DETAIL = re.compile(r"DETAIL:.*?(?=\n\S|\Z)", re.S)
# What a secret looks like wherever it comes from. https://docs.slack.dev/authentication/tokens, RFC 6750, RFC 7519,
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses, user:password@host in an address.
_SHAPES = (
    r"xox[a-z]{1,2}[.-][\w.%-]+",
    r"xapp-[\w%-]+",
    r"(?<=Bearer )[\w.~+/=-]+",
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*",
    r"(?<=://)[^/\s:@\"]*:[^/\s\"]+(?=@)",
    r"(?<=hooks\.slack\.com/)[\w/-]+",
    r"(?<=ticket=)[\w%-]+",
)
_SIGNS = ("xox", "xapp-", "Bearer ", "eyJ", "://", "hooks.slack.com/", "ticket=")  # one is in whatever has such a shape
_FOREIGN_LENGTH = 300  # characters of a library's line: enough for what went wrong, too few for a payload
_OURS = ("bot", "sipbot", "storage", "handlers")
_QUIET_LIBRARIES = ("slack_bolt", "slack_sdk", "apscheduler", "aiohttp", "botbuilder", "sqlalchemy", "alembic")


def configure(hidden: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send everything that is logged from here on to `stream` (standard error) with the values `hidden` in it covered,
    as is whatever has a secret's shape."""
    out = stream or sys.stderr
    cover = _cover(hidden)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told,
        _rendered(cover),
    ]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared[:1], structlog.stdlib.add_logger_name, *shared[1:3], _short],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _told, _rendered(cover)],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for library in _QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)


def new_reference() -> str:
    """Short enough to be read out on the telephone."""
    return secrets.token_hex(4)


def current_reference() -> str:
    """The reference of what is being done here, or a new one."""
    found = structlog.contextvars.get_contextvars().get("reference")
    return str(found) if found else new_reference()


def _cover(hidden: Iterable[str]) -> Callable[[str], str]:
    """Covers the values, as JSON writes them, longest first, and whatever is shaped like a secret."""
    values = sorted({json.dumps(value)[1:-1] for value in hidden if value}, key=len, reverse=True)
    pattern = re.compile("|".join([*map(re.escape, values), *_SHAPES]))
    signs = (*values, *_SIGNS)
    return lambda line: pattern.sub(HIDDEN, line) if any(sign in line for sign in signs) else line


def _rendered(cover: Callable[[str], str]) -> Callable[[Any, str, EventDict], str]:
    """JSON has no raw newlines or control characters in it, so no text can forge a line of its own."""
    render = structlog.processors.JSONRenderer()
    return lambda logger, name, event: cover(str(render(logger, name, event)))


def _told(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception in the event's `exc_info` as text."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()[1]
    elif isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["exception"] = described(found)
    return event


def _short(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A library's line: its beginning."""
    if not str(event.get("logger", "")).startswith(_OURS):
        event["event"] = str(event["event"]).partition("\n")[0][:_FOREIGN_LENGTH]
    return event


def described(error: BaseException) -> str:
    """The traceback, with words only where they are the machine's own."""
    parts: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        parts.append("".join([*_frames(one.__traceback__), _last_line(one)]))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\nwhich came from:\n".join(parts)


def _frames(found: TracebackType | None) -> list[str]:
    return traceback.format_list(traceback.extract_tb(found))


def _last_line(error: BaseException) -> str:
    kind = type(error).__qualname__
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    told = f"{kind} ({code})" if code else kind
    if isinstance(error, _OWN_WORDS):
        return f"{told}: {_DETAIL.sub('DETAIL: (left out)', str(error))}"
    return f"{told} {_WORDS_LEFT_OUT}"
