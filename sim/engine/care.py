"""How children come into care, where they live there, and how they leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import edge
from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import GONE, HOME, IN_CARE, WITH_KIN
from sim.engine.risk import ease_of
from sim.foundations.ledger import NEVER, ONE_BITS, scaled
from sim.model.terms import (
    COURT_CRISES,
    CRISES,
    MOVES,
    NO_WARNING_CRISES,
    ORDERS,
    PERIODS,
    Channel,
    Leaving,
    Offer,
    Placement,
    Route,
    Stay,
)

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.engine.simpy_engine import World
    from sim.model.plan import Row

TOO_OLD_FOR_COURT = 5
"""Age band (16-17) in which courts hardly make care orders."""

LONG_BAND = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 3}

WAYS = (Leaving.RETURNED_HOME, Leaving.RETURNED_HOME_UNPLANNED, Leaving.ADOPTED, Leaving.OTHER)
"""Ways of leaving care but to a special guardian, in the order of their chances."""


def category(thresholds: Row, uniform: int) -> int:
    """Which of several outcomes a fixed-point uniform falls into, given cumulative chances."""
    for index, threshold in enumerate(thresholds):
        if uniform < threshold:
            return index
    return len(thresholds)


def child_clock_spent(world: World, family: Family, child: Child) -> None:
    """The child's one resilience is spent: a crisis, an entry at the edge, or the end of care."""
    if child.where == IN_CARE:
        leave(world, family, child)
    elif child.where == HOME and child.at_edge:
        enter_with_siblings(world, family, child, Route.BREAKDOWN)
    elif child.where == WITH_KIN and child.at_edge:
        enter(world, family, child, Route.GUARDIANSHIP)
    elif child.where in (HOME, WITH_KIN):
        crisis(world, family, child)


def crisis(world: World, family: Family, child: Child) -> None:
    """The relationship breaks down: for some weeks the child is at the edge of care."""
    occurrence = child.crises
    world.record(Event.CRISIS, family, child, amount=occurrence)
    child.at_edge = True
    child.window_ends = world.now + world.rules.window
    child.clock.wind(world.children.edge[child.row][occurrence])
    family.note(child.window_ends, Due.WINDOW, family.children.index(child))
    edge.hear(world, family, child, world.children.heard[child.row][occurrence])


def window_closes(world: World, family: Family, child: Child) -> None:
    """The crisis ends of itself, the child still at home; the next resilience begins."""
    if child.at_edge and child.window_ends == world.now:
        at_work = Offer.EDGE_OF_CARE in family.held
        world.record(Event.WEATHERED, family, child, amount=int(at_work))
        family.worry_until = world.now + world.rules.after_crisis[0]
        next_crisis(world, family, child)


def next_crisis(world: World, family: Family, child: Child) -> None:
    """Begin the child's next resilience against a crisis; an averted crisis makes nobody immune."""
    if child.at_edge:
        child.at_edge = False
        child.window_ends = NEVER
        child.crises += 1
    if child.crises < CRISES:
        child.clock.wind(world.children.crisis[child.row][child.crises])
        return
    if child.crises == CRISES:
        world.record(Event.EXHAUSTED, family, child, what=2)
    child.clock.stop()


def court_entry(world: World, family: Family) -> None:
    """A court places the youngest child in care, and those siblings who go too."""
    family.court_crises += 1
    if family.court_crises < COURT_CRISES:
        family.court.wind(world.families.court[family.row][family.court_crises])
    else:
        world.record(Event.EXHAUSTED, family, what=3)
        family.court.stop()
    home = [c for c in family.children if c.where == HOME and c.band < TOO_OLD_FOR_COURT]
    if home:
        youngest = max(home, key=lambda child: child.born)
        enter_with_siblings(world, family, youngest, Route.COURT)


def entry_without_warning(world: World, family: Family) -> None:
    """Police protection, an emergency order or remand: nobody could be asked for help in time."""
    pick = world.families.picks[family.row][family.no_warning_crises]
    family.no_warning_crises += 1
    if family.no_warning_crises < NO_WARNING_CRISES:
        family.no_warning.wind(world.families.no_warning[family.row][family.no_warning_crises])
    else:
        world.record(Event.EXHAUSTED, family, what=4)
        family.no_warning.stop()
    home = [child for child in family.children if child.where == HOME]
    if home:
        enter_with_siblings(world, family, home[(pick * len(home)) >> ONE_BITS], Route.NO_WARNING)


