"""From what was simulated at some multipliers to the multiplier that returns each measured ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_EFFECT = "1.00"
"""The ratio of a service that changes nothing, as tables write it."""


def inverted(
    ratios: Sequence[float], multipliers: Sequence[float], wanted: Sequence[str]
) -> dict[str, float]:
    """The multiplier for each wanted ratio, between those that were simulated.

    A ratio beyond what was simulated has the multiplier of the nearest end. Where a service changes nothing
    the multiplier is one exactly, whatever luck or its other effects made of the ratio at one.
    """
    rising = np.maximum.accumulate(ratios)
    table = {ratio: round(float(np.interp(float(ratio), rising, multipliers)), 4) for ratio in wanted}
    if NO_EFFECT in table:
        table[NO_EFFECT] = 1.0
    return table


def looked_up(table: Mapping[str, float], ratio: float) -> float:
    """The multiplier of a ratio, between the rows of a table."""
    rows = sorted((float(name), value) for name, value in table.items())
    return float(np.interp(ratio, [row[0] for row in rows], [row[1] for row in rows]))


def out_of_reach(table: Mapping[str, float], ratios: Sequence[float]) -> tuple[str, ...]:
    """The table's ratios that no multiplier simulated returned, in their order."""
    lowest, highest = min(ratios), max(ratios)
    return tuple(ratio for ratio in table if not lowest <= float(ratio) <= highest and ratio != NO_EFFECT)
