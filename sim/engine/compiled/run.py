"""A Plan in, a log out, by the compiled engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.caseload import with_leaving
from sim.engine.compiled import calendar, doors, loop
from sim.engine.compiled.layout import (
    AGENDA,
    BY_OFFER,
    CHANGE,
    CHILD,
    CHILD_SEQUENCES,
    ENTRY,
    FAMILY_SEQUENCES,
    KEYED_CHILD,
    KEYED_FAMILY,
    REQUEST,
    WORKER,
    address,
    fill_keyed,
    laid_out,
    new_records,
    room_for,
    world_record,
)
from sim.engine.compiled.ranking import empty_ranking
from sim.engine.compiled.tables import LONG, fill, fill_tables, padded_shape, round_up, table_fields
from sim.engine.events import EventLog, canonical_order
from sim.engine.world import flat_powers, strength_changes
from sim.foundations.ledger import NEVER, ONE
from sim.model.plan import Rules, Services
from sim.model.terms import Line, Offer

if TYPE_CHECKING:
    from sim.model.plan import Children, Families, Plan, Table, Worker

Records = NDArray[Any]

FIRST_ROOM = {"log": 1 << 17, "notes": 1 << 15, "asking": 1 << 12, "leaving": 1 << 12, "waiting": 1 << 12}
"""Entries for which the buffers of a run first have room."""
MARGIN, MARGIN_OF_A_CHILD = 256, 32
"""Entries of each buffer that one family's wake, or one end of an instant, can need at most, besides those
for each of its children."""
WAKES_OF_A_FAMILY = 8
"""About as many; only speed hangs on it."""
HEADROOM = 3
"""An eighth more room than is asked for."""
POOLS = {
    loop.FULL_LOG: "log",
    loop.FULL_NOTES: "notes",
    loop.FULL_ASKING: "asking",
    loop.FULL_LEAVING: "leaving",
}


def run(plan: Plan) -> EventLog:
    """Run one Plan to its horizon and return what happened, in canonical order."""
    # Buffers go from run to run: fresh memory costs more than the engine. Threads never share them.
    memory = Memory(plan, spare())
    while full := loop.advance(memory.world):
        memory.grow(full)
    log = memory.log()
    _spare.append(memory.spare)
    return log


@dataclass(slots=True)
class Spare:
    """What a run leaves behind for the next, which may be of the same people, rules or tables."""

    buffers: dict[str, Records] = field(default_factory=dict)
    """By name."""
    people: tuple[Families, Children] | None = None
    """Whose luck the buffers hold."""
    numbers: list[Any] = field(default_factory=list)
    """Where the rest of it is: by column of families, of children, and by offer; and what must be kept for
    that."""
    rules: tuple[Rules, Records] | None = None
    """Rules, and their record."""
    lines: dict[tuple[int, int], tuple[tuple[Worker, ...], NDArray[np.int64]]] = field(default_factory=dict)
    """Workers of a line and all their changes, by line and identity: of one draw's scenarios."""
    powers: dict[int, tuple[Table, Records]] = field(default_factory=dict)
    """Tables of powers as tuples and as arrays, by identity: a table that is kept keeps its own."""


_spare: list[Spare] = []
"""What runs that are over have left."""


def spare() -> Spare:
    """What no run uses; another thread may take the last between a look and a grasp."""
    try:
        return _spare.pop()
    except IndexError:
        return Spare()


