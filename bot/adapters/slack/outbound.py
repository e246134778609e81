"""Calls to Slack's Web API: delivering posts, looking for one whose fate is unknown, opening forms.

No call is ever repeated here: a repeated chat.postMessage is a second message. `bot.delivery` decides from the
SendError what happens next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.kept import Kept
from bot.adapters.slack.tokens import Tokens
from bot.adapters.waiting import asked_wait
from bot.chat.errors import SendError
from bot.chat.forms import Form
from bot.chat.messages import Message
from bot.chat.ports import Address, Post
from bot.renderers.slack_blocks import fallback_text, home, message_blocks, view

EVENT_TYPE = "sipbot_post"
TIMEOUT = 10  # seconds for one call; looking and sending together stay under the minute delivery claims a post for
LOOK_BACK = 2 * 24 * 3600  # seconds of history in which a post of unknown fate is looked for
AHEAD = 24 * 3600  # seconds that our clock may be behind Slack's
PAGES, PAGE = 3, 200
REMEMBERED = 3600.0  # seconds that a look which was broken off can be gone on with
CHUNK = 64 * 1024  # bytes of a file read at once

# What trying again cannot heal: https://docs.slack.dev/reference/methods/chat.postMessage#errors
PERMANENT = frozenset((
    "account_inactive", "app_uninstalled", "bad_timestamp", "cannot_dm_bot", "cant_post_message",
    "cant_update_message", "channel_is_limited_access", "channel_not_found", "edit_window_closed",
    "ekm_access_denied", "enterprise_is_restricted", "exchanged_trigger_id", "expired_trigger_id",
    "invalid_arguments", "invalid_auth", "invalid_blocks", "invalid_blocks_format", "invalid_name",
    "invalid_thread_ts", "invalid_trigger_id", "is_archived", "is_inactive", "message_not_found",
    "messages_tab_disabled", "metadata_too_large", "missing_scope", "msg_blocks_too_long", "msg_too_long",
    "no_permission", "no_text", "not_allowed_token_type", "not_authed", "not_in_channel", "org_login_required",
    "restricted_action", "restricted_action_non_threadable_channel", "restricted_action_read_only_channel",
    "restricted_action_thread_locked", "team_access_not_granted", "team_not_found", "thread_locked",
    "thread_not_found", "token_expired", "token_revoked", "too_many_emoji", "too_many_reactions", "user_disabled",
    "user_not_found", "user_not_in_channel", "user_not_visible", "users_not_found",
))  # fmt: skip
# These take no JSON (https://docs.slack.dev/reference/methods/conversations.history); all others we use do.
FORM_ENCODED = frozenset(("conversations.history", "conversations.replies", "users.info"))
# Of these, those that stand in the way of every post to the workspace.
EVERYWHERE = frozenset((
    "account_inactive", "app_uninstalled", "ekm_access_denied", "enterprise_is_restricted", "invalid_auth",
    "is_inactive", "missing_scope", "no_permission", "not_allowed_token_type", "not_authed", "org_login_required",
    "team_access_not_granted", "team_not_found", "token_expired", "token_revoked",
))  # fmt: skip
# Of these, those that say that one person gets no messages any more.
OF_A_PERSON = frozenset(("cannot_dm_bot", "user_disabled", "user_not_found", "user_not_visible", "users_not_found"))
# Slack says of these that the call may have had its effect.
UNKNOWN = frozenset(("fatal_error", "internal_error", "request_timeout", "service_unavailable"))
# Somebody who cannot be told in the channel is told in a direct message.
NOT_HERE = frozenset(("channel_not_found", "is_archived", "not_in_channel", "user_not_in_channel"))
# A message that has our reaction, or takes none: it was deleted, or has too many. The receipt beside it says all.
# https://docs.slack.dev/reference/methods/reactions.add#errors
NO_REACTION = frozenset((
    "already_reacted", "message_not_found", "not_reactable", "thread_locked", "too_many_emoji", "too_many_reactions",
))  # fmt: skip
# What an administrator does about it.
REINSTALL = "install the app again with the current manifest (`sipbot slack manifest`)"
INSTALL_AGAIN = "the bot token is not valid any more; install the app again, and set SLACK_BOT_TOKEN where it is used"
NO_SOCKET = (
    "Slack refuses SLACK_APP_TOKEN ({}); make an app-level token with connections:write at api.slack.com/apps (Basic "
    "Information), set it, and start sipbot again"
)
NOT_INSTALLED = "sipbot is not installed in the Slack workspace {}; `sipbot install link` makes the address for it"
# The token is no good: another replica may have a newer one. https://docs.slack.dev/reference/methods/auth.test#errors
STALE = frozenset(("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"))
ASK_SLACK = "a workspace owner in Slack has to allow the app"
GONE = "they cannot be written to in Slack; take them off the list, or give their steps to another person"
REMEDIES = {
    "account_inactive": INSTALL_AGAIN,
    "app_uninstalled": INSTALL_AGAIN,
    "cannot_dm_bot": GONE,
    "channel_not_found": "sipbot cannot see this channel; type `/invite @sipbot` there",
    "ekm_access_denied": ASK_SLACK,
    "invalid_auth": INSTALL_AGAIN,
    "is_archived": "the channel is archived; choose another with `/sip workgroup channel` or `/sip settings`",
    "missing_scope": REINSTALL,
    "not_in_channel": "type `/invite @sipbot` in the channel",
    "org_login_required": ASK_SLACK,
    "restricted_action": "the channel's settings do not let sipbot post; allow it there or choose another channel",
    "team_access_not_granted": ASK_SLACK,
    "token_expired": INSTALL_AGAIN,
    "token_revoked": INSTALL_AGAIN,
    "user_disabled": GONE,
    "user_not_found": GONE,
}


class Refused(SendError):
    """Slack's own answer to a call, with the code it gave."""

    def __init__(self, method: str, code: str, retry_after: float | None = None) -> None:
        remedy = f" ({REMEDIES[code]})" if code in REMEDIES else ""
        super().__init__(
            f"Slack refused {method}: {code}{remedy}",
            permanent=code in PERMANENT,
            retry_after=retry_after,
            unknown=code in UNKNOWN,
            cause=code,
            everywhere=code in EVERYWHERE,
            bounced=code in OF_A_PERSON,
        )
        self.code = code


