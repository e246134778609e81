"""The agenda holds every open step once, in the order of attention, and asks the right people."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.agenda import GROUPS, HEADLINE_STEPS, AgendaFollowUp, AgendaMeasure, AgendaStep, Ask, build_agenda
from bot.domain.periods import Month

NOVEMBER = Month(2026, 11)
TODAY = date(2026, 11, 22)
LAST_MEETING = date(2026, 10, 13)


def a_step(ref: str = "1.1.1", **facts: object) -> AgendaStep:
    usual: dict[str, object] = {
        "text": "Pilot the new appointment letter",
        "status": "in progress",
        "due": date(2026, 12, 31),
        "last_update": date(2026, 11, 3),
        "last_note": "",
        "owners": ("Dana Whitfield",),
        "closed": False,
    }
    return AgendaStep(ref, **(usual | facts))


near = st.dates(TODAY - timedelta(days=90), TODAY + timedelta(days=90))
any_step = st.builds(
    AgendaStep,
    ref=st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 12)).map(lambda ref: "{}.{}.{}".format(*ref)),
    text=st.just("A step"),
    status=st.sampled_from(["not started", "in progress", "blocked", "done", "dropped"]),
    due=st.none() | near,
    last_update=st.none() | near,
    last_note=st.just(""),
    owners=st.lists(st.sampled_from(["Dana", "Luis", "Mei"]), max_size=3).map(tuple),
    closed=st.booleans(),
)
any_steps = st.lists(any_step, max_size=60, unique_by=lambda step: step.ref)


def groups_of(*steps: AgendaStep, last_meeting: date | None = LAST_MEETING) -> dict[str, list[str]]:
    agenda = build_agenda(NOVEMBER, TODAY, steps, last_meeting=last_meeting)
    return {group.name: [step.ref for step in group.steps] for group in agenda.groups}


@given(any_steps, st.none() | near)
def test_every_open_step_is_on_the_agenda_exactly_once_and_no_closed_one(
    steps: list[AgendaStep], last_meeting: date | None
) -> None:
    agenda = build_agenda(NOVEMBER, TODAY, steps, last_meeting=last_meeting)
    still_open = [step for step in steps if not step.closed and step.status not in ("done", "dropped")]
    assert Counter(step.ref for step in agenda.steps) == Counter(step.ref for step in still_open)


@given(any_steps, st.none() | near)
def test_groups_come_in_the_order_of_attention_and_are_never_empty(
    steps: list[AgendaStep], last_meeting: date | None
) -> None:
    names = [group.name for group in build_agenda(NOVEMBER, TODAY, steps, last_meeting=last_meeting).groups]
    assert names == [name for name in GROUPS if name in names]
    assert all(group.steps for group in build_agenda(NOVEMBER, TODAY, steps).groups)


@given(any_steps)
def test_the_headline_is_the_first_few_steps(steps: list[AgendaStep]) -> None:
    agenda = build_agenda(NOVEMBER, TODAY, steps)
    assert agenda.headline == {step.ref for step in agenda.steps[:HEADLINE_STEPS]}
    assert len(agenda.headline) == min(HEADLINE_STEPS, len(agenda.steps))


@given(any_steps)
def test_each_open_step_without_an_update_this_month_is_asked_of_each_owner(steps: list[AgendaStep]) -> None:
    agenda = build_agenda(NOVEMBER, TODAY, steps)
    asked = {(ask.owner, ref) for ask in agenda.asks for ref in ask.refs}
    quiet = [step for step in agenda.steps if step.last_update is None or step.last_update < NOVEMBER.first]
    assert asked == {(owner, step.ref) for step in quiet for owner in step.owners or (None,)}
    assert len(asked) == sum(len(ask.refs) for ask in agenda.asks)


def test_a_blocked_step_that_is_also_overdue_is_blocked() -> None:
    assert groups_of(a_step(status="blocked", due=date(2026, 1, 1))) == {"blocked": ["1.1.1"]}


def test_a_step_due_today_is_not_overdue() -> None:
    assert groups_of(a_step(due=TODAY)) == {"in progress": ["1.1.1"]}
    assert groups_of(a_step(due=TODAY - timedelta(days=1))) == {"overdue": ["1.1.1"]}


def test_a_step_not_heard_of_since_the_last_meeting_is_carried_over() -> None:
    assert groups_of(a_step(last_update=date(2026, 10, 12))) == {"carried over": ["1.1.1"]}
    assert groups_of(a_step(last_update=None)) == {"carried over": ["1.1.1"]}
    assert groups_of(a_step(last_update=LAST_MEETING)) == {"in progress": ["1.1.1"]}
    assert groups_of(a_step(last_update=None), last_meeting=None) == {"in progress": ["1.1.1"]}


def test_a_step_not_started_waits_at_the_end() -> None:
    assert groups_of(a_step(status="not started", last_update=None)) == {"not started": ["1.1.1"]}


def test_within_a_group_the_earliest_due_comes_first_and_references_count_as_numbers() -> None:
    steps = [a_step("1.1.10"), a_step("1.1.9"), a_step("1.1.2", due=None), a_step("2.1.1", due=date(2026, 12, 1))]
    assert groups_of(*steps) == {"in progress": ["2.1.1", "1.1.9", "1.1.10", "1.1.2"]}


def test_asks_name_each_owner_once_and_leave_ownerless_steps_to_the_group() -> None:
    quiet = date(2026, 10, 20)
    steps = [
        a_step("1.1.1", last_update=quiet, owners=("mei", "Luis")),
        a_step("1.1.2", last_update=None, owners=("Luis", "Luis")),
        a_step("1.1.3", last_update=date(2026, 11, 1), owners=("Dana",)),
        a_step("1.1.4", last_update=quiet, owners=()),
        a_step("1.1.5", last_update=quiet, closed=True),
    ]
    assert build_agenda(NOVEMBER, TODAY, steps).asks == (
        Ask("Luis", ("1.1.1", "1.1.2")),
        Ask("mei", ("1.1.1",)),
        Ask(None, ("1.1.4",)),
    )


def test_measures_follow_ups_and_wins_are_kept_in_order() -> None:
    measure = AgendaMeasure("Engagement", 20, 23.5, Month(2026, 8), 44, 26, "percent", "behind", "settling in")
    follow_up = AgendaFollowUp("Ask the print shop for a proof", "Dana Whitfield", date(2026, 11, 6), done=False)
    agenda = build_agenda(NOVEMBER, TODAY, [], [measure], [follow_up], ["The letter fits on one page now"])
    assert agenda.measures == (measure,)
    assert agenda.follow_ups == (follow_up,)
    assert agenda.wins == ("The letter fits on one page now",)
    assert agenda.groups == agenda.asks == ()
