"""Measures of children: in care, entering, leaving, placements, guardianship, cohorts and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import NEVER
from sim.model.terms import (
    BANDS,
    ETHNICITY_NAMES,
    LEAVING_NAMES,
    PLACEMENT_NAMES,
    ROUTE_NAMES,
    SEX_NAMES,
    TEAM_NAMES,
    Offer,
    Route,
)
from sim.results.reading import keys_of

if TYPE_CHECKING:
    from sim.results.estimates import Key
    from sim.results.reading import Floats, Ints, Periods, Reading

HALF_YEAR = 182 * TICKS_PER_DAY
"""How long after a family was turned away an emergency entry is laid at that door."""
DIMENSIONS = {
    "age": BANDS,
    "sex": SEX_NAMES,
    "ethnicity": ETHNICITY_NAMES,
    "disability": ("not disabled", "disabled"),
}
"""Groups whose outcomes are compared for equality."""
DIMENSION_GROUPS = tuple(f"{name}|{group}" for name, groups in DIMENSIONS.items() for group in groups)
TRIED = (*TEAM_NAMES, "nothing")
"""What a family may have been given before a child entered care."""


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    years, whole = at.years, ("whole",)
    return [
        *keys_of("children looked after", at.ends, ("all", *BANDS, "unaccompanied")),
        *keys_of("looked after by group", at.ends[-1:], DIMENSION_GROUPS),
        *keys_of("placement days", years, PLACEMENT_NAMES),
        *keys_of("placed", at.marches, PLACEMENT_NAMES),
        *keys_of("placements broken down", years, PLACEMENT_NAMES),
        *keys_of("entries", years, ("all", *(f"{band}|{route}" for band in BANDS for route in ROUTE_NAMES))),
        *keys_of("entries of families with needs", years, ROUTE_NAMES),
        *keys_of("entries by group", whole, DIMENSION_GROUPS),
        *keys_of("tried before", whole, tuple(f"{band}|{tried}" for band in BANDS for tried in TRIED)),
        *keys_of("re-entries", years),
        *keys_of("re-entries by age", whole, BANDS),
        *keys_of("emergency entries after diversion", years),
        *keys_of("exits", years, ("all", *LEAVING_NAMES)),
        *keys_of("exits by age", years, (*BANDS, "18")),
        *keys_of("guardianship days", years),
        *keys_of("edge starts", whole, BANDS),
        *keys_of("edge wait days", whole, BANDS),
    ]


def values(reading: Reading) -> list[Any]:
    """Every measure of children, in the order of `keys`."""
    return [
        *looked_after(reading),
        *placements(reading),
        *entries(reading),
        *exits(reading),
        guardianship(reading),
        *edge_waits(reading),
    ]


def looked_after(reading: Reading) -> list[Any]:
    """Children looked after at month ends, by age; and by group at the last."""
    people, stays, n = reading.people, reading.stays, len(BANDS)
    begin, end = stays["begin"], stays["end"]
    row = reading.stay_row
    alone = people.unaccompanied[row]
    # A stay is one interval in each age band that it reaches into; whoever is past the last stays in it.
    since = np.maximum(begin, people.band_ticks[:n, row])
    until = np.minimum(end, people.band_ticks[1 : n + 1, row])
    until[-1] = end
    band, one = np.nonzero(since < until)
    found = np.hstack(
        [
            reading.standing(begin, end),
            reading.standing(since[band, one], until[band, one], band, n),
            reading.standing(begin[alone], end[alone]),
        ]
    )
    last = int(reading.times.ends[-1])
    now = (begin < last) & (end >= last)
    age = np.minimum(reading.band(stays["child"][now], last - 1), n - 1)
    return [found, by_group(reading, row[now], age)]


def by_group(reading: Reading, row: Ints, band: Ints) -> Floats:
    """How many of some children (rows, with their age bands) belong to each group."""
    people = reading.people
    columns = (band, people.sex[row], people.ethnicity[row], people.disabled[row])
    counted = [
        np.bincount(column, minlength=len(names))
        for column, names in zip(columns, DIMENSIONS.values(), strict=True)
    ]
    return np.concatenate(counted).astype(np.float64)


def placements(reading: Reading) -> list[Any]:
    """[years, placements] days, [Marches, placements] children, and [years, placements] broken down."""
    n, placed = len(PLACEMENT_NAMES), reading.placed
    tick, end, where = (placed[name] for name in ("begin", "end", "where"))
    days = reading.placed_ticks @ reading.homes / TICKS_PER_DAY
    at = reading.standing(tick, end, where, n)[reading.times.marches]
    return [days, at, reading.yearly(Event.BROKE_DOWN)[:, :n]]


def entries(reading: Reading) -> list[Any]:
    """Children who start to be looked after: by age and route, by group, by what was tried, again."""
    entered = reading.rows(Event.ENTERED)
    band, people, row = reading.entered_band, reading.people, reading.entered_row
    cells = reading.by_year(entered["tick"], band * len(Route) + entered["what"], len(BANDS) * len(Route))
    started = reading.first_start[people.child_family[row]] < entered["tick"][:, None]
    # Nobody could have tried anything for a child who arrives alone.
    known = entered["what"] != int(Route.UNACCOMPANIED)
    who, what = np.nonzero(np.column_stack([started, ~started.any(axis=1)])[known])
    tried = np.bincount(band[known][who] * len(TRIED) + what, minlength=len(BANDS) * len(TRIED))
    again = entered["amount"] > 0
    again |= people.returned[row]
    return [
        np.hstack([cells.sum(axis=1, keepdims=True), cells]),
        of_families_with_needs(reading, entered, row),
        by_group(reading, row, band),
        tried,
        reading.by_year(entered["tick"][again]),
        np.bincount(band[again], minlength=len(BANDS)),
        after_diversion(reading, entered),
    ]


def of_families_with_needs(reading: Reading, entered: dict[str, Ints], row: Ints) -> Floats:
    """[years, routes] entries from families whose needs call for one of Family Safeguarding's specialists."""
    needs = reading.people.needs[row]
    return reading.by_year(entered["tick"][needs], entered["what"][needs], len(Route))


