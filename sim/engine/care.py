"""How children come into care, where they live there, and how they leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import edge
from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import (
    COURT,
    GONE,
    HOME,
    IN_CARE,
    NO_WARNING,
    WITH_KIN,
    on_its_way,
    stop_clock,
    wind,
)
from sim.engine.risk import set_ease
from sim.engine.world import note, record, record_child
from sim.foundations.ledger import NEVER, ONE_BITS, scaled
from sim.model.terms import (
    BANDS,
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
    from sim.engine.world import World
    from sim.model.plan import Row

ADULT = len(BANDS)
"""The age band that ends childhood."""
TOO_OLD_FOR_COURT = 5
"""Age band (16-17) in which courts hardly make care orders."""
LONG_BAND = (0, 0, 1, 2, 2, 3)
"""By age band: its group in the tables of how long stays end."""
WAYS = (
    int(Leaving.RETURNED_HOME),
    int(Leaving.RETURNED_HOME_UNPLANNED),
    int(Leaving.ADOPTED),
    int(Leaving.OTHER),
)
"""Ways of leaving care but to a special guardian, in the order of their chances."""


def band_at(world: World, age: int) -> int:
    """The age band of an age in ticks; ``ADULT`` for adults."""
    band = 0
    while band < ADULT and age >= world.rules.band_starts[band + 1]:
        band += 1
    return band


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
    elif child.where == HOME or child.where == WITH_KIN:
        crisis(world, family, child)


def crisis(world: World, family: Family, child: Child) -> None:
    """The relationship breaks down: for some weeks the child is at the edge of care."""
    occurrence = child.crises
    record_child(world, Event.CRISIS, family, child, 0, occurrence)
    child.at_edge = True
    child.window_ends = world.now + world.rules.window
    wind(family, child.clock, child.keyed.edge[occurrence])
    note(world, family, child.window_ends, Due.WINDOW, child.index)
    edge.hear(world, family, child, child.keyed.heard[occurrence])


def window_closes(world: World, family: Family, child: Child) -> None:
    """The crisis ends of itself, the child still at home; the next resilience begins."""
    if child.at_edge and child.window_ends == world.now:
        at_work = family.held >> Offer.EDGE_OF_CARE & 1
        record_child(world, Event.WEATHERED, family, child, 0, at_work)
        family.worry_until = world.now + world.rules.after_crisis[0]
        next_crisis(world, family, child)


def next_crisis(world: World, family: Family, child: Child) -> None:
    """Begin the child's next resilience against a crisis; an averted crisis makes nobody immune."""
    if child.at_edge:
        child.at_edge = False
        child.window_ends = NEVER
        child.crises += 1
    if child.crises < CRISES:
        wind(family, child.clock, child.keyed.crisis[child.crises])
        return
    if child.crises == CRISES:
        record_child(world, Event.EXHAUSTED, family, child, 2, 0)
    stop_clock(family, child.clock)


def court_entry(world: World, family: Family) -> None:
    """A court places the youngest child in care, and those siblings who go too."""
    family.court_crises += 1
    if family.court_crises < COURT_CRISES:
        wind(family, COURT, family.keyed.court[family.court_crises])
    else:
        record(world, Event.EXHAUSTED, family, 3, 0)
        stop_clock(family, COURT)
    youngest = -1
    for child in family.children:
        if child.where != HOME or child.band >= TOO_OLD_FOR_COURT:
            continue
        if youngest < 0 or child.born > family.children[youngest].born:
            youngest = child.index
    if youngest >= 0:
        enter_with_siblings(world, family, family.children[youngest], Route.COURT)


def entry_without_warning(world: World, family: Family) -> None:
    """Police protection, an emergency order or remand: nobody could be asked for help in time."""
    pick = family.keyed.picks[family.no_warning_crises]
    family.no_warning_crises += 1
    if family.no_warning_crises < NO_WARNING_CRISES:
        wind(family, NO_WARNING, family.keyed.no_warning[family.no_warning_crises])
    else:
        record(world, Event.EXHAUSTED, family, 4, 0)
        stop_clock(family, NO_WARNING)
    which = (pick * count_at(family, HOME)) >> ONE_BITS
    for child in family.children:
        if child.where != HOME:
            continue
        if which == 0:
            enter_with_siblings(world, family, child, Route.NO_WARNING)
            return
        which -= 1


def count_at(family: Family, where: int) -> int:
    """How many children are somewhere."""
    count = 0
    for child in family.children:
        if child.where == where:
            count += 1
    return count


