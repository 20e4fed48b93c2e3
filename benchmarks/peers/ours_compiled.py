"""caresim's compiled engine on this workload: its calendar, its records in memory, its way to end an instant.

The waiting lists are plainer than the model's (``waiting.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import carray, njit, types
from numba.np.numpy_support import from_dtype

from benchmarks.peers.ahead import prefetch
from benchmarks.peers.waiting import FIELDS as MEMBER
from benchmarks.peers.waiting import QUEUE, empty_queues, join, leave
from benchmarks.peers.workload import (
    ASKED,
    CARE,
    CLASSES,
    CLOSED,
    CLOSES,
    ENTERED,
    FINISHED,
    GAVE_UP,
    LEFT,
    MOST_VISITS,
    PLACES_SET,
    REFERRED,
    ROUTES,
    STARTED,
    TEAMS,
    WORK_DAYS,
    Work,
)
from sim.engine.compiled.calendar import FIELDS as ENTRY
from sim.engine.compiled.calendar import empty_chains, enter, first_from, shift_for, strike
from sim.engine.compiled.views import pointer_to

NAME = "caresim, compiled"

INT, SMALL, SMALLEST = np.dtype(np.int64), np.dtype(np.int32), np.dtype(np.int8)
FAMILY = np.dtype(
    [*ENTRY, *MEMBER, ("slot", SMALL), *((name, SMALLEST) for name in ("doing", "team", "queue", "visits"))],
    align=True,
)
"""One family, or in the last row the council itself, that wakes whenever places change."""
TEAM = np.dtype([(name, INT) for name in ("places", "held", "starts", "gave_up", "waited")])
NUMBERS = (
    "now",
    "horizon",
    "shift",
    "size",
    "room",
    "next_change",
    "change_count",
    "family_count",
    "touched",
    "small",
)
DRAWS = ("arrival", "urgency", "factor", "route", "patience", "stay")
POINTERS = (*DRAWS, "changes", "families", "teams", "queues", "chains", "log")
COUNCIL = np.dtype([(name, INT) for name in (*NUMBERS, *POINTERS)])
"""What there is once, and where everything else lies in memory. ``size`` is how much of the log is written;
``touched`` has a bit for each team with which anything happened at this tick."""
COMES, WAITS, WORKS, STAYS, CHANGES = range(5)
"""What a family, or the council, wakes from."""
WAKES_OF_A_FAMILY = 8
"""Rather more than there are: a stretch of the calendar that nobody wakes in costs little."""
RECORDS_OF_A_VISIT, RECORDS_OF_A_FAMILY = 4, 2
"""Most that can be written: a referral and a close; asked, gave up, entered, left."""
SOON = 32
"""How many referrals ahead a family's numbers are fetched, to lie in the cache when it comes."""
SMALLEST_THAT_IS_LARGE = 1 << 31
"""The log has numbers of 32 bits where all of them are below this: a fine clock's ticks are not."""
CHANCE_OF, LENGTH_OF = np.array(ROUTES), np.array(WORK_DAYS)


ints = pointer_to(types.int64)
families_at = pointer_to(from_dtype(FAMILY))
teams_at = pointer_to(from_dtype(TEAM))
queues_at = pointer_to(from_dtype(QUEUE))
small_ints = pointer_to(types.int32)


