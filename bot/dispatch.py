"""Command -> inbox -> organization and person -> permission -> handler -> one commit -> Reply.

`handle` never raises: a person always gets an answer, and it says "saved" only after the commit. Nothing is sent here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from rapidfuzz import process
from sqlalchemy import Engine, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from structlog.contextvars import bound_contextvars

from bot.chat.clock import Clock
from bot.chat.codec import from_json, to_json
from bot.chat.commands import Actor, Command, CommandSpec, Role, first_word, parse_args, squash
from bot.chat.compose import Composer
from bot.chat.errors import UserError
from bot.chat.messages import say
from bot.chat.readable import Nobodys, check_size, readable
from bot.chat.replies import Outcome, Reply
from bot.limits import CommandLimits
from bot.links import Links
from bot.replying import form_stays, sorry, way_to, who_can
from storage.db import UNAVAILABLE, answers_again, crossed, lost, undecided
from storage.models import inbox
from storage.queries import people, threads
from storage.queries.people import Organization, Person
from storage.queries.setup import change_role
from storage.uow import Destination, UnitOfWork, unit_of_work

log = structlog.get_logger()

NOT_SAVED = "Not saved: the database cannot be written right now. Your words are still here; please send them again."
TOO_MUCH = (
    "That was a lot at once, so this was not done and nothing of it was saved. Wait a minute and send it again, and "
    "whatever else you send until then."
)
NOBODYS = "Nothing was done: it could not be told who asked this. Please try again."
NOT_KNOWN = (
    "I cannot tell whether this was saved: the database went away at that very moment. "
    "Please look (for an update: /sip steps) before you send it again."
)
NOT_YET = (
    "Not saved: I do not know yet whether my message above has arrived, so I cannot take answers to it. Please send "
    "your words again in an hour, or type them as /sip update."
)
OFF_THE_LIST = "You are no longer on this county's list. Ask your coordinator to add you again."
UNKNOWN = "unknown"
_LONGEST_VERB = 3  # words
_NEAR = 75  # rapidfuzz's score from which a word is taken for a misspelt verb
_REFERENCE = re.compile(r"\s*(?:step\s+|#)?\d{1,3}\.\d{1,3}(?:\.\d{1,3})?\b", re.I)
_ANSWERED = select(inbox.c.delivery_id, inbox.c.reply).where(
    inbox.c.delivery_id.in_(bindparam("deliveries", expanding=True))
)
_NOTE = insert(inbox)


@dataclass(frozen=True, slots=True)
class Policy:
    """Who gets in. `admins`: platform user ids or e-mail addresses that are administrators by settings.
    `default_name`, `default_zone`: of the organization made when the first person speaks and there is none.
    `adopt`: take the first workspace that speaks as the organization's own (single-workspace installations)."""

    admins: frozenset[str] = frozenset()
    default_name: str = "Our county"
    default_zone: str = "America/Los_Angeles"
    adopt: bool = True


