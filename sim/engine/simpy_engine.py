"""The reference engine: SimPy runs one process a family; this room keeps the instant in order.

Within an instant families touch only themselves. What is shared (places) settles once, after all of
them, in a declared order: changes of staff, places given back, requests, grants team by team.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.caseload import Caseload, Request
from sim.engine.events import Event, EventLog
from sim.engine.journeys import family_journey
from sim.engine.people import Child, Family
from sim.model.terms import TEAM_OF, Team

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sim.model.plan import Children, Families, Plan

NAME = "simpy"
AFTER_FAMILIES = 2
"""SimPy priority of the end of an instant: after every ordinary event of the same tick."""


class World:
    """What a family's journey may see and do: the time, the rules, the teams and the log."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rules = plan.rules
        self.services = plan.services
        self.env = simpy.Environment()
        self.families = Columns(plan.families)
        self.children = Columns(plan.children)
        self.caseloads: list[Caseload[Family]] = [Caseload() for _ in Team]
        self.records: list[tuple[int, int, int, int, int, int]] = []
        self.settling = False

    @property
    def now(self) -> int:
        """The tick it is."""
        return self.env._now  # type: ignore[return-value]

    def record(
        self, event: Event, family: Family, child: Child | None = None, *, what: int = 0, amount: int = 0
    ) -> None:
        """Write one line of the log."""
        identity = -1 if child is None else child.id
        self.records.append((self.now, family.id, identity, int(event), int(what), amount))

    def request(self, family: Family, offer: int, priority: int) -> Request[Family]:
        """Ask for a place; the answer comes at the end of this instant or of a later one."""
        request = Request(family, priority, self.now, family.id, int(offer))
        self.caseloads[TEAM_OF[offer]].ask(request)
        self.settle_later()
        return request

    def give_back(self, offer: int, request: Request[Family]) -> None:
        """Leave a place or the waiting list."""
        self.caseloads[TEAM_OF[offer]].leave(request)
        self.settle_later()

    def settle_later(self) -> None:
        """Have the end of this instant settle the teams, once."""
        if not self.settling:
            self.settling = True
            end = self.env.event()
            end.callbacks.append(self.settle)
            end._ok, end._value = True, None
            self.env.schedule(end, priority=AFTER_FAMILIES)  # type: ignore[arg-type]

    def settle(self, _: simpy.Event) -> None:
        """Grant free places team by team and ring the bell of each family that is granted one."""
        self.settling = False
        for caseload in self.caseloads:
            for request in caseload.settle():
                family = request.who
                family.granted.append(request.key[3])
                if family.bell is not None:
                    ring(family.bell)

    def until(self, family: Family, wake: int) -> simpy.Event:
        """What the family waits for: a known time, or, while it waits for a place, a grant before then."""
        if not family.requests:
            return self.env.timeout(wake - self.now)
        bell = family.bell = self.env.event()
        if wake < self.plan.horizon:
            timer = self.env.timeout(wake - self.now)
            timer.callbacks.append(partial(ring, bell))
        return bell

    def change_places(self, team: int) -> Generator[simpy.Event, None, None]:
        """Follow the team's places through time; nobody who holds one is put out when they shrink."""
        for tick, places in self.services.places[team]:
            if tick > self.now:
                yield self.env.timeout(tick - self.now)
            self.caseloads[team].places = places
            self.settle_later()


def ring(bell: simpy.Event, _: simpy.Event | None = None) -> None:
    """Wake whoever waits for the bell, unless something else already has."""
    if not bell.triggered:
        bell.succeed()


class Columns:
    """The arrays of a table as plain lists, which Python reads faster than NumPy scalars."""

    def __init__(self, table: Families | Children) -> None:
        for name in table.__slots__:
            setattr(self, name, getattr(table, name).tolist())

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> list[Any]: ...


def run(plan: Plan) -> EventLog:
    """Run one Plan to its horizon and return what happened, in canonical order."""
    world = World(plan)
    for team in Team:
        if plan.services.places[team]:
            world.env.process(world.change_places(team))
    columns = world.families
    first = columns.first_child
    for row, identity in enumerate(columns.id):
        if columns.arrives[row] >= plan.horizon:
            continue
        children = [
            Child(child, world.children.id[child], world.children.born[child])
            for child in range(first[row], first[row + 1])
        ]
        family = Family(row, identity, columns.factor[row], children)
        world.env.process(family_journey(world, family))
    with collector_paused():
        world.env.run(until=plan.horizon)
    return EventLog.from_records(world.records)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's cycle collector, which would walk every family again and again; then restore it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
