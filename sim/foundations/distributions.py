"""Shapes: one uniform number in, one quantity out, by the inverse of the cumulative distribution.

Every shape gives its mean and variance in closed form, so that tests and descriptions need no sampling.
`quantile` takes numbers strictly between 0 and 1 in an array of any shape and answers in the same shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, expm1, inf, isfinite, sqrt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.foundations.hazard import StepHazard

__all__ = [
    "Distribution",
    "Exponential",
    "Fixed",
    "LogNormal",
    "Mixture",
    "Normal",
    "StepHazard",
    "Table",
    "Triangular",
    "Uniform",
]

FloatArray = npt.NDArray[np.float64]
_TINY = 2.0**-53


class Distribution(Protocol):
    """What every shape of a single number can do."""

    @property
    def mean(self) -> float:
        """Expected value."""
        ...

    @property
    def variance(self) -> float:
        """Expected squared distance from the mean."""
        ...

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """The values below which a share `u` of outcomes lies; same shape as `u`."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same value."""

    value: float

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def variance(self) -> float:
        """Nought."""
        return 0.0

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """The value, in the shape of `u`."""
        return np.full_like(np.asarray(u, dtype=np.float64), self.value)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Any value from low to high, all alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require(self.low <= self.high, f"Uniform: low ({self.low}) must not be above high ({self.high})")

    @property
    def mean(self) -> float:
        """(low + high) / 2."""
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        """(high - low)² / 12."""
        return (self.high - self.low) ** 2 / 12

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of the cumulative distribution at `u`."""
        return self.low + (self.high - self.low) * np.asarray(u, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Triangular:
    """From low to high, most likely at mode."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        ordered = self.low <= self.mode <= self.high
        _require(
            ordered, f"Triangular: {self.low}, {self.mode}, {self.high} must be in order low, mode, high"
        )

    @property
    def mean(self) -> float:
        """(low + mode + high) / 3."""
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> float:
        """With width w and rise r from low to mode: (w² - wr + r²) / 18."""
        width, rise = self.high - self.low, self.mode - self.low
        return (width * width - width * rise + rise * rise) / 18

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of the cumulative distribution at `u`."""
        share = np.asarray(u, dtype=np.float64)
        width, rise = self.high - self.low, self.mode - self.low
        up = self.low + np.sqrt(share * width * rise)
        down = self.high - np.sqrt((1 - share) * width * (width - rise))
        return np.where(share * width <= rise, up, down)


@dataclass(frozen=True, slots=True)
class Exponential:
    """A wait with no memory."""

    mean: float
    """Mean wait, above 0."""

    def __post_init__(self) -> None:
        _require(self.mean > 0, f"Exponential: mean must be above 0, not {self.mean}")

    @property
    def variance(self) -> float:
        """The mean squared."""
        return self.mean**2

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of the cumulative distribution at `u`."""
        return -self.mean * np.log1p(-np.asarray(u, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A quantity whose logarithm is normal: what multiplies rather than adds."""

    median: float
    """Above 0."""
    sigma: float
    """Standard deviation of the natural logarithm."""

    def __post_init__(self) -> None:
        _require(self.median > 0, f"LogNormal: median must be above 0, not {self.median}")
        _require(self.sigma >= 0, f"LogNormal: sigma must not be below 0, not {self.sigma}")

    @property
    def mean(self) -> float:
        """median × exp(sigma² / 2)."""
        return self.median * exp(self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        """(exp(sigma²) - 1) × mean²."""
        return expm1(self.sigma**2) * self.mean**2

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of the cumulative distribution at `u`."""
        return np.asarray(self.median * np.exp(self.sigma * _ndtri(u)), dtype=np.float64)


@dataclass(frozen=True, slots=True, init=False)
class Normal:
    """A normal quantity, kept between low and high by using only that part of its range."""

    centre: float
    """Mean of the whole curve, before it is cut."""
    sd: float
    """Standard deviation of the whole curve, above 0."""
    low: float
    high: float

    def __init__(self, mean: float, sd: float, low: float = -inf, high: float = inf) -> None:
        for name, value in (("centre", mean), ("sd", sd), ("low", low), ("high", high)):
            object.__setattr__(self, name, float(value))
        _require(sd > 0, f"Normal: sd must be above 0, not {sd}")
        _require(low < high, f"Normal: low ({low}) must be below high ({high})")
        _require(
            self._mass > 1e-6, f"Normal: almost nothing of mean {mean}, sd {sd} lies from {low} to {high}"
        )

    @property
    def mean(self) -> float:
        """Mean of the part that is kept."""
        return self.centre + self.sd * (_density(self._a) - _density(self._b)) / self._mass

    @property
    def variance(self) -> float:
        """Variance of the part that is kept (Johnson, Kotz and Balakrishnan, 1994, section 13.10.1)."""
        at_low, at_high = _density(self._a), _density(self._b)
        tilt = (at_low * _finite(self._a) - at_high * _finite(self._b)) / self._mass
        shift = (at_low - at_high) / self._mass
        return self.sd**2 * (1 + tilt - shift**2)

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """Inverse of the cumulative distribution at `u`."""
        share = _ndtr(self._a) + np.asarray(u, dtype=np.float64) * self._mass
        share = np.clip(
            share, _TINY, 1 - _TINY
        )  # adding may have rounded to an end, where the curve has none
        return np.clip(self.centre + self.sd * _ndtri(share), self.low, self.high)

    @property
    def _a(self) -> float:
        return (self.low - self.centre) / self.sd

    @property
    def _b(self) -> float:
        return (self.high - self.centre) / self.sd

    @property
    def _mass(self) -> float:
        return _ndtr(self._b) - _ndtr(self._a)


@dataclass(frozen=True, slots=True)
class Mixture:
    """One of several shapes, each with its weight: evidence that does not agree with itself.

    The uniform number picks the arm, and what is left of it, stretched again to 0 to 1, picks within the arm.
    The result rises with `u` only inside an arm.
    """

    arms: tuple[Distribution, ...]
    weights: tuple[float, ...]
    """Relative weights; scaled to sum to 1."""

    def __post_init__(self) -> None:
        _require_weights("Mixture", len(self.arms), self.weights)

    @property
    def mean(self) -> float:
        """Weighted mean of the arms' means."""
        return sum(share * arm.mean for share, arm in zip(self._shares, self.arms, strict=True))

    @property
    def variance(self) -> float:
        """Within the arms plus between them."""
        middle = self.mean
        return sum(
            share * (arm.variance + (arm.mean - middle) ** 2)
            for share, arm in zip(self._shares, self.arms, strict=True)
        )

    def quantile(self, u: npt.ArrayLike) -> FloatArray:
        """The value that `u` picks, arm first; same shape as `u`."""
        share = np.asarray(u, dtype=np.float64)
        chosen = _pick(self.weights, share)
        shares = np.asarray(self._shares)
        within = (share - (np.cumsum(shares) - shares)[chosen]) / shares[chosen]
        within = np.clip(within, _TINY, 1 - _TINY)
        values = np.zeros_like(share)
        for position, arm in enumerate(self.arms):
            values = np.where(chosen == position, arm.quantile(within), values)
        return values

    @property
    def _shares(self) -> tuple[float, ...]:
        total = sum(self.weights)
        return tuple(weight / total for weight in self.weights)


@dataclass(frozen=True, slots=True)
class Table:
    """One of several named outcomes, each with its weight. Its quantity is the outcome's position."""

    values: tuple[Any, ...]
    """The outcomes, in order."""
    weights: tuple[float, ...]
    """Relative weights; scaled to sum to 1."""

    def __post_init__(self) -> None:
        _require_weights("Table", len(self.values), self.weights)

    @property
    def mean(self) -> float:
        """Mean of the position."""
        return float(np.average(np.arange(len(self.values)), weights=self.weights))

    @property
    def variance(self) -> float:
        """Variance of the position."""
        return float(np.average((np.arange(len(self.values)) - self.mean) ** 2, weights=self.weights))

    def quantile(self, u: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Position in `values` of the outcome that `u` picks; same shape as `u`."""
        return _pick(self.weights, np.asarray(u, dtype=np.float64))


def _pick(weights: tuple[float, ...], u: FloatArray) -> npt.NDArray[np.int64]:
    edges = np.cumsum(weights) / sum(weights)
    last = max(position for position, weight in enumerate(weights) if weight > 0)
    return np.minimum(np.searchsorted(edges, u, side="right"), last).astype(np.int64)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _require_weights(name: str, outcomes: int, weights: tuple[float, ...]) -> None:
    _require(outcomes > 0, f"{name}: needs at least one outcome")
    _require(outcomes == len(weights), f"{name}: {outcomes} outcomes but {len(weights)} weights")
    usable = all(isfinite(weight) and weight >= 0 for weight in weights) and sum(weights) > 0
    _require(usable, f"{name}: weights must be 0 or more and not all 0: {weights}")


def _ndtri(u: npt.ArrayLike) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri(np.asarray(u, dtype=np.float64)), dtype=np.float64)


def _ndtr(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(z))


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * np.pi)


def _finite(z: float) -> float:
    return z if isfinite(z) else 0.0
