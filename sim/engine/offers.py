"""How work is offered, waited for, begun, interrupted and ended.

A service adds multipliers and flags, nothing else: nothing here moves a family's level, winds a clock or
touches a child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import edge
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import (
    CONFERENCE_SET,
    EARLY_HELP_SET,
    HOME,
    SPECIALIST_SET,
    WITH_KIN,
    on_its_way,
)
from sim.engine.risk import exponent_now, month_at, safeguarded, step_at
from sim.engine.world import (
    accepts_at,
    ask,
    give_back,
    length_at,
    note,
    offered_at,
    record,
    withdraw_request,
)
from sim.foundations.ledger import ONE, scaled
from sim.model.terms import OFFERS, SPECIALISTS, STEP_DOWNS, Offer, Status, Turn

if TYPE_CHECKING:
    from sim.engine.people import Family
    from sim.engine.world import World

AGAIN, SPARE = -1, 9
"""Priorities besides a family's own (0 to 2): interrupted work before all new; spare capacity last."""
OF_SPECIALIST = tuple(int(offer) for offer in SPECIALISTS)
OF_STEP_DOWN = tuple(int(offer) for offer in STEP_DOWNS)


def review(world: World, family: Family, before: int) -> None:
    """The case is at a new level: end what belongs to the old one, offer what belongs to the new."""
    status = family.status
    if before == Status.EARLY_HELP and status != Status.EARLY_HELP:
        stop(world, family, Offer.EARLY_HELP)
    if status == Status.CLOSED:
        stop(world, family, Offer.CONFERENCE_EARLY)
        stop(world, family, Offer.CONFERENCE_PRE_PROCEEDINGS)
    if not eligible_for_safeguarding(family):
        stop(world, family, Offer.FAMILY_SAFEGUARDING)
    if status == Status.EARLY_HELP:
        offer(world, family, Offer.EARLY_HELP)
    conference_last = turn_now(world) == Turn.CONFERENCE_AFTER
    if conference_last:
        offer_safeguarding(world, family)
    offer_conference(world, family)
    if status == Status.PRE_PROCEEDINGS:
        offer(world, family, Offer.CONFERENCE_PRE_PROCEEDINGS)
    if not conference_last:
        offer_safeguarding(world, family)


def eligible_for_safeguarding(family: Family) -> bool:
    """Parents' needs call for it, and there is a plan, a court process or significant impairment."""
    return family.keyed.needs != 0 and safeguarded(family)


def offer_safeguarding(world: World, family: Family) -> None:
    """Family Safeguarding is offered to every eligible family from the day it goes live, or after a
    conference that comes first."""
    family.put_off = False
    if not eligible_for_safeguarding(family):
        return
    if turn_now(world) == Turn.CONFERENCE_FIRST and conferring(family):
        family.put_off = True
    else:
        offer(world, family, Offer.FAMILY_SAFEGUARDING)


def offer_conference(world: World, family: Family) -> None:
    """The early conference is offered the first time that the case is at child in need or on a plan, or after
    Family Safeguarding where that comes first."""
    family.conference_put_off = False
    if family.status != Status.CHILD_IN_NEED and family.status != Status.CHILD_PROTECTION:
        return
    if family.early_conference_past or family.offers[Offer.CONFERENCE_EARLY]:
        return
    if turn_now(world) == Turn.CONFERENCE_AFTER and on_its_way(family, Offer.FAMILY_SAFEGUARDING):
        family.conference_put_off = True
    else:
        offer(world, family, Offer.CONFERENCE_EARLY)


def take_turns(world: World, family: Family) -> None:
    """What waits for its turn is offered when that which comes first is over, or will not be."""
    if family.put_off and not conferring(family):
        offer_safeguarding(world, family)
    if family.conference_put_off and not on_its_way(family, Offer.FAMILY_SAFEGUARDING):
        offer_conference(world, family)


def conferring(family: Family) -> bool:
    """Whether a conference that a level of the case brings with it is on its way."""
    return on_its_way(family, Offer.CONFERENCE_EARLY) or on_its_way(family, Offer.CONFERENCE_PRE_PROCEEDINGS)


def turn_now(world: World) -> int:
    """Whether a conference or Family Safeguarding comes first."""
    return step_at(world.services.turns, world.now)[1]