def run(work: Work):
    """One replication: records and statistics."""
    families, teams = np.zeros(work.families + 1, FAMILY), np.zeros(TEAMS, TEAM)
    shift = shift_for(work.horizon, WAKES_OF_A_FAMILY * len(families))
    changes = np.array(work.changes, dtype=np.int64).reshape(-1, 3)
    most = len(families) * (RECORDS_OF_A_FAMILY + MOST_VISITS * RECORDS_OF_A_VISIT) + len(changes)
    small = work.horizon <= SMALLEST_THAT_IS_LARGE
    log = np.empty((most, 4), dtype=SMALL if small else INT)
    # Kept under a name, because compiled code only has their addresses.
    memory = {name: np.ascontiguousarray(getattr(work, name), dtype=np.int64) for name in DRAWS}
    memory |= {"changes": changes, "families": families, "teams": teams, "log": log}
    memory |= {"queues": empty_queues(TEAMS * CLASSES), "chains": empty_chains(work.horizon, shift)}
    council = np.zeros(1, COUNCIL)
    for name, array in memory.items():
        council[name] = array.ctypes.data
    council["horizon"], council["shift"], council["room"] = work.horizon, shift, most
    council["small"] = small
    council["change_count"], council["family_count"] = len(changes), work.families
    advance(council)
    counted = {name: teams[name].tolist() for name in ("starts", "gave_up", "waited")}
    return log[: council[0]["size"]], {**counted, "entries": [sum(counted["gave_up"])]}


@njit(nogil=True)
def advance(councils: Any) -> None:
    """Run the council (an array of one record) to its horizon, instant by instant."""
    council = councils[0]
    prepare(council)
    families, chains = families_of(council), chains_of(council)
    while True:
        row = first_from(chains, council.shift, council.now)
        if row < 0:
            return
        council.now = families[row].tick
        while row >= 0 and families[row].tick == council.now:
            strike(chains, council.shift, families, row)
            live(council, row)
            row = chains[council.now >> council.shift]
        settle(council)


@njit(forceinline=True)
def families_of(council: Any) -> Any:
    """The families, and the council itself."""
    return carray(families_at(council.families), (council.family_count + 1,))


@njit(forceinline=True)
def chains_of(council: Any) -> Any:
    """The stretches of the calendar."""
    return carray(small_ints(council.chains), ((council.horizon >> council.shift) + 1,))


@njit(forceinline=True)
def queues_of(council: Any) -> Any:
    """The waiting lists: three by team."""
    return carray(queues_at(council.queues), (TEAMS * CLASSES,))


@njit(forceinline=True)
def teams_of(council: Any) -> Any:
    """The teams."""
    return carray(teams_at(council.teams), (TEAMS,))


@njit(forceinline=True)
def changes_of(council: Any) -> Any:
    """Changes of places."""
    return carray(ints(council.changes), (council.change_count, 3))


@njit(forceinline=True)
def by_visit(council: Any, address: int) -> Any:
    """Numbers drawn by visit."""
    return carray(ints(address), (council.family_count * MOST_VISITS,))


@njit(forceinline=True)
def by_family(council: Any, address: int) -> Any:
    """Numbers drawn by family."""
    return carray(ints(address), (council.family_count,))


@njit
def prepare(council: Any) -> None:
    """Put the referrals and the first change of places on the calendar."""
    arrival, changes = by_family(council, council.arrival), changes_of(council)
    for row in range(council.family_count - 1, -1, -1):
        wake_at(council, row, arrival[row])
    families_of(council)[council.family_count].doing = CHANGES
    if len(changes):
        wake_at(council, council.family_count, changes[0, 0])


@njit(forceinline=True)
def wake_at(council: Any, row: int, tick: int) -> None:
    """Have a row wake, unless all is over before."""
    families = families_of(council)
    families[row].tick = tick
    if tick < council.horizon:
        enter(chains_of(council), council.shift, families, row, tick)


@njit(forceinline=True)
def write(council: Any, family: int, event: int, what: int) -> None:
    """Write one record of the log."""
    if council.small:
        record = carray(small_ints(council.log), (council.room, 4))[council.size]
        record[0], record[1], record[2], record[3] = council.now, family, event, what
    else:
        large = carray(ints(council.log), (council.room, 4))[council.size]
        large[0], large[1], large[2], large[3] = council.now, family, event, what
    council.size += 1


