"""How fast each resilience is spent: the rules that join circumstances to rates.

Pure whole-number functions of a family's state and the Plan. A service enters only as a multiplier
(``family.ease``); where every multiplier is one, each rate is to the unit what it would be without services.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engine.people import HOME, IN_CARE, NO_EASE, WITH_KIN
from sim.foundations.ledger import HALF, NEVER, ONE, ONE_BITS, scaled
from sim.model.plan import POWERS
from sim.model.terms import CONFERENCES, EARLY_HELP, Channel, Offer, Status, Stay

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.model.plan import Row, Rules, Services, Table

STATUTORY = (Status.CHILD_PROTECTION, Status.PRE_PROCEEDINGS, Status.PROCEEDINGS)
"""Levels at which a social worker holds the family by a plan or a court process."""
MOST_LOAD = 4 * ONE
"""Caseloads above four times the usual one are not told apart."""


def step_at(rows: tuple[Row, ...], elapsed: int) -> Row:
    """The row of a step table in force after ``elapsed`` ticks."""
    for row in reversed(rows):
        if row[0] <= elapsed:
            return row
    return rows[0]


def next_step(rows: tuple[Row, ...], elapsed: int) -> int:
    """Ticks at which the step table next changes, counted like ``elapsed``; NEVER after the last."""
    for row in rows:
        if row[0] > elapsed:
            return row[0]
    return NEVER


def exponent_now(family: Family, offer: int, needs: int, services: Services, month: int) -> int:
    """How much of its full effect work under way has, fixed point.

    The strength of the team's practice this month, less for every change of worker; Family Safeguarding has
    only part of it until the specialists have come whom the parents' needs call for.
    """
    exponent = services.strength[offer][month]
    changes = family.handovers.get(offer, 0)
    if changes:
        exponent = scaled(exponent, services.continuity[min(changes, len(services.continuity) - 1)])
    if offer == Offer.FAMILY_SAFEGUARDING and needs:
        met = (family.met & needs).bit_count()
        share = (ONE - services.direct_work) * met // needs.bit_count()
        exponent = scaled(exponent, services.direct_work + share)
    return exponent


def power(exponent: int) -> int:
    """The step of a table of powers nearest to an exponent."""
    return (exponent * POWERS + HALF) >> ONE_BITS


def table_at(tables: tuple[tuple[int, Table], ...], now: int) -> Table:
    """The table of powers in force at a tick."""
    for since, table in reversed(tables):
        if since <= now:
            return table
    return tables[0][1]


def next_table(tables: tuple[tuple[int, Table], ...], now: int) -> int:
    """Tick at which another table comes into force; NEVER if none does."""
    for since, _ in tables:
        if since > now:
            return since
    return NEVER


def strength_changes(services: Services, months: Row) -> tuple[Row, ...]:
    """By offer and month: the tick at which the strength of its practice next differs from that month's."""
    result = []
    for strength in services.strength:
        ticks = [NEVER] * len(strength)
        for month in range(len(strength) - 2, -1, -1):
            later = ticks[month + 1]
            ticks[month] = later if strength[month + 1] == strength[month] else months[month + 1]
        result.append(tuple(ticks))
    return tuple(result)


def ease_of(
    family: Family, needs: int, services: Services, months: Row, stronger: tuple[Row, ...], now: int
) -> tuple[tuple[int, ...], int]:
    """The product of all multipliers now, by channel, and the tick at which it next changes by itself.

    ``stronger`` is ``strength_changes`` of these services. Interrupted work has no effect. Finished work
    keeps the exponent that it ended with, and decays from then; early help stops the decay of Edge of Care
    while it lasts.
    """
    if not family.held and not family.after:
        return NO_EASE, NEVER
    month = bisect_right(months, now) - 1
    rows: list[Row] = []
    changes = NEVER
    for offer in family.held:
        tables = services.powers[offer]
        if not tables or offer in CONFERENCES:
            continue
        step = power(exponent_now(family, offer, needs, services, month))
        rows.append(table_at(tables, now)[step])
        changes = min(changes, next_table(tables, now))
        changes = min(changes, stronger[offer][month])
    helped_from = min((family.begun[o] for o in EARLY_HELP if o in family.held), default=now)
    for offer, (_, decays_from, exponent) in family.after.items():
        if offer not in CONFERENCES and (offer in family.held or offer in family.paused):
            continue  # the same work is under way again, and counts once
        tables = services.powers[offer]
        sustained = offer == Offer.EDGE_OF_CARE and helped_from < now
        passed = months_since(months, decays_from, max(decays_from, helped_from) if sustained else now)
        step = power(scaled(exponent, services.decay[passed]))
        rows.append(table_at(tables, now)[step])
        changes = min(changes, next_table(tables, now))
        if sustained:
            continue
        for later in range(passed + 1, len(services.decay)):
            if power(scaled(exponent, services.decay[later])) != step:
                changes = min(changes, decays_from + months[later])
                break
    return combine(rows, services.strongest_only) if rows else NO_EASE, changes


def months_since(months: Row, ended: int, now: int) -> int:
    """Whole months of the calendar's lengths since ``ended``."""
    return bisect_right(months, now - ended) - 1


