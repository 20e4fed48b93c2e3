"""A Plan in, a log out, by the compiled engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.caseload import with_leaving
from sim.engine.compiled import calendar, doors, loop
from sim.engine.compiled.layout import (
    AGENDA,
    CHANGE,
    CHILD,
    CHILD_SKIPS,
    ENTRY,
    FAMILY_SKIPS,
    LONG,
    REQUEST,
    WORKER,
    example_family,
    family_record,
    fill,
    fill_tables,
    keyed_rows,
    padded_shape,
    room_for,
    round_up,
    table_fields,
    world_record,
)
from sim.engine.events import EventLog, canonical_order
from sim.engine.people import Child, KeyedChild, KeyedFamily
from sim.engine.world import flat_powers, strength_changes
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Rules, Services
from sim.model.terms import Line, Offer

if TYPE_CHECKING:
    from sim.model.plan import Children, Families, Plan, Row

Records = NDArray[Any]

FIRST_ROOM = {"log": 1 << 17, "notes": 1 << 15, "asking": 1 << 12, "leaving": 1 << 12, "waiting": 1 << 12}
"""Entries for which the buffers of a run first have room."""
MARGIN, MARGIN_OF_A_CHILD = 256, 32
"""Entries of each buffer that one family's wake, or one end of an instant, can need at most, besides those
for each of its children."""
WAKES_OF_A_FAMILY = 8
"""About as many; only speed hangs on it."""
POOLS = {
    loop.FULL_LOG: "log",
    loop.FULL_NOTES: "notes",
    loop.FULL_ASKING: "asking",
    loop.FULL_LEAVING: "leaving",
}


def run(plan: Plan) -> EventLog:
    """Run one Plan to its horizon and return what happened, in canonical order."""
    # Buffers go from run to run: fresh memory costs more than the engine. Threads never share them.
    memory = Memory(plan, spare_buffers())
    while full := loop.advance(memory.world):
        memory.grow(full)
    log = memory.log()
    _spare.append(memory.buffers)
    return log


_spare: list[dict[str, NDArray[Any]]] = []
"""Buffers of runs that are over."""


def spare_buffers() -> dict[str, NDArray[Any]]:
    """Buffers that no run uses; another thread may take the last between a look and a grasp."""
    try:
        return _spare.pop()
    except IndexError:
        return {}


class Memory:
    """Everything that one run reads and writes, and keeps alive while compiled code uses its addresses."""

    def __init__(self, plan: Plan, buffers: dict[str, Records] | None = None) -> None:
        """``buffers`` of a run that is over are used again."""
        self.buffers = {} if buffers is None else buffers
        services = plan.services
        powers, tables = flat_powers(services)
        rules_record = np.dtype(table_fields(Rules, plan.rules), align=True)
        services_record = np.dtype(table_fields(Services, services), align=True)
        months = round_up(len(plan.months), LONG)
        most = int(np.diff(plan.families.first_child).max(initial=1))
        table_shape = padded_shape(powers, 3)
        record = world_record(rules_record, services_record, table_shape, months, len(Line), room_for(most))
        self.world: Records = np.zeros(1, record)
        self.kept = people_of(plan)
        self.families = self.copied("families", self.kept.families)
        self.children = self.copied("children", self.kept.children)
        self.people(plan)
        doors.acquaint(
            record, self.families.dtype, self.kept.keyed_families.dtype, self.kept.keyed_children.dtype
        )
        world = self.world[0]
        world["margin"] = MARGIN + MARGIN_OF_A_CHILD * most
        fill_tables(world["rules"], Rules, plan.rules)
        fill_tables(world["services"], Services, services)
        fill(world["powers"], powers)
        fill(world["stronger"], strength_changes(services, plan.months))
        world["months"] = NEVER
        world["months"][: len(plan.months)] = plan.months
        world["month_count"], world["horizon"] = len(plan.months), plan.horizon
        world["overload"] = ONE
        world["loads_matter"] = set(services.overload) != {ONE}
        if not any(capacity for _, capacity in services.load_capacity):
            world["next_month"] = len(plan.months)  # the load is never weighed
        self.tables = np.array(tables, dtype=np.int64).reshape(-1)
        world["table_pointer"] = address(self.tables)
        self.calendar(plan)
        self.staff(services)
        self.pools()

    def people(self, plan: Plan) -> None:
        """The families and children, before anything has happened to them."""
        families, first = self.families, plan.families.first_child
        families["children_pointer"] = address(self.children) + first[:-1] * self.children.itemsize
        self.panel, self.safeguarded = np.zeros((2, len(families)), dtype=np.int64)
        world = self.world[0]
        world["family_count"] = len(families)
        world["family_pointer"] = address(families)
        world["panel_pointer"], world["safeguarded_pointer"] = address(self.panel), address(self.safeguarded)

    def calendar(self, plan: Plan) -> None:
        """When each family comes."""
        arrives = plan.families.arrives
        shift = calendar.shift_for(plan.horizon, WAKES_OF_A_FAMILY * len(arrives))
        stretches = (plan.horizon >> shift) + 1
        self.chains = self.buffer("chains", (stretches,), calendar.LINK)[:stretches]
        self.entries = self.buffer("entries", (len(arrives),), ENTRY)[: len(arrives)]
        calendar.open_at(self.chains, shift, self.entries, np.where(arrives < plan.horizon, arrives, NEVER))
        self.meetings = np.array(
            plan.services.meetings if plan.services.opens[Offer.EDGE_OF_CARE] < plan.horizon else (),
            dtype=np.int64,
        )
        world = self.world[0]
        world["entry_pointer"], world["chain_pointer"] = address(self.entries), address(self.chains)
        world["calendar_shift"] = shift
        world["meeting_pointer"], world["meeting_count"] = address(self.meetings), len(self.meetings)

    def staff(self, services: Services) -> None:
        """The workers of every line, and all changes of their posts in order of time."""
        rows: list[Row] = [(tick, -1, 0, spare, 0, 0) for tick, spare in services.stability]
        for line in Line:
            for worker, post in enumerate(services.workers[line]):
                rows += [(tick, int(line), worker, *rest) for tick, *rest in with_leaving(post)]
        rows.sort(key=lambda row: row[0])
        self.changes = np.array(rows, dtype=np.int64).view(CHANGE).reshape(-1)
        counts = [len(services.workers[line]) for line in Line]
        self.workers = np.zeros(sum(counts), WORKER)
        self.workers["leaves"] = NEVER
        world = self.world[0]
        world["first_worker"] = np.concatenate(([0], np.cumsum(counts)))
        world["worker_pointer"] = address(self.workers)
        world["change_pointer"], world["change_count"] = address(self.changes), len(self.changes)

    def pools(self) -> None:
        """The buffers that may grow."""
        self.set_pool("log", self.buffer("log", (6, FIRST_ROOM["log"]), np.dtype(np.int64)))
        self.set_pool("notes", self.buffer("notes", (FIRST_ROOM["notes"],), AGENDA))
        self.free_notes(0)
        self.set_pool("asking", self.buffer("asking", (FIRST_ROOM["asking"],), REQUEST))
        self.set_pool("leaving", self.buffer("leaving", (FIRST_ROOM["leaving"],), np.dtype(np.int64)))
        for line in Line:
            name = f"waiting {int(line)}"
            self.set_pool(name, self.buffer(name, (FIRST_ROOM["waiting"],), REQUEST))

    def buffer(self, name: str, shape: tuple[int, ...], kind: np.dtype[Any]) -> Records:
        """A buffer of at least that size: the one of an earlier run, if there is one."""
        found = self.buffers.get(name)
        if found is None or found.dtype != kind or found.shape[-1] < shape[-1]:
            found = self.buffers[name] = np.empty(shape, kind)
        return found

    def copied(self, name: str, records: Records) -> Records:
        """A copy of records, in a buffer."""
        copy = self.buffer(name, records.shape, records.dtype)[: len(records)]
        copy.view(np.uint8)[:] = records.view(
            np.uint8
        )  # as bytes: field by field takes several times as long
        return copy

    def set_pool(self, name: str, buffer: Records) -> None:
        """Let a buffer be the one that compiled code uses."""
        self.buffers[name] = buffer
        pool = self.pool(name)
        pool["pointer"], pool["room"] = address(buffer), buffer.shape[-1]

    def pool(self, name: str) -> Any:
        """The record of a buffer."""
        if name.startswith("waiting"):
            return self.world[0]["waiting"][int(name.split()[1])]
        return self.world[0][name]

    def free_notes(self, first: int) -> None:
        """Chain the places for notes from one on, ahead of those that are free already."""
        notes, world = self.buffers["notes"], self.world[0]
        notes["next"][first:-1] = np.arange(first + 1, len(notes))
        notes["next"][-1] = world["first_free_note"] if first else -1
        world["first_free_note"] = first
        world["free_notes"] += len(notes) - first

    def grow(self, full: int) -> None:
        """Double the buffer that was full."""
        name = POOLS.get(full, f"waiting {full - loop.FULL_WAITING}")
        old = self.buffers[name]
        room = old.shape[-1]
        new = np.empty((*old.shape[:-1], 2 * room), old.dtype)
        new[..., :room] = old
        self.set_pool(name, new)
        if name == "notes":
            self.free_notes(room)

    def log(self) -> EventLog:
        """What happened, in canonical order."""
        size = int(self.world[0]["log"]["size"])
        columns = self.buffers["log"][:, :size]
        return EventLog(*columns[:, canonical_order(columns[0], columns[1])])


@dataclass(frozen=True, slots=True)
class People:
    """The records of a Plan's families and children, before anything has happened to them."""

    of: tuple[Families, Children]
    """The tables that they were made from."""
    keyed_families: Records
    keyed_children: Records
    families: Records
    children: Records


