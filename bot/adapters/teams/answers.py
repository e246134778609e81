"""Replies in Teams' own ways: what a message or a press is answered with, and where.

Public: the conversation, in its thread. Private: the person's own chat with the bot, or, where they spoke to it alone
within a channel, there in the same way; never anything the channel can read. A form: inline in the person's chat; on
the pressed card where a button asked for it (only the person sees that); for words in a channel, a button that opens
a dialog. A reply that replaces stands on the card it was asked from, for everybody who sees that card.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.adapters.teams import cards, inbound, wording
from bot.adapters.teams.cards import Forms
from bot.adapters.teams.inbound import Body
from bot.adapters.teams.outbound import Outbound
from bot.adapters.teams.wording import worded
from bot.adapters.waiting import insist
from bot.chat.commands import Command
from bot.chat.errors import SendError
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Message, say
from bot.chat.replies import Reply

log = logging.getLogger(__name__)

Json = dict[str, Any]
# Asks the command again that opened a form -> its form, or None.
Again = Callable[[Command, str], Awaitable[Reply]]

IN_YOUR_CHAT = "The answer is in your chat with sipbot."
TAKEN = "Working on it: the answer comes to your chat with sipbot."
TOO_LARGE = "This form is more than Teams can show. Type the command with what you want to say instead."
UNREACHABLE = (
    "I have an answer for one of you alone, but no chat with them yet. Please add sipbot under Apps in Teams and "
    "type “me” there: it shows what is stored."
)


class Answers:
    """Answers for one registration. `again` asks for a form once more."""

    def __init__(self, outbound: Outbound, forms: Forms, again: Again) -> None:
        self._outbound = outbound
        self._forms = forms
        self._again = again

    async def welcome(self, body: Body, message: Message) -> None:
        """The first words where we were added. Raises SendError."""
        activity = cards.activity(worded(message, inbound.is_direct(body)))
        await insist(self._outbound.say, body["serviceUrl"], _conversation(body), activity)

    # to words, and to cards of clients that know no Action.Execute

    async def to_message(self, command: Command, body: Body, reply: Reply) -> None:
        """Say the answer. Raises SendError."""
        if reply.errors is not None:
            await self._privately(command, body, await self._faults(command, body, reply.errors))
        if reply.form is not None:
            await self._form(command, body, reply.form)
        if reply.message is not None:
            await self._message(command, body, reply, reply.message)

    async def _form(self, command: Command, body: Body, form: Form) -> None:
        if not command.place.direct and command.source != "form":
            activity = cards.opener(form, command)
            if inbound.is_targeted(body):  # the channel has not read the words that the button carries
                await self._privately(command, body, activity)
            else:
                await insist(self._outbound.say, body["serviceUrl"], _conversation(body), activity)
            return
        await self._privately(command, body, self._form_activity(command, form))

    async def _message(self, command: Command, body: Body, reply: Reply, message: Message) -> None:
        alone = not (reply.replace or reply.public or inbound.is_targeted(body))
        activity = cards.activity(worded(message, command.place.direct or alone))
        card = str(body.get("replyToId") or "")
        if reply.replace and card and not _on_own_view(body):
            where = (body["serviceUrl"], _conversation(body), card)
            await insist(self._outbound.change, *where, activity, inbound.is_targeted(body))
        elif reply.public and not command.place.direct:
            await insist(self._outbound.say, body["serviceUrl"], _conversation(body), activity)
        else:
            await self._privately(command, body, activity)

    async def _privately(self, command: Command, body: Body, activity: Json) -> None:
        """To the person alone; the channel learns at most that there is an answer."""
        if command.place.direct:
            await insist(self._outbound.say, body["serviceUrl"], _conversation(body), activity)
            return
        if inbound.is_targeted(body):
            try:
                account = body["from"]["id"]
                await insist(self._outbound.whisper, body["serviceUrl"], _conversation(body), account, activity)
                return
            except SendError as error:
                log.warning("%s; telling it in the personal chat", error)
        try:
            await insist(self._outbound.tell, command.actor.workspace, command.actor.user, activity)
        except SendError as error:
            if not error.permanent:
                raise
            log.warning("%s; saying so in the channel", error)
            await insist(self._outbound.say, body["serviceUrl"], _conversation(body), cards.activity(say(UNREACHABLE)))

    # to presses on cards

    async def to_press(self, command: Command, body: Body, reply: Reply) -> tuple[Json, Reply | None]:
        """(what the invoke is answered with, what is still to be said)."""
        if reply.errors is not None:
            return await self._faults_on_card(command, body, reply.errors), None
        if reply.form is not None:
            try:
                card = self._forms.card(reply.form, command.delivery_id, command.actor.user)
            except ValueError:
                return cards.toast(TOO_LARGE), None
            if command.place.direct and command.source != "form":
                return cards.toast("The form is below."), Reply(form=reply.form)
            return cards.replacing(card), None
        if reply.message is None:
            return cards.toast("Done."), None
        shown = worded(reply.message, command.place.direct)
        card = cards.activity(shown)["attachments"][0]["content"]
        on_form = command.source == "form" and not command.place.direct
        if on_form or (reply.replace and _on_own_view(body)):
            # It was asked on the person's own view of a card; for the others that card stays.
            public = Reply(reply.message, public=True) if reply.public else None
            return cards.replacing(cards.own_view(card)), public
        if reply.replace or command.source == "form":
            return cards.replacing(card), Reply(reply.message, replace=True)  # for everybody, and for good
        if command.place.direct or reply.public:
            return cards.toast(shown.short() or "Done."), reply
        return cards.toast(IN_YOUR_CHAT), reply

    # to dialogs

    async def to_dialog(self, command: Command, body: Body, reply: Reply) -> tuple[Json, Reply | None]:
        """(what the dialog is answered with, what is still to be said)."""
        user = command.actor.user
        try:
            if reply.errors is not None:
                form = await self._opened(command, body)
                if form is None:
                    return cards.last_words(_sentences(reply.errors)), None
                opened = self._forms.opened_by(inbound.action_data(body), user)
                return self._forms.dialog(form, opened, user, command.values, reply.errors), None
            if reply.form is not None:
                return self._forms.dialog(reply.form, command.delivery_id, user), None
        except ValueError:
            return cards.last_words(TOO_LARGE), None
        if reply.message is None:
            return cards.last_words("Done."), None
        shown = worded(reply.message, command.place.direct)
        return cards.last_words(shown.short() or "Done."), Reply(reply.message, public=reply.public)

    # faults in forms

    async def _opened(self, command: Command, body: Body) -> Form | None:
        """The form that was filled in, or None where it cannot be had."""
        opened = self._forms.opened_by(inbound.action_data(body), command.actor.user)
        if not opened:
            return None
        return self._forms.drawn(opened) or (await self._again(command, opened)).form

    async def _faults_on_card(self, command: Command, body: Body, errors: FormErrors) -> Json:
        """The form with what was typed and what is wrong with it; else what is wrong, and the card as it is."""
        form = await self._opened(command, body)
        if form is None:
            return cards.toast(_sentences(errors))
        opened = self._forms.opened_by(inbound.action_data(body), command.actor.user)
        return cards.replacing(self._forms.card(form, opened, command.actor.user, command.values, errors))

    async def _faults(self, command: Command, body: Body, errors: FormErrors) -> Json:
        """The same as a message of its own."""
        form = await self._opened(command, body)
        if form is None:
            return cards.activity(say(_sentences(errors)))
        opened = self._forms.opened_by(inbound.action_data(body), command.actor.user)
        card = self._forms.card(form, opened, command.actor.user, command.values, errors)
        return cards.card_activity(card, _sentences(errors))

    def _form_activity(self, command: Command, form: Form) -> Json:
        try:
            card = self._forms.card(form, command.delivery_id, command.actor.user)
        except ValueError:
            return cards.activity(say(TOO_LARGE))
        return cards.card_activity(card, form.title)


def _conversation(body: Body) -> str:
    """Where an answer belongs: in a channel, the thread that the words or the card are in."""
    return str(body["conversation"]["id"])


def _on_own_view(body: Body) -> bool:
    """Pressed on a card that in a channel only this person sees."""
    return bool(inbound.action_data(body).get(cards.OWN))


def _sentences(errors: FormErrors) -> str:
    return " ".join(("Not stored yet.", *(sentence for _, sentence in wording.errors(errors).errors)))
