"""The resource allocation panel's meetings: which cases it reaches, in what order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.world import family_at, wake
from sim.foundations.ledger import NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.people import Family
    from sim.engine.world import World
    from sim.model.plan import Practice


def practice_at(rows: Sequence[Practice], now: int) -> Practice:
    """What the panel and the team do at a tick."""
    at = 0
    while at + 1 < len(rows) and rows[at + 1].since <= now:
        at += 1
    return rows[at]


def before_panel(world: World, family: Family, priority: int) -> None:
    """Put a case before the panel: it is reached at the next meeting, or when its turn comes."""
    family.panel_priority, family.panel_since = priority, world.now
    if not family.in_panel:
        family.in_panel = True
        world.panel_rows[world.panel_size] = family.row
        world.panel_size += 1


def call_cases(world: World) -> None:
    """The panel calls as many cases as it can decide: those to ratify first, then by assessed risk,
    then the longest waiting. What was referred at this very tick waits for the next meeting."""
    strike_out(world)
    for _ in range(practice_at(world.services.practice, world.now).cases):
        first, ahead = -1, (NEVER, 0, 0)
        for at in range(world.panel_size):
            family = family_at(world, world.panel_rows[at])
            place = (family.panel_priority, family.panel_since, family.id)
            if family.panel_since < world.now and place < ahead:
                first, ahead = at, place
        if first < 0:
            return
        called = family_at(world, world.panel_rows[first])
        world.panel_size -= 1
        world.panel_rows[first] = world.panel_rows[world.panel_size]
        called.in_panel = False
        called.called = True
        wake(world, called)


def strike_out(world: World) -> None:
    """Cases that need no decision any more are struck out."""
    kept = 0
    for at in range(world.panel_size):
        family = family_at(world, world.panel_rows[at])
        family.in_panel = family.before_panel or family.to_ratify
        if family.in_panel:
            world.panel_rows[kept] = family.row
            kept += 1
    world.panel_size = kept