def offer(world: World, family: Family, what: int) -> None:
    """Make an offer if the service is open and the family is not already on its way."""
    services = world.services
    if not services.opens[what] <= world.now < services.closes[what] or on_its_way(family, what):
        return
    if EARLY_HELP_SET >> what & 1 and (family.waiting | family.held | family.paused) & EARLY_HELP_SET:
        return  # a family has early help of one kind at a time
    occurrence = family.offers[what]
    family.offers[what] = occurrence + 1
    if occurrence >= OFFERS:
        record(world, Event.EXHAUSTED, family, 7, 0)
        return
    chance = step_at(services.offered[what], world.now)[1]
    if chance < ONE and offered_at(world, family, what, occurrence) >= chance:
        return
    record(world, Event.OFFERED, family, what, occurrence)
    if (EARLY_HELP_SET | CONFERENCE_SET) >> what & 1:
        family.helped_at = world.now
    if what == Offer.EDGE_OF_CARE:
        edge.propose(world, family)
    else:
        decide(world, family, what)


def decide(world: World, family: Family, what: int) -> None:
    """The family takes the offer up and waits for a place, or declines."""
    occurrence = family.offers[what] - 1
    willing = step_at(world.services.take_up[what], world.now)[1]
    if accepts_at(world, family, what, occurrence) >= willing:
        record(world, Event.DECLINED, family, what, occurrence)
        if what == Offer.CONFERENCE_AT_EDGE:
            edge.back_to_panel(world, family)
        return
    record(world, Event.ACCEPTED, family, what, occurrence)
    priority = SPARE if what == Offer.PLACEMENT_STABILITY else family.keyed.priority
    ask(world, family, what, priority, world.now)
    if what == Offer.EDGE_OF_CARE:
        note(world, family, edge.deadline(world, family), Due.LAPSES, what)
    else:
        family.until[what] = world.now + world.services.lapses[what]
        note(world, family, family.until[what], Due.LAPSES, what)


def keep_appointment(world: World, family: Family, what: int, offer: int) -> None:
    """A known time of an offer has come."""
    if what == Due.RUNS_OUT:
        run_out(world, family, offer)
    elif what == Due.WORKER_LEAVES:
        worker_leaves(world, family, offer)
    elif what == Due.HANDOVER:
        hand_over(world, family, offer)
    elif what == Due.PATIENCE:
        lose_patience(world, family, offer)
    elif what == Due.LAPSES:
        lapse(world, family, offer)


def lapse(world: World, family: Family, what: int) -> None:
    """An unmet offer has run out of time."""
    if family.paused >> what & 1:
        return  # work that was begun waits by its own patience
    to_be_decided = family.before_panel and what == Offer.EDGE_OF_CARE
    if not (family.waiting >> what & 1 or to_be_decided):
        return
    until = edge.deadline(world, family) if what == Offer.EDGE_OF_CARE else family.until[what]
    if until > world.now:
        note(world, family, until, Due.LAPSES, what)
        return
    withdraw(world, family, what)


def withdraw(world: World, family: Family, what: int) -> None:
    """Stop waiting: for the panel, or for a place."""
    record(world, Event.LAPSED, family, what, 0)
    stop_waiting(world, family, what)
    if what == Offer.EDGE_OF_CARE:
        family.before_panel = False
    elif what == Offer.CONFERENCE_AT_EDGE:
        edge.back_to_panel(world, family)


def stop_waiting(world: World, family: Family, what: int) -> None:
    """Leave the waiting list; a place that has been granted at this very tick goes back."""
    if not family.waiting >> what & 1:
        return
    withdraw_request(world, family, what)
    if family.granted >> what & 1:
        family.granted &= ~(1 << what)
        give_back(world, family, what)


def granted(world: World, family: Family, what: int) -> None:
    """A place is free: the work begins, or goes on with another worker."""
    family.waiting &= ~(1 << what)
    family.held |= 1 << what
    note(world, family, family.leaves[what], Due.WORKER_LEAVES, what)
    if family.paused >> what & 1:
        family.paused &= ~(1 << what)
        family.handovers[what] += 1
        family.until[what] = world.now + family.paused_left[what]
        record(world, Event.RESUMED, family, what, world.now - family.paused_since[what])
    else:
        begin(world, family, what, world.now - family.asked_at[what])
    note(world, family, family.until[what], Due.RUNS_OUT, what)


def begin(world: World, family: Family, what: int, waited: int) -> None:
    """The work begins; Family Safeguarding asks for the specialists that the parents' needs call for."""
    family.begun[what] = world.now
    family.handovers[what] = 0
    times = step_at(world.services.lengths[what], world.now)[1]
    length = length_at(world, family, what, family.offers[what] - 1)
    family.lengths[what] = max(1, scaled(length, times))
    family.until[what] = world.now + family.lengths[what]
    record(world, Event.STARTED, family, what, waited)
    if what == Offer.FAMILY_SAFEGUARDING:
        family.met = 0
        for bit, specialist in enumerate(OF_SPECIALIST):
            if family.keyed.needs >> bit & 1:
                offer(world, family, specialist)
    elif SPECIALIST_SET >> what & 1:
        family.met |= 1 << (what - OF_SPECIALIST[0])


