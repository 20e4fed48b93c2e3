"""cimba (compiled Python over a C engine) as its users write it: a model a family, a resource a team."""

from __future__ import annotations

import cimba as cb
import numba
import numpy as np

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
    ROUTES,
    STARTED,
    TEAMS,
    WORK_DAYS,
    Work,
)

NAME = "cimba"

OUT_OF_PATIENCE = 17
"""Signal of the timer that ends a wait."""
CHANCE_OF = np.array(ROUTES)
LENGTH_OF = np.array(WORK_DAYS)
EVENTS = 16
"""A record is kept as two numbers, its tick and (family * EVENTS + event) * WHATS + what, one in each of two
datasets: cimba's own way to get every event out of a trial."""
WHATS = 1024


class Table(cb.Array):
    """A ``cb.Array`` that keeps a NumPy array as it is.

    cimba makes a tuple of what an array starts with and turns it back into an array at every run, which would
    take longer than the simulation.
    """

    def __init__(self, contents: np.ndarray) -> None:
        object.__setattr__(self, "length", len(contents))
        object.__setattr__(self, "values", Column(contents))


class Column(np.ndarray):
    """An array that cimba's check of an array's elements passes over: they are whole numbers already."""

    def __new__(cls, contents: np.ndarray) -> Column:
        return np.asarray(contents, dtype=np.int64).view(cls)

    def __bool__(self) -> bool:
        return False


@numba.njit
def log(council, family, event, what):
    """Write down what happens now."""
    council.when.record(cb.now())
    council.what.record(float((family * EVENTS + event) * WHATS + what))


class Team(cb.Model):
    """One team: its places and what it counts."""

    places: cb.Resource
    starting: int = 0
    leaving: int = 0
    waiting: int = 0
    starts: cb.Output[int]
    gave_up: cb.Output[int]
    waited: cb.Output[int]

    @cb.on_end
    def report(self):
        """Hand out what was counted."""
        self.starts = self.starting
        self.gave_up = self.leaving
        self.waited = self.waiting


class Family(cb.Model):
    """One family from referral to close."""

    council: cb.Ref[Council]
    family: int

    @cb.process
    def life(self):
        """A family's life."""
        me = cb.this_process()
        council = self.council
        urgency = council.urgency[self.family]
        log(council, self.family, REFERRED, urgency)
        place = np.int64(0)
        visits = np.int64(0)
        while place != CLOSED:
            slot = self.family * MOST_VISITS + visits
            visits += 1
            team = council.teams[place]
            asked = cb.now()
            log(council, self.family, ASKED, place)
            me.timer_set(float(council.patience[slot]), OUT_OF_PATIENCE)
            if team.places.acquire(1, -urgency) == OUT_OF_PATIENCE:
                team.leaving += 1
                log(council, self.family, GAVE_UP, place)
                log(council, self.family, ENTERED, visits)
                cb.hold(float(council.stay[slot]))
                log(council, self.family, LEFT, visits)
                place = np.int64(CARE)
            else:
                me.timers_clear()
                team.starting += 1
                team.waiting += int(cb.now() - asked)
                log(council, self.family, STARTED, place)
                cb.hold(float(council.factor[slot] * LENGTH_OF[place]))
                log(council, self.family, FINISHED, place)
                team.places.release(1)
            origin = place
            place = np.int64(CLOSED)
            if visits < MOST_VISITS:
                for candidate in range(TEAMS):
                    if council.route[slot] < CHANCE_OF[origin, candidate]:
                        place = np.int64(candidate)
                        break
        log(council, self.family, CLOSES, visits)
        cb.release(self)


class Council(cb.Model):
    """The teams, the draws and the log."""

    teams: list[Team]
    arrival: cb.Array[int]
    urgency: cb.Array[int]
    factor: cb.Array[int]
    route: cb.Array[int]
    patience: cb.Array[int]
    stay: cb.Array[int]
    changes: cb.Array[int]
    when: cb.Dataset
    what: cb.Dataset

    @cb.process(priority=1)
    def quarters(self):
        """Places change at every quarter; a fall lets everybody finish."""
        for row in range(len(self.changes) // 3):
            tick = float(self.changes[3 * row])
            team = self.changes[3 * row + 1]
            places = self.changes[3 * row + 2]
            if tick > cb.now():
                cb.hold(tick - cb.now())
            log(self, -1 - team, PLACES_SET, places)
            self.teams[team].places.set_capacity(places, mode="finish")

    @cb.process
    def referrals(self):
        """Families come at their times."""
        for family in range(len(self.arrival)):
            cb.hold(float(self.arrival[family]) - cb.now())
            cb.spawn(Family, council=self, family=family)


def bind(work: Work) -> tuple[Council, cb.Experiment]:
    """The model with its draws, and the experiment of one replication."""
    council = Council()
    council.teams = [Team() for _ in range(TEAMS)]
    for team in council.teams:
        team.places = cb.Resource(capacity=0)
    for name in ("arrival", "urgency", "factor", "route", "patience", "stay"):
        setattr(council, name, Table(getattr(work, name)))
    council.changes = Table(np.array(work.changes).ravel())
    council.when, council.what = cb.Dataset(), cb.Dataset()
    council.when.capture()
    council.what.capture()
    return council, cb.Experiment(council, window=cb.Window(duration=float(work.horizon)))


def run(work: Work):
    """One replication: records and statistics."""
    council, experiment = bind(work)
    results = experiment.run(workers=1, on_failure="raise")
    told = results[council]
    when = told.when.trial(0, 0)[1].astype(np.int64)
    what = told.what.trial(0, 0)[1].astype(np.int64)
    event = what // WHATS
    records = np.column_stack((when, event // EVENTS, event % EVENTS, what % WHATS))
    counted = {
        name: [int(getattr(results[team], name).values[0, 0]) for team in council.teams]
        for name in ("starts", "gave_up", "waited")
    }
    return records, {**counted, "entries": [sum(counted["gave_up"])]}
