"""The workers of one kind, the families whom each holds, and the one waiting list for all of them.

SimPy's own ``Resource`` cannot change its capacity and breaks ties by the order in which code happened to
run. A ``Caseload`` only ever changes at the end of an instant, in a declared order: workers, then those who
leave, then those who asked, then grants by (priority, waiting since, family, offer). A family goes to the
worker with most room, the first of equals.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from sim.foundations.ledger import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.model.plan import Row

Key = tuple[int, int, int, int]


class Caseload:
    """Workers with the families that each can hold and holds, and those who wait.

    Whoever waits has two attributes by offer: ``waiting`` (a bit each) and ``ticket`` (number of the latest
    request). A request that has been withdrawn, or asked anew, is passed over when its turn comes.
    """

    __slots__ = (
        "asking",
        "capacity",
        "held",
        "leaves",
        "leaving",
        "line",
        "person",
        "spare",
        "stability",
    )

    def __init__(self, workers: int, *, stability: int = -1, spare: int = 0) -> None:
        self.capacity = [0] * workers
        self.held = [0] * workers
        self.person = [0] * workers
        """By worker: number of the person in that post."""
        self.leaves = [NEVER] * workers
        """By worker: tick at which that person leaves."""
        self.leaving: list[int] = []
        self.asking: list[tuple[Key, int, Any]] = []
        self.line: list[tuple[Key, int, Any]] = []
        self.stability = stability
        """The offer that is only met from room beyond ``spare`` places; -1 for none."""
        self.spare = spare

    @property
    def in_use(self) -> int:
        """Families held."""
        return sum(self.held)

    @property
    def places(self) -> int:
        """Families that could be held."""
        return sum(self.capacity)

    def change(self, worker: int, capacity: int, person: int, leaves: int) -> None:
        """A post changes; whoever is held there stays, unless the person left and they leave themselves."""
        self.capacity[worker] = capacity
        self.person[worker] = person
        self.leaves[worker] = leaves

    def ask(self, key: Key, who: Any, ticket: int) -> None:
        """Join the waiting list at the end of this instant."""
        self.asking.append((key, ticket, who))

    def leave(self, worker: int) -> None:
        """Give a place back at the end of this instant."""
        self.leaving.append(worker)

    def settle(self) -> list[tuple[Any, int, int]]:
        """End the instant: free places, line up, and grant until places or waiters run out. Returns who was
        granted which offer, and the worker."""
        for worker in self.leaving:
            self.held[worker] -= 1
        self.leaving.clear()
        for request in self.asking:
            heappush(self.line, request)
        self.asking.clear()
        granted = []
        while self.line:
            (_, _, _, offer), ticket, who = self.line[0]
            if not who.waiting >> offer & 1 or who.ticket[offer] != ticket:
                heappop(self.line)
                continue
            worker = most_room(self.capacity, self.held)
            if worker < 0 or (offer == self.stability and room(self.capacity, self.held) <= self.spare):
                break
            heappop(self.line)
            self.held[worker] += 1
            granted.append((who, offer, worker))
        return granted


def most_room(capacity: Sequence[int], held: Sequence[int]) -> int:
    """The worker with most room, the first of equals; -1 if nobody has any."""
    best, most = -1, 0
    for worker, can_hold in enumerate(capacity):
        free = can_hold - held[worker]
        if free > most:
            best, most = worker, free
    return best


def room(capacity: Sequence[int], held: Sequence[int]) -> int:
    """Families that could be taken on now, worker by worker."""
    free = 0
    for worker, can_hold in enumerate(capacity):
        free += max(0, can_hold - held[worker])
    return free


def with_leaving(rows: Sequence[Row]) -> list[tuple[int, int, int, int]]:
    """Rows of a worker's post (from tick, families, person), each with the tick at which that person leaves;
    NEVER if they stay."""
    leaves = NEVER
    result: list[tuple[int, int, int, int]] = []
    for (tick, capacity, person), later in zip(reversed(rows), [None, *reversed(rows[1:])], strict=True):
        if later is not None and later[2] != person:
            leaves = later[0]
        result.append((tick, capacity, person, leaves))
    return result[::-1]
