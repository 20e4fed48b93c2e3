"""What was published and judges nothing: named, with a reason, and nothing left over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.results.estimates import Index, Results
from sim.results.measures import index_of
from sim.results.not_judged import NEAREST, REASONS, TOO_EARLY, UNKNOWN, count, not_judged, reason
from sim.study.config import Study, load_study

ROOT = Path(__file__).resolve().parents[2]
KEYS = (
    ("entries", "2023/24", "all"),
    ("plans started", "2023/24", "all"),
    ("posts left in the year", "2023-09-30", "family safeguarding|social worker"),
)


def world(observed: dict[str, dict[str, float]]) -> tuple[Any, Results]:
    """One year and two runs, with 100 and 120 plans."""
    study = SimpleNamespace(
        observed=observed,
        clock=SimpleNamespace(start=dt.date(2023, 4, 1), end=dt.date(2024, 4, 1)),
        scenarios={},
        hindsight={},
    )
    data = {"no change": np.array([[[0] * 3] * 2, [[1, 100, 1], [1, 120, 1]]], dtype=float)}
    index = Index(keys=KEYS)
    return study, Results(study=study, scenarios=("no change",), draws=1, runs=2, index=index, data=data)


def test_only_figures_of_the_time_simulated_that_judge_nothing_are_named() -> None:
    found = not_judged(
        *world(
            {
                "entries": {"2022/23": 1.0, "2023/24": 2.0},  # judged
                "foster places": {
                    "2023-03-31|approved": 9.0,
                    "2024-03-31|approved": 5.0,
                    "2025-03-31|approved": 7.0,
                },
                "social worker turnover": {"2023-09-30": 17.0},
                "a series of its own": {"2023/24|a": 1.0, "2023/24|b": 2.0, "2024/25|a": 3.0},
                "outside view": {"fell by half": 3.0},
            }
        ),
        "no change",
    )
    assert found == [
        {
            "series": "foster places",
            "why": REASONS["foster places"],
            "counted": {"approved": {"2024-03-31": 5.0}},
            "nearest": None,
        },
        {
            "series": "social worker turnover",
            "why": TOO_EARLY,
            "counted": {"": {"2023-09-30": 17.0}},
            "nearest": None,
        },
        {
            "series": "a series of its own",
            "why": UNKNOWN,
            "counted": {"a": {"2023/24": 1.0}, "b": {"2023/24": 2.0}},
            "nearest": None,
        },
    ]
    assert count(found) == 4


def test_what_comes_nearest_stands_beside() -> None:
    study, results = world({"initial child protection conferences": {"2023/24": 130.0}})
    (row,) = not_judged(study, results, "no change")
    assert row["nearest"] == {
        "title": "plans started",
        "periods": {"2023/24": {"low": 101.0, "middle": 110.0, "high": 119.0}},
    }


@pytest.fixture(scope="module")
def bury() -> Study:
    return load_study(ROOT / "configs" / "bury.yaml")


def test_every_figure_of_bury_is_judged_or_has_its_own_reason(bury: Study) -> None:
    """Results of noughts: what is judged depends on what is published, not on numbers."""
    index = index_of(bury.clock)
    data = {"no change": np.zeros((2, 1, len(index)))}
    results = Results(study=bury, scenarios=("no change",), draws=1, runs=1, index=index, data=data)
    rows = not_judged(bury, results, "no change")
    assert [row["series"] for row in rows if row["why"] == UNKNOWN] == []
    assert {row["series"] for row in rows if row["why"] == TOO_EARLY} == {
        "long-term stability",
        "social worker absence",
        "social worker turnover",
    }
    assert {row["series"] for row in rows if row["nearest"]} == set(NEAREST)


def test_no_reason_is_kept_for_what_is_not_published(bury: Study) -> None:
    labels = {f"{name}, {key.partition('|')[2]}" for name, series in bury.observed.items() for key in series}
    assert set(REASONS) <= {*bury.observed, *labels}


def test_a_label_may_have_a_reason_of_its_own() -> None:
    assert reason("exits by age", "age 18") != reason("exits by age", "1-4")
    assert reason("exits by age", "1-4") == TOO_EARLY
    assert reason("exits by age", "under 1") == UNKNOWN
