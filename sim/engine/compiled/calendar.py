"""The calendar of the compiled engine: who wakes when, each at most once.

Time is cut into short stretches, about as many as there are wakes. Each has a chain of the rows that wake in
it, the earliest first, so that to enter, to strike out and to find the first take a step or two, however many
there are. ``chains`` has the first row of every stretch, -1 for none; a stretch is two to the power of
``shift`` ticks; ``entries`` are records with ``tick``, and ``before`` and ``after`` in the chain, by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba.extending import register_jitable

from sim.foundations.ledger import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

LINK = np.dtype(np.int32)
FIELDS = [("tick", np.dtype(np.int64)), ("before", LINK), ("after", LINK)]
"""What a record must have to be an entry."""


def shift_for(horizon: int, wakes: int) -> int:
    """How long stretches must be for about as many of them as there are wakes, or up to twice as many."""
    return max(0, (horizon // max(1, wakes)).bit_length() - 1)


def empty_chains(horizon: int, shift: int) -> NDArray[np.int32]:
    """The stretches up to the horizon, before anybody is entered."""
    return np.full((horizon >> shift) + 1, -1, LINK)


def open_at(chains: NDArray[np.int32], shift: int, entries: Any, ticks: NDArray[np.int64]) -> None:
    """Begin with every row at its tick, or NEVER, instead of whatever the arrays have held so far."""
    chains[:] = -1
    entries["tick"], entries["before"], entries["after"] = ticks, -1, -1
    order = np.argsort(ticks, kind="stable")
    order = order[: np.searchsorted(ticks[order], NEVER)]
    stretch = ticks[order] >> shift
    joined = stretch[1:] == stretch[:-1]
    entries["before"][order[1:][joined]] = order[:-1][joined]
    entries["after"][order[:-1][joined]] = order[1:][joined]
    first = np.concatenate(([True], ~joined))[: len(order)]
    chains[stretch[first]] = order[first]


@register_jitable(forceinline=True)
def first_from(chains: Any, shift: int, tick: int) -> int:
    """The row that wakes first, if nobody wakes before that tick; -1 if nobody wakes at all."""
    for stretch in range(tick >> shift, len(chains)):
        if chains[stretch] >= 0:
            return int(chains[stretch])
    return -1


@register_jitable(forceinline=True)
def enter(chains: Any, shift: int, entries: Any, row: int, tick: int) -> None:
    """Have a row that is not on the calendar wake at that tick, which is before the horizon."""
    before, after = -1, chains[tick >> shift]
    while after >= 0 and entries[after].tick < tick:
        before, after = after, entries[after].after
    entry = entries[row]
    entry.tick, entry.before, entry.after = tick, before, after
    if after >= 0:
        entries[after].before = row
    if before >= 0:
        entries[before].after = row
    else:
        chains[tick >> shift] = row


@register_jitable(forceinline=True)
def strike(chains: Any, shift: int, entries: Any, row: int) -> None:
    """Take a row off the calendar."""
    entry = entries[row]
    if entry.after >= 0:
        entries[entry.after].before = entry.before
    if entry.before >= 0:
        entries[entry.before].after = entry.after
    else:
        chains[entry.tick >> shift] = entry.after
