"""From children who start in care to pounds that can be banked: where each service's reach is lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.foundations.clock import DAYS_PER_YEAR
from sim.model.terms import BANDS, ROUTE_NAMES, TEAM_NAMES, Route, Team
from sim.results.activity import added, years_of
from sim.results.economics import Money, total_savings
from sim.results.estimates import Floats, Results, estimate

Part = dict[str, Any]
"""A branch of summary.json."""

AT_HOME = (Route.BREAKDOWN, Route.COURT)
REACHES = {
    Team.EARLY_HELP: AT_HOME,
    Team.FAMILY_GROUP_CONFERENCE: AT_HOME,
    Team.FAMILY_SAFEGUARDING: AT_HOME,
    Team.EDGE_OF_CARE: (Route.BREAKDOWN, Route.GUARDIANSHIP),
}
"""The routes into care that each service can work on."""
LEAST = 1.0
"""Child-years avoided on average below which pounds are not shared out by them."""


def waterfall(results: Results, spent: Money, scenario: str) -> Part:
    """The steps of every service in one scenario that is compared with another."""
    return {TEAM_NAMES[team]: steps(results, spent, scenario, team) for team in REACHES}


def steps(results: Results, spent: Money, scenario: str, team: Team) -> list[Part]:
    """The steps of one service, in order: some count families, some children, each says which."""
    base, service = results.against(scenario), TEAM_NAMES[team]
    assert base is not None
    routes = [ROUTE_NAMES[route] for route in REACHES[team]]

    def flow(measure: str) -> Floats:
        return added([results.series(scenario, measure, year, service) for year in years_of(results)])

    averted = results.series(scenario, "averted by service", "whole", service)
    child_years = results.series(scenario, "days avoided by service", "whole", service) / DAYS_PER_YEAR
    pounds = cashable(results, spent, scenario, child_years)
    found: list[tuple[str, str, Floats | None]] = [
        ("starts in care", "children", entries(results, base, list(ROUTE_NAMES))),
        ("reachable", "children", entries(results, base, routes)),
        ("referred", "families", flow("offered")),
        ("accepted", "families", flow("accepted")),
        ("begun", "families", flow("started")),
        ("begun in time", "families", flow("begun in time")),
        (
            "kept at home for a time",
            "children",
            averted + results.series(scenario, "delayed by service", "whole", service),
        ),
        ("still at home at the end", "children", averted),
        ("child-years", "child-years", child_years),
        ("cashable pounds", "pounds", pounds),
    ]
    return [
        {"step": step, "unit": unit, "value": None if array is None else estimate(array).as_dict()}
        for step, unit, array in found
    ]


def entries(results: Results, scenario: str, routes: list[str]) -> Floats:
    """[draws, runs] children who start in care by some routes, over all years."""
    cells = [f"{band}|{route}" for band in BANDS for route in routes]
    return added(
        [results.series(scenario, "entries", year, cell) for year in years_of(results) for cell in cells]
    )


def cashable(results: Results, spent: Money, scenario: str, child_years: Floats) -> Floats | None:
    """[draws, runs] the scenario's cashable saving for each child-year it avoids, on average, times the
    service's child-years; None where it avoids too few to share anything out by them."""
    cells = results.index.groups("days avoided")
    days = added([results.series(scenario, "days avoided", "whole", cell) for cell in cells])
    avoided = float(days.mean()) / DAYS_PER_YEAR
    if avoided < LEAST:
        return None
    rate = float(total_savings(spent, scenario)["cashable"][1:].mean()) / avoided
    return np.asarray(child_years * rate)
