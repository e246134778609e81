"""What trying something taught (plan, do, study, act): what was expected, what happened, and what follows from it.

A learning belongs to a strategy and is told in the quarterly report-out and in the drafts of the progress reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.chat.commands import Arg, Command, CommandSpec
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.replies import Reply
from bot.domain.periods import Quarter
from bot.domain.rollup import KEPT, few_words
from storage.models import learning
from storage.queries import plan as plans
from storage.queries.ids import row_id
from storage.queries.kept_notes import as_read_here
from storage.queries.learnings import VERDICTS, LearningView, learnings
from storage.queries.plan import StrategyView
from storage.queries.setup import readable
from storage.uow import UnitOfWork

LONGEST = 3000  # characters of one field
_SHOWN = 8  # learnings of one strategy on one page
_VERDICT_WORDS = {
    "adopt": "Adopt: it works, we keep it",
    "adapt": "Adapt: we change it and try again",
    "abandon": "Abandon: we stop it",
}
NO_PLAN = "There is no plan here yet. IT can load it with: sipbot plan import FILE."


def learn(command: Command, uow: UnitOfWork) -> Reply:
    """`learn 1.2`: the form; what it brings is stored. A button's `learning` opens an own one for a change."""
    known = plans.strategies(uow)
    if not known:
        raise UserError(NO_PLAN)
    old = _own(uow, command.values.get("learning", ""))
    if command.source != "form":
        return Reply(form=_form(known, _named(known, command.values.get("ref", ""), old), old))
    return _keep(command, uow, known, old)


def _own(uow: UnitOfWork, key: str) -> LearningView | None:
    """The learning a button names; it must stand and be the person's own."""
    if not key:
        return None
    found = next((one for one in learnings(uow) if one.id == row_id(key)), None)
    if found is None or found.person_id != uow.person.id:
        raise UserError("Only the person who wrote a learning can change it, while it stands. Write a new one: learn.")
    return found


def _withdraw(uow: UnitOfWork, one: LearningView) -> None:
    """Raises UserError where it was changed or taken back a moment ago: of two changes at once only one may stand."""
    if not uow.change(learning, learning.c.id == one.id, learning.c.withdrawn_at.is_(None), withdrawn_at=uow.at):
        raise UserError("That learning was already changed or taken back. See what stands: learnings.")


def _named(known: Sequence[StrategyView], ref: str, old: LearningView | None) -> StrategyView | None:
    """The strategy that `1.2` (or a step of it) names. Raises UserError where the plan has none."""
    if old:
        return next((one for one in known if one.id == old.strategy_id), None)
    if not ref:
        return None
    place = ".".join(ref.split(".")[:2])
    found = next((one for one in known if place in one.refs), None)
    if found is None:
        raise UserError(f"There is no strategy {ref} in the plan. See it all with: plan.", (("The plan", "plan", ()),))
    return found


def _form(known: Sequence[StrategyView], chosen: StrategyView | None, old: LearningView | None) -> Form:
    options = tuple(Option(str(one.id), f"{one.ref} {few_words(one.title, 8)}"[:75]) for one in known)
    verdicts = tuple(Option(verdict, _VERDICT_WORDS[verdict]) for verdict in VERDICTS)
    return Form(
        "What did we learn?",
        "learn",
        (
            Field("strategy", "Strategy", "select", options, str(chosen.id) if chosen else ""),
            Field(
                "expected", "What did you expect?", "long", value=old.expected if old else "", optional=True,
                hint="The prediction you started with.", max_length=LONGEST,
            ),
            Field("found", "What happened?", "long", value=old.found if old else "", max_length=LONGEST),
            Field("verdict", "What follows?", "select", verdicts, old.verdict if old else ""),
        ),
        hidden=(("learning", str(old.id)),) if old else (),
    )  # fmt: skip


def _keep(command: Command, uow: UnitOfWork, known: Sequence[StrategyView], old: LearningView | None) -> Reply:
    values = command.values
    expected, found = (readable(uow, command.actor, values.get(name, "")).strip() for name in ("expected", "found"))
    strategy = next((one for one in known if str(one.id) == values.get("strategy")), None)
    faults = []
    if strategy is None:
        faults.append(("strategy", "Choose the strategy this is about."))
    if not found:
        faults.append(("found", "Write in a sentence what happened."))
    if values.get("verdict") not in VERDICTS:
        faults.append(("verdict", "Choose whether you adopt, adapt or abandon it."))
    for name, text in (("expected", expected), ("found", found)):
        if len(text) > LONGEST:
            faults.append((name, f"This holds {LONGEST:,} characters; yours has {len(text):,}. Shorten it here."))
    if faults or strategy is None:
        return Reply(errors=FormErrors(tuple(faults)))
    if old:
        _withdraw(uow, old)
    key = uow.insert(
        learning,
        strategy_id=strategy.id,
        person_id=uow.person.id,
        at=old.at if old else uow.at,
        expected=expected,
        found=found,
        verdict=values["verdict"],
    )
    uow.audit("learning recorded", f"{strategy.ref} ({key})")
    quarter = Quarter.of((old.at if old else uow.at).astimezone(uow.organization.tz).date())
    shown = {"strategy": strategy, "key": key, "expected": expected, "found": found, "verdict": values["verdict"]}
    return Reply(uow.compose("learning/saved", quarter=quarter.title, changed=old is not None, **shown))


def take_back(command: Command, uow: UnitOfWork) -> Reply:
    """The button that takes an own learning back."""
    one = _own(uow, command.values.get("learning", "") or "0")
    if one is not None:
        _withdraw(uow, one)
        uow.audit("learning taken back", f"({one.id})")
    return Reply(uow.compose("learning/taken_back", found=one.found if one else ""), replace=True)


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`learnings [1.2]`: the newest ones, of all strategies or of one."""
    known = plans.strategies(uow)
    chosen = _named(known, command.values.get("ref", ""), None)
    found = learnings(uow, strategy_id=chosen.id if chosen else None)[::-1]
    of = {one.id: one for one in known}
    lines = []
    for one in found[:_SHOWN]:
        strategy = of.get(one.strategy_id)
        lines.append((strategy.ref if strategy else "", one.at.date(), _as_read(uow, one, strategy)))
    return Reply(uow.compose("learning/list", lines=lines, more=len(found) - len(lines)))


def _as_read(uow: UnitOfWork, one: LearningView, strategy: StrategyView | None) -> LearningView:
    """The learning as the person who asks may read it; its words together say who somebody is, or do not."""
    read = as_read_here(uow, [group for group, _ in strategy.workgroups] if strategy else (), (one.person_id,))
    kept = read(f"{one.expected}\n{one.found}") == KEPT
    return replace(one, expected="", found=KEPT) if kept else one


COMMANDS = (
    CommandSpec(
        "learn",
        learn,
        "Write down what trying something taught: adopt, adapt or abandon",
        args=(Arg("ref", "ref"),),
        examples=("learn", "learn 1.2"),
    ),
    CommandSpec(
        "learnings",
        show,
        "What was learned so far",
        args=(Arg("ref", "ref"),),
        examples=("learnings", "learnings 1.2"),
    ),
    CommandSpec("learn back", take_back, "Take back a learning", hidden=True),
)
