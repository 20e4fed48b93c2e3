"""Does no change look like the authority? What is simulated beside what was counted before the start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.terms import ROUTE_NAMES
from sim.results.estimates import NO_CHANGE, estimate, tidy
from sim.results.measure_counted import PLAN_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    also: tuple[tuple[str, str], ...] = ()
    """Other measures, with their groups, that are added."""
    times: float = 1.0
    """What a simulated count is multiplied by, where it is of families and the published one of children."""
    of: tuple[tuple[str, str], ...] = ()
    """For a percentage: measures and groups that add up to the whole."""
    chance: str = "count"
    """What chance alone does to it: "count" (things that happen), "stock" (children who are there) or
    "share" (of ``whole`` things)."""
    whole: str = ""
    """For a percentage: observed series of what it is a share of; empty if that is not published."""
    month: str = "03"
    """For what is counted on a day: the month at whose end it is."""
    years_back: int = 0
    """Years up to that day which must have been simulated for it to be known."""
    over_year: bool = False
    """Whether it is the average of the twelve month ends up to that day."""

    @property
    def name(self) -> str:
        """Series and label, as one name."""
        return f"{self.series}, {self.label}" if self.label else self.series


def bands_of(label: str) -> tuple[str, ...]:
    """The model's age bands that a published one is made of."""
    return ("10-12", "13-15") if label == "10-15" else (label,)


AGES = ("under 1", "1-4", "5-9", "10-15", "16-17")
ALL_BANDS = ("under 1", "1-4", "5-9", "10-12", "13-15", "16-17")
ROUTES_OF_STATUS = {
    "interim care order": ("court",),
    "voluntary agreement": ("breakdown", "unaccompanied"),
    "all others": ("no warning", "special guardianship breakdown"),
}
"""Routes of the model that are read as a legal status at the start: court-led entry as an interim care order;
a breakdown, and children who come alone, as accommodation by agreement; what nobody saw coming as the rest
(police protection, emergency orders, remand). No source joins the two; the third is the weakest."""
TAKEN = ("court", "no warning")
"""Routes that are read as an order of a court or police protection at the start, by the same reading."""
CHILDREN_A_FAMILY = 1.65
"""Children to each family referred: published referrals are of children, the model's of families. As in
``demand.families_referred``: 8,416 children in 5,115 families in care proceedings, England, 2025."""
SOCIAL_WORKERS = "family safeguarding|social worker"
EMPLOYED = (("posts permanent", SOCIAL_WORKERS), ("posts induction", SOCIAL_WORKERS))


