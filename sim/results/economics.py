"""Money, put on stored days and events after the simulation: prices can change without another run.

Cash of each financial year. A saving is taken within each draw and run, and each draw has its own prices.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.errors import InputError, Problem
from sim.foundations.randomness import parameter_quantile
from sim.results.estimates import Floats, Results
from sim.study.catalogue import PARTNER_ROLES
from sim.study.levers import Funding, Price, SetUp
from sim.study.review import reviews_of

if TYPE_CHECKING:
    from sim.study.config import Study
    from sim.study.levers import Lever
    from sim.study.parameters import Value

DAYS_IN_WEEK = 7.0
PLACEMENT_DAYS = "placement days"
NOT_CASHABLE = ("own foster", "with parents", "for adoption")
"""Placements whose money does not leave the bank account, or not one child at a time. Assumption: support
of a child placed for adoption is the adoption team's time."""
PRICED = ("prices.", "price_level.", "salaries.")
"""Beginnings of the names of parameters that only money depends on."""
LINES = (
    "placements",
    "cashable placements",
    "kinship placements",
    "guardianship allowances",
    "staff",
    "partner staff",
    "set-up",
    "funding",
)
"""What is spent in each year. Cashable and kinship placements are parts of placements; partner staff are
employed by partners and paid from the council's grant; funding is money received."""
SAVINGS = ("gross", "cost", "net", "cashable", "net_after_funding", "net_if_partners_pay")
"""What is saved in each year against a scenario's baseline."""

ByYear = dict[str, dict[str, Floats]]
"""Pounds: financial year -> line -> [draws + 1, runs], draw 0 first."""
Prices = Mapping[str, Floats | dict[str, Floats]]
"""Each price parameter in each draw: [draws + 1], or a table of them."""


class Money(dict[str, ByYear]):
    """Pounds spent: scenario -> financial year -> line -> [draws + 1, runs], draw 0 first.

    ``before`` has the same of what each scenario is compared with, at that scenario's own prices; ``prices``
    are those of each draw, before any shock.
    """

    def __init__(self, spent: Mapping[str, ByYear], before: Mapping[str, ByYear], prices: Prices) -> None:
        super().__init__(spent)
        self.before, self.prices = dict(before), prices


def money(study: Study, results: Results) -> Money:
    """Pounds spent by each scenario in each financial year, with the study's prices in each draw.

    Prices are pounds a week and pay is pounds a year, both of the financial year; a year's pay is spread
    over that year's own 365 or 366 days. A scenario's price levers hold for its baseline too, so that a
    price shock changes what a child saved is worth and is itself no loss.
    """
    return spent_by(study, results, prices_by_draw(study, range(results.draws + 1)))


def spent_by(study: Study, results: Results, prices: Prices) -> Money:
    """`money` at the prices given, which have one value for each draw of the results."""
    years = [year.label for year in study.clock.years]

    def spent(name: str, at: str) -> ByYear:
        shocks = [one for one in study.scenario(at).levers if isinstance(one, Price)]
        return {year: _lines(study, results, prices, shocks, name, year) for year in years}

    own = {name: spent(name, name) for name in results.scenarios}
    before = {name: spent(results.against(name) or name, name) for name in results.scenarios}
    return Money(own, before, prices)


