"""The resilience ledger: whole-number arithmetic for risk that is spent over time.

A person or family holds a *resilience* for each thing that may befall them: a unit-exponential
number, stored in whole units. Circumstances spend it at a *rate* in units a tick; when nothing is left,
the event happens. Because both are integers, spending over [a, b] and then [b, c] is exactly spending over
[a, c], and a multiplier of one changes nothing, on any machine and in any engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNIT_BITS = 44
UNITS = 1 << UNIT_BITS
"""Units in a resilience of one."""

GRID_BITS = 14
"""Resiliences are rounded to this many bits above one unit, so that a last-bit difference of a logarithm
between two machines does not reach the ledger."""

ONE_BITS = 20
ONE = 1 << ONE_BITS
"""A multiplier of exactly one, in fixed point."""

HALF = ONE >> 1
NEVER = 1 << 62
"""A tick later than any horizon."""


def resilience(uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
    """Unit-exponential resiliences in units, from uniforms in (0, 1) (inverse of the survival function)."""
    grid = np.rint(-np.log(uniforms) * float(UNITS >> GRID_BITS)).astype(np.int64)
    return np.maximum(grid, 1) << GRID_BITS


def units_per_tick(rate_per_year: float) -> int:
    """A yearly rate as whole units a tick."""
    return round(rate_per_year * UNITS / TICKS_PER_YEAR)


def fixed_point(multiplier: float) -> int:
    """A multiplier as a fixed-point integer; exactly ``ONE`` for 1."""
    return round(multiplier * ONE)


def at_once(hazard: int) -> int:
    """Units of a cumulative hazard that is spent at one moment, given in fixed point."""
    return hazard << (UNIT_BITS - ONE_BITS)


def scaled(value: int, multiplier: int) -> int:
    """``value`` times a fixed-point ``multiplier``, rounded once to the nearest whole number."""
    return (value * multiplier + HALF) >> ONE_BITS
