"""What the console shows, as HTML: messages, the sidebar, forms. Pure: no store, no request."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from urllib.parse import urlencode
from zlib import crc32

from bot.adapters.console_pages.types import BOT, DIRECT, ConsoleChannel, ConsolePerson, Said
from bot.chat.codec import to_json
from bot.chat.forms import Form, FormErrors, Option
from bot.chat.messages import Message
from bot.renderers.html import to_html, words
from bot.renderers.html_forms import form_html
from bot.renderers.safety import safe_url

HOME = "home"
TINTS = 8  # avatar colours in console.css
_TOGETHER = timedelta(minutes=5)  # messages of one author this close share one avatar
_RICH = re.compile(rf"<[@#][^>|\s]+\|([^>]*)>|(https?://[^\s<>]+[^\s<>.,;:!?)\"'])|(@{BOT})\b")
# Drawn by the page itself, because not every machine has a font for emoji; any other shows by its name.
_EMOJI = {"white_check_mark": "check", "memo": "memo", "question": "question", "warning": "warning"}


@dataclass(frozen=True, slots=True)
class Row:
    """One drawn message: the page replaces the element of this id when its HTML changed."""

    id: str
    html: str


def day_words(moment: datetime) -> str:
    """`Monday, 2 March 2026`"""
    return f"{moment:%A}, {moment.day} {moment:%B %Y}"


def clock_words(moment: datetime) -> str:
    """`Mon 2 Mar 2026, 09:00`"""
    return f"{moment:%a} {moment.day} {moment:%b %Y}, {moment:%H:%M}"


def rows(said: Sequence[Said], reader: str, zone: tzinfo | None, *, in_thread: bool = False) -> list[Row]:
    """The messages, with a line before the first of each day; a thread begins without one."""
    drawn: list[Row] = []
    before: Said | None = None
    for one in said:
        at = one.at.astimezone(zone)
        if (not in_thread) if before is None else before.at.astimezone(zone).date() != at.date():
            drawn.append(Row(f"day-{at:%Y-%m-%d}", f'<h2 class="day"><span>{day_words(at)}</span></h2>'))
            before = None
        drawn.append(Row(one.id, _article(one, reader, at, _goes_with(before, one), in_thread)))
        before = one
    return drawn


def _goes_with(before: Said | None, one: Said) -> bool:
    return (
        before is not None
        and (before.author, before.private_to) == (one.author, one.private_to)
        and one.at - before.at < _TOGETHER
        and not before.replies
    )


def _asked(said: Said, at: datetime) -> str:
    """A command its author typed where others are: a quiet line, since the answer below is what matters."""
    return (
        f'<article class="message asked own" aria-label="You, {at:%H:%M}"><p class="said">'
        f'<span class="sr">You typed </span><code>{typed_html(said.text)}</code> <time>{at:%H:%M}</time></p></article>'
    )


def _article(said: Said, reader: str, at: datetime, together: bool, in_thread: bool) -> str:
    if said.private_to and said.author:
        return _asked(said, at)
    name = said.author_name or BOT
    private = (
        '<p class="private"><svg aria-hidden="true"><use href="#i-eye"/></svg>Only visible to you</p>'
        if said.private_to
        else ""
    )
    tag = "" if said.author else '<span class="tag">bot</span>'
    when = f'<time datetime="{at.isoformat()}">{at:%H:%M}</time>'
    who = f'<p class="who"><b>{words(name)}</b>{tag}{when}</p>'
    kind = " mine-only" * bool(said.private_to) + " together" * together + " own" * (said.author == reader)
    return (
        f'<article class="message{kind}" aria-label="{words(name)}, {at:%H:%M}">{_avatar(said.author, name)}'
        f'<div class="body">{private}{who}{_words(said)}{_edited(said)}{_reactions(said)}'
        f"{'' if in_thread else _replies(said, at)}</div>{_menu(said, name, in_thread)}</article>"
    )


def _words(said: Said) -> str:
    if said.message is not None:
        return f'<div class="said">{to_html(said.message, top=3)}</div>'
    return f'<div class="said"><p class="typed">{typed_html(said.text)}</p></div>'


def typed_html(text: str) -> str:
    """A person's words: mentions by name, web addresses as links, everything else as it was typed."""
    html, at = "", 0
    for found in _RICH.finditer(text):
        html += words(text[at : found.start()])
        if found[2] and safe_url(found[2]):
            html += f'<a href="{words(found[2])}" rel="noopener noreferrer">{words(found[2])}</a>'
        else:
            name = found[0] if found[1] is None else found[0][1] + found[1]
            html += f'<span class="mention">{words(name)}</span>'
        at = found.end()
    return html + words(text[at:])


def _avatar(user: str, name: str) -> str:
    if not user:
        return '<span class="avatar bot" aria-hidden="true"><svg><use href="#i-bot"/></svg></span>'
    initials = "".join(part[0] for part in name.split()[:2]).upper()
    return f'<span class="avatar tint-{crc32(user.encode()) % TINTS}" aria-hidden="true">{words(initials)}</span>'


