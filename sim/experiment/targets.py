"""What a calibration aims at: counts before the start, and how near a simulated world should come to each.

Totals come from all years that are counted, composition from shares of the same series, so that no count
weighs twice. How far the *level* of an authority's flows is unsure is `uncertainty.entry_level` and
`uncertainty.exit_level`: those were set on forecasts whose rates were estimated from three years, so the
error of estimating is in them already, and a total is met closely here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.errors import InputError
from sim.model.terms import BANDS, ROUTE_NAMES
from sim.results.check import AGES, bands_of
from sim.study.calibration_reader import before_start

if TYPE_CHECKING:
    from sim.results.estimates import Floats, Index
    from sim.study.config import Study

TOTAL_TOLERANCE = 0.03
"""How far a total may lie from its count, as a share of it (standard deviation)."""
SHARE_TOLERANCE = 0.1
"""The same for a share of a total: what the model cannot be expected to do better (an assumption)."""
DISPERSION = 2.4
"""Variance over mean of children who start or leave in a year, as siblings go together: 2.4 for the starts
of Bury in 2018 to 2023."""
LEVEL_TOLERANCE = 0.04
"""How far starts of the last year may lie from the first's with no change (standard deviation): a world
that no service changes is taken to be level (an assumption; the counts to 2023 fell)."""
TRIAL_TOLERANCE = 0.04
"""Standard deviation allowed for a share of the children in the conference trial: some 2 points of chance in
its control arm, and that its authorities are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One figure to meet."""

    name: str
    """What it is, in words."""
    counted: float
    """What was counted, or published."""
    tolerance: float
    """Standard deviation of how far a right model's figure may lie from it."""
    measure: str = ""
    """Measure of a trial that it is read from; empty for the conference trial."""
    groups: tuple[str, ...] = ("all",)
    """Groups of the measure that add up to it."""
    share: bool = False
    """Whether it is a share of the measure's total."""
    trend: bool = False
    """Whether it is the last year's over the first's."""

    def simulated(self, index: Index, vector: Floats) -> float:
        """The figure in one trial of no change: the average of its years, or of its last days of March."""
        if self.trend:
            years = index.periods(self.measure)
            first, last = (vector[index.position(self.measure, year)] for year in (years[0], years[-1]))
            return float(last / max(first, 1.0))
        total = average(index, vector, self.measure, self.groups)
        if not self.share:
            return total
        return total / max(average(index, vector, *TOTALS[self.measure]), 1e-9)


TOTALS = {
    "entries": ("entries", ("all",)),
    "exits": ("exits", ("all",)),
    "exits by age": ("exits", ("all",)),
    "children looked after": ("children looked after", ("all",)),
}
"""The total that a measure's shares are taken of."""


def average(index: Index, vector: Floats, measure: str, groups: tuple[str, ...]) -> float:
    """The average over years of a flow, or over the last days of March of a state."""
    periods = index.periods(measure)
    if "/" not in periods[0]:
        periods = tuple(period for period in periods if period[5:7] == "03")
    found = sum(vector[index.position(measure, period, group)] for period in periods for group in groups)
    return float(found / len(periods))


def targets_of(study: Study) -> tuple[Target, ...]:
    """The targets that a study's observed series allow. InputError if there are none."""
    found: list[Target] = []
    for name, series, measure in (
        ("starts", "entries", "entries"),
        ("ended", "exits", "exits"),
        ("looked after", "children looked after", "children looked after"),
        ("plans started", "plans started", "plans started"),
        ("plans open", "plans open", "plans open"),
    ):
        counts = list(before(study, series).values())
        if counts:
            mean = float(np.mean(counts))
            found.append(Target(name=name, counted=mean, tolerance=TOTAL_TOLERANCE * mean, measure=measure))
    if any(one.name == "starts" for one in found) and len(study.clock.years) > 1:
        name = "starts, last year over first"
        found.append(Target(name=name, counted=1.0, tolerance=LEVEL_TOLERANCE, measure="entries", trend=True))
    applications = care_applications(study)
    if applications:
        mean = float(np.mean(applications))
        spread = np.hypot(SHARE_TOLERANCE * mean, np.sqrt(DISPERSION * mean / len(applications)))
        found.append(
            Target(
                name="care applications",
                counted=mean,
                tolerance=float(spread),
                measure="care applications",
            )
        )
    found += composition(study)
    if not found:
        raise InputError.of("this study has no observed series from before its start to calibrate to")
    return (*found, *TRIAL)


def composition(study: Study) -> list[Target]:
    """Targets for the mix of starts, endings and children looked after."""
    routes = tuple(f"{band}|court" for band in BANDS)
    wanted: list[tuple[str, str, str, str, str, tuple[str, ...]]] = [
        (f"starts aged {age}", "entries by age", age, "entries", "entries", by_route(age)) for age in AGES
    ]
    wanted.append(
        ("starts led by court", "entries by legal status", "interim care order", "entries", "entries", routes)
    )
    wanted += [
        (f"ended: {kind}", "exits by kind", kind, "exits", "exits", (kind,))
        for kind in ("returned home", "special guardianship", "adopted", "age 18")
    ]
    wanted += [
        (f"ended aged {age}", "exits by age", age, "exits", "exits by age", bands_of(age))
        for age in ("1-4", "5-9", "10-15")
    ]
    wanted += [
        (
            f"looked after aged {age}",
            "children looked after by age",
            age,
            "children looked after",
            "children looked after",
            bands_of(age),
        )
        for age in AGES
    ]
    found = []
    for name, series, label, whole, measure, groups in wanted:
        parts, totals = before(study, series, label), before(study, whole)
        both = [period for period in parts if period in totals]
        if not both:
            continue
        n = sum(totals[period] for period in both)
        share = sum(parts[period] for period in both) / n
        # Children looked after in one March are mostly those of the next: one year's worth of counting.
        n, dispersion = (n, DISPERSION) if measure != whole or "/" in both[0] else (n / len(both), 1.0)
        spread = np.hypot(SHARE_TOLERANCE * share, np.sqrt(dispersion * share * (1 - share) / n))
        found.append(
            Target(
                name=name,
                counted=float(share),
                tolerance=float(spread),
                measure=measure,
                groups=groups,
                share=True,
            )
        )
    return found


def by_route(age: str) -> tuple[str, ...]:
    """Groups of entries of a broad age."""
    return tuple(f"{band}|{route}" for band in bands_of(age) for route in ROUTE_NAMES)


def before(study: Study, series: str, label: str = "") -> dict[str, float]:
    """The observed values of a series up to the day the study starts, by period."""
    points = study.observed.get(series)
    found: dict[str, float] = {}
    for key, value in points.items() if points is not None else ():
        period, _, kind = key.partition("|")
        if kind == label and before_start(period, study.clock.start.isoformat()):
            found[period] = value
    return found


def care_applications(study: Study) -> list[float]:
    """Care applications a year: the published rate times the children who live there."""
    children = study.observed.get("children aged 0 to 17")
    if children is None or not len(children):
        return []
    population = next(iter(children.points.values()))
    rates = before(study, "care applications per 10,000 children")
    return [rate * population / 10_000 for rate in rates.values()]


TRIAL = (
    Target(name="conference trial, control arm: in care", counted=0.448, tolerance=TRIAL_TOLERANCE),
    Target(name="conference trial, control arm: proceedings", counted=0.717, tolerance=TRIAL_TOLERANCE),
)
"""Taylor and others 2024: of the children at pre-proceedings without a conference 44.8% were in care after
twelve months, and proceedings were issued for 71.7%."""
