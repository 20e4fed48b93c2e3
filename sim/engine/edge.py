"""The way to Edge of Care: who hears of a crisis, what the panel decides, and until when it is in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.panel import before_panel, practice_at
from sim.engine.people import HOME, IN_CARE, WITH_KIN, on_its_way
from sim.engine.risk import step_at
from sim.engine.world import note, record, record_child
from sim.foundations.ledger import NEVER
from sim.model.terms import GUARDIANSHIP_TEAM, Gate, Offer, Placement, Route, Status, Stay

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.engine.world import World
    from sim.model.plan import Practice

CRITERIA, JUDGEMENT = 1, 2
"""Why the panel refuses."""
TO_RATIFY = -1
"""What was decided between meetings comes before all other cases."""


def hear(world: World, family: Family, child: Child, heard: int) -> None:
    """A crisis reaches the panel only if a worker who holds the family refers it."""
    services = world.services
    if not is_open(world):
        return
    held_by = family.status
    if child.where == WITH_KIN:
        held_by = GUARDIANSHIP_TEAM
    elif held_by == Status.CLOSED and world.now - child.returned < services.held_after_return:
        held_by = int(Status.CHILD_IN_NEED)
    if heard >= step_at(services.heard[held_by], world.now)[1]:
        record_child(world, Event.NOT_HEARD, family, child, 0, 0)
    elif not family.before_panel and not family.diverted:
        service.offer(world, family, Offer.EDGE_OF_CARE)


def hear_of_entry(world: World, family: Family, heard: int) -> None:
    """A child has come into care unplanned, with a plan to return: its social worker may refer it now."""
    willing = step_at(world.services.heard_in_care, world.now)[1]
    if is_open(world) and heard < willing and not family.diverted:
        service.offer(world, family, Offer.EDGE_OF_CARE)


def is_open(world: World) -> bool:
    """Whether Edge of Care takes referrals."""
    services = world.services
    return services.opens[Offer.EDGE_OF_CARE] <= world.now < services.closes[Offer.EDGE_OF_CARE]


def propose(world: World, family: Family) -> None:
    """The family is referred: to the next meeting, or for a decision before it where practice allows that."""
    family.before_panel = True
    note(world, family, max(deadline(world, family), world.now + 1), Due.LAPSES, Offer.EDGE_OF_CARE)
    if practice_at(world.services.practice, world.now).emergency:
        decided = world.now + world.services.urgent
        note(world, family, decided, Due.URGENT, family.offers[Offer.EDGE_OF_CARE])
    else:
        before_panel(world, family, family.keyed.priority)


def called(world: World, family: Family) -> None:
    """The panel has reached the case."""
    family.called = False
    if family.to_ratify:
        ratify(world, family)
    elif family.before_panel:
        consider(world, family, True)


def urgent(world: World, family: Family, referral: int) -> None:
    """A manager decides between meetings; the panel ratifies at its next."""
    if not family.before_panel or family.offers[Offer.EDGE_OF_CARE] != referral:
        return
    consider(world, family, False)
    if on_its_way(family, Offer.EDGE_OF_CARE):
        family.to_ratify = True
        before_panel(world, family, TO_RATIFY)


def consider(world: World, family: Family, judged: bool) -> None:
    """Refuse, send to a conference first, or put it to the family. The decision may come after the crisis."""
    family.before_panel = False
    if deadline(world, family) <= world.now:
        record(world, Event.LAPSED, family, Offer.EDGE_OF_CARE, 0)
        return
    practice = practice_at(world.services.practice, world.now)
    if not anybody_within(family, practice):
        record(world, Event.REFUSED, family, Offer.EDGE_OF_CARE, CRITERIA)
        return
    recent = world.now - step_at(world.services.recent, world.now)[1]
    if practice.earlier_help == Gate.CONFERENCE_FIRST and family.helped_at < recent:
        divert(world, family)
        return
    if judged and refuses(world, family):
        record(world, Event.REFUSED, family, Offer.EDGE_OF_CARE, JUDGEMENT)
        return
    service.decide(world, family, Offer.EDGE_OF_CARE)
    if practice.earlier_help == Gate.OFFERED and family.helped_at < recent:
        service.offer(world, family, Offer.CONFERENCE_AT_EDGE)


def within(child: Child, practice: Practice) -> bool:
    """Whether a child is one for whom the criteria allow the work: old enough, and at the edge of care or
    lately come into care by a breakdown."""
    concerned = child.at_edge or (child.where == IN_CARE and child.homeward)
    return concerned and child.band >= practice.youngest


def anybody_within(family: Family, practice: Practice) -> bool:
    """Whether any child is."""
    for child in family.children:  # noqa: SIM110 - the compiled engine has no generator expressions
        if within(child, practice):
            return True
    return False


def refuses(world: World, family: Family) -> bool:
    """The panel's judgement of this referral."""
    occurrence = family.offers[Offer.EDGE_OF_CARE] - 1
    return bool(family.keyed.panel[occurrence] < step_at(world.services.panel_refuses, world.now)[1])


