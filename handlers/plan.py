"""Reading the plan in chat: `plan` at a glance, `steps` in detail, and who owns a step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from bot.chat.commands import Arg, Command, CommandSpec, Role
from bot.chat.compose import short
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, Option
from bot.chat.replies import Reply
from bot.domain.rollup import KEPT
from storage.models import plan_change, step_owner
from storage.queries import people, setup
from storage.queries import plan as plans
from storage.queries.ids import row_id
from storage.queries.kept_notes import as_read_here
from storage.queries.plan import StepView, StrategyView, UpdateView
from storage.queries.workgroups import LEADER, members, workgroups, workgroups_of
from storage.uow import Destination, UnitOfWork

NO_PLAN = "There is no plan here yet. IT can load it with: sipbot plan import FILE."
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED = 3  # people named as whom to ask
_NOBODY = ("", "none", "nobody")  # what takes all owners off
_HISTORY = 8  # updates of one step on one page
_ROOM = 8_000  # characters of their notes: Slack takes some 13,000 a message, and one note may have 10,000 alone


@dataclass(frozen=True, slots=True)
class Line:
    """A strategy at a glance."""

    strategy: StrategyView
    done: int
    total: int
    blocked: int


def show_plan(_: Command, uow: UnitOfWork) -> Reply:
    """Goals, strategies and how many of their steps are done; a shared strategy once."""
    found = plans.the_plan(uow)
    if found is None:
        raise UserError(NO_PLAN)
    steps = plans.steps(uow)
    statuses = {s.id: Counter(step.status for step in steps if step.strategy_id == s.id) for s in found.strategies}
    lines = [
        Line(s, statuses[s.id][plans.DONE], statuses[s.id].total(), statuses[s.id][plans.BLOCKED])
        for s in found.strategies
    ]
    by_goal = [(g, [line for line in lines if line.strategy.places[0][0] == g.number]) for g in found.goals]
    done = sum(step.status == plans.DONE for step in steps)
    return Reply(uow.compose("plan/plan", plan=found, goals=by_goal, done=done, total=len(steps)))


def show_steps(command: Command, uow: UnitOfWork) -> Reply:
    """One step with its history (`1.2.3`), a strategy's steps (`1.2`), a workgroup's, or my workgroups'."""
    values = command.values
    if ref := values.get("ref"):
        found = plans.steps_by_ref(uow, ref)
        if not found:
            raise UserError(
                f"There is no step {short(ref, 20)} in the plan. See it all with: plan.", (("The plan", "plan", ()),)
            )
        return (
            _one_step(uow, found[0], values.get("before", ""))
            if len(found) == 1
            else _list(uow, f"Steps of {ref}", found)
        )
    if values.get("workgroup") or values.get("name"):
        group = setup.find_workgroup(uow, values.get("workgroup") or values["name"])
        return _list(uow, group.name, plans.steps(uow, workgroup_id=group.id))
    mine = workgroups_of(uow, uow.person.id)
    if len(mine) == 1:
        return _list(uow, mine[0].name, plans.steps(uow, workgroup_id=mine[0].id))
    choices = tuple((g.name, "steps", (("workgroup", str(g.id)),)) for g in mine or workgroups(uow))
    if not choices:
        return _list(uow, "All action steps", plans.steps(uow))
    raise UserError("Which workgroup's steps?", choices[:25])


def _list(uow: UnitOfWork, title: str, steps: list[StepView]) -> Reply:
    by_strategy = [
        (strategy, [step for step in steps if step.strategy_id == strategy.id]) for strategy in plans.strategies(uow)
    ]
    shown = [(strategy, found) for strategy, found in by_strategy if found]
    sample = next((step.ref for step in steps if not step.closed), "1.2.3")
    return Reply(uow.compose("plan/steps", title=title, strategies=shown, sample=sample, today=uow.today))


def _one_step(uow: UnitOfWork, step: StepView, before: str) -> Reply:
    """The step with a page of its updates, newest first; `before` is the id of the last update already seen."""
    told = plans.updates_between(uow, _EVER, uow.at + timedelta(seconds=1), step_id=step.id)[::-1]
    if (last := row_id(before)) is not None:
        told = [update for update in told if update.id < last]
    shown, tz = _page(told), uow.organization.tz
    read = as_read_here(uow, [group for group, _ in _groups(uow, step)], step.owner_ids)
    changes = uow.rows(
        select(plan_change)
        .where(
            plan_change.c.organization_id == uow.organization.id,
            plan_change.c.strategy_id == step.strategy_id,
            plan_change.c.what == "step",
            plan_change.c.ref == step.ref,
        )
        .order_by(plan_change.c.id)
    ).all()
    return Reply(
        uow.compose(
            "plan/step",
            step=step,
            history=[u if u.person_id == uow.person.id else replace(u, note=read(u.note)) for u in shown],
            earlier=len(told) - len(shown),
            changes=[{**c._asdict(), "at": c.at.astimezone(tz)} for c in changes if c.before and c.after],
            today=uow.today,
            kept=KEPT,
        )
    )


def _page(told: list[UpdateView]) -> list[UpdateView]:
    """As many of the first ones as one message shows whole, at least one."""
    room = _ROOM
    for count, update in enumerate(told):
        room -= len(update.note)
        if count and (room < 0 or count == _HISTORY):
            return told[:count]
    return told


