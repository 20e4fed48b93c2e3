"""How children come into care, where they live there, and how they leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine import offers as service
from sim.engine.agenda import Due
from sim.engine.events import Event
from sim.engine.people import GONE, HOME, IN_CARE
from sim.foundations.ledger import NEVER, ONE_BITS
from sim.model.terms import (
    COURT_CRISES,
    CRISES,
    NO_WARNING_CRISES,
    PERIODS,
    Leaving,
    Offer,
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
    elif child.where == HOME:
        crisis(world, family, child)


def crisis(world: World, family: Family, child: Child) -> None:
    """The relationship breaks down: for some weeks the child is at the edge of care."""
    occurrence = child.crises
    world.record(Event.CRISIS, family, child, amount=occurrence)
    child.at_edge = True
    child.window_ends = world.now + world.rules.window
    child.clock.wind(world.children.edge[child.row][occurrence])
    family.note(child.window_ends, Due.WINDOW, family.children.index(child))
    service.refer_to_edge_of_care(world, family, child, world.children.heard[child.row][occurrence])


def window_closes(world: World, family: Family, child: Child) -> None:
    """The crisis ends of itself, the child still at home; the next resilience begins."""
    if child.at_edge and child.window_ends == world.now:
        at_work = Offer.EDGE_OF_CARE in family.held
        world.record(Event.WEATHERED, family, child, amount=int(at_work))
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
    child.clock.wind(world.children.stay_end[child.row][period])
    world.record(Event.ENTERED, family, child, what=route, amount=child.periods)
    place(world, family, child)
    if family.before_panel or Offer.EDGE_OF_CARE in family.requests:
        family.note(world.now, Due.LAPSES, Offer.EDGE_OF_CARE)


def resume(world: World, family: Family, child: Child) -> None:
    """Put a child of the opening cohort where the first day finds it: in care, or lately returned."""
    row = child.row
    if child.where != HOME:
        return
    if world.children.opening_stay[row] >= 0:
        child.where = IN_CARE
        child.stay = world.children.opening_stay[row]
        child.route = Route.UNACCOMPANIED if world.children.unaccompanied[row] else Route.COURT
        child.entered = -world.children.opening_elapsed[row]
        child.clock.wind(world.children.stay_end[row][0])
        place(world, family, child)
    elif world.children.returned[row]:
        child.returned = -world.children.opening_elapsed[row]


def place(world: World, family: Family, child: Child) -> None:
    """Where the child lives now; the keyed place in the order of placements stays, the mix changes by age."""
    period = min(child.periods, PERIODS - 1)
    uniform = world.children.placement[child.row][period]
    placement = category(world.rules.placement[child.band], uniform)
    world.record(Event.PLACED, family, child, what=placement)
    child.placement = placement


def leave(world: World, family: Family, child: Child) -> None:
    """A period of care ends before adulthood."""
    uniform = world.children.leaving[child.row][min(child.periods, PERIODS - 1)]
    if child.stay == Stay.LONG:
        thresholds = world.rules.leaving_by_band[LONG_BAND[child.band]]
    else:
        thresholds = world.rules.leaving_by_stay[child.stay]
    how = Leaving(category(thresholds, uniform))
    if child.route == Route.UNACCOMPANIED:
        how = Leaving.OTHER  # there is no home here to return to
    world.record(Event.LEFT, family, child, what=how)
    child.periods += 1
    child.placement = -1
    if how in (Leaving.RETURNED_HOME, Leaving.RETURNED_HOME_UNPLANNED):
        child.where = HOME
        child.returned = world.now
        next_crisis(world, family, child)
    else:
        child.where = GONE
        child.clock.stop()


def birthday(world: World, family: Family, index: int) -> None:
    """The child enters the next age band, or adulthood."""
    child = family.children[index]
    if child.where == GONE:
        return
    child.band += 1
    if child.band == len(world.rules.breakdown):
        if child.where == IN_CARE:
            world.record(Event.LEFT, family, child, what=Leaving.AGE_18)
        child.where = GONE
        child.at_edge = False
        child.clock.stop()
        return
    family.note(child.born + world.rules.band_starts[child.band + 1], Due.BIRTHDAY, index)
    if child.where == IN_CARE:
        uniform = world.children.placement[child.row][min(child.periods, PERIODS - 1)]
        if category(world.rules.placement[child.band], uniform) != child.placement:
            place(world, family, child)
