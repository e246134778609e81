"""The two families of errors (DESIGN §4.5). Anything else is a bug: a reference id shown, a traceback in the log."""

from __future__ import annotations

from bot.chat.writable import writable


class UserError(Exception):
    """Shown to the person as it is: a sentence that says what is wrong and what to do next.

    `choices` are offered as buttons under the sentence: (label, verb, values).
    """

    def __init__(self, text: str, choices: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.choices = choices


class SendError(Exception):
    """A post that did not go out.

    `permanent`: trying again cannot help (channel archived, token revoked). `retry_after`: seconds the platform asked
    us to wait. `unknown`: the platform may have accepted the post (time-out, lost reply), so it must be asked before a
    second attempt. `bounced`: this one address or account takes nothing any more, as a
    mail server or a platform says of it. `platform`: set by delivery.
    `cause`: the platform's own word for it, the same for all posts that fail for the same reason. `everywhere`: it is
    about us in the whole workspace, not about this post's destination.
    """

    platform = ""

    def __init__(
        self,
        text: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        unknown: bool = False,
        bounced: bool = False,
        cause: str = "",
        everywhere: bool = False,
    ) -> None:
        super().__init__(writable(text))
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown
        self.bounced = bounced
        self.cause = writable(cause)
        self.everywhere = everywhere