def worker_leaves(world: World, family: Family, what: int) -> None:
    """Whoever works with the family leaves: the work waits until a colleague can take it over."""
    if not family.held >> what & 1 or family.leaves[what] != world.now:
        return
    record(world, Event.INTERRUPTED, family, what, family.person[what])
    give_back(world, family, what)
    family.paused |= 1 << what
    family.paused_since[what] = world.now
    family.paused_left[what] = family.until[what] - world.now
    note(world, family, world.now + world.services.handover, Due.HANDOVER, what)
    note(world, family, world.now + world.services.patience, Due.PATIENCE, what)


def hand_over(world: World, family: Family, what: int) -> None:
    """Interrupted work is taken over before any new work starts, as soon as a colleague has room."""
    if not family.paused >> what & 1 or family.waiting >> what & 1:
        return
    if world.now == family.paused_since[what] + world.services.handover:
        first = SPARE if what == Offer.PLACEMENT_STABILITY else AGAIN
        ask(world, family, what, first, family.paused_since[what])


def lose_patience(world: World, family: Family, what: int) -> None:
    """Nobody has taken the work over for too long."""
    if family.paused >> what & 1 and world.now == family.paused_since[what] + world.services.patience:
        stop(world, family, what)


def run_out(world: World, family: Family, what: int) -> None:
    """The work has run its length."""
    if not family.held >> what & 1 or family.until[what] != world.now:
        return
    record(world, Event.FINISHED, family, what, world.now - family.begun[what])
    end(world, family, what, 0)
    if what == Offer.EDGE_OF_CARE:
        step_down(world, family)
    elif what == Offer.FAMILY_SAFEGUARDING:
        stop_specialists(world, family)
        take_turns(world, family)  # what waited for this work to end comes before new work of its kind
        offer_safeguarding(world, family)


def step_down(world: World, family: Family) -> None:
    """Edge of Care hands the family to early help: the kind that fits the oldest child whom it leaves at home
    or with a guardian."""
    age = -1
    for child in family.children:
        if child.where == HOME or child.where == WITH_KIN:
            age = max(age, world.now - child.born)
    if age < 0:
        return
    fits = 0
    for kind in range(len(OF_STEP_DOWN)):
        if world.services.step_down_ages[kind] <= age:
            fits = kind
    offer(world, family, OF_STEP_DOWN[fits])


def stop(world: World, family: Family, what: int) -> None:
    """End work, or waiting for it, because of the family's circumstances or for want of a worker."""
    under_way = (family.held | family.paused) >> what & 1
    stop_one(world, family, what)
    if under_way and what == Offer.FAMILY_SAFEGUARDING:
        stop_specialists(world, family)


def stop_specialists(world: World, family: Family) -> None:
    """The specialists' part ends with the work that it belongs to."""
    for specialist in OF_SPECIALIST:
        stop_one(world, family, specialist)


def stop_one(world: World, family: Family, what: int) -> None:
    """The same, of one offer."""
    if family.held >> what & 1:
        record(world, Event.STOPPED, family, what, world.now - family.begun[what])
        end(world, family, what, family.until[what] - world.now)
    elif family.paused >> what & 1:
        record(world, Event.GIVEN_UP, family, what, world.now - family.begun[what])
        end(world, family, what, family.paused_left[what])
    elif family.waiting >> what & 1:
        withdraw(world, family, what)


def end(world: World, family: Family, what: int, left: int) -> None:
    """Give the place back; what was achieved, in proportion to the work done, lasts and decays from now."""
    exponent = exponent_now(world, family, what, month_at(world, world.now))
    whole = family.lengths[what]
    exponent = exponent * (whole - left) // whole
    family.paused &= ~(1 << what)
    if family.held >> what & 1:
        give_back(world, family, what)
    else:
        stop_waiting(world, family, what)
    has_effect = world.powers[what][0][1] >= 0
    if has_effect and (left == 0 or not CONFERENCE_SET >> what & 1):
        family.after |= 1 << what
        family.after_from[what], family.after_exponent[what] = world.now, exponent
    if EARLY_HELP_SET >> what & 1:
        end_early_help(world, family, what)
    elif what == Offer.CONFERENCE_AT_EDGE:
        edge.back_to_panel(world, family)


def end_early_help(world: World, family: Family, what: int) -> None:
    """Early help counts once, by its latest work; while it lasted, Edge of Care's effect did not decay."""
    family.after &= ~(EARLY_HELP_SET & ~(1 << what))
    if family.after >> Offer.EDGE_OF_CARE & 1:
        held_back = world.now - max(family.after_from[Offer.EDGE_OF_CARE], family.begun[what])
        family.after_from[Offer.EDGE_OF_CARE] += held_back
