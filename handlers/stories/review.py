"""The coordinator's side of stories: the queue, and the four decisions. Authors never approve their own story unless
there is no other coordinator."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from bot.chat.codec import to_json
from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Divider, Message
from bot.chat.replies import Reply
from handlers.stories.asking import reviewers, tell
from handlers.stories.cards import CARD, QUEUE, card, check, found, marked, newsletter_title, version, what_to_change
from handlers.stories.naming import refused_names, tell_the_credited
from storage.audit_log import note_read
from storage.queries import stories
from storage.queries.stories import APPROVED, DECLINED, IN_REVIEW, SENT_BACK, StoryView
from storage.uow import UnitOfWork

_SHOWN = 5  # stories in one message: each takes about five blocks, and Slack shows 50
_ROOM = 11_000  # characters of their cards as JSON: Slack shows 13,000 of text, Teams 25 KB
_MAX_REASON = 1_000  # characters
_PROGRAMS = {"calworks": "CalWORKs", "child_welfare": "child welfare"}


def queue(command: Command, uow: UnitOfWork) -> Reply:
    """`stories`: what waits, oldest first; with a story, that one."""
    note_read(uow, "stories read", "", f"stories {uow.person.id}")
    if "story" in command.values:
        return Reply(card(uow, found(uow, command.values["story"])))
    return Reply(_queue(uow))


def _queue(uow: UnitOfWork) -> Message:
    """The oldest stories that wait, each whole, as many as one message holds; one's own, which others decide, last."""
    waiting = sorted(stories.stories_in(uow, (IN_REVIEW,)), key=lambda story: story.person_id == uow.person.id)
    cards = [card(uow, story, QUEUE) for story in waiting[:_SHOWN]]
    sizes = accumulate(len(to_json(one)) for one in cards)
    shown = [one for at, (one, size) in enumerate(zip(cards, sizes, strict=True)) if not at or size <= _ROOM]
    message = uow.compose("stories/queue", count=len(waiting), shown=len(shown))
    for one in shown:
        message = message.plus(Divider(), *one.blocks)
    return message


def approve(command: Command, uow: UnitOfWork) -> Reply:
    """Approve the very words that were shown, checked once more."""
    story = found(uow, command.values.get("story", ""), change=True)
    _in_state(story, (IN_REVIEW,))
    if command.values.get("version") != version(story):
        head = uow.compose("stories/changed_since")
        in_queue = command.values.get("shown_in") == QUEUE
        return _instead(command, uow, head if in_queue else head.plus(*card(uow, story).blocks))
    alone = _may_decide(uow, story)
    _refuse_what_is_blocked(uow, story)
    if story.linkages:
        faults = _agreements(command, uow, story)
        if faults is not None:
            return faults
    stories.set_state(uow, story, APPROVED, reviewed=True)
    uow.audit("story approved", f"story {story.id}" + (" by its author, the only coordinator" if alone else ""))
    if not alone:
        edited = story.text != story.original_text
        told = uow.compose("stories/approved_author", story=story, edition=newsletter_title(uow), edited=edited)
        tell(uow, story.person_id, story, told.plus(marked(story.text, ())) if edited else told, "approved")
    message = uow.compose("stories/approved", story=story, edition=newsletter_title(uow), alone=alone)
    return _instead(command, uow, message)


def _agreements(command: Command, uow: UnitOfWork, story: StoryView) -> Reply | None:
    """Who agreed for each program to a story in which both have a part; None once both names are stored. That a family
    is known to child welfare is protected on its own (WIC 827), so one program cannot decide alone."""
    calworks, welfare = (" ".join(command.values.get(name, "").split()) for name in _PROGRAMS)
    if command.source != "form":
        return Reply(form=_agreement_form(story, command.values.get("shown_in", "")))
    faults = [(name, f"Say who agreed for {program}.") for name, program in _PROGRAMS.items()]
    missing = tuple(fault for fault, said in zip(faults, (calworks, welfare), strict=True) if not said)
    if not missing and calworks.casefold() == welfare.casefold():
        missing = (("child_welfare", "Somebody from each program has to agree; these are the same person."),)
    if missing:
        return Reply(errors=FormErrors(missing))
    stories.change_story(uow, story.id, agreed_calworks=calworks, agreed_child_welfare=welfare)
    uow.audit("story agreed by both programs", f"story {story.id}")
    return None


def _agreement_form(story: StoryView, shown_in: str) -> Form:
    fields = tuple(Field(name, f"Who agreed for {program}?", max_length=200) for name, program in _PROGRAMS.items())
    hidden = (("story", str(story.id)), ("version", version(story)), ("shown_in", shown_in))
    return Form("Both programs agree", "stories approve", fields, "Approve", hidden)


