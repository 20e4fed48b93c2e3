"""Family Safeguarding: a social worker's place begins the work; each specialist may come late or never."""

import pytest

from sim.engine.events import Event, EventLog
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Services
from sim.model.terms import SPECIALISTS, Channel, Line, Offer, Route, Status
from tests.replay import live
from tests.worlds import Household, after, at, days, person, plan_of, services, story

SAFE = Offer.FAMILY_SAFEGUARDING
VICTIM, PERPETRATOR, SUBSTANCE, MENTAL = (1 << bit for bit in range(4))
LONG = dict.fromkeys((SAFE, *SPECIALISTS), days(800))
HALF = ONE // 2


def team(direct_work: int = HALF, **specialists: float) -> Services:
    """Family Safeguarding that quarters court-led entry; each specialist's one place from a day on."""
    lines = {
        "victim": Line.VICTIM_WORKER,
        "perpetrator": Line.PERPETRATOR_WORKER,
        "substance": Line.SUBSTANCE_WORKER,
        "mental": Line.MENTAL_HEALTH_WORKER,
    }
    places = {
        lines[name]: ((0, 0), (days(day), 1)) if day else ((0, 1),) for name, day in specialists.items()
    }
    return services(
        places={Line.SOCIAL_WORKER: ((0, 9),), **places},
        opens=dict.fromkeys((SAFE, *SPECIALISTS), 0),
        lapses=dict.fromkeys(SPECIALISTS, days(90)),
        effects={SAFE: {Channel.COURT: 0.25}},
        direct_work=direct_work,
    )


def at_court(resilience: float, needs: int, **more: object) -> Household:
    """A family in proceedings whose child a court would place after so many days."""
    return Household(
        **{
            "opening": Status.PROCEEDINGS,
            "court": (after(days(resilience)),),
            "needs": needs,
            "length": LONG,
            **more,
        }
    )


def entered(log: EventLog) -> list[float]:
    return at(log, Event.ENTERED, what=Route.COURT)


def test_a_specialist_comes_late_and_the_effect_grows_from_that_day() -> None:
    log = live(plan_of(at_court(50, MENTAL), services=team(mental=60)))
    assert story(log, 10, Event.STARTED) == [
        (0, "STARTED", -1, SAFE),
        (60, "STARTED", -1, Offer.MENTAL_HEALTH_WORKER),
    ]
    # Half the exponent, so half the rate, for 60 days: 30; the other 20 at a quarter.
    assert entered(log) == [60 + 20 * 4]


def test_without_direct_work_the_effect_is_the_share_of_specialists_who_came() -> None:
    log = live(plan_of(at_court(50, VICTIM | MENTAL), services=team(direct_work=0, victim=10, mental=30)))
    # In full for 10 days, at half for 20, then at a quarter: 10 + 10 + 30.
    assert entered(log) == [30 + 30 * 4]


@pytest.mark.parametrize(("direct_work", "day"), [(0, 50), (HALF, 100), (ONE, 200)])
def test_no_specialist_never_blocks_the_social_worker(direct_work: int, day: float) -> None:
    nobody = team(direct_work)
    log = live(plan_of(at_court(50, SUBSTANCE), services=nobody))
    assert at(log, Event.STARTED, what=SAFE) == [0]
    assert at(log, Event.LAPSED, what=Offer.SUBSTANCE_WORKER) == [90]
    assert entered(log) == [day]


def test_specialists_whom_nobody_funds_are_not_offered_and_the_work_begins_all_the_same() -> None:
    alone = services(
        places={Line.SOCIAL_WORKER: ((0, 9),)},
        opens={SAFE: 0},
        effects={SAFE: {Channel.COURT: 0.25}},
        direct_work=HALF,
    )
    assert alone.opens[Offer.VICTIM_WORKER] == NEVER
    log = live(plan_of(at_court(50, VICTIM), services=alone))
    assert story(log, 10, Event.OFFERED) == [(0, "OFFERED", -1, SAFE)]
    assert entered(log) == [100]


@pytest.mark.parametrize("bit", range(4))
def test_a_specialist_of_one_kind_is_never_booked_for_another(bit: int) -> None:
    """Every other kind has room to spare."""
    names = ["victim", "perpetrator", "substance", "mental"]
    others = dict.fromkeys((name for place, name in enumerate(names) if place != bit), 0.0)
    log = live(plan_of(at_court(1, 1 << bit, court=()), services=team(**others)))
    assert [what for *_, what in story(log, 10, Event.STARTED)] == [SAFE]
    assert [what for *_, what in story(log, 10, Event.OFFERED)] == [SAFE, SPECIALISTS[bit]]
    assert at(log, Event.LAPSED, what=SPECIALISTS[bit]) == [90]


