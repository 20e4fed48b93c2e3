"""A team's places and its waiting list.

SimPy's own ``Resource`` cannot change its capacity and breaks ties by the order in which code happened to
run. A ``Caseload`` only ever changes at the end of an instant, in a declared order: places, then those who
leave, then those who asked, then grants by (priority, waiting since, family).
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Generic, TypeVar

Who = TypeVar("Who")


class Request(Generic[Who]):
    """One wish for a place: waiting, then held, unless withdrawn."""

    __slots__ = ("held", "key", "since", "who", "withdrawn")

    def __init__(self, who: Who, priority: int, since: int, family: int, offer: int) -> None:
        self.who = who
        self.since = since
        self.key = (priority, since, family, offer)
        self.held = False
        self.withdrawn = False


class Caseload(Generic[Who]):
    """Places that a team can hold at once, those who hold them and those who wait."""

    __slots__ = ("asking", "in_use", "leaving", "line", "places")

    def __init__(self, places: int = 0) -> None:
        self.places = places
        self.in_use = 0
        self.leaving = 0
        self.asking: list[Request[Who]] = []
        self.line: list[tuple[tuple[int, int, int, int], Request[Who]]] = []

    def ask(self, request: Request[Who]) -> None:
        """Join the waiting list at the end of this instant."""
        self.asking.append(request)

    def leave(self, request: Request[Who]) -> None:
        """Give a place back, or stop waiting, at the end of this instant."""
        if request.held:
            self.leaving += 1
            request.held = False
        request.withdrawn = True

    def settle(self) -> list[Request[Who]]:
        """End the instant: free places, line up, and grant until places or waiters run out."""
        self.in_use -= self.leaving
        self.leaving = 0
        for request in self.asking:
            heappush(self.line, (request.key, request))
        self.asking.clear()
        granted = []
        while self.in_use < self.places and self.line:
            request = heappop(self.line)[1]
            if request.withdrawn:
                continue
            request.held = True
            self.in_use += 1
            granted.append(request)
        return granted
