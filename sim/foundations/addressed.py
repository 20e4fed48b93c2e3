"""Numbers by address: what a trial may ask for and hardly ever does, worked out when it asks.

A family has numbers for whatever may ever befall it, and meets a few in a hundred of them. Each follows
from its address alone, so nothing is gained by making all of them first: whoever reads one works it out, and
always finds the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations import philox
from sim.foundations.clock import ticks_array
from sim.foundations.distributions import LogNormal
from sim.foundations.ledger import ONE, resilience

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    SmallInts = NDArray[np.int32]

LONGEST = np.iinfo(np.int32).max
"""Ticks that a length can have at most: more than five thousand years."""


class Meaning(IntEnum):
    """What a uniform becomes."""

    UNIFORM = 0
    """Itself, in fixed point."""
    LENGTH = 1
    """A log-normal length in ticks."""
    RESILIENCE = 2
    """A resilience in units of the ledger."""
    BELOW = 3
    """Whether it is below a share: 1 or 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """What the uniforms of an address transform."""

    meaning: Meaning
    scale: float = 0.0
    """Median of the lengths in days, or the share."""
    spread: float = 0.0
    """Standard deviation of the logarithm of the lengths."""


DTYPE_OF = {meaning: np.int64 if meaning is Meaning.RESILIENCE else np.int32 for meaning in Meaning}
"""The kind of whole numbers in a table of them."""
UNIFORM, RESILIENCE = Transform(meaning=Meaning.UNIFORM), Transform(meaning=Meaning.RESILIENCE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Addressed:
    """[n, occurrences] whole numbers of ``n`` entities.

    Compiled code works out one at a time; whatever wants an array of all of them gets one.
    """

    key: philox.Key
    """Of the decision."""
    block: Ints
    """[n] block of origin."""
    slot: Ints | int
    """[n] part of the entity, or the same for all."""
    entity: Ints
    """[n] place in the block."""
    occurrences: int
    transform: Transform
    known: NDArray[np.int64] | None = None
    """[n, some] what the first occurrences are where their addresses do not say it."""
    kept: list[NDArray[Any]] = field(default_factory=list, init=False, repr=False)
    """All of them, once somebody has asked for that."""

    @property
    def shape(self) -> tuple[int, int]:
        """As an array's."""
        return len(self.entity), self.occurrences

    def first(self, count: int) -> NDArray[Any]:
        """The first occurrences: [n, count]."""
        slots = np.full(len(self.entity), self.slot) if isinstance(self.slot, int) else self.slot
        found = np.empty((len(self.entity), count), DTYPE_OF[self.transform.meaning])
        quickest()(self.key, self.block, slots, self.entity, self.transform, found)
        if self.known is not None:
            found[:, : self.known.shape[1]] = self.known[:, :count]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All of them."""
        if not self.kept:
            found = self.first(self.occurrences)
            found.setflags(write=False)  # whoever changed it would change what only some readers see
            self.kept.append(found)
        whole = self.kept[0]
        return whole.astype(whole.dtype if dtype is None else dtype, copy=bool(copy))


def first_of(numbers: NDArray[Any] | Addressed, count: int) -> NDArray[Any]:
    """The first occurrences of numbers in a table or by address: [n, count]."""
    return numbers.first(count) if isinstance(numbers, Addressed) else numbers[:, :count]


def beginning_with(numbers: NDArray[Any] | Addressed, first: NDArray[Any]) -> NDArray[Any] | Addressed:
    """The same numbers, but for the first occurrences: [n, some]."""
    if isinstance(numbers, Addressed):
        known = first if numbers.known is None else numbers.known
        whole = np.concatenate([first, known[:, first.shape[1] :]], axis=1, dtype=np.int64)
        return replace(numbers, known=whole)
    return np.concatenate([first, numbers[:, first.shape[1] :]], axis=1)


def fixed(uniforms: Floats) -> SmallInts:
    """Uniforms as fixed point, below ``ONE``."""
    return np.minimum((uniforms * ONE).astype(np.int32), np.int32(ONE - 1))


def lengths(uniforms: Floats, median: float, spread: float) -> Ints:
    """Log-normal lengths in ticks, of a median in days."""
    return ticks_array(LogNormal(median=median, sigma=spread).quantile(uniforms))


def transform_plainly(uniforms: Floats, transform: Transform) -> NDArray[Any]:
    """What uniforms transform."""
    match transform.meaning:
        case Meaning.UNIFORM:
            return fixed(uniforms)
        case Meaning.LENGTH:
            return np.minimum(lengths(uniforms, transform.scale, transform.spread), LONGEST)
        case Meaning.RESILIENCE:
            return resilience(uniforms)
        case Meaning.BELOW:
            return uniforms < transform.scale


def fill_plainly(
    key: philox.Key, block: Ints, slot: Ints, entity: Ints, transform: Transform, out: NDArray[Any]
) -> None:
    """Write the numbers of every row's address: [n, occurrences]."""
    out[:] = transform_plainly(philox.table(key, out.shape[1], block, slot, entity), transform)


@lru_cache(maxsize=1)
def quickest() -> Callable[..., None]:
    """What writes them: compiled where numba is there, and then the very numbers that compiled code finds."""
    try:
        from sim.foundations import addressed_compiled
    except ImportError:
        return fill_plainly
    return addressed_compiled.fill
