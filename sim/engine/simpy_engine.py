"""The reference engine: SimPy runs one process a family; this room keeps the instant in order.

Within an instant families touch only themselves. What is shared settles once, after all of them, in a
declared order: changes of staff, the panel's cases, the load of the statutory teams, places given back,
requests, grants line by line.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import simpy

from sim.engine import journeys
from sim.engine.caseload import Caseload, with_leaving
from sim.engine.events import EventLog
from sim.engine.load import weigh_load
from sim.engine.panel import call_cases
from sim.engine.people import spend
from sim.engine.world import World, wake
from sim.model.terms import Line, Offer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sim.engine.people import Family
    from sim.model.plan import Plan

NAME = "simpy"
AFTER_FAMILIES = 2
"""SimPy priority of the end of an instant: after every ordinary event of the same tick."""


class SimpyWorld(World):
    """The world on SimPy's calendar."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.plan = plan
        self.env = simpy.Environment()
        self.caseloads = [
            Caseload(len(plan.services.workers[line]), stability=Offer.PLACEMENT_STABILITY) for line in Line
        ]
        self.meeting = False
        """Whether the panel meets at the end of this instant."""
        self.weighing = False
        """Whether the load is weighed at the end of this instant."""
        self.following = 0
        """Tick at which it is weighed after that."""
        self.settling = False
        self.bells: dict[int, simpy.Event] = {}
        """By row of a family: what it last listened for."""

    def start(self) -> None:
        """Put everything on the calendar that does not wait for anything else."""
        services = self.plan.services
        for line in Line:
            for worker in range(len(services.workers[line])):
                self.env.process(self.change_post(line, worker))
        self.env.process(self.keep_spare())
        if services.opens[Offer.EDGE_OF_CARE] < self.horizon:
            self.env.process(self.hold_meetings())
        if any(capacity for _, capacity in services.load_capacity):
            self.env.process(self.weigh_loads())
        for family in self.families:
            if family.keyed.arrives < self.horizon:
                self.env.process(self.live(family))

    def live(self, family: Family) -> Generator[simpy.Event, None, None]:
        """One family, until its last child leaves or nothing more can come."""
        if family.keyed.arrives:
            yield self.env.timeout(family.keyed.arrives)
        self.now = int(self.env._now)
        journeys.arrive(self, family)
        while journeys.goes_on(family):
            next_wake = journeys.next_wake(self, family)
            if family.listens:
                yield self.until_called(family, next_wake)
            elif next_wake < self.horizon:
                yield self.env.timeout(next_wake - self.now)
            else:
                return
            family.listens = False
            self.now = int(self.env._now)
            spend(family, self.now)
            journeys.live_through(self, family)
        journeys.end(self, family)

    def until_called(self, family: Family, known: int) -> simpy.Event:
        """A known time, or a call before then."""
        bell = self.bells[family.row] = self.env.event()
        if known < self.horizon:
            timer = self.env.timeout(known - self.now)
            timer.callbacks.append(partial(ring, bell))
        return bell

    def wake(self, family: Family) -> None:
        """Ring the bell of a family that listens."""
        ring(self.bells[family.row])

    def settle_later(self) -> None:
        """Have the end of this instant settle what is shared, once."""
        if not self.settling:
            self.settling = True
            end = self.env.event()
            end.callbacks.append(self.settle)
            end._ok, end._value = True, None
            self.env.schedule(end, priority=AFTER_FAMILIES)  # type: ignore[arg-type]

    def settle(self, _: simpy.Event) -> None:
        """End the instant. A family that is called or granted a place wakes and acts on it at the same tick,
        which then ends once more."""
        self.now = int(self.env._now)
        self.settling = False
        if self.meeting:
            self.meeting = False
            call_cases(self)
        if self.weighing:
            self.weighing = False
            weigh_load(self)
            self.next_weighing = self.following
        for caseload in self.caseloads:
            for family, offer, worker in caseload.settle():
                family.worker[offer] = worker
                family.person[offer] = caseload.person[worker]
                family.leaves[offer] = caseload.leaves[worker]
                family.granted |= 1 << offer
                wake(self, family)

    def change_post(self, line: int, worker: int) -> Generator[simpy.Event, None, None]:
        """Follow one post through time; nobody is put out when its caseload shrinks."""
        for tick, capacity, person, leaves in with_leaving(self.plan.services.workers[line][worker]):
            if tick > self.env._now:
                yield self.env.timeout(tick - self.env._now)
            self.caseloads[line].change(worker, capacity, person, leaves)
            self.settle_later()

    def keep_spare(self) -> Generator[simpy.Event, None, None]:
        """Follow the places that Edge of Care keeps free of work with placements."""
        for tick, spare in self.plan.services.stability:
            if tick > self.env._now:
                yield self.env.timeout(tick - self.env._now)
            self.caseloads[Line.EDGE_WORKER].spare = spare
            self.settle_later()

    def hold_meetings(self) -> Generator[simpy.Event, None, None]:
        """The panel's calendar."""
        for tick in self.plan.services.meetings:
            yield self.env.timeout(tick - self.env._now)
            if self.panel_size:
                self.meeting = True
                self.settle_later()

    def weigh_loads(self) -> Generator[simpy.Event, None, None]:
        """Weigh the load at the first day and at every month's."""
        for tick, following in zip(self.months, self.months[1:], strict=False):
            if tick > self.env._now:
                yield self.env.timeout(tick - self.env._now)
            self.weighing, self.following = True, following
            self.settle_later()


def ring(bell: simpy.Event, _: simpy.Event | None = None) -> None:
    """Wake whoever waits for the bell, unless something else already has."""
    if not bell.triggered:
        bell.succeed()


def run(plan: Plan) -> EventLog:
    """Run one Plan to its horizon and return what happened, in canonical order."""
    world = SimpyWorld(plan)
    world.start()
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
