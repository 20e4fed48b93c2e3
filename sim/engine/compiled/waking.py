"""Who wakes when in one world: its calendar, and whom it is about to enter there."""

from __future__ import annotations

from typing import Any

from numba import carray, types
from numba.extending import register_jitable
from numba.np.numpy_support import from_dtype

from sim.engine.compiled import calendar
from sim.engine.compiled.layout import ENTRY
from sim.engine.compiled.views import pointer_to, prefetch
from sim.foundations.ledger import NEVER

LINK_SIZE, ENTRY_SIZE = calendar.LINK.itemsize, ENTRY.itemsize

entries = pointer_to(from_dtype(ENTRY))
chains = pointer_to(types.int32)


@register_jitable
def chains_of(world: Any) -> Any:
    """The stretches of the calendar."""
    return carray(chains(world.chain_pointer), ((world.horizon >> world.calendar_shift) + 1,))


@register_jitable
def entries_of(world: Any) -> Any:
    """When each family wakes, by row."""
    return carray(entries(world.entry_pointer), (world.family_count,))


@register_jitable
def wake_now(world: Any, family: Any) -> None:
    """Wake a family at this tick."""
    enter_next(world)
    strike(world, family.row)
    calendar.enter(chains_of(world), world.calendar_shift, entries_of(world), family.row, world.now)


@register_jitable
def strike(world: Any, row: int) -> None:
    """Take a family off the calendar, if it is there."""
    rows = entries_of(world)
    if rows[row].tick != NEVER:
        calendar.strike(chains_of(world), world.calendar_shift, rows, row)
    rows[row].tick = NEVER


@register_jitable
def wake_later(world: Any, family: Any, tick: int) -> None:
    """Wake a family at another tick; NEVER takes it off the calendar.

    Where it belongs there is fetched from memory while the next family acts, and it is entered after that.
    """
    if tick == world.now:
        wake_now(world, family)
        return
    enter_next(world)
    strike(world, family.row)
    if tick != NEVER:
        world.to_enter, world.to_enter_at = family.row, tick
        prefetch(world.chain_pointer + LINK_SIZE * (tick >> world.calendar_shift))


@register_jitable
def fetch_neighbour(world: Any) -> None:
    """Have memory fetch the neighbour beside whom the next will be entered."""
    if world.to_enter >= 0:
        neighbour = chains_of(world)[world.to_enter_at >> world.calendar_shift]
        prefetch(world.entry_pointer + ENTRY_SIZE * neighbour)


@register_jitable
def enter_next(world: Any) -> None:
    """Enter the family that is to be entered."""
    if world.to_enter >= 0:
        row, tick = world.to_enter, world.to_enter_at
        world.to_enter, world.to_enter_at = -1, NEVER
        calendar.enter(chains_of(world), world.calendar_shift, entries_of(world), row, tick)


@register_jitable
def first_wake(world: Any) -> int:
    """The next tick at which a family wakes; NEVER if none does."""
    # Beyond the stretch of the one that is to be entered there is nothing to look for.
    stretches, last = chains_of(world), (world.to_enter_at >> world.calendar_shift) + 1
    row = calendar.first_from(stretches[: min(last, len(stretches))], world.calendar_shift, world.now)
    return min(world.to_enter_at, entries_of(world)[row].tick) if row >= 0 else world.to_enter_at
