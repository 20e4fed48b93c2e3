"""Rows of what was counted beside what was simulated, worked out by hand."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.results.estimates import Index, Results
from sim.results.reproduced import SHAPES, SPREAD, derived, published, row, shape_rows, two_years_on

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
