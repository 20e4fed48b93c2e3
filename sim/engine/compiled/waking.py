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
def move(world: Any, family: Any, tick: int) -> None:
    """Wake a family at another tick; NEVER takes it off the calendar."""
    enter_put_off(world)
    strike(world, family.row)
    if tick != NEVER:
        calendar.enter(chains_of(world), world.calendar_shift, entries_of(world), family.row, tick)


@register_jitable
def strike(world: Any, row: int) -> None:
    """Take a family off the calendar, if it is there."""
    rows = entries_of(world)
    if rows[row].tick != NEVER:
        calendar.strike(chains_of(world), world.calendar_shift, rows, row)
    rows[row].tick = NEVER


@register_jitable
def move_soon(world: Any, family: Any, tick: int) -> None:
    """The same, but for what has to wait for memory: where on the calendar a family belongs is fetched while
    the next one acts. Who wakes again at this tick is entered now."""
    if tick == world.now:
        move(world, family, tick)
        return
    enter_put_off(world)
    strike(world, family.row)
    if tick != NEVER:
        world.put_off, world.put_off_to = family.row, tick
        prefetch(world.chain_pointer + LINK_SIZE * (tick >> world.calendar_shift))


@register_jitable
def fetch_put_off(world: Any) -> None:
    """Have memory fetch the neighbour beside whom the family that was put off will be entered."""
    if world.put_off >= 0:
        neighbour = chains_of(world)[world.put_off_to >> world.calendar_shift]
        prefetch(world.entry_pointer + ENTRY_SIZE * neighbour)


@register_jitable
def enter_put_off(world: Any) -> None:
    """Enter the family that was put off."""
    if world.put_off >= 0:
        row, tick = world.put_off, world.put_off_to
        world.put_off, world.put_off_to = -1, NEVER
        calendar.enter(chains_of(world), world.calendar_shift, entries_of(world), row, tick)