def after_diversion(reading: Reading, entered: dict[str, Ints]) -> Floats:
    """[years, 1] entries without warning soon after Edge of Care did not happen, or a crisis passed."""
    log = reading.log
    turned = reading.at(Event.REFUSED, Event.DIVERTED, Event.DECLINED, Event.LAPSED)
    turned = turned[log.what[turned] == int(Offer.EDGE_OF_CARE)]
    turned = np.concatenate([turned, reading.at(Event.WEATHERED)])
    past = {"family": log.family[turned], "tick": log.tick[turned]}
    sudden = entered["what"] == int(Route.NO_WARNING)
    family, tick = entered["family"][sudden], entered["tick"][sudden]
    found = reading.latest(past, family, tick)
    since = np.full(len(tick), NEVER, dtype=np.int64)
    since[found >= 0] = tick[found >= 0] - past["tick"][found[found >= 0]]
    return reading.by_year(tick[since <= HALF_YEAR])


def exits(reading: Reading) -> list[Any]:
    """Children who cease to be looked after, by how and by age."""
    left = reading.rows(Event.LEFT)
    kinds = reading.yearly(Event.LEFT)[:, : len(LEAVING_NAMES)]
    age = reading.band(left["child"], left["tick"])
    return [
        np.hstack([kinds.sum(axis=1, keepdims=True), kinds]),
        reading.by_year(left["tick"], age, len(BANDS) + 1),
    ]


def guardianship(reading: Reading) -> Floats:
    """[years, 1] days with a special guardian."""
    lives = reading.with_guardians
    return reading.days_by_year(lives["begin"], lives["end"])


def edge_waits(reading: Reading) -> list[Any]:
    """By age of the child in crisis: families that Edge of Care began with, and days since the referral."""
    steps, crises = reading.steps, reading.heard_of
    begun = steps.of(Event.STARTED) & (steps.what == int(Offer.EDGE_OF_CARE)) & (steps.offered >= 0)
    family, tick = steps.family[begun], steps.tick[begun]
    latest = reading.latest(crises, family, tick)
    known = latest >= 0
    child, when = crises["child"][latest[known]], crises["tick"][latest[known]]
    band = reading.capped(reading.band(child, when))
    waited = (tick - steps.offered[begun])[known] / TICKS_PER_DAY
    n = len(BANDS)
    return [np.bincount(band, minlength=n), np.bincount(band, weights=waited, minlength=n)]
