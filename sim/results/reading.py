"""One event log opened for measuring: its columns, and the questions that many measures ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
from sim.model.terms import (
    BANDS,
    LINE_OF,
    OFFER_NAMES,
    PLACEMENT_NAMES,
    SPECIALISTS,
    TEAM_OF_LINE,
    Leaving,
    Line,
    Offer,
    Team,
)
from sim.results.people import people_of
from sim.results.steps import STEPS, Steps
from sim.results.times import times_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.foundations.clock import Clock
    from sim.model.plan import Plan
    from sim.results.estimates import Key

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

MAIN_LINE = (Line.KEY_WORKER, Line.COORDINATOR, Line.SOCIAL_WORKER, Line.EDGE_WORKER)
"""By team: the kind of worker who starts its work and whose places bind it."""
SPECIALIST_LINES = tuple(LINE_OF[offer] for offer in SPECIALISTS)
STABILITY = len(Team) + len(SPECIALIST_LINES)
"""Group of offers that holds placement stability: the edge workers' later task, counted by itself."""
GROUPS = STABILITY + 1
"""Groups of offers that services are measured by: teams, kinds of specialist, placement stability."""


def group_of(offer: Offer) -> int:
    """The group of offers that an offer is counted in."""
    line = LINE_OF[offer]
    if offer is Offer.PLACEMENT_STABILITY:
        return STABILITY
    if line in SPECIALIST_LINES:
        return len(Team) + SPECIALIST_LINES.index(line)
    return int(TEAM_OF_LINE[line])


OFFER_GROUP = np.array([group_of(offer) for offer in Offer])
EVENTS = len(Event)
WHATS = len(OFFER_NAMES)
"""More than any event's ``what``."""
IN_GROUP = (OFFER_GROUP[:, None] == np.arange(GROUPS)).astype(np.float64)
"""[offers, groups] one where an offer is counted in a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The periods that measures are given for."""

    ends: tuple[str, ...]
    """Every month end."""
    years: tuple[str, ...]
    """Financial years."""
    marches: tuple[str, ...]
    """Every 31 March."""


def periods_of(clock: Clock) -> Periods:
    """The periods of a study's clock."""
    ends = tuple(label for label, _ in clock.month_ends)
    return Periods(
        ends=ends,
        years=tuple(year.label for year in clock.years),
        marches=tuple(label for label in ends if label[5:7] == "03"),
    )


def keys_of(measure: str, periods: tuple[str, ...], groups: tuple[str, ...] = ("all",)) -> list[Key]:
    """The keys of one measure, in the order in which its array [periods, groups] is laid out."""
    return [(measure, period, group) for period in periods for group in groups]