def enter_with_siblings(world: World, family: Family, first: Child, route: int) -> None:
    """A child enters care; siblings at home go too by their own keyed choice."""
    enter(world, family, first, route)
    for child in family.children:
        if child.where != HOME or (route == Route.COURT and child.band >= TOO_OLD_FOR_COURT):
            continue
        choice = child.keyed.joins[min(child.asked, CRISES - 1)]
        child.asked += 1
        if child.asked > CRISES:
            record_child(world, Event.EXHAUSTED, family, child, 5, 0)
        if choice < world.rules.joins[route]:
            enter(world, family, child, route)


def arrive_alone(world: World, family: Family, child: Child) -> None:
    """An unaccompanied child enters care on arrival, for a long stay."""
    enter(world, family, child, Route.UNACCOMPANIED)


def enter(world: World, family: Family, child: Child, route: int) -> None:
    """Begin a period of care."""
    # Whatever crisis the child was spending towards, or in, ends here; after care the next one begins.
    child.at_edge = False
    child.window_ends = NEVER
    child.crises += 1
    period = min(child.periods, PERIODS - 1)
    if child.periods >= PERIODS:
        record_child(world, Event.EXHAUSTED, family, child, 6, 0)
    child.where = IN_CARE
    child.route, child.entered = route, world.now
    child.stay = category(world.rules.stay[route], child.keyed.stay[period])
    child.homeward = edge.unplanned(child) and ends_in_family(world, child, period)
    wind(family, child.clock, child.keyed.stay_end[period])
    record_child(world, Event.ENTERED, family, child, route, child.periods)
    first_placement(world, family, child, world.now)
    if family.before_panel or family.waiting >> Offer.EDGE_OF_CARE & 1:
        note(world, family, world.now, Due.LAPSES, Offer.EDGE_OF_CARE)
    elif on_its_way(family, Offer.EDGE_OF_CARE) and not edge.may_help(family):
        service.stop(world, family, Offer.EDGE_OF_CARE)
    elif child.homeward:
        edge.hear_of_entry(world, family, child.keyed.heard_in_care[period])


def ends_in_family(world: World, child: Child, period: int) -> bool:
    """Whether a short or medium stay is one that ends at home or with a special guardian."""
    if child.stay == Stay.LONG:
        return False
    if child.keyed.kin[period] < world.rules.guardians_by_stay[child.stay]:
        return True
    way = WAYS[category(world.rules.leaving_by_stay[child.stay], child.keyed.leaving[period])]
    return bool(way == Leaving.RETURNED_HOME or way == Leaving.RETURNED_HOME_UNPLANNED)


def resume(world: World, family: Family, child: Child) -> None:
    """Put a child where the first day finds it: in care, lately returned, or with a special guardian."""
    keyed = child.keyed
    if child.where != HOME:
        return
    if keyed.opening_stay >= 0:
        child.where = IN_CARE
        child.stay = keyed.opening_stay
        child.route = Route.UNACCOMPANIED if keyed.unaccompanied else Route.COURT
        child.entered = -keyed.opening_elapsed
        wind(family, child.clock, keyed.stay_end[0])
        first_placement(world, family, child, child.entered)
    elif keyed.returned:
        child.returned = -keyed.opening_elapsed
    elif keyed.guardian:
        child.where, child.guardian = WITH_KIN, True


def network(world: World, family: Family, chance: int) -> int:
    """A chance that care stays within the family network, with what a conference makes of it."""
    set_ease(world, family, world.now)
    return scaled(chance, family.ease[Channel.NETWORK])


def first_placement(world: World, family: Family, child: Child, since: int) -> None:
    """Where a period of care begins: with kin, or as the keyed place in the order of placements says."""
    period = min(child.periods, PERIODS - 1)
    child.moved = False
    if child.keyed.kin[period] < network(world, family, world.rules.kinship[child.band]):
        place(world, family, child, Placement.KINSHIP, since)
    else:
        where = category(world.rules.placement[child.band], child.keyed.placement[period])
        place(world, family, child, where, since)


def place(world: World, family: Family, child: Child, where: int, since: int) -> None:
    """The child lives somewhere else from a tick on; what resilience is left against a breakdown stays."""
    record_child(world, Event.PLACED, family, child, where, 0)
    child.placement, child.placed = where, since
    if family.left[child.settled] == NEVER and child.moves < MOVES:
        wind(family, child.settled, child.keyed.settled[child.moves])
    long = edge.works_with_placements(world, max(since + world.services.stability_after, world.now))
    note(world, family, long, Due.LONG_PLACEMENT, child.index)


