"""How fast each resilience is spent: the rules that join circumstances to rates.

Pure whole-number functions of a family's state and the Plan. A service enters only as a multiplier
(``family.ease``); where every multiplier is one, each rate is to the unit what it would be without services.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engine.people import (
    AWAY,
    CONFERENCE_SET,
    COURT,
    EARLY_HELP_SET,
    HOME,
    IN_CARE,
    NO_WARNING,
    PLAN_END,
    REREFERRAL,
    STEP_DOWN,
    STEP_UP,
    WITH_KIN,
    anybody_at,
)
from sim.engine.world import multipliers
from sim.foundations.ledger import HALF, NEVER, ONE, ONE_BITS, at_once, scaled
from sim.model.plan import POWERS
from sim.model.terms import Channel, Offer, Status, Stay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.engine.people import Child, Family
    from sim.engine.world import World
    from sim.model.plan import Row

    Rows = Sequence[Row]

MOST_LOAD = 4 * ONE
"""Caseloads above four times the usual one are not told apart."""


def step_at(rows: Rows, elapsed: int) -> Row:
    """The row of a step table in force after ``elapsed`` ticks; the first before it begins."""
    at = 0
    while at + 1 < len(rows) and rows[at + 1][0] <= elapsed:
        at += 1
    return rows[at]


def next_step(rows: Rows, elapsed: int) -> int:
    """Ticks at which the step table next changes, counted like ``elapsed``; NEVER after the last."""
    for row in rows:
        if row[0] > elapsed:
            return row[0]
    return NEVER


def exponent_now(world: World, family: Family, offer: int, month: int) -> int:
    """How much of its full effect work under way has, fixed point.

    The strength of the team's practice this month, less for every change of worker; Family Safeguarding has
    only part of it until the specialists have come whom the parents' needs call for.
    """
    services, needs = world.services, family.keyed.needs
    exponent = services.strength[offer][month]
    changes = family.handovers[offer]
    if changes:
        exponent = scaled(exponent, services.continuity[min(changes, len(services.continuity) - 1)])
    if offer == Offer.FAMILY_SAFEGUARDING and needs:
        share = (ONE - services.direct_work) * bits(family.met & needs) // bits(needs)
        exponent = scaled(exponent, services.direct_work + share)
    return exponent


def bits(numbers: int) -> int:
    """How many are in a set that is kept as a bit each."""
    count = 0
    while numbers:
        numbers &= numbers - 1
        count += 1
    return count


def power(exponent: int) -> int:
    """The step of a table of powers nearest to an exponent."""
    return (exponent * POWERS + HALF) >> ONE_BITS


def month_at(world: World, now: int) -> int:
    """The month of the calendar that a tick is in, from 0."""
    return bisect_right(world.months, now) - 1


def months_since(world: World, ended: int, now: int) -> int:
    """Whole months of the calendar's lengths since ``ended``."""
    return bisect_right(world.months, now - ended) - 1


def set_ease(world: World, family: Family, now: int) -> int:
    """Set the product of all multipliers now, by channel; return the tick at which it next changes by
    itself.

    Interrupted work has no effect. Finished work keeps the exponent that it ended with, and decays from
    then; early help stops the decay of Edge of Care while it lasts, a change of its worker included.
    """
    if family.eased:
        for channel in range(len(family.ease)):
            family.ease[channel] = ONE
        family.eased = False
    if not (family.held | family.after):
        return NEVER
    services = world.services
    month = month_at(world, now)
    changes = NEVER
    helped_from = now
    for offer in range(len(family.begun)):
        if (family.held | family.paused) & EARLY_HELP_SET & (1 << offer):
            helped_from = min(helped_from, family.begun[offer])
        if not family.held >> offer & 1:
            continue
        table = step_at(world.powers[offer], now)[1]
        if table < 0 or CONFERENCE_SET >> offer & 1:
            continue
        step = power(exponent_now(world, family, offer, month))
        ease_by(family, multipliers(world, table, step), services.strongest_only)
        changes = min(changes, next_step(world.powers[offer], now))
        changes = min(changes, world.stronger[offer][month])
    for offer in range(len(family.begun)):
        if family.after >> offer & 1:
            changes = min(changes, ease_after(world, family, offer, helped_from, now))
    return changes