class Reading:
    """One log read into columns. Measures in other modules are functions of a reading.

    The log is put in order of events once; what asks for one kind of event then takes a slice. What is only
    counted, by kind, ``what`` and time, is read off one table of counts.
    """

    def __init__(self, log: EventLog, plan: Plan, clock: Clock) -> None:
        self.log, self.plan, self.clock = log, plan, clock
        self.people, self.times = people_of(plan), times_of(clock)
        self.n_years, self.n_ends = len(self.times.year_begins), len(self.times.ends)
        self._rows: dict[Event, dict[str, Ints]] = {}
        self._by_family: dict[tuple[Event, ...], Ints] = {}
        self._shift = len(log).bit_length()

    @cached_property
    def _by_event(self) -> tuple[Ints, Ints]:
        """Rows of the log by event, each event's in the order of the log; and where each event's begin."""
        # Few kinds fit in a byte, and bytes are put in order without comparing them.
        order = np.argsort(self.log.event.astype(np.uint8), kind="stable")
        begins = np.concatenate([[0], np.bincount(self.log.event, minlength=EVENTS).cumsum()])
        return order, begins

    def at(self, *events: Event) -> Ints:
        """Rows of the log with some events; of one event in the order of the log, of several one event after
        another."""
        order, begins = self._by_event
        parts = [order[begins[event] : begins[event + 1]] for event in events]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def rows(self, event: Event) -> dict[str, Ints]:
        """The columns of one event."""
        if event not in self._rows:
            at = self.at(event)
            names = ("tick", "family", "child", "what", "amount")
            self._rows[event] = {name: getattr(self.log, name)[at] for name in names}
        return self._rows[event]

    def joined(self, key: Ints, at: Ints) -> Ints:
        """One number for a key and a row of the log, in order of the key and then of the log: no two are
        equal, so the quickest sort does for them."""
        return (key << self._shift) | at

    def row_of(self, joined: Ints) -> Ints:
        """The row of the log in a joined number."""
        return joined & ((1 << self._shift) - 1)

    def key_of(self, joined: Ints) -> Ints:
        """The key in a joined number."""
        return joined >> self._shift

    def by_family(self, *events: Event) -> Ints:
        """Families and rows of some events, joined, in order."""
        if events not in self._by_family:
            at = self.at(*events)
            self._by_family[events] = np.sort(self.joined(self.log.family[at], at))
        return self._by_family[events]

    @cached_property
    def tally(self) -> Ints:
        """[events, whats, stretches] how often each thing happened: in the first instant, in each month, and
        after the last."""
        log, edges = self.log, self.log.tick.searchsorted(self.times.stretches)
        n = len(self.times.stretches) + 1
        # The log is in order of time, so each stretch is one piece of it.
        stretch = np.repeat(np.arange(n), np.diff(edges, prepend=0, append=len(log)))
        if len(log) and not 0 <= log.what.min() <= log.what.max() < WHATS:
            raise ValueError(f"an event's 'what' lies outside 0 to {WHATS - 1}")
        flat = (log.event * WHATS + log.what) * n + stretch
        return np.bincount(flat, minlength=EVENTS * WHATS * n).reshape(EVENTS, WHATS, n)

    @cached_property
    def _yearly(self) -> Ints:
        return np.add.reduceat(self.tally, self.times.first_stretches, axis=2)

    def yearly(self, event: Event, *, opening: bool = True) -> Floats:
        """[years, whats] how often an event happened; without ``opening``, not at the first instant."""
        found: Floats = self._yearly[event].T.astype(np.float64)
        if not opening:
            found[0] -= self.tally[event, :, 0]
        return found

    def standing_at(self, change: Ints) -> Ints:
        """[month ends, ...] what stands just before each month ends, from [stretches, ...] changes."""
        return np.asarray(change.cumsum(axis=0)[1 : self.n_ends + 1])

    def year_of(self, ticks: Ints) -> Ints:
        """Position of the financial year of each tick."""
        return self.times.year_of(ticks)

    def by_year(self, ticks: Ints, groups: Any = 0, n_groups: int = 1, weights: Any = None) -> Floats:
        """[years, groups] counts (or sums of weights) of what happened."""
        flat = self.year_of(ticks) * n_groups + groups
        counted = np.bincount(flat, weights=weights, minlength=self.n_years * n_groups)
        return np.asarray(counted, dtype=np.float64).reshape(self.n_years, n_groups)

    def by_month(self, ticks: Ints, groups: Any = 0, n_groups: int = 1, weights: Any = None) -> Floats:
        """[months and what follows them, groups] counts (or sums of weights) of what happened."""
        flat = self.times.month_of(ticks) * n_groups + groups
        counted = np.bincount(flat, weights=weights, minlength=(self.n_ends + 1) * n_groups)
        return np.asarray(counted, dtype=np.float64).reshape(self.n_ends + 1, n_groups)

    def within_years(self, ticks: Ints) -> Ints:
        """[years, ticks] how far each tick lies into each year: nothing before it, its length after it."""
        begins, ends = self.times.year_begins[:, None], self.times.year_ends[:, None]
        return np.asarray(np.minimum(np.maximum(ticks, begins), ends) - begins)

    def days_by_year(self, begin: Ints, end: Ints, groups: Any = None, n_groups: int = 1) -> Floats:
        """[years, groups] days of intervals [begin, end); no interval needs to be matched with its end, and
        those without one run on to the horizon. ``groups`` are those of the begins and of the ends."""
        horizon = self.within_years(np.array([self.plan.horizon]))
        total = np.zeros((self.n_years, n_groups))
        year = np.arange(self.n_years)[:, None] * n_groups
        for sign, ticks, group in zip((1, -1), (begin, end), groups or (0, 0), strict=True):
            # The part of each year that is left once it begins, less what is left once it ends.
            left = (horizon - self.within_years(ticks)).ravel()
            flat = np.broadcast_to(year + group, (self.n_years, len(ticks))).ravel()
            total += sign * np.bincount(flat, weights=left, minlength=total.size).reshape(total.shape)
        return total / TICKS_PER_DAY

    def standing(self, begin: Ints, end: Ints, groups: Any = 0, n_groups: int = 1) -> Floats:
        """[month ends, groups] how many intervals [begin, end) are under way just before each month ends."""
        change = self.by_month(begin, groups, n_groups) - self.by_month(end, groups, n_groups)
        return np.asarray(change[: self.n_ends].cumsum(axis=0))

    def band(self, child: Ints, tick: Ints | int) -> Ints:
        """Age band (0 to 5; 6 for adults) of each child at a tick, on birthdays counted in the Plan."""
        return self.band_at(tick - self.people.child_born[self.people.child_row(child)])

    def band_at(self, age: Ints) -> Ints:
        """Age band of each age in ticks."""
        return self.people.band_starts.searchsorted(age, side="right") - 1

    @cached_property
    def stays(self) -> dict[str, Ints]:
        """Periods of care: child, begin and end (the horizon if it goes on), opening cohort included."""
        entered, left = self.rows(Event.ENTERED), self.rows(Event.LEFT)
        opening = self.people.in_care
        child = np.concatenate([opening, entered["child"]])
        begin = np.concatenate([np.zeros(len(opening), dtype=np.int64), entered["tick"]])
        order = np.lexsort((begin, child))
        child, begin = child[order], begin[order]
        end = np.full(len(child), self.plan.horizon)
        leaving = np.lexsort((left["tick"], left["child"]))
        # The k-th leaving of a child ends its k-th period.
        who = left["child"][leaving]
        end[child.searchsorted(who) + np.arange(len(who)) - who.searchsorted(who)] = left["tick"][leaving]
        return {"child": child, "begin": begin, "end": end}

    @cached_property
    def stay_row(self) -> Ints:
        """[periods of ``stays``] position of the child."""
        return self.people.child_row(self.stays["child"])

    @cached_property
    def placed_row(self) -> Ints:
        """[placements of ``placed``] position of the child."""
        return self.people.child_row(self.placed["child"])

    @cached_property
    def entered_row(self) -> Ints:
        """[starts of care] position of the child."""
        return self.people.child_row(self.rows(Event.ENTERED)["child"])

    @cached_property
    def entered_band(self) -> Ints:
        """[starts of care] age band of the child; who enters at the very tick of coming of age counts with
        the oldest."""
        age = self.rows(Event.ENTERED)["tick"] - self.people.child_born[self.entered_row]
        return self.capped(self.band_at(age))

    @cached_property
    def placed(self) -> dict[str, Ints]:
        """Placements: child, begin, end (the horizon if it goes on) and where."""
        log, at = self.log, self.at(Event.PLACED, Event.LEFT)
        # Moves of one tick keep the order of the log.
        at = self.row_of(np.sort(self.joined(log.child[at], at)))
        child, tick = log.child[at], log.tick[at]
        where = np.where(log.event[at] == int(Event.LEFT), -1, log.what[at])
        end = np.append(tick[1:], self.plan.horizon)
        end[np.append(child[1:] != child[:-1], True)] = self.plan.horizon
        lives = where >= 0
        return {"child": child[lives], "begin": tick[lives], "end": end[lives], "where": where[lives]}

    @cached_property
    def placed_ticks(self) -> Floats:
        """[years, placements of ``placed``] how long each lasted in each year."""
        spent = self.within_years(self.placed["end"]) - self.within_years(self.placed["begin"])
        return spent.astype(np.float64)

    @cached_property
    def homes(self) -> Floats:
        """[placements of ``placed``, kinds] one where a placement is of a kind."""
        return np.eye(len(PLACEMENT_NAMES))[self.placed["where"]]

    @cached_property
    def with_guardians(self) -> dict[str, Ints]:
        """Lives with a special guardian: child, begin and end. From leaving care to one, from an order that
        proceedings end with, or from the first day; until adulthood or the child's next period of care."""
        horizon, there = self.plan.horizon, self.people.with_guardian
        left, order, entered = (self.rows(event) for event in (Event.LEFT, Event.ORDER, Event.ENTERED))
        granted = left["what"] == int(Leaving.SPECIAL_GUARDIANSHIP)
        kin = (order["what"] == 1) & (order["child"] >= 0)
        begins = (left["child"][granted], order["child"][kin], there)
        child = np.concatenate([*begins, entered["child"]])
        first_day = np.zeros(len(there), dtype=np.int64)
        tick = np.concatenate([left["tick"][granted], order["tick"][kin], first_day, entered["tick"]])
        lives = np.arange(len(child)) < sum(len(one) for one in begins)
        by_child = np.lexsort((tick, child))
        child, tick, lives = child[by_child], tick[by_child], lives[by_child]
        end = np.append(tick[1:], horizon)
        end[np.append(child[1:] != child[:-1], True)] = horizon
        child, tick, end = child[lives], tick[lives], end[lives]
        adult = self.people.child_born[self.people.child_row(child)] + self.people.band_starts[-1]
        return {"child": child, "begin": tick, "end": np.maximum(np.minimum(end, adult), tick)}

    @cached_property
    def first_entry(self) -> Ints:
        """[children] tick of each child's first start in care after the first day; NEVER if it has none."""
        entered = self.rows(Event.ENTERED)
        later = entered["tick"] > 0
        first = np.full(len(self.people.child_ids), NEVER, dtype=np.int64)
        # Written from the last to the first, so that each child's first is what stays.
        first[self.entered_row[later][::-1]] = entered["tick"][later][::-1]
        return first

    @cached_property
    def days_in_care(self) -> Floats:
        """[children] days looked after over the whole time."""
        spent = self.stays["end"] - self.stays["begin"]
        return np.bincount(self.stay_row, weights=spent, minlength=len(self.people.child_ids)) / TICKS_PER_DAY

    @cached_property
    def first_start(self) -> Ints:
        """[families, teams] tick at which each team's main work first began, the first day included."""
        started = self.rows(Event.STARTED)
        group = OFFER_GROUP[started["what"]]
        main = np.flatnonzero(group < len(Team))[::-1]
        first = np.full((len(self.people.family_ids), len(Team)), NEVER, dtype=np.int64)
        # Written from the last to the first, so that each family's first is what stays.
        first[self.people.family_row(started["family"][main]), group[main]] = started["tick"][main]
        return first

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """[families] whether the log knows the family at all: where demand differs, some are in one world
        only."""
        families, found = self.people.family_ids, np.zeros(len(self.people.family_ids), dtype=bool)
        # All who come have a level or enter care at once, so the whole log is hardly ever asked.
        for events in ((Event.STATUS,), (Event.ENTERED,), tuple(Event)):
            known = self.key_of(self.by_family(*events))
            if found.all() or not len(known):
                continue
            at = known.searchsorted(families, side="right") - 1
            found |= (at >= 0) & (known[at] == families)
        return found

    def latest(self, past: dict[str, Ints], family: Ints, tick: Ints) -> Ints:
        """Position in ``past`` (family, tick) of each family's latest event up to a tick; -1 for none."""
        if not len(past["tick"]):
            return np.full(len(family), -1)
        span = self.plan.horizon + 1
        key = past["family"] * span + past["tick"]
        order = np.argsort(key, kind="stable")
        found = order[key[order].searchsorted(family * span + tick, side="right") - 1]
        known = (past["family"][found] == family) & (past["tick"][found] <= tick)
        return np.where(known, found, -1)

    @cached_property
    def steps(self) -> Steps:
        """What became of every offer."""
        log, at = self.log, self.at(*STEPS)
        at = self.row_of(np.sort(self.joined(log.family[at] * WHATS + log.what[at], at)))
        family, what, event, tick = log.family[at], log.what[at], log.event[at], log.tick[at]
        first = np.ones(len(tick), dtype=bool)
        first[1:] = (family[1:] != family[:-1]) | (what[1:] != what[:-1])
        place = np.arange(len(tick))
        begins = np.maximum.accumulate(np.where(first, place, 0))
        made = np.maximum.accumulate(np.where(event == int(Event.OFFERED), place, -1))
        return Steps(
            family=family,
            what=what,
            tick=tick,
            event=event,
            before=np.where(first, -1, np.roll(event, 1)),
            offered=np.where(made >= begins, tick[made] if len(tick) else tick, -1),
            before_tick=np.where(first, -1, np.roll(tick, 1)),
        )

    @cached_property
    def heard_of(self) -> dict[str, Ints]:
        """Crises of children, by family."""
        return self.rows(Event.CRISIS)

    def capped(self, band: Ints) -> Ints:
        """Age bands kept within childhood."""
        return np.clip(band, 0, len(BANDS) - 1)


KEPT = 4
"""Readings that are kept: a scenario is read once more for each that is compared with it."""
_kept: tuple[Reading, ...] = ()


def reading_of(log: EventLog, plan: Plan, clock: Clock, *, of_any_scenario: bool = False) -> Reading:
    """The reading of a log; the same one again if it was read lately. ``of_any_scenario`` takes one that was
    read with another scenario's plan for the same people: then only what people alone decide may be asked."""
    global _kept
    for one in _kept:
        shared = of_any_scenario and one.people is people_of(plan) and one.plan.horizon == plan.horizon
        if one.log is log and (one.plan is plan or shared) and one.clock == clock:
            found = one
            break
    else:
        found = Reading(log, plan, clock)
    _kept = (found, *(one for one in _kept if one is not found))[:KEPT]
    return found
