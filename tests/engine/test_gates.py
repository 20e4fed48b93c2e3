"""Delays on the way from one level to the next, and reviews, at which plans end."""

from dataclasses import replace

import pytest

from sim.engine.events import Event
from sim.model.plan import Rules
from sim.model.terms import Route, Status
from tests.replay import live
from tests.worlds import UNSPENT, Household, after, at, days, plan_of, rows, rules, story

ENQUIRY, GATEWAY, TRANSFER = days(21), days(14), days(7)


def gated(**changes: object) -> Rules:
    gates = [0] * len(Status)
    gates[Status.CHILD_IN_NEED] = TRANSFER
    gates[Status.CHILD_PROTECTION], gates[Status.PRE_PROCEEDINGS] = ENQUIRY, GATEWAY
    return rules(**{"gates": tuple(gates), **changes})


def levels(log: object, family: int = 10) -> list[tuple[float, str]]:
    told = story(log, family, Event.STATUS)  # type: ignore[arg-type]
    return [(day, Status(what).name) for day, _, _, what in told]


def test_an_enquiry_delays_the_plan_by_exactly_its_days() -> None:
    household = Household(opening=Status.CHILD_IN_NEED, step_up=(after(days(20)),))
    log = live(plan_of(household, rules=gated()))
    assert rows(log, Event.GATE) == [
        (days(20), 10, -1, Event.GATE, Status.CHILD_PROTECTION, ENQUIRY),
    ]
    assert levels(log) == [(0, "CHILD_IN_NEED"), (41, "CHILD_PROTECTION")]
    assert at(log, Event.PLAN_STARTED) == [41]
    without = live(plan_of(household))
    assert at(without, Event.GATE) == []
    assert at(without, Event.PLAN_STARTED) == [20]


def test_a_case_that_is_about_to_move_neither_rises_nor_closes_meanwhile() -> None:
    household = Household(
        opening=Status.CHILD_IN_NEED, step_up=(after(days(20)), after(days(5))), step_down=(after(days(30)),)
    )
    log = live(plan_of(household, rules=gated()))
    # The next resilience begins to be spent when the conference has met.
    assert levels(log) == [
        (0, "CHILD_IN_NEED"),
        (41, "CHILD_PROTECTION"),
        (41 + 5 + 14, "PRE_PROCEEDINGS"),
    ]


def test_every_level_has_its_own_delay_and_closing_has_none() -> None:
    household = Household(
        opening=-1,
        arrives=days(5),
        assessment=(days(30),),
        outcome=(Status.CHILD_IN_NEED,),
        step_down=(UNSPENT, after(days(50))),
    )
    log = live(plan_of(household, rules=gated()))
    assert levels(log) == [(5, "ASSESSMENT"), (35 + 7, "CHILD_IN_NEED"), (42 + 50, "CLOSED")]


def test_a_court_entry_during_the_delay_cancels_the_move() -> None:
    household = Household(
        opening=Status.PRE_PROCEEDINGS, step_down=(after(days(10)),), court=(after(days(20)),)
    )
    log = live(plan_of(household, rules=replace(gated(), transfer=days(21))))
    assert at(log, Event.GATE, what=Status.CHILD_PROTECTION) == [10]
    assert at(log, Event.ENTERED, what=Route.COURT) == [20]
    assert levels(log) == [(0, "PRE_PROCEEDINGS"), (20, "PROCEEDINGS")]


def test_a_case_that_moves_down_waits_only_for_the_transfer() -> None:
    household = Household(opening=Status.PRE_PROCEEDINGS, step_down=(after(days(10)),))
    log = live(plan_of(household, rules=replace(gated(), transfer=days(7))))
    assert levels(log) == [(0, "PRE_PROCEEDINGS"), (17, "CHILD_PROTECTION")]


def test_a_plan_stands_still_while_the_case_moves_and_while_it_is_at_pre_proceedings() -> None:
    household = Household(
        opening=Status.CHILD_PROTECTION,
        step_up=(after(days(30)),),
        step_down=(after(days(40)), after(days(20)), UNSPENT),
    )
    log = live(plan_of(household, rules=replace(gated(), transfer=days(21))))
    assert levels(log) == [
        (0, "CHILD_PROTECTION"),
        (44, "PRE_PROCEEDINGS"),
        (44 + 20 + 21, "CHILD_PROTECTION"),
    ]
    # Thirty of forty days are spent by day 30; the other ten from day 85.
    assert at(log, Event.PLAN_STARTED) == [0]
    assert at(log, Event.PLAN_ENDED) == [95]


MONTHLY = (days(91), days(182))


@pytest.mark.parametrize(
    ("done", "review"), [(1, 91), (91, 91), (91.001, 273), (100, 273), (273, 273), (274, 455), (500, 637)]
)
def test_a_plan_ends_and_the_case_steps_down_only_at_a_review(done: float, review: float) -> None:
    household = Household(opening=Status.CHILD_PROTECTION, step_down=(after(days(done)),))
    log = live(plan_of(household, rules=rules(reviews=MONTHLY)))
    assert at(log, Event.PLAN_ENDED) == [review]
    assert levels(log)[1:] == [(review, "CHILD_IN_NEED")]


def test_a_plan_that_began_before_the_first_day_keeps_its_own_calendar_of_reviews() -> None:
    household = Household(opening=Status.CHILD_PROTECTION, elapsed=days(60), step_down=(after(days(10)),))
    log = live(plan_of(household, rules=rules(reviews=MONTHLY)))
    assert at(log, Event.PLAN_ENDED) == [31]


def test_a_review_does_not_end_the_plan_of_a_case_that_has_gone_on_to_pre_proceedings() -> None:
    """The plan's work is done on day 50, the case rises on day 70 and comes back on day 130: the review of
    day 91 passes, and the plan ends at that of day 273."""
    household = Household(
        opening=Status.CHILD_PROTECTION,
        step_up=(after(days(70)),),
        step_down=(after(days(50)), after(days(60)), UNSPENT),
    )
    log = live(plan_of(household, rules=rules(reviews=MONTHLY)))
    assert levels(log) == [(0, "CHILD_PROTECTION"), (70, "PRE_PROCEEDINGS"), (130, "CHILD_PROTECTION")]
    assert at(log, Event.PLAN_ENDED) == [273]


def test_risk_may_still_rise_between_the_end_of_the_work_and_the_review() -> None:
    household = Household(
        opening=Status.CHILD_PROTECTION, step_down=(after(days(50)),), step_up=(after(days(80)),)
    )
    log = live(plan_of(household, rules=gated(reviews=MONTHLY)))
    # Decided on day 80, it goes on to pre-proceedings on day 94, past the review of day 91.
    assert levels(log) == [(0, "CHILD_PROTECTION"), (94, "PRE_PROCEEDINGS")]
    assert at(log, Event.PLAN_ENDED) == []
