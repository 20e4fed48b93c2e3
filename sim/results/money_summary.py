"""The branch `money` of summary.json: lines by kind, present value, payback, other prices, the papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.appraisal import PAID_BACK, VALUED, payback, present_value, schedule
from sim.results.economics import Money, above
from sim.results.estimates import estimate
from sim.results.other_costs import failed_returns
from sim.results.price_views import view_parts
from sim.results.prices import cut
from sim.results.reconciliation import reconciliation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.results.estimates import Floats, Results
    from sim.study.config import Study

Part = dict[str, Any]
"""A branch of summary.json."""

CASHABLE, AVOIDED, PARTNER, GIVEN = "cashable", "avoided", "partner", "set aside"
KINDS = {
    "placements, cashable": CASHABLE,
    "placements, other": AVOIDED,
    "guardianship allowances": CASHABLE,
    "staff": CASHABLE,
    "set-up": CASHABLE,
    "partner staff": PARTNER,
    "court fees": CASHABLE,
    "legal work": AVOIDED,
    "support of returns home": AVOIDED,
    "work with children in need": AVOIDED,
    "work with children on plans": AVOIDED,
    "funding": GIVEN,
    "in budget": GIVEN,
}
"""Every line of money by its kind: cash that leaves or stays in the bank; work that staff who are paid anyway
do or do not have to do; partners' pay; money given or set aside. None is part of another."""


def money_parts(
    study: Study, results: Results, spent: Money, child_years: Mapping[str, dict[str, Floats]]
) -> Part:
    """The whole branch. ``child_years`` are those fewer, by scenario and year."""
    rivals = list(results.rivals)
    return {
        "pricing": study.pricing.content(),
        "schedule": schedule(study, spent.prices),
        "kinds": dict(KINDS),
        "lines": {name: _lines(spent, name) for name in rivals},
        "present_value": {
            name: {line: estimate(present_value(study, spent, name, line)[1:]).as_dict() for line in VALUED}
            for name in rivals
        },
        "payback": {name: {line: payback(spent, name, line) for line in PAID_BACK} for name in rivals},
        "views": view_parts(study, results, rivals),
        "reconciliation": {
            name: reconciliation(study, results, spent, child_years[name], name) for name in rivals
        },
        "failed_returns": {name: _failed(results, spent, name) for name in rivals},
    }


def lines_saved(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """[draws, runs] pounds of each of ``KINDS`` that a scenario has more of than its baseline: above 0 is
    good for the council. All but the last two add up to what is saved after everything."""
    more = {line: found[1:] for line, found in above(spent, scenario, year).items()}
    haircut = spent.prices.haircut[1:]
    whole, cash = (cut(-more[line], haircut) for line in ("placements", "cashable placements"))
    same = {line: -more[line] for line in KINDS if line in more}
    return {
        "placements, cashable": cash,
        "placements, other": whole - cash,
        **same,
        "funding": more["funding"],
        "in budget": more["in budget"],
    }


def _lines(spent: Money, scenario: str) -> Part:
    """By year, and over all of them under "all"."""
    by_year = {year: lines_saved(spent, scenario, year) for year in spent[scenario]}
    whole = {line: np.sum([one[line] for one in by_year.values()], axis=0) for line in KINDS}
    every = {**by_year, "all": whole}
    return {
        period: {line: estimate(found[line]).as_dict() for line in KINDS} for period, found in every.items()
    }


def _failed(results: Results, spent: Money, scenario: str) -> Part:
    base = results.against(scenario)
    assert base is not None
    fewer = [
        failed_returns(results, spent.prices, base, year)
        - failed_returns(results, spent.prices, scenario, year)
        for year in spent[scenario]
    ]
    return dict(estimate(np.sum(fewer, axis=0)[1:]).as_dict())
