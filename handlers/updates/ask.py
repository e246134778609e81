"""Asking which step was meant: a form, or buttons that carry everything already said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rapidfuzz import fuzz, process

from bot.chat.compose import short
from bot.chat.errors import UserError
from bot.chat.forms import HOLDS, Field, Form, Option
from bot.chat.messages import Text, spans
from bot.chat.replies import Reply
from storage.queries import plan as plans
from storage.queries import workgroups as groups
from storage.queries.plan import STATUSES, StepView
from storage.uow import UnitOfWork

MAX_TEXT = 10_000  # characters of anything people type
SAME = "same"  # the form's value for "leave the status as it is"; a select cannot hold an empty value in Slack
CARRIED = 500  # characters of a note a button carries: ten such buttons fit a Teams card (25 KB)
_OFFERED = 5  # steps offered as buttons when a reference is unknown
MOST_OFFERED = 10  # of one strategy, or of one's own
_LABEL = 70  # characters; Slack cuts labels of options and buttons at 75


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants recorded. `status` None leaves it as it is. `replaces`: id of an own update to correct.
    `reopen`: they have confirmed that a closed step gets another status. `doubted`: the status they typed and then left
    open ("done by Friday"), or ""."""

    step_id: int | None = None
    ref: str = ""
    status: str | None = None
    note: str = ""
    replaces: int | None = None
    reopen: bool = False
    workgroup_id: int | None = None
    doubted: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A step offered as a button; its label is the reference alone, because phones cut labels at some 30 characters."""

    id: int
    ref: str
    text: str


def choice(step: StepView) -> Choice:
    return Choice(step.id, step.ref, step.text)


def all_steps(uow: UnitOfWork) -> list[StepView]:
    """The plan's steps; says what to do when there is no plan."""
    found = plans.steps(uow)
    if not found:
        raise UserError("There is no plan here yet. Ask your coordinator to import the System Improvement Plan.")
    return found


def open_own(uow: UnitOfWork, steps: Iterable[StepView]) -> list[StepView]:
    return [step for step in steps if not step.closed and uow.person.id in step.owner_ids]


def step_form(uow: UnitOfWork, wanted: Wanted, why: str = "") -> Form:
    """The update form, filled with what is known. `why` is said above the questions. The note of an update that is
    edited is left out, and so kept, where no form can hold it."""
    steps = all_steps(uow)
    own = open_own(uow, steps)
    step_id = wanted.step_id or (own[0].id if len(own) == 1 else None)
    statuses = (Option(SAME, "Leave it as it is"), *(Option(status, status.capitalize()) for status in STATUSES))
    hidden = (("update", str(wanted.replaces)),) if wanted.replaces else ()
    fields = [
        step_field(uow, steps, step_id, wanted.workgroup_id),
        Field("status", "Status", "select", statuses, value=wanted.status or SAME),
        Field("note", "Note", "long", value=wanted.note, optional=True, hint="What happened? What is in the way?"),
    ]
    if len(wanted.note) > HOLDS:
        fields.pop()
        why = (
            f"The note has {len(wanted.note):,} characters, more than a form can hold, so it stays as it is. "
            "For another note undo the update and record it anew."
        )
    return Form(
        title="Edit the update" if wanted.replaces else "Update a step",
        verb="update",
        fields=tuple(fields),
        hidden=hidden,
        intro=(Text(spans(why)),) if why else (),
    )


def ask_by_form(uow: UnitOfWork, wanted: Wanted, why: str = "") -> Reply:
    """The update form; a note that no form can hold comes back whole, to be sent again with the step."""
    if len(wanted.note) <= HOLDS:
        return Reply(form=step_form(uow, wanted, why))
    steps = all_steps(uow)
    sample = (open_own(uow, steps) or steps)[0].ref
    given = {"status": wanted.status or "", "note": wanted.note, "length": f"{len(wanted.note):,}"}
    return Reply(uow.compose("updates/send_again", why=why, sample=sample, **given))


def step_field(uow: UnitOfWork, steps: list[StepView], chosen: int | None, workgroup_id: int | None) -> Field:
    """Own open steps first, then the person's workgroups' (or the given workgroup's), then all others; closed last."""
    near = {workgroup_id} if workgroup_id else {group.id for group in groups.workgroups_of(uow, uow.person.id)}
    strategies = {strategy.id: strategy for strategy in plans.strategies(uow)}

    def place(step: StepView) -> tuple[int, str]:
        strategy = strategies[step.strategy_id]
        if step.closed:
            return 3, "Done or dropped"
        if uow.person.id in step.owner_ids:
            return 0, "My steps"
        return (1 if near & {id_ for id_, _ in strategy.workgroups} else 2), f"{strategy.ref} {strategy.title}"

    placed = sorted(((place(step), step) for step in steps), key=lambda pair: pair[0][0])
    options = tuple(
        Option(str(step.id), short(f"{step.ref} {step.text}", _LABEL), short(group, _LABEL))
        for (_, group), step in placed
    )
    return Field("step", "Action step", "select", options, value=str(chosen or ""))


def ask_which(uow: UnitOfWork, wanted: Wanted) -> Reply:
    """Buttons for the steps a reference may mean; a long note asks by form, because a button cannot carry it."""
    steps = all_steps(uow)
    meant = plans.steps_by_ref(uow, wanted.ref)
    if len(meant) == 1 and wanted.ref.count(".") == 2:
        meant = []
    offered = sorted(meant, key=lambda step: step.closed)[:MOST_OFFERED] or nearest(steps, wanted.ref)
    if len(wanted.note) > CARRIED:
        why = f"Which step is it? “{wanted.ref}” " + ("has several." if meant else "is not in the plan.")
        return ask_by_form(uow, replace(wanted, step_id=offered[0].id), why)
    return Reply(
        uow.compose(
            "updates/which_step",
            ref=wanted.ref,
            known=bool(meant),
            status=wanted.status or "",
            note=wanted.note,
            choices=[choice(step) for step in offered],
            swap="yes",
        )
    )


def nearest(steps: list[StepView], ref: str) -> list[StepView]:
    """The steps whose references look most like `ref`."""
    names = {name: step for step in steps for name in step.refs}
    found = process.extract(ref, list(names), scorer=fuzz.ratio, limit=_OFFERED * 2)
    return list({names[name].id: names[name] for name, _, _ in found}.values())[:_OFFERED]


def likely(
    uow: UnitOfWork, steps: list[StepView], text: str, workgroup_id: int | None, said: str = ""
) -> list[StepView]:
    """The steps a note may belong to: the ones its reference points at, else by likeness of words, own and the
    workgroup's steps before others, open ones before closed."""
    if said:
        below = [step for step in steps if any(ref.startswith(f"{said}.") for ref in step.refs)]
        return below[:MOST_OFFERED] or nearest(steps, said)
    here = {s.id for s in plans.strategies(uow) if workgroup_id in {id_ for id_, _ in s.workgroups}}

    def score(step: StepView) -> float:
        likeness = fuzz.token_set_ratio(text.lower(), step.text.lower())
        own = 40 * (uow.person.id in step.owner_ids)
        return likeness + own + 30 * (step.strategy_id in here) - 50 * step.closed

    return sorted(steps, key=score, reverse=True)[:_OFFERED]
