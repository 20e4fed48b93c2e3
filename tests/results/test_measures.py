"""Measures of a log written by hand, to the day."""

from typing import Any

import numpy as np
import pytest

from sim.engine.events import Event
from sim.model.plan import Post
from sim.model.terms import Leaving, Line, Offer, Placement, Route, Status, Stay, Team
from tests.results.hand import (
    CLOCK,
    FIRST,
    SECOND,
    YEAR,
    Child,
    Readings,
    Record,
    days,
    log_of,
    plan_of,
    years,
)


def two_children() -> Any:
    """One child of two at home with a family of its own, one of fifteen in care from the start."""
    return plan_of(
        [Child(age=2)],
        [Child(age=15.5, stay=Stay.LONG)],
        counted=(days(3), days(400)),
        places={Line.KEY_WORKER: ((0, 2), (days(40), 1))},
        posts=(
            Post(
                team=Team.EARLY_HELP,
                role="key_worker",
                number=0,
                spells=(
                    (-1, days(20), "vacant"),
                    (days(20), days(50), "agency"),
                    (days(50), days(80), "induction"),
                    (days(80), CLOCK.horizon, "permanent"),
                ),
                absences=((days(70), days(75)), (days(110), days(130))),
            ),
        ),
    )


RECORDS: tuple[Record, ...] = (
    (0, 10, -1, Event.STATUS, Status.CHILD_IN_NEED, 0),
    (0, 20, -1, Event.STATUS, Status.CLOSED, 0),
    (0, 20, 200, Event.PLACED, Placement.CHILDRENS_HOME, 0),
    (10, 10, -1, Event.STATUS, Status.CHILD_PROTECTION, 1),
    (10, 10, -1, Event.PLAN_STARTED, 0, 1),
    (100, 10, 100, Event.ENTERED, Route.COURT, 0),
    (100, 10, 100, Event.PLACED, Placement.OWN_FOSTER, 0),
    (130, 10, 100, Event.LEFT, Leaving.RETURNED_HOME, 0),
    (200, 10, -1, Event.PLAN_ENDED, 0, 1),
    (200, 10, -1, Event.STATUS, Status.PRE_PROCEEDINGS, 2),
    (210, 10, -1, Event.STATUS, Status.PROCEEDINGS, 3),
    (250, 20, 200, Event.PLACED, Placement.AGENCY_FOSTER, 0),
    (300, 10, 100, Event.CRISIS, 0, 0),
    (305, 10, 100, Event.ENTERED, Route.BREAKDOWN, 1),
    (305, 10, 100, Event.PLACED, Placement.WITH_PARENTS, 0),
    (400, 10, 100, Event.LEFT, Leaving.SPECIAL_GUARDIANSHIP, 0),
    (420, 10, -1, Event.PLAN_STARTED, 1, 1),
    (500, 20, 200, Event.LEFT, Leaving.OTHER, 0),
)


@pytest.fixture(scope="module")
def read() -> Readings:
    return Readings(log_of(*RECORDS), two_children())


def test_placement_days_are_exact(read: Readings) -> None:
    found = {
        place: (read("placement days", FIRST, place), read("placement days", SECOND, place))
        for place in (
            "own foster",
            "agency foster",
            "children's home",
            "supported accommodation",
            "with parents",
            "kinship",
        )
    }
    assert found == {
        "own foster": (30, 0),
        "agency foster": (YEAR - 250, 500 - YEAR),
        "children's home": (250, 0),
        "supported accommodation": (0, 0),
        "with parents": (YEAR - 305, 400 - YEAR),
        "kinship": (0, 0),
    }


def test_children_looked_after_are_counted_at_the_end_of_each_month(read: Readings) -> None:
    # Day 100 is 10 July 2023, 130 is 9 August, 305 is 31 January 2024, 400 is 5 May and 500 is 13 August.
    twos = {"2023-07-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"}
    none = {label for label, tick in CLOCK.month_ends if tick > days(500)}
    for label, _ in CLOCK.month_ends:
        assert read("children looked after", label) == (2 if label in twos else 0 if label in none else 1)
    # Fifteen and a half on 1 April 2023: sixteen in the last days of September.
    assert read("children looked after", "2023-08-31", "13-15") == 1
    assert read("children looked after", "2023-10-31", "16-17") == 1
    assert read("children looked after", "2023-07-31", "1-4") == 1
    assert read("placed", "2024-03-31", "agency foster") == 1
    assert read("placed", "2024-03-31", "with parents") == 1
    assert read("placed", "2025-03-31", "with parents") == 0


def test_entries_by_band_and_route_and_exits_by_kind(read: Readings) -> None:
    assert read.row("entries") == [2, 0]
    assert read("entries", FIRST, "1-4|court") == 1
    assert read("entries", FIRST, "1-4|breakdown") == 1
    assert read.row("re-entries") == [1, 0]
    assert read.row("exits") == [1, 2]
    assert read("exits", FIRST, "returned home") == 1
    assert read("exits", SECOND, "special guardianship") == 1
    assert read("exits", SECOND, "other") == 1
    assert read("exits by age", SECOND, "16-17") == 1
    assert read("exits by age", SECOND, "1-4") == 1
    assert read.row("crises") == [1, 0]


