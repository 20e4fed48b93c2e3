"""Whom it happens to: cohorts of children by age, and the groups of an equality assessment."""

from __future__ import annotations

from typing import Any

from sim.model.terms import BANDS, ROUTE_NAMES, Route
from sim.results.activity import added, ratio, years_of
from sim.results.estimates import Floats, Results, estimate, tidy
from sim.results.measure_children import DIMENSIONS, TRIED
from sim.results.measure_pairs import COUNTS, SERVED, SUMS

Part = dict[str, Any]
"""A branch of summary.json."""

FEWEST = 5.0
"""Children below which a group is not shown: so few are mostly chance."""
NOTE = (
    "No rule of the model treats a child differently for sex, ethnicity or disability, and no rate differs "
    "between these groups: where outcomes differ, age and chance are the only causes. Sex, ethnicity and "
    "disability are dealt at random in fixed proportions, so these figures cannot show whether a group "
    "is referred, offered, helped or taken into care more or less readily than another. The equality impact "
    "assessment that the proposal asks for needs the council's own records."
)
"""What the comparison of groups cannot show."""


def cohorts(results: Results, scenario: str) -> Part:
    """Each age band: how children came into care, what had been tried, and what changed for them."""
    return {band: cohort(results, scenario, band) for band in BANDS}


def cohort(results: Results, scenario: str, band: str) -> Part:
    """One age band over the whole time."""

    def whole(measure: str, group: str) -> Floats:
        return results.series(scenario, measure, "whole", group)

    routes = {
        route: added(
            [results.series(scenario, "entries", year, f"{band}|{route}") for year in years_of(results)]
        )
        for route in ROUTE_NAMES
    }
    entered = added([array for route, array in routes.items() if route != ROUTE_NAMES[Route.UNACCOMPANIED]])
    found: Part = {
        "entries": {route: estimate(array).as_dict() for route, array in routes.items()},
        "tried_before": {tried: _share(whole("tried before", f"{band}|{tried}"), entered) for tried in TRIED},
        "edge_wait_days": ratio(whole("edge wait days", band), whole("edge starts", band)),
        "re_entries": estimate(whole("re-entries by age", band)).as_dict(),
    }
    if results.against(scenario):
        names = {name: name.replace(" ", "_") for name in (*COUNTS, *SUMS)}
        cells = {served: {name: whole(name, f"{band}|{served}") for name in names} for served in SERVED}
        for name, key in names.items():
            found[key] = estimate(added([cell[name] for cell in cells.values()])).as_dict()
        found["by_service"] = {
            served: {key: estimate(cell[name]).as_dict() for name, key in names.items()}
            for served, cell in cells.items()
        }
    return found


def _share(part: Floats, whole: Floats) -> float | None:
    """The share of all children in all trials together; a share of each trial's few would jump about."""
    return tidy(float(part.sum() / whole.sum())) if whole.sum() > 0 else None


def equality(results: Results) -> Part:
    """Outcomes by group in each scenario, small numbers suppressed, and what they cannot show."""
    (date,) = results.index.periods("looked after by group")
    sources = {"looked_after": ("looked after by group", date), "entries": ("entries by group", "whole")}
    return {
        "date": date,
        "note": NOTE,
        "scenarios": {
            scenario: {
                dimension: {
                    group: {
                        name: _outcome(results, scenario, *source, f"{dimension}|{group}")
                        for name, source in sources.items()
                    }
                    for group in groups
                }
                for dimension, groups in DIMENSIONS.items()
            }
            for scenario in results.scenarios
        },
    }


def _outcome(results: Results, scenario: str, measure: str, period: str, group: str) -> Part:
    here = results.series(scenario, measure, period, group)
    base = results.against(scenario)
    there = results.series(base, measure, period, group) if base else here
    if min(here.mean(), there.mean()) < FEWEST:
        return {"mean": None, "suppressed": True, "fewer": None}
    return {
        "mean": tidy(float(here.mean())),
        "suppressed": False,
        "fewer": estimate(there - here).as_dict() if base else None,
    }
