"""SimPy as its users write it: a process a family, a priority resource a team, request or timeout."""

from __future__ import annotations

from collections.abc import Iterator

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

NAME = "SimPy, idiomatic"


class Team(simpy.PriorityResource):
    """A priority resource whose places may change.

    SimPy fixes the capacity of a resource, but only compares it with the number of users whenever it looks
    at the queue. So to set it and look again is enough: a fall puts nobody out, and a rise grants until
    places or waiters run out (one look grants one place).
    """

    def set_places(self, places: int) -> None:
        """Have so many places from now on."""
        self._capacity = places
        while self.put_queue and self.count < self.capacity:
            self._trigger_put(None)


class Council:
    """The teams, the families, and the log of what happens to them."""

    def __init__(self, work: Work) -> None:
        self.env = simpy.Environment()
        self.work = work
        self.draws = work.lists
        self.teams = [Team(self.env, capacity=1) for _ in range(TEAMS)]
        self.records: list[tuple[int, int, int, int]] = []
        self.starts, self.gave_up, self.waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS
        self.entries = 0
        for tick, team, places in work.changes:
            if tick == 0:
                self.set_places(team, places)
        self.env.process(self.quarters())
        self.env.process(self.referrals())

    def log(self, family: int, event: int, what: int) -> None:
        """Write down what happens now."""
        self.records.append((self.env.now, family, event, what))

    def set_places(self, team: int, places: int) -> None:
        """A team has so many places from now on."""
        self.log(-1 - team, PLACES_SET, places)
        self.teams[team].set_places(places)

    def quarters(self) -> Iterator[simpy.Event]:
        """Places change at every quarter."""
        for tick, team, places in self.work.changes:
            if tick > 0:
                if tick > self.env.now:
                    yield self.env.timeout(tick - self.env.now)
                self.set_places(team, places)

    def referrals(self) -> Iterator[simpy.Event]:
        """Families are referred one after another."""
        for family, tick in enumerate(self.draws["arrival"]):
            yield self.env.timeout(tick - self.env.now)
            self.env.process(self.life(family))

    def life(self, family: int) -> Iterator[simpy.Event]:
        """A family from referral to close."""
        env, draws = self.env, self.draws
        urgency = draws["urgency"][family]
        self.log(family, REFERRED, urgency)
        place, visits = 0, 0
        while place != CLOSED:
            slot = family * MOST_VISITS + visits
            visits += 1
            asked = env.now
            self.log(family, ASKED, place)
            with self.teams[place].request(priority=urgency) as request:
                outcome = yield request | env.timeout(draws["patience"][slot])
                if request in outcome:
                    self.log(family, STARTED, place)
                    self.starts[place] += 1
                    self.waited[place] += env.now - asked
                    yield env.timeout(draws["factor"][slot] * WORK_DAYS[place])
                    self.log(family, FINISHED, place)
            if request not in outcome:
                self.log(family, GAVE_UP, place)
                self.gave_up[place] += 1
                self.log(family, ENTERED, visits)
                self.entries += 1
                yield env.timeout(draws["stay"][slot])
                self.log(family, LEFT, visits)
                place = CARE
            place = onward(place, draws["route"][slot]) if visits < MOST_VISITS else CLOSED
        self.log(family, CLOSES, visits)


def run(work: Work):
    """One replication: records and statistics."""
    council = Council(work)
    council.env.run(until=work.horizon)
    return council.records, {
        "starts": council.starts,
        "gave_up": council.gave_up,
        "waited": council.waited,
        "entries": [council.entries],
    }
