"""From a paper's saving to ours, in steps that add up: children, phasing, price of a child-year, costs.

A claim of pounds is read as children × pounds a child-year × share of the year in full effect. Ours is
child-years fewer × what they cost. Each step changes one of the three and leaves the others:

    children   (ours at the year's end − claimed) × claimed share × claimed price
    phasing    (our child-years − ours at the year's end × claimed share) × claimed price
    price      what our child-years cost − our child-years × claimed price
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.economics import Money, savings
from sim.results.estimates import LOOKED_AFTER, Floats, Results, estimate, tidy

if TYPE_CHECKING:
    from sim.study.claims import Claim
    from sim.study.config import Study

Part = dict[str, Any]
"""A branch of summary.json."""

MONTHS = 12.0
DAYS = 365.0
WEEKS = DAYS / 7.0
LEAST = 0.5
"""Child-years fewer, on average, below which no price a child-year is given."""


def reconciliation(study: Study, results: Results, spent: Money, child_years: dict[str, Floats],
                   scenario: str) -> list[Part]:  # fmt: skip
    """Each year of which pounds are claimed, before costs. ``child_years`` are ours fewer."""
    mine = [one for one in study.claims if one.scenario == scenario]
    pounds = {one.by: one for one in mine if one.kind == "pounds" and one.basis == "gross" and one.target}
    children = next((one.target for one in mine if one.kind == "children" and one.target), None)
    if not pounds or children is None:
        return []
    full = pounds[max(pounds)].target / children
    years = [year for year in spent[scenario] if year in pounds]
    return [_year(results, spent, scenario, pounds[y], children, full, child_years[y]) for y in years]


def _year(results: Results, spent: Money, scenario: str, claim: Claim, children: float, full: float,
          child_years: Floats) -> Part:  # fmt: skip
    year, base = claim.by, results.against(scenario)
    assert base is not None
    share = claim.target / (children * full)
    at_end = results.difference(scenario, base, LOOKED_AFTER, on=last_end(results, year)).fewer
    ours = {line: found[1:] for line, found in savings(spent, scenario, year).items()}
    steps = {
        "claimed": np.full(at_end.shape, claim.target),
        "children": (at_end - children) * share * full,
        "phasing": (child_years - at_end * share) * full,
        "price": ours["gross"] - child_years * full,
        "gross": ours["gross"],
        "cost": -ours["cost"],
        "net": ours["net"],
        "funding": ours["net_after_funding"] - ours["net"],
        "net_after_funding": ours["net_after_funding"],
    }
    some = float(child_years.mean()) >= LEAST
    return {
        "year": year,
        "claim": claim.id,
        "claimed_children": tidy(children),
        "claimed_months": tidy(MONTHS * share),
        "claimed_child_years": tidy(children * share),
        "claimed_price": tidy(full),
        "claimed_price_a_week": tidy(full / WEEKS),
        "children": estimate(at_end).as_dict(),
        "child_years": estimate(child_years).as_dict(),
        "price": tidy(float(ours["gross"].mean() / child_years.mean())) if some else None,
        "average_price": tidy(float(spent.prices.average_day(year)[1:].mean()) * DAYS),
        "steps": {step: estimate(found).as_dict() for step, found in steps.items()},
    }


def last_end(results: Results, year: str) -> str:
    """The last month end of a financial year that is simulated."""
    from sim.results.activity import year_of

    return [end for end in results.index.periods(LOOKED_AFTER) if year_of(end) == year][-1]
