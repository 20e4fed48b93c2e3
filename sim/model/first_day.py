"""Where children looked after on the first day live: as many in each placement as the record says.

The shares that rule an entry by age say who is likely to live where; the record says how many live where.
Proportional fitting joins the two. Nothing is drawn: how many of an age live somewhere is worked out, and
who they are follows from each child's keyed numbers, which are moved as little as the count demands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.addressed import beginning_with, first_of
from sim.foundations.ledger import ONE
from sim.model.terms import PLACEMENT_NAMES, Placement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.model.plan import Children, Row, Rules
    from sim.model.population import Floats, Ints, Values

ROUNDS = 500
"""Rounds of proportional fitting: enough for any table that can be fitted, and the end of one that cannot."""


def housed(children: Children, rules: Rules, values: Values) -> Children:
    """The children with the opening cohort's first keyed numbers moved to where the record has them live.

    The record is ``care.opening_placement``, children by placement; only its proportions matter. Without any,
    nothing is moved.
    """
    record: Mapping[str, float] = values["care.opening_placement"]
    inside = np.flatnonzero(children.opening_stay >= 0)
    wanted = np.array([record[name] for name in PLACEMENT_NAMES])
    if not len(inside) or not wanted.sum():
        return children
    bands = len(rules.kinship)
    band = np.searchsorted(rules.band_starts, -children.born[inside], side="right") - 1
    band = np.minimum(band, bands - 1)
    ages = np.bincount(band, minlength=bands)
    counts = whole(fitted(usual(rules), ages, wanted))
    kin, placement = (first_of(column, 1)[:, 0].copy() for column in (children.kin, children.placement))
    for age, row in enumerate(counts):
        rows = inside[band == age]
        chance = min(rules.kinship[age], ONE)
        with_kin = row[Placement.KINSHIP]
        kin[rows] = moved(kin[rows], (chance,), np.array([with_kin, len(rows) - with_kin]))
        others = rows[kin[rows] >= chance]
        places = np.delete(row, Placement.KINSHIP)
        placement[others] = moved(placement[others], rules.placement[age], places)
    return replace(
        children,
        kin=beginning_with(children.kin, kin[:, None]),
        placement=beginning_with(children.placement, placement[:, None]),
    )


def usual(rules: Rules) -> Floats:
    """Chance of each placement at an entry, kinship last, without a conference: [bands, placements]."""
    found = np.empty((len(rules.kinship), len(PLACEMENT_NAMES)))
    for age, thresholds in enumerate(rules.placement):
        kinship = min(rules.kinship[age] / ONE, 1.0)
        found[age, : Placement.KINSHIP] = np.diff([0, *thresholds, ONE]) / ONE * (1 - kinship)
        found[age, Placement.KINSHIP] = kinship
    return found


def fitted(table: Floats, rows: Ints, columns: Floats) -> Floats:
    """The table scaled by row and by column until it has both totals; the rows' are exact: [rows, columns].

    What is nought stays so. A column that can have nothing is left out and the others make up for it.
    """
    found = table.copy()
    goal = np.where(table[rows > 0].sum(axis=0) > 0, columns, 0.0)
    goal = goal * (rows.sum() / max(goal.sum(), 1e-300))
    met: dict[bytes, int] = {}  # by bits of the table: rounds that were left
    left = ROUNDS
    while left:
        left -= 1
        found *= over(goal, found.sum(axis=0))
        found *= over(rows, found.sum(axis=1))[:, None]
        # In the end it stays as it is to the last bit, or goes round: then whole turns are left out.
        now = found.tobytes()
        if now in met:
            left %= met[now] - left
        met[now] = left
    # A row of which every column was wanted by nobody lives as it usually does.
    lost = found.sum(axis=1) == 0
    found[lost] = table[lost] * rows[lost, None]
    return found


def over(top: Floats | Ints, bottom: Floats) -> Floats:
    """A ratio, nought where there is nothing to scale."""
    return np.divide(top, bottom, out=np.zeros(len(bottom)), where=bottom > 0)


def whole(table: Floats) -> Ints:
    """The table in whole numbers with the same total in each row; each column stays as near as can be.

    What rounding took from a column, or gave to it, is carried to the next row.
    """
    found = np.zeros(table.shape, dtype=np.int64)
    carried = np.zeros(table.shape[1])
    for place, row in enumerate(table):
        total = round(row.sum())
        wanted = np.where(row > 0, np.maximum(np.round(row + carried, 9), 0.0), 0.0)
        wanted *= total / wanted.sum() if wanted.sum() else 0.0
        found[place] = np.floor(np.round(wanted, 9))
        short = total - found[place].sum()
        first = np.argsort(found[place] - wanted, kind="stable")[:short]
        found[place, first] += 1
        carried += row - found[place]
    return found


def moved(uniforms: Ints, thresholds: Row, counts: Ints) -> Ints:
    """Fixed-point uniforms moved so that ``counts`` of them fall between the thresholds, in the same order.

    Each stretch that holds a count of them, cut half-way between neighbours, is mapped onto the stretch that
    it should fill: so a number keeps its rank, and its place among those of the same outcome.
    """
    order = np.argsort(uniforms, kind="stable")
    sorted_ = uniforms[order].astype(np.int64)  # products of them are large
    ends = np.cumsum(counts)
    bounds = (0, *thresholds, ONE)
    found = np.empty_like(uniforms)
    for place, (begin, end) in enumerate(zip(ends - counts, ends, strict=True)):
        if begin == end:
            continue
        low, high = (cut(sorted_, at) for at in (begin, end))
        to, room = bounds[place], bounds[place + 1] - bounds[place]
        part = (sorted_[begin:end] - low) * room // max(high - low, 1)
        found[order[begin:end]] = to + np.clip(part, 0, room - 1)
    return found


def cut(ordered: Ints, at: int) -> int:
    """Where the first ``at`` of some ordered uniforms end and the others begin."""
    if at == 0:
        return 0
    if at == len(ordered):
        return ONE
    return int(ordered[at - 1] + ordered[at] + 1) // 2
