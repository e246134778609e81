"""What the scripted people do: they answer prompts, meet, tell wins, enter readings, review and publish.

Everything drawn comes from one seeded generator, so the same seed gives the same months. What is done is also written
down in `acts`, so that a test can look for each of them where it should have come out.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.chat.commands import Actor
from bot.domain.cadence import WorkCalendar, local_time
from bot.domain.periods import Month, Quarter
from bot.sample import words
from bot.simulation.cast import Group
from storage.queries import plan as plans
from storage.queries.plan import StepView
from storage.queries.surveys import surveys
from storage.survey_answers import SurveyAnswers

if TYPE_CHECKING:
    from bot.simulation.run import Delivered, Simulation

ANSWERS = 0.8  # share of members who answer a prompt in a month
MEETS, EXCUSED = 0.85, 0.05  # shares of meetings; the rest is never recorded
ANSWERS_NUDGE = 0.6
KEEPS_WORD = 0.8
BLOCKS, GOES_ON = 0.15, 0.6  # how a step that is under way goes on; the rest is done
WINS_A_MONTH = 3
SURVEY_WORKING_DAY = 2
FAMILIES = (80, 110)  # how many answer a survey
PLEASED = (55, 25, 15, 5)  # how often they say yes, mostly, a little and no
WRITES = 0.3  # share of families who also answer a question in words
DATA_LAG = 2  # months between a measure's data month and the day it is entered
NOISE = 0.8  # points, standard deviation of a reading around a line a little below the plan's pace
LETTER = (
    "Thank you for another quarter of steady work. You answered the prompts between appointments, you told us what was "
    "in the way, and you kept your meetings short. Several steps of our plan are done and in daily use. A few are "
    "waiting for others, and we are following up on each of them by name. Next quarter we will look at the results by "
    "language and by office, and every workgroup will pick one small thing to try. If something in this plan no longer "
    "makes sense where you sit, say so under the next prompt. That is what the prompts are for."
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something a scripted person did. `period` is the month it belongs to."""

    at: datetime
    kind: str
    person: str
    period: str
    ref: str = ""
    status: str = ""
    text: str = ""