@njit(forceinline=True)
def live(council: Any, row: int) -> None:
    """One wake. What is shared settles at the end of the instant."""
    family = families_of(council)[row]
    doing = family.doing
    if doing == WORKS:
        teams_of(council)[family.team].held -= 1
        council.touched |= 1 << family.team
        write(council, row, FINISHED, family.team)
        go_on(council, row, family.team)
    elif doing == COMES:
        fetch_ahead(council, row + SOON)
        write(council, row, REFERRED, by_family(council, council.urgency)[row])
        ask(council, row, 0)
    elif doing == WAITS:
        give_up(council, row)
    elif doing == STAYS:
        write(council, row, LEFT, family.visits)
        go_on(council, row, CARE)
    else:
        change_places(council, row)


@njit(forceinline=True)
def fetch_ahead(council: Any, family: int) -> None:
    """Have the numbers of a family that is soon referred brought near."""
    for address in (council.factor, council.route, council.patience):
        for visit in (0, 8):
            prefetch(by_visit(council, address), family * MOST_VISITS + visit)


@njit(forceinline=True)
def go_on(council: Any, row: int, origin: int) -> None:
    """What follows a visit, or the care stay that ended it."""
    family, team = families_of(council)[row], CLOSED
    if family.visits < MOST_VISITS:
        team, drawn = 0, by_visit(council, council.route)[family.slot]
        for candidate in range(TEAMS):
            team += drawn >= CHANCE_OF[origin, candidate]
    if team < TEAMS:
        ask(council, row, team)
    else:
        write(council, row, CLOSES, family.visits)


@njit
def ask(council: Any, row: int, team: int) -> None:
    """Ask for a place; the answer comes at the end of this instant or of a later one."""
    families = families_of(council)
    family = families[row]
    family.doing, family.team = WAITS, team
    family.queue = team * CLASSES + by_family(council, council.urgency)[row]
    family.slot = row * MOST_VISITS + family.visits
    family.visits += 1
    write(council, row, ASKED, team)
    join(queues_of(council)[family.queue], families, row, council.now)
    council.touched |= 1 << team
    wake_at(council, row, council.now + by_visit(council, council.patience)[family.slot])


@njit
def give_up(council: Any, row: int) -> None:
    """A family has waited for too long and enters care."""
    families = families_of(council)
    family = families[row]
    leave(queues_of(council)[family.queue], families, row)
    teams_of(council)[family.team].gave_up += 1
    write(council, row, GAVE_UP, family.team)
    write(council, row, ENTERED, family.visits)
    family.doing = STAYS
    wake_at(council, row, council.now + by_visit(council, council.stay)[family.slot])


@njit
def change_places(council: Any, row: int) -> None:
    """The new numbers of places of this tick; nobody is put out."""
    changes = changes_of(council)
    while council.next_change < len(changes) and changes[council.next_change, 0] <= council.now:
        _, team, places = changes[council.next_change]
        council.next_change += 1
        teams_of(council)[team].places = places
        council.touched |= 1 << team
        write(council, -1 - team, PLACES_SET, places)
    if council.next_change < len(changes):
        wake_at(council, row, changes[council.next_change, 0])


@njit(forceinline=True)
def settle(council: Any) -> None:
    """End the instant: grant places, team by team, until they or those who wait run out."""
    families, teams, queues = families_of(council), teams_of(council), queues_of(council)
    for number in range(TEAMS):
        if not council.touched >> number & 1:
            continue
        team, at = teams[number], number * CLASSES
        while at < (number + 1) * CLASSES and team.held < team.places:
            row = queues[at].first
            if row < 0:
                at += 1
                continue
            leave(queues[at], families, row)
            start(council, row, team, number)
    council.touched = 0


@njit(forceinline=True)
def start(council: Any, row: int, team: Any, number: int) -> None:
    """A family is granted a place and the work begins."""
    families = families_of(council)
    family = families[row]
    if family.tick < council.horizon:
        strike(chains_of(council), council.shift, families, row)
    family.doing = WORKS
    team.held += 1
    team.starts += 1
    team.waited += council.now - family.since
    write(council, row, STARTED, number)
    length = by_visit(council, council.factor)[family.slot] * LENGTH_OF[number]
    wake_at(council, row, council.now + length)
