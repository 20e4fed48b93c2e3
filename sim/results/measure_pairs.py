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
from sim.results.reading import Reading, keys_of, reading_of

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
        return [np.zeros(cells + by_year * reading.n_years + 3 * len(Team))]
    other = other_world(reading, against)
    family_of = reading.people.child_family
    here, there = reading.first_entry, other.first_entry
    avoided = other.days_in_care - reading.days_in_care
    paired = (reading.present & other.present)[family_of]
    touched = np.flatnonzero(paired & ((here != there) | (avoided != 0)))
    here, there, avoided = here[touched], there[touched], avoided[touched]
    least = MOVED_DAYS * TICKS_PER_DAY
    kinds = {
        "averted": (there < NEVER) & (here == NEVER),
        "delayed": (there + least <= here) & (here < NEVER),
        "hastened": (here + least <= there) & (there < NEVER),
        "caused": (here < NEVER) & (there == NEVER),
    }
    started = reading.first_start[family_of[touched]]
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
    found = np.zeros((reading.n_years, len(Team), n))
    served = (reading.first_start < reading.plan.horizon)[reading.people.child_family] & paired[:, None]
    for sign, world in ((1, other), (-1, reading)):
        whose = served[world.placed_row]
        some = np.flatnonzero(whose.any(axis=1))
        whose, homes = whose[some], world.homes[some]
        for year, spent in enumerate(world.placed_ticks[:, some]):
            # Whole numbers, so that it makes no difference in which order they are added.
            ticks = (whose * spent[:, None]).T @ homes
            found[year] += sign * ticks / TICKS_PER_DAY
    return found.reshape(reading.n_years, -1)


def other_world(reading: Reading, against: EventLog) -> Reading:
    """Another world read for the people of this one. Where demand differs it may have children in care whom
    this one does not know; they are left out."""
    other = reading_of(against, reading.plan, reading.clock, of_any_scenario=True)
    care = other.at(Event.ENTERED, Event.PLACED, Event.LEFT)
    known = reading.people.know(against.child[care])
    if known.all():
        return other
    kept = np.ones(len(against), dtype=bool)
    kept[care[~known]] = False
    fewer = EventLog(*(getattr(against, name)[kept] for name in COLUMNS))
    return Reading(fewer, reading.plan, reading.clock)


def bands(reading: Reading, children: Ints, tick: Ints) -> Ints:
    """Age band of children (rows) at a tick; on the first day where they never enter."""
    age = np.where(tick < NEVER, tick, 0) - reading.people.child_born[children]
    return reading.capped(reading.band_at(age))


def served(which: Any) -> Ints:
    """[children] position in `SERVED`, from [children, teams] flags."""
    return np.asarray(which[:, Team.EDGE_OF_CARE] + 2 * which[:, Team.FAMILY_SAFEGUARDING], dtype=np.int64)