_last: People | None = None


def people_of(plan: Plan) -> People:
    """The people of a Plan; scenarios of one (draw, run) have the same, but for when families come."""
    global _last
    last = _last
    if last is None or not same_people(last, plan):
        _last = last = lay_out(plan)
    return last


def same_people(people: People, plan: Plan) -> bool:
    """Whether these are the people of a Plan."""
    families, children = people.of
    ours = plan.families
    return children is plan.children and all(
        getattr(ours, name) is getattr(families, name) for name in ours.__slots__ if name != "arrives"
    )


def lay_out(plan: Plan) -> People:
    """Lay the people of a Plan out in memory."""
    keyed_families = keyed_rows(plan.families, KeyedFamily, ("offered", "accepts", "length"))
    keyed_children = keyed_rows(plan.children, KeyedChild)
    first = plan.families.first_child
    counts = np.diff(first)
    example = example_family(room_for(int(counts.max(initial=1))))
    families = copies(example, FAMILY_SKIPS, family_record(len(example.children)), len(counts))
    children = copies(Child(0, 0, 0, KeyedChild()), CHILD_SKIPS, CHILD, int(first[-1]))
    families["row"] = np.arange(len(families))
    families["id"], families["factor"] = plan.families.id, plan.families.factor
    families["agenda"] = -1
    families["keyed_pointer"] = rows_of(keyed_families)
    families["child_count"] = counts
    children["id"], children["born"] = plan.children.id, plan.children.born
    children["index"] = np.arange(len(children)) - np.repeat(first[:-1], counts)
    children["clock"] += 2 * children["index"]
    children["settled"] += 2 * children["index"]
    children["keyed_pointer"] = rows_of(keyed_children)
    return People((plan.families, plan.children), keyed_families, keyed_children, families, children)


def address(array: Records) -> int:
    """Where an array begins in memory."""
    return int(array.ctypes.data)


def rows_of(array: Records) -> NDArray[np.int64]:
    """Where each row of an array begins in memory."""
    return address(array) + np.arange(len(array), dtype=np.int64) * array.itemsize


def copies(example: object, skipped: tuple[str, ...], record: np.dtype[Any], count: int) -> Records:
    """As many records like an object as asked for."""
    one: Records = np.zeros(1, record)
    for name in type(example).__slots__:
        if name not in skipped:
            one[name] = getattr(example, name)
    return np.repeat(one, count)
