"""The figures of a run that anybody reads: one plain dictionary, written as summary.json.

Reports, the command line and other programs read this and do no arithmetic of their own. Its schema is
described in docs/summary_schema.md; a change of meaning raises SCHEMA.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.randomness import parameter_quantile
from sim.results import activity, practice
from sim.results.check import check
from sim.results.cohorts import cohorts, equality
from sim.results.economics import PLACEMENT_DAYS, SAVINGS, Money, above, money, savings, total_savings
from sim.results.estimates import (
    LOOKED_AFTER,
    Floats,
    Results,
    chance,
    draws_needed,
    estimate,
    overlap,
    tidy,
    variance_split,
)
from sim.results.money_summary import money_parts
from sim.results.outside import outside
from sim.results.prices import PRICED
from sim.results.reviews import reviews
from sim.results.safety import safety, safety_more
from sim.results.waterfall import waterfall

if TYPE_CHECKING:
    from sim.study.claims import Claim
    from sim.study.config import Study
    from sim.study.parameters import Parameter

SCHEMA = 2
"""Version of the schema of summary.json."""
COST_LINES = ("staff", "partner staff", "set-up", "guardianship allowances", "funding", "in budget")
"""Lines of spending shown beside a saving, each above that of the baseline."""

Part = dict[str, Any]
"""A branch of summary.json."""


def summary(study: Study, results: Results) -> Part:
    """summary.json of a run as a dictionary of plain numbers, text, lists and dictionaries."""
    if results.draws < 1:
        raise ValueError("a summary needs at least one draw besides the central one")
    dates = [end for end, _ in study.clock.month_ends]
    years = [year.label for year in study.clock.years]
    rivals = list(results.rivals)
    spent = money(study, results)
    fewer = {name: {date: _fewer(results, name, date) for date in dates} for name in rivals}
    average = {name: {year: _fewer_on_average(results, name, year) for year in years} for name in rivals}
    return {
        "schema": SCHEMA,
        "study": study.name,
        "authority": study.authority,
        "seed": study.seed,
        "draws": results.draws,
        "runs": results.runs,
        "engine": results.engine,
        "evidence": study.evidence,
        "scenarios": list(results.scenarios),
        "dates": dates,
        "years": years,
        "children_looked_after": {
            name: {date: _level(results, name, date) for date in dates} for name in results.scenarios
        },
        "against": {name: results.against(name) for name in rivals},
        "difference": {name: _estimates(by_date) for name, by_date in fewer.items()},
        "difference_year_average": {name: _estimates(by_year) for name, by_year in average.items()},
        **_savings(spent, rivals, years),
        "money": money_parts(study, results, spent, average),
        "claims": [
            _claim(claim, _gain(claim, fewer, average, spent), outside(study, results, claim))
            for claim in study.claims
            if claim.scenario in rivals
        ],
        "papers": [paper.content() for paper in study.papers],
        "overlap": _overlap(study, results, fewer, spent),
        **_activities(results),
        "reviews": reviews(results),
        "vacancy": practice.vacancy(results, spent),
        "waterfall": {name: waterfall(results, spent, name) for name in rivals},
        "safety": {name: safety(results, spent, name) for name in results.scenarios},
        "safety_more": {name: safety_more(results, spent, name) for name in rivals},
        "equality": equality(results),
        "central": {
            name: {date: tidy(results.central(name, LOOKED_AFTER, date)) for date in dates}
            for name in results.scenarios
        },
        "quality": _quality(results, fewer),
        "variance": {name: _variance(by_date[dates[-1]]) for name, by_date in fewer.items()},
        "arms": _arms(study, {name: by_date[dates[-1]] for name, by_date in fewer.items()}),
        "check": check(study, results),
        "observed": _observed(study),
    }


ACTIVITIES = {
    "services": activity.services,
    "staffing": activity.staffing,
    "lines": practice.lines,
    "specialists": practice.specialists,
    "panel": practice.panel,
    "caseload": practice.caseload,
    "early_help": practice.early_help,
    "placements": practice.placements,
    "placement_stability": practice.placement_stability,
    "entries": activity.entries,
    "exits": activity.exits,
    "plans": activity.plans,
    "cohorts": cohorts,
}
"""Branches that are found for every scenario by itself."""


def _activities(results: Results) -> Part:
    return {
        key: {name: find(results, name) for name in results.scenarios} for key, find in ACTIVITIES.items()
    }


def child_years(results: Results, scenario: str, year: str) -> Floats:
    """[draws, runs] children looked after on average over a financial year, from days in placement."""
    span = next(one for one in results.study.clock.years if one.label == year)
    groups = results.index.groups(PLACEMENT_DAYS)
    days = np.sum([results.series(scenario, PLACEMENT_DAYS, year, group) for group in groups], axis=0)
    return np.asarray(days / ((span.end - span.start) / TICKS_PER_DAY), dtype=np.float64)


def _level(results: Results, scenario: str, date: str) -> Part:
    return dict(estimate(results.series(scenario, LOOKED_AFTER, date)).as_dict())


def _fewer(results: Results, scenario: str, date: str) -> Floats:
    return results.difference(scenario, _base(results, scenario), LOOKED_AFTER, on=date).fewer


def _fewer_on_average(results: Results, scenario: str, year: str) -> Floats:
    return child_years(results, _base(results, scenario), year) - child_years(results, scenario, year)


def _base(results: Results, scenario: str) -> str:
    """What a rival is compared with."""
    base = results.against(scenario)
    assert base is not None
    return base


def _estimates(arrays: Mapping[str, Floats]) -> Part:
    return {name: estimate(array).as_dict() for name, array in arrays.items()}


def _savings(spent: Money, rivals: list[str], years: list[str]) -> Part:
    """Savings by year and in all, and the lines of spending behind them."""
    saving: Part = {}
    total: Part = {}
    lines: Part = {}
    lines_total: Part = {}
    for name in rivals:
        by_year = {year: savings(spent, name, year) for year in years}
        saving[name] = {
            year: {line: estimate(found[line][1:]).as_dict() for line in SAVINGS}
            for year, found in by_year.items()
        }
        whole = total_savings(spent, name)
        total[name] = {line: estimate(whole[line][1:]).as_dict() for line in SAVINGS}
        more = [above(spent, name, year) for year in years]
        lines[name] = {
            year: {line: estimate(found[line][1:]).as_dict() for line in COST_LINES}
            for year, found in zip(years, more, strict=True)
        }
        lines_total[name] = {
            line: estimate(np.sum([found[line][1:] for found in more], axis=0)).as_dict()
            for line in COST_LINES
        }
    return {
        "saving": saving,
        "saving_total": total,
        "cost_lines": lines,
        "cost_lines_total": lines_total,
    }


def _gain(
    claim: Claim,
    fewer: Mapping[str, Mapping[str, Floats]],
    average: Mapping[str, Mapping[str, Floats]],
    spent: Money,
) -> Floats:
    """[draws, runs] what a claim is about: children fewer, or pounds saved."""
    if claim.kind == "pounds":
        return savings(spent, claim.scenario, claim.by)[claim.basis][1:]
    found = fewer if claim.by in fewer[claim.scenario] else average
    return found[claim.scenario][claim.by]


def _claim(claim: Claim, gain: Floats, elsewhere: Part | None) -> Part:
    """A claim with the chance that it is met, and the outside view: exactly the target counts as met.

    `at_most`: for a claim never met, the chance at which so many draws without it come 1 time in 20.
    """
    met, error = chance(gain >= claim.target)
    found = estimate(gain).as_dict()
    return {
        "id": claim.id,
        "scenario": claim.scenario,
        "kind": claim.kind,
        "target": tidy(claim.target),
        "by": claim.by,
        "basis": claim.basis,
        "text": claim.text,
        "chance": tidy(met),
        "error": tidy(error),
        "at_most": None if met else tidy(1.0 - 0.05 ** (1.0 / len(gain))),
        "mean": found["mean"],
        "p5": found["p5"],
        "p50": found["p50"],
        "p95": found["p95"],
        "outside": elsewhere,
        "source": claim.source,
    }


def _overlap(
    study: Study, results: Results, fewer: Mapping[str, Mapping[str, Floats]], spent: Money
) -> Part | None:
    """The overlap of the first two scenarios whose union was run too; None if there are none."""
    pair = next(
        (
            (a, b, both)
            for a, b in combinations(fewer, 2)
            if study.scenario(a) != study.scenario(b)
            and (both := results.combined(a, b)) in fewer
            and both
            and len({results.against(name) for name in (a, b, both)}) == 1
        ),
        None,
    )
    if pair is None:
        return None
    a, b, both = pair
    last = study.clock.month_ends[-1][0]
    pounds = {}
    for year in (one.label for one in study.clock.years):
        gross = {name: savings(spent, name, year)["gross"][1:] for name in pair}
        pounds[year] = overlap({a: gross[a], b: gross[b]}, gross[both]).as_dict()
    return {
        "date": last,
        "scenarios": [a, b],
        "both": both,
        "claimed": {name: _claimed(study, name, last) for name in pair},
        "children": overlap({name: fewer[name][last] for name in (a, b)}, fewer[both][last]).as_dict(),
        "pounds": pounds,
        "families_served_by_both": estimate(results.series(both, "served by both", "whole")).as_dict(),
    }


def _claimed(study: Study, scenario: str, date: str) -> float | None:
    """Children that a scenario is claimed to keep out of care by a date, or at all."""
    targets = {
        claim.by: claim.target
        for claim in study.claims
        if claim.scenario == scenario and claim.kind == "children"
    }
    return targets.get(date, next(iter(targets.values()), None))


def _quality(results: Results, fewer: Mapping[str, Mapping[str, Floats]]) -> Part:
    """What must hold before the figures are used; `exhausted` must be 0."""
    exhausted = [results.every(name, "exhausted", "whole").sum() for name in results.scenarios]
    last = {name: list(by_date.values())[-1] for name, by_date in fewer.items()}
    return {
        "exhausted": int(sum(exhausted)),
        "futures": results.draws * results.runs,
        "monte_carlo_error": {name: tidy(estimate(array).error) for name, array in last.items()},
    }


PRECISION = 0.25
"""Monte Carlo error of the children fewer, in children, for which the draws needed are told: a quarter of a
child changes no decision."""


def _variance(array: Floats) -> Part:
    """Variance of children fewer at the last date: between draws, between runs, and the first's share."""
    split = variance_split(array)
    if split is None:
        return {"not_known": None, "luck": None, "share_not_known": None, "draws_needed": None}
    unknown, luck = split
    share = unknown / (unknown + luck) if unknown + luck > 0 else None
    return {
        "not_known": tidy(unknown),
        "luck": tidy(luck),
        "share_not_known": tidy(share),
        "draws_needed": {
            "error": PRECISION,
            "runs": array.shape[1],
            "draws": draws_needed(split, array.shape[1], PRECISION),
        },
    }


