"""The figures that a new study is made from: an authority's own, or what stands in for one that is missing.

A missing figure is taken from England, and from the pattern study's authority where England publishes none
either: so many for each of a figure that the authority does have, or for each child who lives there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from sim.study.anew.table import POPULATION
from sim.study.catalogue import BROAD_AGES
from sim.study.scenario_reader import Observed

LONG, SHORT, LAST = 6, 3, 1
"""Years before the start that a total, a mix, and a state on the first day are taken over."""
LAG = 183
"""Days after the start up to which a count of staff is used: one of September describes the year before."""
LOCAL = "local"
"""Where a figure comes from if it is the authority's own."""
LEAST = 0.5
"""The least that a count is taken to be, where something is divided by it: none this year is not never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number that is read off a table."""

    series: str
    """The series that holds it."""
    row: str = ""
    """The row of it, if it has rows."""
    years: int = LONG
    """Over how many years, or days, it is averaged: the last ones before the start."""
    after: tuple[str, ...] = ()
    """Figures that a missing one is taken in proportion to: the first that the authority has, or else the
    last. None: it is taken as it is."""
    per: float = 0.0
    """For a rate: so many children it is for."""
    late: int = 0
    """Days after the start up to which it may be counted."""


def _by_row(series: str, rows: tuple[str, ...], years: int, after: str) -> dict[str, Figure]:
    return {f"{series}: {row}": Figure(series=series, row=row, years=years, after=(after,)) for row in rows}


STARTS, ENDS, STOCK = "entries", "exits", "children looked after"
STARTS_MIX, ENDS_MIX, STOCK_MIX = "entries of late", "exits of late", "children looked after of late"
NOW, PLANS_NOW = "children looked after at the start", "plans open at the start"
APPLICATIONS = "care applications"
ALONE, ALONE_NOW = "unaccompanied entries", "unaccompanied children at the start"
FIGURES: dict[str, Figure] = {
    "referrals": Figure(series="referrals", after=(POPULATION,)),
    "re-referrals": Figure(series="re-referrals"),
    "children in need": Figure(series="children in need", after=(POPULATION,)),
    "plans started": Figure(series="plans started", after=("plans open", POPULATION)),
    "plans open": Figure(series="plans open", after=("plans started", POPULATION)),
    PLANS_NOW: Figure(series="plans open", years=LAST, after=("plans started", POPULATION)),
    APPLICATIONS: Figure(
        series="care applications per 10,000 children", per=10_000, after=("plans started", POPULATION)
    ),
    STARTS: Figure(series="entries", after=(STOCK, POPULATION)),
    STARTS_MIX: Figure(series="entries", years=SHORT, after=(STOCK, POPULATION)),
    ENDS: Figure(series="exits", after=(STARTS, STOCK, POPULATION)),
    ENDS_MIX: Figure(series="exits", years=SHORT, after=(STARTS, STOCK, POPULATION)),
    STOCK: Figure(series="children looked after", after=(STARTS, POPULATION)),
    STOCK_MIX: Figure(series="children looked after", years=SHORT, after=(STARTS, POPULATION)),
    NOW: Figure(series="children looked after", years=LAST, after=(STARTS, POPULATION)),
    ALONE_NOW: Figure(series="unaccompanied children looked after", years=LAST, after=(POPULATION,)),
    ALONE: Figure(series="unaccompanied entries", years=SHORT, after=(ALONE_NOW,)),
    **_by_row("entries by age", BROAD_AGES, SHORT, STARTS_MIX),
    **_by_row("entries by legal status", ("interim care order",), SHORT, STARTS_MIX),
    **_by_row(
        "exits by kind", ("returned home", "special guardianship", "adopted", "age 18"), SHORT, ENDS_MIX
    ),
    **_by_row("exits by age", BROAD_AGES[1:4], SHORT, ENDS_MIX),
    **_by_row("children looked after by age", BROAD_AGES, SHORT, STOCK_MIX),
    **{
        f"{row} at the start": Figure(
            series="children looked after by age", row=row, years=LAST, after=(NOW,)
        )
        for row in BROAD_AGES
    },
    **_by_row(
        "children looked after by placement",
        ("fostered", "children's home", "supported accommodation", "with parents", "for adoption"),
        LAST,
        NOW,
    ),
    "social worker vacancies": Figure(series="social worker vacancies", years=2),
    "agency social workers": Figure(series="agency social workers", years=SHORT, late=LAG),
    "social worker turnover": Figure(series="social worker turnover", years=SHORT, late=LAG),
    "social worker absence": Figure(series="social worker absence", years=SHORT, late=LAG),
    "social worker caseload": Figure(series="social worker caseload", years=SHORT, late=LAG),
}
"""Every figure that a rule may ask for, by name."""
PARTS = {"entries": "entries by age", "children looked after": "children looked after by age"}
"""Totals that may be read off their rows, where they are not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A figure and where it comes from."""

    value: float
    """The number."""
    origin: str
    """`LOCAL`, or the name of whose figure stands in for it."""
    said: str
    """The number with its years, or how it was made, in words."""
    years: tuple[int, ...] = ()
    """Calendar years that it describes."""


