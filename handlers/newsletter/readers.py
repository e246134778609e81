"""Who gets the newsletter by e-mail: the coordinator's list, one's own subscription, and what came back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.jobs import Due
from bot.chat.replies import Reply
from bot.domain.address_list import LANGUAGES, MOST_ROWS, AddressRow, is_address, read_addresses
from handlers.newsletter.compiling import coordinators
from handlers.newsletter.editions import title
from storage.queries import mailings, reports, subscribers
from storage.queries.reports import NEWSLETTER
from storage.queries.subscribers import Subscriber
from storage.uow import Destination, UnitOfWork

_SHOWN = 20
_NAMED = 5
_LOOK_BACK = timedelta(days=14)  # delivery gives up after days, not weeks
_HINT = "One a line: ana@county.gov, or Ana Ruiz <ana@county.gov>, or ana@county.gov, Ana Ruiz, es (for Spanish)."


def listed(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter subscribers`: how many, and those an edition does not reach."""
    known = subscribers.everyone(uow)
    active = [one for one in known if one.active]
    return Reply(
        uow.compose(
            "newsletter/subscribers",
            active=active[:_SHOWN],
            count=len(active),
            spanish=sum(one.language == "es" for one in active),
            bounced=[one for one in known if one.bounced_at and not one.unsubscribed_at][:_SHOWN],
            left=sum(one.unsubscribed_at is not None for one in known),
            mail=uow.mail,
        )
    )


def add(command: Command, uow: UnitOfWork) -> Reply:
    """One address typed, or a pasted list in the form. A list with a faulty row is not stored at all; the form stays
    open with a sentence for each row."""
    text = command.values.get("text", "").strip()
    if not text:
        field = Field("text", "Addresses", "long", hint=_HINT)
        return Reply(form=Form("Add subscribers", "newsletter subscribers add", (field,), "Add"))
    rows = read_addresses(text)
    faults = [f"Line {row.line}: {row.fault}" for row in rows if row.fault]
    if len(rows) > MOST_ROWS:
        faults = [f"A list holds {MOST_ROWS:,} addresses at once; this one has {len(rows):,}. Add it in parts."]
    if faults:
        more = f" And {len(faults) - _SHOWN} more." if len(faults) > _SHOWN else ""
        sentence = f"Nothing was added. {' '.join(faults[:_SHOWN])}{more}"
        if command.source == "form":
            return Reply(errors=FormErrors((("text", sentence),)))
        raise UserError(sentence)
    return Reply(uow.compose("newsletter/subscribed", lines=_added(uow, rows)))


def _added(uow: UnitOfWork, rows: list[AddressRow]) -> list[str]:
    """What became of each row, in words. A list does not bring back who unsubscribed; an address added alone does,
    because then somebody asked for it."""
    lines, count = [], 0
    for row in rows:
        known = subscribers.by_email(uow, row.email)
        if known and known.active:
            lines.append(f"{row.email}: gets it already")
        elif known and known.unsubscribed_at and len(rows) > 1:
            lines.append(f"{row.email}: unsubscribed before, so not added. If they ask for it, add them alone")
        else:
            subscribers.subscribe(uow, row.email, row.name, row.language)
            count += 1
            language = ", in Spanish first" if row.language == "es" else ""
            lines.append(f"{row.email}: {'back on the list' if known else 'added'}{language}")
    uow.audit("newsletter subscribers added", str(count))
    return lines


def remove(command: Command, uow: UnitOfWork) -> Reply:
    """Take an address off the list."""
    known = _known(command, uow, "newsletter subscribers remove", "Remove a subscriber", "Remove")
    if isinstance(known, Form):
        return Reply(form=known)
    subscribers.leave(uow, known)
    uow.audit("newsletter subscriber removed", known.ref)
    return Reply(uow.compose("newsletter/subscribed", lines=[f"{known.email}: removed"]))


def bounced(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter bounced EMAIL`: a mail came back later, into the sender's mailbox; the bot cannot see that."""
    known = _known(command, uow, "newsletter bounced", "An e-mail came back", "Note it")
    if isinstance(known, Form):
        return Reply(form=known)
    reason = command.values.get("reason", "").strip() or "came back, as the coordinator noted"
    subscribers.bounced(uow, known.id, reason)
    uow.audit("newsletter bounce noted", known.ref)
    line = f"{known.email}: gets no more mail, because it came back. Adding it again lifts that"
    return Reply(uow.compose("newsletter/subscribed", lines=[line]))


def _known(command: Command, uow: UnitOfWork, verb: str, heading: str, submit: str) -> Subscriber | Form:
    """The reader that is named, or the form that asks for one."""
    email = command.values.get("email", "").strip().strip("<>").removeprefix("mailto:")
    if not email:
        return Form(heading, verb, (Field("email", "E-mail address", max_length=254),), submit)
    known = subscribers.by_email(uow, email)
    if known is None:
        raise UserError(f"{email[:80]} is not on the newsletter's list. See it: newsletter subscribers.")
    return known


def subscribe(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter subscribe`: for oneself, at one's own address."""
    email = uow.person.email
    if not is_address(email):
        raise UserError("I do not know your e-mail address. Ask your coordinator to add it with /sip people.")
    language = LANGUAGES.get(command.values.get("language", "").casefold(), "en")
    subscribers.subscribe(uow, email, uow.person.name, language)
    uow.audit("newsletter subscribed")
    in_spanish = ", with the Spanish part first" if language == "es" else ""
    line = f"You get the newsletter by e-mail at {email}{in_spanish}. To stop: newsletter unsubscribe"
    return Reply(uow.compose("newsletter/subscribed", lines=[line]))


def unsubscribe(command: Command, uow: UnitOfWork) -> Reply:
    """`newsletter unsubscribe`: for oneself."""
    known = subscribers.by_email(uow, uow.person.email) if uow.person.email else None
    if known is None or not known.active:
        raise UserError("You do not get the newsletter by e-mail, so there is nothing to stop.")
    subscribers.leave(uow, known)
    uow.audit("newsletter unsubscribed", known.ref)
    return Reply(uow.compose("newsletter/subscribed", lines=[f"{known.email}: you get no more of them"]))


def mail_finished(uow: UnitOfWork) -> Iterable[Due]:
    """Editions whose e-mails have all gone out or been given up, once each."""
    for report_id, period in mailings.finished(uow, uow.at - _LOOK_BACK):
        if str(report_id) not in uow.decided("newsletter_mail", period):
            yield Due(str(report_id), period, uow.at)


def sum_up(uow: UnitOfWork, one: Due) -> None:
    """One word to the coordinators about everything that came back; none where nothing did."""
    view = reports.report_by_id(uow, NEWSLETTER, int(one.subject))
    back = mailings.failed(uow, int(one.subject))
    if view is None or not back:
        return
    message = uow.compose(
        "newsletter/came_back",
        title=title(uow, view),
        sent=mailings.counts(uow, view.id).sent,
        count=len(back),
        back=back[:_NAMED],
        bounced=any(failed.bounced for failed in back),
    )
    for person in coordinators(uow):
        key = f"newsletter_came_back:{view.id}:{person.id}"
        uow.post("notice", Destination(person_id=person.id), message, key=key, period=one.period, subject_id=view.id)
