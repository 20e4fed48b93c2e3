"""caresim's reference engine on this workload: SimPy runs families, ``Caseload`` has places and waiting list.

As in the engine, families touch only themselves within an instant; what is shared settles once, after all of
them. Each has one bell, which rings when patience or work is over. What need not go through the calendar does
not: a place that is free at once costs no timer, and a start no event of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import simpy

from benchmarks.peers.workload import (
    ASKED,
    CARE,
    CLOSED,
    CLOSES,
    ENTERED,
    FINISHED,
    GAVE_UP,
    LEFT,
    MOST_VISITS,
    PLACES_SET,
    REFERRED,
    STARTED,
    TEAMS,
    WORK_DAYS,
    Work,
    onward,
)
from sim.engine.caseload import Caseload
from sim.engine.simpy_engine import AFTER_FAMILIES, collector_paused
from sim.foundations.ledger import NEVER

NAME = "caresim, SimPy"

PLACE, WORKER = 0, 0
"""The one thing that one can ask a team for, and the one that has all of its places."""


class Family:
    """Who waits for a team or is with it."""

    __slots__ = ("asked", "bell", "number", "slot", "team", "ticket", "waiting")

    def __init__(self, number: int) -> None:
        self.number = number
        self.waiting = 0
        self.ticket = [0]
        """Both as ``Caseload`` reads them."""
        self.slot = 0
        self.team = 0
        self.asked = 0
        self.bell: simpy.Event


class Council:
    """The teams, the families, and the log of what happens to them."""

    def __init__(self, work: Work) -> None:
        self.env = simpy.Environment()
        self.work = work
        self.draws = work.lists
        self.teams = [Caseload(1) for _ in range(TEAMS)]
        self.asking: list[Family] = []
        """Who asks at this instant."""
        self.touched: set[int] = set()
        """Teams of which somebody asks, or which somebody leaves, at this instant."""
        self.records: list[tuple[int, int, int, int]] = []
        self.starts, self.gave_up, self.waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS
        self.env.process(self.quarters())
        self.env.process(self.referrals())

    def log(self, family: int, event: int, what: int) -> None:
        """Write down what happens now."""
        self.records.append((self.env._now, family, event, what))

    def quarters(self) -> Iterator[simpy.Event]:
        """Places change at every quarter."""
        for tick, team, places in self.work.changes:
            if tick > self.env._now:
                yield self.env.timeout(tick - self.env._now)
            self.log(-1 - team, PLACES_SET, places)
            self.teams[team].change(WORKER, places, 0, NEVER)
            self.settle_later(team)

    def referrals(self) -> Iterator[simpy.Event]:
        """Families are referred one after another."""
        for number, tick in enumerate(self.draws["arrival"]):
            yield self.env.timeout(tick - self.env._now)
            self.env.process(self.live(Family(number)))

    def live(self, family: Family) -> Iterator[simpy.Event]:
        """A family from referral to close."""
        number = family.number
        self.log(number, REFERRED, self.draws["urgency"][number])
        place, visits = 0, 0
        while place != CLOSED:
            family.slot = number * MOST_VISITS + visits
            visits += 1
            yield self.ask(family, place)
            if family.waiting:
                family.waiting = 0
                self.gave_up[place] += 1
                self.log(number, GAVE_UP, place)
                self.log(number, ENTERED, visits)
                yield self.env.timeout(self.draws["stay"][family.slot])
                self.log(number, LEFT, visits)
                place = CARE
            else:
                self.teams[place].leave(WORKER)
                self.settle_later(place)
                self.log(number, FINISHED, place)
            place = onward(place, self.draws["route"][family.slot]) if visits < MOST_VISITS else CLOSED
        self.log(number, CLOSES, visits)

    def ask(self, family: Family, team: int) -> simpy.Event:
        """Ask for a place; the bell rings when patience is over, or the work."""
        family.bell = self.env.event()
        family.waiting, family.team, family.asked = 1, team, self.env._now
        family.ticket[PLACE] += 1
        urgency = self.draws["urgency"][family.number]
        key = (urgency, family.asked, family.number, PLACE)
        self.teams[team].ask(key, family, family.ticket[PLACE])
        self.asking.append(family)
        self.log(family.number, ASKED, team)
        self.settle_later(team)
        return family.bell

    def settle_later(self, team: int) -> None:
        """Have the end of this instant settle what is shared, once."""
        if not self.touched:
            end = self.env.event()
            end.callbacks.append(self.settle)
            ring(self.env, end, priority=AFTER_FAMILIES)
        self.touched.add(team)

    def settle(self, _: simpy.Event) -> None:
        """End the instant: work begins where there are places, and patience for those who go on waiting."""
        for team in self.touched:
            for family, _, _ in self.teams[team].settle():
                self.start(family, team)
        self.touched.clear()
        for family in self.asking:
            if family.waiting:
                timer = self.env.timeout(self.draws["patience"][family.slot])
                timer.callbacks.append(partial(self.lose_patience, family, family.slot))
        self.asking.clear()

    def start(self, family: Family, team: int) -> None:
        """The work begins, and the bell rings when it ends."""
        family.waiting = 0
        self.starts[team] += 1
        self.waited[team] += self.env._now - family.asked
        self.log(family.number, STARTED, team)
        ring(self.env, family.bell, delay=self.draws["factor"][family.slot] * WORK_DAYS[team])

    def lose_patience(self, family: Family, slot: int, _: simpy.Event) -> None:
        """Ring the bell of a family that waits since that visit."""
        if family.waiting and family.slot == slot:
            family.bell.succeed()


def ring(env: simpy.Environment, bell: simpy.Event, *, delay: int = 0, priority: int = 1) -> None:
    """Have a bell ring, after a while or after others of this instant."""
    bell._ok, bell._value = True, None
    env.schedule(bell, priority, delay)


def run(work: Work):
    """One replication: records and statistics."""
    council = Council(work)
    with collector_paused():
        council.env.run(until=work.horizon)
    return council.records, {
        "starts": council.starts,
        "gave_up": council.gave_up,
        "waited": council.waited,
        "entries": [sum(council.gave_up)],
    }