def enter_with_siblings(world: World, family: Family, first: Child, route: Route) -> None:
    """A child enters care; siblings at home go too by their own keyed choice."""
    enter(world, family, first, route)
    for child in family.children:
        if child.where != HOME or (route == Route.COURT and child.band >= TOO_OLD_FOR_COURT):
            continue
        choice = world.children.joins[child.row][min(child.asked, CRISES - 1)]
        child.asked += 1
        if child.asked > CRISES:
            world.record(Event.EXHAUSTED, family, child, what=5)
        if choice < world.rules.joins[route]:
            enter(world, family, child, route)


def arrive_alone(world: World, family: Family, child: Child) -> None:
    """An unaccompanied child enters care on arrival, for a long stay."""
    enter(world, family, child, Route.UNACCOMPANIED)


def enter(world: World, family: Family, child: Child, route: Route) -> None:
    """Begin a period of care."""
    # Whatever crisis the child was spending towards, or in, ends here; after care the next one begins.
    child.at_edge = False
    child.window_ends = NEVER
    child.crises += 1
    period = min(child.periods, PERIODS - 1)
    if child.periods >= PERIODS:
        world.record(Event.EXHAUSTED, family, child, what=6)
    child.where = IN_CARE
    child.route, child.entered = route, world.now
    child.stay = category(world.rules.stay[route], world.children.stay[child.row][period])
    child.homeward = edge.unplanned(child) and ends_in_family(world, child, period)
    child.clock.wind(world.children.stay_end[child.row][period])
    world.record(Event.ENTERED, family, child, what=route, amount=child.periods)
    first_placement(world, family, child, world.now)
    if family.before_panel or Offer.EDGE_OF_CARE in family.requests:
        family.note(world.now, Due.LAPSES, Offer.EDGE_OF_CARE)
    elif family.on_its_way(Offer.EDGE_OF_CARE) and not edge.may_help(family):
        service.stop(world, family, Offer.EDGE_OF_CARE)
    elif child.homeward:
        edge.hear_of_entry(world, family, world.children.heard_in_care[child.row][period])


def ends_in_family(world: World, child: Child, period: int) -> bool:
    """Whether a short or medium stay is one that ends at home or with a special guardian."""
    if child.stay == Stay.LONG:
        return False
    if world.children.kin[child.row][period] < world.rules.guardians_by_stay[child.stay]:
        return True
    way = category(world.rules.leaving_by_stay[child.stay], world.children.leaving[child.row][period])
    return WAYS[way] in (Leaving.RETURNED_HOME, Leaving.RETURNED_HOME_UNPLANNED)


def resume(world: World, family: Family, child: Child) -> None:
    """Put a child where the first day finds it: in care, lately returned, or with a special guardian."""
    row = child.row
    if child.where != HOME:
        return
    if world.children.opening_stay[row] >= 0:
        child.where = IN_CARE
        child.stay = world.children.opening_stay[row]
        child.route = Route.UNACCOMPANIED if world.children.unaccompanied[row] else Route.COURT
        child.entered = -world.children.opening_elapsed[row]
        child.clock.wind(world.children.stay_end[row][0])
        first_placement(world, family, child, child.entered)
    elif world.children.returned[row]:
        child.returned = -world.children.opening_elapsed[row]
    elif world.children.guardian[row]:
        child.where, child.guardian = WITH_KIN, True


def network(world: World, family: Family, chance: int) -> int:
    """A chance that care stays within the family network, with what a conference makes of it."""
    needs = world.families.needs[family.row]
    ease, _ = ease_of(family, needs, world.services, world.plan.months, world.stronger, world.now)
    return scaled(chance, ease[Channel.NETWORK])


def first_placement(world: World, family: Family, child: Child, since: int) -> None:
    """Where a period of care begins: with kin, or as the keyed place in the order of placements says."""
    period = min(child.periods, PERIODS - 1)
    child.moved = False
    with_kin = world.children.kin[child.row][period]
    if with_kin < network(world, family, world.rules.kinship[child.band]):
        place(world, family, child, Placement.KINSHIP, since)
    else:
        uniform = world.children.placement[child.row][period]
        where = Placement(category(world.rules.placement[child.band], uniform))
        place(world, family, child, where, since)


def place(world: World, family: Family, child: Child, where: Placement, since: int) -> None:
    """The child lives somewhere else from a tick on; what resilience is left against a breakdown stays."""
    world.record(Event.PLACED, family, child, what=where)
    child.placement, child.placed = where, since
    if child.settled.left == NEVER and child.moves < MOVES:
        child.settled.wind(world.children.settled[child.row][child.moves])
    long = edge.works_with_placements(world, max(since + world.services.stability_after, world.now))
    if long < world.plan.horizon:
        family.note(long, Due.LONG_PLACEMENT, family.children.index(child))


