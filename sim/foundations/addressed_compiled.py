"""Numbers by address, compiled to machine code: one at a time, and in tables. Importing this imports numba.

The normal quantile is Moshier's (Cephes, ``ndtri``), as in SciPy, of which compiled code can call nothing.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
from numba import njit, types

from sim.foundations.addressed import LONGEST, Meaning, Transform
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.compiled_code import cached
from sim.foundations.ledger import GRID_BITS, ONE, UNITS
from sim.foundations.philox_compiled import ADDRESSES, KEY, uniform_at
from sim.foundations.philox_compiled import fill as draw

UNIFORM, RESILIENCE, BELOW = int(Meaning.UNIFORM), int(Meaning.RESILIENCE), int(Meaning.BELOW)
ON_GRID = float(UNITS >> GRID_BITS)
TOGETHER = 512
"""Rows whose uniforms are drawn before they become numbers: so many stay in the processor's cache."""
MIDDLE = 0.13533528323661269189
"""exp(-2): nearer to an end than this, other polynomials serve."""
ROOT = 2.50662827463100050242
"""The square root of two pi."""
FAR = 8.0
"""Beyond this value of the tail's own variable, the last pair serves."""
P_MIDDLE = (
    -5.99633501014107895267e1,
    9.80010754185999661536e1,
    -5.66762857469070293439e1,
    1.39312609387279679503e1,
    -1.23916583867381258016e0,
)
Q_MIDDLE = (
    1.0,
    1.95448858338141759834e0,
    4.67627912898881538453e0,
    8.63602421390890590575e1,
    -2.25462687854119370527e2,
    2.00260212380060660359e2,
    -8.20372256168333339912e1,
    1.59056225126211695515e1,
    -1.18331621121330003142e0,
)
P_TAIL = (
    4.05544892305962419923e0,
    3.15251094599893866154e1,
    5.71628192246421288162e1,
    4.40805073893200834700e1,
    1.46849561928858024014e1,
    2.18663306850790267539e0,
    -1.40256079171354495875e-1,
    -3.50424626827848203418e-2,
    -8.57456785154685413611e-4,
)
Q_TAIL = (
    1.0,
    1.57799883256466749731e1,
    4.53907635128879210584e1,
    4.13172038254672030440e1,
    1.50425385692907503408e1,
    2.50464946208309415979e0,
    -1.42182922854787788574e-1,
    -3.80806407691578277194e-2,
    -9.33259480895457427372e-4,
)
P_FAR = (
    3.23774891776946035970e0,
    6.91522889068984211695e0,
    3.93881025292474443415e0,
    1.33303460815807542389e0,
    2.01485389549179081538e-1,
    1.23716634817820021358e-2,
    3.01581553508235416007e-4,
    2.65806974686737550832e-6,
    6.23974539184983293730e-9,
)
Q_FAR = (
    1.0,
    6.02427039364742014255e0,
    3.67983563856160859403e0,
    1.37702099489081330271e0,
    2.16236993594496635890e-1,
    1.34204006088543189037e-2,
    3.28014464682127739104e-4,
    2.89247864745380683936e-6,
    6.79019408009981274425e-9,
)


@njit(nogil=True)
def polynomial(x: Any, coefficients: Any) -> Any:
    """A polynomial, the highest power first."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


@njit(nogil=True)
def normal_quantile(uniform: Any) -> Any:
    """Inverse of the standard normal distribution."""
    below = uniform <= 1.0 - MIDDLE
    tail = uniform if below else 1.0 - uniform
    if tail > MIDDLE:
        y = tail - 0.5
        square = y * y
        x = y + y * (square * polynomial(square, P_MIDDLE) / polynomial(square, Q_MIDDLE))
        return x * ROOT
    far = sqrt(-2.0 * log(tail))
    z = 1.0 / far
    if far < FAR:
        correction = z * polynomial(z, P_TAIL) / polynomial(z, Q_TAIL)
    else:
        correction = z * polynomial(z, P_FAR) / polynomial(z, Q_FAR)
    x = far - log(far) / far - correction
    return -x if below else x


@njit(nogil=True)
def transformed(uniform: Any, meaning: Any, scale: Any, spread: Any) -> Any:
    """What one uniform becomes: ``sim.foundations.addressed.transform_plainly``."""
    if meaning == UNIFORM:
        return min(np.int64(uniform * ONE), ONE - 1)
    if meaning == RESILIENCE:
        grid: Any = max(np.int64(np.rint(-log(uniform) * ON_GRID)), 1)
        return grid << GRID_BITS
    if meaning == BELOW:
        return np.int64(uniform < scale)
    days = scale * exp(spread * normal_quantile(uniform))
    return np.int64(min(max(np.rint(days * TICKS_PER_DAY), 1.0), float(LONGEST)))


@njit(nogil=True)
def number(
    key: Any, block: Any, slot: Any, entity: Any, occurrence: Any, meaning: Any, scale: Any, spread: Any
) -> Any:
    """One number of ``sim.foundations.addressed.Addressed``."""
    return transformed(uniform_at(key, block, slot, entity, occurrence), meaning, scale, spread)


@njit(nogil=True)
def fill_all(
    key: Any, block: Any, slot: Any, entity: Any, meaning: Any, scale: Any, spread: Any, out: Any
) -> None:
    """All numbers of some rows, which draw their uniforms together."""
    rows, occurrences = out.shape
    for begin in range(0, rows, TOGETHER):
        end = min(begin + TOGETHER, rows)
        uniforms = np.empty((end - begin, occurrences))
        draw(key, block[begin:end], slot[begin:end], entity[begin:end], uniforms)
        for row in range(len(uniforms)):
            for occurrence in range(occurrences):
                out[begin + row, occurrence] = transformed(uniforms[row, occurrence], meaning, scale, spread)


GIVEN = (KEY, ADDRESSES, ADDRESSES, ADDRESSES, types.int64, types.float64, types.float64)
cached(fill_all, *(types.void(*GIVEN, whole[:, ::1]) for whole in (types.int32, types.int64)))


def fill(key: Any, block: Any, slot: Any, entity: Any, into: Transform, out: Any) -> None:
    """``sim.foundations.addressed.fill_plainly``."""
    fill_all(key, block, slot, entity, int(into.meaning), into.scale, into.spread, out)
