"""How work is offered, waited for, begun, interrupted and ended.

A service adds multipliers and flags, nothing else: nothing here moves a family's level, winds a clock or
touches a child.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engine import edge
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import HOME, WITH_KIN
from sim.engine.risk import exponent_now, safeguarded, step_at
from sim.foundations.ledger import scaled
from sim.model.terms import (
    CONFERENCES,
    EARLY_HELP,
    FIRST_CONFERENCES,
    OFFERS,
    SPECIALISTS,
    STEP_DOWNS,
    Offer,
    Status,
    Turn,
)

if TYPE_CHECKING:
    from sim.engine.people import Family
    from sim.engine.simpy_engine import World

AGAIN, SPARE = -1, 9
"""Priorities besides a family's own (0 to 2): interrupted work before all new; spare capacity last."""


def review(world: World, family: Family, before: Status) -> None:
    """The case is at a new level: end what belongs to the old one, offer what belongs to the new."""
    status = family.status
    if before == Status.EARLY_HELP and status != Status.EARLY_HELP:
        stop(world, family, Offer.EARLY_HELP)
    if status == Status.CLOSED:
        for conference in FIRST_CONFERENCES:
            stop(world, family, conference)
    if not eligible_for_safeguarding(world, family):
        stop(world, family, Offer.FAMILY_SAFEGUARDING)
    if status == Status.EARLY_HELP:
        offer(world, family, Offer.EARLY_HELP)
    last = turn_now(world) == Turn.CONFERENCE_AFTER
    if last:
        offer_safeguarding(world, family)
    offer_conference(world, family)
    if status == Status.PRE_PROCEEDINGS:
        offer(world, family, Offer.CONFERENCE_PRE_PROCEEDINGS)
    if not last:
        offer_safeguarding(world, family)


def eligible_for_safeguarding(world: World, family: Family) -> bool:
    """Parents' needs call for it, and there is a plan, a court process or significant impairment."""
    return bool(world.families.needs[family.row]) and safeguarded(family)


def offer_safeguarding(world: World, family: Family) -> None:
    """Family Safeguarding is offered to every eligible family from the day it goes live, or after a
    conference that comes first."""
    family.put_off = False
    if not eligible_for_safeguarding(world, family):
        return
    conferring = any(family.on_its_way(one) for one in FIRST_CONFERENCES)
    if conferring and turn_now(world) == Turn.CONFERENCE_FIRST:
        family.put_off = True
    else:
        offer(world, family, Offer.FAMILY_SAFEGUARDING)


def offer_conference(world: World, family: Family) -> None:
    """The early conference is offered the first time that the case is at child in need or on a plan, or after
    Family Safeguarding where that comes first."""
    if family.status not in (Status.CHILD_IN_NEED, Status.CHILD_PROTECTION):
        return
    later = turn_now(world) == Turn.CONFERENCE_AFTER and family.on_its_way(Offer.FAMILY_SAFEGUARDING)
    if Offer.CONFERENCE_EARLY not in family.offers and not later:
        offer(world, family, Offer.CONFERENCE_EARLY)


def next_in_turn(world: World, family: Family, what: int) -> None:
    """A conference or Family Safeguarding is over, or will not be: what waited for it is offered."""
    if what in FIRST_CONFERENCES and family.put_off:
        offer_safeguarding(world, family)
    elif what == Offer.FAMILY_SAFEGUARDING and turn_now(world) == Turn.CONFERENCE_AFTER:
        offer_conference(world, family)


def turn_now(world: World) -> int:
    """Whether a conference or Family Safeguarding comes first."""
    return step_at(world.services.turns, world.now)[1]


def offer(world: World, family: Family, what: Offer) -> None:
    """Make an offer if the service is open and the family is not already on its way."""
    services = world.services
    alike = EARLY_HELP if what in EARLY_HELP else (what,)
    is_open = services.opens[what] <= world.now < services.closes[what]
    if not is_open or any(family.on_its_way(one) for one in alike):
        return
    occurrence = family.offers.get(what, 0)
    family.offers[what] = occurrence + 1
    if occurrence >= OFFERS:
        world.record(Event.EXHAUSTED, family, what=7)
        return
    if world.families.offered[what][family.row][occurrence] >= step_at(services.offered[what], world.now)[1]:
        return
    world.record(Event.OFFERED, family, what=what, amount=occurrence)
    if what in EARLY_HELP or what in CONFERENCES:
        family.helped_at = world.now
    if what == Offer.EDGE_OF_CARE:
        edge.propose(world, family)
    else:
        decide(world, family, what)


