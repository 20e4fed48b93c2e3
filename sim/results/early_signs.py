"""When would failure show? Which monthly figure tells futures that meet a claim from those that do not.

A council sees its own world only. So a sign is a figure that it can count there, a month and a threshold; it
is wrong in two ways: false comfort (the claim fails and the figure does not warn) and false alarm (the claim
is met and the figure warns). Figure, month and threshold are chosen on half of the draws and judged on the
other half, and the other way round, so that noise that happened to fit is not sold as foresight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

LEVEL = 0.2
"""Both errors must stay at or below this for a figure to count as a sign: 20 in 100.
Assumption: a council that acts on a warning would not bear being wrong more often than one time in five."""
FEWEST = 20
"""Futures that must meet a target, and as many that must miss it, before anything is said of signs.
Assumption: with fewer, a share is known to no better than some 10 in 100 either way."""
ALL = 2
"""Place of all futures together, after the two halves, in `Errors.hindsight`."""
HOLDS = 3
"""Months for which a figure must tell before the claim falls due.
Assumption: a council that learns of failure less than a quarter before cannot act on it."""
SHARES = (1.0, 0.75, 0.5, 0.25)
"""Parts of a claim that are tried, the greatest first, where too few futures meet the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something that an authority counts at each month end in its own world."""

    name: str
    """What is counted, as it follows a number: "children looked after"."""
    unit: str
    """`number`, `posts`, `per cent` or `pounds`."""
    above: bool
    """Whether too much of it warns; otherwise too little does."""
    values: Floats
    """[futures, months], in steps of its unit; not a number while it cannot be counted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """How often a figure misleads, month by month."""

    threshold: Floats
    """[months] the figure warns below this, or above it; chosen on all futures."""
    comfort: Floats
    """[months] share of futures that miss the target without a warning, judged on draws apart."""
    alarm: Floats
    """[months] share of futures that meet the target with a warning, judged in the same way."""
    warned: Floats
    """[futures, months] 1 where it warns, by the threshold of the other half of the draws."""
    hindsight: Floats
    """[3, months] the greater error among the very futures that chose the threshold: those by which half 0
    is judged, half 1, and all. To pick by, never to tell."""

    @property
    def worse(self) -> Floats:
        """[months] the greater of the two; not a number where the figure cannot be counted or judged."""
        return np.maximum(self.comfort, self.alarm)