def ease_after(world: World, family: Family, offer: int, helped_from: int, now: int) -> int:
    """Let work that has ended have its effect; return the tick at which that next changes by itself."""
    if (family.held | family.paused) >> offer & 1 and not CONFERENCE_SET >> offer & 1:
        return NEVER  # the same work is under way again, and counts once
    services = world.services
    decays_from, exponent = family.after_from[offer], family.after_exponent[offer]
    sustained = offer == Offer.EDGE_OF_CARE and helped_from < now
    passed = months_since(world, decays_from, max(decays_from, helped_from) if sustained else now)
    step = power(scaled(exponent, services.decay[passed]))
    table = step_at(world.powers[offer], now)[1]
    ease_by(family, multipliers(world, table, step), services.strongest_only)
    changes = next_step(world.powers[offer], now)
    if sustained or not step:
        return changes  # it does not decay now, or there is nothing left of it
    for later in range(passed + 1, len(services.decay)):
        if power(scaled(exponent, services.decay[later])) != step:
            return min(changes, decays_from + world.months[later])
    return changes


def ease_by(family: Family, by: Sequence[int], strongest_only: bool) -> None:
    """Multiply simultaneous multipliers, or keep the one furthest from one, channel by channel."""
    family.eased = True
    for channel, multiplier in enumerate(by):
        if multiplier == ONE:
            continue
        if not strongest_only:
            family.ease[channel] = scaled(family.ease[channel], multiplier)
        elif abs(multiplier - ONE) > abs(family.ease[channel] - ONE):
            family.ease[channel] = multiplier


def set_rates(world: World, family: Family, now: int) -> None:
    """Set the rate of every clock of a family from where it and its children now are."""
    rules, services, rate = world.rules, world.services, family.rate
    status, ease = family.status, family.ease
    year_factor = step_at(rules.years, now)[1]
    step = step_at(rules.status_steps[status], now - family.since)
    rate[STEP_DOWN] = step[2]
    if services.compounding and status == Status.CHILD_PROTECTION:
        rate[STEP_DOWN] = scaled(step[2], ease[Channel.PLAN_END])
    if family.plan_children:
        rate[PLAN_END] = plan_end_rate(world, family, step[2])
    factor = scaled(family.factor, year_factor)
    nerve = step_at(services.nerve, now)[1]
    youngest = -1
    expected = False
    for child in family.children:
        if child.where == AWAY:
            expected |= now < child.born <= now + rules.half_year
        elif child.where == HOME:
            if youngest < 0 or child.band < youngest:
                youngest = child.band
            rate[child.clock] = rate_at_home(world, family, child, factor, year_factor, nerve, now)
        elif child.where == IN_CARE:
            rate[child.clock] = exit_rate(world, family, child, now)
            breaks = step_at(rules.moves[child.placement], now - child.placed)[1]
            rate[child.settled] = scaled(breaks, ease[Channel.PLACEMENT])
        elif child.where == WITH_KIN:
            rate[child.clock] = rate_with_guardian(world, family, child, year_factor, nerve)
    rate[COURT] = rate[NO_WARNING] = rate[STEP_UP] = rate[REREFERRAL] = 0
    burden = world.overload if bears_load(family) else ONE
    escalation, rises_as = Channel.STEP_UP, youngest
    if status == Status.PRE_PROCEEDINGS:
        escalation = Channel.ISSUE
    elif expected:
        # Work before a birth goes as fast as after it, but nothing is put to a court until then.
        rises_as = 0
    if rises_as < 0:
        return
    rising = scaled(scaled(step[1], family.factor), rules.escalation_by_youngest[rises_as])
    rate[STEP_UP] = scaled(scaled(rising, ease[escalation]), burden)
    if youngest < 0:
        return
    court = scaled(scaled(step[3], factor), rules.court_by_youngest[youngest])
    rate[COURT] = scaled(scaled(court, ease[Channel.COURT]), burden)
    rate[NO_WARNING] = scaled(rules.no_warning[status], factor)
    if now < family.worry_until:
        rate[NO_WARNING] = scaled(rate[NO_WARNING], rules.after_crisis[1])
    if status == Status.CLOSED:
        rate[REREFERRAL] = step_at(rules.rereferral, now - family.since)[1]