def decide(world: World, family: Family, what: Offer) -> None:
    """The family takes the offer up and waits for a place, or declines."""
    occurrence = family.offers[what] - 1
    willing = step_at(world.services.take_up[what], world.now)[1]
    if world.families.accepts[what][family.row][occurrence] >= willing:
        world.record(Event.DECLINED, family, what=what, amount=occurrence)
        if what == Offer.CONFERENCE_AT_EDGE:
            edge.back_to_panel(world, family)
        return
    world.record(Event.ACCEPTED, family, what=what, amount=occurrence)
    priority = SPARE if what == Offer.PLACEMENT_STABILITY else world.families.priority[family.row]
    family.requests[what] = world.request(family, what, priority, world.now)
    if what == Offer.EDGE_OF_CARE:
        family.note(edge.deadline(world, family), Due.LAPSES, what)
    else:
        family.until[what] = world.now + world.services.lapses[what]
        family.note(family.until[what], Due.LAPSES, what)


def lapse(world: World, family: Family, what: int) -> None:
    """An unmet offer has run out of time."""
    if what in family.paused:
        return  # work that was begun waits by its own patience
    waiting = family.before_panel and what == Offer.EDGE_OF_CARE
    if what not in family.requests and not waiting:
        return
    until = edge.deadline(world, family) if what == Offer.EDGE_OF_CARE else family.until[what]
    if until > world.now:
        family.note(until, Due.LAPSES, what)
        return
    withdraw(world, family, what)


def withdraw(world: World, family: Family, what: int) -> None:
    """Stop waiting: for the panel, or for a place."""
    world.record(Event.LAPSED, family, what=what)
    if what in family.requests:
        world.give_back(what, family.requests.pop(what))
    if what == Offer.EDGE_OF_CARE:
        family.before_panel = False
    elif what == Offer.CONFERENCE_AT_EDGE:
        edge.back_to_panel(world, family)
    else:
        next_in_turn(world, family, what)


def granted(world: World, family: Family, what: int) -> None:
    """A place is free: the work begins, or goes on with another worker."""
    request = family.requests.pop(what)
    family.held[what] = request
    family.leaves[what] = world.leaves_at(what, request)
    if family.leaves[what] < world.plan.horizon:
        family.note(family.leaves[what], Due.WORKER_LEAVES, what)
    if what in family.paused:
        since, left = family.paused.pop(what)
        family.handovers[what] = family.handovers.get(what, 0) + 1
        family.until[what] = world.now + left
        world.record(Event.RESUMED, family, what=what, amount=world.now - since)
    else:
        begin(world, family, what, world.now - request.since)
    family.note(family.until[what], Due.RUNS_OUT, what)


def begin(world: World, family: Family, what: int, waited: int) -> None:
    """The work begins; Family Safeguarding asks for the specialists that the parents' needs call for."""
    occurrence = family.offers[what] - 1
    family.begun[what] = world.now
    family.handovers[what] = 0
    times = step_at(world.services.lengths[what], world.now)[1]
    family.lengths[what] = max(1, scaled(int(world.families.length[what][family.row][occurrence]), times))
    family.until[what] = world.now + family.lengths[what]
    world.record(Event.STARTED, family, what=what, amount=waited)
    if what == Offer.FAMILY_SAFEGUARDING:
        family.met = 0
        for bit, specialist in enumerate(SPECIALISTS):
            if world.families.needs[family.row] >> bit & 1:
                offer(world, family, specialist)
    elif what in SPECIALISTS:
        family.met |= 1 << SPECIALISTS.index(what)


