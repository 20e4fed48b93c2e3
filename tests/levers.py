"""Sets of levers drawn at random: every kind of change that a council controls, alone and together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from sim.engine.events import Event
from sim.foundations.ledger import NEVER
from sim.model.compile import Circumstances, build_circumstances, compile_plan
from sim.model.plan import Plan
from sim.model.terms import Offer
from sim.study.catalogue import AGES, CHANGEABLE, ROLES, SERVICES
from sim.study.config import Study
from sim.study.levers import (
    EARLIER_HELP,
    ORDERS,
    Change,
    Close,
    Delay,
    Demand,
    Extend,
    Funding,
    InBudget,
    Lever,
    Mentoring,
    Nerve,
    Open,
    Order,
    Pairs,
    Panel,
    Posts,
    Price,
    Protect,
    Recruitment,
    Review,
    SetUp,
    Training,
)
from sim.study.scenario import Scenario, conflicts
from tests.worlds import small_bury

EDGE, SAFE = "edge_of_care", "family_safeguarding"
MOST_DEMAND = 1.5
WITHOUT_DATE = (Delay, Price, SetUp, Funding, InBudget)
"""Levers that move an opening later, or only money."""
START, END = dt.date(2023, 4, 1), dt.date(2026, 3, 1)


def first_change(levers: Iterable[Lever]) -> dt.date:
    """The first day on which any of the levers changes anything."""
    days = [dt.date.max]
    for lever in levers:
        for name in ("on", "start", "complete"):
            if not isinstance(lever, WITHOUT_DATE) and hasattr(lever, name):
                days.append(getattr(lever, name))
    return min(days)


def _some(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """One, or none."""
    return st.lists(strategy, max_size=1)


def _many(one: Any, among: Iterable[Any], most: int) -> st.SearchStrategy[list[Any]]:
    """A lever for each of several different targets."""
    return st.lists(st.sampled_from(list(among)), unique=True, max_size=most).flatmap(
        lambda chosen: st.tuples(*(one(target) for target in chosen)).map(list)
    )


@st.composite
def service(draw: st.DrawFn, name: str, since: dt.date) -> list[Lever]:
    """A new service with its posts, trained and open; some of its roles may have no post at all."""
    days = st.dates(since, since + dt.timedelta(days=200))
    start = draw(days)
    levers: list[Lever] = [
        Posts(service=name, role=role, posts=draw(st.integers(0, 16)) / 4, start=start)
        for role in ROLES[name]
        if (name, role) != (SAFE, "social_worker")
    ]
    later = st.dates(start, start + dt.timedelta(days=200))
    teams = draw(st.integers(1, 3)) if name == SAFE else 1
    levers.append(Open(service=name, on=draw(later), teams=teams, every_days=30 * (teams > 1)))
    levers += draw(_some(st.builds(Training, service=st.just(name), complete=later)))
    levers += draw(_some(st.builds(Mentoring, service=st.just(name), complete=later)))
    levers += draw(_some(st.builds(Delay, service=st.just(name), days=st.sampled_from((30.0, 90.0)))))
    levers += draw(turns(later, Protect, service=st.just(name), protected=st.booleans()))
    if name == EDGE:
        levers += draw(turns(later, Pairs, service=st.just(name)))
        levers += draw(turns(later, Extend, service=st.just(name), spare=st.integers(0, 2)))
    return levers


def turns(
    days: st.SearchStrategy[dt.date], kind: type[Lever], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[list[Any]]:
    """A lever that may end and, if it does, perhaps another of the kind from that day or a later one."""

    def spans(between: list[dt.date]) -> st.SearchStrategy[list[Any]]:
        edges = sorted(between)
        ends = [*edges[1:], None][: len(edges)]
        chosen = [(start, end) for start, end in zip(edges, ends, strict=True)][:: 1 + len(edges) % 2]
        built = [st.builds(kind, start=st.just(a), end=st.just(b), **fields) for a, b in chosen]
        return st.tuples(*built).map(list)

    return st.lists(days, unique=True, max_size=3).flatmap(spans)


def orders(days: st.SearchStrategy[dt.date]) -> st.SearchStrategy[list[Any]]:
    """Which comes first at the edge of care, and of a conference and Family Safeguarding."""
    own = [service for service in ORDERS if service != EDGE]
    either = st.sampled_from([(service, before) for service in own for before in ORDERS[service]])
    pair = st.tuples(days, either).map(
        lambda drawn: [Order(start=drawn[0], service=drawn[1][0], before=drawn[1][1])]
    )
    edge = turns(days, Order, service=st.just(EDGE), before=st.sampled_from(ORDERS[EDGE]))
    return st.tuples(st.one_of(pair, st.just([])), edge).map(lambda both: [*both[0], *both[1]])


def change(days: st.SearchStrategy[dt.date], effects: bool) -> st.SearchStrategy[list[Any]]:
    """Settings of practice and, where wanted, effects, so many times what they were."""
    names = [name for name in CHANGEABLE if effects or not name.startswith("effects.")]

    def one(name: str) -> st.SearchStrategy[Change]:
        times = st.sampled_from((0.5, 0.9, 1.3, 2.0))
        return st.builds(Change, parameter=st.just(name), start=days, times=times)

    return _many(one, names, 4)


@st.composite
def lever_sets(draw: st.DrawFn, *, since: dt.date = START, lives: bool = True) -> Scenario:
    """A scenario of levers of every kind, none of them before a day.

    Without ``lives``, no lever that changes families' lives by itself: demand, the threshold, effects.
    """
    days = st.dates(since, END)
    levers: list[Lever] = []
    for name in (EDGE, SAFE):
        levers += draw(st.one_of(service(name, since), service(name, since), st.just([])))
    closing = st.sampled_from(list(SERVICES)).flatmap(
        lambda key: st.builds(Close, service=st.just(key), on=days)
    )
    levers += draw(_some(closing))
    for key, role in (("early_help", "key_worker"), (SAFE, "social_worker")):
        parts = st.integers(0, 24).map(lambda quarters: quarters / 4)
        cut = st.builds(Posts, service=st.just(key), role=st.just(role), posts=parts, start=days)
        levers += draw(_some(cut))
    levers += draw(
        _some(
            st.builds(
                Recruitment,
                service=st.sampled_from(("", *SERVICES)),
                start=days,
                never_filled=st.sampled_from((0.0, 0.4)),
                delay_days=st.sampled_from((0.0, 60.0)),
                success=st.sampled_from((0.5, 1.0, 1.5)),
                at_once=st.just(False),
            )
            | st.builds(Recruitment, start=days, at_once=st.just(True))
        )
    )

    def panel(start: dt.date) -> st.SearchStrategy[Panel]:
        return st.builds(
            Panel,
            start=st.just(start),
            every_days=st.sampled_from((None, 7.0, 28.0)),
            cases=st.sampled_from((None, 1, 3)),
            earlier_help=st.sampled_from((None, *EARLIER_HELP)),
            youngest=st.sampled_from((None, *AGES)),
            emergency=st.sampled_from((None, True, False)),
        )

    levers += draw(st.lists(days, unique=True, max_size=2).flatmap(lambda on: st.tuples(*map(panel, on))))
    levers += draw(change(days, effects=lives))
    for order in draw(orders(days)):
        if not conflicts([*levers, order]):
            levers.append(order)
    if lives:
        levers += draw(_some(st.builds(Demand, times=st.sampled_from((0.6, 1.2, MOST_DEMAND)), start=days)))
        levers += draw(_some(st.builds(Nerve, times=st.sampled_from((0.7, 1.3)), start=days)))
    levers += draw(
        _some(st.builds(Price, item=st.just("staff"), times=st.just(1.1), year=st.just("2024/25")))
    )
    return Scenario(name="drawn", levers=frozenset(levers))


structures = st.fixed_dictionaries(
    {
        "combine": st.sampled_from(("multiply", "strongest")),
        "compounding": st.booleans(),
        "routes": st.sampled_from(("mainly own", "both", "correlated")),
        "edge_of_care_before": st.sampled_from(("none", "reactive")),
        "family_safeguarding_effect": st.sampled_from(("served", "whole area")),
        "attracts": st.booleans(),
    }
)
"""Every structure of the model."""


def everything() -> Scenario:
    """One scenario with a lever of every kind."""
    early, late = dt.date(2023, 5, 1), dt.date(2024, 10, 1)
    posts = [
        Posts(service=name, role=role, posts=2, start=early)
        for name in (EDGE, SAFE)
        for role in ROLES[name]
        if role != "social_worker" or name == EDGE
    ]
    return Scenario(
        name="everything",
        levers=frozenset(
            {
                *posts,
                Open(service=EDGE, on=dt.date(2023, 7, 1)),
                Open(service=SAFE, on=dt.date(2023, 8, 1), teams=2, every_days=30),
                *(Training(service=name, complete=dt.date(2023, 7, 1)) for name in (EDGE, SAFE)),
                Mentoring(service=EDGE, complete=dt.date(2023, 10, 1)),
                Delay(service=SAFE, days=20.0),
                Close(service="early_help", on=dt.date(2025, 12, 1)),
                Posts(service="early_help", role="key_worker", posts=2, start=late),
                Recruitment(start=early, never_filled=0.2, delay_days=30.0),
                Panel(start=late, every_days=7.0, cases=2, earlier_help="conference first", emergency=True),
                Change(parameter="services.edge_of_care.take_up", start=late, times=0.8),
                Change(parameter="effects.edge_of_care.entry", start=late, times=1.1),
                Demand(times=1.3, start=late),
                Nerve(times=0.8, start=late),
                Change(parameter="services.edge_of_care.length_days", start=late, times=0.9),
                Change(parameter="services.edge_of_care.heard", start=late, times=0.9),
                Order(service=SAFE, before="conference", start=late),
                Order(service=EDGE, before="nothing", start=dt.date(2025, 10, 1)),
                Protect(service=EDGE, protected=False, start=late, end=dt.date(2025, 10, 1)),
                Pairs(service=EDGE, start=dt.date(2025, 4, 1), end=dt.date(2025, 11, 1)),
                Extend(service=EDGE, start=dt.date(2025, 4, 1), spare=0, end=dt.date(2025, 12, 1)),
                Price(item="staff", times=1.1, year="2024/25"),
                Review(service=SAFE, on=dt.date(2025, 3, 31), ends=dt.date(2025, 4, 1), fewer=26.0),
                SetUp(service=EDGE, year="2023/24", pounds=1e5),
                Funding(service=SAFE, year="2023/24", pounds=1e5),
            }
        ),
    )


WORLDS = ((0, 0), (1, 1))
"""(draw, run) of the worlds in which levers drawn at random are tried."""


@cache
def demanding(**structure: Any) -> Study:
    """Small Bury with families enough for the highest demand that is drawn."""
    study = small_bury().restructure(**structure)
    shock = Scenario(name="shock", levers=frozenset({Demand(times=MOST_DEMAND, start=START)}))
    return replace(study, scenarios={**study.scenarios, "shock": shock})


@cache
def drawn_world(draw: int, luck: int, **structure: Any) -> Circumstances:
    return build_circumstances(demanding(**structure), draw, luck)


def drawn_plan(scenario: Scenario, draw: int, luck: int, **structure: Any) -> Plan:
    """The plan of a scenario of levers drawn at random."""
    return compile_plan(demanding(**structure), scenario, drawn_world(draw, luck, **structure))


SERVICE_EVENTS = (
    Event.NOT_HEARD,
    Event.OFFERED,
    Event.DECLINED,
    Event.ACCEPTED,
    Event.STARTED,
    Event.FINISHED,
    Event.STOPPED,
    Event.LAPSED,
    Event.INTERRUPTED,
    Event.RESUMED,
    Event.GIVEN_UP,
    Event.REFUSED,
    Event.DIVERTED,
    Event.RATIFIED,
    Event.LOAD,
)
LIFE = tuple(event for event in Event if event not in (*SERVICE_EVENTS, Event.WEATHERED))
"""Everything that happens to families and children; a weathered crisis also says who was at work."""


def unshared(plan: Plan) -> Plan:
    """The plan with nothing that families share: no places, no panel, no load."""
    alone = replace(plan.services, opens=(NEVER,) * len(Offer), load_capacity=((0, 0),))
    return replace(plan, services=alone)
