"""What is published once a year, read off logs written by hand."""

from __future__ import annotations

import numpy as np

from sim.engine.events import Event
from sim.model.plan import Post
from sim.model.terms import Leaving, Placement, Status, Stay, Team
from sim.results.measure_counted import MONTH, by_length
from tests.results.hand import CLOCK, FIRST, SECOND, YEAR, Child, Readings, days, log_of, plan_of

FOSTER, HOME, ADOPT = (
    int(one) for one in (Placement.OWN_FOSTER, Placement.CHILDRENS_HOME, Placement.FOR_ADOPTION)
)
WHERE = (FOSTER, HOME, FOSTER)
MARCHES = ("2024-03-31", "2025-03-31")
WORKER = "family safeguarding|social worker"


def test_three_placements_count_in_the_year_and_only_for_who_is_still_there() -> None:
    def moves(child: int, *at: float) -> list[tuple]:
        return [
            (day, child // 10, child, Event.PLACED, where, 0) for day, where in zip(at, WHERE, strict=False)
        ]

    records = [
        *moves(100, 0, 100, 200),  # three in the first year, one in the second
        *moves(200, 0, 300, YEAR + 40),  # two in each year
        *moves(300, 0, 10, 20),  # three, but home again before March
        (50, 30, 300, Event.LEFT, Leaving.RETURNED_HOME, 0),
    ]
    plan = plan_of(*[[Child(age=8, stay=Stay.LONG)] for _ in range(3)])
    read = Readings(log_of(*sorted(records, key=lambda one: one[0])), plan)
    assert [read("three or more placements", day) for day in MARCHES] == [1, 0]


def test_settled_is_two_years_in_one_place_or_for_adoption_of_long_stays_under_16() -> None:
    homes = [
        [Child(age=5, stay=Stay.LONG, elapsed=1)],  # never moves
        [Child(age=5, stay=Stay.LONG, elapsed=1)],  # moves once
        [Child(age=3, stay=Stay.LONG, elapsed=1)],  # moves, to be adopted
        [Child(age=13.9, stay=Stay.LONG, elapsed=1)],  # 15 on the last day
        [Child(age=14.1, stay=Stay.LONG, elapsed=1)],  # 16 on it
        [Child(age=5, stay=Stay.LONG, elapsed=0.4)],  # in care for 2.4 years on it
    ]
    records = [(0, 10 * n, 100 * n, Event.PLACED, FOSTER, 0) for n in range(1, 7)]
    records += [(300, 20, 200, Event.PLACED, HOME, 0), (500, 30, 300, Event.PLACED, ADOPT, 0)]
    read = Readings(log_of(*records), plan_of(*homes))
    assert read.groups("long in care", MARCHES[1]) == {"all": 4, "settled": 3}
    # After one year nobody is known to have been so long in one place; nor are they in care for so long.
    assert read.groups("long in care", MARCHES[0]) == {}


def test_plans_are_measured_from_before_the_first_day_and_weighted_by_children() -> None:
    plan = plan_of(
        *[[Child()] for _ in range(5)],
        opening=(Status.CHILD_PROTECTION, Status.CHILD_PROTECTION, -1, -1, Status.PRE_PROCEEDINGS),
        elapsed=(1.5, 0.1, 0, 0, 0.4),
    )
    records = [
        (0, 10, -1, Event.PLAN_STARTED, 1, 2),
        (0, 20, -1, Event.PLAN_STARTED, 1, 3),
        (0, 50, -1, Event.PLAN_STARTED, 1, 1),
        (100, 20, -1, Event.PLAN_ENDED, 0, 3),
        (220, 10, -1, Event.PLAN_ENDED, 0, 2),  # 1.5 years and 220 days
        (YEAR + 200, 30, -1, Event.PLAN_STARTED, 0, 1),  # 165 days before the end
        (YEAR + 210, 40, -1, Event.PLAN_STARTED, 0, 4),
        (YEAR + 220, 40, -1, Event.PLAN_ENDED, 0, 4),
        (YEAR + 300, 40, -1, Event.PLAN_STARTED, 1, 5),  # 65 days before the end
    ]
    read = Readings(log_of(*records), plan)
    assert read.groups("plans ended", FIRST) == {"all": 5, "2 years or more": 2}
    assert read.groups("plans ended", SECOND) == {"all": 4}
    assert read.groups("plans open by length", MARCHES[0]) == {"1 to 2 years": 1}
    assert read.groups("plans open by length", MARCHES[1]) == {
        "up to 3 months": 5,
        "3 to 6 months": 1,
        "2 years or more": 1,
    }


def test_those_who_leave_are_employed_and_count_in_the_year_to_september() -> None:
    def post(number: int, *spells: tuple[float, float, str], hours: tuple = ()) -> Post:
        return Post(
            team=int(Team.FAMILY_SAFEGUARDING),
            role="social_worker",
            number=number,
            spells=tuple((days(a), days(b), state) for a, b, state in spells),
            hours=hours,
        )

    end = CLOCK.horizon / days(1)
    posts = (
        # Somebody leaves in the first summer, an agency worker after; their successor leaves in training.
        post(0, (-9, 60, "permanent"), (60, 300, "agency"), (300, 330, "induction"), (330, end, "vacant")),
        # One person who was trained and stays for good.
        post(1, (0, 40, "induction"), (40, end, "permanent")),
        # Half a post whose worker leaves in the second autumn, after the last September.
        post(2, (0, 560, "permanent"), (560, end, "vacant"), hours=((0, 50),)),
        # Half a post whose worker leaves before it.
        post(3, (0, 400, "permanent"), (400, end, "vacant"), hours=((0, 50),)),
    )
    read = Readings(log_of(), plan_of([Child()], posts=posts))
    assert read.row("posts left in the year", WORKER) == [1, 1.5]
    assert np.sum([read.row("posts left in the year", "edge of care|social worker")]) == 0


def test_a_length_of_just_three_months_belongs_to_the_next_band() -> None:
    quarter = round(3 * MONTH)
    found = by_length(np.array([0, quarter - 1, quarter, 8 * quarter]), np.array([4, 1, 2, 3]))
    assert found.tolist() == [5, 2, 0, 0, 3]
