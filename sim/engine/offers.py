"""How a service is offered, waited for, begun and ended.

A service adds multipliers and flags, nothing else: nothing here moves a family's level, winds a clock or
touches a child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import HOME, IN_CARE
from sim.model.terms import CONFERENCES, EARLY_HELP, OFFERS, Offer, Route, Status, Stay

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.engine.simpy_engine import World

SAFEGUARDED = (Status.CHILD_PROTECTION, Status.PRE_PROCEEDINGS, Status.PROCEEDINGS)


def review(world: World, family: Family, before: Status) -> None:
    """The case is at a new level: end what belongs to the old one, offer what belongs to the new."""
    status = family.status
    if before == Status.EARLY_HELP and status != Status.EARLY_HELP:
        stop(world, family, Offer.EARLY_HELP)
    if status == Status.CLOSED:
        for conference in CONFERENCES:
            stop(world, family, conference)
    if not eligible_for_safeguarding(world, family):
        stop(world, family, Offer.FAMILY_SAFEGUARDING)
    if status == Status.EARLY_HELP:
        offer(world, family, Offer.EARLY_HELP)
    first_time = Offer.CONFERENCE_EARLY not in family.offers
    if status in (Status.CHILD_IN_NEED, Status.CHILD_PROTECTION) and first_time:
        offer(world, family, Offer.CONFERENCE_EARLY)
    if status == Status.PRE_PROCEEDINGS:
        offer(world, family, Offer.CONFERENCE_PRE_PROCEEDINGS)
    offer_safeguarding(world, family)


def eligible_for_safeguarding(world: World, family: Family) -> bool:
    """Parents' needs call for it, and there is a plan, a court process or significant impairment."""
    if not world.families.needs[family.row]:
        return False
    impaired = family.status == Status.CHILD_IN_NEED and world.families.impaired[family.row]
    return impaired or family.status in SAFEGUARDED


def offer_safeguarding(world: World, family: Family) -> None:
    """Family Safeguarding is offered to every eligible family from the day it goes live."""
    if eligible_for_safeguarding(world, family):
        offer(world, family, Offer.FAMILY_SAFEGUARDING)


def offer(world: World, family: Family, what: Offer) -> None:
    """Make an offer if the service is open and the family is not already on its way."""
    alike = EARLY_HELP if what in EARLY_HELP else (what,)
    if world.services.opens[what] > world.now or any(o in family.requests or o in family.held for o in alike):
        return
    occurrence = family.offers.get(what, 0)
    family.offers[what] = occurrence + 1
    if occurrence >= OFFERS:
        world.record(Event.EXHAUSTED, family, what=7)
        return
    if not world.families.offered[what][family.row][occurrence]:
        return
    world.record(Event.OFFERED, family, what=what, amount=occurrence)
    if what == Offer.EDGE_OF_CARE:
        family.before_panel = True
        every = world.services.panel_every
        family.note(world.now + every - world.now % every, Due.PANEL)
    else:
        decide(world, family, what)


def decide(world: World, family: Family, what: Offer) -> None:
    """The family takes the offer up and waits for a place, or declines."""
    occurrence = family.offers[what] - 1
    if not world.families.accepts[what][family.row][occurrence]:
        world.record(Event.DECLINED, family, what=what, amount=occurrence)
        return
    world.record(Event.ACCEPTED, family, what=what, amount=occurrence)
    priority = world.families.priority[family.row]
    family.requests[what] = world.request(family, what, priority)
    if what != Offer.EDGE_OF_CARE:
        family.until[what] = world.now + world.services.lapses[what]
        family.note(family.until[what], Due.LAPSES, what)


def refer_to_edge_of_care(world: World, family: Family, child: Child, heard: int) -> None:
    """A crisis reaches the panel only if a worker who holds the family refers it."""
    if world.services.opens[Offer.EDGE_OF_CARE] > world.now:
        return
    held_by = family.status
    if held_by == Status.CLOSED and world.now - child.returned < world.services.held_after_return:
        held_by = Status.CHILD_IN_NEED
    if heard >= world.services.heard[held_by]:
        world.record(Event.NOT_HEARD, family, child)
    elif not family.before_panel:
        offer(world, family, Offer.EDGE_OF_CARE)


def panel_decides(world: World, family: Family) -> None:
    """The resource allocation panel meets; what it decides may come after the crisis."""
    family.before_panel = False
    if edge_deadline(world, family) <= world.now:
        world.record(Event.LAPSED, family, what=Offer.EDGE_OF_CARE)
        return
    decide(world, family, Offer.EDGE_OF_CARE)
    if Offer.EDGE_OF_CARE in family.requests:
        family.note(edge_deadline(world, family), Due.LAPSES, Offer.EDGE_OF_CARE)


def edge_deadline(world: World, family: Family) -> int:
    """Until when Edge of Care may still begin: while a crisis lasts, or soon after an unplanned entry
    that is planned to end at home."""
    deadline = world.now
    for child in family.children:
        if child.where == HOME and child.at_edge:
            deadline = max(deadline, child.window_ends)
        elif child.where == IN_CARE and child.route == Route.BREAKDOWN and child.stay != Stay.LONG:
            deadline = max(deadline, child.entered + world.services.return_home_lapse)
    return deadline


def lapse(world: World, family: Family, what: int) -> None:
    """An unmet offer has run out of time."""
    request = family.requests.get(what)
    if request is None:
        return
    deadline = edge_deadline(world, family) if what == Offer.EDGE_OF_CARE else family.until[what]
    if deadline > world.now:
        family.note(deadline, Due.LAPSES, what)
        return
    world.record(Event.LAPSED, family, what=what)
    world.give_back(what, family.requests.pop(what))


def start(world: World, family: Family, what: int) -> None:
    """A place is free: the work begins."""
    request = family.requests.pop(what)
    family.held[what] = request
    family.begun[what] = world.now
    occurrence = family.offers[what] - 1
    length = world.families.length[what][family.row][occurrence]
    family.until[what] = world.now + length
    family.note(family.until[what], Due.RUNS_OUT, what)
    world.record(Event.STARTED, family, what=what, amount=world.now - request.since)


def run_out(world: World, family: Family, what: int) -> None:
    """The work has run its length."""
    if what not in family.held:
        return
    finish(world, family, what, Event.FINISHED)
    if what == Offer.EDGE_OF_CARE:
        offer(world, family, Offer.STEP_DOWN)
    elif what == Offer.FAMILY_SAFEGUARDING:
        offer_safeguarding(world, family)


def stop(world: World, family: Family, what: int) -> None:
    """End work, or waiting for it, because the family's circumstances have changed."""
    if what in family.held:
        finish(world, family, what, Event.STOPPED)
    elif what in family.requests:
        world.record(Event.LAPSED, family, what=what)
        world.give_back(what, family.requests.pop(what))


def finish(world: World, family: Family, what: int, event: Event) -> None:
    """Give the place back; what was achieved lasts and decays from now."""
    lasted = world.now - family.begun[what]
    world.record(event, family, what=what, amount=lasted)
    world.give_back(what, family.held.pop(what))
    if event == Event.FINISHED or what not in CONFERENCES:
        family.after[what] = (world.now, world.now)
    if what in EARLY_HELP:
        for other in EARLY_HELP:
            if other != what:
                family.after.pop(other, None)
        if Offer.EDGE_OF_CARE in family.after:
            ended, decays_from = family.after[Offer.EDGE_OF_CARE]
            held_back = world.now - max(decays_from, family.begun[what])
            family.after[Offer.EDGE_OF_CARE] = (ended, decays_from + held_back)
