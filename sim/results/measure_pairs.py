"""Measures of one and the same child in two worlds: a scenario, and the one it is compared with.

A child's first start in care after the first day is averted, delayed, hastened or caused; a start that both
worlds have within four weeks counts as none of these, since a small change of load moves a great many by
hours. Children whom only one world has are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import COLUMNS, Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
from sim.model.terms import BANDS, PLACEMENT_NAMES, TEAM_NAMES, Team
from sim.results.reading import Reading, keys_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods

MOVED_DAYS = 28
"""Days by which a start must differ to count as delayed or hastened."""
SERVED = ("neither", "edge of care", "family safeguarding", "both")
"""Which of the two new services had begun work with the family."""
CELLS = tuple(f"{band}|{served}" for band in BANDS for served in SERVED)
COUNTS = ("averted", "delayed", "hastened", "caused")
"""What can become of a first start in care."""
SERVICE_PLACEMENTS = tuple(f"{team}|{home}" for team in TEAM_NAMES for home in PLACEMENT_NAMES)
SUMS = ("delayed days", "hastened days", "days avoided")


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    whole = ("whole",)
    return [
        *(key for name in (*COUNTS, *SUMS) for key in keys_of(name, whole, CELLS)),
        *(key for name in COUNTS for key in keys_of(f"entries {name}", at.years)),
        *keys_of("averted by service", whole, TEAM_NAMES),
        *keys_of("delayed by service", whole, TEAM_NAMES),
        *keys_of("days avoided by service", whole, TEAM_NAMES),
        *keys_of("placement days avoided by service", at.years, SERVICE_PLACEMENTS),
    ]


def values(reading: Reading, against: EventLog | None) -> list[Any]:
    """Every measure of pairs, in the order of `keys`; nothing without another world."""
    if against is None:
        cells = (len(COUNTS) + len(SUMS)) * len(CELLS)
        by_year = len(COUNTS) + len(SERVICE_PLACEMENTS)
        return [np.zeros(cells + by_year * len(reading.years) + 3 * len(Team))]
    other = Reading(care_of(against, reading), reading.plan, reading.clock)
    here, there = reading.first_entry, other.first_entry
    avoided = other.days_in_care - reading.days_in_care
    paired = (present(reading, reading.log) & present(reading, against))[reading.child_family]
    touched = np.nonzero(paired & ((here != there) | (avoided != 0)))[0]
    here, there, avoided = here[touched], there[touched], avoided[touched]
    least = MOVED_DAYS * TICKS_PER_DAY
    kinds = {
        "averted": (there < NEVER) & (here == NEVER),
        "delayed": (there + least <= here) & (here < NEVER),
        "hastened": (here + least <= there) & (there < NEVER),
        "caused": (here < NEVER) & (there == NEVER),
    }
    started = reading.first_start[reading.child_family[touched]]
    homes = placement_days_avoided(reading, other, paired)
    before = started < np.minimum(here, there)[:, None]
    ever = started < reading.plan.horizon
    band = bands(reading, touched, np.where(there < NEVER, there, here))
    shift = np.where(kinds["delayed"] | kinds["hastened"], np.abs(here - there), 0) / TICKS_PER_DAY
    cell, cell_ever = (band * len(SERVED) + served(which) for which in (before, ever))
    n = len(CELLS)
    return [
        *(np.bincount(cell[kinds[name]], minlength=n) for name in COUNTS),
        *(np.bincount(cell, weights=shift * kinds[name], minlength=n) for name in ("delayed", "hastened")),
        np.bincount(cell_ever, weights=avoided, minlength=n),
        *(reading.by_year((here if name == "caused" else there)[kinds[name]]) for name in COUNTS),
        before[kinds["averted"]].sum(axis=0),
        before[kinds["delayed"]].sum(axis=0),
        (ever * avoided[:, None]).sum(axis=0),
        homes,
    ]


def placement_days_avoided(reading: Reading, other: Reading, paired: NDArray[np.bool_]) -> Floats:
    """[years, teams by placements] days in each placement that the other world has more, of paired children
    whose family a team worked with here at any time."""
    n = len(PLACEMENT_NAMES)
    found = np.zeros((len(reading.years), len(Team), n))
    served_by = (reading.first_start < reading.plan.horizon)[reading.child_family] & paired[:, None]
    for sign, world in ((1, other), (-1, reading)):
        placed = world.placed
        whose = served_by[reading.child_row(placed["child"])]
        for year, (start, stop) in enumerate(reading.years):
            spent = np.maximum(np.minimum(placed["end"], stop) - np.maximum(placed["begin"], start), 0)
            for team in Team:
                days = np.bincount(placed["where"], weights=spent * whose[:, team], minlength=n)
                found[year, team] += sign * days / TICKS_PER_DAY
    return found.reshape(len(reading.years), -1)


def care_of(against: EventLog, reading: Reading) -> EventLog:
    """The periods of care in another world and the placements in them, of the children who are in this one
    too."""
    care = against.rows(Event.ENTERED) | against.rows(Event.PLACED) | against.rows(Event.LEFT)
    kept = care & np.isin(against.child, reading.child_ids)
    return EventLog(*(getattr(against, name)[kept] for name in COLUMNS))


def present(reading: Reading, log: EventLog) -> NDArray[np.bool_]:
    """[families] whether a log knows the family at all: where demand differs, some are in one world only,
    and their children cannot be paired."""
    return np.asarray(np.isin(reading.family_ids, log.family))


def bands(reading: Reading, children: Ints, tick: Ints) -> Ints:
    """Age band of children (rows) at a tick; on the first day where they never enter."""
    age = np.where(tick < NEVER, tick, 0) - reading.child_born[children]
    return reading.capped(reading.band_at(age))


def served(which: Any) -> Ints:
    """[children] position in `SERVED`, from [children, teams] flags."""
    return np.asarray(which[:, Team.EDGE_OF_CARE] + 2 * which[:, Team.FAMILY_SAFEGUARDING], dtype=np.int64)