def test_a_guardian_is_paid_from_the_order_until_eighteen_or_the_end(read: Readings) -> None:
    assert read.row("guardianship days") == [0, 731 - 400]
    grown = plan_of([Child(age=17.5, stay=Stay.LONG)])
    log = log_of(
        (0, 10, 100, Event.PLACED, Placement.OWN_FOSTER, 0),
        (10, 10, 100, Event.LEFT, Leaving.SPECIAL_GUARDIANSHIP, 0),
    )
    eighteen = years(18) - years(17.5)
    assert Readings(log, grown).row("guardianship days") == [eighteen / days(1) - 10, 0]


def test_plans_levels_and_referrals(read: Readings) -> None:
    assert read.row("plans started") == [1, 1]
    assert read.row("plans repeated") == [0, 1]
    assert read.row("plans open")[:8] == [1, 1, 1, 1, 1, 1, 0, 0]
    assert read.row("plans open")[-1] == 1
    assert read("families open", "2023-04-30", "child protection") == 1
    assert read("families open", "2023-04-30", "child in need") == 0
    assert read("families open", "2023-10-31", "proceedings") == 1
    assert read.row("care applications") == [1, 0]
    assert read.row("referrals") == [1, 1]


def test_referrals_within_a_year_of_another() -> None:
    def referred(day: float, family: int) -> Record:
        return (day, family, -1, Event.REFERRED, 0, 0)

    plan = plan_of([Child(age=5)], [Child(age=5)], [Child(age=5)], counted=[days(20), days(400)])
    plan.counted_again[:] = [True, False]
    plan.families.again = np.array([False, True, False])
    # Family 10 comes back after 300 days, family 20 had come lately when it is first seen, family 30 comes
    # back after two years, less a day.
    log = log_of(
        *sorted([referred(10, 10), referred(310, 10), referred(40, 20), referred(5, 30), referred(720, 30)])
    )
    read = Readings(log, plan)
    assert read.row("referrals") == [5, 2]
    assert read.row("referrals again") == [3, 0]


def test_who_enters_at_the_very_tick_of_coming_of_age_counts_with_the_oldest() -> None:
    plan = plan_of([Child(age=17.5)])
    birthday = 365.25 / 2
    log = log_of(
        (birthday, 10, 100, Event.ENTERED, Route.BREAKDOWN, 0),
        (birthday, 10, 100, Event.PLACED, Placement.OWN_FOSTER, 0),
        (birthday, 10, 100, Event.LEFT, Leaving.AGE_18, 0),
    )
    read = Readings(log, plan)
    assert read("entries", "2023/24", "16-17|breakdown") == 1
    assert read("entries", "2023/24", "all") == 1


def test_posts_are_counted_by_state(read: Readings) -> None:
    worker = "early help|key worker"
    assert read("posts vacant", "2023-04-30", worker) == 0
    assert read("posts agency", "2023-04-30", worker) == 1
    assert read("posts induction", "2023-05-31", worker) == 1
    assert read("posts permanent", "2023-06-30", worker) == 1
    assert set(read.row("posts funded", worker)) == {1}
    # Away from day 110 to 130, over the end of July (day 122); the spell of June lies within the month.
    assert read.row("posts absent", worker) == [0, 0, 0, 1] + [0] * 20
    assert read.row("post days agency", worker) == [30, 0]
    assert read.row("post days permanent", worker) == [YEAR - 50, 365]
    assert read("places", "2023-04-30", "early help") == 2
    assert read("places", "2023-05-31", "early help") == 1


def test_part_time_posts_are_counted_by_their_hours() -> None:
    whole = Post(
        team=Team.EARLY_HELP, role="key_worker", number=0, spells=((-1, CLOCK.horizon, "permanent"),)
    )
    part = Post(
        team=Team.EARLY_HELP,
        role="key_worker",
        number=1,
        spells=(
            (-1, days(20), "vacant"),
            (days(20), days(50), "agency"),
            (days(50), CLOCK.horizon, "permanent"),
        ),
        hours=((-1, 30), (days(40), 80), (days(YEAR), 50)),
        absences=((days(110), days(YEAR + 40)),),
    )
    read = Readings(log_of(), plan_of([Child(age=2)], posts=(whole, part)))
    worker = "early help|key worker"
    # April ends on day 30, May on day 61, April 2024 on day 396.
    ends = ("2023-04-30", "2023-05-31", "2024-04-30")
    assert [read("posts funded", end, worker) for end in ends] == [1.3, 1.8, 1.5]
    assert [read("posts agency", end, worker) for end in ends] == [0.3, 0, 0]
    assert [read("posts permanent", end, worker) for end in ends] == [1, 1.8, 1.5]
    assert [read("posts absent", end, worker) for end in ends] == [0, 0, 0.5]
    assert read("posts absent", "2023-07-31", worker) == 0.8
    assert read.row("post days agency", worker) == [pytest.approx(20 * 0.3 + 10 * 0.8), 0]
    permanent = [YEAR + (YEAR - 50) * 0.8, 365 * 1.5]
    assert read.row("post days permanent", worker) == pytest.approx(permanent)


