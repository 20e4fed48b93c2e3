"""No change beside the years before the start, row by row; shapes beside what is published of them; and what
anybody who knows the work would check first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.clock import DAYS_PER_YEAR, TICKS_PER_DAY
from sim.results.check import AGES, COMPARISONS, bands_of, comparable, observed_before, simulated
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, tidy
from sim.results.measure_counted import MONTH_NAMES
from sim.results.outside import counted_at_start, falls

if TYPE_CHECKING:
    from sim.results.estimates import Floats, Results
    from sim.study.config import Study

Part = dict[str, Any]
WEEKS = DAYS_PER_YEAR / 7
HALF, MOST, FEW = 50.0, 75.0, 10.0
"""What "most", "nearly all" and "few" are taken to mean in a statement, in per cent."""


def row(title: str, counted: float, futures: Floats, note: str = "") -> Part:
    """What was counted beside the simulated middle and nine in ten; the miss is the middle above what was
    counted."""
    low, middle, high = (float(one) for one in np.nanpercentile(futures, [5, 50, 95]))
    return {
        "title": title,
        "counted": tidy(counted),
        "low": tidy(low),
        "middle": tidy(middle),
        "high": tidy(high),
        "inside": bool(low <= counted <= high),
        "miss": tidy(middle - counted),
        "note": note,
    }


def reproduced(study: Study, results: Results) -> list[Part]:
    """Every comparison, as the average of the years before the start against that of the years simulated, and
    what follows from several of them."""
    rows = []
    for one in comparable(study, results):
        counted = observed_before(study, one)
        years = f"{len(counted)} years, {min(counted):g} to {max(counted):g}"
        rows.append(row(one.title, float(np.mean(counted)), simulated(results, one), years))
    return [*rows, *derived(study, results)]


def derived(study: Study, results: Results) -> list[Part]:
    """Chances of leaving care by age, mean stays and mean plans: one series over another."""
    found = []
    by_name = {one.name: one for one in COMPARISONS}

    def ratio(title: str, top: str, bottom: str, times: float, age: str = "") -> None:
        a, b = by_name[top], by_name[bottom]
        over, under = observed_before(study, a), observed_before(study, b)
        years = min(len(over), len(under))
        if not years:
            return
        counted = times * float(np.mean(over[-years:])) / float(np.mean(under[-years:]))
        below = mean_stock(results, age) if age else simulated(results, b)
        futures = times * simulated(results, a) / np.maximum(below, 1e-9)
        found.append(row(title, counted, futures, f"{years} years"))

    for age in AGES[1:4]:
        ratio(
            f"Children aged {age} who leave care in a year, of each in care",
            f"exits by age, {age}",
            f"children looked after by age, {age}",
            1.0,
            age,
        )
    ratio("Mean stay in care, years (children over starts)", LOOKED_AFTER, "entries", 1.0)
    ratio("Mean plan, weeks (plans open over plans started)", "plans open", "plans started", WEEKS)
    return found


STARTS, STARTS_TITLE = "entries", "Starts in the year"
BY_YEAR = (
    ("Children looked after at 31 March", LOOKED_AFTER),
    (STARTS_TITLE, STARTS),
    ("… of them, of children who had been in care before", "re-entries"),
    ("Ended in the year", "exits"),
)
"""What is shown year by year: titles, and names of measures, which observed series bear too."""
WHOLE_YEAR = 365 * TICKS_PER_DAY


def by_year(study: Study, results: Results) -> Part:
    """No change in each whole year, beside the mean of the years before the start: a mean would hide a trend.
    ``starts_rise`` is how far the middle of the last year's starts lies above the first's, in per cent; None
    where there is one year or no start."""
    years = [year.label for year in study.clock.years if year.end - year.start >= WHOLE_YEAR]
    rows: list[Part] = []
    for title, measure in BY_YEAR:
        each = [f"{int(year[:4]) + 1}-03-31" for year in years] if measure == LOOKED_AFTER else years
        counted = published(study, measure, "")
        rows.append(
            {
                "title": title,
                "counted": tidy(float(np.mean(counted))) if counted else None,
                "counted_years": len(counted),
                "years": [_nine_in_ten(results.series(NO_CHANGE, measure, period)) for period in each],
            }
        )
    starts = [one["middle"] for row in rows if row["title"] == STARTS_TITLE for one in row["years"]]
    rise = tidy(100.0 * (starts[-1] / starts[0] - 1.0)) if len(starts) > 1 and starts[0] else None
    return {"years": years, "rows": rows, "starts_rise": rise}


def _nine_in_ten(futures: Floats) -> Part:
    low, middle, high = (tidy(float(one)) for one in np.percentile(futures, [5, 50, 95]))
    return {"low": low, "middle": middle, "high": high}


def mean_stock(results: Results, age: str) -> Floats:
    """[draws, runs] children of an age in care, on average over the month ends."""
    ends = results.index.periods(LOOKED_AFTER)
    parts = [
        np.sum([results.series(NO_CHANGE, LOOKED_AFTER, end, band) for band in bands_of(age)], axis=0)
        for end in ends
    ]
    return np.asarray(np.mean(parts, axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A figure of shape that is published somewhere."""

    title: str
    name: str
    """Its name among ``sim.results.shapes.shapes``."""
    series: str
    """Observed series of the study."""
    label: str
    """Its label there; of the years before the start, where the labels begin with a year."""


