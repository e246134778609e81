"""The fields of a form that a browser sent to one of our pages."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

_FORM_TYPE = "application/x-www-form-urlencoded"


class TooLong(Exception):
    """More was sent than our form can hold."""


async def posted(request: web.Request, most_bytes: int, most_fields: int) -> dict[str, str]:
    """Field name -> what was filled in. Raises TooLong, and ValueError for what our forms would not send."""
    if request.content_type != _FORM_TYPE:
        raise ValueError("not a form")
    body = b""
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most_bytes:
            raise TooLong
    return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=most_fields))
