"""The event loop of the compiled engine: the same instants in the same order, over arrays.

A pass at a tick: every family that is due, then what changes by the calendar, then the end of the instant.
Whoever is woken there acts at the same tick, in another pass.
"""

from __future__ import annotations

from typing import Any

from numba import carray, njit

from sim.engine import journeys
from sim.engine import world as doors
from sim.engine.compiled.doors import changes, earlier_request, flags, ints, requests, workers
from sim.engine.compiled.layout import AGENDA, KEYED_CHILD, KEYED_FAMILY, OF_OFFERS
from sim.engine.compiled.ranking import most_room, rank
from sim.engine.compiled.views import LINE, prefetch
from sim.engine.compiled.waking import (
    chains_of,
    enter_next,
    entries_of,
    fetch_neighbour,
    first_wake,
    wake_later,
)
from sim.engine.load import weigh_load
from sim.engine.panel import call_cases
from sim.engine.people import spend
from sim.foundations.compiled_code import cached
from sim.foundations.ledger import NEVER
from sim.model.terms import Line, Offer

DONE, FULL_LOG, FULL_NOTES, FULL_ASKING, FULL_LEAVING, FULL_WAITING = range(6)
"""Why the loop comes back: it is done, or a buffer must grow before it can go on."""
LINES = len(Line)
NOTE_SIZE, OFFER_SIZE = AGENDA.itemsize, 8 * len(OF_OFFERS)
"""Bytes of a note, and of what a family's record has of one offer."""
EDGE_WORKER, STABILITY = int(Line.EDGE_WORKER), int(Offer.PLACEMENT_STABILITY)
STRETCHES_AHEAD, STRETCHES_CLOSE = 8, 4
"""How far ahead families are fetched, and then what they point at, in stretches of the calendar, which hold
about a wake each."""
FAMILY_LINES = 9
KEYED_FAMILY_LINES, KEYED_CHILD_LINES = (-(-kind.itemsize // LINE) for kind in (KEYED_FAMILY, KEYED_CHILD))
"""Lines of a record that the beginning of a wake, or of a family's time, reads."""


@cached
@njit(nogil=True)
def advance(worlds: Any) -> int:
    """Run one world (an array of one record) until it is done, or a buffer is full."""
    world = worlds[0]
    while True:
        tick = next_tick(world)
        if tick >= world.horizon:
            return DONE
        world.now = tick
        if world.to_enter_at <= tick:
            enter_next(world)
        bring_near(world)
        row = due(world)
        while row >= 0:
            full = short_of_room(world)
            if full:
                return full
            bring_next_near(world, row)
            live(world, row)
            row = due(world)
        follow_calendar(world)
        if world.settling:
            full = short_of_room(world)
            if full:
                return full
            settle(world)


@njit
def next_tick(world: Any) -> int:
    """The next tick at which anything happens; this one, if it has not ended yet."""
    if world.settling:
        return world.now
    tick = first_wake(world)
    if world.next_change < world.change_count:
        tick = min(tick, carray(changes(world.change_pointer), (world.change_count,))[world.next_change].tick)
    if world.next_meeting < world.meeting_count:
        tick = min(tick, carray(ints(world.meeting_pointer), (world.meeting_count,))[world.next_meeting])
    if world.next_month < world.month_count - 1:
        tick = min(tick, world.months[world.next_month])
    return tick


@njit
def bring_near(world: Any) -> None:
    """Have memory fetch those who wake soon while others still act: most of a wake is waiting for it."""
    chains = chains_of(world)
    here = world.now >> world.calendar_shift
    until = min(here + STRETCHES_AHEAD, len(chains))
    while world.near < until:
        row = chains[world.near]
        world.near += 1
        if row >= 0:
            fetch(world, row)
    until = min(here + STRETCHES_CLOSE, len(chains))
    while world.nearer < until:
        row = chains[world.nearer]
        world.nearer += 1
        if row >= 0:
            fetch_work(world, row)


@njit
def bring_next_near(world: Any, row: int) -> None:
    """The same for whoever wakes after this family at this tick: of those for whom there is a place now, or
    whose load is weighed anew, nobody knew before."""
    entries = entries_of(world)
    row = entries[row].after
    if row >= 0 and entries[row].tick <= world.now:
        fetch(world, row)


@njit
def fetch(world: Any, row: int) -> None:
    """Have memory fetch what one family's wake begins with."""
    first = carray(ints(world.first_child_pointer), (world.family_count + 1,))
    family = world.family_pointer + 8 * row * world.family_words
    keyed = world.keyed_family_pointer + row * world.keyed_family_size
    for line in range(FAMILY_LINES):
        prefetch(family + LINE * line)
    if carray(flags(world.arrived_pointer), (world.family_count,))[row]:
        prefetch(keyed)
        children = world.child_pointer + 8 * first[row] * world.child_words
        for line in range(-(-8 * (first[row + 1] - first[row]) * world.child_words // LINE)):
            prefetch(children + LINE * line)
        return
    for line in range(KEYED_FAMILY_LINES):
        prefetch(keyed + LINE * line)
    for child in range(first[row], first[row + 1]):
        of_child = world.keyed_child_pointer + child * world.keyed_child_size
        for line in range(KEYED_CHILD_LINES):
            prefetch(of_child + LINE * line)


@njit
def fetch_work(world: Any, row: int) -> None:
    """Have memory fetch what a family's own record, which is here by now, points at: the services that work
    with it, or did, and the next of its known times."""
    if not carray(flags(world.arrived_pointer), (world.family_count,))[row]:
        return
    family = doors.family_at(world, row)
    if family.agenda >= 0:
        prefetch(world.notes.pointer + NOTE_SIZE * family.agenda)
    offers = family.held | family.after
    at = world.family_pointer + 8 * row * world.family_words + world.offers_offset
    while offers:
        if offers & 1:
            prefetch(at)
            prefetch(at + LINE)
        offers >>= 1
        at += OFFER_SIZE


@njit
def due(world: Any) -> int:
    """A family that wakes at this tick; -1 if none does any more."""
    row = chains_of(world)[world.now >> world.calendar_shift]
    return row if row >= 0 and entries_of(world)[row].tick <= world.now else -1


@njit
def short_of_room(world: Any) -> int:
    """Which buffer may not last for the next step; 0 for none."""
    if world.log.room - world.log.size < world.margin:
        return FULL_LOG
    if world.free_notes < world.margin:
        return FULL_NOTES
    if world.asking.room - world.asking.size < world.margin:
        return FULL_ASKING
    if world.leaving.room - world.leaving.size < world.margin:
        return FULL_LEAVING
    for line in range(LINES):
        waiting = world.waiting[line]
        if waiting.room - waiting.size < world.asking.size + world.margin:
            return FULL_WAITING + line
    return DONE


@njit
def live(world: Any, row: int) -> None:
    """One wake of one family, and when it next wakes."""
    arrived = carray(flags(world.arrived_pointer), (world.family_count,))
    family = doors.family_at(world, row)
    fetch_neighbour(world)
    if arrived[row]:
        family.listens = False
        spend(family, world.now)
        journeys.live_through(world, family)
    else:
        arrived[row] = 1
        make_new(world, family, row)
        journeys.arrive(world, family)
    wake = NEVER
    if journeys.goes_on(family):
        wake = journeys.next_wake(world, family)
        if wake >= world.horizon:
            wake = NEVER
    else:
        journeys.end(world, family)
    wake_later(world, family, wake)


@njit
def make_new(world: Any, family: Any, row: int) -> None:
    """Write a family and its children into their records, as they are before anything has happened to them:
    not before they come, so that no run lays out what it may not need."""
    first = carray(ints(world.first_child_pointer), (world.family_count + 1,))
    copy_words(world.new_family_pointer, world.family_pointer, row, world.family_words)
    family.row = row
    family.keyed_pointer = world.keyed_family_pointer + row * world.keyed_family_size
    family.id, family.factor = family.keyed.id, family.keyed.factor
    family.child_count = first[row + 1] - first[row]
    family.children_pointer = world.child_pointer + 8 * first[row] * world.child_words
    for index in range(family.child_count):
        copy_words(world.new_child_pointer, world.child_pointer, first[row] + index, world.child_words)
        child = family.children[index]
        child.keyed_pointer = world.keyed_child_pointer + (first[row] + index) * world.keyed_child_size
        child.id, child.born = child.keyed.id, child.keyed.born
        child.index = index
        child.clock += 2 * index
        child.settled += 2 * index


@njit
def copy_words(source: Any, into: Any, row: Any, words: Any) -> None:
    """Copy one record to a row of records of the same kind."""
    old, new = carray(ints(source), (words,)), carray(ints(into + 8 * row * words), (words,))
    for word in range(words):
        new[word] = old[word]


@njit
def follow_calendar(world: Any) -> None:
    """What changes at this tick whatever families do: posts, the panel's meetings, the weighing of load."""
    staff = carray(workers(world.worker_pointer), (world.first_worker[LINES],))
    plan = carray(changes(world.change_pointer), (world.change_count,))
    while world.next_change < world.change_count and plan[world.next_change].tick <= world.now:
        change = plan[world.next_change]
        world.next_change += 1
        world.settling = True
        if change.line < 0:
            world.spare = change.capacity
            continue
        worker = staff[world.first_worker[change.line] + change.worker]
        worker.capacity, worker.person, worker.leaves = change.capacity, change.person, change.leaves
        rank_anew(world, change.line, change.worker)
    meetings = carray(ints(world.meeting_pointer), (world.meeting_count,))
    while world.next_meeting < world.meeting_count and meetings[world.next_meeting] <= world.now:
        world.next_meeting += 1
        if world.panel_size:
            world.meets = world.settling = True
    while world.next_month < world.month_count - 1 and world.months[world.next_month] <= world.now:
        world.next_month += 1
        world.weighs = world.settling = True


@njit
def settle(world: Any) -> None:
    """End the instant, in the declared order."""
    world.settling = False
    if world.meets:
        world.meets = False
        call_cases(world)
    if world.weighs:
        world.weighs = False
        weigh_load(world)
        world.next_weighing = world.months[world.next_month]
    staff = carray(workers(world.worker_pointer), (world.first_worker[LINES],))
    leaving = carray(ints(world.leaving.pointer), (world.leaving.room,))
    for at in range(world.leaving.size):
        worker = staff[leaving[at]]
        worker.held -= 1
        rank_anew(world, worker.line, leaving[at] - world.first_worker[worker.line])
    world.leaving.size = 0
    asking = carray(requests(world.asking.pointer), (world.asking.room,))
    for at in range(world.asking.size):
        line_up(world, asking[at])
    world.asking.size = 0
    for line in range(LINES):
        grant(world, line, staff[world.first_worker[line] : world.first_worker[line + 1]])


@njit
def ranking_of(world: Any, line: int) -> Any:
    """The workers of one line by their room."""
    first = world.first_rank[line]
    return carray(ints(world.ranking_pointer + 8 * first), (world.first_rank[line + 1] - first,))


@njit
def rank_anew(world: Any, line: int, worker: int) -> None:
    """A worker has more room than before, or less."""
    staff = carray(workers(world.worker_pointer), (world.first_worker[LINES],))
    who = staff[world.first_worker[line] + worker]
    world.room[line] += rank(ranking_of(world, line), worker, who.capacity - who.held)


@njit
def grant(world: Any, line: int, staff: Any) -> None:
    """Grant places of one line until they, or those who wait, run out."""
    waiting = world.waiting[line]
    queue = carray(requests(waiting.pointer), (waiting.room,))
    while waiting.size:
        request = queue[0]
        family, offer = doors.family_at(world, request.row), request.offer
        if not family.waiting >> offer & 1 or family.ticket[offer] != request.ticket:
            leave_line(queue, waiting)
            continue
        worker = most_room(ranking_of(world, line))
        if worker < 0:
            return
        if line == EDGE_WORKER and offer == STABILITY and world.room[line] <= world.spare:
            return
        leave_line(queue, waiting)
        staff[worker].held += 1
        rank_anew(world, line, worker)
        family.worker[offer] = worker
        family.person[offer] = staff[worker].person
        family.leaves[offer] = staff[worker].leaves
        family.granted |= 1 << offer
        doors.wake(world, family)


# A waiting list: a heap of requests by (priority, waiting since, family, offer).


@njit
def line_up(world: Any, request: Any) -> None:
    """Put a request into its line."""
    waiting = world.waiting[request.line]
    queue = carray(requests(waiting.pointer), (waiting.room,))
    at = waiting.size
    waiting.size += 1
    while at > 0 and earlier_request(request, queue[(at - 1) >> 1]):
        queue[at] = queue[(at - 1) >> 1]
        at = (at - 1) >> 1
    queue[at] = request


@njit
def leave_line(queue: Any, waiting: Any) -> None:
    """Take the first request out of its line."""
    waiting.size -= 1
    last = queue[waiting.size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= waiting.size:
            break
        if below + 1 < waiting.size and earlier_request(queue[below + 1], queue[below]):
            below += 1
        if not earlier_request(queue[below], last):
            break
        queue[at] = queue[below]
        at = below
    queue[at] = last
