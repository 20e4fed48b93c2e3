"""What practice hears, refuses, counts and takes time for may change on a day: what holds is that day's."""

import pytest

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER, ONE
from sim.model import terms
from sim.model.plan import Services
from sim.model.terms import Channel, Gate, Line, Offer, Placement, Route, Stay
from tests.replay import live
from tests.worlds import ALWAYS, UNSPENT, Household, Kid, after, at, days, plan_of, rules, services, troubled

EDGE, STABLE = Offer.EDGE_OF_CARE, Offer.PLACEMENT_STABILITY
SHORT = ((ONE, ONE),) * len(Route)


def weekly(places: int = 9, **changes: object) -> Services:
    """Edge of Care from the first day, with a panel every seven days."""
    return services(**{"places": {Line.EDGE_WORKER: ((0, places),)}, "opens": {EDGE: 0}, **changes})


def test_a_crisis_is_heard_with_the_chance_of_its_day() -> None:
    heard = [((0, 0), (days(20), ONE), (days(40), 0))] * len(terms.HELD_NAMES)
    households = [troubled(day, 100) for day in (10, 20, 40)]
    log = live(plan_of(*households, services=weekly(heard=tuple(heard))))
    assert at(log, Event.NOT_HEARD) == [10, 40]
    assert at(log, Event.OFFERED, what=EDGE) == [20]


def test_an_unplanned_entry_is_heard_with_the_chance_of_its_day() -> None:
    def entering(day: float) -> Household:
        return Household(kids=(Kid(heard_in_care=(0,)),), no_warning=(after(days(day)), UNSPENT))

    shape = weekly(heard_in_care=((0, 0), (days(20), ONE)))
    log = live(plan_of(entering(10), entering(30), rules=rules(stay=SHORT), services=shape))
    assert at(log, Event.OFFERED, what=EDGE) == [30]


def test_the_panel_refuses_with_the_chance_of_its_meeting() -> None:
    shape = weekly(panel_refuses=((0, 0), (days(20), ONE)))
    log = live(plan_of(troubled(10, 100), troubled(16, 100), services=shape))
    assert at(log, Event.ACCEPTED, what=EDGE, family=10) == [14]
    # Referred before the change and decided after it.
    assert at(log, Event.REFUSED, what=EDGE, family=20) == [21]


@pytest.mark.parametrize(("months_count", "diverted"), [(days(30), []), (days(10), [14])])
def test_earlier_help_counts_for_as_long_as_it_does_on_the_day(
    months_count: int, diverted: list[float]
) -> None:
    """Early help is offered on the first day; a crisis reaches the panel on day 14."""
    shape = services(
        places={Line.EDGE_WORKER: ((0, 9),), Line.KEY_WORKER: ((0, 9),)},
        opens={EDGE: 0, Offer.EARLY_HELP: 0},
        practice={"earlier_help": Gate.CONFERENCE_FIRST},
        recent=((0, days(300)), (days(12), months_count)),
    )
    household = Household(
        opening=terms.Status.EARLY_HELP, kids=(Kid(crisis=(after(days(10)),), edge=(UNSPENT,)),)
    )
    assert at(live(plan_of(household, services=shape)), Event.DIVERTED) == diverted


def test_a_length_is_that_of_the_day_on_which_the_work_begins() -> None:
    lengths = list((ALWAYS,) * len(Offer))
    lengths[EDGE] = ((0, ONE), (days(20), 2 * ONE))
    households = [troubled(day, 200, length={EDGE: days(50)}) for day in (10, 16)]
    log = live(plan_of(*households, services=weekly(lengths=tuple(lengths))))
    assert at(log, Event.FINISHED, what=EDGE, family=10) == [14 + 50]
    assert at(log, Event.FINISHED, what=EDGE, family=20) == [21 + 100]


def test_however_much_it_is_shortened_work_lasts_a_tick() -> None:
    lengths = (((0, 1),),) * len(Offer)
    log = live(plan_of(troubled(10, 200, length={EDGE: days(50)}), services=weekly(lengths=lengths)))
    assert at(log, Event.FINISHED, what=EDGE) == [14 + 1 / TICKS_PER_DAY]


def in_care(since: float = 0.0) -> Household:
    """A child of eleven who went into foster care so many days before the first."""
    kid = Kid(age=11.0, opening_stay=Stay.LONG, opening_elapsed=days(since))
    return Household(kids=(kid,), length={STABLE: days(60)})


def with_placements(*stability: tuple[float, int]) -> Services:
    """Work with placements of fifty days, with one of two places kept free, in those spans."""
    return services(
        places={Line.EDGE_WORKER: ((0, 2),)},
        opens={EDGE: 0, STABLE: 0},
        effects={STABLE: {Channel.PLACEMENT: 0.5}},
        lapses={STABLE: days(500)},
        stability=tuple((days(day), spare) for day, spare in stability),
        stability_after=days(50),
        stability_youngest=3,
    )


def test_work_with_placements_that_has_begun_goes_on_when_the_extension_ends() -> None:
    log = live(plan_of(in_care(), in_care(), services=with_placements((0, 1), (80, NEVER))))
    assert at(log, Event.STARTED, what=STABLE) == [50]
    assert at(log, Event.FINISHED, what=STABLE) == [110]
    # The other waited for the place that became free on day 110, when no more such work was begun.
    assert at(log, Event.ACCEPTED, what=STABLE, family=20) == [50]


def test_placements_that_become_long_in_between_wait_for_the_next_extension() -> None:
    log = live(plan_of(in_care(), services=with_placements((0, NEVER), (100, 1))))
    assert at(log, Event.PLACED, what=Placement.OWN_FOSTER) == [0]
    assert at(log, Event.OFFERED, what=STABLE) == [100]
    never = live(plan_of(in_care(), services=with_placements((0, 1), (50, NEVER))))
    assert at(never, Event.OFFERED, what=STABLE) == []


def test_places_no_longer_kept_free_are_filled_on_the_day() -> None:
    log = live(plan_of(in_care(), in_care(), services=with_placements((0, 1), (70, 0))))
    assert at(log, Event.STARTED, what=STABLE) == [50, 70]
