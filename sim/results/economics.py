"""Money, put on stored days and events after the simulation: prices can change without another run.

Cash of each financial year. A saving is taken within each draw and run, and each draw has its own prices.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.errors import InputError, Problem
from sim.results.estimates import Floats, Results
from sim.results.other_costs import OTHER, other_costs
from sim.results.prices import PRICED, Prices, cut, first_of, priced, prices_by_draw, shock
from sim.study.catalogue import PARTNER_ROLES, SERVICES
from sim.study.levers import Funding, InBudget, Price, SetUp
from sim.study.review import reviews_of

if TYPE_CHECKING:
    from sim.study.config import Study
    from sim.study.levers import Lever
    from sim.study.pricing import Pricing

PLACEMENT_DAYS = "placement days"
NOT_CASHABLE = ("own foster", "with parents", "for adoption")
"""Placements whose money does not leave the bank account, or not one child at a time. Assumption: support
of a child placed for adoption is the adoption team's time."""
LINES = (
    "placements",
    "cashable placements",
    "kinship placements",
    "guardianship allowances",
    "staff",
    "partner staff",
    "set-up",
    "funding",
    "in budget",
    *OTHER,
)
"""What is spent in each year. Cashable and kinship placements are parts of placements; partner staff are
employed by partners and paid from the council's grant; funding is money received; in budget is the part of
staff that the budget holds already."""
SAVINGS = (
    "gross",
    "cost",
    "net",
    "cashable",
    "net_after_funding",
    "net_if_partners_pay",
    "other",
    "net_with_other",
)
"""What is saved in each year against a scenario's baseline."""

ByYear = dict[str, dict[str, Floats]]
"""Pounds: financial year -> line -> [draws + 1, runs], draw 0 first."""


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
    price shock changes what a child saved is worth and is itself no loss. So does what it says is in the
    budget: only pay above the baseline's is charged, so only that is given back.
    """
    return spent_by(study, results, prices_by_draw(study, range(results.draws + 1)))


def spent_by(study: Study, results: Results, prices: Prices) -> Money:
    """`money` at the prices given, which have one value for each draw of the results."""
    years = [year.label for year in study.clock.years]

    def spent(name: str, at: str) -> ByYear:
        return {year: _lines(study, results, prices, name, year, at) for year in years}

    own = {name: spent(name, name) for name in results.scenarios}
    before = {name: spent(results.against(name) or name, name) for name in results.scenarios}
    return Money(own, before, prices)


def savings(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """Pounds that a scenario saves in a year against its baseline, by `SAVINGS`; [draws + 1, runs] each.

    gross: placements not paid for, less a haircut if that switch is on. cost: staff (those whom partners
    employ included), set-up and guardianship allowances above those of the baseline. net: gross less cost.
    cashable: gross without `NOT_CASHABLE`. net after funding: net with the money given for the service and
    the pay that is in the budget already. net if partners pay: net without the pay of staff whom partners
    employ. other: courts, returns and social work at home. "No change" saves nothing.
    """
    more, haircut = above(spent, scenario, year), spent.prices.haircut
    cost = more["staff"] + more["partner staff"] + more["set-up"] + more["guardianship allowances"]
    gross = cut(-more["placements"], haircut)
    net = gross - cost
    other = -np.sum([more[line] for line in OTHER], axis=0)
    return {
        "gross": gross,
        "cost": cost,
        "net": net,
        "cashable": cut(-more["cashable placements"], haircut),
        "net_after_funding": net + more["funding"] + more["in budget"],
        "net_if_partners_pay": net + more["partner staff"],
        "other": other,
        "net_with_other": net + other,
    }


def above(spent: Money, scenario: str, year: str) -> dict[str, Floats]:
    """Each line of spending above that of the scenario's baseline; [draws + 1, runs] each."""
    before, after = spent.before[scenario][year], spent[scenario][year]
    return {line: after[line] - before[line] for line in LINES}


