"""What a few futures of a variant say, with the help of the many that the study itself has.

A variant meets the same families, luck and draws as the study as it is. Whatever these few futures have by
accident, the study's own have too; and the study's own average is known from many more. A line through the
few, against the study's own and against whatever else is known on average, takes the accident out (regression
estimation, as in Cochran, Sampling Techniques, 1977, chapter 7). Nothing is believed of the variant but that
its futures go with the study's own; where they do not, the line is flat and nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from sim.results.estimates import estimate

if TYPE_CHECKING:
    from sim.results.estimates import Floats

FEW = 12
"""Draws below which no line is drawn: only the difference from the study in the same futures is used."""
MIDDLE = 0.5
"""Average of a quantile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Averages of a variant, each with its Monte Carlo error (None with one draw)."""

    mean: float
    """Its average."""
    error: float | None
    more: float
    """How much that is above the study's own."""
    more_error: float | None


def paired(found: Floats, own: Floats, quantiles: Floats | None = None) -> Paired:
    """The averages of a variant from its own [draws, runs] and the study's [more draws, more runs], of which
    the first are the same futures. ``quantiles`` [draws, k] are where the draws lie that only the variant
    reads: they are evenly spread on average, and accidentally not in a few."""
    draws, runs = found.shape
    y, x, whole = found.mean(axis=1), own[:draws, :runs].mean(axis=1), own.mean(axis=1)
    level, spread = float(whole.mean()), error_of(whole)
    columns = [np.ones(draws), x] + ([] if quantiles is None else list(quantiles.T - MIDDLE))
    line = np.column_stack(columns)
    if draws < max(FEW, 3 * line.shape[1]) or np.linalg.matrix_rank(line) < line.shape[1]:
        more = estimate((y - x)[:, None])
        return Paired(
            mean=level + more.mean,
            error=joined(more.error, 1.0, spread),
            more=more.mean,
            more_error=more.error,
        )
    fitted = np.linalg.lstsq(line, y, rcond=None)[0]
    rest = y - line @ fitted
    variance = float(rest @ rest) / (draws - line.shape[1])
    at = np.array([1.0, level, *np.zeros(line.shape[1] - 2)])
    error = sqrt(max(0.0, variance * float(at @ np.linalg.solve(line.T @ line, at))))
    mean, slope = float(at @ fitted), float(fitted[1])
    return Paired(
        mean=mean,
        error=joined(error, slope, spread),
        more=mean - level,
        more_error=joined(error, slope - 1.0, spread),
    )


def error_of(means: Floats) -> float | None:
    """The error of an average of draws."""
    return float(means.std(ddof=1) / sqrt(len(means))) if len(means) > 1 else None


def joined(error: float | None, slope: float, spread: float | None) -> float | None:
    """The error of a sum of two that have nothing to do with one another."""
    return None if error is None else sqrt(error**2 + (slope * (spread or 0.0)) ** 2)
