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

    def with_level(error: float | None, rest: Floats, slope: float, free: int) -> float | None:
        return joined(error, slope, spread, together=shared(rest, whole, free))

    columns = [np.ones(draws), x] + ([] if quantiles is None else list(quantiles.T - MIDDLE))
    line = np.column_stack(columns)
    if draws < max(FEW, 3 * line.shape[1]) or np.linalg.matrix_rank(line) < line.shape[1]:
        more = estimate((y - x)[:, None])
        return Paired(
            mean=level + more.mean,
            error=with_level(more.error, y - x - more.mean, 1.0, draws - 1),
            more=more.mean,
            more_error=more.error,
        )
    fitted = np.linalg.lstsq(line, y, rcond=None)[0]
    rest = y - line @ fitted
    free = draws - line.shape[1]
    variance = float(rest @ rest) / free
    at = np.array([1.0, level, *np.zeros(line.shape[1] - 2)])
    error = sqrt(max(0.0, variance * float(at @ np.linalg.solve(line.T @ line, at))))
    mean, slope = float(at @ fitted), float(fitted[1])
    return Paired(
        mean=mean,
        error=with_level(error, rest, slope, free),
        more=mean - level,
        more_error=with_level(error, rest, slope - 1.0, free),
    )


def error_of(means: Floats) -> float | None:
    """The error of an average of draws."""
    return float(means.std(ddof=1) / sqrt(len(means))) if len(means) > 1 else None


def shared(rest: Floats, whole: Floats, free: int) -> float:
    """How an average of few futures and the study's own go together, beside the line: both hold the draws
    that come first, of which the study has seen more luck. With as much of it each, a line leaves nothing."""
    if free < 1:
        return 0.0
    first = whole[: len(rest)]
    return float(rest @ (first - first.mean())) / free / len(whole)


def joined(error: float | None, slope: float, spread: float | None, together: float = 0.0) -> float | None:
    """The error of a sum of an average and ``slope`` times another, which go together so far."""
    if error is None:
        return None
    return sqrt(max(0.0, error**2 + (slope * (spread or 0.0)) ** 2 + 2 * slope * together))
