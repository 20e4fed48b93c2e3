"""One event log opened for measuring: its columns, and the questions that many measures ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
from sim.model.terms import BANDS, LINE_OF, SPECIALISTS, TEAM_OF_LINE, Leaving, Line, Offer, Team

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What became of every offer: the log's steps of one family and offer, one after another."""

    family: Ints
    what: Ints
    tick: Ints
    event: Ints
    before: Ints
    """The step before it of the same family and offer; -1 for none."""
    offered: Ints
    """Tick at which that offer was last made; -1 where it never was."""
    before_tick: Ints
    """Tick of the step before."""

    def of(self, *events: Event) -> NDArray[np.bool_]:
        """Mask of steps of some events."""
        return np.asarray(np.isin(self.event, [int(event) for event in events]))

    @property
    def gave_up_waiting(self) -> NDArray[np.bool_]:
        """Offers that ended while the family, accepted already, had no place. Before the panel an offer of
        Edge of Care can lapse unaccepted; those families never joined the list."""
        ended = self.of(Event.LAPSED, Event.REFUSED, Event.DIVERTED)
        return np.asarray(ended & (self.before == int(Event.ACCEPTED)))


STEPS = (
    Event.OFFERED,
    Event.ACCEPTED,
    Event.DECLINED,
    Event.REFUSED,
    Event.DIVERTED,
    Event.LAPSED,
    Event.STARTED,
)


