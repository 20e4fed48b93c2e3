"""The way to Edge of Care: who hears of a crisis, what the panel decides, and until when it is in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import HOME, IN_CARE, WITH_KIN
from sim.engine.risk import step_at
from sim.foundations.ledger import NEVER
from sim.model.terms import GUARDIANSHIP_TEAM, Gate, Offer, Placement, Route, Status, Stay

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.engine.simpy_engine import World
    from sim.model.plan import Practice

CRITERIA, JUDGEMENT = 1, 2
"""Why the panel refuses."""
TO_RATIFY = -1
"""What was decided between meetings comes before all other cases."""
HOMES = (Placement.OWN_FOSTER, Placement.AGENCY_FOSTER, Placement.KINSHIP)
"""Placements that work on placement stability can hold together."""


def practice_at(rows: tuple[Practice, ...], now: int) -> Practice:
    """What the panel and the team do at a tick."""
    for practice in reversed(rows):
        if practice.since <= now:
            return practice
    return rows[0]


def hear(world: World, family: Family, child: Child, heard: int) -> None:
    """A crisis reaches the panel only if a worker who holds the family refers it."""
    services = world.services
    if not services.opens[Offer.EDGE_OF_CARE] <= world.now < services.closes[Offer.EDGE_OF_CARE]:
        return
    held_by = int(family.status)
    if child.where == WITH_KIN:
        held_by = GUARDIANSHIP_TEAM
    elif held_by == Status.CLOSED and world.now - child.returned < services.held_after_return:
        held_by = Status.CHILD_IN_NEED
    if heard >= step_at(services.heard[held_by], world.now)[1]:
        world.record(Event.NOT_HEARD, family, child)
    elif not family.before_panel and not family.diverted:
        service.offer(world, family, Offer.EDGE_OF_CARE)


def hear_of_entry(world: World, family: Family, heard: int) -> None:
    """A child has come into care unplanned, with a plan to return: its social worker may refer it now."""
    services = world.services
    is_open = services.opens[Offer.EDGE_OF_CARE] <= world.now < services.closes[Offer.EDGE_OF_CARE]
    willing = step_at(services.heard_in_care, world.now)[1]
    if is_open and heard < willing and not family.diverted:
        service.offer(world, family, Offer.EDGE_OF_CARE)


def propose(world: World, family: Family) -> None:
    """The family is referred: to the next meeting, or for a decision before it where practice allows that."""
    family.before_panel = True
    family.note(max(deadline(world, family), world.now + 1), Due.LAPSES, Offer.EDGE_OF_CARE)
    if practice_at(world.services.practice, world.now).emergency:
        family.note(world.now + world.services.urgent, Due.URGENT, family.offers[Offer.EDGE_OF_CARE])
    else:
        world.before_panel(family, world.families.priority[family.row])


def called(world: World, family: Family) -> None:
    """The panel has reached the case."""
    family.called = False
    if family.to_ratify:
        ratify(world, family)
    elif family.before_panel:
        consider(world, family, judged=True)


def urgent(world: World, family: Family, referral: int) -> None:
    """A manager decides between meetings; the panel ratifies at its next."""
    if not family.before_panel or family.offers[Offer.EDGE_OF_CARE] != referral:
        return
    consider(world, family, judged=False)
    if family.on_its_way(Offer.EDGE_OF_CARE):
        family.to_ratify = True
        world.before_panel(family, TO_RATIFY)


def consider(world: World, family: Family, *, judged: bool) -> None:
    """Refuse, send to a conference first, or put it to the family. The decision may come after the crisis."""
    family.before_panel = False
    if deadline(world, family) <= world.now:
        world.record(Event.LAPSED, family, what=Offer.EDGE_OF_CARE)
        return
    practice = practice_at(world.services.practice, world.now)
    if not any(within(child, practice) for child in family.children):
        world.record(Event.REFUSED, family, what=Offer.EDGE_OF_CARE, amount=CRITERIA)
        return
    recent = world.now - step_at(world.services.recent, world.now)[1]
    if practice.earlier_help == Gate.CONFERENCE_FIRST and family.helped_at < recent:
        divert(world, family)
        return
    if judged and refuses(world, family):
        world.record(Event.REFUSED, family, what=Offer.EDGE_OF_CARE, amount=JUDGEMENT)
        return
    service.decide(world, family, Offer.EDGE_OF_CARE)
    if practice.earlier_help == Gate.OFFERED and family.helped_at < recent:
        service.offer(world, family, Offer.CONFERENCE_AT_EDGE)


def within(child: Child, practice: Practice) -> bool:
    """Whether a child is one for whom the criteria allow the work: old enough, and at the edge of care or
    lately come into care by a breakdown."""
    concerned = child.at_edge or (child.where == IN_CARE and child.homeward)
    return concerned and child.band >= practice.youngest


def refuses(world: World, family: Family) -> bool:
    """The panel's judgement of this referral."""
    occurrence = family.offers[Offer.EDGE_OF_CARE] - 1
    chance = step_at(world.services.panel_refuses, world.now)[1]
    return bool(world.families.panel[family.row][occurrence] < chance)


