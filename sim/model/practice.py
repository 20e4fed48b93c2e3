"""How a service's practice stands by when: the strength of its work, its panel and the panel's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import ticks
from sim.foundations.ledger import NEVER, ONE
from sim.model.openings import ESTABLISHED, at, dated, end_of, put_off, reactive, standing, trained
from sim.model.plan import Practice
from sim.model.terms import BANDS, SPECIALISTS, TEAM_KEYS, TEAM_OF, Gate, Offer, Team
from sim.study.full_time import FULL_TIME
from sim.study.levers import EARLIER_HELP, Mentoring, Order, Panel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.foundations.clock import Clock
    from sim.model.plan import Post, Row
    from sim.model.population import Floats, Values
    from sim.study.scenario import Scenario
    from sim.study.structure import Structure

EDGE = "services.edge_of_care"
YOUNGEST = "5-9"
"""Youngest band that the team works with unless a lever says otherwise. Assumption: the paper speaks of
children, pre-teens and adolescents; under fives seldom enter care because a relationship broke down."""
UNLIMITED = 1_000_000
"""Cases that a reactive team decides at a time: it has no panel to wait for."""
GATES = {"nothing": Gate.NONE, "early_help": Gate.OFFERED, "conference": Gate.CONFERENCE_FIRST}
"""What a lever of order asks for before Edge of Care, as the panel's criterion."""
MOST_OF_CASELOAD = 1.5
"""The most that a smaller caseload than the study's is taken to strengthen the work."""

CASELOADS = {
    Team.EARLY_HELP: ("services.early_help.families_per_post.key_worker",),
    Team.FAMILY_GROUP_CONFERENCE: ("services.family_group_conference.conferences_a_year",),
    Team.FAMILY_SAFEGUARDING: ("services.family_safeguarding.families_per_post.social_worker",),
    Team.EDGE_OF_CARE: (
        f"{EDGE}.families_per_post.social_worker",
        f"{EDGE}.families_per_post.family_support_worker",
    ),
}
"""The parameters whose change by a lever thins a team's work out, or thickens it."""


def youngest_usual() -> int:
    """Position of the youngest age band that the team works with unless a lever says otherwise."""
    return BANDS.index(YOUNGEST)


def strengths(
    values: Values,
    scenario: Scenario,
    posts: tuple[Post, ...],
    clock: Clock,
    begins: Mapping[Team, int],
    structure: Structure,
) -> tuple[Row, ...]:
    """By offer and month: exponent of the work done then, fixed point."""
    by_team: dict[Team, Floats] = {}
    for team in Team:
        grown = fidelity(team, values, scenario, clock, begins[team])
        grown = grown * caseload(team, values, scenario, clock)
        if team == Team.EDGE_OF_CARE:
            grown = grown * mentored(values, scenario, clock) * supervised(values, posts, clock)
            if reactive(team, values, structure):
                # What the reactive team could do, its people still can while the new practice grows.
                grown = np.maximum(grown, values[f"{EDGE}.reactive_share"])
        by_team[team] = np.minimum(grown, 1.0)
    whole = (ONE,) * len(clock.month_starts)
    return tuple(whole if offer in SPECIALISTS else fixed(by_team[TEAM_OF[offer]]) for offer in Offer)


def fixed(exponents: Floats) -> Row:
    """Exponents in fixed point."""
    return tuple(np.rint(exponents * ONE).astype(np.int64).tolist())


def firsts(clock: Clock) -> Floats:
    """The first tick of each month, on which practice is read: nothing that changes within a month works
    back to its beginning."""
    return np.array(clock.month_starts, dtype=np.float64)


def fidelity(team: Team, values: Values, scenario: Scenario, clock: Clock, begins: int) -> Floats:
    """How much of its full effect a team's practice has in each month (0 to 1): [months].

    Established teams have all of it. A new one has none before its training is complete, and then grows in a
    straight line over the months that the evidence gives; without training it never does.
    """
    if team in ESTABLISHED:
        return np.ones(len(clock.month_starts))
    ready = trained(team, values, scenario, clock)
    if ready is None or begins == NEVER:
        return np.zeros(len(clock.month_starts))
    ramp = values[f"services.{TEAM_KEYS[team]}.fidelity_months"] * ticks(365.25 / 12)
    return np.asarray(np.clip((firsts(clock) - max(ready, begins)) / ramp, 0.0, 1.0))


def mentored(values: Values, scenario: Scenario, clock: Clock) -> Floats:
    """Share of the effect that Edge of Care has by month: all of it only once mentoring is complete."""
    key = TEAM_KEYS[Team.EDGE_OF_CARE]
    later = put_off(Team.EDGE_OF_CARE, values, scenario)
    done = [
        clock.tick(v.complete) + later
        for v in scenario.levers
        if isinstance(v, Mentoring) and v.service == key
    ]
    return np.where(firsts(clock) >= min(done, default=NEVER), 1.0, values[f"{EDGE}.before_mentoring"])