class Reading:
    """One log read into columns. Measures in other modules are functions of a reading."""

    def __init__(self, log: EventLog, plan: Plan, clock: Clock) -> None:
        self.log, self.plan, self.clock = log, plan, clock
        self.ends = np.array([tick for _, tick in clock.month_ends])
        self.marches = np.array([tick for label, tick in clock.month_ends if label[5:7] == "03"])
        self.years = [(year.start, year.end) for year in clock.years]
        self.year_starts = np.array([start for start, _ in self.years])
        self.order = np.argsort(plan.children.id)
        self.child_ids, self.child_born = plan.children.id[self.order], plan.children.born[self.order]
        self.family_ids = np.sort(plan.families.id)

    def rows(self, event: Event) -> dict[str, Ints]:
        """The columns of one event."""
        mask = self.log.rows(event)
        return {name: getattr(self.log, name)[mask] for name in ("tick", "family", "child", "what", "amount")}

    def year_of(self, ticks: Ints) -> Ints:
        """Position of the financial year of each tick."""
        return np.searchsorted(self.year_starts, ticks, side="right") - 1

    def by_year(self, ticks: Ints, groups: Any = 0, n_groups: int = 1, weights: Any = None) -> Floats:
        """[years, groups] counts (or sums of weights) of what happened."""
        flat = self.year_of(ticks) * n_groups + groups
        counted = np.bincount(flat, weights=weights, minlength=len(self.years) * n_groups)
        return np.asarray(counted, dtype=np.float64).reshape(len(self.years), n_groups)

    def days_by_year(self, begin: Ints, end: Ints) -> Floats:
        """[years, 1] days of intervals [begin, end); no interval needs to be matched with its end, and
        those without one run on to the horizon."""
        on = self.plan.horizon
        spent = [
            (np.clip(end, start, stop) - start).sum()
            - (np.clip(begin, start, stop) - start).sum()
            + (len(begin) - len(end)) * (min(on, stop) - start)
            for start, stop in self.years
        ]
        return np.array(spent, dtype=np.float64)[:, None] / TICKS_PER_DAY

    def standing(self, begin: Ints, end: Ints) -> Floats:
        """[month ends] how many intervals [begin, end) are under way just before each month ends."""
        begun = np.searchsorted(np.sort(begin), self.ends, side="left")
        ended = np.searchsorted(np.sort(end), self.ends, side="left")
        return np.asarray(begun - ended, dtype=np.float64)

    def child_row(self, child: Ints) -> Ints:
        """Position of each child among all, in order of identity."""
        return np.searchsorted(self.child_ids, child)

    def of_child(self, column: Any) -> Any:
        """A column of the plan's children, in order of identity."""
        return column[self.order]

    @cached_property
    def child_family(self) -> Ints:
        """[children] position of each child's family, in order of identity."""
        row = np.searchsorted(self.plan.families.first_child, self.order, side="right") - 1
        return np.searchsorted(self.family_ids, self.plan.families.id[row])

    def birth(self, child: Ints) -> Ints:
        """Tick of birth of each child."""
        return self.child_born[self.child_row(child)]

    def band(self, child: Ints, tick: Ints | int) -> Ints:
        """Age band (0 to 5; 6 for adults) of each child at a tick, on birthdays counted in the Plan."""
        return self.band_at(tick - self.birth(child))

    def band_at(self, age: Ints) -> Ints:
        """Age band of each age in ticks."""
        return np.searchsorted(np.array(self.plan.rules.band_starts), age, side="right") - 1

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

    @cached_property
    def placed(self) -> dict[str, Ints]:
        """Placements: child, begin, end (the horizon if it goes on) and where."""
        log = self.log
        moves = log.rows(Event.PLACED) | log.rows(Event.LEFT)
        child, tick = log.child[moves], log.tick[moves]
        where = np.where(log.event[moves] == int(Event.LEFT), -1, log.what[moves])
        # Moves of one tick keep the order of the log.
        order = np.argsort(child, kind="stable")
        child, tick, where = child[order], tick[order], where[order]
        end = np.append(tick[1:], self.plan.horizon)
        end[np.append(child[1:] != child[:-1], True)] = self.plan.horizon
        lives = where >= 0
        return {"child": child[lives], "begin": tick[lives], "end": end[lives], "where": where[lives]}

    @cached_property
    def with_guardians(self) -> dict[str, Ints]:
        """Lives with a special guardian: child, begin and end. From leaving care to one, from an order that
        proceedings end with, or from the first day; until adulthood or the child's next period of care."""
        children, horizon = self.plan.children, self.plan.horizon
        left, order, entered = (self.rows(event) for event in (Event.LEFT, Event.ORDER, Event.ENTERED))
        granted = left["what"] == int(Leaving.SPECIAL_GUARDIANSHIP)
        kin = (order["what"] == 1) & (order["child"] >= 0)
        there = children.id[children.guardian & (children.born <= 0)]
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
        adult = self.birth(child) + self.plan.rules.band_starts[-1]
        return {"child": child, "begin": tick, "end": np.maximum(np.minimum(end, adult), tick)}

    @cached_property
    def first_entry(self) -> Ints:
        """[children] tick of each child's first start in care after the first day; NEVER if it has none."""
        entered = self.rows(Event.ENTERED)
        later = entered["tick"] > 0
        first = np.full(len(self.child_ids), NEVER, dtype=np.int64)
        np.minimum.at(first, self.child_row(entered["child"][later]), entered["tick"][later])
        return first

    @cached_property
    def days_in_care(self) -> Floats:
        """[children] days looked after over the whole time."""
        spent = self.stays["end"] - self.stays["begin"]
        row = self.child_row(self.stays["child"])
        return np.bincount(row, weights=spent, minlength=len(self.child_ids)) / TICKS_PER_DAY

    @cached_property
    def first_start(self) -> Ints:
        """[families, teams] tick at which each team's main work first began, the first day included."""
        started = self.rows(Event.STARTED)
        group = OFFER_GROUP[started["what"]]
        main = group < len(Team)
        first = np.full((len(self.family_ids), len(Team)), NEVER, dtype=np.int64)
        row = np.searchsorted(self.family_ids, started["family"][main])
        np.minimum.at(first, (row, group[main]), started["tick"][main])
        return first

    def latest(self, past: dict[str, Ints], family: Ints, tick: Ints) -> Ints:
        """Position in ``past`` (family, tick) of each family's latest event up to a tick; -1 for none."""
        if not len(past["tick"]):
            return np.full(len(family), -1)
        span = self.plan.horizon + 1
        key = np.searchsorted(self.family_ids, past["family"]) * span + past["tick"]
        order = np.argsort(key, kind="stable")
        wanted = np.searchsorted(self.family_ids, family) * span + tick
        found = order[np.searchsorted(key[order], wanted, side="right") - 1]
        known = (past["family"][found] == family) & (past["tick"][found] <= tick)
        return np.where(known, found, -1)

    @cached_property
    def steps(self) -> Steps:
        """What became of every offer."""
        mask = np.isin(self.log.event, [int(event) for event in STEPS])
        family, what, event, tick = (
            getattr(self.log, name)[mask] for name in ("family", "what", "event", "tick")
        )
        order = np.lexsort((np.arange(len(tick)), what, family))
        family, what, event, tick = family[order], what[order], event[order], tick[order]
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
