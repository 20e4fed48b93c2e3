"""The doors of ``sim.engine.world``, opened onto arrays: importing this teaches numba every rule.

The rules themselves are compiled from the very functions that the reference engine runs.
"""

from __future__ import annotations

from bisect import bisect_right
from inspect import getmembers, isfunction
from typing import Any

import numpy as np
from numba import carray, types
from numba.core.typing.arraydecl import RecordAttribute
from numba.extending import overload, overload_attribute, register_jitable
from numba.np.numpy_support import from_dtype

from sim.engine import care, caseload, edge, journeys, load, offers, panel, people, risk
from sim.engine import world as doors
from sim.engine.compiled.layout import (
    AGENDA,
    CHANGE,
    CHILD,
    CLOCKS,
    KEYED_CHILD,
    KEYED_FAMILY,
    OF_OFFERS,
    REQUEST,
    WORKER,
)
from sim.engine.compiled.luck import number_of
from sim.engine.compiled.views import field_of, open_views, pointer_to
from sim.engine.compiled.waking import wake_now
from sim.foundations import ledger
from sim.foundations.ledger import NEVER
from sim.model.plan import POWERS
from sim.model.terms import LINE_OF, Channel, Line

RULES = (ledger, people, risk, caseload, panel, load, offers, edge, care, journeys)
"""Rooms of rules: every function of theirs is compiled as it stands."""
NOT_RULES = (ledger.resilience, ledger.units_per_tick, ledger.fixed_point, caseload.with_leaving)
LINES_OF_OFFERS = np.array(LINE_OF, dtype=np.int64)
SOCIAL_WORKER = int(Line.SOCIAL_WORKER)
CHANNELS = len(Channel)
STEPS = POWERS + 1

SMALL_RULES = (
    *(ledger.scaled, people.spend, people.anything_spent, people.first_spent, people.wind, people.stop_clock),
    *(people.anybody_at, people.on_its_way, risk.step_at, risk.next_step, risk.power, risk.month_at),
    *(risk.months_since, risk.exponent_now, risk.ease_by, risk.set_rates, risk.safeguarded, risk.bears_load),
    *(risk.plan_end_rate, risk.rate_at_home, risk.rate_with_guardian, risk.exit_rate),
    *(journeys.at_stake, journeys.next_change_of),
)
"""Rules that every wake asks for several times. They are compiled into whoever asks: a call would take longer
than the rule."""

for room in RULES:
    for _, function in getmembers(room, isfunction):
        if function.__module__ == room.__name__ and function not in NOT_RULES:
            register_jitable(forceinline=function in SMALL_RULES)(function)


KEYED: dict[Any, Any] = {}
"""By record of a family or child: the record of what chance has fixed for it."""
FAMILIES: dict[Any, Any] = {}
"""By record of a world: the record of its families."""


ACQUAINTED: set[Any] = set()


def acquaint(world: Any, family: Any) -> None:
    """Tell the doors which records (dtypes) belong together, before anything is compiled for them."""
    if (world, family) in ACQUAINTED:
        return
    ACQUAINTED.add((world, family))
    FAMILIES[from_dtype(world)] = from_dtype(family)
    KEYED[from_dtype(family)] = from_dtype(KEYED_FAMILY)
    KEYED[from_dtype(CHILD)] = from_dtype(KEYED_CHILD)


ints = pointer_to(types.int64)
flags = pointer_to(types.uint8)
children = pointer_to(from_dtype(CHILD))
notes = pointer_to(from_dtype(AGENDA))
requests = pointer_to(from_dtype(REQUEST))
workers = pointer_to(from_dtype(WORKER))
changes = pointer_to(from_dtype(CHANGE))


@overload(bisect_right)
def _bisect_right(numbers: Any, number: Any) -> Any:
    def found(numbers: Any, number: Any) -> Any:
        # As many steps for every number, none of which hangs on a guess which way it goes.
        low, size = 0, len(numbers)
        while size > 1:
            half = size >> 1
            low += half * (numbers[low + half - 1] <= number)
            size -= half
        return low + (numbers[low] <= number) if size else 0

    if isinstance(numbers, types.Array):
        return found
    return None


