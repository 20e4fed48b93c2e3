"""Periods of care: how long they last, how they end, where children live, and the cohort in care on the
first day with its length-biased stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.ledger import fixed_point, units_per_tick
from sim.model.terms import BAND_STARTS, BANDS, PLACEMENT_NAMES, ROUTE_NAMES, STAY_NAMES, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.model.plan import Row
    from sim.model.population import Floats, Ints, Values

TOGETHER = 32
"""Children whose stays are worked out at a time, so that it is done in the processor's cache."""
STEPS_A_YEAR = 12
"""Resolution of the renewal calculation for the opening cohort."""

LONG_GROUPS = ("long_under_5", "long_5_9", "long_10_15", "long_16_17")


def thresholds(shares: Mapping[str, float]) -> Row:
    """Cumulative shares as fixed point, without the last; equal thresholds make an outcome impossible."""
    total = sum(shares.values()) or 1.0
    return tuple(fixed_point(x / total) for x in np.cumsum(list(shares.values()))[:-1])


def stay_shares(values: Values, route: Route) -> dict[str, float]:
    """Shares of short, medium and long stays among those who enter by a route."""
    if route == Route.UNACCOMPANIED:
        return {"short": 0.0, "medium": 0.0, "long": 1.0}
    if route == Route.GUARDIANSHIP:
        route = Route.BREAKDOWN
    table: dict[str, float] = values["care.stay." + ROUTE_NAMES[route].replace(" ", "_")]
    return table


def key(band: str) -> str:
    """An age band as it stands in the name of a parameter: "1-4" -> "1_4"."""
    return band.replace(" ", "_").replace("-", "_")


def leaving(values: Values, group: str) -> Row:
    """Cumulative chances of leaving home, home unplanned, adopted and otherwise, if not to a guardian."""
    table = dict(values[f"care.exit_kind.{group}"])
    del table["special guardianship"]
    return thresholds(table)


def guardians(values: Values, group: str) -> float:
    """Share of the stays that end with a special guardian."""
    return float(values[f"care.exit_kind.{group}"]["special guardianship"])


def care_rules(values: Values, network: float) -> dict[str, Any]:
    """The fields of ``Rules`` that concern care. ``network`` is how much rarer care within the family network
    is where no conference was held than in the flows observed."""
    level = values["uncertainty.exit_level"]
    return {
        "stay": tuple(thresholds(stay_shares(values, route)) for route in Route),
        "exit_rate": tuple(units_per_tick(values[f"care.exit.{stay}"] * level) for stay in STAY_NAMES[:2]),
        "exit_long": tuple(units_per_tick(values["care.exit.long"][band] * level) for band in BANDS),
        "exit_long_early": fixed_point(values["care.exit.long_first_half_year"]),
        "half_year": round(TICKS_PER_YEAR / 2),
        "leaving_by_stay": tuple(leaving(values, stay) for stay in STAY_NAMES[:2]),
        "leaving_by_band": tuple(leaving(values, group) for group in LONG_GROUPS),
        "guardians_by_stay": tuple(fixed_point(guardians(values, stay) * network) for stay in STAY_NAMES[:2]),
        "guardians_by_band": tuple(fixed_point(guardians(values, group) * network) for group in LONG_GROUPS),
        "placement": tuple(thresholds(values["care.placement." + key(band)]) for band in BANDS),
        "kinship": tuple(fixed_point(values["care.kinship"][band] * network) for band in BANDS),
        "moves": tuple(
            (
                (0, units_per_tick(values["care.move"][name] * values["care.move_early"])),
                (round(TICKS_PER_YEAR / 4), units_per_tick(values["care.move"][name])),
                (TICKS_PER_YEAR, units_per_tick(values["care.move"][name] * values["care.move_later"])),
            )
            for name in PLACEMENT_NAMES
        ),
        "moved_to": tuple(thresholds(values["care.after_breakdown." + key(band)]) for band in BANDS),
        "band_starts": tuple(round(start * TICKS_PER_YEAR) for start in BAND_STARTS),
    }


def opening_stays(values: Values, age: Floats, uniforms: Floats) -> tuple[Ints, Floats]:
    """Kind of stay and years already in care of children of given ages (years) who are in care now: [n].

    Renewal theory, by age: the density of a stay that began at age ``b`` and is still going on at age ``a``
    is (starts a year at age b) x (share of that kind of stay) x (its survival from b to a). Longer stays
    are therefore over-represented, as in any snapshot, and no past is simulated.
    """
    grid = np.arange(BAND_STARTS[-1] * STEPS_A_YEAR + 1) / STEPS_A_YEAR
    band = np.clip(np.searchsorted(BAND_STARTS, grid, side="right") - 1, 0, len(BANDS) - 1)
    widths = np.diff(BAND_STARTS)
    inflow = np.array(list(values["care.starts_by_age"].values()))[band] / widths[band]
    hazard = np.array(list(values["care.exit.long"].values()))
    spent = np.concatenate([[0.0], np.cumsum(hazard[band][:-1] / STEPS_A_YEAR)])
    mixes = [list(stay_shares(values, route).values()) for route in (Route.COURT, Route.BREAKDOWN)]
    # Young children come mostly by court, the older ones by breakdown.
    mix = np.where((grid < 10)[:, None], mixes[0], mixes[1])
    early = values["care.exit.long_first_half_year"]
    rates = values["care.exit.short"], values["care.exit.medium"]
    stay, start = np.empty((2, len(age)), dtype=np.int64)
    for begin in range(0, len(age), TOGETHER):
        some = slice(begin, begin + TOGETHER)
        began, old = grid[None, :], age[some, None]
        elapsed = np.maximum(old - began, 0.0)
        now = np.interp(old, grid, spent)
        half = np.interp(np.minimum(began + 0.5, old), grid, spent)
        weight = np.empty((len(old), len(mixes[0]), len(grid)))
        np.exp(-rates[0] * elapsed, out=weight[:, 0])
        np.exp(-rates[1] * elapsed, out=weight[:, 1])
        np.exp(-((now - half) + early * (half - spent[None, :])), out=weight[:, 2])
        weight *= inflow * mix.T
        # An age under a month has no grid point before it but birth.
        weight *= (began < old)[:, None]
        flat = weight.reshape(len(old), -1)
        cumulative = np.cumsum(flat, axis=1)
        position = (cumulative < uniforms[some, None] * cumulative[:, -1:]).sum(axis=1)
        stay[some], start[some] = np.divmod(np.minimum(position, flat.shape[1] - 1), len(grid))
    return stay, np.maximum(age - grid[start], 0.0)
