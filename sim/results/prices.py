"""What a day, a post and an event cost in each draw and year: tables as far as known, growth after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.randomness import parameter_quantile
from sim.study.levers import Price
from sim.study.pricing import Pricing

if TYPE_CHECKING:
    from sim.results.estimates import Floats
    from sim.study.config import Study
    from sim.study.parameters import Parameter, Value

DAYS_IN_WEEK = 7.0
PRICED = ("prices.", "price_level.", "price_growth.", "salaries.", "unit_costs.", "appraisal.")
"""Beginnings of the names of parameters that only money depends on."""
GROWN = "price_growth."
FOSTERING = ("own_foster", "agency_foster", "kinship")
"""Placements whose price follows the level of fostering, on which two official counts disagree."""
GROWTH_OF = {
    **dict.fromkeys(FOSTERING, "fostering"),
    "childrens_home": "homes",
    "supported_accommodation": "homes",
    "with_parents": "allowances",
    "for_adoption": "allowances",
    "special_guardianship": "allowances",
    "all_children": "all_children",
}
"""Which growth each price follows once it is projected."""
ALLOWANCE = "special_guardianship"
"""The one price that is not of a child in care, and so is never that of the average child in care."""


class Prices(dict[str, "Floats | dict[str, Floats]"]):
    """Each parameter of money in some draws: [draws], or a table of them.

    ``pricing`` says which of them a day is priced with; ``first`` is the first financial year simulated,
    whose pay is written.
    """

    def __init__(self, found: Mapping[str, Floats | dict[str, Floats]], pricing: Pricing, first: str) -> None:
        super().__init__(found)
        self.pricing, self.first = pricing, first

    def column(self, name: str) -> Floats:
        """[draws, 1] of a parameter that is one number."""
        value = self[name]
        assert not isinstance(value, dict)
        return value[:, None]

    def day(self, kind: str, year: str) -> Floats:
        """[draws, 1] pounds for a day in a kind of placement, before any shock."""
        kind = key_of(kind)
        if self.pricing.prices == "average" and kind != ALLOWANCE:
            return self.average_day(year)
        week = self._week(kind, year) * self.column(f"price_level.{kind}")
        if kind in FOSTERING:
            week = week * self.column("price_level.fostering")
        return np.asarray(week / DAYS_IN_WEEK)

    def average_day(self, year: str) -> Floats:
        """[draws, 1] pounds for a day of the average child in care."""
        return self._week("all_children", year) / DAYS_IN_WEEK

    def pay(self, role: str, year: str) -> tuple[Floats, Floats]:
        """[draws, 1] pounds a year for a permanent and for an agency worker: pay with the employer's
        on-costs, and the agency's premium on top. Pay is written for the first year and grows after it."""
        permanent = self.column(f"salaries.{key_of(role)}") * (1.0 + self.column("salaries.on_costs"))
        grown = (1.0 + self.column(f"{GROWN}pay")) ** max(0, first_of(year) - first_of(self.first))
        return permanent * grown, (permanent + self.column("salaries.agency_premium")) * grown

    @property
    def haircut(self) -> Floats:
        """[draws, 1] share by which savings on placements are cut; nothing unless the switch is on."""
        share = self.column("appraisal.optimism_bias")
        return share if self.pricing.optimism_bias else np.zeros_like(share)

    def _week(self, kind: str, year: str) -> Floats:
        table = self[f"prices.{kind}"]
        assert isinstance(table, dict)
        known = max((one for one in table if one <= year), default=min(table))
        grown = (1.0 + self.column(f"{GROWN}{GROWTH_OF[kind]}")) ** max(0, first_of(year) - first_of(known))
        return np.asarray(table[known][:, None] * grown)


def prices_by_draw(study: Study, draws: Iterable[int]) -> Prices:
    """Each parameter of money in some draws: [draws], or for a table that for each key."""
    found: dict[str, Floats | dict[str, Floats]] = {}
    draws = tuple(draws)
    for name, parameter in study.parameters.items():
        if not name.startswith(PRICED):
            continue
        values = [_value(study, parameter, draw) for draw in draws]
        if isinstance(parameter.value, dict):
            tables = [value for value in values if isinstance(value, dict)]
            found[name] = {key: np.array([table[key] for table in tables]) for key in parameter.value}
        else:
            found[name] = np.array([float(value) for value in values if not isinstance(value, dict)])
    return Prices(found, study.pricing, study.clock.years[0].label)


def priced(prices: Prices, shocks: Sequence[Price], kind: str, year: str, days: Floats) -> Floats:
    """[draws + 1, runs] pounds for days of a kind of placement in a financial year."""
    return np.asarray(days * prices.day(kind, year) * shock(shocks, kind, year))


def shock(levers: Iterable[Price], item: str, year: str) -> float:
    """The multiplier on a price in a financial year: that of the latest lever that has begun."""
    begun = [lever for lever in levers if lever.item == item and lever.year <= year]
    return max(begun, key=lambda lever: lever.year).times if begun else 1.0


def cut(pounds: Floats, haircut: Floats) -> Floats:
    """Savings less a haircut; a loss is left as it is."""
    return np.asarray(pounds - haircut * np.maximum(pounds, 0.0))


def key_of(name: str) -> str:
    """A reader's name as it stands in settings: "children's home" -> "childrens_home"."""
    return name.replace("'", "").replace(" ", "_")


def first_of(year: str) -> int:
    """The calendar year in which a financial year begins."""
    return int(year[:4])


def _value(study: Study, parameter: Parameter, draw: int) -> Value:
    growth = study.pricing.price_growth
    if parameter.name.startswith(GROWN) and parameter.name != f"{GROWN}pay" and growth != "drawn":
        end = {"low": parameter.low, "high": parameter.high}.get(growth)
        return parameter.central if end is None else end
    if not draw or parameter.known:
        return parameter.central
    return parameter.at(parameter_quantile(study.seed, draw, parameter.name))