def divert(world: World, family: Family) -> None:
    """A conference comes first; afterwards the referral comes back, if the crisis lasts so long. Where none
    can be had, it comes back at once."""
    record(world, Event.DIVERTED, family, Offer.EDGE_OF_CARE, 0)
    family.diverted = True
    family.helped_at = world.now
    service.offer(world, family, Offer.CONFERENCE_AT_EDGE)
    if family.diverted and not on_its_way(family, Offer.CONFERENCE_AT_EDGE):
        back_to_panel(world, family)


def back_to_panel(world: World, family: Family) -> None:
    """The conference that was to come first has met, or will not."""
    if not family.diverted:
        return
    family.diverted = False
    if deadline(world, family) <= world.now:
        record(world, Event.LAPSED, family, Offer.EDGE_OF_CARE, 0)
        return
    family.before_panel = True
    note(world, family, deadline(world, family), Due.LAPSES, Offer.EDGE_OF_CARE)
    before_panel(world, family, family.keyed.priority)


def ratify(world: World, family: Family) -> None:
    """The panel agrees to what was decided between meetings, or ends it."""
    family.to_ratify = False
    if not on_its_way(family, Offer.EDGE_OF_CARE):
        return
    if refuses(world, family):
        record(world, Event.REFUSED, family, Offer.EDGE_OF_CARE, JUDGEMENT)
        service.stop(world, family, Offer.EDGE_OF_CARE)
    else:
        record(world, Event.RATIFIED, family, Offer.EDGE_OF_CARE, 0)


def deadline(world: World, family: Family) -> int:
    """Until when Edge of Care may still begin: while a crisis lasts, or soon after an unplanned entry
    that is planned to end at home."""
    until = world.now
    for child in family.children:
        if child.at_edge and (child.where == HOME or child.where == WITH_KIN):
            until = max(until, child.window_ends)
        elif child.where == IN_CARE and unplanned(child) and child.stay != Stay.LONG:
            until = max(until, child.entered + world.services.return_home_lapse)
    return until


def may_help(family: Family) -> bool:
    """Whether there is somebody for Edge of Care to work with: a child at home or with a guardian, or one in
    care who is on the way back."""
    for child in family.children:
        if child.where == HOME or child.where == WITH_KIN or (child.where == IN_CARE and child.homeward):
            return True
    return False


def unplanned(child: Child) -> bool:
    """Whether the child came into care by a breakdown at home or with a guardian, or without warning."""
    route = child.route
    return bool(route == Route.BREAKDOWN or route == Route.GUARDIANSHIP or route == Route.NO_WARNING)


def offer_stability(world: World, family: Family, child: Child) -> None:
    """A long placement of a child who is old enough is offered work, in what capacity can be spared."""
    services = world.services
    if child.where != IN_CARE or not with_foster_carers(child.placement):
        return
    if world.now < child.placed + services.stability_after or child.band < services.stability_youngest:
        return
    service.offer(world, family, Offer.PLACEMENT_STABILITY)


def with_foster_carers(placement: int) -> bool:
    """Whether work on placement stability can hold such a placement together."""
    own_or_agency = placement == Placement.OWN_FOSTER or placement == Placement.AGENCY_FOSTER
    return bool(own_or_agency or placement == Placement.KINSHIP)


def works_with_placements(world: World, since: int) -> int:
    """The first tick from one on at which Edge of Care works with long placements; NEVER if it does not."""
    rows = world.services.stability
    if step_at(rows, since)[1] < NEVER:
        return since
    for row in rows:
        if row[0] > since and row[1] < NEVER:
            return row[0]
    return NEVER
