"""The counter-based generator Philox-4x64-10: any word of any stream, without those before it.

A key of two words makes it. The word for entity e, block b, slot s and occurrence o is number e mod 4 of the
counter (e div 4 + 1, b, s, o), which is how NumPy's generator counts that starts at (0, b, s, o).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Key = tuple[np.uint64, np.uint64]

LARGEST_UNIFORM = 1.0 - 2.0**-53


def words(key: Key, n: int, block: int = 0, slot: int = 0, occurrence: int = 0, skip: int = 0) -> Words:
    """The words of ``n`` entities from the one ``4 * skip``: [n]."""
    counter = np.array([skip, block, slot, occurrence], dtype=np.uint64)
    return np.random.Philox(key=np.array(key, dtype=np.uint64), counter=counter).random_raw(n)


def firsts(keys: Sequence[Key]) -> Words:
    """The first word of each of some streams: [keys]."""
    # To set a generator's state is several times as quick as to make another.
    generator = np.random.Philox(key=0, counter=0)
    fresh: Any = generator.state
    found = np.empty(len(keys), dtype=np.uint64)
    for place, key in enumerate(keys):
        fresh["state"]["key"] = np.array(key, dtype=np.uint64)
        generator.state = fresh
        found[place] = generator.random_raw()
    return found


def uniforms(of: Words) -> Floats:
    """Words as numbers strictly between 0 and 1."""
    # Above a half the added 0.5 rounds, and the topmost word would round to 1: hence the ceiling.
    middles = ((of >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return np.minimum(middles, LARGEST_UNIFORM)


def table(key: Key, occurrences: int, block: Ints, slot: Ints, entity: Ints) -> Floats:
    """Uniforms of every row's address, for each occurrence from 0: [rows, occurrences]."""
    out = np.empty((len(entity), occurrences))
    quickest()[0](key, block, slot, entity, out)
    return out


def single(key: Key, block: int, slot: int, entity: int, occurrence: int) -> float:
    """The uniform of one address."""
    return float(quickest()[1](key, block, slot, entity, occurrence))


def fill_plainly(key: Key, block: Ints, slot: Ints, entity: Ints, out: Floats) -> None:
    """Write the uniforms of every row's address into ``out``, a stream at a time."""
    if not len(entity):
        return
    # To set a generator's state is several times as quick as to make another.
    generator = np.random.Philox(key=np.array(key, dtype=np.uint64), counter=0)
    fresh: Any = generator.state
    streams, which = np.unique(np.stack([block, slot]), axis=1, return_inverse=True)
    for stream, (of_block, of_slot) in enumerate(streams.T.tolist()):
        rows = np.flatnonzero(which.ravel() == stream)
        chosen = entity[rows]
        for occurrence in range(out.shape[1]):
            fresh["state"]["counter"] = np.array([0, of_block, of_slot, occurrence], dtype=np.uint64)
            generator.state = fresh
            out[rows, occurrence] = uniforms(generator.random_raw(int(chosen.max()) + 1)[chosen])


def single_plainly(key: Key, block: int, slot: int, entity: int, occurrence: int) -> float:
    """The uniform of one address."""
    found = words(key, entity % 4 + 1, block, slot, occurrence, skip=entity // 4)
    return float(uniforms(found[-1:])[0])


@lru_cache(maxsize=1)
def quickest() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The two functions that do the work: compiled where numba is there. Looked for when first used, because
    importing numba takes longer than many a command."""
    try:
        from sim.foundations import philox_compiled
    except ImportError:
        return fill_plainly, single_plainly
    return philox_compiled.fill, philox_compiled.single
