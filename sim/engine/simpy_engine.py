"""The reference engine: SimPy runs one process a family; this room keeps the instant in order.

Within an instant families touch only themselves. What is shared settles once, after all of them, in a
declared order: changes of staff, the panel's cases, the load of the statutory teams, places given back,
requests, grants line by line.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import simpy

from sim.engine.caseload import Caseload, Request
from sim.engine.edge import practice_at
from sim.engine.events import Event, EventLog
from sim.engine.journeys import family_journey
from sim.engine.people import Child, Family
from sim.engine.risk import bears_load, load_ratio, overload_at, step_at, strength_changes
from sim.foundations.ledger import ONE
from sim.model.terms import LINE_OF, Line, Offer

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
        self.caseloads: list[Caseload[Family]] = [
            Caseload(
                self.services.workers[line],
                stability=Offer.PLACEMENT_STABILITY,
                spare=self.services.stability[0][1],
            )
            for line in Line
        ]
        self.panel: list[tuple[tuple[int, int, int], Family]] = []
        self.meeting = False
        """Whether the panel meets at the end of this instant."""
        self.safeguarded: dict[int, Family] = {}
        """By row: families that the safeguarding social workers hold, in whichever way of working."""
        self.stronger = strength_changes(self.services, plan.months)
        self.overload = ONE
        self.weighing = False
        """Whether the load is weighed at the end of this instant."""
        self.next_weighing = 0
        """Tick of the next; till then the load is known."""
        self.loads_matter = set(self.services.overload) != {ONE}
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

    def request(self, family: Family, offer: int, priority: int, since: int) -> Request[Family]:
        """Ask for a place; the answer comes at the end of this instant or of a later one."""
        request = Request(family, priority, since, family.id, int(offer))
        self.caseloads[LINE_OF[offer]].ask(request)
        self.settle_later()
        return request

    def leaves_at(self, offer: int, request: Request[Family]) -> int:
        """The tick at which the worker who holds a family leaves."""
        return self.caseloads[LINE_OF[offer]].leaves_at(request.worker, self.now)

    def give_back(self, offer: int, request: Request[Family]) -> None:
        """Leave a place or the waiting list."""
        self.caseloads[LINE_OF[offer]].leave(request)
        self.settle_later()

    def before_panel(self, family: Family, priority: int) -> None:
        """Put a case before the panel: it is reached at the next meeting, or when its turn comes."""
        self.panel = [entry for entry in self.panel if entry[1] is not family]
        self.panel.append(((priority, self.now, family.id), family))

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
        self.settling = False
        if self.meeting:
            self.meeting = False
            self.call_cases()
        if self.weighing:
            self.weighing = False
            self.weigh_load()
        for caseload in self.caseloads:
            for request in caseload.settle():
                family = request.who
                family.granted.append(request.offer)
                self.wake(family)

    def call_cases(self) -> None:
        """The panel calls as many cases as it can decide: those to ratify first, then by assessed risk,
        then the longest waiting. What was referred at this very tick waits for the next meeting."""
        self.panel = [entry for entry in self.panel if entry[1].before_panel or entry[1].to_ratify]
        ready = sorted((entry for entry in self.panel if entry[0][1] < self.now), key=lambda entry: entry[0])
        called = ready[: practice_at(self.services.practice, self.now).cases]
        taken = {key for key, _ in called}
        self.panel = [entry for entry in self.panel if entry[0] not in taken]
        for _, family in called:
            family.called = True
            self.wake(family)

    def weigh_load(self) -> None:
        """Weigh what the safeguarding social workers hold; where it matters more or less than before, every
        family that they hold in the old way looks again at its risk."""
        others = sum(1 for family in self.safeguarded.values() if bears_load(family))
        capacity = step_at(self.services.load_capacity, self.now)[1]
        weights = self.caseloads[Line.SOCIAL_WORKER].in_use * self.services.load_in_service
        ratio = load_ratio(others, weights, capacity)
        self.records.append((self.now, -1, -1, int(Event.LOAD), 0, ratio))
        overload = overload_at(self.services.overload, ratio)
        if overload != self.overload:
            self.overload = overload
            for family in self.safeguarded.values():
                self.wake(family)

    def wake(self, family: Family) -> None:
        """Ring the family's bell, if it waits for one."""
        if family.bell is not None:
            ring(family.bell)

    def may_be_called(self, family: Family) -> bool:
        """Whether somebody else may have something for the family: a place, a decision, another load."""
        return bool(
            family.requests
            or family.before_panel
            or family.to_ratify
            or (self.loads_matter and family.row in self.safeguarded)
        )

    def until(self, family: Family, wake: int) -> simpy.Event:
        """What the family waits for: a known time, or, if somebody may call it, a call before then."""
        if not self.may_be_called(family):
            return self.env.timeout(wake - self.now)
        bell = family.bell = self.env.event()
        if wake < self.plan.horizon:
            timer = self.env.timeout(wake - self.now)
            timer.callbacks.append(partial(ring, bell))
        return bell

    def change_post(self, line: int, worker: int) -> Generator[simpy.Event, None, None]:
        """Follow one post through time; nobody is put out when its caseload shrinks."""
        for tick, capacity, person in self.services.workers[line][worker]:
            if tick > self.now:
                yield self.env.timeout(tick - self.now)
            self.caseloads[line].change(worker, capacity, person)
            self.settle_later()

    def keep_spare(self) -> Generator[simpy.Event, None, None]:
        """Follow the places that Edge of Care keeps free of work with placements."""
        for tick, spare in self.services.stability[1:]:
            yield self.env.timeout(tick - self.now)
            self.caseloads[Line.EDGE_WORKER].spare = spare
            self.settle_later()

    def hold_meetings(self) -> Generator[simpy.Event, None, None]:
        """The panel's calendar."""
        for tick in self.services.meetings:
            yield self.env.timeout(tick - self.now)
            if self.panel:
                self.meeting = True
                self.settle_later()

    def weigh_loads(self) -> Generator[simpy.Event, None, None]:
        """Weigh the load at the first day and at every month's."""
        for tick, following in zip(self.plan.months, self.plan.months[1:], strict=False):
            if tick > self.now:
                yield self.env.timeout(tick - self.now)
            self.weighing, self.next_weighing = True, following
            self.settle_later()


def ring(bell: simpy.Event, _: simpy.Event | None = None) -> None:
    """Wake whoever waits for the bell, unless something else already has."""
    if not bell.triggered:
        bell.succeed()


SELDOM = ("offered", "accepts", "length", "panel", "sex", "disabled", "ethnicity")
"""Columns of which a run reads few numbers."""


class Columns:
    """The arrays of a table as plain lists, which Python reads faster than NumPy scalars."""

    def __init__(self, table: Families | Children) -> None:
        for name in table.__slots__:
            column = getattr(table, name)
            # What is read once in a while stays as it is: turning it into lists would take longer.
            setattr(self, name, column if name in SELDOM else column.tolist())

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> list[Any]: ...


def run(plan: Plan) -> EventLog:
    """Run one Plan to its horizon and return what happened, in canonical order."""
    world = World(plan)
    for line in Line:
        for worker in range(len(plan.services.workers[line])):
            world.env.process(world.change_post(line, worker))
    if len(plan.services.stability) > 1:
        world.env.process(world.keep_spare())
    if plan.services.opens[Offer.EDGE_OF_CARE] < plan.horizon:
        world.env.process(world.hold_meetings())
    if any(capacity for _, capacity in plan.services.load_capacity):
        world.env.process(world.weigh_loads())
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
        family.impaired = bool(columns.impaired[row] and columns.needs[row])
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
