"""Published figures that came after the start, and what was forecast of each, by the model and by a ruler."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.check import COMPARISONS, Comparison, is_known, simulated_at
from sim.results.estimates import tidy
from sim.results.forecasts import (
    CHANCE,
    LAST,
    LINE,
    MEAN,
    METHODS,
    Forecast,
    by_chance_of_counts,
    by_chance_of_shares,
    by_chance_of_stock,
    last_value,
    mean_of_years,
    same_rows,
    scores,
    straight_line,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.results.estimates import Floats, Results
    from sim.study.config import Study

Part = dict[str, Any]


MADE_FROM = ("social worker vacancies", "agency social workers", "social worker turnover")
"""Series that do not judge scenarios of hindsight: these are fitted to the vacancies and leave as people did,
and agency staff stand in vacant posts, so that they follow from the same levers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """One figure published for a time after the study's start."""

    what: Comparison
    """How it is counted and simulated."""
    period: str
    """The financial year, or the day, that it is of."""
    counted: float
    """What was published."""
    history: tuple[float, ...]
    """What was published for the years before the start, in order; empty where it began to be later."""
    ahead: int
    """Years from the last of those to it."""

    @property
    def name(self) -> str:
        """Series, label and period, as one name."""
        return f"{self.what.name}, {self.period}"

    @property
    def size(self) -> float:
        """How large the series was before the start, or without a history the figure itself: what errors are
        measured against."""
        return max(float(np.mean(self.history or (self.counted,))), 1.0)


def held_back(study: Study, results: Results) -> list[HeldBack]:
    """Every published figure of the time simulated that ``COMPARISONS`` can simulate, in their order. Simple
    forecasts need a history; the model is judged without one too."""
    found = []
    periods = {key[1] for key in results.index.keys}
    start = study.clock.start.isoformat()
    for one in COMPARISONS:
        series = study.observed.get(one.series)
        if series is None:
            continue
        points = {
            period: float(series[key])
            for key in series
            for period, _, label in [key.partition("|")]
            if label == one.label
        }
        before = [value for period, value in sorted(points.items()) if ended(period) < start]
        after = [period for period in sorted(points) if ended(period) >= start and period in periods]
        for ahead, period in enumerate(after, 1):
            if is_known(results, one, period):
                found.append(
                    HeldBack(
                        what=one,
                        period=period,
                        counted=points[period],
                        history=tuple(before),
                        ahead=ahead,
                    )
                )
    return found


def ended(period: str) -> str:
    """The day on which a period ends, as text that sorts."""
    return f"{int(period[:4]) + 1}-03-31" if "/" in period else period


def of_futures(array: Floats) -> Forecast:
    """The middle of simulated futures and the middle nine in ten of them."""
    low, middle, high = np.percentile(array, [5, 50, 95])
    return Forecast(middle=float(middle), low=float(low), high=float(high))


def simple_forecasts(study: Study, one: HeldBack) -> dict[str, Forecast | None]:
    """What each simple method forecast of a figure at the start."""
    return {
        LAST: last_value(one.history, one.ahead),
        MEAN: mean_of_years(one.history, one.ahead),
        LINE: straight_line(one.history, one.ahead),
        CHANCE: by_chance(study, one),
    }


def by_chance(study: Study, one: HeldBack) -> Forecast | None:
    """What a forecast says that takes nothing for uncertain but chance, at the rates of the last years."""
    if len(one.history) < FEWEST:
        return None
    if one.what.chance == "share":
        whole = _before(study, one.what.whole)
        return by_chance_of_shares(one.history, one.ahead, float(np.mean(whole[-3:]))) if whole else None
    if one.what.chance == "count":
        return by_chance_of_counts(one.history, one.ahead)
    stocks, flows = STOCKS.get(one.what.series, ("children looked after", ("entries", "exits")))
    begun, over, there = (_before(study, name) for name in (*flows, stocks))
    if not (begun and over and there):
        return None
    leave = 1.0 - exp(-float(np.mean(over[-3:]) / np.mean(there[-3:])))
    # Of a group of them, or where those who leave are not published, as many are taken to come as leave.
    total = one.what.series == stocks and flows[0] != flows[1]
    begin = float(np.mean(begun[-3:])) if total else None
    return by_chance_of_stock(one.history[-1], one.ahead, leave, begin)


