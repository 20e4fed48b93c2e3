"""The workers of one kind, the families whom each holds, and the one waiting list for all of them.

SimPy's own ``Resource`` cannot change its capacity and breaks ties by the order in which code happened to
run. A ``Caseload`` only ever changes at the end of an instant, in a declared order: workers, then those who
leave, then those who asked, then grants by (priority, waiting since, family, offer). A family goes to the
worker with most room, the first of equals.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Generic, TypeVar

from sim.foundations.ledger import NEVER

Who = TypeVar("Who")


class Request(Generic[Who]):
    """One wish for a place: waiting, then held by a worker, unless withdrawn."""

    __slots__ = ("key", "offer", "person", "since", "who", "withdrawn", "worker")

    def __init__(self, who: Who, priority: int, since: int, family: int, offer: int) -> None:
        self.who = who
        self.since = since
        self.offer = offer
        self.key = (priority, since, family, offer)
        self.worker = -1
        """Position of the worker who holds the family; -1 for nobody."""
        self.person = 0
        """Number of the person in that post."""
        self.withdrawn = False


class Caseload(Generic[Who]):
    """Workers with the families that each can hold and holds, and those who wait."""

    __slots__ = ("asking", "capacity", "held", "leaving", "line", "person", "spare", "stability", "workers")

    def __init__(
        self, workers: tuple[tuple[tuple[int, ...], ...], ...] = (), *, stability: int = -1, spare: int = 0
    ) -> None:
        self.workers = workers
        """By worker: rows (from tick, families, person)."""
        self.capacity = [0] * len(workers)
        self.person = [0] * len(workers)
        self.held = [0] * len(workers)
        self.leaving: list[int] = []
        self.asking: list[Request[Who]] = []
        self.line: list[tuple[tuple[int, int, int, int], Request[Who]]] = []
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

    def change(self, worker: int, capacity: int, person: int) -> None:
        """A post changes; whoever is held there stays, unless the person left and they leave themselves."""
        self.capacity[worker] = capacity
        self.person[worker] = person

    def leaves_at(self, worker: int, now: int) -> int:
        """The tick at which the person now in a post leaves it; NEVER if they stay."""
        person = self.person[worker]
        for tick, _, later in self.workers[worker]:
            if tick > now and later != person:
                return tick
        return NEVER

    def ask(self, request: Request[Who]) -> None:
        """Join the waiting list at the end of this instant."""
        self.asking.append(request)

    def leave(self, request: Request[Who]) -> None:
        """Give a place back, or stop waiting, at the end of this instant."""
        if request.worker >= 0:
            self.leaving.append(request.worker)
            request.worker = -1
        request.withdrawn = True

    def settle(self) -> list[Request[Who]]:
        """End the instant: free places, line up, and grant until places or waiters run out."""
        for worker in self.leaving:
            self.held[worker] -= 1
        self.leaving.clear()
        for request in self.asking:
            heappush(self.line, (request.key, request))
        self.asking.clear()
        granted: list[Request[Who]] = []
        while self.line:
            request = self.line[0][1]
            if request.withdrawn:
                heappop(self.line)
                continue
            worker = self.most_room()
            if worker < 0 or (request.offer == self.stability and self.free() <= self.spare):
                break
            heappop(self.line)
            request.worker, request.person = worker, self.person[worker]
            self.held[worker] += 1
            granted.append(request)
        return granted

    def most_room(self) -> int:
        """The worker with most room, the first of equals; -1 if nobody has any."""
        best, room = -1, 0
        for worker, capacity in enumerate(self.capacity):
            free = capacity - self.held[worker]
            if free > room:
                best, room = worker, free
        return best

    def free(self) -> int:
        """Families that could be taken on now, worker by worker."""
        return sum(
            capacity - held
            for capacity, held in zip(self.capacity, self.held, strict=True)
            if capacity > held
        )
