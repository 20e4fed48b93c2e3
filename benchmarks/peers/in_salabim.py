"""salabim as its users write it: a component a family, a resource a team, requests that may fail."""

from __future__ import annotations

from collections.abc import Iterator

import salabim as sim

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

NAME = "salabim"


class Council:
    """What the components share: the draws, the teams, the log."""

    def __init__(self, work: Work, env: sim.Environment) -> None:
        self.env = env
        self.work = work
        self.draws = work.lists
        # Their monitors are off: the log says what they would, and they would only cost time and memory.
        self.teams = [sim.Resource(f"team {team}", capacity=0, monitor=False) for team in range(TEAMS)]
        self.records: list[tuple[int, int, int, int]] = []
        self.starts, self.gave_up, self.waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS
        self.entries = 0

    def log(self, family: int, event: int, what: int) -> None:
        """Write down what happens now."""
        self.records.append((int(self.env.now()), family, event, what))


class Quarters(sim.Component):
    """Sets the places of the teams at every quarter."""

    def setup(self, council: Council) -> None:
        """Know what all share."""
        self.council = council

    def process(self) -> Iterator[None]:
        """Places change; more may be claimed from a resource than it holds, so a fall puts nobody out."""
        council = self.council
        for tick, team, places in council.work.changes:
            if tick > self.env.now():
                yield self.hold(till=tick)
            council.log(-1 - team, PLACES_SET, places)
            council.teams[team].set_capacity(places)


class Referrals(sim.Component):
    """Refers families one after another."""

    def setup(self, council: Council) -> None:
        """Know what all share."""
        self.council = council

    def process(self) -> Iterator[None]:
        """Families come at their times."""
        for family, tick in enumerate(self.council.draws["arrival"]):
            yield self.hold(till=tick)
            Family(council=self.council, family=family)


class Family(sim.Component):
    """A family from referral to close."""

    def setup(self, council: Council, family: int) -> None:
        """Know what all share, and who it is."""
        self.council = council
        self.family = family

    def process(self) -> Iterator[None]:
        """A family's life."""
        council, draws, family = self.council, self.council.draws, self.family
        urgency = draws["urgency"][family]
        council.log(family, REFERRED, urgency)
        place, visits = 0, 0
        while place != CLOSED:
            slot = family * MOST_VISITS + visits
            visits += 1
            asked = int(self.env.now())
            council.log(family, ASKED, place)
            yield self.request((council.teams[place], 1, urgency), fail_delay=draws["patience"][slot])
            if self.failed():
                council.log(family, GAVE_UP, place)
                council.gave_up[place] += 1
                council.log(family, ENTERED, visits)
                council.entries += 1
                yield self.hold(draws["stay"][slot])
                council.log(family, LEFT, visits)
                place = CARE
            else:
                council.log(family, STARTED, place)
                council.starts[place] += 1
                council.waited[place] += int(self.env.now()) - asked
                yield self.hold(draws["factor"][slot] * WORK_DAYS[place])
                council.log(family, FINISHED, place)
                self.release(council.teams[place])
            place = onward(place, draws["route"][slot]) if visits < MOST_VISITS else CLOSED
        council.log(family, CLOSES, visits)


def run(work: Work):
    """One replication: records and statistics."""
    sim.yieldless(False)
    env = sim.Environment(trace=False)
    council = Council(work, env)
    Quarters(council=council)
    Referrals(council=council)
    env.run(till=work.horizon)
    return council.records, {
        "starts": council.starts,
        "gave_up": council.gave_up,
        "waited": council.waited,
        "entries": [council.entries],
    }
