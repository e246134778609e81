"""Files chosen in a modal: fetched from Slack before the form is handled, so that a handler sees their content.

Slack wants our token for a file, so it goes to no other host than Slack's own.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from bot.adapters.slack.outbound import Outbound
from bot.chat.errors import SendError, UserError
from bot.chat.uploads import LARGEST, Upload, to_value, too_large

log = logging.getLogger(__name__)


async def fetch(outbound: Outbound, workspace: str, file: dict[str, Any]) -> str:
    """The field's value for a file as Slack describes it. Raises UserError with what its owner can do."""
    name = str(file.get("name") or "The file")
    if int(file.get("size") or 0) > LARGEST:
        raise UserError(too_large(name))
    url = str(file.get("url_private_download") or "")  # there is none for a file of another organization's channel
    try:
        if not is_slacks(url, str(outbound.client.base_url)):
            raise SendError(f"a file is not at Slack but at {url!r}", permanent=True)
        data = await outbound.download(url, workspace, LARGEST)
    except SendError as error:
        log.warning("a file of a form was not fetched: %s", error)
        raise UserError(f"Slack did not hand over {name}. Try once more, or paste the table instead.") from error
    if len(data) > LARGEST:
        raise UserError(too_large(name))
    return to_value(Upload(name, data))


def is_slacks(url: str, api_url: str) -> bool:
    """Whether a file's address is at the Slack whose API we use: https://files.slack.com for slack.com, and so for the
    Slack of governments; or at the API's own host, as in tests."""
    try:
        asked, api = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    return (asked.scheme, asked.netloc) in ((api.scheme, api.netloc), ("https", f"files.{api.netloc}"))
