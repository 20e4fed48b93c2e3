"""How fast each resilience is spent: the rules that join circumstances to rates.

Pure whole-number functions of a family's state and the Plan. A service enters only as a multiplier
(``family.ease``); where every multiplier is one, each rate is to the unit what it would be without services.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.engine.people import HOME, IN_CARE, NO_EASE
from sim.foundations.ledger import NEVER, ONE, scaled
from sim.model.terms import CONFERENCES, EARLY_HELP, Channel, Offer, Route, Status, Stay

if TYPE_CHECKING:
    from sim.engine.people import Child, Family
    from sim.model.plan import Row, Rules, Services

UNDER_PLAN = (Status.CHILD_PROTECTION, Status.PRE_PROCEEDINGS)


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


def ease_of(family: Family, services: Services, months: Row, now: int) -> tuple[tuple[int, ...], int]:
    """The product of all multipliers now, by channel, and the tick at which it next changes by itself.

    Finished work keeps the fidelity of the month in which it ended, and decays from then; early help stops
    the decay of Edge of Care while it lasts.
    """
    if not family.held and not family.after:
        return NO_EASE, NEVER
    month = bisect_right(months, now) - 1
    rows: list[Row] = []
    changes = NEVER
    for offer in family.held:
        table = services.during[offer]
        rows.append(table[month])
        for later in range(month + 1, len(table)):
            if table[later] != table[month]:
                changes = min(changes, months[later])
                break
    helped_from = min((family.begun[o] for o in EARLY_HELP if o in family.held), default=now)
    for offer, (ended, decays_from) in family.after.items():
        if offer in family.held and offer not in CONFERENCES:
            continue  # the same work is under way again, and counts once
        table = services.after[offer][bisect_right(months, ended) - 1]
        sustained = offer == Offer.EDGE_OF_CARE and helped_from < now
        passed = months_since(months, decays_from, max(decays_from, helped_from) if sustained else now)
        rows.append(table[passed])
        if sustained:
            continue
        for later in range(passed + 1, len(table)):
            if table[later] != table[passed]:
                changes = min(changes, decays_from + months[later])
                break
    return combine(rows, services.strongest_only), changes


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


def set_rates(family: Family, rules: Rules, year_factor: int, relationship: bool, now: int) -> None:
    """Set the rate of every clock of a family from where it and its children now are."""
    status, ease = family.status, family.ease
    step = step_at(rules.status_steps[status], now - family.since)
    family.step_down.rate = step[2]
    if family.plan_children:
        family.plan_ends.rate = plan_end_rate(family, rules, step[2], now)
    factor = scaled(family.factor, year_factor)
    youngest = -1
    for child in family.children:
        if child.where == HOME:
            if youngest < 0 or child.band < youngest:
                youngest = child.band
            set_rate_at_home(family, child, rules, factor, year_factor, relationship, now)
        elif child.where == IN_CARE:
            child.clock.rate = exit_rate(child, rules, ease, now)
    family.court.rate = family.no_warning.rate = family.step_up.rate = 0
    if youngest >= 0:
        escalation = Channel.ISSUE if status == Status.PRE_PROCEEDINGS else Channel.STEP_UP
        rising = scaled(scaled(step[1], family.factor), rules.escalation_by_youngest[youngest])
        family.step_up.rate = scaled(rising, ease[escalation])
        court = scaled(scaled(step[3], factor), rules.court_by_youngest[youngest])
        family.court.rate = scaled(court, ease[Channel.COURT])
        family.no_warning.rate = scaled(rules.no_warning[status], factor)
    if status == Status.CLOSED:
        family.rereferral.rate = step_at(rules.rereferral, now - family.since)[1]


def plan_end_rate(family: Family, rules: Rules, step_down: int, now: int) -> int:
    """Plans end at the pace of the status, times what services do; they stand still in pre-proceedings."""
    if family.status == Status.PRE_PROCEEDINGS:
        return 0
    if family.status != Status.CHILD_PROTECTION:
        step_down = rules.status_steps[Status.CHILD_PROTECTION][-1][2]
    return scaled(step_down, family.ease[Channel.PLAN_END])


def set_rate_at_home(
    family: Family,
    child: Child,
    rules: Rules,
    factor: int,
    year_factor: int,
    relationship: bool,
    now: int,
) -> None:
    """At the edge of care a child spends towards entry, otherwise towards the next crisis."""
    if child.at_edge:
        child.clock.rate = scaled(rules.edge_rate, family.ease[Channel.EDGE])
        return
    rate = 0
    if relationship:
        rate = scaled(rules.breakdown[child.band], factor)
        rate = scaled(rate, rules.breakdown_by_status[family.status])
    since_return = now - child.returned
    if since_return < rules.after_return[-1][0]:
        rate += scaled(step_at(rules.after_return, since_return)[1], year_factor)
    child.clock.rate = scaled(rate, family.ease[Channel.BREAKDOWN])


def exit_rate(child: Child, rules: Rules, ease: tuple[int, ...], now: int) -> int:
    """Rate at which a period of care ends; Edge of Care may speed a return after a breakdown."""
    if child.stay == Stay.LONG:
        rate = rules.exit_long[child.band]
        early = now - child.entered < rules.half_year
        return scaled(rate, rules.exit_long_early) if early else rate
    rate = rules.exit_rate[child.stay]
    return scaled(rate, ease[Channel.RETURN_HOME]) if child.route == Route.BREAKDOWN else rate