def assign(command: Command, uow: UnitOfWork) -> Reply:
    """Say who owns a step. With no person given: a form with all people. Whoever is made an owner, or is one no longer,
    by somebody else is told."""
    values = command.values
    step = _step_to_assign(uow, values)
    may = _may_assign(uow, step)
    asks = "who" not in values and command.source != "form"
    if asks and (may or not set(step.owner_ids) - {uow.person.id}):
        return Reply(form=_assign_form(uow, step))
    said = "" if asks else values.get("who", "").strip()
    owners = () if said.lower() in _NOBODY else setup.resolve_people(uow, command.actor, said)
    before, after = set(step.owner_ids), {person.id for person in owners}
    if not may and (asks or (before | after) - {uow.person.id}):
        raise UserError(_whom_to_ask(uow, step))
    _store_owners(uow, step, after)
    names = [person.name for person in owners]
    uow.audit("step assigned", f"{step.ref}: {', '.join(person.ref for person in owners) or 'nobody'}")
    for person_id in sorted((before ^ after) - {uow.person.id}):
        _tell_owner(uow, step, person_id, added=person_id in after)
    former = _former(step) if before != after else None
    return Reply(uow.compose("plan/assigned", step=step, owners=names, former=former))


def _step_to_assign(uow: UnitOfWork, values: Mapping[str, str]) -> StepView:
    found = plans.steps_by_ref(uow, values["ref"]) if values.get("ref") else []
    if (step_id := row_id(values.get("step", ""))) is not None:
        one = plans.step_by_id(uow, step_id)
        found = [one] if one else []
    if not found:
        raise UserError("Say which step and who: assign 1.2.3 @Ann.", (("The plan", "plan", ()),))
    if len(found) > 1:
        who = (("who", values["who"]),) if values.get("who") else ()
        choices = tuple((f"{s.ref} {s.text}"[:60], "assign", (("step", str(s.id)), *who)) for s in found[:10])
        raise UserError(f"{values['ref']} has several steps. Which one?", choices)
    return found[0]


def _groups(uow: UnitOfWork, step: StepView) -> tuple[tuple[int, str], ...]:
    """(row id, name) of the workgroups that have the step."""
    return next((s.workgroups for s in plans.strategies(uow) if s.id == step.strategy_id), ())


def _may_assign(uow: UnitOfWork, step: StepView) -> bool:
    """Coordinators may, and members of a workgroup that has the step. Others may only take a step that nobody else
    owns, and give it back."""
    mine = {group.id for group in workgroups_of(uow, uow.person.id)}
    return uow.person.role >= Role.COORDINATOR or any(group in mine for group, _ in _groups(uow, step))


def _whom_to_ask(uow: UnitOfWork, step: StepView) -> str:
    groups = _groups(uow, step)
    able = [m.name for group, _ in groups for m in members(uow, group) if m.role == LEADER]
    able = able or [person.name for person in people.people_with_role(uow, Role.COORDINATOR)]
    whose = f"members of {' or '.join(name for _, name in groups)} or a coordinator" if groups else "a coordinator"
    whom = ", ".join(dict.fromkeys(able[:_NAMED])) or "your coordinator"
    return f"Only {whose} can change who owns {step.ref}. Ask {whom}."


def _store_owners(uow: UnitOfWork, step: StepView, owners: Iterable[int]) -> None:
    mine = step_owner.c.organization_id == uow.organization.id
    uow.rows(delete(step_owner).where(mine, step_owner.c.step_id == step.id))
    for person_id in sorted(owners):
        uow.insert(step_owner, step_id=step.id, person_id=person_id)


def _tell_owner(uow: UnitOfWork, step: StepView, person_id: int, *, added: bool) -> None:
    message = uow.compose("plan/owner_told", step=step, added=added, who=uow.person.name)
    key = f"owner:{step.id}:{person_id}:{uow.at.isoformat()}"
    uow.post("notice", Destination(person_id=person_id), message, key=key, subject_id=step.id)


def _former(step: StepView) -> str:
    """The value that gives a step its owners back."""
    return ",".join(map(str, step.owner_ids)) or _NOBODY[-1]


def _assign_form(uow: UnitOfWork, step: StepView) -> Form:
    options = tuple(Option(str(p.id), p.name) for p in people.all_people(uow))
    chosen = ",".join(str(i) for i in step.owner_ids)
    field = Field(
        "who", "Owners", "multi", options, chosen, optional=True, hint="They are reminded when a month has no update."
    )
    return Form(f"Step {step.ref}", "assign", (field,), hidden=(("step", str(step.id)),))


COMMANDS = (
    CommandSpec("plan", show_plan, "The plan at a glance", examples=("plan",)),
    CommandSpec(
        "steps",
        show_steps,
        "Action steps of a workgroup or strategy, or one step with its history",
        args=(Arg("ref", "ref"), Arg("name", "rest")),
        aliases=("step",),
        examples=("steps", "steps 1.2", "steps 1.2.3", "steps Forms team"),
    ),
    CommandSpec(
        "assign",
        assign,
        "Say who owns a step",
        args=(Arg("ref", "ref"), Arg("who", "rest")),
        examples=("assign 1.2.3 @Ann",),
    ),
)
