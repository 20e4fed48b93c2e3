"""The same futures at other prices: each way of pricing that could be argued for, side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.results.economics import Money, money, savings, total_savings
from sim.results.estimates import Results, chance, estimate, tidy
from sim.results.prices import PRICED

if TYPE_CHECKING:
    from sim.study.config import Study
    from sim.study.pricing import Pricing

Part = dict[str, Any]
"""A branch of summary.json."""

SHOWN = ("gross", "net")
"""Savings that each view gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way of pricing."""

    key: str
    """What it is called in summary.json."""
    title: str
    """What it is, in words."""
    study: Study
    """The study priced in that way."""


def views(study: Study) -> Iterator[View]:
    """The study's own prices first, then each of the others."""
    own = study.pricing
    yield View(key="own", title="Prices of this study", study=study)
    other = "average" if own.prices == "marginal" else "marginal"
    titles = {
        "average": "The average child in care, whatever the placement",
        "marginal": "One more child in each kind of placement",
    }
    yield View(key=other, title=titles[other], study=_priced(study, prices=other))
    for name, parameter in study.parameters.items():
        if name.startswith(PRICED):
            for place, arm in enumerate(parameter.arms, 1):
                # Each arm at its own middle in every future, so that no future is lost to the other arm.
                at = study.replace({name: arm.value})
                yield View(key=f"{name} {place}", title=_capital(arm.meaning), study=at)
    for growth, words in (("low", "slowly"), ("high", "fast")):
        if own.price_growth != growth:
            title = f"Prices of placements grow {words} after the last known year"
            yield View(key=f"growth {growth}", title=title, study=_priced(study, price_growth=growth))
    with_cut = not own.optimism_bias
    title = "Savings cut for optimism" if with_cut else "Savings not cut for optimism"
    yield View(key="optimism", title=title, study=_priced(study, optimism_bias=with_cut))


def view_parts(study: Study, results: Results, scenarios: list[str]) -> Part:
    """scenario -> views in order: title, savings by year and in all, chance of each claim of pounds."""
    found: Part = {name: [] for name in scenarios}
    for view in views(study):
        spent = money(view.study, results)
        for name in scenarios:
            found[name].append({"key": view.key, "title": view.title, **_view(study, spent, name)})
    return found


def _view(study: Study, spent: Money, scenario: str) -> Part:
    by_year = {year: savings(spent, scenario, year) for year in spent[scenario]}
    whole = total_savings(spent, scenario)
    claims = [one for one in study.claims if one.kind == "pounds" and one.scenario == scenario]
    return {
        **{line: {y: estimate(one[line][1:]).as_dict() for y, one in by_year.items()} for line in SHOWN},
        **{f"{line}_total": estimate(whole[line][1:]).as_dict() for line in SHOWN},
        "chances": {one.id: tidy(chance(by_year[one.by][one.basis][1:] >= one.target)[0]) for one in claims},
    }


def _priced(study: Study, **changes: str | bool) -> Study:
    pricing: Pricing = dataclasses.replace(study.pricing, **changes)  # type: ignore[arg-type]
    return dataclasses.replace(study, pricing=pricing)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