FEWEST = 2
"""Years of history without which nothing is forecast by chance alone."""
STOCKS = {"plans open": ("plans open", ("plans started", "plans started"))}
"""By series of children who are there: the stock and the flows in and out from which chance is worked out;
children looked after for all others. Ends of plans are not published: as many as begin."""


def _before(study: Study, name: str) -> list[float]:
    series, start = study.observed.get(name), study.clock.start.isoformat()
    if series is None:
        return []
    return [float(series[key]) for key in sorted(series) if "|" not in key and ended(key) < start]


def judged(study: Study, results: Results, scenarios: Sequence[str]) -> Part:
    """Every figure held back: what was published, the forecast of each scenario and simple method, and the
    scores of each, over all figures and over those that every simple method and every scenario of the study
    forecasts. Scenarios of hindsight are scored on fewer of these: on none that they are made from."""
    figures = held_back(study, results)
    forecasts: dict[str, dict[str, Forecast | None]] = {
        scenario: {
            one.name: None
            if scenario in study.hindsight and one.what.series in MADE_FROM
            else of_futures(simulated_at(results, one.what, one.period, scenario))
            for one in figures
        }
        for scenario in scenarios
    }
    simple = {one.name: simple_forecasts(study, one) for one in figures}
    for method in METHODS:
        forecasts[method] = {name: found[method] for name, found in simple.items()}
    asked = {name: found for name, found in forecasts.items() if name not in study.hindsight}
    common = same_rows(asked, {one.name: one.counted for one in figures})
    return {
        "figures": [
            _figure(one, {name: found[one.name] for name, found in forecasts.items()}) for one in figures
        ],
        "scores": {name: _scores(figures, found, None) for name, found in forecasts.items()},
        "scores_of_all_methods": {name: _scores(figures, found, common) for name, found in forecasts.items()},
        "by_group": {
            group: {
                name: _scores([one for one in figures if group_of(one.what) == group], found, common)
                for name, found in forecasts.items()
            }
            for group in dict.fromkeys(group_of(one.what) for one in figures)
        },
    }


def group_of(what: Comparison) -> str:
    """The part of the pathway that a figure belongs to."""
    if what.series.startswith(("entries", "unaccompanied entries")):
        return "starts"
    if what.series.startswith("exits"):
        return "ends"
    if "social worker" in what.series:
        return "workforce"
    if what.series in ("three or more placements", "long-term stability"):
        return "children looked after"
    if what.chance == "stock" and not what.series.startswith("plans"):
        return "children looked after"
    return "child protection and the front door"


def _figure(one: HeldBack, forecasts: Mapping[str, Forecast | None]) -> Part:
    return {
        "series": one.what.series,
        "title": one.what.title,
        "label": one.what.label,
        "period": one.period,
        "group": group_of(one.what),
        "counted": tidy(one.counted),
        "size": tidy(one.size),
        "forecasts": {
            name: None
            if found is None
            else {
                "low": tidy(found.low),
                "middle": tidy(found.middle),
                "high": tidy(found.high),
                "inside": found.holds(one.counted),
            }
            for name, found in forecasts.items()
        },
    }


def _scores(
    figures: Sequence[HeldBack], found: Mapping[str, Forecast | None], among: Sequence[str] | None
) -> Part:
    rows = [
        (one.counted, forecast, one.size)
        for one in figures
        if (forecast := found[one.name]) is not None and (among is None or one.name in among)
    ]
    # In children where children are counted: referrals are a hundred times a cohort and would drown it.
    children = [
        forecast.width
        for one in figures
        if one.what.chance != "share" and one.what.series not in ("referrals", "care applications")
        if (forecast := found[one.name]) is not None and (among is None or one.name in among)
    ]
    told = {name: tidy(value) if name != "figures" else value for name, value in scores(rows).items()}
    return told | {"width_children": tidy(float(np.mean(children))) if children else None}