def _entries(routes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{band}|{route}" for band in ALL_BANDS for route in routes)


COMPARISONS = (
    Comparison(
        title="Children looked after at 31 March",
        series="children looked after",
        label="",
        measure="children looked after",
        groups=("all",),
        chance="stock",
    ),
    *(
        Comparison(
            title=f"… aged {age}",
            series="children looked after by age",
            label=age,
            measure="children looked after",
            groups=bands_of(age),
            chance="stock",
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
            chance="stock",
        )
        for where, groups in (
            ("fostered", ("own foster", "agency foster", "kinship")),
            ("children's home", ("children's home",)),
            ("supported accommodation", ("supported accommodation",)),
            ("with parents", ("with parents",)),
        )
    ),
    Comparison(
        title="… unaccompanied",
        series="unaccompanied children looked after",
        label="",
        measure="children looked after",
        groups=("unaccompanied",),
        chance="stock",
    ),
    Comparison(
        title="… with three or more placements in the year, %",
        series="three or more placements",
        label="",
        measure="three or more placements",
        groups=("all",),
        of=(("children looked after", "all"),),
        chance="share",
        whole="children looked after",
        years_back=1,
    ),
    Comparison(
        title="… in one placement for two years, % of long stays under 16",
        series="long-term stability",
        label="",
        measure="long in care",
        groups=("settled",),
        of=(("long in care", "all"),),
        chance="share",
        years_back=2,
    ),
    Comparison(title="Starts in the year", series="entries", label="", measure="entries", groups=("all",)),
    *(
        Comparison(
            title=f"… aged {age}",
            series="entries by age",
            label=age,
            measure="entries",
            groups=tuple(f"{band}|{route}" for band in bands_of(age) for route in ROUTE_NAMES),
        )
        for age in AGES
    ),
    *(
        Comparison(
            title=f"… by {status}" if status != "all others" else "… by any other status",
            series="entries by legal status",
            label=status,
            measure="entries",
            groups=_entries(routes),
        )
        for status, routes in ROUTES_OF_STATUS.items()
    ),
    Comparison(
        title="… through a court or the police",
        series="entries through a court or the police",
        label="",
        measure="entries",
        groups=_entries(TAKEN),
    ),
    Comparison(
        title="… unaccompanied",
        series="unaccompanied entries",
        label="",
        measure="entries",
        groups=_entries(("unaccompanied",)),
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
            groups=bands_of(age),
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
        chance="stock",
    ),
    Comparison(
        title="… second or later plans, % of those started",
        series="plans repeated",
        label="",
        measure="plans repeated",
        groups=("all",),
        of=(("plans started", "all"),),
        chance="share",
        whole="plans started",
    ),
    *(
        Comparison(
            title=f"… open, {length}",
            series="plans open by duration",
            label=length,
            measure="plans open by length",
            groups=(length,),
            chance="stock",
        )
        for length in PLAN_LENGTHS
    ),
    Comparison(
        title="… open for three months or more",
        series="plans open for three months",
        label="",
        measure="plans open by length",
        groups=PLAN_LENGTHS[1:],
        chance="stock",
    ),
    Comparison(
        title="… that had lasted two years, % of those ended",
        series="plans that lasted two years",
        label="",
        measure="plans ended",
        groups=PLAN_LENGTHS[-1:],
        of=(("plans ended", "all"),),
        chance="share",
        # Ends are not published: about as many as begin.
        whole="plans started",
    ),
    Comparison(
        title="Referrals in the year",
        series="referrals",
        label="",
        measure="referrals",
        groups=("all",),
        times=CHILDREN_A_FAMILY,
    ),
    Comparison(
        title="… within a year of another, %",
        series="re-referrals",
        label="",
        measure="referrals again",
        groups=("all",),
        of=(("referrals", "all"),),
        chance="share",
        whole="referrals",
    ),
    Comparison(
        title="Care applications in the year",
        series="care applications",
        label="",
        measure="care applications",
        groups=("all",),
    ),
    Comparison(
        title="Social worker posts vacant in September, %",
        series="social worker vacancies",
        label="",
        measure="posts agency",
        groups=(SOCIAL_WORKERS,),
        also=(("posts vacant", SOCIAL_WORKERS),),
        of=(("posts funded", SOCIAL_WORKERS),),
        chance="share",
        whole="social worker posts",
        month="09",
    ),
    Comparison(
        title="Agency staff among social workers in September, %",
        series="agency social workers",
        label="",
        measure="posts agency",
        groups=(SOCIAL_WORKERS,),
        of=tuple((f"posts {state}", SOCIAL_WORKERS) for state in ("permanent", "induction", "agency")),
        chance="share",
        whole="social worker posts",
        month="09",
    ),
    Comparison(
        title="Social workers who left in the year to September, % of those in post",
        series="social worker turnover",
        label="",
        measure="posts left in the year",
        groups=(SOCIAL_WORKERS,),
        of=EMPLOYED,
        chance="share",
        whole="social workers",
        month="09",
        years_back=1,
    ),
    Comparison(
        title="Working days that social workers were absent in the year to September, %",
        series="social worker absence",
        label="",
        measure="posts absent",
        groups=(SOCIAL_WORKERS,),
        of=EMPLOYED,
        chance="share",
        whole="social workers",
        month="09",
        years_back=1,
        over_year=True,
    ),
)
"""What can be compared; a study that observes less yields fewer rows."""


def check(study: Study, results: Results) -> list[dict[str, Any]]:
    """Rows of title, what was counted before the start (lowest, average, highest, years) and the simulated
    average of the years of no change, with its range over futures."""
    rows = []
    for one in comparable(study, results):
        counted = observed_before(study, one)
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


def comparable(study: Study, results: Results) -> list[Comparison]:
    """What was counted before the start and is simulated for at least one period."""
    return [one for one in COMPARISONS if observed_before(study, one) and simulated_periods(results, one)]


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


def simulated_periods(results: Results, one: Comparison) -> list[str]:
    """The years or days for which a comparison is simulated: of states, month ends of its own month."""
    return [
        period
        for period in results.index.periods(one.measure)
        if "/" in period or (period[5:7] == one.month and is_known(results, one, period))
    ]


def is_known(results: Results, one: Comparison, period: str) -> bool:
    """Whether all that a figure of a day is read off lies after the start."""
    if "/" in period or not one.years_back:
        return True
    eve = results.study.clock.start - dt.timedelta(days=1)
    return f"{int(period[:4]) - one.years_back}{period[4:]}" >= eve.isoformat()


def simulated(results: Results, one: Comparison) -> Floats:
    """[draws, runs] the yearly average with no change: of flows over the years, of states at 31 March, or in
    September for social workers."""
    periods = simulated_periods(results, one)
    return np.asarray(np.mean([simulated_at(results, one, period) for period in periods], axis=0))


def simulated_at(results: Results, one: Comparison, period: str, scenario: str = NO_CHANGE) -> Floats:
    """[draws, runs] the figure in one period of a scenario."""
    ends = [period]
    if one.over_year:
        months = results.index.periods(one.measure)
        last = months.index(period)
        ends = list(months[last - MONTHS_A_YEAR + 1 : last + 1])

    def total(parts: Iterable[tuple[str, str]]) -> Floats:
        found = [results.series(scenario, name, end, group) for name, group in parts for end in ends]
        return np.asarray(np.sum(found, axis=0))

    found = total((*((one.measure, group) for group in one.groups), *one.also))
    if not one.of:
        return one.times * found
    whole = total(one.of)
    return np.divide(100.0 * found, whole, out=np.zeros_like(whole), where=whole > 0)


MONTHS_A_YEAR = 12
