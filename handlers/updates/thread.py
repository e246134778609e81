"""Replies in a meeting prompt's thread: progress where they say it, meeting notes where they do not.

Whatever cannot be placed without guessing is kept as a meeting note, and its author is asked privately. A reply to the
bot where there is no prompt - under a reminder in direct messages, or with a mention - is progress too, but there is no
meeting to keep a note of, so its author is asked and the question's buttons carry the words.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Divider, Message, Text, spans
from bot.chat.replies import Reply
from bot.domain.progress_words import Said, read_reply
from handlers.updates.ask import (
    CARRIED,
    MAX_TEXT,
    MOST_OFFERED,
    Wanted,
    all_steps,
    choice,
    likely,
    open_own,
    step_field,
)
from handlers.updates.recording import Saved, ask_reopen, existing, needs_asking, receipt, save, stands_in, yes_if
from storage.queries import plan as plans
from storage.queries import updates
from storage.queries.ids import row_id
from storage.queries.plan import BLOCKED, StepView
from storage.queries.setup import readable
from storage.queries.updates import NoteView, Prompt
from storage.uow import UnitOfWork

KEEP = "none"  # the button's value for "this note belongs to no step"


@dataclass(slots=True)
class _Outcome:
    """What becomes of a reply. `alone`: it says one thing; `progress`: it says some progress."""

    alone: bool
    progress: bool
    saved: list[Saved] = field(default_factory=list)
    asked: list[Message] = field(default_factory=list)


def reply(command: Command, uow: UnitOfWork) -> Reply:
    """A message in a thread. What colleagues say to each other in a thread that is not a prompt's is not ours to read:
    nothing is stored or answered."""
    text = command.text.strip()
    prompt = updates.prompt_answered(uow, command) if text else None
    to_us = command.place.direct or command.source == "mention"
    if prompt is None and not (text and to_us):
        return Reply()
    if len(text) > MAX_TEXT:
        raise UserError(
            f"I did not record your reply: it has {len(text):,} characters and I can keep {MAX_TEXT:,}. "
            "It is still in the thread; please send it again in two parts."
        )
    steps = plans.steps(uow)
    items = read_reply(text, {ref for step in steps for ref in step.refs})
    outcome = _Outcome(len(items) == 1, any(said.ref or said.status for said in items))
    for said in items:
        note, words = (readable(uow, command.actor, words) for words in (said.note, said.text))
        _take(uow, prompt, steps, replace(said, note=note, text=words), outcome)
    emoji = "white_check_mark" if outcome.saved else "memo" if prompt else ""
    return Reply(_answer(uow, outcome), reaction=emoji)


def assign_note(command: Command, uow: UnitOfWork) -> Reply:
    """`note step`: the author says which step a kept note belongs to, or that it is none."""
    note = updates.own_note(uow, row_id(command.values.get("note", "")) or 0)
    if note is None:
        raise UserError("Only the person who wrote a note can say which step it belongs to.")
    if note.withdrawn:
        raise UserError("That note was already turned into an update or taken back. See what stands: /sip me")
    chosen = command.values.get("step", "")
    if chosen == KEEP:
        return Reply(uow.compose("updates/note_kept", note=note), replace=stands_in(command))
    step_id = row_id(chosen)
    if step_id is None:
        if command.source == "form":
            return Reply(errors=FormErrors((("step", "Choose the step this note belongs to."),)))
        return Reply(form=_note_form(uow, note))
    return Reply(_note_to_update(uow, note, step_id), replace=stands_in(command))


def _note_to_update(uow: UnitOfWork, note: NoteView, step_id: int) -> Message:
    """The note's words become an update now; the note itself no longer stands."""
    step = existing(uow, step_id)
    said = read_reply(note.text, step.refs)
    status, words = (said[0].status, said[0].note) if len(said) == 1 else (None, note.text)
    wanted = Wanted(step.id, status=status, note=words if status else note.text)
    updates.withdraw_note(uow, note.id)
    if needs_asking(step, wanted):
        # The words are never left out: a bare "done" is the note until the status is confirmed.
        kept = replace(wanted, status=None, note=wanted.note or note.text)
        return ask_reopen(uow, step, wanted, save(uow, step, kept, "note"))
    return receipt(uow, save(uow, step, wanted, "note"))


