"""The load of the safeguarding social workers: whom they hold, and what that makes of the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.events import Event
from sim.engine.risk import bears_load, load_ratio, overload_at, safeguarded, step_at
from sim.engine.world import families_in_service, family_at, record_load, wake

if TYPE_CHECKING:
    from sim.engine.people import Family
    from sim.engine.world import World


def follow_case(world: World, family: Family) -> None:
    """Keep the list of the families that the safeguarding teams hold: one joins, or leaves it."""
    held = safeguarded(family)
    if held == (family.safeguarded_at >= 0):
        return
    if held:
        family.safeguarded_at = world.safeguarded_size
        world.safeguarded_rows[family.safeguarded_at] = family.row
        world.safeguarded_size += 1
        return
    # The last of the list takes the place of the one that leaves.
    world.safeguarded_size -= 1
    last = family_at(world, world.safeguarded_rows[world.safeguarded_size])
    last.safeguarded_at = family.safeguarded_at
    world.safeguarded_rows[last.safeguarded_at] = last.row
    family.safeguarded_at = -1


def weigh_load(world: World) -> None:
    """Weigh what the safeguarding social workers hold; where it matters more or less than before, every
    family that they hold in the old way looks again at its risk."""
    services = world.services
    others = 0
    for at in range(world.safeguarded_size):
        others += bears_load(family_at(world, world.safeguarded_rows[at]))
    capacity = step_at(services.load_capacity, world.now)[1]
    weights = families_in_service(world) * services.load_in_service
    ratio = load_ratio(others, weights, capacity)
    record_load(world, Event.LOAD, ratio)
    overload = overload_at(services.overload, ratio)
    if overload != world.overload:
        world.overload = overload
        for at in range(world.safeguarded_size):
            wake(world, family_at(world, world.safeguarded_rows[at]))