@overload(int)
def _int(number: Any) -> Any:
    if isinstance(number, types.IntEnumMember):

        def opened(number: Any) -> Any:
            return number.value

        return opened
    return None


def resolve_field(_: Any, record: Any, name: str) -> Any:
    """The type of a record's own field; none for what the doors add to records."""
    return record.typeof(name) if name in record.fields else None


# Where anything was compiled before the doors open, numba asks here first, and would fail.
RecordAttribute.generic_resolve = resolve_field  # type: ignore[method-assign]


open_views({"clocks": CLOCKS, "by_offer": OF_OFFERS})


@overload_attribute(types.Record, "children")
def _children(record: Any) -> Any:
    if "children_pointer" in record.fields:

        def opened(record: Any) -> Any:
            return carray(children(record.children_pointer), (record.child_count,))

        return opened
    return None


@overload_attribute(types.Record, "keyed")
def _keyed(record: Any) -> Any:
    if record in KEYED:
        keyed = pointer_to(KEYED[record])

        def opened(record: Any) -> Any:
            return carray(keyed(record.keyed_pointer), (1,))[0]

        return opened
    return None


@overload(doors.family_at)
def _family_at(world: Any, row: Any) -> Any:
    families = pointer_to(FAMILIES[world])

    def opened(world: Any, row: Any) -> Any:
        return carray(families(world.family_pointer), (world.family_count,))[row]

    return opened


@overload_attribute(types.Record, "panel_rows")
def _panel_rows(record: Any) -> Any:
    if "panel_pointer" in record.fields:

        def opened(record: Any) -> Any:
            return carray(ints(record.panel_pointer), (record.family_count,))

        return opened
    return None


@overload_attribute(types.Record, "safeguarded_rows")
def _safeguarded_rows(record: Any) -> Any:
    if "safeguarded_pointer" in record.fields:

        def opened(record: Any) -> Any:
            return carray(ints(record.safeguarded_pointer), (record.family_count,))

        return opened
    return None


@register_jitable
def write(world: Any, family: Any, child: Any, event: Any, what: Any, amount: Any) -> None:
    """Write one line of the log, column by column."""
    log = carray(ints(world.log.pointer), (6, world.log.room))
    at = world.log.size
    world.log.size += 1
    log[0, at], log[1, at], log[2, at] = world.now, family, child
    log[3, at], log[4, at], log[5, at] = event, what, amount


@overload(doors.record)
def _record(world: Any, event: Any, family: Any, what: Any, amount: Any) -> Any:
    def opened(world: Any, event: Any, family: Any, what: Any, amount: Any) -> None:
        write(world, family.id, -1, int(event), int(what), amount)

    return opened


@overload(doors.record_child)
def _record_child(world: Any, event: Any, family: Any, child: Any, what: Any, amount: Any) -> Any:
    def opened(world: Any, event: Any, family: Any, child: Any, what: Any, amount: Any) -> None:
        write(world, family.id, child.id, int(event), int(what), amount)

    return opened


@overload(doors.record_load)
def _record_load(world: Any, event: Any, amount: Any) -> Any:
    def opened(world: Any, event: Any, amount: Any) -> None:
        write(world, -1, -1, int(event), 0, amount)

    return opened


@overload(doors.note)
def _note(world: Any, family: Any, tick: Any, what: Any, argument: Any) -> Any:
    def opened(world: Any, family: Any, tick: Any, what: Any, argument: Any) -> None:
        if tick >= world.horizon:
            return
        pool = carray(notes(world.notes.pointer), (world.notes.room,))
        new = world.first_free_note
        world.first_free_note = pool[new].next
        world.free_notes -= 1
        before, after = -1, family.agenda
        while after >= 0 and earlier(pool[after], tick, int(what), int(argument)):
            before, after = after, pool[after].next
        pool[new].tick, pool[new].what, pool[new].argument = tick, int(what), int(argument)
        pool[new].next = after
        pool[new].due = pool[after].tick if after >= 0 else NEVER
        if before >= 0:
            pool[before].next, pool[before].due = new, tick
        else:
            family.agenda = new
            family.due = tick

    return opened


