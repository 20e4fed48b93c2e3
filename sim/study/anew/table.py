"""The table that a new study is built from: which series it may hold, and what each of them sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.foundations.errors import InputError, Problem, did_you_mean, nearest
from sim.study.catalogue import BROAD_AGES
from sim.study.form import is_financial_year
from sim.study.scenario_reader import Observed, read_observed
from sim.study.yaml_reader import DATE, Item, read_yaml

POPULATION = "children aged 0 to 17"
"""The one series that a table must hold."""
SLACK = 1.05
"""How far rows may add up to more than their total: figures are rounded and revised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A published series that a new study knows how to use."""

    unit: str
    """The unit it must be written in."""
    yearly: bool
    """Whether it counts a financial year (2022/23) rather than a day (2023-03-31)."""
    sets: str
    """What it sets in the study, in words."""
    rows: tuple[str, ...] = ()
    """Rows of each year or day, for a table; others are refused."""
    total: str = ""
    """The series that its rows are parts of."""


_STATUS = ("interim care order", "voluntary agreement", "police protection", "emergency protection order")
_KINDS = ("returned home", "special guardianship", "adopted", "age 18", "other")
_PLACES = ("fostered", "children's home", "supported accommodation", "with parents", "for adoption", "other")
_RATE = "per 10,000 children"

SERIES: dict[str, Series] = {
    POPULATION: Series(unit="children", yearly=False, sets="the size of everything that has no figure"),
    "children looked after": Series(
        unit="children", yearly=False, sets="children in care on the first day; what is told by each of them"
    ),
    "children looked after by age": Series(
        unit="children",
        yearly=False,
        rows=BROAD_AGES,
        total="children looked after",
        sets="ages in care on the first day; how fast long stays end",
    ),
    "children looked after by placement": Series(
        unit="children",
        yearly=False,
        rows=_PLACES,
        total="children looked after",
        sets="where children live on the first day",
    ),
    "unaccompanied children looked after": Series(
        unit="children", yearly=False, sets="unaccompanied children on the first day"
    ),
    "entries": Series(unit="children", yearly=True, sets="how many enter care, all routes together"),
    "entries by age": Series(
        unit="children",
        yearly=True,
        rows=BROAD_AGES,
        total="entries",
        sets="court-led entries and breakdown by age; time in care of those there on the first day",
    ),
    "entries by legal status": Series(
        unit="children",
        yearly=True,
        rows=_STATUS,
        total="entries",
        sets="entries led by a court against all others",
    ),
    "unaccompanied entries": Series(unit="children", yearly=True, sets="unaccompanied children a year"),
    "exits": Series(unit="children", yearly=True, sets="what its kinds and ages are shares of"),
    "exits by kind": Series(
        unit="children",
        yearly=True,
        rows=_KINDS,
        total="exits",
        sets="how stays end; returns home and guardians before the first day",
    ),
    "exits by age": Series(
        unit="children",
        yearly=True,
        rows=(*BROAD_AGES, "age 18"),
        total="exits",
        sets="how fast long stays end, by age",
    ),
    "referrals": Series(unit="children", yearly=True, sets="families referred; early help"),
    "re-referrals": Series(
        unit="per cent", yearly=True, sets="families referred for the first time and again; rate of return"
    ),
    "children in need": Series(unit="children", yearly=False, sets="assessments that find a child in need"),
    "plans started": Series(
        unit="children", yearly=True, sets="child protection at referral; from child in need to a plan"
    ),
    "plans open": Series(unit="children", yearly=False, sets="how fast plans end; plans on the first day"),
    "care applications per 10,000 children": Series(
        unit=_RATE, yearly=True, sets="from a plan to the court; families there on the first day"
    ),
    "social worker vacancies": Series(
        unit="per cent", yearly=False, sets="vacant posts on the first day; how adverts succeed"
    ),
    "agency social workers": Series(
        unit="per cent", yearly=False, sets="vacancies that agency staff cover; posts"
    ),
    "social worker turnover": Series(
        unit="per cent", yearly=False, sets="how fast social workers leave; how adverts succeed"
    ),
    "social worker absence": Series(unit="per cent", yearly=False, sets="working time lost to long absence"),
    "social worker caseload": Series(unit="cases", yearly=False, sets="the usual caseload; posts"),
    "weekly cost of a children's home": Series(
        unit="pounds a week", yearly=True, sets="the price of a children's home"
    ),
    "weekly cost of fostering": Series(
        unit="pounds a week", yearly=True, sets="the prices of fostering and kinship care"
    ),
    "weekly cost of a child looked after": Series(
        unit="pounds a week", yearly=True, sets="the price of the average child looked after"
    ),
    "weekly cost of a child in need": Series(
        unit="pounds a week", yearly=True, sets="the cost of social work at home"
    ),
}
"""Every series that sets something, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The published figures of one authority."""

    authority: str
    """Whose figures they are."""
    series: Mapping[str, Observed]
    """Series by name."""
    files: tuple[str, ...] = ()
    """Where they were read."""


def read_table(files: Iterable[Path], authority: str, kept: Mapping[str, Observed] | None = None) -> Table:
    """The figures of an authority in one or more files. InputError lists everything that is wrong.

    ``kept`` are the pattern study's series: those that set nothing may be in it too, as may their rows.
    """
    problems: list[Problem] = []
    found: dict[str, Observed] = {}
    named: dict[str, None] = {}
    paths = tuple(files)
    for path in paths:
        top = read_yaml(path, problems)
        for name, item in (top.mapping or {}).items() if top is not None else ():
            if name != "observed":
                problems.append(
                    item.problem(f"a table holds 'observed' alone.{did_you_mean(name, ['observed'])}")
                )
                continue
            named |= dict.fromkeys(item.mapping or ())
            _check(item, authority, kept or {}, problems)
            for key, one in read_observed(item, authority, problems).items():
                if key in found:
                    message = f"is written twice; the first is at {found[key].where}"
                    problems.append(Problem(one.where, f"observed.{authority}.{key}", message))
                found.setdefault(key, one)
    first = str(paths[0]) if paths else ""
    if not problems and authority not in named:
        hint = did_you_mean(authority, named)
        there = ", ".join(named) or "none"
        problems.append(Problem(f"{first}:1", "observed", f"no figures of '{authority}' ({there}).{hint}"))
    elif not problems:
        _check_needed(found, first, authority, problems)
    if problems:
        raise InputError(sorted(dict.fromkeys(problems), key=_place))
    return Table(authority=authority, series=found, files=tuple(map(str, paths)))


def _check_needed(found: Mapping[str, Observed], file: str, authority: str, problems: list[Problem]) -> None:
    if POPULATION not in found:
        message = "missing: the one figure that a table must hold, how many children live in the authority"
        problems.append(Problem(f"{file}:1", f"observed.{authority}.{POPULATION}", message))
        return
    one = found[POPULATION]
    people = min(one.points.values())
    if people <= 0:
        problems.append(Problem(one.where, f"observed.{authority}.{POPULATION}", "expected more than none"))
    for name in ("children looked after", "plans open", "children in need"):
        most = max(found[name].points.values(), default=0) if name in found else 0
        if most > people > 0:
            message = f"{most:,.0f} children cannot be: only {people:,.0f} live in {authority}"
            problems.append(Problem(found[name].where, f"observed.{authority}.{name}", message))
    for name, series in SERIES.items():
        if name in found and series.total in found:
            _check_rows(found[name], found[series.total], series, f"observed.{authority}.{name}", problems)


def _check_rows(parts: Observed, total: Observed, series: Series, path: str, problems: list[Problem]) -> None:
    """Rows may leave some children out, as small numbers are hidden, but cannot be more than all."""
    sums: dict[str, float] = {}
    for label, value in parts.items():
        period, _, row = label.partition("|")
        if row in series.rows:  # others may be sums of these
            sums[period] = sums.get(period, 0.0) + value
    for period, found in sums.items():
        if period in total and found > SLACK * total[period]:
            message = f"{period}: the rows add up to {found:,.0f}; '{total.name}' has {total[period]:,.0f}"
            problems.append(Problem(parts.where, path, message))


def _check(observed: Item, authority: str, kept: Mapping[str, Observed], problems: list[Problem]) -> None:
    """What the reader of any study's series would let pass and a new study cannot use."""
    held = (observed.mapping or {}).get(authority)
    known = (*SERIES, *kept)
    for name, item in (held.mapping or {}).items() if held is not None else ():
        if name not in known:
            close = nearest(name, known)
            if close is not None:
                problems.append(item.problem(f"not a series that sets anything. Did you mean '{close}'?"))
        elif name in SERIES and item.mapping is not None:
            also = {label.partition("|")[2] for label in kept.get(name, ())}
            rows = tuple(dict.fromkeys((*SERIES[name].rows, *sorted(also - {""}))))
            _check_series(SERIES[name], rows, item.mapping, problems)