class Memory:
    """Everything that one run reads and writes, and keeps alive while compiled code uses its addresses."""

    def __init__(self, plan: Plan, spare: Spare) -> None:
        """What is ``spare`` of a run that is over is used again."""
        self.spare, self.buffers = spare, spare.buffers
        services = plan.services
        powers, tables = flat_powers(services)
        rules = self.rules(plan.rules)
        services_record = np.dtype(table_fields(Services, services), align=True)
        months = round_up(len(plan.months), LONG)
        most = int(np.diff(plan.families.first_child).max(initial=1))
        table_shape = padded_shape(powers, 3)
        record = world_record(rules.dtype, services_record, table_shape, months, len(Line), room_for(most))
        self.world: Records = np.zeros(1, record)
        self.people(plan, most)
        world = self.world[0]
        world["margin"] = MARGIN + MARGIN_OF_A_CHILD * most
        world["rules"] = rules[0]
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
        self.tables = self.powers(tables)
        world["table_pointer"] = address(self.tables)
        self.calendar(plan)
        self.staff(services)
        self.pools()

    def rules(self, rules: Rules) -> Records:
        """The record of the rules; scenarios of one draw share it."""
        if self.spare.rules is None or self.spare.rules[0] is not rules:
            laid_out: Records = np.zeros(1, np.dtype(table_fields(Rules, rules), align=True))
            fill_tables(laid_out[0], Rules, rules)
            self.spare.rules = rules, laid_out
            self.spare.lines.clear()
        return self.spare.rules[1]

    def powers(self, tables: list[Table]) -> Records:
        """Tables of powers one after another; scenarios of one draw have most in common."""
        before = self.spare.powers
        now = {
            id(table): before.get(id(table)) or (table, np.array(table, dtype=np.int64)) for table in tables
        }
        self.spare.powers = now
        return np.concatenate([now[id(table)][1].ravel() for table in tables] or [np.zeros(0, np.int64)])

    def people(self, plan: Plan, most: int) -> None:
        """What chance has fixed for the families and children, and room for what will happen to them."""
        families, children = len(plan.families.id), len(plan.children.id)
        self.new_family, self.new_child = new_records(room_for(most))
        record = self.new_family.dtype
        self.first_child = np.ascontiguousarray(plan.families.first_child, dtype=np.int64)
        self.families = self.buffer("families", (families,), record)
        self.children = self.buffer("children", (children,), CHILD)
        self.keyed = (
            self.buffer("keyed families", (families,), KEYED_FAMILY)[:families],
            self.buffer("keyed children", (children,), KEYED_CHILD)[:children],
        )
        if not same_people(self.spare.people, plan):
            # Scenarios of one (draw, run) have the same people, but for when families come.
            self.spare.people = None
            self.spare.numbers = numbers = [
                laid_out([(name, getattr(plan.families, name)) for name in FAMILY_SEQUENCES], families),
                laid_out([(name, getattr(plan.children, name)) for name in CHILD_SEQUENCES], children),
                *(
                    laid_out([(name, one) for one in getattr(plan.families, name)], families)
                    for name in BY_OFFER
                ),
            ]
            fill_keyed(self.keyed[0], plan.families, numbers[0][0])
            fill_keyed(self.keyed[1], plan.children, numbers[1][0])
            self.spare.people = plan.families, plan.children
        for name, (records, _) in zip(BY_OFFER, self.spare.numbers[2:], strict=True):
            self.world[0][name] = records
        self.panel, self.safeguarded = np.zeros((2, families), dtype=np.int64)
        self.arrived = np.zeros(families, dtype=np.uint8)
        doors.acquaint(self.world.dtype, record)
        world = self.world[0]
        world["family_count"] = families
        world["offers_offset"] = record.fields["by_offer"][1]  # type: ignore[index]
        world["family_words"], world["child_words"] = record.itemsize // 8, CHILD.itemsize // 8
        world["keyed_family_size"] = KEYED_FAMILY.itemsize
        world["keyed_child_size"] = KEYED_CHILD.itemsize
        for name, array in {
            "family": self.families,
            "child": self.children,
            "keyed_family": self.keyed[0],
            "keyed_child": self.keyed[1],
            "new_family": self.new_family,
            "new_child": self.new_child,
            "first_child": self.first_child,
            "arrived": self.arrived,
            "panel": self.panel,
            "safeguarded": self.safeguarded,
        }.items():
            world[f"{name}_pointer"] = address(array)

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
        world["to_enter"], world["to_enter_at"] = -1, NEVER
        world["meeting_pointer"], world["meeting_count"] = address(self.meetings), len(self.meetings)

    def staff(self, services: Services) -> None:
        """The workers of every line, and all changes of their posts in order of time."""
        free = [(tick, -1, 0, spare, 0, 0) for tick, spare in services.stability]
        parts = [np.array(free, dtype=np.int64).reshape(-1, 6)]
        parts += [self.line(int(line), services.workers[line]) for line in Line]
        rows = np.concatenate(parts)
        self.changes = rows[np.argsort(rows[:, 0], kind="stable")].view(CHANGE).reshape(-1)
        counts = [len(services.workers[line]) for line in Line]
        self.workers = np.zeros(sum(counts), WORKER)
        self.workers["leaves"] = NEVER
        world = self.world[0]
        rankings = [empty_ranking(count) for count in counts]
        self.workers["line"] = np.repeat(np.arange(len(counts)), counts)
        self.ranking = np.concatenate(rankings)
        world["ranking_pointer"] = address(self.ranking)
        world["first_rank"] = np.concatenate(([0], np.cumsum([len(one) for one in rankings])))
        world["first_worker"] = np.concatenate(([0], np.cumsum(counts)))
        world["worker_pointer"] = address(self.workers)
        world["change_pointer"], world["change_count"] = address(self.changes), len(self.changes)

    def line(self, line: int, workers: tuple[Worker, ...]) -> NDArray[np.int64]:
        """All changes of one line's workers; scenarios of one draw have many lines in common."""
        known, same = self.spare.lines, (line, id(workers))
        if same not in known:
            rows = [
                (tick, line, worker, *rest)
                for worker, post in enumerate(workers)
                for tick, *rest in with_leaving(post)
            ]
            known[same] = workers, np.array(rows, dtype=np.int64).reshape(-1, 6)
        return known[same][1]

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
            # With room to spare, since the next draw may have a few families more.
            shape = (*shape[:-1], shape[-1] + (shape[-1] >> HEADROOM))
            found = self.buffers[name] = np.empty(shape, kind)
        return found

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
        order = canonical_order(columns[0], columns[1])
        return EventLog(*(column.take(order) for column in columns))


def same_people(people: tuple[Families, Children] | None, plan: Plan) -> bool:
    """Whether these are the people of a Plan."""
    if people is None:
        return False
    families, children = people
    ours = plan.families
    return children is plan.children and all(
        getattr(ours, name) is getattr(families, name) for name in ours.__slots__ if name != "arrives"
    )