SHAPES = (
    Shape(
        title="Stays that ended, under 2 weeks, % (England 2013)",
        name="stay under 2 weeks",
        series="durations of care in England",
        label="under 2 weeks",
    ),
    Shape(
        title="Stays that ended, under 1 year, % (England 2013)",
        name="stay under 1 year",
        series="durations of care in England",
        label="under 1 year",
    ),
    Shape(
        title="Stays that ended, 5 to 10 years, % (England 2013)",
        name="stay 5 to 10 years",
        series="durations of care in England",
        label="5 to 10 years",
    ),
    *(
        Shape(
            title=f"Returned home and back in care {time}, % (England)",
            name=f"back {time}",
            series="returns home that failed in England",
            label=time,
        )
        for time in ("within 3 months", "within 1 year", "within 6 years")
    ),
    *(
        Shape(
            title=f"Plans that ended, {words}, % (North West 2024/25)",
            name=f"plan|{month}",
            series="plans ended by duration in the North West",
            label=words,
        )
        for month, words in MONTH_NAMES.items()
    ),
    *(
        Shape(
            title=f"Needs that ended, {words.replace('up to', 'under')}, % (to the start)",
            name=f"need|{month}",
            series="needs ended by duration",
            label=words.replace("up to", "under"),
        )
        for month, words in MONTH_NAMES.items()
    ),
    *(
        Shape(
            title=f"In care with a brother or sister in care, % ({county})",
            name="in care with a sibling",
            series="siblings in care elsewhere",
            label=county,
        )
        for county in ("Devon", "Lincolnshire")
    ),
    *(
        Shape(
            title=f"Children to a family at court ({place})",
            name="children to a family at court",
            series="children in a family elsewhere",
            label=place,
        )
        for place in ("care proceedings in England", "conference trial")
    ),
    Shape(
        title="Three or more placements in the year, % (to the start)",
        name="three or more placements",
        series="three or more placements",
        label="",
    ),
    Shape(
        title="In one placement for two years, of long stays under 16, % (to the start)",
        name="long-term stability",
        series="long-term stability",
        label="",
    ),
)
"""Figures of shape that something is published about."""
SPREAD = "variance of yearly starts over their mean"


def shape_rows(study: Study, found: Mapping[str, Floats]) -> list[Part]:
    """Shapes of the long runs beside what is published; a study that observes less yields fewer rows."""
    rows = []
    for one in SHAPES:
        counted = published(study, one.series, one.label)
        if counted:
            rows.append(row(one.title, float(np.mean(counted)), found[one.name]))
    starts = published(study, "entries", "")
    if len(starts) > 2:
        spread = float(np.var(starts, ddof=1) / np.mean(starts))
        note = f"{len(starts)} years to the start; simulated: 8 years in a row"
        rows.append(row("Variance of yearly starts over their mean", spread, found[SPREAD], note))
    return rows


def published(study: Study, series: str, label: str) -> list[float]:
    """Values with a label: all of a series that is not dated, those before the start of one that is."""
    one = study.observed.get(series)
    if one is None:
        return []
    if label in one:
        return [float(one[label])]
    start, found = study.clock.start.isoformat(), []
    for key in sorted(one):
        period, _, rest = key.partition("|")
        if rest == label and period[:4].isdecimal():
            ended = f"{int(period[:4]) + 1}-03-31" if "/" in period else period
            found += [float(one[key])] if ended < start else []
    return found


