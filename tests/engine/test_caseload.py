"""A team's places and waiting list: who is next, and how long a line grows."""

from collections.abc import Generator
from math import factorial, sqrt

import numpy as np
import pytest
import simpy

from sim.engine.caseload import Caseload, room, with_leaving
from sim.foundations.ledger import NEVER

OFFERS = 8


class Waiter:
    """Somebody who waits as a family does: a bit by offer, and the number of each latest request."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting = 0
        self.ticket = [0] * OFFERS
        self.worker = -1

    def stop_waiting(self, offer: int = 0) -> None:
        self.waiting &= ~(1 << offer)


def ask(
    caseload: Caseload, who: str | Waiter, priority: int = 1, since: int = 0, family: int = 0, offer: int = 0
) -> Waiter:
    waiter = Waiter(who) if isinstance(who, str) else who
    waiter.waiting |= 1 << offer
    waiter.ticket[offer] += 1
    caseload.ask((priority, since, family, offer), waiter, waiter.ticket[offer])
    return waiter


def of(*families: int, **more: int) -> Caseload:
    """A line of workers, the first person in each post, who hold so many families."""
    caseload = Caseload(len(families), **more)
    for worker, number in enumerate(families):
        caseload.change(worker, number, 1, NEVER)
    return caseload


def granted(caseload: Caseload) -> list[str]:
    names = []
    for who, offer, worker in caseload.settle():
        who.worker = worker
        who.stop_waiting(offer)
        names.append(who.name)
    return names


def test_grants_go_by_priority_then_waiting_then_family() -> None:
    caseload = of(0)
    ask(caseload, "later family", 1, 5, 9)
    ask(caseload, "earlier family", 1, 5, 3)
    ask(caseload, "waits longer", 1, 2, 99)
    ask(caseload, "first by risk", 0, 8, 50)
    ask(caseload, "last by risk", 2, 0, 1)
    assert granted(caseload) == []
    caseload.change(0, 5, 1, NEVER)
    order = ["first by risk", "waits longer", "earlier family", "later family", "last by risk"]
    assert granted(caseload) == order


def test_nothing_happens_before_the_end_of_the_instant() -> None:
    caseload = of(1)
    first = ask(caseload, "first")
    assert (caseload.in_use, caseload.line) == (0, [])
    assert granted(caseload) == ["first"]
    assert first.worker == 0
    ask(caseload, "second", 1, 1)
    caseload.leave(first.worker)
    assert caseload.in_use == 1
    assert granted(caseload) == ["second"]
    assert caseload.in_use == 1


def test_who_stops_waiting_is_passed_over() -> None:
    caseload = of(0)
    gone = ask(caseload, "gone", 0)
    unasked = ask(caseload, "gone in the same instant", 0, 1)
    unasked.stop_waiting()
    granted(caseload)
    gone.stop_waiting()
    ask(caseload, "stays", 1, 2)
    caseload.change(0, 1, 1, NEVER)
    assert granted(caseload) == ["stays"]
    assert caseload.in_use == 1


def test_who_asks_anew_waits_from_then_and_gets_one_place() -> None:
    """The request that was withdrawn is still in line, and is not met for the sake of the later one."""
    caseload = of(0)
    again = ask(caseload, "asks anew", 1, 0, 1)
    granted(caseload)
    again.stop_waiting()
    ask(caseload, again, 1, 9, 1)
    ask(caseload, "waits longer", 1, 5, 2)
    caseload.change(0, 1, 1, NEVER)
    assert granted(caseload) == ["waits longer"]
    caseload.change(0, 9, 1, NEVER)
    assert granted(caseload) == ["asks anew"]
    assert caseload.in_use == 2


def test_requests_for_two_offers_of_one_line_are_told_apart() -> None:
    caseload = of(0)
    both = ask(caseload, "both", offer=3)
    ask(caseload, both, offer=5)
    granted(caseload)
    both.stop_waiting(3)
    caseload.change(0, 9, 1, NEVER)
    assert [(who.name, offer) for who, offer, _ in caseload.settle()] == [("both", 5)]


def test_nobody_is_put_out_when_places_shrink() -> None:
    caseload = of(3)
    held = [ask(caseload, name, 1, 0, n) for n, name in enumerate("abc")]
    granted(caseload)
    caseload.change(0, 1, 1, NEVER)
    ask(caseload, "d", 0, 1)
    assert granted(caseload) == []
    assert caseload.in_use == 3
    caseload.leave(held[0].worker)
    assert granted(caseload) == []
    caseload.leave(held[1].worker)
    assert granted(caseload) == []
    caseload.leave(held[2].worker)
    assert granted(caseload) == ["d"]


def test_a_family_goes_to_the_worker_with_most_room_and_the_first_of_equals() -> None:
    caseload = of(2, 4, 3)
    held = [ask(caseload, name, 1, 0, n) for n, name in enumerate("abcdefghi")]
    granted(caseload)
    # Room 2, 4, 3: the second; then 2, 3, 3: the second; 2, 2, 3: the third; then in turn.
    assert [waiter.worker for waiter in held] == [1, 1, 2, 0, 1, 2, 0, 1, 2]
    assert caseload.in_use == caseload.places == 9


def test_room_beside_a_worker_who_holds_too_many_is_still_room() -> None:
    """An absent worker's families are covered; the colleague's free places are neither lost nor doubled."""
    caseload = of(2, 1)
    held = [ask(caseload, name, 1, 0, n) for n, name in enumerate("abc")]
    granted(caseload)
    caseload.change(0, 0, 1, NEVER)
    late = [ask(caseload, name, 1, 1, n) for n, name in enumerate("de")]
    assert granted(caseload) == []
    assert [waiter.worker for waiter in held] == [0, 0, 1]
    caseload.leave(held[2].worker)
    assert granted(caseload) == ["d"]
    assert [waiter.worker for waiter in late] == [1, -1]
    assert (caseload.in_use, caseload.places) == (3, 1)
    assert room(caseload.capacity, caseload.held) == 0


def test_when_a_person_leaves_is_known_and_an_absence_is_not_leaving() -> None:
    post = ((0, 2, 1), (50, 0, 1), (80, 2, 1), (100, 0, 0), (130, 1, 2))
    rows = with_leaving(post)
    assert [row[:3] for row in rows] == list(post)
    assert [row[3] for row in rows] == [100, 100, 100, 130, NEVER]
    caseload = of(0)
    caseload.change(0, *rows[0][1:])
    assert (caseload.person[0], caseload.leaves[0]) == (1, 100)
    caseload.change(0, *rows[4][1:])
    assert (caseload.person[0], caseload.leaves[0]) == (2, NEVER)


def test_spare_capacity_is_what_is_left_beyond_the_places_kept_free() -> None:
    caseload = of(3, stability=7, spare=2)
    for family in (1, 2):
        ask(caseload, "a placement", 9, 0, family, offer=7)
    assert granted(caseload) == ["a placement"]
    ask(caseload, "a family in crisis", 2, 5, 3)
    assert granted(caseload) == ["a family in crisis"]


class Desk:
    """A queue run by SimPy: exponential arrivals and services on whole ticks, one ``Caseload``."""

    def __init__(self, servers: int, arrivals: np.ndarray, services: np.ndarray) -> None:
        self.env = simpy.Environment()
        self.caseload = of(servers)
        self.bells = [self.env.event() for _ in arrivals]
        self.waits = np.zeros(len(arrivals))
        self.queue_area = self.use_area = 0
        self.last, self.waiting = 0, 0
        self.settling = False
        for who, (arrives, lasts) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
            self.env.process(self.customer(who, arrives, lasts))
        self.env.run()

    def settle_later(self) -> None:
        if not self.settling:
            self.settling = True
            end = self.env.event()
            end.callbacks.append(self.settle)
            end._ok, end._value = True, None
            self.env.schedule(end, priority=2)

    def settle(self, _: simpy.Event) -> None:
        self.settling = False
        lapse = int(self.env.now) - self.last
        self.queue_area += lapse * self.waiting
        self.use_area += lapse * self.caseload.in_use
        self.last = int(self.env.now)
        for name in granted(self.caseload):
            self.bells[int(name)].succeed()
        self.waiting = len(self.caseload.line)

    def customer(self, who: int, arrives: int, lasts: int) -> Generator[simpy.Event, None, None]:
        yield self.env.timeout(arrives)
        waiter = ask(self.caseload, str(who), 1, arrives, who)
        self.settle_later()
        yield self.bells[who]
        self.waits[who] = self.env.now - arrives
        yield self.env.timeout(lasts)
        self.caseload.leave(waiter.worker)
        self.settle_later()


def erlang_c_wait(servers: int, load: float, service: float) -> float:
    """Mean wait in M/M/c (Erlang 1917): C(c, a) x service / (c - a), with a = arrivals x service."""
    last = load**servers / factorial(servers) * servers / (servers - load)
    waits = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    return waits * service / (servers - load)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (3, 2.1), (6, 4.2)])
def test_mean_wait_is_erlangs(servers: int, load: float) -> None:
    service, n, batches = 10_000.0, 20_000, 20
    rng = np.random.default_rng(servers)
    arrivals = np.cumsum(np.rint(rng.exponential(service / load, n)).astype(np.int64))
    lengths = np.maximum(1, np.rint(rng.exponential(service, n))).astype(np.int64)
    desk = Desk(servers, arrivals, lengths)
    # Waits of neighbours are alike: the error is that of the means of long batches.
    means = desk.waits.reshape(batches, -1).mean(axis=1)
    error = means.std(ddof=1) / sqrt(batches)
    expected = erlang_c_wait(servers, load, service)
    assert error < 0.15 * expected
    assert abs(means.mean() - expected) < 4 * error
    # Little's law, to the tick: time spent in line is the area under the line, and so for places in use.
    assert desk.queue_area == desk.waits.sum()
    assert desk.use_area == lengths.sum()
    assert desk.caseload.in_use == 0
