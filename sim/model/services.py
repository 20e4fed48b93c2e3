"""What a scenario offers: which services are open, with what places, and how well they work by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import ticks
from sim.foundations.ledger import NEVER, fixed_point
from sim.model.effects import tables
from sim.model.plan import Services
from sim.model.staffing import HOLDERS, places
from sim.model.terms import STATUS_NAMES, TEAM_KEYS, TEAM_OF, Offer, Team
from sim.study.scenario import Training

if TYPE_CHECKING:
    from sim.foundations.clock import Clock
    from sim.model.plan import Post, Row
    from sim.model.population import Floats, Values
    from sim.study.scenario import Scenario

ESTABLISHED = (Team.EARLY_HELP, Team.FAMILY_GROUP_CONFERENCE)
"""Teams that are open with no change, and whose practice is already what it is."""


def opening(team: Team, scenario: Scenario, posts: tuple[Post, ...], clock: Clock) -> int:
    """Tick from which a team takes families: NEVER without a lever that opens it, or without the posts
    that hold families (a team that nobody funds is not a service that keeps families waiting)."""
    roles = {post.role for post in posts if post.team == team}
    if any(not roles.intersection(group) for group in HOLDERS[team]):
        return NEVER
    if team in ESTABLISHED:
        return 0
    day = scenario.opens(TEAM_KEYS[team])
    return NEVER if day is None else clock.tick(day)


def fidelity(team: Team, values: Values, scenario: Scenario, clock: Clock, opens: int) -> Floats:
    """How much of its full effect a team's work has in each month (0 to 1): [months].

    Established teams have all of it. A new one has none before its training is complete, and then grows in a
    straight line over the months that the evidence gives; without training it never does.
    """
    starts = np.array(clock.month_starts)
    if team in ESTABLISHED:
        return np.ones(len(starts))
    trained = [
        clock.tick(lever.complete)
        for lever in scenario.levers
        if isinstance(lever, Training) and lever.service == TEAM_KEYS[team]
    ]
    if not trained or opens == NEVER:
        return np.zeros(len(starts))
    ramp = values[f"services.{TEAM_KEYS[team]}.fidelity_months"] * ticks(365.25 / 12)
    middle = starts + ticks(15)
    return np.asarray(np.clip((middle - max(trained[0], opens)) / ramp, 0.0, 1.0))


def build_services(
    values: Values, scenario: Scenario, posts: tuple[Post, ...], clock: Clock, combine: str
) -> Services:
    """Everything that differs between scenarios, as whole numbers."""
    opens = {team: opening(team, scenario, posts, clock) for team in Team}
    capacity: list[tuple[Row, ...]] = []
    for team in Team:
        never = opens[team] == NEVER
        capacity.append(((0, 0),) if never else places(values, team, posts, opens))
    during, after = [], []
    for offer in Offer:
        team = TEAM_OF[offer]
        table = tables(values, offer, fidelity(team, values, scenario, clock, opens[team]))
        during.append(table[0])
        after.append(table[1])
    edge = "services.edge_of_care"
    return Services(
        places=tuple(capacity),
        opens=tuple(opens[TEAM_OF[offer]] for offer in Offer),
        lapses=tuple(lapse(values, offer) for offer in Offer),
        during=tuple(during),
        after=tuple(after),
        heard=tuple(fixed_point(values[f"{edge}.heard"][name]) for name in STATUS_NAMES),
        panel_every=ticks(values[f"{edge}.panel_every_days"]),
        return_home_lapse=ticks(values[f"{edge}.return_home_lapse_days"]),
        held_after_return=ticks(values[f"{edge}.held_after_return_days"]),
        strongest_only=combine == "strongest",
    )


def lapse(values: Values, offer: Offer) -> int:
    """Ticks for which a family waits for a place before the offer ends. Edge of Care's offer ends with the
    crisis itself."""
    if offer == Offer.EDGE_OF_CARE:
        return 0
    return ticks(values[f"services.{TEAM_KEYS[TEAM_OF[offer]]}.lapse_days"])
