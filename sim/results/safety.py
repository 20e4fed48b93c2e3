"""The ledger beside every saving: where harm from holding back would show, and who pays instead."""

from __future__ import annotations

from typing import Any

from sim.foundations.clock import DAYS_PER_YEAR
from sim.model.terms import TEAM_NAMES, Team
from sim.results.activity import years_of
from sim.results.economics import PLACEMENT_DAYS, Money
from sim.results.estimates import Floats, Results, estimate

Part = dict[str, Any]
"""A branch of summary.json."""

LEVELS = (
    "re-entries",
    "plans started",
    "plans repeated",
    "crises",
    "crises not heard",
    "care applications",
    "enquiries",
    "emergency entries after diversion",
)
"""Yearly counts, shown as they are and beside those of the baseline."""
PAIRED = ("entries delayed", "entries hastened", "entries caused")
"""Yearly counts that are differences already."""


def ledger(results: Results, spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """[draws, runs] of everything in the ledger that is a level, in one year of one scenario."""
    early_help = TEAM_NAMES[Team.EARLY_HELP]
    kinship = results.series(scenario, PLACEMENT_DAYS, year, "kinship")
    return {
        **{name: results.series(scenario, name, year) for name in LEVELS},
        "early help never reached": results.series(scenario, "never reached", year, early_help),
        "kinship child-years": kinship / DAYS_PER_YEAR,
        "guardianship child-years": results.series(scenario, "guardianship days", year) / DAYS_PER_YEAR,
        "kinship pounds": spent[scenario][year]["kinship placements"][1:],
        "guardianship pounds": spent[scenario][year]["guardianship allowances"][1:],
    }


def safety(results: Results, spent: Money, scenario: str) -> Part:
    """The ledger of one scenario by year, its paired counts included."""
    return {
        year: {
            **_estimates(ledger(results, spent, scenario, year)),
            **_estimates({name: results.series(scenario, name, year) for name in PAIRED}),
        }
        for year in years_of(results)
    }


def safety_more(results: Results, spent: Money, scenario: str) -> Part:
    """The ledger above that of the scenario's baseline, by year: more harm is above 0. The baseline's pounds
    are at the scenario's own prices."""
    base = results.against(scenario)
    assert base is not None
    found: Part = {}
    for year in years_of(results):
        here, there = ledger(results, spent, scenario, year), ledger(results, spent, base, year)
        before = spent.before[scenario][year]
        there["kinship pounds"] = before["kinship placements"][1:]
        there["guardianship pounds"] = before["guardianship allowances"][1:]
        found[year] = _estimates({name: here[name] - there[name] for name in here})
    return found


def _estimates(arrays: dict[str, Floats]) -> Part:
    return {name: estimate(array).as_dict() for name, array in arrays.items()}