def placement_breaks_down(world: World, family: Family, child: Child) -> None:
    """The placement ends early, and another is found at once; the next resilience begins."""
    world.record(Event.BROKE_DOWN, family, child, what=child.placement, amount=world.now - child.placed)
    child.moved = True
    child.moves += 1
    child.settled.stop()
    if child.moves == MOVES:
        world.record(Event.EXHAUSTED, family, child, what=8)
    place(world, family, child, placement_for_age(world, child), world.now)


def leave(world: World, family: Family, child: Child) -> None:
    """A period of care ends before adulthood."""
    how = way_of_leaving(world, family, child)
    world.record(Event.LEFT, family, child, what=how)
    out_of_care(world, family, child)
    if how == Leaving.SPECIAL_GUARDIANSHIP:
        child.guardian = True
    if how in (Leaving.ADOPTED, Leaving.OTHER):
        child.where = GONE
        child.clock.stop()
        return
    child.where = WITH_KIN if child.guardian else HOME
    if how != Leaving.SPECIAL_GUARDIANSHIP:
        child.returned = world.now
    next_crisis(world, family, child)


def way_of_leaving(world: World, family: Family, child: Child) -> Leaving:
    """How a stay ends, from its kind and the child's age."""
    if child.route == Route.UNACCOMPANIED:
        return Leaving.OTHER  # there is no home here to return to
    period = min(child.periods, PERIODS - 1)
    rules = world.rules
    if child.stay == Stay.LONG:
        group = LONG_BAND[child.band]
        guardians, ways = rules.guardians_by_band[group], rules.leaving_by_band[group]
    else:
        guardians, ways = rules.guardians_by_stay[child.stay], rules.leaving_by_stay[child.stay]
    if world.children.kin[child.row][period] < network(world, family, guardians):
        return Leaving.SPECIAL_GUARDIANSHIP
    return WAYS[category(ways, world.children.leaving[child.row][period])]


def out_of_care(world: World, family: Family, child: Child) -> None:
    """What belongs to a period of care ends with it."""
    child.periods += 1
    child.placement = -1
    child.settled.rate = 0
    if child.settled.left <= 0:
        # The placement would have broken down on this very day.
        child.moves += 1
        child.settled.stop()
    if not any(other.where == IN_CARE and other is not child for other in family.children):
        service.stop(world, family, Offer.PLACEMENT_STABILITY)


def final_order(world: World, family: Family) -> None:
    """Proceedings end: the children who are still at home stay there, or go to live with kin."""
    uniform = world.families.order[family.row][min(family.orders, ORDERS - 1)]
    family.orders += 1
    home = [child for child in family.children if child.where == HOME]
    if not home:
        return
    if uniform >= network(world, family, world.rules.order_with_kin):
        world.record(Event.ORDER, family, what=0, amount=len(home))
        return
    for child in home:
        world.record(Event.ORDER, family, child, what=1, amount=len(home))
        child.where, child.guardian = WITH_KIN, True
        if not child.at_edge:
            child.crises += 1  # the resilience that was being spent was against a crisis at home
        next_crisis(world, family, child)


def birthday(world: World, family: Family, index: int) -> None:
    """The child enters the next age band, or adulthood."""
    child = family.children[index]
    if child.where == GONE:
        return
    child.band += 1
    if child.band == len(world.rules.breakdown):
        if child.where == IN_CARE:
            world.record(Event.LEFT, family, child, what=Leaving.AGE_18)
            out_of_care(world, family, child)
        child.where = GONE
        child.at_edge = False
        child.clock.stop()
        return
    family.note(child.born + world.rules.band_starts[child.band + 1], Due.BIRTHDAY, index)
    if child.where == IN_CARE and child.placement != Placement.KINSHIP:
        suits = placement_for_age(world, child)
        if suits != child.placement:
            place(world, family, child, suits, world.now)


def placement_for_age(world: World, child: Child) -> Placement:
    """The placement that the same keyed place gives at the child's new age."""
    if child.moved:
        uniform = world.children.moved_to[child.row][min(child.moves - 1, MOVES - 1)]
        return Placement(category(world.rules.moved_to[child.band], uniform))
    uniform = world.children.placement[child.row][min(child.periods, PERIODS - 1)]
    return Placement(category(world.rules.placement[child.band], uniform))
