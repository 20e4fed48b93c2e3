"""How much of an answer's spread comes from each thing that is not known, from draws already made."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import rankdata

from sim.results.estimates import Floats

SHUFFLES = 200
"""Times that the answer is shuffled to see what chance alone would show."""
ABOVE = 99.0
"""A share counts as above chance beyond this percentile of the shuffled ones."""


def shares(
    answers: Floats, values: Mapping[str, Floats], unknown: float = 1.0
) -> dict[str, tuple[float, float, bool]]:
    """Of each parameter: its share of what is not known, the error of that, and whether it is above chance.

    ``answers`` has the mean of each draw, ``values`` each parameter's value in it, and ``unknown`` the part
    of the variance of those means that is not luck. The share is the squared rank correlation, less what
    chance alone gives (1 / (draws - 1)); its error is a jackknife over draws. What is drawn apart from all
    else has a share of its own, and such shares of a linear answer add up to one. Directions of calibration
    are drawn together: each one's share holds what goes with it, so theirs may add up to more or to less.
    """
    draws = len(answers)
    if draws < 4:
        return {}
    names = [name for name, one in values.items() if np.ptp(one) > 0]
    ranks = np.array([rankdata(values[name]) for name in names]).reshape(len(names), draws)
    squared = _squared(ranks, rankdata(answers))
    chance = np.random.default_rng(0)
    shuffled = [_squared(ranks, rankdata(chance.permutation(answers))) for _ in range(SHUFFLES)]
    bar = float(np.percentile(np.concatenate(shuffled), ABOVE)) if names else 0.0
    kept = np.array(
        [_share(_squared(np.delete(ranks, i, 1), np.delete(rankdata(answers), i)), draws - 1)
         for i in range(draws)]
    ).reshape(draws, len(names))  # fmt: skip
    errors = np.sqrt((draws - 1) / draws * ((kept - kept.mean(axis=0)) ** 2).sum(axis=0))
    part = 1.0 / unknown if unknown > 0 else 0.0
    return {
        name: (min(1.0, max(0.0, float(found)) * part), float(error) * part, bool(size > bar))
        for name, found, error, size in zip(names, _share(squared, draws), errors, squared, strict=True)
    }


def _squared(ranks: Floats, answer: Floats) -> Floats:
    """Squared correlation of each row with the answer."""
    x = ranks - ranks.mean(axis=1, keepdims=True)
    y = answer - answer.mean()
    spread = (x**2).sum(axis=1) * (y**2).sum()
    found: Floats = np.where(spread > 0, (x @ y) ** 2 / np.where(spread > 0, spread, 1.0), 0.0)
    return found


def _share(squared: Floats, draws: int) -> Floats:
    """Below nought where chance alone would show more: a floor would make its error too small."""
    found: Floats = (squared * (draws - 1) - 1) / (draws - 2)
    return found
