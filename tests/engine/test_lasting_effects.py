"""What finished work leaves behind: its fidelity, its decay, and what counts once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.engine.events import Event
from sim.engine.people import HOME, Child, Family, KeyedChild, KeyedFamily
from sim.engine.risk import rate_at_home, set_ease
from sim.engine.simpy_engine import SimpyWorld, run
from sim.foundations.ledger import ONE
from sim.model.compile import build_circumstances, compile_plan
from sim.model.plan import Services
from sim.model.terms import Channel, Line, Offer, Route, Status
from sim.results.measures import index_of, measure
from sim.study.config import load_study
from tests.worlds import TWO_YEARS, Household, Kid, after, at, days, plan_of, rules, services

MONTHS = TWO_YEARS.month_starts
EDGE, LATE = Offer.EDGE_OF_CARE, Offer.CONFERENCE_PRE_PROCEEDINGS


def easing() -> Services:
    """Edge of Care that halves entry while it works, and a little less each month after."""
    fading = tuple(ONE - month * ONE // 100 for month in range(len(MONTHS)))
    return services(effects={EDGE: {Channel.EDGE: 0.5}}, decay=fading)


def family() -> Family:
    """A family without children and without needs."""
    keyed = KeyedFamily()
    keyed.needs, keyed.relationship = 0, False
    return Family(0, 10, ONE, [], keyed)


def ended(one: Family, offer: Offer, decays_from: int, exponent: int) -> Family:
    """The same, with work behind it that ended with an exponent and decays from a tick."""
    one.after |= 1 << offer
    one.after_from[offer], one.after_exponent[offer] = decays_from, exponent
    return one


def held(one: Family, offer: Offer, begun: int) -> Family:
    """The same, with work under way since a tick."""
    one.held |= 1 << offer
    one.begun[offer] = begun
    return one


def ease(one: Family, shape: Services, now: int) -> tuple[int, ...]:
    set_ease(SimpyWorld(plan_of(services=shape)), one, now)
    return tuple(one.ease)


def test_early_help_that_holds_back_decay_leaves_the_exponent_of_the_work_itself() -> None:
    """What was achieved is fixed when the work ends: no later month's strength is read for it."""
    end = days(70)
    rising = replace(easing(), strength=(tuple(month * ONE // 100 for month in range(len(MONTHS))),) * 12)
    just_ended = ended(family(), EDGE, end, ONE // 2)
    shifted = ended(family(), EDGE, end + days(180), ONE // 2)
    before = ease(just_ended, rising, end)
    assert before[Channel.EDGE] == pytest.approx(0.5**0.5 * ONE, abs=1)
    assert ease(shifted, rising, end + days(200)) == before
    assert ease(just_ended, rising, end + days(200))[Channel.EDGE] > before[Channel.EDGE]


def test_a_second_conference_does_not_switch_off_the_first_while_it_is_convened() -> None:
    open_late = services(effects={LATE: {Channel.COURT: 0.5}})
    alone = ease(ended(family(), LATE, 0, ONE), open_late, days(60))
    again = ease(held(ended(family(), LATE, 0, ONE), LATE, days(50)), open_late, days(60))
    assert alone[Channel.COURT] == again[Channel.COURT] == ONE // 2


def test_the_same_work_under_way_again_counts_once() -> None:
    shape = services(effects={EDGE: {Channel.EDGE: 0.5}})
    again = held(ended(family(), EDGE, 0, ONE), EDGE, days(50))
    assert ease(again, shape, days(60))[Channel.EDGE] == ONE // 2


def test_interrupted_work_has_no_effect_nor_has_what_it_had_achieved_before() -> None:
    shape = services(effects={EDGE: {Channel.EDGE: 0.5}})
    waiting = ended(family(), EDGE, 0, ONE)
    waiting.paused = 1 << EDGE
    waiting.paused_since[EDGE], waiting.paused_left[EDGE] = days(50), days(10)
    assert ease(waiting, shape, days(60))[Channel.EDGE] == ONE


def test_early_help_that_waits_for_another_worker_still_holds_back_decay() -> None:
    """It once let the effect fall at the interruption, and put it back when somebody took the work over."""
    help_since, now = days(70), days(400)
    working = held(ended(family(), EDGE, help_since, ONE), Offer.STEP_DOWN_PARENTING, help_since)
    waiting = ended(family(), EDGE, help_since, ONE)
    waiting.paused = 1 << Offer.STEP_DOWN_PARENTING
    waiting.begun[Offer.STEP_DOWN_PARENTING] = help_since
    unhelped = ended(family(), EDGE, help_since, ONE)
    assert ease(working, easing(), now)[Channel.EDGE] == ONE // 2
    assert ease(waiting, easing(), now)[Channel.EDGE] == ONE // 2
    assert ease(unhelped, easing(), now)[Channel.EDGE] > ONE // 2


def test_what_services_made_of_a_rate_is_forgotten_when_they_end() -> None:
    shape = services(effects={EDGE: {Channel.EDGE: 0.5}})
    one = held(family(), EDGE, 0)
    assert ease(one, shape, days(10))[Channel.EDGE] == ONE // 2
    one.held = 0
    assert ease(one, shape, days(11)) == (ONE,) * len(Channel)


def test_the_exponent_of_work_that_ended_is_read_to_a_two_hundred_and_fifty_sixth() -> None:
    shape = services(effects={EDGE: {Channel.EDGE: 0.25}})
    for exponent in (0, 1, ONE // 512, ONE // 3, ONE):
        steps = round(exponent / ONE * 256 + 1e-9)
        found = ease(ended(family(), EDGE, 0, exponent), shape, days(1))[Channel.EDGE]
        assert found == pytest.approx(0.25 ** (steps / 256) * ONE, abs=1)


@pytest.mark.parametrize("lasts", [30, 400])
def test_a_family_has_early_help_once(lasts: int) -> None:
    """Held by early help when Edge of Care ends, it is not given a second worker from the same team."""
    help_open = services(
        places={Line.KEY_WORKER: ((0, 9),), Line.EDGE_WORKER: ((0, 9),)},
        opens={Offer.EARLY_HELP: 0, Offer.STEP_DOWN_PARENTING: 0, EDGE: 0},
    )
    household = Household(
        opening=Status.EARLY_HELP,
        kids=(replace(Household().kids[0], crisis=(after(days(10)),)),),
        length={Offer.EARLY_HELP: days(lasts), Offer.STEP_DOWN_PARENTING: days(20), EDGE: days(60)},
    )
    log = run(plan_of(household, services=help_open))
    assert at(log, Event.FINISHED, what=EDGE) == [74]
    assert at(log, Event.STARTED, what=Offer.STEP_DOWN_PARENTING) == ([74] if lasts == 30 else [])


def test_a_court_led_entry_before_proceedings_issues_them() -> None:
    plan = plan_of(
        Household(opening=Status.PRE_PROCEEDINGS, court=(after(days(20)),)),
        rules=rules(status_steps=court_only()),
    )
    log = run(plan)
    assert at(log, Event.ENTERED, what=Route.COURT) == [20]
    assert at(log, Event.STATUS, what=Status.PROCEEDINGS) == [20]


def court_only() -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Nothing moves a case; a court may act at pre-proceedings, at the pace at which ``after`` is spent."""
    plain = rules().status_steps
    return tuple(
        tuple((row[0], row[1], row[2], max(row[1], row[2])) for row in rows)
        if status == Status.PRE_PROCEEDINGS
        else rows
        for status, rows in enumerate(plain)
    )


def test_the_share_without_warning_moves_the_split_and_holds_the_entries() -> None:
    """Starts outside court, first entries only: the total stays where it is, the share is what it says."""
    study = load_study("configs/bury.yaml")
    starts = {}
    for share in (0.25, 0.6):
        changed = study.replace({"routes.without_warning": share})
        counts = np.zeros(2)
        for number in range(3):
            given = build_circumstances(changed, 0, number)
            log = run(compile_plan(changed, changed.scenario("no change"), given))
            back = np.isin(log.child, given.children.id[given.children.returned])
            first = log.rows(Event.ENTERED) & (log.amount == 0) & ~back
            counts += [(first & (log.what == route)).sum() for route in (Route.BREAKDOWN, Route.NO_WARNING)]
        starts[share] = counts
    low, high = starts[0.25], starts[0.6]
    assert high.sum() / low.sum() == pytest.approx(1, abs=0.15)
    for share, counts in starts.items():
        assert counts[1] / counts.sum() == pytest.approx(share, abs=0.08)


@pytest.mark.parametrize(("elapsed", "offered"), [(0, [0]), (30, [])])
def test_a_case_long_open_on_the_first_day_has_had_its_early_conference(
    elapsed: int, offered: list[float]
) -> None:
    """One that reached child in need today is offered it; one that did so before is not, then or later."""
    early = Offer.CONFERENCE_EARLY
    household = Household(
        opening=Status.CHILD_IN_NEED, elapsed=days(elapsed) if elapsed else 0, step_up=(after(days(20)),)
    )
    log = run(plan_of(household, services=services(opens={early: 0})))
    assert at(log, Event.STATUS, what=Status.CHILD_PROTECTION) == [20]
    assert at(log, Event.OFFERED, what=early) == offered


def test_the_year_s_level_reaches_returns_home_that_fail() -> None:
    returning = rules(after_return=((0, 1000), (days(2000), 0)))
    world = SimpyWorld(plan_of(rules=returning))
    child = Child(0, 100, 0, KeyedChild())
    child.where, child.returned = HOME, 0
    assert rate_at_home(world, family(), child, ONE, 2 * ONE, ONE, days(1)) == 2000


def test_never_reached_counts_only_those_who_had_accepted() -> None:
    """A crisis of day 10 ends on day 38, before the panel of day 40: the offer lapses unaccepted."""
    rare = services(places={Line.EDGE_WORKER: ((0, 1),)}, opens={EDGE: 0}, panel_every=days(40))
    plan = plan_of(Household(kids=(Kid(crisis=(after(days(10)),)),)), services=rare)
    vector = measure(run(plan), plan, TWO_YEARS)
    index = index_of(TWO_YEARS)
    year = TWO_YEARS.years[0].label
    counted = {
        name: vector[index.position(name, year, "edge of care")]
        for name in ("offered", "accepted", "lapsed", "never reached")
    }
    assert counted == {"offered": 1, "accepted": 0, "lapsed": 1, "never reached": 0}
