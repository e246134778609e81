"""The sections of a progress report's draft: each sentence is made here, together with the rows it was made from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bot.chat.compose import day, plural
from bot.domain.goal_words import NOTHING, baseline_words, value_words
from bot.domain.people_counts import is_few
from bot.domain.periods import Month
from bot.domain.progress_report import WITHHELD, Draft, Entry, Part, Section, Sentence, speaks_of_equity
from bot.domain.report_out import PlanChange
from bot.domain.rollup import few_words, shareable
from bot.domain.small_cells import NOT_SHOWN
from bot.domain.trajectory import format_change, format_value
from storage.queries.learnings import ABANDON, LearningView
from storage.queries.plan import BLOCKED, DONE, DROPPED, IN_PROGRESS, GoalView, StepView, StrategyView
from storage.queries.progress_report import Held, Material, Reading, Told
from storage.queries.readings import trajectory

_STANDS = {DONE: "done", IN_PROGRESS: "under way", BLOCKED: "under way, blocked", DROPPED: "dropped"}
_TITLE = 12  # words of a strategy's title or a step's text where it stands beside its reference


class Drafting:
    """The material by its keys, and the sections made from it."""

    def __init__(self, found: Material, number: int) -> None:
        self.found, self.number = found, number
        self.by_id = {told.id: told for told in found.told}
        self.steps = {step.id: step for step in found.steps}
        self.goals = {goal.measure_id: goal for goal in found.plan.goals}
        self.entries = {entry.key: entry for entry in self._entries()}

    def draft(self) -> Draft:
        """The whole draft; its log has the period's updates and whatever else is cited."""
        sections = (
            self._plan(), self._summary(), self._measures(), self._status(), self._successes(), self._barriers(),
            self._changes(), self._partners(), self._equity(), self._help(),
        )  # fmt: skip
        cited = {key for s in sections for part in s.parts for sentence in part.sentences for key in sentence.sources}
        log = tuple(entry for key, entry in self.entries.items() if key in cited or key.startswith("U"))
        period = self.found.period
        return Draft(self.number, self.found.plan.county, period.first, period.last, sections, log)

    def _entries(self) -> Iterable[Entry]:
        found = self.found
        for goal in found.plan.goals:
            yield Entry(f"G{goal.id}", goal.start, f"goal {goal.number}", "plan", goal.statement)
        for strategy in found.plan.strategies:
            yield Entry(f"T{strategy.id}", strategy.started_on, _refs(strategy.refs), "plan", strategy.title)
        for step in found.steps:
            yield Entry(f"P{step.id}", step.due, _refs(step.refs), "plan", step.text)
        for told in found.told:
            yield self._update(told)
        for one in found.readings:
            yield self._reading(one)
        yield from (*found.stories, *found.voices, *found.help)
        for met in found.meetings:
            words = met.decisions or "no decision recorded"
            yield Entry(f"M{met.id}", met.day, met.workgroup, "meeting", words, not shareable(words))
        for learned in found.learnings:
            words = f"{learned.expected} Found: {learned.found} {learned.verdict}".strip()
            ref = next((_refs(s.refs) for s in found.plan.strategies if s.id == learned.strategy_id), "")
            yield Entry(f"L{learned.id}", learned.at.date(), ref, "learning", words, not shareable(words))
        for change in found.changes:
            words = f"was “{change.before}”, is “{change.after}”. {change.reason}".strip()
            yield Entry(f"C{change.id}", change.day, f"{change.what} {change.ref}", "plan change", words)

    def _update(self, told: Told) -> Entry:
        step = self.steps.get(told.step_id)
        said = f"{told.status}: {told.note}" if told.status and told.note else told.status or told.note
        about = _refs(step.refs) if step else "a step no longer in the plan"
        return Entry(f"U{told.id}", told.day, about, told.by, said, not shareable(told.note))

    def _reading(self, one: Reading) -> Entry:
        goal = self.goals.get(one.measure_id)
        about = f"{goal.measure if goal else 'a former measure'}{f', {one.group}' if one.group else ''}"
        said = f"{Month.parse(one.month).title}: {_value(one, goal.unit if goal else '')}"
        return Entry(f"R{one.id}", Month.parse(one.month).first, about, "reading", said)

    def _section(self, number: int, silence: str, *parts: Part) -> Section:
        return Section(number, tuple(part for part in parts if part.sentences), silence)

    def _plan(self) -> Section:
        found, lines = self.found, []
        if found.plan.goals:
            goals, steps = plural(len(found.plan.goals), "goal"), plural(len(found.steps), "action step")
            strategies = plural(len(found.plan.strategies), "strategy", "strategies")
            text = f"{found.plan.county or 'The county'} works on {goals} with {strategies} and {steps}."
            lines.append(Sentence(text, tuple(f"G{goal.id}" for goal in found.plan.goals)))
        for goal in found.plan.goals:
            dates = (
                ("starts", goal.start),
                ("first progress report", goal.progress_report_1),
                ("second progress report", goal.progress_report_2),
                ("ends", goal.cycle_end),
            )
            said = "; ".join(f"{word} {day(when) if when else 'not given'}" for word, when in dates)
            lines.append(Sentence(f"Goal {goal.number}: {goal.statement} ({said})", (f"G{goal.id}",)))
        return self._section(1, "The plan has no goals.", Part("", tuple(lines)))

    def _summary(self) -> Section:
        lines = []
        for status, words in ((DONE, "done"), (IN_PROGRESS, "under way"), (BLOCKED, "blocked"), (DROPPED, "dropped")):
            those = [step for step in self.found.steps if step.status == status]
            if those:
                of_all = plural(len(self.found.steps), "action step")
                said = f"{len(those)} of {of_all} {'is' if len(those) == 1 else 'are'} {words}."
                lines.append(Sentence(said, tuple(f"U{step.told_id}" for step in those)))
        for goal in self.found.plan.goals:
            if line := self._where(goal):
                lines.append(line)
        held = self.found.meetings
        if held:
            lines.append(Sentence(f"Workgroups held {plural(len(held), 'meeting')}.", tuple(f"M{m.id}" for m in held)))
        return self._section(2, "Nothing was recorded in this period.", Part("", tuple(lines)))

    def _where(self, goal: GoalView) -> Sentence | None:
        """Where a measure stands against its baseline, its target and the plan's pace."""
        shown = [one for one in self._whole(goal) if one.value is not None]
        if not shown:
            return None
        last, way = shown[-1], trajectory(goal)
        month = Month.parse(last.month)
        value = last.value if last.value is not None else 0.0
        status = way.status(value, month) if way else "no data"
        judged = "not judged yet" if status == "no data" else status
        told = None if is_few(goal.baseline, goal.unit) else goal.baseline
        change = NOTHING if told is None else format_change(value - told, goal.unit)
        baseline, target = baseline_words(goal.baseline, goal.unit), value_words(goal.target, goal.unit)
        text = (
            f"{goal.measure} was {format_value(value, goal.unit)} in {month.title}: baseline {baseline}, "
            f"change {change}, target {target}; {judged}."
        )
        return Sentence(text, (f"R{last.id}", f"G{goal.id}"))

    def _whole(self, goal: GoalView) -> list[Reading]:
        return [one for one in self.found.readings if one.measure_id == goal.measure_id and not one.group]

    def _measures(self) -> Section:
        parts = []
        for goal in self.found.plan.goals:
            way = trajectory(goal)
            lines = [line] if (line := self._where(goal)) else []
            for one in self._whole(goal):
                month = Month.parse(one.month)
                expected = value_words(way.expected(month) if way else None, goal.unit)
                text = f"{month.title}: {_value(one, goal.unit)} (the plan expected {expected})"
                lines.append(Sentence(text, (f"R{one.id}", f"G{goal.id}")))
            parts.append(Part(f"Goal {goal.number}: {goal.measure}", tuple(lines)))
        return self._section(3, "No reading was recorded for these data months.", *parts)

    def _status(self) -> Section:
        parts = []
        of: defaultdict[int, list[StepView]] = defaultdict(list)
        for step in self.found.steps:
            of[step.strategy_id].append(step)
        for strategy in self.found.plan.strategies:
            steps = of[strategy.id]
            done = sum(step.status == DONE for step in steps)
            opening = Sentence(f"{done} of {plural(len(steps), 'step')} done: {strategy.title}", (f"T{strategy.id}",))
            lines = (opening, *map(self._step, steps))
            parts.append(Part(f"{_refs(strategy.refs)} {few_words(strategy.title, _TITLE)}", lines))
        return self._section(4, "The plan has no strategies.", *parts)

    def _step(self, step: StepView) -> Sentence:
        """A step, what became of it and why, and that its words were changed."""
        changed = [c for c in self.found.changes if c.what == "step" and c.ref in step.refs and c.kind == "changed"]
        told = self.by_id.get(step.told_id or 0)
        said = _STANDS.get(step.status, "not started")
        if told:
            words = f", {day(told.day)}: {self._quoted(told)}" if told.note else f", {day(told.day)}"
            said = f"{said}{words}"
        if changed:
            said = f"{said}; changed in the plan on {day(changed[-1].day)}"
        sources = (f"P{step.id}", *((f"U{told.id}",) if told else ()), *(f"C{c.id}" for c in changed))
        return Sentence(f"{_named(step)}: {said}", sources)

    def _quoted(self, told: Told) -> str:
        if self.entries[f"U{told.id}"].withheld:
            return WITHHELD
        return f"“{told.note}”" if told.note else "no note"

    def _successes(self) -> Section:
        stories = tuple(Sentence(f"{one.shown}", (one.key,)) for one in self.found.stories)
        finished = tuple(
            Sentence(f"{_named(step)} was finished on {day(told.day)}.", (f"U{told.id}",))
            for step in self.found.steps
            if step.status == DONE and (told := self.by_id.get(step.told_id or 0))
        )
        kept = tuple(self._learned(one) for one in self.found.learnings if one.verdict != ABANDON)
        parts = (
            Part("Stories", stories),
            Part("What worked, and is kept or adapted", kept),
            Part("Finished steps", finished),
        )
        return self._section(5, "No story was approved and no step finished in this period.", *parts)

    def _learned(self, one: LearningView) -> Sentence:
        entry = self.entries[f"L{one.id}"]
        return Sentence(f"{entry.about}: {entry.shown}", (entry.key,))

    def _barriers(self) -> Section:
        lines = tuple(
            Sentence(f"{self.entries[f'U{told.id}'].about}, {day(told.day)}: {self._quoted(told)}", (f"U{told.id}",))
            for told in self.found.told
            if told.status == BLOCKED
        )
        left = tuple(self._learned(one) for one in self.found.learnings if one.verdict == ABANDON)
        return self._section(
            6, "No step was reported blocked.", Part("Blocked steps", lines), Part("Tried and given up", left)
        )

    def _changes(self) -> Section:
        lines = tuple(Sentence(_change(one), (f"C{one.id}",)) for one in self.found.changes)
        return self._section(7, "The plan was not changed in this period.", Part("", lines))

    def _partners(self) -> Section:
        voices = tuple(Sentence(f"{one.about}: {one.shown}", (one.key,)) for one in self.found.voices)
        of: defaultdict[str, list[Held]] = defaultdict(list)
        for met in self.found.meetings:
            of[met.workgroup].append(met)
        held = tuple(
            Sentence(f"{name} held {plural(len(those), 'meeting')}.", tuple(f"M{m.id}" for m in those))
            for name, those in of.items()
        )
        parts = (Part("What clients said", voices), Part("Workgroups", held))
        return self._section(8, "No client voice result and no meeting was recorded.", *parts)

    def _equity(self) -> Section:
        lines = [self._gap(goal, one) for one in self._groups() if (goal := self.goals.get(one.measure_id))]
        steps = [s for s in self.found.steps if speaks_of_equity(s.text) or speaks_of_equity(self._strategy(s).title)]
        about = tuple(map(self._step, steps))
        met = [one for one in self.found.meetings if one.equity]
        came: tuple[Sentence, ...] = ()
        if met:
            text = f"An equity member took part in {len(met)} of {plural(len(self.found.meetings), 'meeting')}."
            came = (Sentence(text, tuple(f"M{one.id}" for one in met)),)
        parts = (Part("Groups", tuple(lines)), Part("Steps about equity", about), Part("Equity members", came))
        return self._section(9, "No group's reading and no step about equity was recorded.", *parts)

    def _groups(self) -> list[Reading]:
        """The newest reading of each group of each measure."""
        newest = {(one.measure_id, one.group): one for one in self.found.readings if one.group}
        return list(newest.values())

    def _gap(self, goal: GoalView, one: Reading) -> Sentence:
        whole = next((w for w in self._whole(goal) if w.month == one.month), None)
        text, sources = (
            f"{goal.measure}, {one.group}, {Month.parse(one.month).title}: {_value(one, goal.unit)}",
            [one.id],
        )
        if whole and whole.value is not None and one.value is not None:
            gap = format_change(one.value - whole.value, goal.unit)
            text, sources = f"{text} (everybody: {format_value(whole.value, goal.unit)}; gap {gap})", [one.id, whole.id]
        return Sentence(text, tuple(f"R{key}" for key in sources))

    def _strategy(self, step: StepView) -> StrategyView:
        return next(strategy for strategy in self.found.plan.strategies if strategy.id == step.strategy_id)

    def _help(self) -> Section:
        asked = tuple(Sentence(f"{one.about}: {one.shown}", (one.key,)) for one in self.found.help)
        stuck = tuple(
            Sentence(f"{_named(step)} is blocked: {self._quoted(told)}", (f"U{told.id}",))
            for step in self.found.steps
            if step.status == BLOCKED and (told := self.by_id.get(step.told_id or 0))
        )
        parts = (Part("Still blocked", stuck), Part("Follow-ups that nobody has taken", asked))
        return self._section(10, "Nothing is recorded that asks for help.", *parts)


def _refs(refs: Sequence[str]) -> str:
    return " and ".join(refs)


def _named(step: StepView) -> str:
    return f"{_refs(step.refs)} {few_words(step.text, _TITLE)}"


def _value(one: Reading, unit: str) -> str:
    return NOT_SHOWN if one.value is None else format_value(one.value, unit)


def _change(one: PlanChange) -> str:
    words = [f"{one.what.capitalize()} {one.ref} was {one.kind} on {day(one.day)}."]
    if one.before:
        words.append(f"Old text: “{one.before}”")
    if one.after:
        words.append(f"New text: “{one.after}”")
    words.append(f"Why: {one.reason}" if one.reason else "No reason was given.")
    return " ".join(words)
