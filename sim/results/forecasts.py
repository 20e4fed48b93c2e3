"""Simple forecasts of a published series, and scores for any forecast that gives a range.

A simulation deserves attention only if it does better than what anybody can do with a ruler, so the rulers
are here, each with a range of nine in ten built the ordinary way from the same years. All of it is arithmetic
on short lists; nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

NINE_IN_TEN = 0.9
"""Share of what happens that a range is meant to hold."""
NORMAL = 1.6449
"""Standard deviations either side of the middle that hold nine in ten of a normal distribution."""
STUDENT = (6.3138, 2.9200, 2.3534, 2.1318, 2.0150, 1.9432, 1.8946, 1.8595, 1.8331, 1.8125)
"""The same of Student's t with 1, 2 … 10 degrees of freedom."""
RECENT = 3
"""Last years from which the rates of a forecast by chance alone are taken."""
LAST, MEAN, LINE, CHANCE = "last value", "mean of the years", "straight line", "chance alone"
METHODS = (LAST, MEAN, LINE, CHANCE)
"""Simple forecasts, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A middle, and a range that is meant to hold nine in ten of what happens."""

    middle: float
    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether a value lies inside, ends included."""
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """From end to end."""
        return self.high - self.low

    def interval_score(self, value: float) -> float:
        """The width, and twenty times as much as the value lies outside it. Lower is better; on average no
        other range does better than the one that is believed, so neither width nor boldness is rewarded."""
        outside = max(self.low - value, 0.0) + max(value - self.high, 0.0)
        return self.width + 2.0 / (1.0 - NINE_IN_TEN) * outside


def student(freedom: int) -> float:
    """Standard errors either side of the middle that hold nine in ten, with so many degrees of freedom."""
    return STUDENT[freedom - 1] if freedom <= len(STUDENT) else NORMAL


def last_value(history: Sequence[float], ahead: int) -> Forecast | None:
    """What was counted last; the range from the changes of one year to the next, as of a random walk."""
    changes = np.diff(history)
    if not len(changes):
        return None
    spread = sqrt(float(np.mean(changes**2))) * sqrt(ahead) * student(len(changes))
    return _around(history[-1], spread)


def mean_of_years(history: Sequence[float], ahead: int) -> Forecast | None:
    """The mean of the years; the range from their spread about it, and from the error of the mean."""
    n = len(history)
    if n < 2:
        return None
    spread = float(np.std(history, ddof=1)) * sqrt(1 + 1 / n) * student(n - 1)
    return _around(float(np.mean(history)), spread)


def straight_line(history: Sequence[float], ahead: int) -> Forecast | None:
    """The line of least squares carried on, with its ordinary prediction interval."""
    n = len(history)
    if n < 3:
        return None
    x, y = np.arange(n, dtype=float), np.asarray(history, dtype=float)
    slope, level = np.polyfit(x, y, 1)
    about = float(np.sum((y - level - slope * x) ** 2)) / (n - 2)
    at = n - 1 + ahead
    far = (at - x.mean()) ** 2 / float(np.sum((x - x.mean()) ** 2))
    return _around(float(level + slope * at), sqrt(about * (1 + 1 / n + far)) * student(n - 2))


def by_chance_of_counts(history: Sequence[float], ahead: int) -> Forecast | None:
    """The mean of the last years, with nothing uncertain but chance: a Poisson count."""
    mean = float(np.mean(history[-RECENT:]))
    return _around(mean, NORMAL * sqrt(mean))


def by_chance_of_shares(history: Sequence[float], ahead: int, whole: float) -> Forecast | None:
    """The mean of the last years in per cent, with nothing uncertain but chance: a binomial share."""
    share = min(max(float(np.mean(history[-RECENT:])) / 100, 0.0), 1.0)
    return _around(100 * share, NORMAL * 100 * sqrt(share * (1 - share) / whole))


def by_chance_of_stock(last: float, ahead: int, leave: float, begin: float | None = None) -> Forecast:
    """Those who are there, of whom each leaves with a yearly chance, and a Poisson count of those who come.

    Without a number who come, as many as leave are taken to.
    """
    stay = 1.0 - leave
    come = last * leave if begin is None else begin
    mean, variance = last, 0.0
    for _ in range(ahead):
        variance = stay**2 * variance + mean * stay * leave + come
        mean = stay * mean + come
    return _around(mean, NORMAL * sqrt(variance))


def _around(middle: float, spread: float) -> Forecast:
    """A range about a middle; nothing that is counted can be below nought."""
    return Forecast(middle=max(middle, 0.0), low=max(middle - spread, 0.0), high=max(middle + spread, 0.0))


def scores(rows: Sequence[tuple[float, Forecast, float]]) -> dict[str, Any]:
    """Of rows (what was counted, its forecast, size of its series): the share inside, and how wide, how far
    off and how good on average, as shares of that size, so that no large series drowns a small one."""
    if not rows:
        return {"figures": 0, "inside": None, "width": None, "error": None, "score": None}
    size = np.array([size for _, _, size in rows])
    return {
        "figures": len(rows),
        "inside": float(np.mean([forecast.holds(value) for value, forecast, _ in rows])),
        "width": float(np.mean(np.array([forecast.width for _, forecast, _ in rows]) / size)),
        "error": float(np.mean(np.abs([forecast.middle - value for value, forecast, _ in rows]) / size)),
        "score": float(np.mean(np.array([f.interval_score(value) for value, f, _ in rows]) / size)),
    }


def same_rows(
    by_method: Mapping[str, Mapping[str, Forecast | None]], counted: Mapping[str, float]
) -> tuple[str, ...]:
    """Figures that every method forecasts, so that all are judged on the same ones."""
    return tuple(
        name for name in counted if all(forecasts.get(name) is not None for forecasts in by_method.values())
    )
