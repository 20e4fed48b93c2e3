"""What yearly pounds come to: their value on the first day in steady prices, and when they pay back.

Year 0 is the first financial year and is not discounted, as in HM Treasury's Green Book.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY
from sim.results.economics import Money, savings
from sim.results.estimates import chance, estimate, tidy
from sim.results.prices import first_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.results.estimates import Floats
    from sim.results.prices import Prices
    from sim.study.config import Study

Part = dict[str, Any]
"""A branch of summary.json."""

VALUED = ("gross", "net", "net_after_funding", "net_with_other")
"""Savings of which a present value is given."""
PAID_BACK = ("net", "net_after_funding")
"""Savings of which it is said when they have paid back."""


def schedule(study: Study, prices: Prices) -> list[Part]:
    """By financial year simulated: its days, the index of general prices with the first year as 1, the
    discount factor, and what a pound of that year's cash is worth in pounds of the first year."""
    table = prices["appraisal.deflator"]
    assert isinstance(table, dict)
    rate = float(prices["appraisal.discount_rate"][0])  # type: ignore[index]
    found: list[Part] = []
    for year in study.clock.years:
        index = float(table[year.label][0]) / float(table[prices.first][0])
        factor = (1.0 + rate) ** -(first_of(year.label) - first_of(prices.first))
        begins = study.clock.start + dt.timedelta(days=year.start // TICKS_PER_DAY)
        ends = study.clock.start + dt.timedelta(days=year.end // TICKS_PER_DAY - 1)
        dates = {"year": year.label, "from": begins.isoformat(), "to": ends.isoformat()}
        numbers = {"deflator": tidy(index), "factor": tidy(factor), "weight": tidy(factor / index)}
        found.append({**dates, **numbers})
    return found


def present_value(study: Study, spent: Money, scenario: str, line: str) -> Floats:
    """[draws + 1, runs] a saving over the years, in pounds of the first year on its first day."""
    rows = schedule(study, spent.prices)
    return np.asarray(
        np.sum([savings(spent, scenario, row["year"])[line] * row["weight"] for row in rows], axis=0)
    )


def payback(spent: Money, scenario: str, line: str) -> Part:
    """By the end of each year, cash saved so far and the chance that it is above nothing; and the first year
    from whose end the middle of the futures stays above nothing, None if there is none."""
    by_year = {year: savings(spent, scenario, year)[line][1:] for year in spent[scenario]}
    so_far = dict(zip(by_year, np.cumsum(list(by_year.values()), axis=0), strict=True))
    above = {year: tidy(chance(found > 0)[0]) for year, found in so_far.items()}
    middles = [(year, float(np.median(found))) for year, found in so_far.items()]
    return {
        "so_far": {year: estimate(found).as_dict() for year, found in so_far.items()},
        "chance": above,
        "year": first_that_stays(middles),
    }


def first_that_stays(middles: Sequence[tuple[str, float]]) -> str | None:
    """The first year from which every later sum is above nothing too: money given early is no payback."""
    found: str | None = None
    for year, middle in reversed(middles):
        if middle <= 0:
            break
        found = year
    return found