SERVICE: tuple[Record, ...] = (
    (0, 10, -1, Event.STATUS, Status.CHILD_PROTECTION, 0),
    (0, 10, -1, Event.OFFERED, Offer.FAMILY_SAFEGUARDING, 0),
    (0, 10, -1, Event.ACCEPTED, Offer.FAMILY_SAFEGUARDING, 0),
    (0, 10, -1, Event.STARTED, Offer.FAMILY_SAFEGUARDING, 0),
    (20, 10, 100, Event.CRISIS, 0, 0),
    (20, 10, -1, Event.OFFERED, Offer.EDGE_OF_CARE, 0),
    (21, 10, -1, Event.ACCEPTED, Offer.EDGE_OF_CARE, 0),
    (25, 20, -1, Event.OFFERED, Offer.EDGE_OF_CARE, 0),
    (28, 20, -1, Event.LAPSED, Offer.EDGE_OF_CARE, 0),
    (35, 10, -1, Event.STARTED, Offer.EDGE_OF_CARE, days(14)),
    (40, 20, -1, Event.OFFERED, Offer.EARLY_HELP, 0),
    (40, 20, -1, Event.DECLINED, Offer.EARLY_HELP, 0),
    (50, 20, -1, Event.OFFERED, Offer.EARLY_HELP, 1),
    (50, 20, -1, Event.ACCEPTED, Offer.EARLY_HELP, 1),
    (95, 20, -1, Event.LAPSED, Offer.EARLY_HELP, 0),
    (110, 10, -1, Event.FINISHED, Offer.EDGE_OF_CARE, days(75)),
    (110, 10, -1, Event.OFFERED, Offer.STEP_DOWN_PARENTING, 0),
    (110, 10, -1, Event.ACCEPTED, Offer.STEP_DOWN_PARENTING, 0),
    (110, 10, -1, Event.STARTED, Offer.STEP_DOWN_PARENTING, 0),
    (200, 10, -1, Event.STOPPED, Offer.FAMILY_SAFEGUARDING, days(200)),
    (400, 10, -1, Event.EXHAUSTED, 3, 0),
)


def test_service_flows_waiting_and_use() -> None:
    read = Readings(log_of(*SERVICE), two_children())
    edge, help_, safe = "edge of care", "early help", "family safeguarding"
    flows: dict[str, Any] = {
        "offered": (2, 3, 0),
        "accepted": (1, 2, 0),
        "started": (1, 1, 0),
        "finished": (1, 0, 0),
        "lapsed": (1, 1, 0),
        "waited days": (14, 0, 0),
    }
    for name, expected in flows.items():
        assert tuple(read(name, FIRST, team) for team in (edge, help_, safe)) == expected, name
    # Edge of Care holds the family from day 35 to 110 and has it wait from 21 to 35.
    assert read.row("in use", edge)[:4] == [0, 1, 1, 0]
    assert read.row("waiting", edge)[:3] == [1, 0, 0]
    assert read.row("in use", safe)[:8] == [1, 1, 1, 1, 1, 1, 0, 0]
    assert read.row("waiting", help_)[:5] == [0, 1, 1, 0, 0]
    assert read.row("in use", help_)[:4] == [0, 0, 0, 1]
    assert read("served by both", "whole") == 1
    assert read("exhausted", "whole") == 1


def test_what_happens_at_the_midnight_after_a_month_belongs_to_the_next() -> None:
    midnight = dict(CLOCK.month_ends)["2023-04-30"] / days(1)
    log = log_of(
        (0, 20, 200, Event.PLACED, Placement.OWN_FOSTER, 0),
        (midnight, 10, 100, Event.ENTERED, Route.COURT, 0),
        (midnight, 10, 100, Event.PLACED, Placement.OWN_FOSTER, 0),
        (midnight, 20, 200, Event.LEFT, Leaving.OTHER, 0),
    )
    read = Readings(log, two_children())
    assert read("children looked after", "2023-04-30", "1-4") == 0
    assert read("children looked after", "2023-04-30", "13-15") == 1
    assert read("children looked after", "2023-05-31", "1-4") == 1
    assert read("children looked after", "2023-05-31", "13-15") == 0


def test_who_is_placed_and_leaves_at_one_tick_has_no_days_in_placement() -> None:
    """A child who enters on the eve of eighteen is placed and leaves within one tick: no days."""
    plan = plan_of([Child(age=2)])
    log = log_of(
        (0, 10, -1, Event.STATUS, Status.CHILD_IN_NEED, 0),
        (30, 10, int(plan.children.id[0]), Event.ENTERED, Route.COURT, 0),
        (30, 10, int(plan.children.id[0]), Event.PLACED, Placement.OWN_FOSTER, 0),
        (30, 10, int(plan.children.id[0]), Event.LEFT, Leaving.AGE_18, 0),
    )
    read = Readings(log, plan)
    assert read.row("placement days", "own foster") == [0.0, 0.0]
    assert read("placed", "2024-03-31", "own foster") == 0
    assert read("children looked after", "2023-05-31") == 0