def edit(command: Command, uow: UnitOfWork) -> Reply:
    """Change the words in review; what the author told stays beside them."""
    story = found(uow, command.values.get("story", ""), change=True)
    _in_state(story, (IN_REVIEW,))
    if command.source != "form":
        return Reply(form=_edit_form(story))
    text, credit = command.values.get("text", "").strip(), command.values.get("credit", "").strip()
    if command.values.get("version", version(story)) != version(story) and (text, credit) != (story.text, story.credit):
        meanwhile = uow.compose("stories/meanwhile", story=story)
        return Reply(form=replace(_edit_form(story, text, credit), intro=meanwhile.blocks))
    checked = check(uow, text, credit)
    if not text or checked.verdict == "block":
        fault = what_to_change(checked) if text else "The story cannot be empty. To refuse it, decline it."
        return Reply(errors=FormErrors((("text", fault),)))
    refused = refused_names(uow, credit, story.id)
    if refused:
        sentence = f"{', '.join(refused)} asked not to be named in this win. Please take the name out."
        return Reply(errors=FormErrors((("credit", sentence),)))
    data = stories.findings_to_data(checked.findings)
    stories.change_story(uow, story.id, text=text, credit=credit, verdict=checked.verdict, findings=data)
    uow.audit("story edited in review", f"story {story.id}")
    edited = found(uow, str(story.id))
    tell_the_credited(uow, edited)
    return Reply(card(uow, edited))


def send_back(command: Command, uow: UnitOfWork) -> Reply:
    """Back to the author with a reason and an Edit button; an approved story can still be sent back."""
    return _with_reason(command, uow, SENT_BACK)


def decline(command: Command, uow: UnitOfWork) -> Reply:
    """No, with a reason the author is told."""
    return _with_reason(command, uow, DECLINED)


def _with_reason(command: Command, uow: UnitOfWork, state: str) -> Reply:
    story = found(uow, command.values.get("story", ""), change=True)
    _in_state(story, (IN_REVIEW, APPROVED))
    reason = command.values.get("reason", "").strip()
    if not reason:
        if command.source == "form":
            return Reply(errors=FormErrors((("reason", "Say why; the author reads this sentence."),)))
        return Reply(form=_reason_form(story, command.verb, state))
    if len(reason) > _MAX_REASON:
        return Reply(errors=FormErrors((("reason", f"Please keep the reason under {_MAX_REASON:,} characters."),)))
    stories.set_state(uow, story, state, reason=reason, reviewed=True)
    uow.audit(f"story {state}", f"story {story.id}")
    name = "sent_back_author" if state == SENT_BACK else "declined_author"
    tell(uow, story.person_id, story, uow.compose(f"stories/{name}", story=story, reason=reason), state)
    return Reply(uow.compose("stories/decided", story=story, state=state, reason=reason))


def _instead(command: Command, uow: UnitOfWork, message: Message) -> Reply:
    """The answer in place of the story's card; where that was in the queue, with what still waits."""
    shown_in = command.values.get("shown_in", "")
    if shown_in == QUEUE:
        message = message.plus(Divider(), *_queue(uow).blocks)
    return Reply(message, replace=shown_in in (CARD, QUEUE))


def _refuse_what_is_blocked(uow: UnitOfWork, story: StoryView) -> None:
    """The rules, or who is on the list of people, may have changed since the story was stored."""
    checked = check(uow, story.text, story.credit)
    if checked.verdict == "block":
        values = (("story", str(story.id)),)
        raise UserError(
            f"This cannot be approved yet. {what_to_change(checked)}",
            (("Edit", "stories edit", values), ("Send back", "stories sendback", values)),
        )


def _may_decide(uow: UnitOfWork, story: StoryView) -> bool:
    """Whether the person approves alone because they are both author and only coordinator; refuses own approval
    otherwise."""
    if story.person_id != uow.person.id:
        return False
    others = [person.name for person in reviewers(uow, story.person_id) if person.id != uow.person.id]
    if others:
        raise UserError(f"This is your own story, so somebody else approves it: {', '.join(others[:3])}.")
    return True


def _in_state(story: StoryView, states: tuple[str, ...]) -> None:
    if story.state in states:
        return
    by = f" by {story.reviewer}" if story.reviewer and story.state not in (IN_REVIEW, stories.WITHDRAWN) else ""
    raise UserError(f"Nothing changed: this story is {story.state}{by}.", (("Stories that wait", "stories", ()),))


def _edit_form(story: StoryView, text: str | None = None, credit: str | None = None) -> Form:
    """`text`, `credit`: what was typed in place of the story's own."""
    words, names = story.text if text is None else text, story.credit if credit is None else credit
    return Form(
        title="Edit the story",
        verb="stories edit",
        fields=(
            Field("text", "Story", "long", value=words, hint="What the author told is kept beside your version."),
            Field("credit", "Who may be named", value=names, optional=True),
        ),
        hidden=(("story", str(story.id)), ("version", version(story))),
    )


def _reason_form(story: StoryView, verb: str, state: str) -> Form:
    back = state == SENT_BACK
    return Form(
        title="Send back" if back else "Decline",
        verb=verb,
        fields=(
            Field(
                "reason",
                "What should change?" if back else "Why is it declined?",
                "long",
                hint=f"{story.author} reads this.",
                max_length=_MAX_REASON,
            ),
        ),
        submit="Send back" if back else "Decline",
        hidden=(("story", str(story.id)),),
    )