@register_jitable
def earlier(note: Any, tick: int, what: int, argument: int) -> bool:
    """Whether a note comes before another, which would be the later of equals."""
    if note.tick != tick:
        return note.tick < tick
    if note.what != what:
        return note.what < what
    return note.argument <= argument


@overload(doors.take_due)
def _take_due(world: Any, family: Any) -> Any:
    def opened(world: Any, family: Any) -> tuple[int, int]:
        pool = carray(notes(world.notes.pointer), (world.notes.room,))
        first = family.agenda
        family.agenda = pool[first].next
        family.due = pool[first].due
        pool[first].next = world.first_free_note
        world.first_free_note = first
        world.free_notes += 1
        return pool[first].what, pool[first].argument

    return opened


def open_numbers(door: Any, column: str) -> None:
    """Open the door to one kind of them."""
    own = field_of(column)

    @overload(door)
    def opened(world: Any, family: Any, what: Any, occurrence: Any) -> Any:
        def of_family(world: Any, family: Any, what: Any, occurrence: Any) -> int:
            return number_of(own(world)[int(what)], family.row, occurrence)

        return of_family


open_numbers(doors.offered_at, "offered")
open_numbers(doors.accepts_at, "accepts")
open_numbers(doors.length_at, "length")


@overload(doors.multipliers)
def _multipliers(world: Any, table: Any, step: Any) -> Any:
    def opened(world: Any, table: Any, step: Any) -> Any:
        at = world.table_pointer + 8 * CHANNELS * (table * STEPS + step)
        return carray(ints(at), (CHANNELS,))

    return opened


@overload(doors.ask)
def _ask(world: Any, family: Any, offer: Any, priority: Any, since: Any) -> Any:
    def opened(world: Any, family: Any, offer: Any, priority: Any, since: Any) -> None:
        family.waiting |= 1 << offer
        family.asked_at[offer] = since
        family.ticket[offer] += 1
        request = carray(requests(world.asking.pointer), (world.asking.room,))[world.asking.size]
        world.asking.size += 1
        request.priority, request.since, request.family, request.offer = priority, since, family.id, offer
        request.ticket, request.row, request.line = (
            family.ticket[offer],
            family.row,
            LINES_OF_OFFERS[int(offer)],
        )
        world.settling = True

    return opened


@register_jitable
def earlier_request(one: Any, other: Any) -> bool:
    """Whether a request comes before another in line."""
    if one.priority != other.priority:
        return one.priority < other.priority
    if one.since != other.since:
        return one.since < other.since
    if one.family != other.family:
        return one.family < other.family
    return one.offer < other.offer


@overload(doors.withdraw_request)
def _withdraw_request(world: Any, family: Any, offer: Any) -> Any:
    def opened(world: Any, family: Any, offer: Any) -> None:
        family.waiting &= ~(1 << offer)
        world.settling = True

    return opened


@overload(doors.give_back)
def _give_back(world: Any, family: Any, offer: Any) -> Any:
    def opened(world: Any, family: Any, offer: Any) -> None:
        family.held &= ~(1 << offer)
        # The place itself is free at the end of this instant.
        leaving = carray(ints(world.leaving.pointer), (world.leaving.room,))
        leaving[world.leaving.size] = world.first_worker[LINES_OF_OFFERS[int(offer)]] + family.worker[offer]
        world.leaving.size += 1
        world.settling = True

    return opened


@overload(doors.wake)
def _wake(world: Any, family: Any) -> Any:
    def opened(world: Any, family: Any) -> None:
        if family.listens:
            wake_now(world, family)

    return opened


@overload(doors.families_in_service)
def _families_in_service(world: Any) -> Any:
    def opened(world: Any) -> int:
        staff = carray(workers(world.worker_pointer), (world.first_worker[len(world.first_worker) - 1],))
        held = 0
        for worker in range(world.first_worker[SOCIAL_WORKER], world.first_worker[SOCIAL_WORKER + 1]):
            held += staff[worker].held
        return held

    return opened