def supervised(values: Values, posts: tuple[Post, ...], clock: Clock) -> Floats:
    """Share of Edge of Care's effect that is kept by month, while its manager's post is vacant or filled; one
    who manages half time supervises half of the work."""
    managers = [post for post in posts if (post.team, post.role) == (Team.EDGE_OF_CARE, "manager")]
    stands = [standing(managers, int(tick)) for tick in firsts(clock)]
    present = np.array([min(1.0, (funded - vacant) / FULL_TIME) for funded, vacant in stands])
    present[-1] = present[-2]  # the horizon is no month's first day
    kept = values[f"{EDGE}.unsupervised"]
    return np.asarray(present + (1 - present) * kept)


def caseload(team: Team, values: Values, scenario: Scenario, clock: Clock) -> Floats:
    """Strength of the work by month against the study's own caseload: more families to a worker, less."""
    names = CASELOADS[team]
    result = np.ones(len(clock.month_starts))
    for name in names:
        rows = dated(values, scenario, name, clock)
        if len(rows) == 1 and rows[0][1] == values[name]:
            continue
        actual = np.array([at(rows, int(tick)) for tick in firsts(clock)])
        ratio = np.divide(values[name], actual, out=np.ones(len(actual)), where=actual > 0)
        result *= ratio ** (values["effects.caseload"] / len(names))
    return np.minimum(result, MOST_OF_CASELOAD)


def practices(
    values: Values, scenario: Scenario, clock: Clock, begins: int, structure: Structure
) -> tuple[Practice, ...]:
    """What the panel and the team do from when: the planned service's way once it opens, a reactive team's
    before (the planned one's from the first day, if there was none), and what levers change of either."""
    was_reactive = reactive(Team.EDGE_OF_CARE, values, structure)
    levers = sorted((v for v in scenario.levers if isinstance(v, Panel)), key=lambda lever: lever.start)
    orders = ordered(scenario, clock)
    moments = {0, *(max(0, clock.tick(lever.start)) for lever in levers)}
    moments |= {max(0, tick) for span in orders for tick in span[:2]}
    if was_reactive and begins < clock.horizon:
        moments.add(begins)
    result: list[Practice] = []
    for tick in sorted(moment for moment in moments if moment < clock.horizon):
        instead = was_reactive and tick < begins
        earlier, emergency = (Gate.NONE, True) if instead else (Gate.OFFERED, False)
        cases, youngest = UNLIMITED if instead else int(values[f"{EDGE}.cases_a_meeting"]), youngest_usual()
        for lever in levers:
            if clock.tick(lever.start) <= tick:
                earlier = Gate(EARLIER_HELP.index(lever.earlier_help)) if lever.earlier_help else earlier
                youngest = BANDS.index(lever.youngest) if lever.youngest else youngest
                emergency = emergency if lever.emergency is None else lever.emergency
                cases = cases if lever.cases is None else lever.cases
        earlier = next((gate for since, end, gate in orders if since <= tick < end), earlier)
        result.append(
            Practice(
                since=tick, earlier_help=int(earlier), youngest=youngest, emergency=emergency, cases=cases
            )
        )
    return tuple(result)


def ordered(scenario: Scenario, clock: Clock) -> list[tuple[int, int, Gate]]:
    """Spans (from, to) in which a lever of order takes the place of the panel's criterion of earlier help."""
    return [
        (clock.tick(lever.start), end_of(lever.end, clock), GATES[lever.before])
        for lever in scenario.levers
        if isinstance(lever, Order) and lever.service == TEAM_KEYS[Team.EDGE_OF_CARE]
    ]


def meetings(values: Values, scenario: Scenario, clock: Clock) -> Row:
    """Ticks at which the panel meets: whole intervals from the first day, of the interval then in force."""
    rows = [(0, float(values[f"{EDGE}.panel_every_days"]))]
    levers = sorted((v for v in scenario.levers if isinstance(v, Panel)), key=lambda lever: lever.start)
    for lever in levers:
        if lever.every_days is not None:
            rows.append((max(0, clock.tick(lever.start)), float(lever.every_days)))
    result: list[int] = []
    for place, (since, days) in enumerate(rows):
        until = rows[place + 1][0] if place + 1 < len(rows) else clock.horizon
        every = ticks(days)
        first = max(every, -(-since // every) * every)
        result += range(first, min(until, clock.horizon), every)
    return tuple(result)
