"""One and the same child in two worlds, by hand."""

from __future__ import annotations

from sim.engine.events import Event, EventLog
from sim.model.terms import Leaving, Offer, Placement, Route, Stay
from tests.results.hand import FIRST, SECOND, Child, Readings, log_of, plan_of

COURT, HOME = Route.COURT, Leaving.RETURNED_HOME


def test_averted_delayed_hastened_and_caused() -> None:
    """Five families: Edge of Care reaches 10 and 20 in time, Family Safeguarding 20 and 30."""
    plan = plan_of(*([Child(age=age)] for age in (14, 14, 2, 8, 8)))
    there = log_of(
        *((0, family, -1, Event.STATUS, 6, 0) for family in (10, 20, 30, 40, 50)),
        (100, 10, 100, Event.ENTERED, Route.BREAKDOWN, 0),
        (150, 10, 100, Event.LEFT, HOME, 0),
        (100, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
        (500, 30, 300, Event.ENTERED, COURT, 0),
        (600, 50, 500, Event.ENTERED, COURT, 0),
    )
    here = log_of(
        *((0, family, -1, Event.STATUS, 6, 0) for family in (10, 20, 30, 40, 50)),
        (90, 10, -1, Event.STARTED, Offer.EDGE_OF_CARE, 0),
        (90, 20, -1, Event.STARTED, Offer.EDGE_OF_CARE, 0),
        (99, 20, -1, Event.STARTED, Offer.FAMILY_SAFEGUARDING, 0),
        (400, 20, 200, Event.ENTERED, COURT, 0),
        (200, 30, -1, Event.STARTED, Offer.FAMILY_SAFEGUARDING, 0),
        (472, 30, 300, Event.ENTERED, COURT, 0),
        (700, 40, 400, Event.ENTERED, COURT, 0),
        (627, 50, 500, Event.ENTERED, COURT, 0),
    )
    # Four weeks earlier counts as brought on; 27 days later as neither, though its days count.
    read = Readings(here, plan, there)
    assert read.groups("averted") == {"13-15|edge of care": 1}
    assert read.groups("delayed") == {"13-15|both": 1}
    assert read.groups("delayed days") == {"13-15|both": 300}
    assert read.groups("hastened") == {"1-4|family safeguarding": 1}
    assert read.groups("hastened days") == {"1-4|family safeguarding": 28}
    assert read.groups("caused") == {"5-9|neither": 1}
    assert read.groups("days avoided") == {
        "13-15|edge of care": 50,
        "13-15|both": 300,
        "1-4|family safeguarding": -28,
        "5-9|neither": -31 + 27,
    }
    # A start belongs to the year in which the other world has it; one that is caused, to its own.
    years = {name: read.row(f"entries {name}") for name in ("averted", "delayed", "hastened", "caused")}
    assert years == {"averted": [1, 0], "delayed": [1, 0], "hastened": [0, 1], "caused": [0, 1]}
    assert read.groups("averted by service") == {"edge of care": 1}
    assert read.groups("delayed by service") == {"edge of care": 1, "family safeguarding": 1}
    assert read.groups("days avoided by service") == {"edge of care": 350, "family safeguarding": 272}


def test_work_that_begins_after_the_start_in_care_did_not_avert_it() -> None:
    plan = plan_of([Child(age=14)])
    there = log_of((100, 10, 100, Event.ENTERED, COURT, 0))
    here = log_of((100, 10, -1, Event.STARTED, Offer.EDGE_OF_CARE, 0))
    read = Readings(here, plan, there)
    assert read.groups("averted") == {"13-15|neither": 1}
    # But days are credited to whoever worked with the family at all: it also helps children home.
    assert read.groups("days avoided") == {"13-15|edge of care": 631}


def test_the_opening_cohort_is_compared_by_days_and_later_entries() -> None:
    plan = plan_of([Child(age=8, stay=Stay.LONG)])
    there = log_of((0, 10, 100, Event.PLACED, 0, 0), (300, 10, 100, Event.LEFT, HOME, 0))
    here = log_of((0, 10, 100, Event.PLACED, 0, 0), (250, 10, 100, Event.LEFT, HOME, 0))
    read = Readings(here, plan, there)
    assert read.groups("days avoided") == {"5-9|neither": 50}
    assert not any(read.groups(name) for name in ("averted", "delayed", "hastened", "caused"))


def test_one_world_alone_or_two_alike_change_nothing() -> None:
    plan = plan_of([Child(age=14)])
    log = log_of((100, 10, 100, Event.ENTERED, COURT, 0), (200, 10, 100, Event.LEFT, HOME, 0))
    for against in (None, log):
        read = Readings(log, plan, against)
        for name in ("averted", "delayed", "hastened", "caused", "days avoided"):
            assert not read.groups(name)
        assert not read.groups("entries averted", FIRST)
        assert not read.groups("entries caused", SECOND)


def test_children_whom_only_one_world_has_are_not_paired() -> None:
    """With other demand, family 20 is not in the other world, and its family 30 is not in this one."""
    plan = plan_of([Child(age=14)], [Child(age=14)])
    here: EventLog = log_of(
        (0, 10, -1, Event.STATUS, 6, 0),
        (50, 20, -1, Event.REFERRED, 0, 0),
        (100, 20, 200, Event.ENTERED, COURT, 0),
    )
    there = log_of(
        (0, 10, -1, Event.STATUS, 6, 0),
        (50, 30, -1, Event.REFERRED, 0, 0),
        (90, 10, 100, Event.ENTERED, COURT, 0),
        (100, 30, 300, Event.ENTERED, COURT, 0),
    )
    read = Readings(here, plan, there)
    assert read.groups("averted") == {"13-15|neither": 1}
    assert not read.groups("caused")
    assert read.groups("days avoided") == {"13-15|neither": 641}


def test_placement_days_avoided_belong_to_whoever_worked_with_the_family() -> None:
    """Family 10 has Edge of Care and moves to kin without a day less in care; nobody works with 20."""
    plan = plan_of([Child(age=14)], [Child(age=14)])

    def world(home: Placement, left: float) -> list[tuple]:
        return [
            record
            for family in (10, 20)
            for record in (
                (300, family, 10 * family, Event.ENTERED, COURT, 0),
                (300, family, 10 * family, Event.PLACED, home, 0),
                (left, family, 10 * family, Event.LEFT, HOME, 0),
            )
        ]

    started = (400, 10, -1, Event.STARTED, Offer.EDGE_OF_CARE, 0)
    there = log_of(*world(Placement.CHILDRENS_HOME, 500))
    read = Readings(log_of(*world(Placement.KINSHIP, 500), started), plan, there)
    name = "placement days avoided by service"
    # 1 April 2024 is day 366.
    assert read.groups(name, FIRST) == {"edge of care|children's home": 66, "edge of care|kinship": -66}
    assert read.groups(name, SECOND) == {"edge of care|children's home": 134, "edge of care|kinship": -134}
    shorter = Readings(log_of(*world(Placement.CHILDRENS_HOME, 450), started), plan, there)
    assert shorter.groups(name, SECOND) == {"edge of care|children's home": 50}
    assert shorter.groups("days avoided by service") == {"edge of care": 50}
