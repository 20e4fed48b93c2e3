"""What a calibration aims at: counts before the start, and how near a simulated world should come to each.

Totals come from all years that are counted, composition from shares of the same series, so that no count
weighs twice. How far the *level* of an authority's flows is unsure is `uncertainty.entry_level` and
`uncertainty.exit_level`: those were set on forecasts whose rates were estimated from three years, so the
error of estimating is in them already, and a total is met closely here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.errors import InputError
from sim.model.terms import BANDS, ROUTE_NAMES
from sim.results.check import AGES, CHILDREN_A_FAMILY, COMPARISONS, bands_of
from sim.study.calibration_reader import applications_before, before_start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
CASES_TOLERANCE = 0.08
"""The same for families open at a level, last month over first: they are fewer."""
NEEDS_TOLERANCE = 0.25
"""How far children in need for so long may lie from their count, as a share of it: the statistics count in
need whoever is in care, leaves it or is disabled too."""
ELSEWHERE_TOLERANCE = 0.15
"""How far a figure may lie from that of other places, as a share of it (an assumption)."""
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
    """Whether it is the last period's over the first's."""
    last: bool = False
    """Whether only the last year shows it, for want of a history before the first day."""
    shape: str = ""
    """Name among the figures of ``sim.results.shapes.early`` that it is, instead of a measure."""
    per_cent: bool = False
    """Whether it is shown in per cent, though it is no share of a total."""
    times: float = 1.0
    """What the simulated figure is multiplied by to be what was counted."""

    def simulated(self, index: Index, vector: Floats, shapes: Mapping[str, float]) -> float:
        """The figure in one trial of no change: the average of its years, or of its last days of March.
        Where nothing happened that it could be read off, it is what was counted."""
        if self.shape:
            found = self.times * shapes[self.shape]
            return self.counted if isnan(found) else found
        if self.trend:
            periods = index.periods(self.measure)
            ends = (
                vector[index.position(self.measure, at, self.groups[0])] for at in (periods[0], periods[-1])
            )
            first, last = ends
            return float(last / max(first, 1.0))
        total = average(index, vector, self.measure, self.groups, self.last)
        if self.share:
            total /= max(average(index, vector, *TOTALS[self.measure], self.last), 1e-9)
        return self.times * total


TOTALS = {
    "entries": ("entries", ("all",)),
    "exits": ("exits", ("all",)),
    "exits by age": ("exits", ("all",)),
    "children looked after": ("children looked after", ("all",)),
    "placed": ("children looked after", ("all",)),
    "referrals again": ("referrals", ("all",)),
    "plans repeated": ("plans started", ("all",)),
    "plans open by length": ("plans open", ("all",)),
    "plans ended": ("plans ended", ("all",)),
    "three or more placements": ("children looked after", ("all",)),
}
"""The total that a measure's shares are taken of."""


def average(index: Index, vector: Floats, measure: str, groups: tuple[str, ...], last: bool = False) -> float:
    """The average over years of a flow, or over the last days of March of a state; or the last of them."""
    periods = index.periods(measure)
    if "/" not in periods[0]:
        periods = tuple(period for period in periods if period[5:7] == "03")
    periods = periods[-1:] if last else periods
    found = sum(vector[index.position(measure, period, group)] for period in periods for group in groups)
    return float(found / len(periods))


def targets_of(study: Study) -> tuple[Target, ...]:
    """The targets that a study's observed series allow. InputError if there are none."""
    found = [*totals(study), *composition(study), *percentages(study), *needs(study), *elsewhere(study)]
    if not found:
        raise InputError.of("this study has no observed series from before its start to calibrate to")
    return (*found, *levels(study), *TRIAL)


def totals(study: Study) -> list[Target]:
    """Yearly totals, and children who are there at 31 March."""
    found = []
    for name, series, times in (
        ("starts", "entries", 1.0),
        ("ended", "exits", 1.0),
        ("looked after", "children looked after", 1.0),
        ("plans started", "plans started", 1.0),
        ("plans open", "plans open", 1.0),
        ("referrals", "referrals", CHILDREN_A_FAMILY),
    ):
        counts = list(before(study, series).values())
        if counts:
            mean = float(np.mean(counts))
            tolerance = TOTAL_TOLERANCE * mean
            found.append(Target(name=name, counted=mean, tolerance=tolerance, measure=series, times=times))
    counts = list(applications_before(study.observed, study.clock.start.isoformat()).values())
    if counts:
        mean = float(np.mean(counts))
        spread = float(np.hypot(SHARE_TOLERANCE * mean, np.sqrt(DISPERSION * mean / len(counts))))
        found.append(
            Target(name="care applications", counted=mean, tolerance=spread, measure="care applications")
        )
    return found


