"""Money, put on stored days and events after the simulation: prices can change without another run.

Cash of each financial year. A saving is taken within each draw and run, and each draw has its own prices.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.errors import InputError, Problem
from sim.foundations.randomness import parameter_quantile
from sim.results.estimates import NO_CHANGE, Floats, Results
from sim.study.scenario import Funding, SetUp

if TYPE_CHECKING:
    from sim.study.config import Study
    from sim.study.parameters import Value

DAYS_IN_WEEK = 7.0
PLACEMENT_DAYS = "placement days"
NOT_CASHABLE = ("own foster", "with parents")
"""Placements whose money does not leave the bank account, or not one child at a time."""
PRICED = ("prices.", "price_level.", "salaries.")
"""Beginnings of the names of parameters that only money depends on."""
LINES = ("placements", "cashable placements", "guardianship allowances", "staff", "set-up", "funding")
"""What is spent in each year; cashable placements are a part of placements, and funding is money received."""
SAVINGS = ("gross", "cost", "net", "cashable", "net_after_funding")
"""What is saved in each year against no change."""

Money = dict[str, dict[str, dict[str, Floats]]]
"""Pounds: scenario -> financial year -> line -> [draws + 1, runs], draw 0 first."""
Prices = Mapping[str, Floats | dict[str, Floats]]
"""Each price parameter in each draw: [draws + 1], or a table of them."""


def money(study: Study, results: Results) -> Money:
    """Pounds spent by each scenario in each financial year, with the study's prices in each draw.

    Prices are pounds a week and pay is pounds a year, both of the financial year; a year's pay is spread
    over that year's own 365 or 366 days.
    """
    prices = prices_by_draw(study, results.draws)
    years = [year.label for year in study.clock.years]
    return {
        name: {year: _lines(study, results, prices, name, year) for year in years}
        for name in results.scenarios
    }


def savings(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """Pounds that a scenario saves in a year against no change, by `SAVINGS`; [draws + 1, runs] each.

    gross: placements not paid for. cost: staff, set-up and guardianship allowances above those of no
    change. net: gross less cost. cashable: gross without own fostering and children with parents. net after
    funding: net with the money given for the service.
    """
    before, after = spent[NO_CHANGE][year], spent[scenario][year]
    gross = before["placements"] - after["placements"]
    spend = ("staff", "set-up", "guardianship allowances")
    cost = np.sum([after[line] - before[line] for line in spend], axis=0)
    return {
        "gross": gross,
        "cost": cost,
        "net": gross - cost,
        "cashable": before["cashable placements"] - after["cashable placements"],
        "net_after_funding": gross - cost + after["funding"] - before["funding"],
    }


def total_savings(spent: Money, scenario: str) -> dict[str, Floats]:
    """`savings` added over the years simulated."""
    by_year = [savings(spent, scenario, year) for year in spent[scenario]]
    return {line: np.sum([one[line] for one in by_year], axis=0) for line in SAVINGS}


def reprice(results: Results, values: Mapping[str, float | Mapping[str, float]]) -> Results:
    """The same trials under other prices. InputError names any parameter that needs a new run."""
    wrong = [name for name in values if not name.startswith(PRICED)]
    if wrong:
        text = "is not a price: changing it needs a new run, not new prices on this one"
        raise InputError([Problem("", name, text) for name in wrong])
    return dataclasses.replace(results, study=results.study.replace(values))


def prices_by_draw(study: Study, draws: int) -> Prices:
    """Each price parameter in draws 0 to `draws`: [draws + 1], or for a table that for each key."""
    found: dict[str, Floats | dict[str, Floats]] = {}
    for name, parameter in study.parameters.items():
        if not name.startswith(PRICED):
            continue
        values: list[Value] = [parameter.central]
        for draw in range(1, draws + 1):
            known = parameter.known
            values.append(
                parameter.central if known else parameter.at(parameter_quantile(study.seed, draw, name))
            )
        if isinstance(parameter.value, dict):
            tables = [value for value in values if isinstance(value, dict)]
            found[name] = {key: np.array([table[key] for table in tables]) for key in parameter.value}
        else:
            found[name] = np.array([float(value) for value in values if not isinstance(value, dict)])
    return found


def _lines(study: Study, results: Results, prices: Prices, scenario: str, year: str) -> dict[str, Floats]:
    placed = {
        group: results.every(scenario, PLACEMENT_DAYS, year, group) * _day_price(prices, _key(group), year)
        for group in results.index.groups(PLACEMENT_DAYS)
    }
    kin = results.every(scenario, "guardianship days", year) * _day_price(
        prices, "special_guardianship", year
    )
    levers = study.scenario(scenario).levers
    set_up = sum(one.pounds for one in levers if isinstance(one, SetUp) and one.year == year)
    given = sum(one.pounds for one in levers if isinstance(one, Funding) and one.year == year)
    return {
        "placements": np.sum(list(placed.values()), axis=0),
        "cashable placements": np.sum([v for k, v in placed.items() if k not in NOT_CASHABLE], axis=0),
        "guardianship allowances": kin,
        "staff": _staff(results, prices, scenario, year),
        "set-up": np.full(kin.shape, float(set_up)),
        "funding": np.full(kin.shape, float(given)),
    }


def _staff(results: Results, prices: Prices, scenario: str, year: str) -> Floats:
    """[draws + 1, runs] pounds of pay: permanent staff, induction included, and agency with its premium."""
    days = _days_in(year)
    premium = _column(prices["salaries.agency_premium"])
    pay = np.zeros((results.draws + 1, results.runs))
    for group in results.index.groups("post days permanent"):
        salary = _column(prices[f"salaries.{_key(group.split('|')[1])}"])
        pay += results.every(scenario, "post days permanent", year, group) * salary / days
        pay += results.every(scenario, "post days agency", year, group) * (salary + premium) / days
    return pay


def _day_price(prices: Prices, kind: str, year: str) -> Floats:
    table = prices[f"prices.{kind}"]
    assert isinstance(table, dict)
    return table[year][:, None] * _column(prices[f"price_level.{kind}"]) / DAYS_IN_WEEK


def _column(value: Floats | dict[str, Floats]) -> Floats:
    assert not isinstance(value, dict)
    return value[:, None]


def _key(name: str) -> str:
    """A reader's name as it stands in settings: "children's home" -> "childrens_home"."""
    return name.replace("'", "").replace(" ", "_")


def _days_in(year: str) -> int:
    first = int(year[:4])
    return (dt.date(first + 1, 4, 1) - dt.date(first, 4, 1)).days