@dataclass(frozen=True, slots=True)
class Granted:
    """What Slack says of a token: its `workspace`, its `scopes` (none where Slack does not say), and the `date` of the
    answer, as HTTP writes it."""

    workspace: str
    scopes: frozenset[str]
    date: str


class Outbound:
    """One Slack app's way out.

    `tokens` gives the bot token of a workspace; `seconds` the time since 1970, for how far back to look.
    """

    def __init__(self, api_url: str, tokens: Tokens, seconds: Callable[[], float]) -> None:
        self._tokens = tokens
        self._seconds = seconds
        # retry_handlers=[]: the default repeats a call whose reply was lost, and posts twice.
        self.client = AsyncWebClient(base_url=api_url, timeout=TIMEOUT, retry_handlers=[])
        self._direct: dict[tuple[str, str], str] = {}
        self._read_to = Kept[str](seconds)  # how far a look had come when Slack wanted us to wait

    async def start(self) -> None:
        """Open the session that all calls share."""
        self.client.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))

    async def stop(self) -> None:
        """Close it."""
        if self.client.session is not None:
            await self.client.session.close()

    async def granted(self) -> Granted:
        """What Slack says of our one workspace's token. Raises SendError."""
        answer = await self._ask("auth.test", await self._token(""), {})
        scopes = answer.headers.get("x-oauth-scopes", "")
        return Granted(
            str(answer.get("team_id", "")),
            frozenset(scope.strip() for scope in scopes.split(",")) - {""},
            answer.headers.get("Date", ""),
        )

    async def socket_address(self, app_token: str) -> str:
        """Where Slack takes a connection of Socket Mode. Raises SendError."""
        try:
            answer = await self._ask("apps.connections.open", app_token, {})
        except Refused as error:
            if error.permanent:
                raise SendError(NO_SOCKET.format(error.code), permanent=True) from None
            raise
        return str(answer.get("url", ""))

    async def call(self, method: str, workspace: str, **arguments: Any) -> dict[str, Any]:
        """One Web API call -> Slack's answer. Raises SendError. A call whose token was refused did nothing, so it is
        made once more where there is another token by now."""
        token = await self._token(workspace)
        try:
            return await self._call(method, token, arguments)
        except Refused as error:
            other = await self._tokens.instead_of(token, workspace) if error.code in STALE else None
            if other is None:
                raise
        return await self._call(method, other, arguments)

    async def _token(self, workspace: str) -> str:
        """Raises SendError where there is none, after a second look: it may have been installed a moment ago."""
        token = await self._tokens.get(workspace) or await self._tokens.instead_of("", workspace)
        if not token:
            raise SendError(NOT_INSTALLED.format(workspace), permanent=True, cause="not_installed", everywhere=True)
        return token

    async def _call(self, method: str, token: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = await self._ask(method, token, arguments)
        return answer.data if isinstance(answer.data, dict) else {}

    async def _ask(self, method: str, token: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        try:
            data, body = (arguments, None) if method in FORM_ENCODED else (None, arguments)
            headers = {"Authorization": f"Bearer {token}"}
            return await self.client.api_call(method, data=data, json=body, headers=headers)
        except SlackApiError as error:
            raise refused(method, error) from error
        except aiohttp.ClientConnectorError as error:
            raise SendError(f"Slack cannot be reached for {method}: {error}") from error
        except (aiohttp.ClientError, SlackClientError, TimeoutError, ValueError) as error:
            raise SendError(f"no answer from Slack to {method}: {error!r}", unknown=True) from error

    async def respond(self, response_url: str, body: dict[str, Any]) -> None:
        """Answer at the address Slack gave with a command or a press. Raises SendError."""
        if self.client.session is None:
            raise SendError("the Slack adapter is not started")
        try:
            async with self.client.session.post(response_url, json=body) as answer:
                if answer.status != 200:
                    raise SendError(f"Slack answered {answer.status} to a response", permanent=answer.status < 500)
        except aiohttp.InvalidURL as error:
            raise SendError(f"no address for a response: {error!r}", permanent=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(f"no answer from Slack to a response: {error!r}", unknown=True) from error

    async def download(self, url: str, workspace: str, most: int) -> bytes:
        """What is in a file of Slack's; of one with more than `most` bytes, its beginning with more than these. Raises
        SendError. The token goes along, so the address must be Slack's own, and no other is followed to."""
        token = await self._token(workspace)
        if self.client.session is None:
            raise SendError("the Slack adapter is not started")
        headers = {"Authorization": f"Bearer {token}"}
        found = bytearray()
        try:
            async with self.client.session.get(url, headers=headers, allow_redirects=False) as answer:
                # To a token without files:read Slack shows its login page: https://docs.slack.dev/reference/objects/file-object
                if answer.status != 200 or answer.content_type == "text/html":
                    raise SendError(f"Slack answered {answer.status} to a download; {REINSTALL}", permanent=True)
                async for chunk in answer.content.iter_chunked(CHUNK):
                    found += chunk
                    if len(found) > most:
                        break
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError(f"no answer from Slack to a download: {error!r}") from error
        return bytes(found)

    async def open_form(self, workspace: str, trigger: str, form: Form, own: str) -> None:
        """Open a modal; the trigger lives three seconds. Raises SendError."""
        try:
            modal = view(form, own)
        except ValueError as error:
            raise SendError(str(error), permanent=True) from error
        await self.call("views.open", workspace, trigger_id=trigger, view=modal)

    async def publish_home(self, workspace: str, user: str, message: Message) -> None:
        """Show `message` as the App Home of one person. Raises SendError."""
        await self.call("views.publish", workspace, user_id=user, view=home(message))

    async def send(self, post: Post) -> str:
        """Deliver -> the message's timestamp. Raises SendError."""
        address = post.address
        if post.reaction:
            return await self._react(post)
        if post.message is None:
            raise SendError(f"the post {post.key} has nothing in it", permanent=True)
        body = {"text": fallback_text(post.message), "blocks": message_blocks(post.message, post.mentions)}
        if post.target:
            channel = await self._channel(address)
            return str(
                (await self.call("chat.update", address.workspace, channel=channel, ts=post.target, **body))["ts"]
            )
        if address.channel and address.user:
            return await self._whisper(post, body)
        return await self._post(post, await self._channel(address), address.thread, body)

    async def find(self, post: Post) -> str | None:
        """The timestamp of our message with the post's key, if it is there. Raises SendError."""
        address = post.address
        if post.reaction or post.target or (address.channel and address.user):
            return None  # repeating these does no harm, and a private one cannot be read back
        try:
            return await self._find(post, await self._channel(address))
        except SendError as error:
            if error.permanent:
                return None  # we may not read there: a second copy is better than none
            raise

    async def _find(self, post: Post, channel: str) -> str | None:
        """The newest first, because `latest` is given: what we look for is seldom old. Outside its Marketplace Slack
        lets an app read 15 messages a minute (https://docs.slack.dev/reference/methods/conversations.history), so a
        look goes on where it was broken off, until there was another attempt to send."""
        thread = post.address.thread
        method = "conversations.replies" if thread else "conversations.history"
        arguments: dict[str, Any] = {"ts": thread} if thread else {}
        arguments |= {"channel": channel, "limit": PAGE, "include_all_metadata": "true"}
        now = int(self._seconds())
        arguments |= {"oldest": str(now - LOOK_BACK), "latest": str(now + AHEAD)}
        look = (channel, post.key, post.attempt)
        if cursor := self._read_to.get(look):
            arguments["cursor"] = cursor
        for _ in range(PAGES):
            page = await self.call(method, post.address.workspace, **arguments)
            for message in page.get("messages", []):
                metadata = message.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("key") == post.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            arguments["cursor"] = cursor
            self._read_to.put(look, str(cursor), REMEMBERED)
        return None

    async def _post(self, post: Post, channel: str, thread: str, body: dict[str, Any]) -> str:
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": post.key}}
        arguments = {"channel": channel, **body, "metadata": metadata, "unfurl_links": False, "unfurl_media": False}
        if thread:
            arguments["thread_ts"] = thread
        return str((await self.call("chat.postMessage", post.address.workspace, **arguments))["ts"])

    async def _whisper(self, post: Post, body: dict[str, Any]) -> str:
        """To one person in a channel; in a direct message where that cannot be."""
        address = post.address
        arguments = {"channel": address.channel, "user": address.user, **body}
        if address.thread:
            arguments["thread_ts"] = address.thread
        try:
            return str((await self.call("chat.postEphemeral", address.workspace, **arguments))["message_ts"])
        except Refused as refused:
            if refused.code not in NOT_HERE:
                raise
        return await self._post(post, await self._direct_channel(address.workspace, address.user), "", body)

    async def _react(self, post: Post) -> str:
        try:
            await self.call(
                "reactions.add",
                post.address.workspace,
                channel=await self._channel(post.address),
                name=post.reaction,
                timestamp=post.target,
            )
        except Refused as refused:
            if refused.code not in NO_REACTION:
                raise
        return post.target

    async def _channel(self, address: Address) -> str:
        return address.channel or await self._direct_channel(address.workspace, address.user)

    async def _direct_channel(self, workspace: str, user: str) -> str:
        """The channel of the direct messages with one person; it never changes."""
        known = self._direct.get((workspace, user))
        if known is None:
            known = str((await self.call("conversations.open", workspace, users=user))["channel"]["id"])
            self._direct[workspace, user] = known
        return known


def refused(method: str, error: SlackApiError) -> SendError:
    """Slack's answer that it did not do it."""
    response = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        return Refused(method, "ratelimited", asked_wait(getattr(response, "headers", None) or {}, 1.0))
    if status >= 500 or not code:
        return SendError(f"Slack answered {status} to {method}", unknown=True)
    return Refused(method, code)
