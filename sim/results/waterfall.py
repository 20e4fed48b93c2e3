"""From children who start in care to pounds that can be banked: where each service's reach is lost."""

from __future__ import annotations

from typing import Any

from sim.foundations.clock import DAYS_PER_YEAR
from sim.model.terms import BANDS, ROUTE_NAMES, TEAM_KEYS, TEAM_NAMES, Route, Team
from sim.results.activity import added, years_of
from sim.results.economics import NOT_CASHABLE, PLACEMENT_DAYS, Money, total_savings
from sim.results.estimates import Floats, Results, estimate
from sim.results.prices import cut, priced
from sim.study.levers import Change, Lever, Price, Recruitment, service_of

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
OTHERS = "on other families"
"""The closing step: what the scenario saves beyond the families that the service worked with."""


def waterfall(results: Results, spent: Money, scenario: str) -> Part:
    """The steps of each service that a scenario changes, compared with its baseline."""
    changed = concerned(results, scenario)
    return {TEAM_NAMES[t]: steps(results, spent, scenario, t) for t in REACHES if TEAM_KEYS[t] in changed}


def concerned(results: Results, scenario: str) -> set[str]:
    """The services, as in settings, that levers are about which only one of scenario and baseline has."""
    base = results.against(scenario)
    assert base is not None
    differ = results.study.scenario(scenario).levers ^ results.study.scenario(base).levers
    return {service for lever in differ for service in services_of(lever)}


def services_of(lever: Lever) -> tuple[str, ...]:
    """The services that a lever is about: all of them where it is about the staff of every team."""
    if isinstance(lever, Change):
        # A parameter names its service: services.edge_of_care.take_up.
        parts = lever.parameter.split(".")
        return tuple(key for key in TEAM_KEYS if any(part.startswith(key) for part in parts))
    if isinstance(lever, Recruitment) and not lever.service:
        return TEAM_KEYS
    return (service_of(lever),)


def steps(results: Results, spent: Money, scenario: str, team: Team) -> list[Part]:
    """The steps of one service, in order: some count families, some children, each says which. The last two
    of families it worked with and the closing two of all others add to what the scenario saves."""
    base, service = results.against(scenario), TEAM_NAMES[team]
    assert base is not None

    def flow(measure: str) -> Floats:
        return added([results.series(scenario, measure, year, service) for year in years_of(results)])

    averted = results.series(scenario, "averted by service", "whole", service)
    delayed = results.series(scenario, "delayed by service", "whole", service)
    child_years = results.series(scenario, "days avoided by service", "whole", service) / DAYS_PER_YEAR
    pounds = cashable(results, spent, scenario, service)
    found: list[tuple[str, str, Floats]] = [
        ("starts in care", "children", added(entries(results, base, list(ROUTE_NAMES)))),
        ("reachable", "children", reachable(results, scenario, base, team)),
        ("referred", "families", flow("offered")),
        ("accepted", "families", flow("accepted")),
        ("begun", "families", flow("started")),
        ("begun in time", "families", flow("begun in time")),
        ("kept at home for a time", "children", averted + delayed),
        ("still at home at the end", "children", averted),
        ("child-years", "child-years", child_years),
        ("cashable pounds", "pounds", pounds),
        (OTHERS, "child-years", all_child_years(results, scenario, base) - child_years),
        (OTHERS, "pounds", total_savings(spent, scenario)["cashable"][1:] - pounds),
    ]
    return [{"step": step, "unit": unit, "value": estimate(array).as_dict()} for step, unit, array in found]


def entries(results: Results, scenario: str, routes: list[str]) -> list[Floats]:
    """By age band: [draws, runs] children who start in care by some routes, over all years."""
    years = years_of(results)
    return [
        added([results.series(scenario, "entries", y, f"{band}|{route}") for y in years for route in routes])
        for band in BANDS
    ]


def reachable(results: Results, scenario: str, base: str, team: Team) -> Floats:
    """[draws, runs] starts in care in the baseline that the service is there for: for Edge of Care those of
    children old enough for the panel, for Family Safeguarding those from families with needs for it."""
    routes = [ROUTE_NAMES[route] for route in REACHES[team]]
    if team == Team.FAMILY_SAFEGUARDING:
        what = "entries of families with needs"
        return added(
            [results.series(base, what, year, route) for year in years_of(results) for route in routes]
        )
    by_band = entries(results, base, routes)
    if team != Team.EDGE_OF_CARE:
        return added(by_band)
    youngest = results.series(scenario, "panel youngest", "whole")
    return added([array * (band >= youngest) for band, array in enumerate(by_band)])


def all_child_years(results: Results, scenario: str, base: str) -> Floats:
    """[draws, runs] child-years in care that a scenario has fewer than its baseline, whoever they are."""
    cells = [(year, home) for year in years_of(results) for home in results.index.groups(PLACEMENT_DAYS)]
    days = [
        results.series(base, PLACEMENT_DAYS, *cell) - results.series(scenario, PLACEMENT_DAYS, *cell)
        for cell in cells
    ]
    return added(days) / DAYS_PER_YEAR


def cashable(results: Results, spent: Money, scenario: str, service: str) -> Floats:
    """[draws, runs] cashable pounds for the placements avoided among children whose family a service worked
    with, at the scenario's prices."""
    shocks = [one for one in results.study.scenario(scenario).levers if isinstance(one, Price)]
    homes = [home for home in results.index.groups(PLACEMENT_DAYS) if home not in NOT_CASHABLE]
    what = "placement days avoided by service"
    pounds = [
        priced(spent.prices, shocks, home, year, results.every(scenario, what, year, f"{service}|{home}"))
        for year in years_of(results)
        for home in homes
    ]
    return cut(added(pounds), spent.prices.haircut)[1:]