def savings(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """Pounds that a scenario saves in a year against its baseline, by `SAVINGS`; [draws + 1, runs] each.

    gross: placements not paid for. cost: staff (those whom partners employ included), set-up and
    guardianship allowances above those of the baseline. net: gross less cost. cashable: gross without
    `NOT_CASHABLE`. net after funding: net with the money given for the service. net if partners pay: net
    without the pay of staff whom partners employ. "No change" saves nothing.
    """
    more = above(spent, scenario, year)
    cost = more["staff"] + more["partner staff"] + more["set-up"] + more["guardianship allowances"]
    net = -more["placements"] - cost
    return {
        "gross": -more["placements"],
        "cost": cost,
        "net": net,
        "cashable": -more["cashable placements"],
        "net_after_funding": net + more["funding"],
        "net_if_partners_pay": net + more["partner staff"],
    }


def above(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """Each line of spending above that of the scenario's baseline; [draws + 1, runs] each."""
    before, after = spent.before[scenario][year], spent[scenario][year]
    return {line: after[line] - before[line] for line in LINES}


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
    for name in results.scenarios if values else ():
        if any(one.saved is not None for one in reviews_of(results.study.scenario(name))):
            text = "holds a review of pounds saved, which decided on posts at the old prices: run it again"
            raise InputError([Problem("", name, text)])
    return dataclasses.replace(results, study=results.study.replace(values))


def prices_by_draw(study: Study, draws: Iterable[int]) -> Prices:
    """Each price parameter in some draws: [draws], or for a table that for each key."""
    found: dict[str, Floats | dict[str, Floats]] = {}
    for name, parameter in study.parameters.items():
        if not name.startswith(PRICED):
            continue
        values: list[Value] = [
            parameter.at(parameter_quantile(study.seed, draw, name))
            if draw and not parameter.known
            else parameter.central
            for draw in draws
        ]
        if isinstance(parameter.value, dict):
            tables = [value for value in values if isinstance(value, dict)]
            found[name] = {key: np.array([table[key] for table in tables]) for key in parameter.value}
        else:
            found[name] = np.array([float(value) for value in values if not isinstance(value, dict)])
    return found


def priced(prices: Prices, shocks: Sequence[Price], kind: str, year: str, days: Floats) -> Floats:
    """[draws + 1, runs] pounds for days of a kind of placement in a financial year."""
    return np.asarray(days * _day_price(prices, _key(kind), year) * shock(shocks, kind, year))


def _lines(
    study: Study, results: Results, prices: Prices, shocks: Sequence[Price], scenario: str, year: str
) -> dict[str, Floats]:
    def cost(kind: str, days: Floats) -> Floats:
        return priced(prices, shocks, kind, year, days)

    placed = {
        group: cost(group, results.every(scenario, PLACEMENT_DAYS, year, group))
        for group in results.index.groups(PLACEMENT_DAYS)
    }
    guardians = cost("special guardianship", results.every(scenario, "guardianship days", year))
    staff, partners = _staff(results, prices, scenario, year)
    levers = study.scenario(scenario).levers
    return {
        "placements": np.sum(list(placed.values()), axis=0),
        "cashable placements": np.sum([v for k, v in placed.items() if k not in NOT_CASHABLE], axis=0),
        "kinship placements": placed["kinship"],
        "guardianship allowances": guardians,
        "staff": staff * shock(shocks, "staff", year),
        "partner staff": partners * shock(shocks, "staff", year),
        "set-up": np.full(guardians.shape, _given(levers, SetUp, year)),
        "funding": np.full(guardians.shape, _given(levers, Funding, year)),
    }


def shock(levers: Iterable[Price], item: str, year: str) -> float:
    """The multiplier on a price in a financial year: that of the latest lever that has begun."""
    begun = [lever for lever in levers if lever.item == item and lever.year <= year]
    return max(begun, key=lambda lever: lever.year).times if begun else 1.0


def _given(levers: Iterable[Lever], kind: type[SetUp] | type[Funding], year: str) -> float:
    return float(sum(one.pounds for one in levers if isinstance(one, kind) and one.year == year))


def _staff(results: Results, prices: Prices, scenario: str, year: str) -> tuple[Floats, Floats]:
    """[draws + 1, runs] pounds of pay, of the council's staff and of partners': permanent staff, induction
    included, and agency with its premium."""
    days = _days_in(year)
    premium = _column(prices["salaries.agency_premium"])
    pay = {employer: np.zeros((results.draws + 1, results.runs)) for employer in ("council", "partner")}
    for group in results.index.groups("post days permanent"):
        role = _key(group.split("|")[1])
        salary = _column(prices[f"salaries.{role}"])
        permanent = results.every(scenario, "post days permanent", year, group)
        agency = results.every(scenario, "post days agency", year, group)
        employer = "partner" if role in PARTNER_ROLES else "council"
        pay[employer] += (permanent * salary + agency * (salary + premium)) / days
    return pay["council"], pay["partner"]


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