class Dispatcher:
    """The one door for everything people do."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        specs: Iterable[CommandSpec],
        *,
        composer: Composer,
        policy: Policy,
        public_url: str = "",
        mail: bool = False,
        links: Links = Links(),  # noqa: B008 - it has no state
    ) -> None:
        self._engine, self._clock, self._composer, self._links = engine, clock, composer, links
        self._policy, self._public_url, self._mail = policy, public_url, mail
        self._limits = CommandLimits()
        self.specs: Mapping[str, CommandSpec] = {name: s for s in specs for name in (s.verb, *s.aliases)}

    def handle(self, command: Command, doubtful: bool = False) -> Reply:
        """Answer a command. Safe to call from any thread, any number of times with the same delivery. `doubtful`: it
        was tried before, and only the database knows whether it was saved."""
        try:
            command = readable(command)
        except Nobodys as error:
            log.warning("a command that is nobody's", error=str(error), platform=command.actor.platform)
            return Reply(say(NOBODYS)) if command.answerable else Reply()
        broke = False
        for last in (False, False, True):
            try:
                return self._transact(command)
            except UserError as error:
                refusal = form_stays(command, error.text) or self._answer(command, Reply(sorry(error)))
                return _ended(refusal, "user_error")
            except UNAVAILABLE as error:
                doubtful = doubtful or undecided(error)
                if broke or last or not self._worth_another_look(error):
                    return _not_saved(command, error, doubtful)
                broke = True
            except IntegrityError:
                # Somebody was quicker with this delivery (we, by a connection that broke?) or with a row: look again.
                if last:
                    return self._failed(command)
            except Exception:
                return self._failed(command)
        return self._failed(command)

    def handle_all(self, commands: Sequence[Command]) -> list[Reply]:
        """Answer commands that came together with one commit for all of them (docs/decisions/0004). If one of them
        cannot be done none is, and each is handled by itself; if the database cannot be written, nobody waits twice."""
        doubtful = False
        if len(commands) > 1:
            try:
                with self._open() as uow:
                    return self._run(uow, [readable(command) for command in commands])
            except UNAVAILABLE as error:
                doubtful = undecided(error)
                if not self._worth_another_look(error):
                    return [_not_saved(command, error, doubtful) for command in commands]
                log.info("handled one by one", commands=len(commands))
            except Exception:
                log.info("handled one by one", commands=len(commands))
        return [self.handle(command, doubtful) for command in commands]

    def _worth_another_look(self, error: Exception) -> bool:
        """Trying again is safe (the inbox knows what was done) and may help: another transaction was in the way, or the
        connection broke and the database is back."""
        return crossed(error) or (lost(error) and answers_again(self._engine))

    def _failed(self, command: Command) -> Reply:
        reference = command.reference or secrets.token_hex(4)
        log.exception("command failed", reference=reference, verb=self.verb_of(command), delivery=command.delivery_id)
        text = f"Something went wrong on our side and nothing was saved. Tell IT this reference: {reference}."
        return _ended(form_stays(command, text) or self._answer(command, Reply(say(text))), "failed")

    def _open(self) -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(self._engine, self._clock.read(), self._composer, self._public_url)

    def _transact(self, command: Command) -> Reply:
        with self._open() as uow:
            return self._run(uow, [command])[0]

    def _run(self, uow: UnitOfWork, commands: Sequence[Command]) -> list[Reply]:
        """Do each, unless its delivery was answered before (or a moment ago): then the same answer again."""
        deliveries = [command.delivery_id for command in commands]
        known = uow.rows(_ANSWERED, deliveries=deliveries)
        replies = {
            row.delivery_id: _ended(self._links.signed(row.reply, from_json(row.reply)), "repeated") for row in known
        }
        notes = []
        for command in commands:
            if command.delivery_id in replies:
                continue
            overheard = _overheard(uow, command)
            if overheard is not None:
                replies[command.delivery_id] = overheard
                continue
            one = UnitOfWork(uow.connection, self._clock.read(), self._composer, self._public_url, mail=self._mail)
            actor = command.actor
            if not self._limits.take((actor.platform, actor.workspace, actor.user), command.delivery_id, one.at):
                replies[command.delivery_id] = self._slowed(one, command)
                continue
            with bound_contextvars(reference=command.reference):
                reply = self._do(one, command)
            given = to_json(reply)
            replies[command.delivery_id] = self._links.signed(given, reply)
            if reply.errors:
                continue  # it stored nothing; what was in the way may be gone when it is sent again
            kept = to_json(reply.kept) if reply.kept else given
            note = {"delivery_id": command.delivery_id, "at": one.at, "reply": kept}
            notes.append({**note, "organization": one.organization.id})
        if notes:
            uow.connection.execute(_NOTE, notes)
        return [replies[delivery] for delivery in deliveries]

    def _do(self, uow: UnitOfWork, command: Command) -> Reply:
        check_size(command)
        uow.person = self._who(uow, command)
        spec, values = self._read(uow, command)
        command = replace(command, verb=spec.verb, values=values)
        return self._shown(uow, command, spec.run(command, uow))

    def _slowed(self, uow: UnitOfWork, command: Command) -> Reply:
        """The answer to more than a person may ask at once. It is not noted, so what is sent again later is done."""
        log.warning("too many commands at once", user=command.actor.user, workspace=command.actor.workspace)
        if command.answerable:
            return form_stays(command, TOO_MUCH) or Reply(say(TOO_MUCH))
        uow.person = self._who(uow, command)
        once_a_minute = replace(command, delivery_id=f"slowed:{uow.person.id}:{uow.at:%Y-%m-%dT%H:%M}")
        return self._shown(uow, once_a_minute, Reply(say(TOO_MUCH)))

    def _answer(self, command: Command, reply: Reply) -> Reply:
        """The reply to a command that stored nothing; for an event it still has to be queued."""
        if command.answerable:
            return reply
        try:
            with self._open() as uow:
                uow.person = self._who(uow, command)
                return self._shown(uow, command, reply)
        except UserError:
            return Reply()  # not one of this county's people: there is nobody to write to
        except UNAVAILABLE as error:
            return _not_saved(command, error)
        except Exception:
            log.exception("answer not queued", delivery=command.delivery_id)
            return Reply()

    def _shown(self, uow: UnitOfWork, command: Command, reply: Reply) -> Reply:
        """The reply itself where the adapter can show it; else outbox rows and an empty reply."""
        if command.answerable:
            return reply
        place, actor = command.place, command.actor
        meant = place.channel and (reply.reaction or not place.direct)  # somebody's direct messages are no channel
        here = people.channel_for(uow, actor.platform, actor.workspace, place.channel) if meant else None
        if reply.reaction and here:
            to = Destination(channel_id=here.id, platform=actor.platform)
            key = f"reaction:{command.delivery_id}"
            uow.post("receipt", to, None, key=key, target=place.message, reaction=reply.reaction)
        message = reply.message or (way_to(reply.form, command) if reply.form else None)
        if message:
            in_channel = here.id if here and not place.direct else None
            only = None if reply.public else uow.person.id
            to = Destination(in_channel, only if in_channel else uow.person.id, place.thread, actor.platform)
            uow.post("receipt", to, message, key=f"answer:{command.delivery_id}")
        return Reply()

    def _who(self, uow: UnitOfWork, command: Command) -> Person:
        """Who speaks; from here on the unit of work is their organization's."""
        found = people.who(uow.connection, command.actor)
        if found is None:
            uow.organization = self._organization(uow, command)
            return self._newcomer(uow, uow.organization, command)
        uow.organization, person = found
        if person.refused:
            people.reached(uow, command.actor)
        told = _news(person, command.actor)
        if told:
            people.learn(uow, person.id, **told)
            person = replace(person, **told)
        if person.role < Role.ADMIN and self._named_admin(command.actor):
            uow.person = person
            change_role(uow, person, Role.ADMIN)
            person = replace(person, role=Role.ADMIN)
        if not person.active:
            raise UserError(OFF_THE_LIST)
        return person

    def _organization(self, uow: UnitOfWork, command: Command) -> Organization:
        """The organization whose workspace this is; a first workspace is adopted where the policy allows."""
        actor, connection = command.actor, uow.connection
        known = {organization.id: organization for organization in people.organizations(connection)}
        owner = people.workspace_owner(connection, actor.platform, actor.workspace)
        if owner is not None:
            return known[owner]
        if not known and self._policy.adopt:
            fresh = people.create_organization(connection, self._policy.default_name, self._policy.default_zone, uow.at)
            known = {fresh.id: fresh}
        only = next(iter(known.values())) if len(known) == 1 else None
        if only and self._policy.adopt and not people.workspaces(connection, only.id, actor.platform):
            people.add_workspace(connection, only.id, actor.platform, actor.workspace)
            return only
        raise UserError("This workspace is not connected to a county here. Ask IT to install sipbot for it.")

    def _newcomer(self, uow: UnitOfWork, organization: Organization, command: Command) -> Person:
        actor = command.actor
        role = Role.ADMIN if self._named_admin(actor) else Role.MEMBER
        name = actor.name or actor.user
        same = people.with_email(uow.connection, organization.id, actor.email) if actor.email else []
        if role < Role.ADMIN and same and not any(one.active for one in same):
            raise UserError(OFF_THE_LIST)  # removed is removed, on the other platform too
        return people.create_person(uow.connection, organization.id, actor, name=name, role=role, at=uow.at)

    def _named_admin(self, actor: Actor) -> bool:
        return not self._policy.admins.isdisjoint({actor.user, actor.email.lower()} - {""})

    def _read(self, uow: UnitOfWork, command: Command) -> tuple[CommandSpec, Mapping[str, str]]:
        """The verb and its values; raises UserError for what cannot be understood or is not allowed."""
        if command.verb:
            found, rest = self.specs.get(command.verb), command.text
        else:
            found, rest = self._match(command)
        if found is None:
            raise UserError("That button is from an older version of sipbot. Type the command instead: /sip help.")
        if uow.person.role < found.role:
            able = [person.name for person in people.people_with_role(uow, found.role)]
            raise UserError(who_can(found, able))
        spec = found
        if command.values or not rest:
            return spec, command.values
        values, left = parse_args(spec.args, rest)
        if left:
            raise UserError(
                f"I did not understand “{left}”. Write it like this: {spec.usage}.",
                ((f"Help on {spec.verb}", "help", (("verb", spec.verb),)),),
            )
        return spec, values

    def verb_of(self, command: Command) -> str:
        """Which of our verbs it is about, "unknown" where none: never a word that somebody typed."""
        if command.verb:
            spec = self.specs.get(command.verb)
            return spec.verb if spec else UNKNOWN
        try:
            return self._match(command)[0].verb
        except UserError:
            return UNKNOWN

    def _match(self, command: Command) -> tuple[CommandSpec, str]:
        """The spec with the longest verb that the text begins with, and what follows it."""
        text = command.text
        words, rest, found = "", text, None
        for _ in range(_LONGEST_VERB):
            word, rest = first_word(rest)
            if not word:
                break
            words = f"{words} {word}".strip()
            spec = self.specs.get(words)
            if spec is not None and not spec.hidden:
                found = (spec, rest)
        if found is not None:
            return found
        if not words:
            return self.specs["help"], ""
        if command.source == "mention" and command.place.thread and "reply" in self.specs:
            return self.specs["reply"], text  # an answer in the thread like any other, only called out to the bot
        if _REFERENCE.match(text) and "update" in self.specs:
            return self.specs["update"], text  # "1.2.3 done piloted": what else could it be
        raise UserError(*self._unknown(words.split()[0]))

    def _unknown(self, word: str) -> tuple[str, tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]]:
        shown = [name for name, spec in self.specs.items() if not spec.hidden]
        near = process.extractOne(squash(word), shown, score_cutoff=_NEAR)
        all_help = ("All commands", "help", ())
        if near is None:
            return f"I do not know “{word}”. Here is what I can do:", (all_help,)
        verb = near[0]
        return f"I do not know “{word}”. Did you mean “{verb}”?", ((verb.capitalize(), verb, ()), all_help)


