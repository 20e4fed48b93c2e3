"""How a log is read: one table of counts, calendar look-ups, and what is kept from one log to the next."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY, Clock
from sim.model.terms import Offer, Placement, Route, Status
from sim.results.people import people_of
from sim.results.reading import KEPT, Reading, reading_of
from sim.results.times import Times
from tests.results.hand import CLOCK, YEAR, Child, Readings, days, log_of, plan_of
from tests.worlds import small_plan

HOME = (0, 10, -1, Event.STATUS, Status.CHILD_IN_NEED, 0)


def one_family() -> Any:
    return plan_of([Child(age=2)])


@pytest.mark.parametrize("clock", [CLOCK, Clock(dt.date(2023, 6, 1), dt.date(2024, 5, 1))])
def test_a_tick_belongs_to_the_month_and_year_whose_midnights_it_lies_between(clock: Clock) -> None:
    times = Times(clock)
    ends = [tick for _, tick in clock.month_ends]
    edges = sorted({tick + by for tick in (0, *ends) for by in (-1, 0, 1)} | {clock.horizon + days(90)})
    for tick in edges:
        assert times.month_of(np.array([tick]))[0] == sum(end <= tick for end in ends)
        if 0 <= tick < clock.horizon:
            assert times.year_of(np.array([tick]))[0] == clock.year_at(tick)
    assert times.year_of(np.array([clock.horizon]))[0] == len(clock.years) - 1


def test_what_happens_at_midnight_is_counted_in_the_month_that_begins() -> None:
    april, log_day = 30, 1 / TICKS_PER_DAY
    at = (0, log_day, april - log_day, april, YEAR - log_day, YEAR, 2 * YEAR - 2)
    reading = Reading(log_of(*((day, 10, 100, Event.CRISIS, 0, 0) for day in at)), one_family(), CLOCK)
    counted = reading.tally[Event.CRISIS, 0]
    assert counted[:3].tolist() == [1, 2, 1], "the first instant, the rest of April, May"
    assert reading.yearly(Event.CRISIS)[:, 0].tolist() == [5, 2]
    assert reading.yearly(Event.CRISIS, opening=False)[:, 0].tolist() == [4, 2]
    assert counted.sum() == len(at)
    assert reading.standing_at(reading.tally[Event.CRISIS].T)[:2, 0].tolist() == [3, 4]


def test_a_kind_that_no_event_has_is_refused_rather_than_counted_as_another() -> None:
    log = log_of((1, 10, -1, Event.OFFERED, len(Offer), 0))
    with pytest.raises(ValueError, match="outside 0 to 13"):
        _ = Reading(log, one_family(), CLOCK).tally


def test_days_between_are_split_by_year_and_group_and_run_on_to_the_end() -> None:
    reading = Reading(log_of(HOME), one_family(), CLOCK)
    begin = np.array([days(10), days(YEAR - 5), days(YEAR + 1)])
    end = np.array([days(20), days(YEAR + 4)])
    found = reading.days_by_year(begin, end, (np.array([0, 1, 1]), np.array([0, 1])), 2)
    assert found.tolist() == [[10, 5], [0, 4 + 364]]


def test_events_of_several_kinds_come_family_by_family_in_the_order_of_the_log() -> None:
    log = log_of(
        HOME,
        (3, 20, 200, Event.CRISIS, 0, 0),
        (3, 10, 100, Event.CRISIS, 0, 0),
        (4, 10, 100, Event.ENTERED, Route.BREAKDOWN, 0),
        (5, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
        (5, 10, 100, Event.LEFT, 0, 0),
        (6, 10, 100, Event.CRISIS, 0, 1),
    )
    reading = Reading(log, plan_of([Child()], [Child()]), CLOCK)
    found = reading.by_family(Event.CRISIS, Event.ENTERED)
    rows = reading.row_of(found)
    assert reading.key_of(found).tolist() == [10, 10, 10, 20, 20]
    assert log.tick[rows].tolist() == [days(day) for day in (3, 4, 6, 3, 5)]


def test_an_empty_log_can_be_measured() -> None:
    plan = one_family()
    found = Readings(EventLog.from_records([]), plan, EventLog.from_records([]))
    assert not found.vector[[key[0] != "caseload" for key in found.index.keys]].any()


def test_people_are_worked_out_once_for_all_plans_that_share_them() -> None:
    plan = small_plan()
    late = replace(plan.families, arrives=plan.families.arrives + 1)
    assert people_of(replace(plan, families=late)) is people_of(plan)
    aged = replace(plan.children, born=plan.children.born - 1)
    other = people_of(replace(plan, children=aged))
    assert other is not people_of(plan)
    assert np.array_equal(other.child_born, people_of(plan).child_born - 1)


def test_a_log_is_read_again_only_for_other_plans_or_after_many_others() -> None:
    plan, log = one_family(), log_of(HOME)
    first = reading_of(log, plan, CLOCK)
    assert reading_of(log, plan, CLOCK) is first
    again = plan_of([Child(age=2)])
    assert reading_of(log, again, CLOCK) is not first, "equal, but of other people"
    assert reading_of(log_of(HOME), plan, CLOCK) is not first, "equal, but another log"
    for _ in range(KEPT):
        reading_of(log_of(HOME), plan, CLOCK)
    assert reading_of(log, plan, CLOCK) is not first


def test_a_child_that_only_the_other_world_has_in_care_is_left_out() -> None:
    plan = plan_of([Child(age=2)], [Child(age=4)])
    entry = (
        (100, 20, 200, Event.ENTERED, Route.COURT, 0),
        (100, 20, 200, Event.PLACED, Placement.OWN_FOSTER, 0),
    )
    stranger = (
        (50, 30, 300, Event.ENTERED, Route.COURT, 0),
        (50, 30, 300, Event.PLACED, Placement.OWN_FOSTER, 0),
        (60, 15, 150, Event.ENTERED, Route.COURT, 0),
    )
    known = (HOME, (0, 20, -1, Event.STATUS, Status.CHILD_IN_NEED, 0))
    here = log_of(*known)
    without = Readings(here, plan, log_of(*known, *entry))
    assert without("entries averted", "2023/24") == 1
    assert np.array_equal(Readings(here, plan, log_of(*known, *entry, *stranger)).vector, without.vector)