def test_two_families_share_one_specialist_by_assessed_risk() -> None:
    short = {**LONG, Offer.VICTIM_WORKER: days(40)}
    low = Household(opening=Status.PROCEEDINGS, needs=VICTIM, priority=2, length=short)
    high = Household(opening=Status.PROCEEDINGS, needs=VICTIM, priority=0, length=short)
    log = live(plan_of(low, high, services=team(victim=0)))
    assert at(log, Event.STARTED, what=Offer.VICTIM_WORKER, family=20) == [0]
    assert at(log, Event.STARTED, what=Offer.VICTIM_WORKER, family=10) == [40]
    assert at(log, Event.FINISHED, what=Offer.VICTIM_WORKER) == [40, 80]


def test_a_specialist_who_has_finished_or_left_still_counts_as_having_come() -> None:
    done = at_court(50, MENTAL, length={**LONG, Offer.MENTAL_HEALTH_WORKER: days(30)})
    log = live(plan_of(done, services=team(mental=0)))
    assert at(log, Event.FINISHED, what=Offer.MENTAL_HEALTH_WORKER) == [30]
    assert entered(log) == [200]
    leaver = {
        Line.SOCIAL_WORKER: [person((0, 9, 1))],
        Line.MENTAL_HEALTH_WORKER: [person((0, 1, 1), (30, 0, 0))],
    }
    shape = services(
        workers=leaver,
        opens=dict.fromkeys((SAFE, *SPECIALISTS), 0),
        effects={SAFE: {Channel.COURT: 0.25}},
        direct_work=HALF,
    )
    log = live(plan_of(at_court(50, MENTAL), services=shape))
    assert at(log, Event.INTERRUPTED, what=Offer.MENTAL_HEALTH_WORKER) == [30]
    assert at(log, Event.GIVEN_UP, what=Offer.MENTAL_HEALTH_WORKER) == [86]
    assert entered(log) == [200]


def test_a_family_that_declines_a_specialist_has_the_social_worker_s_part_of_the_effect() -> None:
    unwilling = at_court(50, MENTAL, declines=(Offer.MENTAL_HEALTH_WORKER,))
    log = live(plan_of(unwilling, services=team(mental=0)))
    assert at(log, Event.DECLINED, what=Offer.MENTAL_HEALTH_WORKER) == [0]
    assert entered(log) == [100]


def test_specialists_end_with_the_social_worker_s_work_whether_they_came_or_not() -> None:
    household = Household(
        opening=Status.CHILD_PROTECTION, needs=VICTIM | MENTAL, step_down=(after(days(30)),), length=LONG
    )
    log = live(plan_of(household, services=team(victim=0, mental=60)))
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [30]
    assert at(log, Event.STOPPED, what=SAFE) == at(log, Event.STOPPED, what=Offer.VICTIM_WORKER) == [30]
    assert at(log, Event.LAPSED, what=Offer.MENTAL_HEALTH_WORKER) == [30]


def test_work_that_begins_again_asks_for_its_specialists_again() -> None:
    """Family Safeguarding runs out on day 100 with the family still eligible, and begins anew without the
    specialist, whose post has ended: half the effect is left while it runs."""
    household = at_court(50, MENTAL, length={**LONG, SAFE: days(100)})
    shape = services(
        places={Line.SOCIAL_WORKER: ((0, 1),), Line.MENTAL_HEALTH_WORKER: ((0, 1), (days(90), 0))},
        opens=dict.fromkeys((SAFE, *SPECIALISTS), 0),
        effects={SAFE: {Channel.COURT: 0.25}},
        direct_work=HALF,
    )
    log = live(plan_of(household, services=shape))
    assert at(log, Event.STARTED, what=SAFE)[:2] == [0, 100]
    assert at(log, Event.STARTED, what=Offer.MENTAL_HEALTH_WORKER) == [0]
    # 25 of 50 in the first hundred days at a quarter, the rest at half.
    assert entered(log) == [150]


def test_a_social_worker_who_leaves_does_not_send_the_specialist_away() -> None:
    shape = services(
        workers={
            Line.SOCIAL_WORKER: [person((0, 1, 1), (20, 1, 2))],
            Line.MENTAL_HEALTH_WORKER: [person((0, 1, 1))],
        },
        opens=dict.fromkeys((SAFE, *SPECIALISTS), 0),
        effects={SAFE: {Channel.COURT: 0.25}},
        direct_work=0,
    )
    log = live(plan_of(at_court(50, MENTAL), services=shape))
    assert at(log, Event.INTERRUPTED) == [20]
    assert at(log, Event.RESUMED) == [34]
    assert at(log, Event.STARTED, what=Offer.MENTAL_HEALTH_WORKER) == [0]
    # 20/4 + 14 in full, then 31 at a quarter again.
    assert entered(log) == [34 + 31 * 4]


def test_specialists_end_on_the_day_that_the_work_has_run_its_length() -> None:
    household = Household(opening=Status.PROCEEDINGS, needs=VICTIM, length={**LONG, SAFE: days(30)})
    log = live(plan_of(household, services=team(victim=0)))
    assert at(log, Event.FINISHED, what=SAFE)[0] == 30
    assert at(log, Event.STOPPED, what=Offer.VICTIM_WORKER)[0] == 30
