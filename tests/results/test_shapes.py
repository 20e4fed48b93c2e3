"""Shapes read off logs written by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.engine.events import Event
from sim.foundations.clock import Clock
from sim.model.terms import Leaving, Placement, Route, Status
from sim.results import shapes
from sim.results.reading import Reading
from tests.results.hand import Child, days, log_of, plan_of, years

LONG = Clock(dt.date(2023, 4, 1), dt.date(2034, 4, 1))
HOME, ALONE = int(Leaving.RETURNED_HOME), int(Route.UNACCOMPANIED)


def read(records: list[Any], *homes: list[Child], elapsed: float = 0.0) -> Reading:
    """A reading of records (day, family, child, event, what, amount); opening stays began so long ago."""
    plan = plan_of(*homes, clock=LONG)
    plan.children.opening_elapsed = np.full(len(plan.children.id), years(elapsed))
    return Reading(log_of(*records), plan, LONG)


def entered(day: float, family: int, child: int, what: int = 1) -> tuple[Any, ...]:
    return (day, family, child, Event.ENTERED, what, 0)


def left(day: float, family: int, child: int, what: int = HOME) -> tuple[Any, ...]:
    return (day, family, child, Event.LEFT, what, 0)


def test_stays_of_the_first_day_count_from_when_they_began() -> None:
    found = shapes.stays(
        read(
            [entered(10, 20, 200), left(20, 20, 200), left(365.25, 10, 100, 4), entered(40, 30, 300)],
            [Child(stay=2)],
            [Child()],
            [Child()],
            elapsed=5.0,
        )
    )
    # One of ten days, one of six years; the third goes on.
    assert found["stay under 2 weeks"] == 50
    assert found["stay under 1 year"] == 50
    assert found["stay 5 to 10 years"] == 50
    assert found["stay mean years"] == pytest.approx((6 + 10 / 365.25) / 2, abs=0.001)


def test_returns_home_that_fail_within_three_months_a_year_and_six() -> None:
    records = []
    for number, gap in enumerate((30, 200, 800), 1):
        family, child = 10 * number, 100 * number
        records += [entered(1, family, child), left(11, family, child), entered(11 + gap, family, child)]
    records += [entered(1, 40, 400), left(11, 40, 400)]
    records += [entered(1, 50, 500), left(11, 50, 500, int(Leaving.ADOPTED))]
    # A return in the last month has not been followed for long enough to be counted.
    records += [entered(1, 60, 600), left(4010, 60, 600)]
    found = shapes.returns(read(sorted(records), *[[Child()] for _ in range(6)]))
    assert found == {"back within 3 months": 25, "back within 1 year": 50, "back within 6 years": 75}


def test_plans_of_the_run_by_how_long_they_lasted_weighted_by_children() -> None:
    def plan(begin: float, end: float, family: int, children: int) -> list[tuple[Any, ...]]:
        return [
            (begin, family, -1, Event.PLAN_STARTED, 0, children),
            (end, family, -1, Event.PLAN_ENDED, 0, children),
        ]

    records = [*plan(1200, 1250, 10, 1), *plan(1200, 1500, 20, 2), *plan(1200, 2000, 30, 1)]
    records += plan(0, 1300, 40, 9)  # begun before the first day
    records += plan(5, 100, 50, 9)  # over before the run has settled
    found = shapes.plans(read(sorted(records), *[[Child()] for _ in range(5)]))
    assert found == {"plan|0": 25, "plan|3": 0, "plan|6": 50, "plan|12": 0, "plan|24": 25}


def test_needs_run_through_levels_until_closure_or_early_help() -> None:
    def held(day: float, family: int, level: Status) -> tuple[Any, ...]:
        return (day, family, -1, Event.STATUS, int(level), 0)

    records = [
        held(1200, 10, Status.ASSESSMENT),
        held(1240, 10, Status.CHILD_IN_NEED),
        held(1400, 10, Status.CLOSED),
        held(1200, 20, Status.ASSESSMENT),
        held(1240, 20, Status.EARLY_HELP),
        held(1300, 20, Status.CLOSED),
    ]
    # Family 10 has three children, family 20 one: 200 days for three, 40 days for one.
    found = shapes.needs(read(sorted(records), [Child(), Child(), Child()], [Child()]))
    assert found == {"need|0": 25, "need|3": 0, "need|6": 75, "need|12": 0, "need|24": 0}


def test_children_of_a_family_are_those_with_it_and_not_in_care_before() -> None:
    records = [entered(100, 10, 100), entered(200, 10, 101), left(250, 10, 100)]
    # Three children, of whom the first is in care from day 100 to 250, the second from day 200 on, and the
    # third comes of age; family 20 has one who is born on day 150.
    homes = [[Child(age=1), Child(age=2), Child(age=17.9)], [Child(age=-150 / 365.25)]]
    reading = read(records, *homes)
    asked = [(10, 10), (10, 101), (10, 201), (10, 300), (20, 100), (20, 151), (10, 100)]
    # Who is in care to the end still is at the end.
    asked += [(10, LONG.horizon / days(1))]
    found = shapes.children_of(
        reading, np.array([family for family, _ in asked]), np.array([days(day) for _, day in asked])
    )
    assert found.tolist() == [3, 1, 0, 1, 0, 1, 2, 1]


def test_needs_of_the_first_year_by_how_long_they_lasted() -> None:
    def held(day: float, family: int, level: Status) -> tuple[Any, ...]:
        return (day, family, -1, Event.STATUS, int(level), 0)

    records = [held(0, 40, Status.CHILD_IN_NEED), held(300, 40, Status.CLOSED)]  # there on the first day
    records += [
        held(10, 10, Status.ASSESSMENT),
        held(50, 10, Status.CHILD_IN_NEED),
        held(130, 10, Status.CLOSED),
    ]
    records += [held(60, 20, Status.ASSESSMENT)]  # goes on to the end
    records += [held(400, 30, Status.ASSESSMENT), held(500, 30, Status.CLOSED)]  # after the first year
    homes = [[Child(age=1)] * 2, [Child(age=1)], [Child(age=1)], [Child(age=1)]]
    reading = read(sorted(records), *homes)
    found = shapes.early(reading.log, reading.plan, LONG)
    assert {name: value for name, value in found.items() if name.startswith("need")} == {
        "need|0": 0,
        "need|3": 2,
        "need|6": 0,
        "need|12": 0,
        "need|24": 1,
    }


def test_newborns_are_infants_whom_a_court_places_within_a_week() -> None:
    homes = [[Child(age=-100 / 365.25)], [Child(age=-100 / 365.25)], [Child(age=0.1)], [Child(age=2)]]
    records = [entered(106, 10, 100), entered(108, 20, 200), entered(50, 30, 300), entered(50, 40, 400)]
    assert shapes.newborns(read(sorted(records), *homes)) == pytest.approx(100 / 3)
    # By another way in, or on the first day, it is none.
    assert np.isnan(shapes.newborns(read([entered(106, 10, 100, ALONE), entered(0, 30, 300)], *homes)))


def test_brothers_and_sisters_who_enter_within_a_week_are_one_entry() -> None:
    records = [
        (90, 20, -1, Event.STATUS, int(Status.PROCEEDINGS), 0),
        entered(100, 10, 100),
        (100, 10, -1, Event.STATUS, int(Status.PROCEEDINGS), 0),
        entered(103, 10, 101),
        entered(300, 10, 102),
        entered(100, 20, 200),
        entered(100, 30, 300, ALONE),
    ]
    homes = [[Child(age=1)] * 3, [Child(age=1)], [Child(age=5, unaccompanied=True)]]
    found = shapes.together(read(sorted(records), *homes))
    assert found["children entering together"] == pytest.approx(4 / 3)
    assert found["entered with a sibling"] == 50
    # Four are in care at the end, three of them with a brother or sister.
    assert found["in care with a sibling"] == 75
    # Three children of one family and one of another; who enters that day was still at home.
    assert found["children to a family at court"] == 2


def test_three_places_in_a_year_and_one_for_two_years() -> None:
    foster, home = int(Placement.OWN_FOSTER), int(Placement.CHILDRENS_HOME)

    def placed(day: float, family: int, child: int, where: int) -> tuple[Any, ...]:
        return (day, family, child, Event.PLACED, where, 0)

    last = LONG.horizon / days(1)
    records = [entered(100, 10, 100), placed(100, 10, 100, foster), entered(100, 20, 200)]
    records += [placed(100, 20, 200, foster), placed(last - 200, 20, 200, home)]
    records += [placed(last - 100, 20, 200, foster)]
    found = shapes.placements(read(sorted(records), [Child(age=1)], [Child(age=1)]))
    # Two children on five dates; the second lives in three places in the last year only.
    assert found["three or more placements"] == pytest.approx(10)
    assert found["long-term stability"] == pytest.approx(90)


def test_years_are_compared_by_variance_over_mean() -> None:
    records = [entered(30 + 365.25 * year, 10, 100) for year in range(8) for _ in range(1 + 2 * (year % 2))]
    found = shapes.years(read(sorted(records), [Child(age=1)]))
    # 1, 3, 1, 3 and so on: mean 2, variance 8/7.
    assert found["variance of yearly starts over their mean"] == pytest.approx(8 / 7 / 2)
