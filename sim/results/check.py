"""Does no change look like the authority? What is simulated beside what was counted before the start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.terms import ROUTE_NAMES
from sim.results.estimates import NO_CHANGE, estimate, tidy

if TYPE_CHECKING:
    from sim.results.estimates import Floats, Results
    from sim.study.config import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One figure that is both counted and simulated."""

    title: str
    series: str
    """Observed series of the study."""
    label: str
    """What follows the date or year in the series' labels; empty for a series of single numbers."""
    measure: str
    groups: tuple[str, ...]
    """Groups of the measure that add up to the figure."""


def _bands(label: str) -> tuple[str, ...]:
    return ("10-12", "13-15") if label == "10-15" else (label,)


AGES = ("under 1", "1-4", "5-9", "10-15", "16-17")

COMPARISONS = (
    Comparison(
        title="Children looked after at 31 March",
        series="children looked after",
        label="",
        measure="children looked after",
        groups=("all",),
    ),
    *(
        Comparison(
            title=f"… aged {age}",
            series="children looked after by age",
            label=age,
            measure="children looked after",
            groups=_bands(age),
        )
        for age in AGES
    ),
    *(
        Comparison(
            title=f"… {where}",
            series="children looked after by placement",
            label=where,
            measure="placed",
            groups=groups,
        )
        for where, groups in (
            ("fostered", ("own foster", "agency foster", "kinship")),
            ("children's home", ("children's home",)),
            ("supported accommodation", ("supported accommodation",)),
            ("with parents", ("with parents",)),
        )
    ),
    Comparison(title="Starts in the year", series="entries", label="", measure="entries", groups=("all",)),
    *(
        Comparison(
            title=f"… aged {age}",
            series="entries by age",
            label=age,
            measure="entries",
            groups=tuple(f"{band}|{route}" for band in _bands(age) for route in ROUTE_NAMES),
        )
        for age in AGES
    ),
    Comparison(title="Ended in the year", series="exits", label="", measure="exits", groups=("all",)),
    *(
        Comparison(title=f"… {kind}", series="exits by kind", label=kind, measure="exits", groups=(kind,))
        for kind in ("returned home", "special guardianship", "adopted", "age 18")
    ),
    *(
        Comparison(
            title=f"… aged {age}",
            series="exits by age",
            label=age,
            measure="exits by age",
            groups=_bands(age),
        )
        for age in ("1-4", "5-9", "10-15")
    ),
    Comparison(
        title="Child protection plans started in the year",
        series="plans started",
        label="",
        measure="plans started",
        groups=("all",),
    ),
    Comparison(
        title="Child protection plans open at 31 March",
        series="plans open",
        label="",
        measure="plans open",
        groups=("all",),
    ),
)
"""What can be compared; a study that observes less yields fewer rows."""


def check(study: Study, results: Results) -> list[dict[str, Any]]:
    """Rows of title, what was counted before the start (lowest, average, highest, years) and the simulated
    average of the years of no change, with its range over futures."""
    rows = []
    for one in COMPARISONS:
        counted = observed_before(study, one)
        if not counted:
            continue
        rows.append(
            {
                "title": one.title,
                "counted": {
                    "lowest": min(counted),
                    "average": tidy(float(np.mean(counted))),
                    "highest": max(counted),
                    "years": len(counted),
                },
                "simulated": estimate(simulated(results, one)).as_dict(),
            }
        )
    return rows


def observed_before(study: Study, one: Comparison) -> list[float]:
    """The observed values up to the day the study starts."""
    series = study.observed.get(one.series)
    found = []
    for key in series or ():
        period, _, label = key.partition("|")
        # A financial year ends on 31 March; what ended by the start may be compared.
        ended = f"{int(period[:4]) + 1}-03-31" if "/" in period else period
        if label == one.label and ended < study.clock.start.isoformat():
            found.append(float(series[key]))  # type: ignore[index]
    return found


def simulated(results: Results, one: Comparison) -> Floats:
    """[draws, runs] the yearly average with no change: of flows over the years, of states at 31 March."""
    periods = results.index.periods(one.measure)
    if "/" not in periods[0]:
        periods = tuple(period for period in periods if period[5:7] == "03")
    total = [
        np.sum([results.series(NO_CHANGE, one.measure, period, group) for group in one.groups], axis=0)
        for period in periods
    ]
    return np.asarray(np.mean(total, axis=0))
