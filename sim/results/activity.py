"""What families met and what teams did, as it stands in summary.json: services, posts, flows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.model.terms import TEAM_NAMES, Team
from sim.results.estimates import Floats, Results, estimate, tidy

Part = dict[str, Any]
"""A branch of summary.json."""

FLOWS = {
    "offered": "offered",
    "accepted": "accepted",
    "started": "started",
    "never_reached": "never reached",
    "interrupted": "interrupted",
    "given_up": "given up",
    "interrupted_days": "interrupted days",
}
"""Counts of families in a year (and days of interruption), by their names in summary.json."""
STATES = {"places": "places", "use": "in use", "waiting": "waiting"}
"""Averages over month ends, by their names in summary.json."""
POSTS = ("funded", "permanent", "agency", "induction", "vacant", "absent")
"""States of a post; whoever is absent is permanent, agency or in induction too."""

FULL = 0.85
"""Share of places in use from which a team counts as full."""
SLACK = 0.7
"""Share of places in use below which a team counts as having room."""
MANY_MISSED = 0.05
"""Share of accepted families never reached from which a full team counts as short of staff."""


def services(results: Results, scenario: str) -> Part:
    """Each service over the whole time and by year, with what it was short of in the last year."""
    years = years_of(results)
    found: Part = {}
    for service in results.index.groups("offered"):
        by_year = {year: _service(results, scenario, service, [year]) for year in years}
        whole = _service(results, scenario, service, years)
        found[service] = {**whole, "by_year": by_year, "short_of": short_of(by_year[years[-1]])}
    return found


def short_of(service: Part) -> str:
    """What held a service back in a year: "staff", "referrals", "neither", or "closed" without places.

    Short of staff: at least 85% of places in use while, on average, a family waits or 5% of those who
    accepted are never reached. Short of referrals: less than 70% of places in use. Placement stability takes
    places of Edge of Care, so it is use of them too.
    """
    places = service["places"]["mean"]
    if places < 0.5:
        return "closed"
    later = service.get("placement_stability", {"mean": 0.0})["mean"]
    share = (service["use"]["mean"] + later) / places
    missed = service["never_reached"]["mean"] >= MANY_MISSED * max(1.0, service["accepted"]["mean"])
    if share >= FULL and (missed or service["waiting"]["mean"] >= 1):
        return "staff"
    return "referrals" if share < SLACK else "neither"


def _service(results: Results, scenario: str, service: str, years: Sequence[str]) -> Part:
    def flow(measure: str) -> Floats:
        return added([results.series(scenario, measure, year, service) for year in years])

    found: Part = {name: estimate(flow(measure)).as_dict() for name, measure in FLOWS.items()}
    started, waited = flow("started"), flow("waited days")
    found["waited_days"] = ratio(waited, started)
    for name, measure in STATES.items():
        found[name] = estimate(on_average(results, scenario, measure, years, service)).as_dict()
    held = on_average(results, scenario, "in use", years, service)
    if service == TEAM_NAMES[Team.EDGE_OF_CARE]:
        later = on_average(results, scenario, "placement stability in use", years)
        found["placement_stability"] = estimate(later).as_dict()
        held = held + later
    found["held"] = estimate(held).as_dict()
    return found


def staffing(results: Results, scenario: str) -> Part:
    """Mean posts in each state at each month end, by "service|role"."""
    index = results.index
    return {
        group: {
            end: {
                state: tidy(float(results.series(scenario, f"posts {state}", end, group).mean()))
                for state in POSTS
            }
            for end in index.periods("posts funded")
        }
        for group in index.groups("posts funded")
    }


def entries(results: Results, scenario: str) -> Part:
    """Children who start to be looked after in each year: all, by route and by age."""
    cells = [group for group in results.index.groups("entries") if group != "all"]
    found: Part = {}
    for year in results.index.periods("entries"):
        found[year] = {"all": estimate(results.series(scenario, "entries", year)).as_dict()}
        for name, part in (("by_route", 1), ("by_cohort", 0)):
            kinds = tuple(dict.fromkeys(cell.split("|")[part] for cell in cells))
            found[year][name] = {
                kind: estimate(
                    added(
                        [
                            results.series(scenario, "entries", year, cell)
                            for cell in cells
                            if cell.split("|")[part] == kind
                        ]
                    )
                ).as_dict()
                for kind in kinds
            }
    return found


def exits(results: Results, scenario: str) -> Part:
    """Children who cease to be looked after in each year, by how it ended; "all" is every kind."""
    return _by_group(results, scenario, "exits")


def plans(results: Results, scenario: str) -> Part:
    """Children on child protection plans at each month end."""
    ends = results.index.periods("plans open")
    return {end: estimate(results.series(scenario, "plans open", end)).as_dict() for end in ends}


def _by_group(results: Results, scenario: str, measure: str) -> Part:
    index = results.index
    return {
        period: {
            group: estimate(results.series(scenario, measure, period, group)).as_dict()
            for group in index.groups(measure)
        }
        for period in index.periods(measure)
    }


def on_average(
    results: Results, scenario: str, measure: str, years: Sequence[str], group: str = "all"
) -> Floats:
    """[draws, runs] the average of a state over the month ends of some years."""
    ends = [end for end in results.index.periods(measure) if year_of(end) in years]
    return added([results.series(scenario, measure, end, group) for end in ends]) / len(ends)


def years_of(results: Results) -> tuple[str, ...]:
    """The financial years of a run, in order."""
    return tuple(year.label for year in results.study.clock.years)


def year_of(end: str) -> str:
    """The financial year of a month end."""
    first = int(end[:4]) - (int(end[5:7]) < 4)
    return f"{first}/{(first + 1) % 100:02d}"


def added(arrays: Sequence[Floats]) -> Floats:
    """Arrays added up."""
    return np.asarray(np.sum(arrays, axis=0), dtype=np.float64)


def ratio(top: Floats, bottom: Floats) -> Part | None:
    """The estimate of a ratio over the trials in which there is one; None if there is none."""
    if not (bottom > 0).any():
        return None
    share = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=share, where=bottom > 0)
    return dict(estimate(share).as_dict())
