"""From an event log to numbers: one pass over its columns, one vector a trial.

The index of measures depends on the study alone, so trials line up and a run's results are one array.
States are read at month ends; flows are counted in financial years.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY
from sim.model.terms import (
    BAND_STARTS,
    BANDS,
    LEAVING_NAMES,
    PLACEMENT_NAMES,
    ROUTE_NAMES,
    STATUS_NAMES,
    TEAM_KEYS,
    TEAM_NAMES,
    TEAM_OF,
    Leaving,
    Route,
    Status,
    Team,
)
from sim.results.estimates import Index
from sim.study.catalogue import ROLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.foundations.clock import Clock
    from sim.model.plan import Plan

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

STAFF_STATES = ("permanent", "agency", "induction", "vacant")
OPEN_LEVELS = tuple(STATUS_NAMES[status] for status in range(Status.EARLY_HELP, Status.CLOSED))
SERVICE_FLOWS = ("offered", "accepted", "started", "finished", "lapsed", "waited days", "never reached")
SERVICE_STATES = ("places", "in use", "waiting")
ROLE_NAMES = tuple(
    f"{TEAM_NAMES[team]}|{role.replace('_', ' ')}" for team in Team for role in ROLES[TEAM_KEYS[team]]
)


@lru_cache(maxsize=8)
def index_of(clock: Clock) -> Index:
    """Every (measure, period, group) that a trial of this length yields, in order."""
    ends = [label for label, _ in clock.month_ends]
    years = [year.label for year in clock.years]
    marches = [label for label in ends if label[5:7] == "03"]
    keys: list[tuple[str, str, str]] = []

    def add(measure: str, periods: list[str], groups: tuple[str, ...]) -> None:
        keys.extend((measure, period, group) for period in periods for group in groups)

    add("children looked after", ends, ("all", *BANDS, "unaccompanied"))
    add("placement days", years, PLACEMENT_NAMES)
    add("placed", marches, PLACEMENT_NAMES)
    add("entries", years, ("all", *(f"{band}|{route}" for band in BANDS for route in ROUTE_NAMES)))
    add("exits", years, ("all", *LEAVING_NAMES))
    add("exits by age", years, (*BANDS, "18"))
    add("re-entries", years, ("all",))
    add("plans started", years, ("all",))
    add("plans repeated", years, ("all",))
    add("plans open", ends, ("all",))
    add("families open", ends, OPEN_LEVELS)
    add("referrals", years, ("all",))
    add("care applications", years, ("all",))
    add("crises", years, ("all",))
    add("crises not heard", years, ("all",))
    for measure in SERVICE_FLOWS:
        add(measure, years, TEAM_NAMES)
    for measure in SERVICE_STATES:
        add(measure, ends, TEAM_NAMES)
    for state in ("funded", *STAFF_STATES):
        add(f"posts {state}", ends, ROLE_NAMES)
    add("post days permanent", years, ROLE_NAMES)
    add("post days agency", years, ROLE_NAMES)
    add("guardianship days", years, ("all",))
    add("served by both", ["whole"], ("all",))
    add("exhausted", ["whole"], ("all",))
    return Index(keys=tuple(keys))


def measure(log: EventLog, plan: Plan, clock: Clock) -> Floats:
    """The vector of one trial, in the order of ``index_of(clock)``."""
    reading = Reading(log, plan, clock)
    index = index_of(clock)
    vector = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in reading.parts()])
    if len(vector) != len(index.keys):
        raise AssertionError(f"{len(vector)} numbers for {len(index.keys)} measures")
    return vector


class Reading:
    """One log read into columns, and the measures taken from them, in the order of the index."""

    def __init__(self, log: EventLog, plan: Plan, clock: Clock) -> None:
        self.log, self.plan, self.clock = log, plan, clock
        self.ends = np.array([tick for _, tick in clock.month_ends])
        self.marches = np.array([tick for label, tick in clock.month_ends if label[5:7] == "03"])
        self.years = [(year.start, year.end) for year in clock.years]
        self.year_starts = np.array([start for start, _ in self.years])
        order = np.argsort(plan.children.id)
        self.child_ids, self.child_born = plan.children.id[order], plan.children.born[order]
        self.child_alone = plan.children.unaccompanied[order]

    def parts(self) -> list[Any]:
        """Every measure, in the order of the index."""
        return [*self.care(), *self.work(), *self.services(), *self.staff(), *self.whole()]

    def rows(self, event: Event) -> dict[str, Ints]:
        """The columns of one event."""
        mask = self.log.rows(event)
        return {name: getattr(self.log, name)[mask] for name in ("tick", "family", "child", "what", "amount")}

    def year_of(self, ticks: Ints) -> Ints:
        """Position of the financial year of each tick."""
        return np.searchsorted(self.year_starts, ticks, side="right") - 1

    def by_year(self, ticks: Ints, groups: Ints | int, n_groups: int, weights: Any = None) -> Floats:
        """[years, groups] counts (or sums of weights) of what happened."""
        flat = self.year_of(ticks) * n_groups + groups
        counted = np.bincount(flat, weights=weights, minlength=len(self.years) * n_groups)
        return np.asarray(counted, dtype=np.float64).reshape(len(self.years), n_groups)

    def standing(self, begin: Ints, end: Ints) -> Floats:
        """[month ends] how many intervals [begin, end) are under way just before each month ends."""
        begun = np.searchsorted(np.sort(begin), self.ends, side="left")
        ended = np.searchsorted(np.sort(end), self.ends, side="left")
        return np.asarray(begun - ended, dtype=np.float64)

    @cached_property
    def stays(self) -> dict[str, Ints]:
        """Periods of care: child, begin and end (the horizon if it goes on), opening cohort included."""
        children = self.plan.children
        opening = (children.opening_stay >= 0) & (children.born <= 0)
        entered, left = self.rows(Event.ENTERED), self.rows(Event.LEFT)
        child = np.concatenate([children.id[opening], entered["child"]])
        begin = np.concatenate([np.zeros(opening.sum(), dtype=np.int64), entered["tick"]])
        order = np.lexsort((begin, child))
        child, begin = child[order], begin[order]
        end = np.full(len(child), self.plan.horizon)
        leaving = np.lexsort((left["tick"], left["child"]))
        # The k-th leaving of a child ends its k-th period.
        first = np.searchsorted(child, left["child"][leaving])
        starts = np.searchsorted(left["child"][leaving], left["child"][leaving])
        end[first + np.arange(len(leaving)) - starts] = left["tick"][leaving]
        return {"child": child, "begin": begin, "end": end}

    def birth(self, child: Ints) -> Ints:
        """Tick of birth of each child."""
        return self.child_born[np.searchsorted(self.child_ids, child)]

    def band(self, child: Ints, tick: Ints | int) -> Ints:
        """Age band (0 to 5; 6 for adults) of each child at a tick, on birthdays counted in the Plan."""
        starts = np.array(self.plan.rules.band_starts)
        return np.searchsorted(starts, tick - self.birth(child), side="right") - 1

    def care(self) -> list[Any]:
        """Children looked after, placements, entries and exits."""
        stays = self.stays
        alone = self.child_alone[np.searchsorted(self.child_ids, stays["child"])]
        looked_after = np.zeros((len(self.ends), len(BANDS) + 2))
        for row, end in enumerate(self.ends):
            now = (stays["begin"] < end) & (stays["end"] >= end)
            band = np.minimum(self.band(stays["child"][now], int(end) - 1), len(BANDS) - 1)
            looked_after[row, 0] = now.sum()
            looked_after[row, 1 : len(BANDS) + 1] = np.bincount(band, minlength=len(BANDS))
            looked_after[row, -1] = (now & alone).sum()
        days, placed = self.placements()
        entered, left = self.rows(Event.ENTERED), self.rows(Event.LEFT)
        cell = self.band(entered["child"], entered["tick"]) * len(Route) + entered["what"]
        cells = self.by_year(entered["tick"], cell, len(BANDS) * len(Route))
        kinds = self.by_year(left["tick"], left["what"], len(LEAVING_NAMES))
        age = self.band(left["child"], left["tick"])
        ages = self.by_year(left["tick"], age, len(BANDS) + 1)
        again = entered["amount"] > 0
        again |= np.isin(entered["child"], self.plan.children.id[self.plan.children.returned])
        re_entries = self.by_year(entered["tick"][again], 0, 1)
        return [
            looked_after,
            days,
            placed,
            np.hstack([cells.sum(axis=1, keepdims=True), cells]),
            np.hstack([kinds.sum(axis=1, keepdims=True), kinds]),
            ages,
            re_entries,
        ]

    def placements(self) -> tuple[Floats, Floats]:
        """[years, placements] days, and [Marches, placements] children, by where they live."""
        moves = self.log.rows(Event.PLACED) | self.log.rows(Event.LEFT)
        child, tick = self.log.child[moves], self.log.tick[moves]
        where = np.where(self.log.event[moves] == int(Event.LEFT), -1, self.log.what[moves])
        # Moves of one tick keep the order of the log.
        order = np.argsort(child, kind="stable")
        child, tick, where = child[order], tick[order], where[order]
        end = np.append(tick[1:], self.plan.horizon)
        end[np.append(child[1:] != child[:-1], True)] = self.plan.horizon
        lives = where >= 0
        tick, end, where = tick[lives], end[lives], where[lives]
        days = np.zeros((len(self.years), len(PLACEMENT_NAMES)))
        for row, (start, stop) in enumerate(self.years):
            spent = np.maximum(np.minimum(end, stop) - np.maximum(tick, start), 0)
            days[row] = np.bincount(where, weights=spent, minlength=len(PLACEMENT_NAMES)) / TICKS_PER_DAY
        at = np.zeros((len(self.marches), len(PLACEMENT_NAMES)))
        for row, march in enumerate(self.marches):
            at[row] = np.bincount(where[(tick < march) & (end >= march)], minlength=len(PLACEMENT_NAMES))
        return days, at

    def work(self) -> list[Any]:
        """Plans, open families, referrals, applications and crises."""
        begun, ended = self.rows(Event.PLAN_STARTED), self.rows(Event.PLAN_ENDED)
        new = begun["tick"] > 0
        started = self.by_year(begun["tick"][new], 0, 1, begun["amount"][new])
        again = new & (begun["what"] > 0)
        repeated = self.by_year(begun["tick"][again], 0, 1, begun["amount"][again])
        plans = np.array(
            [
                begun["amount"][begun["tick"] < end].sum() - ended["amount"][ended["tick"] < end].sum()
                for end in self.ends
            ]
        )
        referred = np.concatenate([self.rows(Event.REFERRED)["tick"], self.plan.counted_referrals])
        status = self.rows(Event.STATUS)
        applied = status["tick"][(status["what"] == Status.PROCEEDINGS) & (status["tick"] > 0)]
        return [
            started,
            repeated,
            plans,
            self.levels(status),
            self.by_year(referred, 0, 1),
            self.by_year(applied, 0, 1),
            self.by_year(self.rows(Event.CRISIS)["tick"], 0, 1),
            self.by_year(self.rows(Event.NOT_HEARD)["tick"], 0, 1),
        ]

    def levels(self, status: dict[str, Ints]) -> Floats:
        """[month ends, levels] families open at each level."""
        order = np.lexsort((status["amount"], status["tick"], status["family"]))
        family, tick, what = (status[name][order] for name in ("family", "tick", "what"))
        end = np.append(tick[1:], self.plan.horizon)
        end[np.append(family[1:] != family[:-1], True)] = self.plan.horizon
        levels = range(Status.EARLY_HELP, Status.CLOSED)
        return np.stack([self.standing(tick[what == level], end[what == level]) for level in levels], axis=1)

    def services(self) -> list[Any]:
        """What each team was asked and did, and its places, use and waiting list at month ends."""
        team_of = np.array(TEAM_OF)
        n = len(Team)

        def flow(event: Event, weight: str = "", *, opening: bool = True) -> Floats:
            rows = self.rows(event)
            keep = np.ones(len(rows["tick"]), dtype=bool) if opening else rows["tick"] > 0
            weights = rows[weight][keep] / TICKS_PER_DAY if weight else None
            return self.by_year(rows["tick"][keep], team_of[rows["what"][keep]], n, weights)

        # Families who already had a worker on the first day are held, not started.
        flows = [
            flow(Event.OFFERED, opening=False),
            flow(Event.ACCEPTED, opening=False),
            flow(Event.STARTED, opening=False),
            flow(Event.FINISHED),
            flow(Event.LAPSED),
            flow(Event.STARTED, "amount", opening=False),
            np.hstack([self.by_year(self.lapsed_waiting(team), 0, 1) for team in Team]),
        ]
        states = {name: np.zeros((len(self.ends), n)) for name in SERVICE_STATES}
        for team in Team:
            rows = np.array(self.plan.services.places[team])
            position = np.searchsorted(rows[:, 0], self.ends, side="left") - 1
            states["places"][:, team] = np.where(position >= 0, rows[position, 1], 0)
            states["in use"][:, team], states["waiting"][:, team] = self.queue(team)
        return [*flows, *(states[name] for name in SERVICE_STATES)]

    def queue(self, team: Team) -> tuple[Floats, Floats]:
        """[month ends] families that the team holds, and that wait for it."""

        def ticks(*events: Event) -> Ints:
            mask = np.isin(self.log.event, [int(event) for event in events])
            mask &= np.array(TEAM_OF)[np.where(mask, self.log.what, 0)] == team
            return self.log.tick[mask]

        started = ticks(Event.STARTED)
        held = self.standing(started, ticks(Event.FINISHED, Event.STOPPED))
        asked = ticks(Event.ACCEPTED)
        # Before the panel an Edge of Care offer can lapse unaccepted; those never joined the list.
        lapsed = self.standing(asked, np.concatenate([started, self.lapsed_waiting(team)]))
        return held, lapsed

    def lapsed_waiting(self, team: Team) -> Ints:
        """Ticks at which families stopped waiting for a team, having been accepted by it."""
        events = np.isin(self.log.event, [int(Event.ACCEPTED), int(Event.LAPSED), int(Event.STARTED)])
        events &= np.array(TEAM_OF)[np.where(events, self.log.what, 0)] == team
        family, event, tick = self.log.family[events], self.log.event[events], self.log.tick[events]
        what = self.log.what[events]
        order = np.lexsort((np.arange(len(tick)), what, family))
        family, event, tick, what = family[order], event[order], tick[order], what[order]
        lapsed = np.nonzero(event == int(Event.LAPSED))[0]
        before = lapsed - 1
        same = (before >= 0) & (family[before] == family[lapsed]) & (what[before] == what[lapsed])
        return np.asarray(tick[lapsed[same & (event[before] == int(Event.ACCEPTED))]])

    def staff(self) -> list[Any]:
        """Posts by state at month ends, and days worked by permanent and agency staff."""
        position = {name: number for number, name in enumerate(ROLE_NAMES)}
        states = {state: np.zeros((len(self.ends), len(ROLE_NAMES))) for state in ("funded", *STAFF_STATES)}
        days = {kind: np.zeros((len(self.years), len(ROLE_NAMES))) for kind in ("permanent", "agency")}
        for post in self.plan.posts:
            column = position[f"{TEAM_NAMES[post.team]}|{post.role.replace('_', ' ')}"]
            for start, stop, state in post.spells:
                at = (start < self.ends) & (self.ends <= stop)
                states[state][at, column] += 1
                states["funded"][at, column] += 1
                kind = "permanent" if state == "induction" else state
                if kind in days:
                    for row, (begin, end) in enumerate(self.years):
                        worked = max(0, min(stop, end) - max(start, begin))
                        days[kind][row, column] += worked / TICKS_PER_DAY
        return [*states.values(), *days.values()]

    def whole(self) -> list[Any]:
        """Guardianship days, families served by both new services, and sequences that ran out."""
        left = self.rows(Event.LEFT)
        granted = left["what"] == Leaving.SPECIAL_GUARDIANSHIP
        begin = left["tick"][granted]
        adult = self.birth(left["child"][granted]) + round(BAND_STARTS[-1] * 365.25 * TICKS_PER_DAY)
        days = np.array(
            [
                [np.maximum(np.minimum(adult, stop) - np.maximum(begin, start), 0).sum() / TICKS_PER_DAY]
                for start, stop in self.years
            ]
        )
        started = self.rows(Event.STARTED)
        teams = np.array(TEAM_OF)[started["what"]]
        both = np.intersect1d(
            started["family"][teams == Team.EDGE_OF_CARE],
            started["family"][teams == Team.FAMILY_SAFEGUARDING],
        )
        return [days, [len(both)], [self.log.rows(Event.EXHAUSTED).sum()]]