def decided_for_birth(world: World, family: Family, now: int) -> int:
    """What a birth spends at once of the resilience against court-led entry: whether the child may go home is
    decided before it, and done on the day."""
    hazard = scaled(world.rules.court_at_birth[family.status], family.factor)
    if not hazard:
        return 0
    set_ease(world, family, now)
    hazard = scaled(scaled(hazard, step_at(world.rules.years, now)[1]), family.ease[Channel.COURT])
    return at_once(scaled(hazard, world.overload) if bears_load(family) else hazard)


def safeguarded(family: Family) -> bool:
    """Whether the safeguarding teams hold this family: at the statutory levels, or as a child in need
    with significant impairment from needs of the parents."""
    status = family.status
    if status == Status.CHILD_IN_NEED:
        return family.impaired
    return Status.CHILD_PROTECTION <= status <= Status.PROCEEDINGS


def bears_load(family: Family) -> bool:
    """Whether they hold it, with a child at home, in the old way of working."""
    if family.held >> Offer.FAMILY_SAFEGUARDING & 1 or not safeguarded(family):
        return False
    return anybody_at(family, HOME, HOME)


def plan_end_rate(world: World, family: Family, step_down: int) -> int:
    """Plans end at the pace of the status, times what services do; they stand still in pre-proceedings and
    while the case moves."""
    if family.status == Status.PRE_PROCEEDINGS or family.moving >= 0:
        return 0
    if family.status != Status.CHILD_PROTECTION:
        step_down = step_at(world.rules.status_steps[Status.CHILD_PROTECTION], NEVER - 1)[2]
    return scaled(step_down, family.ease[Channel.PLAN_END])


def rate_at_home(
    world: World, family: Family, child: Child, factor: int, year_factor: int, nerve: int, now: int
) -> int:
    """At the edge of care a child spends towards entry, otherwise towards the next crisis."""
    rules = world.rules
    if child.at_edge:
        return scaled(scaled(rules.edge_rate, family.ease[Channel.EDGE]), nerve)
    rate = 0
    if family.keyed.relationship:
        rate = scaled(rules.breakdown[child.band], factor)
        rate = scaled(rate, rules.breakdown_by_status[family.status])
    if child.returned > -NEVER:
        rate += scaled(step_at(rules.after_return, now - child.returned)[1], year_factor)
    return scaled(rate, family.ease[Channel.BREAKDOWN])


def rate_with_guardian(world: World, family: Family, child: Child, year_factor: int, nerve: int) -> int:
    """The same for a child who lives with a special guardian, whoever its family is."""
    rules = world.rules
    if child.at_edge:
        return scaled(scaled(rules.edge_rate, family.ease[Channel.EDGE]), nerve)
    return scaled(scaled(rules.guardianship, year_factor), family.ease[Channel.BREAKDOWN])


def exit_rate(world: World, family: Family, child: Child, now: int) -> int:
    """Rate at which a period of care ends; Edge of Care may speed a return after a breakdown, if the stay
    is one that ends at home or in the family network."""
    rules = world.rules
    level = step_at(rules.exit_years, now)[1]
    if child.stay == Stay.LONG:
        rate = scaled(rules.exit_long[child.band], level)
        early = now - child.entered < rules.half_year
        return scaled(rate, rules.exit_long_early) if early else rate
    rate = scaled(rules.exit_rate[child.stay], level)
    return scaled(rate, family.ease[Channel.RETURN_HOME]) if child.homeward else rate


def load_ratio(families: int, weights: int, capacity: int) -> int:
    """Caseload of the safeguarding social workers against the years before, fixed point.

    ``families`` are held in the old way of working; ``weights`` are what those in Family Safeguarding take up
    (fixed point), which those outside it have to bear. ``capacity`` is in families, fixed point.
    """
    held = (families << ONE_BITS) + weights
    return min((held << ONE_BITS) // max(capacity, 1), MOST_LOAD)


def overload_at(rows: Row, ratio: int) -> int:
    """The multiplier of a caseload, from a table by sixteenths of the usual one."""
    return rows[min((ratio * 16 + HALF) >> ONE_BITS, len(rows) - 1)]
