"""The worker with most room, the first of equals: found in one look, however many workers there are.

A tournament: ``ranking`` has a leaf for each worker, in its second half, and above every two leaves or
winners the better of them, up to the first of all at position 1. A worker's room and number make one number,
of which the largest is the best: room first, then the lower number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba.extending import register_jitable

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 32
"""Room counts above so many bits; below is the worker's number, taken away."""
NOBODY = -(1 << 62)
"""Less than any worker."""


def empty_ranking(workers: int) -> NDArray[np.int64]:
    """So many workers, none of whom has any room."""
    leaves = 1 << max(workers - 1, 0).bit_length()
    ranking = np.full(2 * leaves, NOBODY, dtype=np.int64)
    ranking[leaves : leaves + workers] = -np.arange(workers)
    for at in range(leaves - 1, 0, -1):
        ranking[at] = max(ranking[2 * at], ranking[2 * at + 1])
    return ranking


@register_jitable(forceinline=True)
def rank(ranking: Any, worker: int, free: int) -> int:
    """Note the room that a worker has now; less than none for one who holds too many. Returns how much more
    room the worker offers than before."""
    at = (len(ranking) >> 1) + worker
    before = (ranking[at] + worker) >> BITS
    ranking[at] = (free << BITS) - worker
    while at > 1:
        at >>= 1
        best = max(ranking[2 * at], ranking[2 * at + 1])
        if ranking[at] == best:
            break
        ranking[at] = best
    return int(max(0, free) - max(0, before))


@register_jitable(forceinline=True)
def most_room(ranking: Any) -> int:
    """The worker with most room; -1 if nobody has any. As ``sim.engine.caseload.most_room``."""
    free = -(-ranking[1] >> BITS)
    return int((free << BITS) - ranking[1]) if free > 0 else -1