def _not_saved(command: Command, error: Exception, doubtful: bool = False) -> Reply:
    """`doubtful`: only the database knows, and it does not answer. Never a receipt either way."""
    reason = str(getattr(error, "orig", None) or error).strip()
    log.error("not saved", delivery=command.delivery_id, error=type(error).__name__, reason=reason, doubtful=doubtful)
    text = NOT_KNOWN if doubtful else NOT_SAVED
    return _ended(form_stays(command, text) or Reply(say(text), unsaved=True), "not_saved")


def _ended(reply: Reply, outcome: Outcome) -> Reply:
    """The reply with how it went; what was not saved stays that."""
    return reply if reply.outcome == "not_saved" else replace(reply, outcome=outcome)


def _overheard(uow: UnitOfWork, command: Command) -> Reply | None:
    """The answer to what was said in a thread that is none of ours: nobody's business, so nothing of it is kept, not
    even who said it. Where the platform says that it is ours, but not yet which post of ours it is under, it is to be
    sent again."""
    if command.source != "thread" or command.place.direct:
        return None
    root = threads.begun_by(uow.connection, command.actor, command.place)
    if root == "ours":
        return None
    if root == "not ours" or not command.place.ours:
        return Reply()
    log.info("a reply to a post that may be on its way", delivery=command.delivery_id)
    return Reply(say(NOT_YET), unsaved=True, outcome="not_yet")


def _news(person: Person, actor: Actor) -> dict[str, Any]:
    """What is new about a person: where they speak, and a name (an event brings none) or an e-mail address."""
    told = {} if person.last_platform == actor.platform else {"last_platform": actor.platform}
    if actor.email and not person.email:
        told["email"] = actor.email
    if actor.name and person.name == actor.user:
        told["name"] = actor.name
    return told
