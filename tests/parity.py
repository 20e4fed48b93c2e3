"""Both engines on one Plan: the same log to the byte, or where the two part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.engine import simpy_engine
from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Plan, Services, Worker
from sim.model.terms import Channel, Line, Offer, Status
from tests.worlds import NEVER_ONCE, UNSPENT, Household, Kid, after, days, rows, services


def same_on_both(plan: Plan) -> EventLog:
    """The log of a Plan, which both engines write."""
    from sim.engine.compiled import run as compiled_engine

    one, other = simpy_engine.run(plan), compiled_engine.run(plan)
    assert one.tobytes() == other.tobytes(), first_difference(one, other)
    return one


def first_difference(one: EventLog, other: EventLog) -> str:
    """What to read when a test fails."""
    ours, theirs = (
        [(row[0] / TICKS_PER_DAY, *row[1:3], Event(row[3]).name, *row[4:]) for row in rows(log)]
        for log in (one, other)
    )
    shared = min(len(ours), len(theirs))
    at = next((row for row in range(shared) if ours[row] != theirs[row]), shared)
    return f"record {at}:\n  SimPy    {ours[at : at + 3]}\n  compiled {theirs[at : at + 3]}"


# Twists make of a plan drawn at random one that is hard in some way of its own.


def on_whole_days(plan: Plan) -> Plan:
    """Everything that can is at whole days, so that very much falls into one instant."""
    families, children = plan.families, plan.children
    return replace(
        plan,
        families=replace(
            families,
            arrives=whole(families.arrives),
            opening_elapsed=whole(families.opening_elapsed),
            assessment=whole(np.asarray(families.assessment)),
            length=whole(np.asarray(families.length)),
        ),
        children=replace(
            children, born=whole(children.born), opening_elapsed=whole(children.opening_elapsed)
        ),
    )


def whole(ticks: Any) -> Any:
    return ticks // TICKS_PER_DAY * TICKS_PER_DAY


def of_no_length(plan: Plan) -> Plan:
    """Work is over as soon as it has begun: by its own length, or scaled to none."""
    lengths = tuple(((0, times),) for times in (0, ONE) * (len(Offer) // 2 + 1))[: len(Offer)]
    length = np.minimum(np.asarray(plan.families.length), 1)
    length[:, ::2] = 0
    return replace(
        plan,
        families=replace(plan.families, length=length),
        services=replace(plan.services, lengths=lengths),
    )


def without_waiting(plan: Plan) -> Plan:
    """Offers lapse, colleagues take over, patience ends and managers decide at the tick itself."""
    services = replace(
        plan.services,
        lapses=(0,) * len(Offer),
        handover=0,
        patience=0,
        urgent=0,
        return_home_lapse=0,
        held_after_return=0,
        stability_after=0,
    )
    return replace(plan, services=services, rules=replace(plan.rules, window=0))


def of_single_posts(plan: Plan) -> Plan:
    """One worker to a line, who leaves after a week and is followed after another, again and again."""
    weeks = range(plan.horizon // days(7))
    post: Worker = tuple((days(7) * week, *((0, 0) if week % 2 else (2, week + 1))) for week in weeks)
    return staffed(plan, post)


def shrinking(plan: Plan) -> Plan:
    """The same people hold fewer and fewer families, and at last none."""
    post: Worker = tuple((days(5) * step, max(0, 6 - step), 1) for step in range(10))
    return staffed(plan, post, post)


def unstaffed(plan: Plan) -> Plan:
    """Services that are open, and nobody to work in them."""
    return staffed(plan)


def without_places(plan: Plan) -> Plan:
    """Workers who can hold nobody."""
    return staffed(plan, ((0, 0, 1), (days(30), 0, 2)))


def staffed(plan: Plan, *posts: Worker) -> Plan:
    return replace(plan, services=replace(plan.services, workers=(posts,) * len(Line)))


def with_an_idle_panel(plan: Plan) -> Plan:
    """It meets twice a day, and nobody is referred to it."""
    meetings = tuple(range(0, plan.horizon, TICKS_PER_DAY // 2))
    heard = (NEVER_ONCE,) * len(plan.services.heard)
    services = replace(plan.services, meetings=meetings, heard=heard, heard_in_care=NEVER_ONCE)
    return replace(plan, services=services)


def deciding_nothing(plan: Plan) -> Plan:
    """It meets daily and has time for no case."""
    practice = tuple(replace(one, cases=0) for one in plan.services.practice)
    meetings = tuple(range(0, plan.horizon, TICKS_PER_DAY))
    return replace(plan, services=replace(plan.services, meetings=meetings, practice=practice))


def without_panel(plan: Plan) -> Plan:
    """It never meets."""
    return replace(plan, services=replace(plan.services, meetings=()))


def all_open(plan: Plan) -> Plan:
    """Every service is open throughout, and nobody is turned away or declines."""
    services = replace(
        plan.services,
        opens=(0,) * len(Offer),
        closes=(NEVER,) * len(Offer),
        offered=(((0, ONE),),) * len(Offer),
        take_up=(((0, ONE),),) * len(Offer),
    )
    return replace(plan, services=services)


def of_a_week(plan: Plan) -> Plan:
    """The end comes at once, and a month has half a day. (Of less than nine months the engine would compile
    a layout of its own.)"""
    months = tuple(range(0, days(7) + 1, days(0.5)))
    services = replace(
        plan.services,
        strength=tuple(row[: len(months)] for row in plan.services.strength),
        decay=plan.services.decay[: len(months)],
        meetings=tuple(tick for tick in plan.services.meetings if tick < days(7)),
    )
    return replace(plan, horizon=days(7), months=months, services=services)


TWISTS: Sequence[Callable[[Plan], Plan]] = (
    on_whole_days,
    of_no_length,
    without_waiting,
    of_single_posts,
    shrinking,
    unstaffed,
    without_places,
    with_an_idle_panel,
    deciding_nothing,
    without_panel,
    all_open,
    of_a_week,
)


def twisted(plan: Plan, twists: Iterable[Callable[[Plan], Plan]]) -> Plan:
    """The plan with several twists, in the order in which they are named above."""
    for twist in sorted(twists, key=TWISTS.index):
        plan = twist(plan)
    return plan


def crowd(families: int, **more: Any) -> list[Household]:
    """Families alike, each with two children in the same crises on the same days."""
    kids = [
        Kid(age=age, crisis=(after(days(3)),) * 3, edge=(after(days(20)), UNSPENT), joins=(0,) * 8)
        for age in (4.0, 11.0)
    ]
    plain = {"kids": kids, "opening": Status.CHILD_PROTECTION, "needs": 0b0101, "step_up": (after(days(9)),)}
    return [Household(**(plain | more))] * families


def busy() -> Services:
    """Everything open, with some places for each."""
    return services(
        places={line: ((0, 40), (days(10), 3), (days(30), 60)) for line in Line},
        opens=dict.fromkeys(Offer, 0),
        effects={Offer.EDGE_OF_CARE: {Channel.EDGE: 0.5}, Offer.FAMILY_SAFEGUARDING: {Channel.PLAN_END: 2.0}},
        practice={"cases": 7},
        load_capacity=((0, 50 * ONE),),
        overload=tuple(ONE + step * ONE // 32 for step in range(49)),
    )