def placement_breaks_down(world: World, family: Family, child: Child) -> None:
    """The placement ends early, and another is found at once; the next resilience begins."""
    record_child(world, Event.BROKE_DOWN, family, child, child.placement, world.now - child.placed)
    child.moved = True
    child.moves += 1
    stop_clock(family, child.settled)
    if child.moves == MOVES:
        record_child(world, Event.EXHAUSTED, family, child, 8, 0)
    place(world, family, child, placement_for_age(world, child), world.now)


def leave(world: World, family: Family, child: Child) -> None:
    """A period of care ends before adulthood."""
    how = way_of_leaving(world, family, child)
    record_child(world, Event.LEFT, family, child, how, 0)
    out_of_care(world, family, child)
    if how == Leaving.SPECIAL_GUARDIANSHIP:
        child.guardian = True
    if how == Leaving.ADOPTED or how == Leaving.OTHER:
        child.where = GONE
        stop_clock(family, child.clock)
        return
    child.where = WITH_KIN if child.guardian else HOME
    if how != Leaving.SPECIAL_GUARDIANSHIP:
        child.returned = world.now
    next_crisis(world, family, child)


def way_of_leaving(world: World, family: Family, child: Child) -> int:
    """How a stay ends, from its kind and the child's age."""
    if child.route == Route.UNACCOMPANIED:
        return int(Leaving.OTHER)  # there is no home here to return to
    period = min(child.periods, PERIODS - 1)
    rules = world.rules
    if child.stay == Stay.LONG:
        group = LONG_BAND[child.band]
        guardians, ways = rules.guardians_by_band[group], rules.leaving_by_band[group]
    else:
        guardians, ways = rules.guardians_by_stay[child.stay], rules.leaving_by_stay[child.stay]
    if child.keyed.kin[period] < network(world, family, guardians):
        return int(Leaving.SPECIAL_GUARDIANSHIP)
    return WAYS[category(ways, child.keyed.leaving[period])]


def out_of_care(world: World, family: Family, child: Child) -> None:
    """What belongs to a period of care ends with it."""
    child.periods += 1
    child.placement = -1
    family.rate[child.settled] = 0
    if family.left[child.settled] <= 0:
        # The placement would have broken down on this very day.
        child.moves += 1
        stop_clock(family, child.settled)
    for other in family.children:
        if other.where == IN_CARE and other.index != child.index:
            return
    service.stop(world, family, Offer.PLACEMENT_STABILITY)


def final_order(world: World, family: Family) -> None:
    """Proceedings end: the children who are still at home stay there, or go to live with kin."""
    uniform = family.keyed.order[min(family.orders, ORDERS - 1)]
    family.orders += 1
    home = count_at(family, HOME)
    if not home:
        return
    if uniform >= network(world, family, world.rules.order_with_kin):
        record(world, Event.ORDER, family, 0, home)
        return
    for child in family.children:
        if child.where != HOME:
            continue
        record_child(world, Event.ORDER, family, child, 1, home)
        child.where, child.guardian = WITH_KIN, True
        if not child.at_edge:
            child.crises += 1  # the resilience that was being spent was against a crisis at home
        next_crisis(world, family, child)


def birthday(world: World, family: Family, child: Child) -> None:
    """The child enters the next age band, or adulthood."""
    if child.where == GONE:
        return
    child.band += 1
    if child.band == ADULT:
        if child.where == IN_CARE:
            record_child(world, Event.LEFT, family, child, Leaving.AGE_18, 0)
            out_of_care(world, family, child)
        child.where = GONE
        child.at_edge = False
        stop_clock(family, child.clock)
        return
    note(world, family, child.born + world.rules.band_starts[child.band + 1], Due.BIRTHDAY, child.index)
    if child.where == IN_CARE and child.placement != Placement.KINSHIP:
        suits = placement_for_age(world, child)
        if suits != child.placement:
            place(world, family, child, suits, world.now)


def placement_for_age(world: World, child: Child) -> int:
    """The placement that the same keyed place gives at the child's new age."""
    if child.moved:
        uniform = child.keyed.moved_to[min(child.moves - 1, MOVES - 1)]
        return category(world.rules.moved_to[child.band], uniform)
    uniform = child.keyed.placement[min(child.periods, PERIODS - 1)]
    return category(world.rules.placement[child.band], uniform)