def _take(uow: UnitOfWork, prompt: Prompt | None, steps: list[StepView], said: Said, outcome: _Outcome) -> None:
    """One thing a reply says: stored as an update, or kept as a note and asked about."""
    step_id = _meant(uow, prompt, steps, said)
    if step_id is None:
        ask = _keep(uow, prompt, steps, said, outcome) if prompt else _ask(uow, steps, said, outcome)
        outcome.asked.append(ask)
        return
    step = existing(uow, step_id)
    ref = said.ref or step.ref
    wanted = Wanted(step_id, ref, said.status, said.note)
    if wanted.status is None and not wanted.note:
        wanted = replace(wanted, note=said.text)  # "1.2.3" alone: kept, so that nothing said is lost
    if not needs_asking(step, wanted):
        saved = save(uow, step, wanted, "thread")
        outcome.saved.append(replace(saved, ref=ref, only=not said.ref))
        return
    noted = save(uow, step, replace(wanted, status=None), "thread") if wanted.note else None
    outcome.asked.append(ask_reopen(uow, step, wanted, noted, swap=outcome.alone))


def _meant(uow: UnitOfWork, prompt: Prompt | None, steps: list[StepView], said: Said) -> int | None:
    """The step, where there is no doubt: it is named, or a status was said and the author has one open step here."""
    if said.ref:
        named = [step.id for step in steps if said.ref in step.refs]
        return named[0] if named else None
    if said.status is None:
        return None
    own = _own_here(uow, prompt, steps)
    return own[0].id if len(own) == 1 else None


def _own_here(uow: UnitOfWork, prompt: Prompt | None, steps: list[StepView]) -> list[StepView]:
    if prompt is None:
        return open_own(uow, steps)
    here = {s.id for s in plans.strategies(uow) if prompt.workgroup_id in {id_ for id_, _ in s.workgroups}}
    return [step for step in open_own(uow, steps) if step.strategy_id in here]


def _keep(uow: UnitOfWork, prompt: Prompt, steps: list[StepView], said: Said, outcome: _Outcome) -> Message:
    """A meeting note, and the private question which step it belongs to. Prose around progress ("Hi all, mine:") is
    kept too, but not asked about at length."""
    note = updates.add_note(uow, prompt, said.text)
    if outcome.progress and not said.ref and not said.status:
        return uow.compose("updates/also_kept", note=note, text=said.text)
    own = _own_here(uow, prompt, steps) if said.status and not said.ref else []
    offered = own or likely(uow, steps, said.text, prompt.workgroup_id, said.ref)
    return uow.compose(
        "updates/note_which_step",
        note=note,
        text=said.text,
        ref=said.ref if not any(ref.startswith(f"{said.ref}.") for step in steps for ref in step.refs) else "",
        status=said.status or "",
        choices=[choice(step) for step in offered],
        keep=KEEP,
        swap=yes_if(outcome.alone),
    )


def _ask(uow: UnitOfWork, steps: list[StepView], said: Said, outcome: _Outcome) -> Message:
    """Which step was meant, where no meeting is there to keep a note of: the buttons carry what was said."""
    if not steps:
        raise UserError("There is no plan here yet. Ask your coordinator to import the System Improvement Plan.")
    note = said.note if said.ref or said.status else said.text
    if len(note) > CARRIED:
        return uow.compose("updates/say_which_step", text=note, sample=(open_own(uow, steps) or steps)[0].ref)
    if outcome.progress and not said.ref and not said.status:
        return uow.compose("updates/not_kept", text=note)
    own = [] if said.ref else open_own(uow, steps)[:MOST_OFFERED]
    return uow.compose(
        "updates/which_step",
        ref=said.ref,
        known=any(ref.startswith(f"{said.ref}.") for step in steps for ref in step.refs),
        status=said.status or "",
        note=note,
        choices=[choice(step) for step in own or likely(uow, steps, said.text, None, said.ref)],
        swap=yes_if(outcome.alone),
    )


def _note_form(uow: UnitOfWork, note: NoteView) -> Form:
    return Form(
        title="Which step is it?",
        verb="note step",
        fields=(step_field(uow, all_steps(uow), None, note.workgroup_id),),
        hidden=(("note", str(note.id)),),
        intro=(Text(spans(note.text)),),
    )


def _answer(uow: UnitOfWork, outcome: _Outcome) -> Message | None:
    """One private message: the receipt first, then each question."""
    parts = list(outcome.asked)
    if len(outcome.saved) == 1:
        parts.insert(0, receipt(uow, outcome.saved[0], swap=outcome.alone))
    elif outcome.saved:
        stuck = [one for one in outcome.saved if one.status == BLOCKED and not one.note]
        parts.insert(0, uow.compose("updates/saved_several", saved=outcome.saved, stuck=stuck, swap=yes_if(not parts)))
    if not parts:
        return None
    message = parts[0]
    for part in parts[1:]:
        message = message.plus(Divider(), *part.blocks)
    return message