def divert(world: World, family: Family) -> None:
    """A conference comes first; afterwards the referral comes back, if the crisis lasts so long. Where none
    can be had, it comes back at once."""
    world.record(Event.DIVERTED, family, what=Offer.EDGE_OF_CARE)
    family.diverted = True
    family.helped_at = world.now
    service.offer(world, family, Offer.CONFERENCE_AT_EDGE)
    if family.diverted and not family.on_its_way(Offer.CONFERENCE_AT_EDGE):
        back_to_panel(world, family)


def back_to_panel(world: World, family: Family) -> None:
    """The conference that was to come first has met, or will not."""
    if not family.diverted:
        return
    family.diverted = False
    if deadline(world, family) <= world.now:
        world.record(Event.LAPSED, family, what=Offer.EDGE_OF_CARE)
        return
    family.before_panel = True
    family.note(deadline(world, family), Due.LAPSES, Offer.EDGE_OF_CARE)
    world.before_panel(family, world.families.priority[family.row])


def ratify(world: World, family: Family) -> None:
    """The panel agrees to what was decided between meetings, or ends it."""
    family.to_ratify = False
    if not family.on_its_way(Offer.EDGE_OF_CARE):
        return
    if refuses(world, family):
        world.record(Event.REFUSED, family, what=Offer.EDGE_OF_CARE, amount=JUDGEMENT)
        service.stop(world, family, Offer.EDGE_OF_CARE)
    else:
        world.record(Event.RATIFIED, family, what=Offer.EDGE_OF_CARE)


def deadline(world: World, family: Family) -> int:
    """Until when Edge of Care may still begin: while a crisis lasts, or soon after an unplanned entry
    that is planned to end at home."""
    until = world.now
    for child in family.children:
        if child.where in (HOME, WITH_KIN) and child.at_edge:
            until = max(until, child.window_ends)
        elif child.where == IN_CARE and unplanned(child) and child.stay != Stay.LONG:
            until = max(until, child.entered + world.services.return_home_lapse)
    return until


def may_help(family: Family) -> bool:
    """Whether there is somebody for Edge of Care to work with: a child at home or with a guardian, or one in
    care who is on the way back."""
    return any(
        child.where in (HOME, WITH_KIN) or (child.where == IN_CARE and child.homeward)
        for child in family.children
    )


def unplanned(child: Child) -> bool:
    """Whether the child came into care by a breakdown at home or with a guardian, or without warning."""
    return child.route in (Route.BREAKDOWN, Route.GUARDIANSHIP, Route.NO_WARNING)


def offer_stability(world: World, family: Family, child: Child) -> None:
    """A long placement of a child who is old enough is offered work, in what capacity can be spared."""
    services = world.services
    if child.where != IN_CARE or child.placement not in HOMES:
        return
    if world.now < child.placed + services.stability_after or child.band < services.stability_youngest:
        return
    service.offer(world, family, Offer.PLACEMENT_STABILITY)


def works_with_placements(world: World, since: int) -> int:
    """The first tick from one on at which Edge of Care works with long placements; NEVER if it does not."""
    rows = world.services.stability
    if step_at(rows, since)[1] < NEVER:
        return since
    return next((tick for tick, spare in rows if tick > since and spare < NEVER), NEVER)