def levels(study: Study) -> list[Target]:
    """What is taken to be level with no change, and the caseload to be the usual one: assumptions."""
    if len(study.clock.years) < 2:
        return []
    found = [
        Target(
            name=f"{name}, last year over first",
            counted=1.0,
            tolerance=LEVEL_TOLERANCE,
            measure=measure,
            trend=True,
        )
        for name, measure in (("starts", "entries"), ("referrals", "referrals"))
    ]
    found += [
        Target(
            name=f"open at {level}, last month over first",
            counted=1.0,
            tolerance=CASES_TOLERANCE,
            measure="families open",
            groups=(level,),
            trend=True,
        )
        for level in ("early help", "child in need")
    ]
    usual = Target(
        name="caseload over the usual one",
        counted=1.0,
        tolerance=TOTAL_TOLERANCE,
        measure="caseload",
        per_cent=True,
    )
    return [*found, usual]


def percentages(study: Study) -> list[Target]:
    """Shares that are published as per cent a year, and plans that are young."""
    found = []
    for name, series, measure, groups, last in (
        ("referrals within a year of another", "re-referrals", "referrals again", ("all",), True),
        ("plans that are second or later ones", "plans repeated", "plans repeated", ("all",), False),
        (
            "plans ended after two years",
            "plans that lasted two years",
            "plans ended",
            ("2 years or more",),
            True,
        ),
        (
            "three or more placements in a year",
            "three or more placements",
            "three or more placements",
            ("all",),
            False,
        ),
    ):
        counts = [value / 100 for value in before(study, series).values()]
        if counts:
            found.append(yearly_share(name, counts, measure, groups, last))
    old, every = before(study, "plans open for three months"), before(study, "plans open")
    young = [1 - old[day] / every[day] for day in old if day in every]
    if young:
        name, groups = "plans open for less than three months", ("up to 3 months",)
        found.append(yearly_share(name, young, "plans open by length", groups, last=False))
    return found


def yearly_share(
    name: str, counts: Sequence[float], measure: str, groups: tuple[str, ...], last: bool
) -> Target:
    """A share that was published for some years: how they vary says how well its mean is known."""
    share = float(np.mean(counts))
    among = (
        float(np.std(counts, ddof=1)) / np.sqrt(len(counts)) if len(counts) > 1 else SHARE_TOLERANCE * share
    )
    spread = float(np.hypot(SHARE_TOLERANCE * share, among))
    return Target(
        name=name, counted=share, tolerance=spread, measure=measure, groups=groups, share=True, last=last
    )


def needs(study: Study) -> list[Target]:
    """Children a year by how long they had been in need. Those in need for weeks are left out, as recording
    decides how many of them are counted; so are those of two years or more, most of whom are in care or have
    left it, whom the statistics count as in need and the model does not."""
    ended = list(before(study, "needs ended").values())
    found = []
    for label, month, over in (("3 to 6 months", 3, 6), ("6 to 12 months", 6, 12), ("1 to 2 years", 12, 24)):
        shares = list(before(study, "needs ended by duration", label).values())
        # What began on the last day of the first year must be seen to its end.
        if ended and shares and study.clock.horizon >= TICKS_PER_YEAR * (1 + over / 12):
            counted = float(np.mean(ended) * np.mean(shares) / 100)
            tolerance = NEEDS_TOLERANCE * counted
            shape = f"need|{month}"
            found.append(
                Target(name=f"in need for {label}", counted=counted, tolerance=tolerance, shape=shape)
            )
    return found


def elsewhere(study: Study) -> list[Target]:
    """Figures of other places, for what the authority publishes nothing about."""
    found = []
    for name, series, label, shape, times in ELSEWHERE:
        points = study.observed.get(series)
        if points is None or label not in points:
            continue
        counted = times * float(points[label])
        tolerance, per_cent = ELSEWHERE_TOLERANCE * counted, times != 1.0
        found.append(
            Target(
                name=name, counted=counted, tolerance=tolerance, shape=shape, times=times, per_cent=per_cent
            )
        )
    return found


ELSEWHERE = (
    (
        "starts by court under 1, newborn",
        "newborns in care proceedings in England",
        "issued within a week of birth",
        "newborns",
        0.01,
    ),
    (
        "back in care within 3 months",
        "returns home that failed in England",
        "within 3 months",
        "back within 3 months",
        0.01,
    ),
    (
        "back in care within 1 year",
        "returns home that failed in England",
        "within 1 year",
        "back within 1 year",
        0.01,
    ),
    (
        "children to a family at court",
        "children in a family elsewhere",
        "conference trial",
        "children to a family at court",
        1.0,
    ),
)
"""Name, observed series, label, shape, and what one makes of the other."""


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
    wanted += [
        (
            f"looked after: {one.label}",
            one.series,
            one.label,
            "children looked after",
            one.measure,
            one.groups,
        )
        for one in COMPARISONS
        if one.series == "children looked after by placement"
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


TRIAL = (
    Target(name="conference trial, control arm: in care", counted=0.448, tolerance=TRIAL_TOLERANCE),
    Target(name="conference trial, control arm: proceedings", counted=0.717, tolerance=TRIAL_TOLERANCE),
)
"""Taylor and others 2024: of the children at pre-proceedings without a conference 44.8% were in care after
twelve months, and proceedings were issued for 71.7%."""