def face(results: Results, shapes: Mapping[str, Floats], scenario: str) -> list[Part]:
    """Statements that somebody who knows the work would check, with what was found and whether they hold.
    ``scenario`` is one in which services are open."""
    years = results.index.periods("entries")

    def entered(bands: tuple[str, ...], routes: tuple[str, ...], name: str = NO_CHANGE) -> float:
        groups = [f"{band}|{route}" for band in bands for route in routes]
        return float(sum(results.series(name, "entries", y, g).mean() for y in years for g in groups))

    routes = tuple(dict.fromkeys(g.split("|")[1] for g in results.index.groups("entries") if "|" in g))
    bands = tuple(dict.fromkeys(g.split("|")[0] for g in results.index.groups("entries") if "|" in g))

    def share(of: tuple[str, ...], by: tuple[str, ...]) -> float:
        return 100.0 * entered(of, by) / max(entered(of, routes), 1e-9)

    def shape(name: str) -> float:
        return float(np.nanmedian(shapes[name]))

    def flow(measure: str, group: str, name: str) -> float:
        return float(sum(results.series(name, measure, year, group).mean() for year in years))

    last = results.index.periods(LOOKED_AFTER)[-1]
    fewer = results.series(NO_CHANGE, LOOKED_AFTER, last) - results.series(scenario, LOOKED_AFTER, last)
    sudden = [entered(bands, ("no warning",), name) for name in (NO_CHANGE, scenario)]
    early = shape("back within 3 months") / 3
    later = (shape("back within 1 year") - shape("back within 3 months")) / 9
    rows: list[tuple[str, str, bool]] = []

    def say(statement: str, value: float, holds: Callable[[float], bool], unit: str = "%") -> None:
        rows.append((statement, f"{value:.1f}{unit}", holds(value)))

    say("Most infants who start come through the court.", share(("under 1",), ("court",)), lambda v: v > HALF)
    say(
        "Few young people of 16 or 17 come through the court.",
        share(("16-17",), ("court",)),
        lambda v: v < 2 * FEW,
    )
    say(
        "Children who come alone are teenagers.",
        100 * entered(("13-15", "16-17"), ("unaccompanied",)) / max(entered(bands, ("unaccompanied",)), 1e-9),
        lambda v: v > MOST,
    )
    say("Nearly all adopted children are under five.", shape("adopted under 5"), lambda v: v > MOST)
    say("Supported accommodation begins at 16.", shape("supported accommodation from 16"), lambda v: v > 90.0)
    homes = shape("children's home from 10")
    say("Children's homes are for those of ten and over.", homes, lambda v: v > MOST)
    say(
        "Between a third and two thirds of children who start come with a brother or sister.",
        shape("entered with a sibling"),
        lambda v: 33.0 < v < 67.0,
    )
    rows.append(
        (
            "A return home fails soonest: more a month in the first three months than in the next nine.",
            f"{early:.1f}% a month, then {later:.1f}%",
            early > later,
        )
    )
    say("Few plans last two years.", shape("plan|24"), lambda v: v < FEW)
    moved = shape("three or more placements")
    say("From 6 to 13 of 100 children live in three places or more in a year.", moved, lambda v: 6 <= v <= 13)
    rows.append(
        (
            "Services leave entries that nobody saw coming where they were.",
            f"{sudden[0]:.1f} with no change, {sudden[1]:.1f} with services",
            abs(sudden[1] - sudden[0]) < 0.1 * max(sudden[0], 1.0),
        )
    )
    say(
        "With services no more children are looked after on the last day, on average.",
        float(fewer.mean()),
        lambda v: v >= 0,
        " fewer",
    )
    for service in ("family safeguarding", "edge of care"):
        say(
            f"Some families wait for {service} and are never reached.",
            flow("never reached", service, scenario),
            lambda v: v > 0,
            " families",
        )
    return [{"statement": text, "found": value, "holds": bool(holds)} for text, value, holds in rows]


def two_years_on(study: Study, results: Results, scenarios: list[str]) -> Part:
    """How children looked after change over the first two years simulated, beside how they did elsewhere."""
    days = [day for day in results.index.periods(LOOKED_AFTER) if day[5:7] == "03"]
    first, view = counted_at_start(study), study.observed.get("outside view")
    elsewhere = falls(study, 2)
    if len(days) < 2 or first is None or view is None or not elsewhere:
        return {}
    fall = max(elsewhere)
    rows = {}
    for name in scenarios:
        change = 100.0 * (results.series(name, LOOKED_AFTER, days[1]) / first - 1.0)
        low, middle, high = (float(one) for one in np.percentile(change, [5, 50, 95]))
        rows[name] = {
            "middle": tidy(middle),
            "low": tidy(low),
            "high": tidy(high),
            "fell": tidy(100.0 * float(np.mean(change <= -fall))),
        }
    found = {"day": days[1], "rows": rows, "fall": fall, "fell_elsewhere": tidy(elsewhere[fall])}
    return found | {"view": dict(view.points), "source": view.source}
