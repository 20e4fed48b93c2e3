"""Rows of what was counted beside what was simulated, worked out by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.foundations.clock import Clock
from sim.results.estimates import Index, Results
from sim.results.reproduced import (
    SHAPES,
    SPREAD,
    STARTS_TITLE,
    by_year,
    derived,
    published,
    row,
    shape_rows,
    two_years_on,
)

ENDS = ("2024-03-31", "2025-03-31")
KEYS = (*(("children looked after", day, "all") for day in ENDS), ("entries", "2023/24", "all"))
OBSERVED = {
    "children looked after": {"2022-03-31": 300.0, "2023-03-31": 350.0, "2024-03-31": 999.0},
    "entries": {"2021/22": 90.0, "2022/23": 110.0, "2023/24": 999.0},
    "three or more placements": {"2023-03-31": 10.0, "2024-03-31": 99.0},
    "durations of care in England": {"under 2 weeks": 11.0},
}


def study(**more: Any) -> Any:
    """What was observed, and when the study starts."""
    return SimpleNamespace(observed=OBSERVED | more, clock=SimpleNamespace(start=dt.date(2023, 4, 1)))


def world() -> Results:
    """One draw, two runs: 320 and 400 children, then 280 and 350; 100 and 125 starts."""
    numbers = np.array([[[0, 0, 0]] * 2, [[320, 280, 100], [400, 350, 125]]], dtype=float)
    return Results(
        study=study(),
        scenarios=("no change",),
        draws=1,
        runs=2,
        index=Index(keys=KEYS),
        data={"no change": numbers},
    )


def test_a_miss_is_the_middle_above_what_was_counted() -> None:
    found = row("Starts", 12.0, np.arange(101.0))
    assert (found["low"], found["middle"], found["high"]) == (5, 50, 95)
    assert found["miss"] == 38
    assert found["inside"]
    assert not row("Starts", 4.9, np.arange(101.0))["inside"]


def test_the_mean_stay_is_children_over_starts() -> None:
    found = {one["title"]: one for one in derived(study(), world())}
    stay = found["Mean stay in care, years (children over starts)"]
    # Counted 325 children and 100 starts; simulated 300 over 100, and 375 over 125.
    assert stay["counted"] == 3.25
    assert (stay["low"], stay["middle"], stay["high"]) == (3, 3, 3)
    assert len(found) == 1


def test_only_what_is_of_the_years_before_counts_and_undated_figures_always_do() -> None:
    assert published(study(), "three or more placements", "") == [10]
    assert published(study(), "durations of care in England", "under 2 weeks") == [11]
    assert published(study(), "nothing", "") == []


def test_shapes_are_compared_where_something_is_published() -> None:
    simulated = {one.name: np.array([10.0, 12.0]) for one in SHAPES} | {SPREAD: np.array([2.0, 3.0])}
    titles = [one["title"] for one in shape_rows(study(), simulated)]
    assert titles == [
        "Stays that ended, under 2 weeks, % (England 2013)",
        "Three or more placements in the year, % (to the start)",
    ]


def test_change_over_two_years_is_from_what_was_counted_on_the_eve() -> None:
    elsewhere = SimpleNamespace(points={"median two-year change": 2.9}, source="A paper.")
    falls = {"2 years|14.3": 4.35}
    found = two_years_on(
        study(**{"outside view": elsewhere, "falls elsewhere": falls}), world(), ["no change"]
    )
    # 280 and 350 of 350: a fall of a fifth, and no change.
    assert found["rows"]["no change"]["middle"] == pytest.approx(-10)
    assert found["rows"]["no change"]["fell"] == 50
    assert found["fell_elsewhere"] == 4.35


def of_years(starts: list[list[int]]) -> tuple[Any, Results]:
    """Three years from April 2023, one draw, five runs, with the starts of each year; half of them again."""
    clock = Clock(start=dt.date(2023, 4, 1), end=dt.date(2026, 7, 1))
    labels = [year.label for year in clock.years]
    assert labels == ["2023/24", "2024/25", "2025/26", "2026/27"]
    keys, columns = [], []
    for year, runs in zip(labels, [*starts, [9] * 5], strict=True):
        futures = np.array(runs, dtype=float)
        keys += [("entries", year, "all"), ("re-entries", year, "all"), ("exits", year, "all")]
        columns += [futures, futures / 2, futures * 0 + 70]
        keys.append(("children looked after", f"{int(year[:4]) + 1}-03-31", "all"))
        columns.append(futures + 200)
    futures = np.stack(columns, axis=-1)[None]
    results = Results(
        study=study(),
        scenarios=("no change",),
        draws=1,
        runs=5,
        index=Index(keys=tuple(keys)),
        data={"no change": np.concatenate([np.zeros_like(futures), futures])},
    )
    return SimpleNamespace(observed=OBSERVED, clock=clock), results


def test_each_whole_year_stands_by_itself_beside_the_mean_of_those_before() -> None:
    found = by_year(*of_years([[80, 90, 100, 110, 120], [95, 100, 105, 110, 115], [100, 110, 120, 130, 140]]))
    # The three months of 2026/27 are no year.
    assert found["years"] == ["2023/24", "2024/25", "2025/26"]
    rows = {row["title"]: row for row in found["rows"]}
    starts = rows[STARTS_TITLE]
    assert (starts["counted"], starts["counted_years"]) == (100, 2)
    assert [one["middle"] for one in starts["years"]] == [100, 105, 120]
    assert (starts["years"][0]["low"], starts["years"][0]["high"]) == (82, 118)
    assert [one["middle"] for one in rows["Children looked after at 31 March"]["years"]] == [300, 305, 320]
    again = rows["… of them, of children who had been in care before"]
    assert (again["counted"], [one["middle"] for one in again["years"]]) == (None, [50, 52.5, 60])
    assert found["starts_rise"] == 20


def test_no_rise_is_told_of_nothing() -> None:
    assert by_year(*of_years([[0] * 5] * 3))["starts_rise"] is None