def _arms(study: Study, fewer: Mapping[str, Floats]) -> Part:
    """Children fewer at the last date under each rival body of evidence, of every parameter that has some."""
    found: Part = {}
    for name, parameter in study.parameters.items():
        if len(parameter.arms) < 2 or not fewer or name.startswith(PRICED):
            continue  # a price moves no child: its arms stand under money
        draws = len(next(iter(fewer.values())))
        believed = _believed(study, parameter, draws)
        found[name] = [
            {
                "meaning": arm.meaning,
                "value": tidy(arm.value),
                "weight": tidy(arm.weight),
                "draws": int((believed == place).sum()),
                "fewer": _estimates({k: array[believed == place] for k, array in fewer.items()})
                if (believed == place).any()
                else {},
            }
            for place, arm in enumerate(parameter.arms)
        ]
    return found


def _believed(study: Study, parameter: Parameter, draws: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """[draws] the place of the arm that each draw believes."""
    weights = np.array([arm.weight for arm in parameter.arms])
    bounds = np.cumsum(weights / weights.sum())[:-1]
    quantiles = [parameter_quantile(study.seed, draw, parameter.name) for draw in range(1, draws + 1)]
    return np.searchsorted(bounds, quantiles, side="right").astype(np.int64)


def _observed(study: Study) -> Part:
    """Published series for the authority, as they stand in the study."""
    return {
        name: {
            "meaning": series.meaning,
            "unit": series.unit,
            "source": series.source,
            "values": {label: tidy(series[label]) for label in series},
        }
        for name, series in study.observed.items()
    }
