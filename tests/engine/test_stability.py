"""Edge of Care's later work with long placements: for whom, from when, and only in what can be spared."""

import pytest

from sim.engine.events import Event
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Services
from sim.model.terms import Channel, Line, Offer, Placement, Stay
from tests.replay import live
from tests.worlds import (
    BANDS,
    Household,
    Kid,
    after,
    at,
    days,
    person,
    plan_of,
    rules,
    services,
    story,
    troubled,
)

EDGE, STABLE = Offer.EDGE_OF_CARE, Offer.PLACEMENT_STABILITY


def extended(holds: int = 2, **changes: object) -> Services:
    """Edge of Care open to crises and to placements of fifty days; one place is kept free."""
    return services(
        **{
            "places": {Line.EDGE_WORKER: ((0, holds),)},
            "opens": {EDGE: 0, STABLE: 0},
            "effects": {STABLE: {Channel.PLACEMENT: 0.5}},
            "lapses": {STABLE: days(600)},
            "stability_after": days(50),
            "stability_youngest": 3,
            "stability": ((0, 1),),
            **changes,
        }
    )


def placed(breaks: float | None = None, length: float = 600, **more: object) -> Household:
    """A child of eleven, in foster care since the first day."""
    settled = () if breaks is None else (after(days(breaks)),)
    kid = Kid(**{"age": 11.0, "opening_stay": Stay.LONG, "settled": settled, **more})
    return Household(kids=(kid,), length={STABLE: days(length)})


def test_a_long_placement_is_offered_work_that_holds_it_together() -> None:
    log = live(plan_of(placed(100), services=extended()))
    assert at(log, Event.STARTED, what=STABLE) == [50]
    # Fifty of a hundred days' worth is gone; the other fifty take twice as long.
    assert at(log, Event.BROKE_DOWN) == [150]
    without = live(plan_of(placed(100)))
    assert at(without, Event.BROKE_DOWN) == [100]


def test_it_begins_on_its_day_for_placements_that_are_long_by_then() -> None:
    log = live(plan_of(placed(200), services=extended(stability=((0, NEVER), (days(80), 1)))))
    assert at(log, Event.STARTED, what=STABLE) == [80]
    assert at(log, Event.BROKE_DOWN) == [80 + 120 * 2]


@pytest.mark.parametrize("where", [Placement.CHILDRENS_HOME, Placement.SUPPORTED_ACCOMMODATION])
def test_only_a_home_with_carers_can_be_held_together(where: Placement) -> None:
    mix = tuple(ONE if place >= where else 0 for place in range(5))
    log = live(plan_of(placed(), rules=rules(placement=(mix,) * BANDS), services=extended()))
    assert story(log, 10, Event.PLACED) == [(0, "PLACED", 100, where)]
    assert at(log, Event.OFFERED) == []


def test_kin_are_offered_it_and_young_children_are_not() -> None:
    kin = live(plan_of(placed(kin=(0,)), rules=rules(kinship=(ONE,) * BANDS), services=extended()))
    assert at(kin, Event.STARTED, what=STABLE) == [50]
    young = live(plan_of(placed(age=8.0), services=extended()))
    assert at(young, Event.OFFERED) == []


def test_a_placement_that_breaks_down_first_is_not_long_and_the_next_may_be() -> None:
    log = live(plan_of(placed(30), services=extended()))
    assert at(log, Event.BROKE_DOWN) == [30]
    assert at(log, Event.OFFERED, what=STABLE) == [80]


def test_it_takes_only_what_can_be_spared() -> None:
    """Two places, one kept free: one placement is worked with, and a family in crisis finds room."""
    log = live(plan_of(placed(), placed(), troubled(66, 40), services=extended()))
    assert at(log, Event.STARTED, what=STABLE) == [50]
    assert at(log, Event.STARTED, what=EDGE) == [70]
    none = live(plan_of(placed(), services=extended(holds=1)))
    assert at(none, Event.STARTED) == []


def test_a_family_in_crisis_goes_first_and_the_placement_waits_till_there_is_room_to_spare() -> None:
    crisis = troubled(42, 40, length={EDGE: days(51)})
    log = live(plan_of(placed(), crisis, services=extended()))
    assert at(log, Event.STARTED, what=EDGE) == [49]
    # Offered on day 50, when one of two is taken; on day 100 both are free.
    assert at(log, Event.ACCEPTED, what=STABLE) == [50]
    assert at(log, Event.STARTED, what=STABLE) == [100]


def test_the_work_ends_when_the_child_leaves_care() -> None:
    log = live(plan_of(placed(stay_end=(after(days(90)),)), services=extended()))
    assert at(log, Event.LEFT) == at(log, Event.STOPPED, what=STABLE) == [90]


TWO_WORKERS = {Line.EDGE_WORKER: [person((0, 1, 1), (60, 0, 0)), person((0, 1, 2))]}


def test_interrupted_work_with_a_placement_does_not_keep_a_family_in_crisis_waiting() -> None:
    """Its worker leaves on day 60; from day 74 it asks again, but the place left is kept for crises."""
    shape = extended(workers=TWO_WORKERS, places={}, patience=days(500))
    log = live(plan_of(placed(), troubled(80, 40), services=shape))
    assert at(log, Event.STARTED, what=STABLE) == [50]
    assert at(log, Event.STARTED, what=EDGE) == [84]


def test_a_placement_that_is_long_on_the_first_day_need_not_wait() -> None:
    log = live(plan_of(placed(opening_elapsed=days(400)), services=extended()))
    assert at(log, Event.STARTED, what=STABLE) == [0]
