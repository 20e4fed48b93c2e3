"""What follows a crisis: worry where it passed, referral where it ended in care, the end of the work."""

import pytest

from sim.engine.events import Event
from sim.foundations.ledger import ONE
from sim.model.plan import Services
from sim.model.terms import Channel, Line, Offer, Route, Stay
from tests.replay import live
from tests.worlds import UNSPENT, Household, Kid, after, at, days, plan_of, rules, services

EDGE = Offer.EDGE_OF_CARE
SHORT = ((ONE, ONE),) * len(Route)


def edge_team(**changes: object) -> Services:
    return services(
        places={Line.EDGE_WORKER: ((0, 3),)}, opens={EDGE: 0, Offer.STEP_DOWN_PARENTING: 0}, **changes
    )


@pytest.mark.parametrize(("watched", "entry"), [(182, 38 + 31), (20, 38 + 20 + 22), (0.001, 100)])
def test_a_crisis_that_passed_makes_entry_without_warning_likelier_for_a_time(
    watched: float, entry: float
) -> None:
    """The crisis of day 10 passes on day 38; 62 days of resilience are left, spent at twice the pace."""
    household = Household(
        kids=(Kid(crisis=(after(days(10)), UNSPENT)),), no_warning=(after(days(100)), UNSPENT)
    )
    log = live(plan_of(household, rules=rules(after_crisis=(days(watched), 2 * ONE))))
    assert at(log, Event.WEATHERED) == [38]
    assert at(log, Event.ENTERED, what=Route.NO_WARNING) == [pytest.approx(entry, abs=0.002)]


@pytest.mark.parametrize(("uniform", "offered", "home"), [(0, [10], 42), (ONE - 1, [], 70)])
def test_an_unplanned_entry_with_a_plan_to_return_is_referred(
    uniform: int, offered: list[float], home: float
) -> None:
    """In care without warning from day 10 for 60 days; work from the panel of day 14 doubles the pace."""
    household = Household(
        kids=(Kid(heard_in_care=(uniform,), stay_end=(after(days(60)), UNSPENT)),),
        no_warning=(after(days(10)), UNSPENT),
    )
    shape = edge_team(heard_in_care=((0, ONE // 2),), effects={EDGE: {Channel.RETURN_HOME: 2.0}})
    log = live(plan_of(household, rules=rules(stay=SHORT), services=shape))
    assert at(log, Event.OFFERED, what=EDGE) == offered
    assert at(log, Event.LEFT) == [home]


@pytest.mark.parametrize(("stay", "stopped"), [(Stay.SHORT, []), (Stay.LONG, [12])])
def test_the_work_ends_with_nobody_at_home_or_on_the_way_back(stay: Stay, stopped: list[float]) -> None:
    """In crisis on day 5, worked with from the panel of day 7, in care on day 12."""
    household = Household(kids=(Kid(crisis=(after(days(5)), UNSPENT), edge=(after(days(7)),)),))
    ways = SHORT if stay == Stay.SHORT else ((0, 0),) * len(Route)
    log = live(plan_of(household, rules=rules(stay=ways), services=edge_team()))
    assert at(log, Event.STARTED, what=EDGE) == [7]
    assert at(log, Event.ENTERED, what=Route.BREAKDOWN) == [12]
    assert at(log, Event.STOPPED, what=EDGE) == stopped
    # The child is still in care when work of the usual 90 days ends: nobody is there to step down to.
    assert at(log, Event.FINISHED, what=EDGE) == ([97] if not stopped else [])
    assert at(log, Event.OFFERED, what=Offer.STEP_DOWN_PARENTING) == []
