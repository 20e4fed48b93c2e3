"""A log told again, line by line, to see that nothing is lost, doubled or given away."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby

from sim.engine.events import Event, EventLog, validate
from sim.engine.simpy_engine import run
from sim.model.plan import Plan, Worker
from sim.model.terms import LINE_OF, Line, Offer, Status
from tests.worlds import rows

WAITING, HELD, PAUSED = "waiting", "held", "paused"
Key = tuple[int, int]


def live(plan: Plan) -> EventLog:
    """The log of a plan, having kept the schema and conserved everything."""
    log = run(plan)
    validate(log, plan.horizon)
    check_conservation(log, plan)
    return log


def check_conservation(log: EventLog, plan: Plan) -> None:
    """Assert that places, waiting lists, the panel's cases, levels of families and periods of care add up at
    every instant."""
    check_places(log, plan)
    check_panel(log, plan)
    check_levels(log, plan)
    check_gates(log, plan)
    check_care(log, plan)
    check_placements(log, plan)
    check_plans(log)


def check_places(log: EventLog, plan: Plan) -> None:
    """No work begins or goes on without a worker who has room, no worker has room while a family waits, and
    no work ends twice. Families are only ever more than places where the same person's post shrank."""
    state: dict[Key, str] = {}
    since: dict[Key, int] = {}
    for tick, records in groupby(rows(log), key=lambda row: row[0]):
        for _, family, _, code, what, amount in records:
            step(state, since, (family, what), Event(code), tick, amount)
        held, waits = dict.fromkeys(Line, 0), dict.fromkeys(Line, 0)
        for key, now in state.items():
            line = Line(LINE_OF[key[1]])
            held[line] += now == HELD
            in_line = now == WAITING or (now == PAUSED and tick >= since[key] + plan.services.handover)
            waits[line] += in_line and key[1] != Offer.PLACEMENT_STABILITY
        for line in Line:
            workers = plan.services.workers[line]
            most = sum(most_at(worker, tick) for worker in workers)
            places = sum(row_at(worker, tick)[1] for worker in workers)
            assert held[line] <= most, f"{line.name} holds {held[line]} of {most} at {tick}"
            assert not waits[line] or held[line] >= places, (
                f"{line.name} lets {waits[line]} wait, {held[line]} of {places}, at {tick}"
            )


def step(
    state: dict[Key, str], since: dict[Key, int], key: Key, event: Event, tick: int, amount: int
) -> None:
    """Move one piece of work along as one record says."""
    if event == Event.ACCEPTED:
        assert key not in state, f"{key} asks twice at {tick}"
        state[key], since[key] = WAITING, tick
    elif event == Event.STARTED:
        assert state[key] == WAITING
        assert amount == tick - since[key]
        state[key] = HELD
    elif event == Event.INTERRUPTED:
        assert state[key] == HELD
        state[key], since[key] = PAUSED, tick
    elif event == Event.RESUMED:
        assert state[key] == PAUSED
        assert amount == tick - since[key]
        state[key] = HELD
    elif event in (Event.FINISHED, Event.STOPPED):
        assert state.pop(key) == HELD
        assert amount >= 0
    elif event == Event.GIVEN_UP:
        assert state.pop(key) == PAUSED
    elif event == Event.LAPSED:
        assert state.pop(key, WAITING) == WAITING


def row_at(worker: Worker, tick: int) -> tuple[int, ...]:
    """The row of a worker in force at a tick: (from tick, families, person)."""
    place = bisect_right([row[0] for row in worker], tick) - 1
    return worker[place] if place >= 0 else (0, 0, 0)


def most_at(worker: Worker, tick: int) -> int:
    """The most families that the person now in a post has been able to hold so far."""
    most, person = 0, 0
    for since, families, whose in worker:
        if since > tick:
            break
        most = max(most, families) if whose == person else families
        person = whose
    return most


def check_panel(log: EventLog, plan: Plan) -> None:
    """The panel decides at its meetings, no more cases than it can, and each referral at most once."""
    services = plan.services
    decided = (Event.ACCEPTED, Event.DECLINED, Event.REFUSED, Event.DIVERTED, Event.RATIFIED)
    of_edge = [
        row for row in rows(log, Event.OFFERED, Event.LAPSED, *decided) if row[4] == Offer.EDGE_OF_CARE
    ]
    asked: set[int] = set()
    cases: dict[int, set[int]] = {}
    for tick, family, _, code, _, amount in of_edge:
        event = Event(code)
        if event == Event.OFFERED:
            assert family not in asked
            asked.add(family)
        elif event in (Event.ACCEPTED, Event.DECLINED):
            asked.remove(family)
        elif event == Event.DIVERTED:
            assert family in asked
        elif event == Event.REFUSED:
            assert amount in (1, 2)
            asked.discard(family)
        elif event == Event.LAPSED:
            asked.discard(family)
        if event in decided:
            cases.setdefault(tick, set()).add(family)
    if any(practice.emergency for practice in services.practice):
        return
    for tick, families in cases.items():
        assert tick in services.meetings
        now = [practice for practice in services.practice if practice.since <= tick][-1]
        assert len(families) <= now.cases


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


def check_gates(log: EventLog, plan: Plan) -> None:
    """A move that was decided takes place when its wait is over, unless the case has moved since, or is
    closed at that very tick because no child is left."""
    moves: dict[int, list[tuple[int, int]]] = {}
    for tick, family, _, _, what, _ in rows(log, Event.STATUS):
        moves.setdefault(family, []).append((tick, what))
    for tick, family, _, _, what, amount in rows(log, Event.GATE):
        assert amount in (plan.rules.gates[what], plan.rules.transfer)
        later = [move for move in moves[family] if move[0] > tick]
        if tick + amount < plan.horizon and moves[family][-1] != (tick, Status.CLOSED):
            assert later
            assert later[0] == (tick + amount, what) or later[0][0] <= tick + amount


def check_placements(log: EventLog, plan: Plan) -> None:
    """A placement that breaks down is the one that began, so long ago, and another begins at once."""
    placed: dict[int, tuple[int, int]] = {}
    broken: dict[int, int] = {}
    opening = plan.children.opening_stay >= 0
    elapsed = dict(
        zip(plan.children.id[opening].tolist(), plan.children.opening_elapsed[opening].tolist(), strict=True)
    )
    for tick, _, child, code, what, amount in rows(log, Event.PLACED, Event.BROKE_DOWN, Event.LEFT):
        if code == Event.PLACED:
            assert broken.pop(child, tick) == tick
            since = -elapsed[child] if tick == 0 and child in elapsed else tick
            placed[child] = (what, since)
        elif code == Event.BROKE_DOWN:
            assert placed[child] == (what, tick - amount)
            broken[child] = tick
        else:
            del placed[child]
    assert not broken


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