def largest_share(gain: Floats, target: float) -> float | None:
    """The greatest part of a target (`SHARES`) that at least `FEWEST` futures meet and as many miss."""
    for share in SHARES:
        met = int((gain >= share * target).sum())
        if met >= FEWEST and len(gain) - met >= FEWEST:
            return share
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What one would pick among many figures and months, and how it would have done."""

    figure: int
    """Place of the figure that all futures together would pick."""
    month: int
    """Position of its month."""
    threshold: float
    """Its threshold."""
    warned: Floats
    """[futures] 1 where the figure, in the month, that the other half of the draws picked warns."""


def halves(draw: Ints) -> Ints:
    """[futures] 0 or 1: which half of the draws each belongs to, every second one."""
    return np.asarray(np.unique(draw, return_inverse=True)[1] % 2)


def errors(figure: Figure, met: Mask, draw: Ints) -> Errors:
    """Threshold and errors of a figure in every month.

    ``met`` says of each future whether the target is met; ``draw`` which draw it belongs to. Futures of one
    draw meet the same families and stay in one half, whatever is believed in them.
    """
    half, months = halves(draw), figure.values.shape[1]
    warned = np.full(figure.values.shape, np.nan)
    hindsight = np.full((3, months), np.nan)
    for side in (0, 1):
        learn, judge = half != side, half == side
        chosen, hindsight[side] = thresholds(figure.values[learn], met[learn], above=figure.above)
        warned[judge] = warns(figure.values[judge], chosen, above=figure.above)
    threshold, hindsight[ALL] = thresholds(figure.values, met, above=figure.above)
    known = ~np.isnan(warned).any(axis=0)
    comfort, alarm = np.full(months, np.nan), np.full(months, np.nan)
    if met.any() and not met.all():
        comfort[known] = 1.0 - warned[~met][:, known].mean(axis=0)
        alarm[known] = warned[met][:, known].mean(axis=0)
    return Errors(threshold=threshold, comfort=comfort, alarm=alarm, warned=warned, hindsight=hindsight)


def thresholds(values: Floats, met: Mask, *, above: bool) -> tuple[Floats, Floats]:
    """[months] the value beyond which to warn that makes the greater of the two errors smallest; and that
    error, among these very futures.

    Beyond is strictly above, or strictly below. Of equal ones the first is taken, from the least warning on.
    Not a number where some future has no figure yet, or where none meets or none misses the target.
    """
    found, least = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if not met.any() or met.all():
        return found, least
    known = np.flatnonzero(~np.isnan(values).any(axis=0))
    # Turned over, so that too little always warns.
    sign = -1.0 if above else 1.0
    seen = sign * values[:, known]
    order = np.argsort(seen, axis=0, kind="stable")
    ordered, good = np.take_along_axis(seen, order, axis=0), met[order]
    # Warned below the k-th value in order: the k futures before it.
    alarm = (np.cumsum(good, axis=0) - good) / met.sum()
    comfort = 1.0 - (np.cumsum(~good, axis=0) - ~good) / (~met).sum()
    greater = np.maximum(alarm, comfort)
    # Of futures with the same figure either all are warned or none is: only the first of them may be chosen.
    greater[1:][ordered[1:] == ordered[:-1]] = np.inf
    best = greater.argmin(axis=0)
    found[known] = sign * np.take_along_axis(ordered, best[None, :], axis=0)[0]
    least[known] = np.take_along_axis(greater, best[None, :], axis=0)[0]
    return found, least


def warns(values: Floats, threshold: Floats, *, above: bool) -> Floats:
    """[futures, months] 1 where a figure warns, 0 where it does not; not a number where it cannot say."""
    beyond = values > threshold if above else values < threshold
    return np.where(np.isnan(values) | np.isnan(threshold), np.nan, beyond.astype(np.float64))


def first_month(worse: Floats, months: int, level: float = LEVEL) -> int | None:
    """Position of the first of some months from which on an error stays at or below a level to the last of
    them, `HOLDS` months or more; None if it never does. ``worse`` is the greater error of each month."""
    fine = worse[:months] <= level
    wrong = np.flatnonzero(~fine)
    first = int(wrong[-1]) + 1 if len(wrong) else 0
    return first if months - first >= HOLDS else None


def first_sign(
    found: Sequence[Errors], met: Mask, draw: Ints, months: int, level: float = LEVEL
) -> Picked | None:
    """The figure that tells first, and its month; None if nothing is a sign.

    Among so many figures one that misleads a little too often passes somewhere by chance, and the first to
    pass is the luckiest. So two things are asked: that some figure's own errors, judged apart, stay low; and
    that those of somebody who picks figure, month and threshold on one half of the draws, and follows them
    in the other, are low too.
    """

    def first(worse: Sequence[Floats]) -> tuple[int, int] | None:
        """(figure, month) that comes first; of equal ones the one with the smaller error."""
        early = [(first_month(one, months, level), place) for place, one in enumerate(worse)]
        rows = [(month, float(worse[place][month]), place) for month, place in early if month is not None]
        return (min(rows)[2], min(rows)[0]) if rows else None

    picked = _picked(
        found,
        draw,
        (first([one.hindsight[0] for one in found]), first([one.hindsight[1] for one in found])),
        first([one.worse for one in found]),
    )
    if picked is None:
        return None
    comfort, alarm = 1.0 - picked.warned[~met].mean(), picked.warned[met].mean()
    return picked if max(comfort, alarm) <= level else None


def least_wrong(found: Sequence[Errors], draw: Ints, months: int) -> Picked | None:
    """The figure and month that one would pick for want of a sign; None if no figure can be counted.

    With so many figures and months some look good by chance. So here they too are chosen on one half of the
    draws and judged on the other: the errors are those of somebody who picks in this way.
    """

    def best(side: int) -> tuple[int, int] | None:
        rows = [
            (float(one.hindsight[side, month]), int(month), place)
            for place, one in enumerate(found)
            for month in np.flatnonzero(~np.isnan(one.hindsight[side, :months]))
        ]
        return (min(rows)[2], min(rows)[1]) if rows else None

    return _picked(found, draw, (best(0), best(1)), best(ALL))


def _picked(
    found: Sequence[Errors],
    draw: Ints,
    sides: tuple[tuple[int, int] | None, tuple[int, int] | None],
    whole: tuple[int, int] | None,
) -> Picked | None:
    """The pick of all futures, with the warnings that each half has from the pick of the other."""
    half = halves(draw)
    warned = np.full(len(draw), np.nan)
    for side, pick in enumerate(sides):
        if pick is None:
            return None
        judge = half == side
        warned[judge] = found[pick[0]].warned[judge, pick[1]]
    if whole is None or np.isnan(warned).any():
        return None
    place, month = whole
    limit = float(found[place].threshold[month])
    return Picked(figure=place, month=month, threshold=limit, warned=warned)


def spread(wrong: Mask, draw: Ints) -> float | None:
    """Monte Carlo error of a share over futures, clustered by draw; None with a single draw."""
    of_draw = np.unique(draw, return_inverse=True)[1]
    n = np.bincount(of_draw)
    if len(n) < 2:
        return None
    off = np.bincount(of_draw, weights=wrong) - wrong.mean() * n
    return float(np.sqrt((off**2).sum() * len(n) / (len(n) - 1)) / n.sum())