class Figures:
    """The figures of one authority before a day, with what stands in for those that it lacks."""

    def __init__(
        self,
        series: Mapping[str, Observed],
        before: dt.date | None = None,
        donors: Mapping[str, Figures] | None = None,
    ) -> None:
        self.series = series
        self.before = before
        self.donors = donors or {}
        self.defaults: dict[str, Known] = {}
        """Figures that were asked for and stood in for, by name."""

    def get(self, name: str) -> Known | None:
        """A figure, its own or another's; None if nobody has it."""
        own = self.own(name)
        if own is not None:
            return own
        for whose, donor in self.donors.items():
            found = self._from(name, whose, donor)
            if found is not None:
                self.defaults[name] = found
                return found
        return None

    def own(self, name: str) -> Known | None:
        """A figure that the authority's own series give; None if they do not."""
        if name == POPULATION:
            return self._population()
        figure = FIGURES[name]
        points = self._points(figure)
        # A row that is hidden in some of the last years is averaged over those in which it is shown.
        ends = {end for end, _ in self._periods(figure.series, figure.late)} or {end for end, _ in points}
        last = sorted(ends)[-figure.years :]
        shown = [(end, value) for end, value in points if end in last]
        if not shown:
            return None
        value = sum(one for _, one in shown) / len(shown)
        years = tuple(sorted(end.year for end, _ in shown))
        if figure.per:
            people = self._population()
            if people is None:
                return None
            value *= people.value / figure.per
        return Known(value=value, origin=LOCAL, said=f"{_number(value)} ({_span(years)})", years=years)

    def _population(self) -> Known | None:
        """Who lives there on the day nearest to the start: a count of people is no forecast of care."""
        held = self.series.get(POPULATION)
        if held is None or not len(held):
            return None
        days = {dt.date.fromisoformat(label): value for label, value in held.items()}
        near = self.before or max(days)
        day = min(days, key=lambda one: abs((one - near).days))
        value = days[day]
        return Known(value=value, origin=LOCAL, said=f"{_number(value)} ({day.year})", years=(day.year,))

    def _points(self, figure: Figure) -> list[tuple[dt.date, float]]:
        found = [
            (end, value)
            for end, (row, value) in self._periods(figure.series, figure.late)
            if row == figure.row
        ]
        if found or figure.row or figure.series not in PARTS:
            return found
        sums: dict[dt.date, float] = {}
        for end, (_, value) in self._periods(PARTS[figure.series], figure.late):
            sums[end] = sums.get(end, 0.0) + value
        return list(sums.items())

    def _periods(self, series: str, late: int) -> list[tuple[dt.date, tuple[str, float]]]:
        """(end of the period, (row, value)) of a series up to the start."""
        held = self.series.get(series)
        found = []
        for label, value in held.items() if held is not None else ():
            period, _, row = label.partition("|")
            end = period_end(period)
            if self.before is None or end < self.before + dt.timedelta(days=late):
                found.append((end, (row, value)))
        return found

    def _from(self, name: str, whose: str, donor: Figures) -> Known | None:
        theirs = donor.own(name)
        if theirs is None:
            return None
        figure = FIGURES[name]
        if not figure.after:
            said = f"{_number(theirs.value)}, as in {whose} ({_span(theirs.years)})"
            return Known(value=theirs.value, origin=whose, said=said, years=theirs.years)
        both = [one for one in figure.after if (of := donor.own(one)) is not None and of.value > 0]
        chosen = next((one for one in both if self.own(one) is not None), both[-1] if both else None)
        base = self.get(chosen) if chosen is not None else None
        if chosen is None or base is None:
            return None
        own = donor.own(chosen)
        assert own is not None
        each = theirs.value / own.value
        value = each * base.value
        if chosen == POPULATION:
            rate = f"{_number(10_000 * each)} per 10,000 children"
        else:
            rate = f"{_number(each)} for each of '{chosen}', {_number(base.value)}"
        said = f"{_number(value)}: {rate}, as in {whose} ({_span(theirs.years)})"
        return Known(value=value, origin=whose, said=said, years=theirs.years)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """How much more there is of something here than where the pattern study is from."""

    value: float
    """The factor."""
    said: str
    """The figures that it comes from, in words; empty if there were none."""
    local: bool
    """Whether any of them is the authority's own."""
    years: tuple[int, ...] = ()
    """Calendar years that they describe."""


def period_end(period: str) -> dt.date:
    """The last day of a financial year, or the day itself."""
    if "/" in period:
        return dt.date(int(period[:4]) + 1, 3, 31)
    return dt.date.fromisoformat(period)


def compared(
    here: Figures, there: Figures, place: str, up: tuple[str, ...], down: tuple[str, ...] = ()
) -> Ratio:
    """The product of figures, over others, here against there; one where a figure is nobody's."""
    factors, said, years = [], [], set[int]()
    local = False
    for name in (*up, *down):
        ours, theirs = here.get(name), there.get(name)
        if ours is None or theirs is None:
            continue
        factor = max(ours.value, LEAST) / max(theirs.value, LEAST)
        factors.append(factor if name in up else 1 / factor)
        said.append(f"{name} {ours.said}, against {theirs.said} in {place}")
        local = local or ours.origin == LOCAL
        years |= {*ours.years, *theirs.years}
    return Ratio(value=prod(factors), said="; ".join(said), local=local, years=tuple(sorted(years)))


def _span(years: tuple[int, ...]) -> str:
    return "no year" if not years else str(years[0]) if len(set(years)) == 1 else f"{years[0]} to {years[-1]}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
