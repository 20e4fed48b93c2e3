"""Measures of what an authority counts every month: starts, ends, plans, applications, families, placements.

The same things are counted by year elsewhere; here the months of a year add up to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.model.terms import BANDS, PLACEMENT_NAMES, TEAM_NAMES, Route, Status
from sim.results.reading import IN_GROUP, keys_of
from sim.results.steps import one_of

if TYPE_CHECKING:
    from sim.results.estimates import Key
    from sim.results.reading import Floats, Periods, Reading

STARTS = ("all", "by court", "unplanned, aged 10 to 17")
"""Groups of children who start to be looked after."""
UNPLANNED = (Route.BREAKDOWN, Route.GUARDIANSHIP, Route.NO_WARNING)
"""Routes into care of which nobody decided beforehand; unaccompanied children are apart."""
TEN = BANDS.index("10-12")
"""Place of the first age band of those whom Edge of Care is proposed for."""


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    ends = at.ends
    return [
        *keys_of("entries in month", ends, STARTS),
        *keys_of("exits in month", ends),
        *keys_of("plans started in month", ends),
        *keys_of("care applications in month", ends),
        *keys_of("offered in month", ends, TEAM_NAMES),
        *keys_of("started in month", ends, TEAM_NAMES),
        *keys_of("placed at month end", ends, PLACEMENT_NAMES),
    ]


def values(reading: Reading) -> list[Any]:
    """Every measure by month, in the order of `keys`."""
    n, begun, placed = reading.n_ends, reading.rows(Event.PLAN_STARTED), reading.placed
    new = begun["tick"] > 0
    plans = reading.by_month(begun["tick"][new], 0, 1, begun["amount"][new])
    teams = len(TEAM_NAMES)
    return [
        starts(reading),
        in_months(reading, Event.LEFT, opening=True).sum(axis=1),
        plans[:n],
        in_months(reading, Event.STATUS)[:, Status.PROCEEDINGS],
        (in_months(reading, Event.OFFERED) @ IN_GROUP)[:, :teams],
        (in_months(reading, Event.STARTED) @ IN_GROUP)[:, :teams],
        reading.standing(placed["begin"], placed["end"], placed["where"], len(PLACEMENT_NAMES)),
    ]


def in_months(reading: Reading, event: Event, *, opening: bool = False) -> Floats:
    """[months, whats] how often an event happened; with ``opening``, the first instant is of the first."""
    found = reading.tally[event].T.astype(np.float64)
    if opening:
        found[1] += found[0]
    return np.asarray(found[1 : reading.n_ends + 1])


def starts(reading: Reading) -> Floats:
    """[months, groups] children who start to be looked after, in the groups of `STARTS`."""
    entered = reading.rows(Event.ENTERED)
    tick, route = entered["tick"], entered["what"]
    unplanned = one_of(route, *UNPLANNED) & (reading.entered_band >= TEN)
    masks = (np.ones(len(tick), dtype=bool), route == int(Route.COURT), unplanned)
    return np.hstack([reading.by_month(tick[mask])[: reading.n_ends] for mask in masks])
