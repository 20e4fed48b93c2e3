"""Numbers by address: what a trial may ask for and hardly ever does, worked out when it asks.

A family has numbers for every offer that it might ever be made, and meets a few in a hundred of them. Each
follows from its address alone, so nothing is gained by making all of them first: whoever reads one works it
out, and always finds the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations import philox
from sim.foundations.clock import ticks_array
from sim.foundations.distributions import LogNormal
from sim.foundations.ledger import ONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    SmallInts = NDArray[np.int32]

LONGEST = np.iinfo(np.int32).max
"""Ticks that a length can have at most: more than five thousand years."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Addressed:
    """[slots, n, occurrences] whole numbers of ``n`` entities: uniforms in fixed point, or lengths in ticks.

    Compiled code works out one at a time; whatever wants an array of all of them gets one.
    """

    key: philox.Key
    """Of the decision."""
    block: Ints
    """[n] block of origin."""
    entity: Ints
    """[n] place in the block."""
    occurrences: int
    medians: tuple[float, ...]
    """By slot: median in days of the lengths; 0 where the uniforms themselves are meant."""
    spread: float = 0.0
    """Standard deviation of the logarithm of the lengths."""
    kept: list[SmallInts] = field(default_factory=list, repr=False)
    """All of them, once somebody has asked for that."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """As an array's."""
        return len(self.medians), len(self.entity), self.occurrences

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of them."""
        if not self.kept:
            found = np.empty(self.shape, dtype=np.int32)
            for slot, median in enumerate(self.medians):
                quickest()(self.key, self.block, slot, self.entity, median, self.spread, found[slot])
            self.kept.append(found)
        whole = self.kept[0]
        return whole.astype(whole.dtype if dtype is None else dtype, copy=bool(copy))


def fixed(uniforms: Floats) -> SmallInts:
    """Uniforms as fixed point, below ``ONE``."""
    return np.minimum((uniforms * ONE).astype(np.int32), np.int32(ONE - 1))


def lengths(uniforms: Floats, median: float, spread: float) -> Ints:
    """Log-normal lengths in ticks, of a median in days."""
    return ticks_array(LogNormal(median=median, sigma=spread).quantile(uniforms))


def fill_plainly(
    key: philox.Key, block: Ints, slot: int, entity: Ints, median: float, spread: float, out: SmallInts
) -> None:
    """Write the numbers of one slot: [n, occurrences]."""
    uniforms = philox.table(key, out.shape[1], block, np.full(len(entity), slot), entity)
    out[:] = np.minimum(lengths(uniforms, median, spread), LONGEST) if median else fixed(uniforms)


@lru_cache(maxsize=1)
def quickest() -> Callable[..., None]:
    """What writes them: compiled where numba is there, and then the very numbers that compiled code finds."""
    try:
        from sim.foundations import addressed_compiled
    except ImportError:
        return fill_plainly
    return addressed_compiled.fill
