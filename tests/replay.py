"""A log told again, line by line, to see that nothing is lost, doubled or given away."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby

from sim.engine.events import Event, EventLog
from sim.model.plan import Plan
from sim.model.terms import TEAM_OF, Status, Team
from tests.worlds import rows

WAITING, HELD = "waiting", "held"


def check_conservation(log: EventLog, plan: Plan) -> None:
    """Assert that places, waiting lists, levels of families and periods of care add up at every instant."""
    check_places(log, plan)
    check_levels(log, plan)
    check_care(log, plan)
    check_plans(log)


def check_places(log: EventLog, plan: Plan) -> None:
    """No work begins without a free place, no place stands idle while a family waits, no work ends twice."""
    state: dict[tuple[int, int], str] = {}
    for tick, records in groupby(rows(log), key=lambda row: row[0]):
        began = set()
        for _, family, _, code, what, amount in records:
            key = (family, what)
            if code == Event.ACCEPTED:
                assert key not in state, f"{key} asks twice at {tick}"
                state[key] = WAITING
            elif code == Event.STARTED:
                assert state[key] == WAITING
                state[key] = HELD
                began.add(TEAM_OF[what])
            elif code in (Event.FINISHED, Event.STOPPED):
                assert state.pop(key) == HELD
                assert amount >= 0
            elif code == Event.LAPSED:
                assert state.pop(key, WAITING) == WAITING
        for team in Team:
            held = sum(1 for (_, what), now in state.items() if now == HELD and TEAM_OF[what] == team)
            waits = sum(1 for (_, what), now in state.items() if now == WAITING and TEAM_OF[what] == team)
            places = places_at(plan, team, tick)
            assert team not in began or held <= places, f"{team.name} holds {held} of {places} at {tick}"
            assert not waits or held >= places, (
                f"{team.name} lets {waits} wait, {held} of {places}, at {tick}"
            )


def places_at(plan: Plan, team: Team, tick: int) -> int:
    """Families that a team can hold at a tick."""
    table = plan.services.places[team]
    return table[bisect_right(table, (tick, 1 << 62)) - 1][1]


def check_levels(log: EventLog, plan: Plan) -> None:
    """Spells are numbered in turn and a referral follows only a closure: a family ends once or is open."""
    spell: dict[int, int] = {}
    status: dict[int, int] = {}
    exhausted = set(log.family[log.rows(Event.EXHAUSTED)].tolist())
    for _, family, _, code, what, amount in rows(log, Event.STATUS, Event.REFERRED):
        if code == Event.REFERRED:
            assert status.get(family, Status.CLOSED) == Status.CLOSED
        else:
            assert family in exhausted or amount == spell.get(family, -1) + 1
            assert status.get(family) != what or family in exhausted
            spell[family], status[family] = amount, what
    alone = plan.children.unaccompanied[plan.families.first_child[:-1]] & (plan.families.opening_status < 0)
    come = plan.families.arrives < plan.horizon
    assert set(status) == set(plan.families.id[come & ~alone].tolist())
    open_now = sum(1 for now in status.values() if now != Status.CLOSED)
    closed = sum(1 for now in status.values() if now == Status.CLOSED)
    assert open_now + closed == len(status)


def check_care(log: EventLog, plan: Plan) -> None:
    """A child enters from home, lives somewhere while in care, and leaves what it entered."""
    inside = set(plan.children.id[plan.children.opening_stay >= 0].tolist())
    gone: set[int] = set()
    for _, _, child, code, _, _ in rows(log, Event.ENTERED, Event.LEFT, Event.PLACED, Event.CRISIS):
        if code == Event.ENTERED:
            assert child not in inside
            inside.add(child)
        elif code == Event.LEFT:
            inside.remove(child)
            gone.add(child)
        else:
            assert (child in inside) == (code == Event.PLACED)
    opening = int((plan.children.opening_stay >= 0).sum())
    entered, left = log.rows(Event.ENTERED).sum(), log.rows(Event.LEFT).sum()
    assert opening + entered == left + len(inside)


def check_plans(log: EventLog) -> None:
    """A plan ends once, with the children it began with."""
    on: dict[int, int] = {}
    for _, family, _, code, _, amount in rows(log, Event.PLAN_STARTED, Event.PLAN_ENDED):
        if code == Event.PLAN_STARTED:
            assert family not in on
            assert amount > 0
            on[family] = amount
        else:
            assert on.pop(family) == amount
