"""How long something lasts when the chance that it ends changes in steps with how long it has lasted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, expm1, isfinite

import numpy as np
import numpy.typing as npt

__all__ = ["StepHazard"]

FloatArray = npt.NDArray[np.float64]
_TINY = 2.0**-53


@dataclass(frozen=True, slots=True)
class StepHazard:
    """A length whose hazard (ending rate among those still going) is constant between bounds.

    Bounds and rates share one unit of time: with bounds in days, rates are per day.
    """

    bounds: tuple[float, ...]
    """Where each step begins: 0 first, rising. The last step has no end."""
    rates: tuple[float, ...]
    """Hazard in each step; 0 or more, the last above 0 so that everything ends."""

    def __post_init__(self) -> None:
        bounds, rates = self.bounds, self.rates
        if not bounds or len(bounds) != len(rates):
            raise ValueError(
                f"StepHazard: {len(bounds)} bounds but {len(rates)} rates; one rate for each bound"
            )
        if bounds[0] != 0 or any(late <= early for early, late in pairwise(bounds)):
            raise ValueError(f"StepHazard: bounds must start at 0 and rise: {bounds}")
        if any(not isfinite(rate) or rate < 0 for rate in rates) or rates[-1] <= 0:
            raise ValueError(f"StepHazard: rates must be 0 or more and the last above 0: {rates}")

    @property
    def mean(self) -> float:
        """The area under the survival curve."""
        return float(self._areas()[-1])

    @property
    def variance(self) -> float:
        """Twice the area under x × survival, less the mean squared."""
        second = sum(
            alive * (bound * _area(rate, width) + _moment(rate, width))
            for alive, bound, rate, width in zip(
                np.exp(-self._spent()), self.bounds, self.rates, self._widths(), strict=True
            )
        )
        return float(2 * second - self.mean**2)

    def survival(self, x: npt.ArrayLike) -> FloatArray:
        """Share that lasts longer than `x`; 1 below 0; same shape as `x`."""
        length = np.maximum(np.asarray(x, dtype=np.float64), 0.0)
        step = np.searchsorted(np.asarray(self.bounds), length, side="right") - 1
        spent = self._spent()[step] + np.asarray(self.rates)[step] * (length - np.asarray(self.bounds)[step])
        return np.asarray(np.exp(-spent), dtype=np.float64)

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Length below which a share `u` ends; same shape as `u`."""
        spend = -np.log1p(-np.asarray(u, dtype=np.float64))
        before = self._spent()
        step = np.searchsorted(before, spend, side="right") - 1
        beyond = (spend - before[step]) / np.asarray(self.rates)[step]
        return np.asarray(np.asarray(self.bounds)[step] + beyond, dtype=np.float64)

    def equilibrium_quantile(self, u: npt.ArrayLike) -> FloatArray:
        """How long those going on at a moment have lasted so far: density survival / mean; same shape as `u`.

        In a steady state long stays are more often met, and are met at any point of their length alike (Cox,
        "Renewal theory", 1962, section 5.2). What is left of them has the same distribution.
        """
        areas = self._areas()
        area = np.asarray(u, dtype=np.float64) * areas[-1]
        step = np.minimum(np.searchsorted(areas, area, side="right"), len(self.rates) - 1)
        rate = np.asarray(self.rates)[step]
        beyond = (area - np.concatenate(([0.0], areas[:-1]))[step]) / np.exp(-self._spent()[step])
        flat = rate == 0
        ended = np.minimum(rate * beyond, 1 - _TINY)
        gone = np.where(flat, beyond, -np.log1p(-ended) / np.where(flat, 1.0, rate))
        return np.asarray(np.asarray(self.bounds)[step] + gone, dtype=np.float64)

    def _widths(self) -> tuple[float, ...]:
        return (*(late - early for early, late in pairwise(self.bounds)), np.inf)

    def _spent(self) -> FloatArray:
        """Hazard used up by the start of each step."""
        used = np.asarray(self.rates[:-1]) * np.asarray(self._widths()[:-1])
        return np.concatenate(([0.0], np.cumsum(used)))

    def _areas(self) -> FloatArray:
        """Area under the survival curve by the end of each step."""
        steps = [_area(rate, width) for rate, width in zip(self.rates, self._widths(), strict=True)]
        return np.cumsum(np.exp(-self._spent()) * steps)


def _area(rate: float, width: float) -> float:
    """Integral of exp(-rate t) from 0 to width."""
    return width if rate == 0 else -expm1(-rate * width) / rate


def _moment(rate: float, width: float) -> float:
    """Integral of t exp(-rate t) from 0 to width."""
    if width == np.inf:
        return 1 / rate**2
    done = rate * width
    if done < 1e-3:  # the closed form loses digits here; four terms of the series are exact to rounding
        return width**2 * (1 / 2 - done / 3 + done**2 / 8 - done**3 / 30)
    return (-expm1(-done) - done * exp(-done)) / rate**2