def combine(rows: list[Row], strongest_only: bool) -> tuple[int, ...]:
    """Multiply simultaneous multipliers, or keep the one furthest from one, channel by channel."""
    if len(rows) == 1:
        return rows[0]
    product = list(NO_EASE)
    for row in rows:
        for channel, multiplier in enumerate(row):
            if strongest_only:
                if abs(multiplier - ONE) > abs(product[channel] - ONE):
                    product[channel] = multiplier
            else:
                product[channel] = scaled(product[channel], multiplier)
    return tuple(product)


def set_rates(
    family: Family, rules: Rules, services: Services, relationship: bool, overload: int, now: int
) -> None:
    """Set the rate of every clock of a family from where it and its children now are."""
    status, ease = family.status, family.ease
    year_factor = step_at(rules.years, now)[1]
    step = step_at(rules.status_steps[status], now - family.since)
    family.step_down.rate = step[2]
    if services.compounding and status == Status.CHILD_PROTECTION:
        family.step_down.rate = scaled(step[2], ease[Channel.PLAN_END])
    if family.plan_children:
        family.plan_ends.rate = plan_end_rate(family, rules, step[2])
    factor = scaled(family.factor, year_factor)
    nerve = step_at(services.nerve, now)[1]
    youngest = -1
    for child in family.children:
        where = child.where
        if where == HOME:
            if youngest < 0 or child.band < youngest:
                youngest = child.band
            child.clock.rate = rate_at_home(
                family, child, rules, factor, year_factor, relationship, nerve, now
            )
        elif where == IN_CARE:
            child.clock.rate = exit_rate(child, rules, ease, now)
            breaks = step_at(rules.moves[child.placement], now - child.placed)[1]
            child.settled.rate = scaled(breaks, ease[Channel.PLACEMENT])
        elif where == WITH_KIN:
            child.clock.rate = rate_with_guardian(child, rules, year_factor, ease, nerve)
    family.court.rate = family.no_warning.rate = family.step_up.rate = 0
    if youngest >= 0:
        burden = overload if bears_load(family) else ONE
        escalation = Channel.ISSUE if status == Status.PRE_PROCEEDINGS else Channel.STEP_UP
        rising = scaled(scaled(step[1], family.factor), rules.escalation_by_youngest[youngest])
        family.step_up.rate = scaled(scaled(rising, ease[escalation]), burden)
        court = scaled(scaled(step[3], factor), rules.court_by_youngest[youngest])
        family.court.rate = scaled(scaled(court, ease[Channel.COURT]), burden)
        family.no_warning.rate = scaled(rules.no_warning[status], factor)
        if now < family.worry_until:
            family.no_warning.rate = scaled(family.no_warning.rate, rules.after_crisis[1])
    family.rereferral.rate = 0
    if status == Status.CLOSED and youngest >= 0:
        family.rereferral.rate = step_at(rules.rereferral, now - family.since)[1]


def safeguarded(family: Family) -> bool:
    """Whether the safeguarding teams hold this family: at the statutory levels, or as a child in need
    with significant impairment from needs of the parents."""
    return family.status in STATUTORY or (family.impaired and family.status == Status.CHILD_IN_NEED)


def bears_load(family: Family) -> bool:
    """Whether they hold it, with a child at home, in the old way of working."""
    if Offer.FAMILY_SAFEGUARDING in family.held or not safeguarded(family):
        return False
    return any(child.where == HOME for child in family.children)


def plan_end_rate(family: Family, rules: Rules, step_down: int) -> int:
    """Plans end at the pace of the status, times what services do; they stand still in pre-proceedings and
    while the case moves."""
    if family.status == Status.PRE_PROCEEDINGS or family.moving >= 0:
        return 0
    if family.status != Status.CHILD_PROTECTION:
        step_down = rules.status_steps[Status.CHILD_PROTECTION][-1][2]
    return scaled(step_down, family.ease[Channel.PLAN_END])


def rate_at_home(
    family: Family,
    child: Child,
    rules: Rules,
    factor: int,
    year_factor: int,
    relationship: bool,
    nerve: int,
    now: int,
) -> int:
    """At the edge of care a child spends towards entry, otherwise towards the next crisis."""
    if child.at_edge:
        return scaled(scaled(rules.edge_rate, family.ease[Channel.EDGE]), nerve)
    rate = 0
    if relationship:
        rate = scaled(rules.breakdown[child.band], factor)
        rate = scaled(rate, rules.breakdown_by_status[family.status])
    since_return = now - child.returned
    if since_return < rules.after_return[-1][0]:
        rate += scaled(step_at(rules.after_return, since_return)[1], year_factor)
    return scaled(rate, family.ease[Channel.BREAKDOWN])


def rate_with_guardian(
    child: Child, rules: Rules, year_factor: int, ease: tuple[int, ...], nerve: int
) -> int:
    """The same for a child who lives with a special guardian, whoever its family is."""
    if child.at_edge:
        return scaled(scaled(rules.edge_rate, ease[Channel.EDGE]), nerve)
    return scaled(scaled(rules.guardianship, year_factor), ease[Channel.BREAKDOWN])


def exit_rate(child: Child, rules: Rules, ease: tuple[int, ...], now: int) -> int:
    """Rate at which a period of care ends; Edge of Care may speed a return after a breakdown, if the stay
    is one that ends at home or in the family network."""
    if child.stay == Stay.LONG:
        rate = rules.exit_long[child.band]
        early = now - child.entered < rules.half_year
        return scaled(rate, rules.exit_long_early) if early else rate
    rate = rules.exit_rate[child.stay]
    return scaled(rate, ease[Channel.RETURN_HOME]) if child.homeward else rate


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