def _edited(said: Said) -> str:
    return '<p class="edited">(edited)</p>' if said.edited else ""


def _reactions(said: Said) -> str:
    shown = "".join(
        f'<li><span role="img" aria-label="{BOT} reacted: {words(name.replace("_", " "))}">{_emoji(name)}</span></li>'
        for name in said.reactions
    )
    return f'<ul class="reactions">{shown}</ul>' if shown else ""


def _emoji(name: str) -> str:
    icon = _EMOJI.get(name)
    return f'<svg class="{icon}"><use href="#i-{icon}"/></svg>' if icon else words(f":{name}:")


def _replies(said: Said, at: datetime) -> str:
    """The door to the thread: how many replies, and when the last was made (with its day when that is another)."""
    if said.last_reply is None:
        return ""
    last = said.last_reply.astimezone(at.tzinfo)
    when = f"{last:%H:%M}" if last.date() == at.date() else f"{last.day} {last:%b, %H:%M}"
    count = f"{said.replies} repl{'y' if said.replies == 1 else 'ies'}"
    return f'<button type="button" class="replies" data-thread="{said.id}">{count}<span>last {when}</span></button>'


def _menu(said: Said, name: str, in_thread: bool) -> str:
    """What can be done with a message; a private one has no thread."""
    about = words(f"{name}'s message")
    reply = (
        f'<button type="button" data-thread="{said.id}" aria-label="Reply in thread to {about}">'
        '<svg aria-hidden="true"><use href="#i-reply"/></svg><span>Reply</span></button>'
        if not (in_thread or said.private_to)
        else ""
    )
    win = (
        f'<button type="button" data-win="{said.id}" aria-label="Tell a win from {about}">'
        '<svg aria-hidden="true"><use href="#i-star"/></svg><span>Tell a win</span></button>'
        if said.author
        else ""
    )
    return f'<div class="menu">{reply}{win}</div>' if reply or win else ""


def sidebar(channels: Sequence[ConsoleChannel], unread: Mapping[str, int], user: str, here: str) -> str:
    """The list of places; the open one is marked for eyes and for screen readers."""

    def link(place: str, label: str, icon: str) -> str:
        new = unread.get(place, 0) if place != here else 0
        mark = f'<span class="unread">{new}</span>' if new else ""
        current = ' aria-current="page"' if place == here else ""
        strong = f' class="has-new" aria-label="{words(label)}, {new} new"' if new else ""
        return (
            f'<li><a href="?{words(_query(user, place))}" data-place="{words(place)}"{current}{strong}>'
            f'<svg aria-hidden="true"><use href="#i-{icon}"/></svg><span>{words(label)}</span>{mark}</a></li>'
        )

    listed = "".join(link(channel.id, channel.name, "hash") for channel in channels)
    return (
        f"<ul>{link(HOME, 'Home', 'home')}</ul>"
        f'<h2 id="nav-channels">Channels</h2><ul aria-labelledby="nav-channels">{listed}</ul>'
        f'<h2 id="nav-direct">Direct messages</h2>'
        f'<ul aria-labelledby="nav-direct">{link(DIRECT + user, BOT, "bot")}</ul>'
    )


def _query(user: str, place: str) -> str:
    return urlencode({"as": user, "in": place})


def people_options(people: Sequence[ConsolePerson], user: str) -> str:
    """The choices of "You are", in groups by role."""
    groups = []
    for role, members in groupby(people, key=lambda person: person.role):
        options = "".join(
            f'<option value="{words(person.user)}"{" selected" * (person.user == user)}>{words(person.name)}</option>'
            for person in members
        )
        groups.append(f'<optgroup label="{words(role.capitalize())}">{options}</optgroup>')
    return "".join(groups)


def home(message: Message | None) -> str:
    """The home page's blocks."""
    return to_html(message, top=2) if message and message.blocks else "<p>Nothing here yet.</p>"


def empty(title: str, direct: bool) -> str:
    """What a place without messages says: where you are and three ways to begin."""
    tries = ("help", "me", "update") if direct else ("/sip help", "/sip agenda", "/sip update")
    chips = "".join(
        f'<button type="button" class="button" data-try="{words(text)}">{words(text)}</button>' for text in tries
    )
    lead = (
        "Only you and the bot read here. Say what you did, or ask for something."
        if direct
        else "Nobody has written here yet. Ask sipbot for something, or write to your colleagues."
    )
    return f'<div class="empty"><h2>{words(title)}</h2><p>{lead}</p><div class="actions">{chips}</div></div>'


def form_page(
    form: Form,
    people: Sequence[ConsolePerson],
    values: Mapping[str, str] | None = None,
    errors: FormErrors | None = None,
) -> dict[str, str]:
    """A form for the dialog: its title, its HTML, and the form itself to come back with the answers."""
    options = tuple(Option(f"<@{person.user}>", person.name) for person in people)
    return {
        "title": form.title,
        "html": form_html(form, values, errors, people=options, prefix="field"),
        "form": to_json(form),
    }