def worker_leaves(world: World, family: Family, what: int) -> None:
    """Whoever works with the family leaves: the work waits until a colleague can take it over."""
    if what not in family.held or family.leaves[what] != world.now:
        return
    request = family.held.pop(what)
    world.record(Event.INTERRUPTED, family, what=what, amount=request.person)
    world.give_back(what, request)
    family.paused[what] = (world.now, family.until[what] - world.now)
    family.note(world.now + world.services.handover, Due.HANDOVER, what)
    family.note(world.now + world.services.patience, Due.PATIENCE, what)


def hand_over(world: World, family: Family, what: int) -> None:
    """Interrupted work is taken over before any new work starts, as soon as a colleague has room."""
    if what in family.paused and what not in family.requests:
        since = family.paused[what][0]
        if world.now == since + world.services.handover:
            first = SPARE if what == Offer.PLACEMENT_STABILITY else AGAIN
            family.requests[what] = world.request(family, what, first, since)


def lose_patience(world: World, family: Family, what: int) -> None:
    """Nobody has taken the work over for too long."""
    if what in family.paused and world.now == family.paused[what][0] + world.services.patience:
        stop(world, family, what)


def run_out(world: World, family: Family, what: int) -> None:
    """The work has run its length."""
    if what not in family.held or family.until[what] != world.now:
        return
    world.record(Event.FINISHED, family, what=what, amount=world.now - family.begun[what])
    end(world, family, what, left=0)
    if what == Offer.EDGE_OF_CARE:
        step_down(world, family)
    elif what == Offer.FAMILY_SAFEGUARDING:
        offer_safeguarding(world, family)


def step_down(world: World, family: Family) -> None:
    """Edge of Care hands the family to early help: the kind that fits the oldest child whom it leaves at home
    or with a guardian."""
    born = [child.born for child in family.children if child.where in (HOME, WITH_KIN)]
    if born:
        age = world.now - min(born)
        fits = [kind for kind, since in enumerate(world.services.step_down_ages) if since <= age]
        offer(world, family, STEP_DOWNS[fits[-1]])


def stop(world: World, family: Family, what: int) -> None:
    """End work, or waiting for it, because of the family's circumstances or for want of a worker."""
    lasted = world.now - family.begun.get(what, world.now)
    if what in family.held:
        world.record(Event.STOPPED, family, what=what, amount=lasted)
        end(world, family, what, left=family.until[what] - world.now)
    elif what in family.paused:
        world.record(Event.GIVEN_UP, family, what=what, amount=lasted)
        end(world, family, what, left=family.paused[what][1])
    elif what in family.requests:
        withdraw(world, family, what)


def end(world: World, family: Family, what: int, left: int) -> None:
    """Give the place back; what was achieved, in proportion to the work done, lasts and decays from now."""
    needs = world.families.needs[family.row]
    month = bisect_right(world.plan.months, world.now) - 1
    exponent = exponent_now(family, what, needs, world.services, month)
    whole = family.lengths[what]
    exponent = exponent * (whole - left) // whole
    family.paused.pop(what, None)
    if what in family.held:
        world.give_back(what, family.held.pop(what))
    elif what in family.requests:
        world.give_back(what, family.requests.pop(what))
    if world.services.powers[what] and (left == 0 or what not in CONFERENCES):
        family.after[what] = (world.now, world.now, exponent)
    if what == Offer.FAMILY_SAFEGUARDING:
        for specialist in SPECIALISTS:
            stop(world, family, specialist)
    elif what in EARLY_HELP:
        end_early_help(world, family, what)
    elif what == Offer.CONFERENCE_AT_EDGE:
        edge.back_to_panel(world, family)
    next_in_turn(world, family, what)


def end_early_help(world: World, family: Family, what: int) -> None:
    """Early help counts once, by its latest work; while it lasted, Edge of Care's effect did not decay."""
    for other in EARLY_HELP:
        if other != what:
            family.after.pop(other, None)
    if Offer.EDGE_OF_CARE in family.after:
        ended, decays_from, exponent = family.after[Offer.EDGE_OF_CARE]
        held_back = world.now - max(decays_from, family.begun[what])
        family.after[Offer.EDGE_OF_CARE] = (ended, decays_from + held_back, exponent)