class Script:
    """The people of one simulation."""

    def __init__(self, simulation: Simulation, seed: int) -> None:
        self._sim, self._rng = simulation, random.Random(seed)
        self._zone = simulation.organization.tz
        self._calendar = WorkCalendar()
        self._wins = list(words.WINS)
        self._voices = list(words.HEARD)
        self._themes = list(words.THEMES)
        # Families draw for themselves: without a survey everybody else does what they would have done.
        self._families = random.Random(f"families {seed}")
        self._told = 0
        self.acts: list[Act] = []

    def plan_day(self, day: date) -> None:
        """What happens whatever is posted: wins on some days, readings after the 20th, client voice once a quarter."""
        if not self._calendar.is_working_day(day):
            return
        month = Month.of(day)
        if day.day in (6, 7, 8, 9, 10) and self._rng.random() < WINS_A_MONTH / 4:
            group = self._rng.choice(self._sim.cast.groups)
            self._at(day, lambda: self._tell(self._rng.choice(group.members), group))
        if day == self._calendar.add_working_days(date(day.year, day.month, 20), 1):
            self._at(day, lambda: self._read(month.plus(-DATA_LAG)))
        if month == month.quarter.months[1] and day == self._calendar.nth_working_day(month, 9):
            self._at(day, self._hear)
        if self._sim.app.settings.public_url and day == self._calendar.nth_working_day(month, SURVEY_WORKING_DAY):
            self._sim.at(local_time(day, time(10), self._zone), lambda: self._ask_families(month.quarter))

    def answer(self, post: Delivered) -> None:
        """Somebody sees a post and may do something about it in the days to come."""
        match post.kind:
            case "prompt":
                self._see_prompt(post)
            case "nudge":
                self._see_nudge(post)
            case "review":
                self._later(1, lambda: self._sim.press(self._sim.cast.coordinator, post, "stories approve"))
            case "newsletter_draft":
                self._later(1, lambda: self._publish(Quarter.parse(post.period)))
            case "survey_closed":
                self._later(0, lambda: self._read_survey(post))

    # Prompts and meetings

    def _see_prompt(self, prompt: Delivered) -> None:
        group = next(g for g in self._sim.cast.groups if g.channel == prompt.channel)
        for member in group.members:
            if self._rng.random() < ANSWERS:
                days = self._rng.randint(0, 5)
                self._later(days, partial(self._report, member, group, prompt))
        self._later(3, lambda: self._meet(group, prompt))

    async def _meet(self, group: Group, prompt: Delivered) -> None:
        drawn = self._rng.random()
        if drawn < MEETS:
            form = await self._sim.press(group.leader, prompt, "meeting held")
            taker = self._rng.choice(group.members)
            task = f"@{taker.name}: {self._rng.choice(words.FOLLOW_UPS)}"
            given = {"decisions": self._rng.choice(words.DECISIONS), "follow_ups": task}
            await self._sim.submit(group.leader, form, **given)
            self._note("meeting held", group.leader, text=group.name)
            self._later(self._rng.randint(2, 8), partial(self._follow_up, taker))
        elif drawn < MEETS + EXCUSED:
            form = await self._sim.press(group.leader, prompt, "meeting excused")
            await self._sim.submit(group.leader, form, reason=self._rng.choice(words.EXCUSES))
            self._note("meeting excused", group.leader, text=group.name)

    async def _follow_up(self, who: Actor) -> None:
        """Most of what was promised in a meeting gets done."""
        if self._rng.random() < KEEPS_WORD:
            mine = await self._sim.say(who, "/sip followup")
            await self._sim.press_reply(who, mine, "followup")

    # Updates

    async def _report(self, who: Actor, group: Group, prompt: Delivered | None) -> None:
        step = self._choose(who, group)
        if step is None or (prompt is not None and self._rng.random() < 0.1):
            if prompt is not None:
                await self._remark(who, prompt)
            return
        status, note = self._next(step)
        way = self._rng.random()
        if prompt is not None and way < 0.5:
            await self._sim.in_thread(who, prompt, f"{step.ref} {status}: {note}")
        elif way < 0.85:
            await self._sim.say(who, f"/sip update {step.ref} {status} {note}")
        else:
            form = await self._sim.ask(who, "update", step=str(step.id))
            await self._sim.submit(who, form, status=status, note=note)
        self._note("update", who, step.ref, status, note)

    async def _remark(self, who: Actor, prompt: Delivered) -> None:
        text = self._rng.choice(words.REMARKS)
        await self._sim.in_thread(who, prompt, text)
        self._note("remark", who, text=text)

    def _choose(self, who: Actor, group: Group) -> StepView | None:
        """An open step of the workgroup, one's own before the others'."""
        with self._sim.reading() as uow:
            steps = [step for step in plans.steps(uow, workgroup_id=group.id) if not step.closed]
        mine = [step for step in steps if who.name in step.owner_names]
        return self._rng.choice(mine or steps) if steps else None

    def _next(self, step: StepView) -> tuple[str, str]:
        """How a step goes on: begun, sometimes blocked for a while, done in the end."""
        drawn = self._rng.random()
        if step.status == plans.NOT_STARTED or (step.status == plans.BLOCKED and drawn < 0.7):
            return plans.IN_PROGRESS, self._rng.choice(words.UNDER_WAY)
        if drawn < BLOCKS:
            return plans.BLOCKED, self._rng.choice(words.BLOCKED)
        if drawn < BLOCKS + GOES_ON:
            return plans.IN_PROGRESS, self._rng.choice(words.UNDER_WAY)
        return plans.DONE, self._rng.choice(words.DONE)

    def _see_nudge(self, nudge: Delivered) -> None:
        who, group = self._member(nudge.user)
        drawn = self._rng.random()
        if drawn < ANSWERS_NUDGE:
            self._later(self._rng.randint(0, 1), lambda: self._report(who, group, None))
        elif drawn < ANSWERS_NUDGE + 0.1:
            self._later(0, lambda: self._sim.say(who, "/sip snooze 2"))

    # Wins, readings, voice, newsletter

    async def _tell(self, who: Actor, group: Group) -> None:
        if self._told >= len(self._wins):
            return
        text = self._wins[self._told]
        self._told += 1
        form = await self._sim.ask(who, "win", text=text)
        await self._sim.submit(who, form, consent="staff", workgroup=str(group.id))
        self._note("win", who, text=text)

    async def _read(self, month: Month) -> None:
        """The analyst enters each goal's value of a month that has passed."""
        with self._sim.reading() as uow:
            goals = plans.goals(uow)
        for goal in goals:
            if goal.baseline is None or goal.start is None:
                continue
            passed = (month.year - goal.start.year) * 12 + month.number - goal.start.month
            pace = goal.pace_per_month or 0.5
            sign = 1 if goal.direction == "increase" else -1
            value = goal.baseline + sign * max(0, passed) * pace * 0.9 + self._rng.gauss(0, NOISE)
            await self._sim.say(self._sim.cast.analyst, f"/sip measure record {goal.number} {value:.1f} {month}")
            self._note("reading", self._sim.cast.analyst, str(goal.number), str(month), f"{value:.1f}")

    async def _hear(self) -> None:
        if not self._voices:
            return
        kind, heard, did = self._voices.pop(0)
        form = await self._sim.ask(self._sim.cast.coordinator, "voice record")
        responses = str(self._rng.randint(18, 60))
        await self._sim.submit(self._sim.cast.coordinator, form, kind=kind, responses=responses, heard=heard, did=did)
        self._note("voice", self._sim.cast.coordinator, text=heard)

    async def _ask_families(self, quarter: Quarter) -> None:
        """A survey through the quarter's end, unless one is open; families answer it on the days to come."""
        with self._sim.reading() as uow:
            if any(one.open for one in surveys(uow)):
                return
        who = self._sim.cast.coordinator
        form = await self._sim.ask(who, "voice survey new")
        title = f"Client survey, {quarter.title}"
        await self._sim.submit(who, form, title=title, closes_on=quarter.last.isoformat())
        self._note("survey", who, text=title)
        with self._sim.reading() as uow:
            token = surveys(uow)[0].token
        today, draw = self._sim.clock.read(), self._families
        for number in range(draw.randint(*FAMILIES)):
            later = timedelta(days=draw.randint(0, (quarter.last - today.date()).days), hours=draw.randint(1, 12))
            self._sim.at(today + later, partial(self._answer_survey, token, f"family-{number:012}"))

    async def _answer_survey(self, token: str, form: str) -> None:
        draw = self._families
        answers = {f"q{number}": draw.choices(("yes", "mostly", "little", "no"), PLEASED)[0] for number in (1, 2, 3)}
        written = {"q4": draw.choice(words.HELPED), "q5": draw.choice(words.CHANGE)}
        answers |= {name: text for name, text in written.items() if draw.random() < WRITES}
        SurveyAnswers(self._sim.app.engine).answer(token, form, answers, self._sim.clock.read())

    async def _read_survey(self, post: Delivered) -> None:
        """The coordinator reads the answers and records a theme."""
        who = self._sim.cast.coordinator
        read = await self._sim.press(who, post, "voice survey read")
        if self._themes:
            heard, did, step = self._themes.pop(0)
            form = await self._sim.press_reply(who, read, "voice record")
            await self._sim.submit(who, form, heard=heard, did=did, step=step)
            self._note("voice", who, text=heard)

    async def _publish(self, quarter: Quarter) -> None:
        """The coordinator writes the letter, confirms a quarter without client voice, approves and publishes."""
        who = self._sim.cast.coordinator
        form = await self._sim.ask(who, "newsletter edit", section="manager")
        written = await self._sim.submit(who, form, text=LETTER)
        with suppress(LookupError):  # the button is there where nobody was asked
            await self._sim.press_reply(who, written, "newsletter none")
        await self._sim.say(who, "/sip newsletter approve")
        await self._sim.say(who, "/sip newsletter publish")
        self._note("newsletter", who, text=str(quarter))

    # Time and people

    def _member(self, user: str) -> tuple[Actor, Group]:
        for group in self._sim.cast.groups:
            for member in group.members:
                if member.user == user:
                    return member, group
        raise LookupError(user)

    def _at(self, day: date, act: Callable[[], Awaitable[object]]) -> None:
        self._sim.at(self._office_hour(day), act)

    def _later(self, working_days: int, act: Callable[[], Awaitable[object]]) -> None:
        today = self._sim.clock.read().astimezone(self._zone).date()
        day = self._calendar.add_working_days(today, working_days) if working_days else today
        self._sim.at(max(self._office_hour(day), self._sim.clock.read()), act)

    def _office_hour(self, day: date) -> datetime:
        return local_time(day, time(9 + self._rng.randint(1, 7), self._rng.randint(0, 59)), self._zone)

    def _note(self, kind: str, who: Actor, ref: str = "", status: str = "", text: str = "") -> None:
        at = self._sim.clock.read()
        self.acts.append(Act(at, kind, who.name, str(Month.of(at.astimezone(self._zone).date())), ref, status, text))