def total_savings(spent: Money, scenario: str) -> dict[str, Floats]:
    """`savings` added over the years simulated."""
    by_year = [savings(spent, scenario, year) for year in spent[scenario]]
    return {line: np.sum([one[line] for one in by_year], axis=0) for line in SAVINGS}


def reprice(
    results: Results,
    values: Mapping[str, float | Mapping[str, float]] | None = None,
    pricing: Pricing | None = None,
) -> Results:
    """The same trials under other prices, or priced in another way. InputError names any parameter that
    needs a new run."""
    values = values or {}
    wrong = [name for name in values if not name.startswith(PRICED)]
    if wrong:
        text = "is not a price: changing it needs a new run, not new prices on this one"
        raise InputError([Problem("", name, text) for name in wrong])
    for name in results.scenarios if values or pricing else ():
        if any(one.saved is not None for one in reviews_of(results.study.scenario(name))):
            text = "holds a review of pounds saved, which decided on posts at the old prices: run it again"
            raise InputError([Problem("", name, text)])
    study = results.study.replace(values)
    study = dataclasses.replace(study, pricing=pricing or study.pricing)
    return dataclasses.replace(results, study=study)


def _lines(
    study: Study, results: Results, prices: Prices, scenario: str, year: str, at: str
) -> dict[str, Floats]:
    """A scenario's lines at the price levers, and with the teams in the budget, of the scenario ``at``."""
    told = study.scenario(at).levers
    shocks = [one for one in told if isinstance(one, Price)]

    def cost(kind: str, days: Floats) -> Floats:
        return priced(prices, shocks, kind, year, days)

    placed = {
        group: cost(group, results.every(scenario, PLACEMENT_DAYS, year, group))
        for group in results.index.groups(PLACEMENT_DAYS)
    }
    guardians = cost("special guardianship", results.every(scenario, "guardianship days", year))
    staff = _staff(results, prices, scenario, year)
    dearer = shock(shocks, "staff", year)
    levers = study.scenario(scenario).levers
    in_budget = {SERVICES[v.service] for v in told if isinstance(v, InBudget) and v.year <= year}
    nothing = np.zeros(guardians.shape)

    def paid(employers: Iterable[str], services: Iterable[str]) -> Floats:
        some = [staff[key] for key in staff if key[1] in employers and key[0] in services]
        return np.asarray(np.sum([nothing, *some], axis=0) * dearer)

    return {
        "placements": np.sum(list(placed.values()), axis=0),
        "cashable placements": np.sum([v for k, v in placed.items() if k not in NOT_CASHABLE], axis=0),
        "kinship placements": placed["kinship"],
        "guardianship allowances": guardians,
        "staff": paid(["council"], SERVICES.values()),
        "partner staff": paid(["partner"], SERVICES.values()),
        "set-up": np.full(guardians.shape, _given(levers, SetUp, year)),
        "funding": np.full(guardians.shape, _given(levers, Funding, year)),
        "in budget": paid(["council", "partner"], in_budget),
        **other_costs(study, results, prices, scenario, year),
    }


def _given(levers: Iterable[Lever], kind: type[SetUp] | type[Funding], year: str) -> float:
    return float(sum(one.pounds for one in levers if isinstance(one, kind) and one.year == year))


def _staff(results: Results, prices: Prices, scenario: str, year: str) -> dict[tuple[str, str], Floats]:
    """[draws + 1, runs] pounds of pay by service and employer: permanent staff, induction included, and
    agency with its premium."""
    days = (dt.date(first_of(year) + 1, 4, 1) - dt.date(first_of(year), 4, 1)).days
    found: dict[tuple[str, str], Floats] = {}
    for group in results.index.groups("post days permanent"):
        service, role = group.split("|")
        permanent, agency = prices.pay(role, year)
        paid = results.every(scenario, "post days permanent", year, group) * permanent
        paid = paid + results.every(scenario, "post days agency", year, group) * agency
        key = (service, "partner" if role.replace(" ", "_") in PARTNER_ROLES else "council")
        found[key] = found.get(key, 0.0) + paid / days
    return found