def _check_series(
    series: Series, rows: tuple[str, ...], entries: Mapping[str, Item], problems: list[Problem]
) -> None:
    unit, values = entries.get("unit"), entries.get("values")
    if unit is not None and unit.text is not None and unit.text != series.unit:
        problems.append(unit.problem(f"expected '{series.unit}'; found '{unit.text}'"))
    if values is None:
        return
    if not values.mapping:
        problems.append(values.problem(f"expected figures by {_when(series)}; found {values.what}"))
        return
    for label, item in values.mapping.items():
        fits = is_financial_year(label) if series.yearly else re.fullmatch(DATE, label)
        if not fits:
            problems.append(item.problem(f"expected {_when(series)}; found '{label}'"))
        if rows and item.mapping is None:
            problems.append(item.problem(f"expected rows ({', '.join(rows)}); found {item.what}"))
        for row, one in (item.mapping or {"": item}).items():
            if rows and row and row not in rows:
                problems.append(
                    one.problem(f"not a row of this series ({', '.join(rows)}).{did_you_mean(row, rows)}")
                )
            elif not rows and row:
                problems.append(one.problem("this series has one figure a period and no rows"))
            _check_number(one, series, problems)


def _check_number(item: Item, series: Series, problems: list[Problem]) -> None:
    value = item.number
    if value is None:
        return  # the reader of observed series tells of it
    if value < 0:
        problems.append(item.problem(f"{value:g} {series.unit} cannot be: expected at least 0"))
    elif series.unit == "per cent" and value > 100:
        problems.append(item.problem(f"{value:g} per cent cannot be: expected at most 100"))


def _when(series: Series) -> str:
    return "a financial year, as 2022/23" if series.yearly else "a day, as 2023-03-31"


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.where, 0)
