"""The engine against laws that have a formula: exponential survival, Little, and re-entry after a return."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from sim.engine.events import Event, EventLog
from sim.engine.simpy_engine import run
from sim.foundations.clock import TICKS_PER_YEAR, Clock
from sim.foundations.ledger import ONE, resilience, units_per_tick
from sim.model.pathway import build_rules
from sim.model.plan import Plan
from sim.model.terms import Line, Offer, Route, Status
from sim.study.structure import Structure
from tests.worlds import (
    TWO_YEARS,
    UNSPENT,
    Household,
    Kid,
    days,
    plan_of,
    rows,
    rules,
    services,
    small_bury,
    years,
)


def exponentials(rng: np.random.Generator, n: int) -> list[int]:
    return resilience(rng.uniform(size=n)).tolist()


def within(share: float, expected: float, n: int) -> bool:
    """Within four standard errors of a binomial share."""
    return abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / n)


# A threshold spent at a rate is an exponential survival


def test_resilience_spent_at_changing_rates_is_exponential_survival() -> None:
    n, yearly = 4000, 0.4
    rng = np.random.default_rng(1)
    spent = [exponentials(rng, 1) for _ in range(n)]
    households = [Household(opening=Status.PROCEEDINGS, court=tuple(left)) for left in spent]
    half = TWO_YEARS.horizon // 2
    rate = units_per_tick(yearly)
    court = tuple(((0, 0, 0, rate),) for _ in Status)
    plan = plan_of(
        *households, rules=rules(status_steps=court, years=((0, ONE), (half, 3 * ONE)), no_warning=(0,) * 7)
    )
    entered = {family: tick for tick, family, *_ in rows(run(plan), Event.ENTERED)}
    for tick in (half // 2, half, 3 * half // 2, TWO_YEARS.horizon - 1):
        hazard = yearly * (min(tick, half) + 3 * max(0, tick - half)) / TICKS_PER_YEAR
        share = sum(1 for when in entered.values() if when <= tick) / n
        assert within(share, 1 - np.exp(-hazard), n)
    # And each family, to the tick: the first at which all has been spent.
    for row, (left,) in enumerate(spent):
        first = -(-left // rate)
        if first > half:
            first = half - (-(left - rate * half) // (3 * rate))
        assert entered.get((row + 1) * 10) == (first if first < TWO_YEARS.horizon else None)


def test_competing_risks_split_in_proportion_to_their_rates() -> None:
    n = 3000
    rng = np.random.default_rng(2)
    up, down = units_per_tick(3.0), units_per_tick(1.0)
    steps = tuple(((0, up, down, 0),) if s == Status.CHILD_IN_NEED else ((0, 0, 0, 0),) for s in Status)
    households = [
        Household(
            opening=Status.CHILD_IN_NEED,
            relationship=False,
            step_up=tuple(exponentials(rng, 1)),
            step_down=tuple(exponentials(rng, 1)),
        )
        for _ in range(n)
    ]
    log = run(plan_of(*households, rules=rules(status_steps=steps)))
    rose = (log.rows(Event.STATUS) & (log.what == Status.CHILD_PROTECTION)).sum()
    ended = (log.rows(Event.STATUS) & (log.what == Status.CLOSED)).sum()
    assert rose + ended > 0.99 * n
    assert within(rose / (rose + ended), 0.75, n)


# A service without a queue


def test_a_service_with_places_enough_has_no_queue_and_obeys_littles_law() -> None:
    n, lasts = 500, 40.0
    rng = np.random.default_rng(3)
    arrives = np.sort(rng.integers(1, days(600), n))
    households = [
        Household(
            opening=-1,
            arrives=int(tick),
            assessment=(days(10),),
            outcome=(Status.EARLY_HELP,),
            length={Offer.EARLY_HELP: days(rng.exponential(lasts)) + 1},
        )
        for tick in arrives
    ]
    enough = services(opens={Offer.EARLY_HELP: 0}, places={Line.KEY_WORKER: ((0, n),)})
    log = run(plan_of(*households, services=enough))
    started, finished = log.rows(Event.STARTED), log.rows(Event.FINISHED)
    assert started.sum() == n
    assert (log.amount[started] == 0).all()
    assert sorted(log.tick[started].tolist()) == sorted((arrives + days(10)).tolist())
    # Little: families in work, summed over time, are starts times their mean length.
    moments = np.concatenate([log.tick[started], log.tick[finished], [TWO_YEARS.horizon]])
    change = np.concatenate([np.ones(n), -np.ones(finished.sum()), [0]])
    order = np.argsort(moments, kind="stable")
    in_use = np.cumsum(change[order])[:-1]
    area = (in_use * np.diff(moments[order])).sum()
    lengths = log.amount[finished].sum()
    still = (n - finished.sum()) * TWO_YEARS.horizon
    unfinished = set(log.family[started].tolist()) - set(log.family[finished].tolist())
    begun = {family: tick for tick, family, *_ in rows(log, Event.STARTED)}
    assert area == lengths + still - sum(begun[family] for family in unfinished)


# Return home, then care again

AFTER_RETURN = {0.25: 0.12, 1.0: 0.20, 6.0: 0.35}
"""Back in care within so many years, as published: what the table of rates is made from."""
SEVEN_YEARS = Clock(dt.date(2019, 4, 1), dt.date(2026, 4, 1))
RETURNED = 2500
PUBLISHED_RATES = {
    "first 3 months": -np.log(0.88) / 0.25,
    "3 to 12 months": np.log(0.88 / 0.80) / 0.75,
    "later": np.log(0.80 / 0.65) / 5,
}
"""Rates that bring those shares back where nothing else befalls a family."""


def returning(chance: float, window_days: float) -> tuple[Plan, EventLog]:
    """Children who return home on the first day and run no other risk."""
    values = {
        **small_bury().values(0),
        "routes.crisis_to_care": chance,
        "routes.window_days": window_days,
        "care.after_return": PUBLISHED_RATES,
    }
    world = build_rules(values, SEVEN_YEARS, np.ones(len(SEVEN_YEARS.years)), Structure())
    world = replace(world, stay=((0, 0),) * len(Route), exit_long=(0,) * 6, no_warning=(0,) * 7)
    rng = np.random.default_rng(4)
    households = [
        Household(
            relationship=False,
            kids=(
                Kid(
                    age=5,
                    opening_stay=0,
                    stay_end=(1,),
                    crisis=tuple(exponentials(rng, 8)),
                    edge=tuple(exponentials(rng, 8)),
                ),
            ),
        )
        for _ in range(RETURNED)
    ]
    plan = plan_of(*households, clock=SEVEN_YEARS, rules=world)
    return plan, run(plan)


def back_by(log: EventLog, year: float) -> float:
    left = {family: tick for tick, family, *_ in rows(log, Event.LEFT)}
    assert len(left) == RETURNED
    back = [tick - left[family] for tick, family, *_ in rows(log, Event.ENTERED)]
    return sum(1 for wait in back if wait <= years(year)) / RETURNED


def test_return_home_and_entry_again_are_as_published_where_a_crisis_is_short_and_certain() -> None:
    _, log = returning(chance=0.95, window_days=1.0)
    for year, published in AFTER_RETURN.items():
        assert within(back_by(log, year), published, RETURNED), year


def expected_back(chance: float, window_days: float) -> dict[float, float]:
    """Share back by each time when a crisis takes up to a window: the flow in steps of a sixteenth day."""
    table = list(PUBLISHED_RATES.values())
    step = 1 / 365.25 / 16
    window = round(window_days * 16)
    spend = -np.log1p(-chance) / window
    at_home, entered = 1.0, 0.0
    crises = np.zeros(round(6.0 / step) + 1)
    within_window = 0.0
    shares = {}
    for k in range(len(crises) - 1):
        year = k * step
        rate = table[0] if year < 0.25 else table[1] if year < 1.0 else table[2]
        new = at_home * rate / chance * step
        leaving = within_window * spend
        calmed = crises[k - window] * np.exp(-spend * window) if k >= window else 0.0
        crises[k] = new
        at_home += calmed - new
        within_window += new - leaving - calmed
        entered += leaving
        for published in AFTER_RETURN:
            if year < published <= year + step:
                shares[published] = entered
    shares[6.0] = entered
    return shares


def test_a_crisis_of_four_weeks_delays_entry_again_as_renewal_theory_says() -> None:
    _, log = returning(chance=0.3, window_days=28.0)
    for year, expected in expected_back(0.3, 28.0).items():
        assert within(back_by(log, year), expected, RETURNED), (year, back_by(log, year), expected)


def test_a_crisis_ends_in_care_as_often_as_the_study_says() -> None:
    values = small_bury().values(0)
    world = build_rules(values, TWO_YEARS, np.ones(2), Structure())
    world = replace(world, breakdown=(1 << 40,) * 6, breakdown_by_status=(ONE,) * 7)
    n = 3000
    rng = np.random.default_rng(5)
    households = [
        Household(kids=(Kid(crisis=(1,), edge=tuple(exponentials(rng, 1)), stay_end=(UNSPENT,)),))
        for _ in range(n)
    ]
    log = run(plan_of(*households, rules=world))
    crises, weathered = log.rows(Event.CRISIS).sum(), log.rows(Event.WEATHERED).sum()
    assert crises == n
    assert within(1 - weathered / n, values["routes.crisis_to_care"], n)


@pytest.mark.parametrize("route", [Route.COURT, Route.BREAKDOWN])
def test_stays_end_at_the_rates_of_their_kind(route: Route) -> None:
    values = small_bury().values(0)
    world = build_rules(values, SEVEN_YEARS, np.ones(len(SEVEN_YEARS.years)), Structure())
    n = 2000
    rng = np.random.default_rng(6)
    stays = (rng.uniform(size=n) * ONE).astype(np.int64)
    ends = exponentials(rng, n)
    kids = [
        Kid(age=3, stay=(int(s),), stay_end=(e,), edge=(1,), crisis=(1,))
        for s, e in zip(stays, ends, strict=True)
    ]
    households = [
        Household(kids=(kid,), opening=Status.PROCEEDINGS, court=(1,), relationship=route == Route.BREAKDOWN)
        if route == Route.COURT
        else Household(kids=(kid,))
        for kid in kids
    ]
    world = replace(world, after_return=((0, 0), (1, 0)), no_warning=(0,) * 7, edge_rate=1 << 40)
    log = run(plan_of(*households, clock=SEVEN_YEARS, rules=world))
    entered = {row[2]: row for row in rows(log, Event.ENTERED) if row[5] == 0}
    assert {row[4] for row in entered.values()} == {route}
    left: dict[int, int] = {}
    for row in rows(log, Event.LEFT):
        left.setdefault(row[2], row[0])
    known = [(child, row[0]) for child, row in entered.items() if row[0] < years(4)]
    shares = values["care.stay." + ("court" if route == Route.COURT else "breakdown")]
    year = sum(1 for child, tick in known if left.get(child, 1 << 60) - tick <= years(1)) / len(known)
    early, long = values["care.exit.long_first_half_year"], values["care.exit.long"]["1-4"]
    expected = (
        shares["short"]
        + shares["medium"] * (1 - np.exp(-values["care.exit.medium"]))
        + shares["long"] * (1 - np.exp(-long * (0.5 * early + 0.5)))
    )
    assert within(year, expected, len(known))
