"""What was counted before the start, beside what is simulated."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np

from sim.results.check import check
from sim.results.estimates import Index, Results


def world(observed: dict[str, dict[str, float]]) -> tuple[SimpleNamespace, Results]:
    """Two years of no change, one draw, two runs: 10 and 20 entries in run 0, 30 and 40 in run 1."""
    keys = (
        ("entries", "2023/24", "all"),
        ("entries", "2024/25", "all"),
        ("children looked after", "2023-04-30", "all"),
        ("children looked after", "2024-03-31", "all"),
        ("children looked after", "2025-03-31", "all"),
    )
    numbers = np.array(
        [[[0, 0, 0, 0, 0]] * 2, [[10, 20, 999, 100, 200], [30, 40, 999, 300, 400]]], dtype=float
    )
    study = SimpleNamespace(observed=observed, clock=SimpleNamespace(start=dt.date(2023, 4, 1)))
    results = Results(
        study=study,  # type: ignore[arg-type]
        scenarios=("no change",),
        draws=1,
        runs=2,
        index=Index(keys=keys),
        data={"no change": numbers},
    )
    return study, results


def test_only_what_was_counted_before_the_start_is_compared() -> None:
    study, results = world({"entries": {"2020/21": 90.0, "2022/23": 110.0, "2023/24": 500.0}})
    (row,) = check(study, results)
    assert row["counted"] == {"lowest": 90.0, "average": 100.0, "highest": 110.0, "years": 2}


def test_flows_are_averaged_over_years_and_states_over_marches() -> None:
    study, results = world({"entries": {"2022/23": 1.0}, "children looked after": {"2023-03-31": 1.0}})
    by_title = {row["title"]: row["simulated"]["mean"] for row in check(study, results)}
    assert by_title == {"Starts in the year": 25.0, "Children looked after at 31 March": 250.0}


def test_a_study_that_observes_nothing_has_no_rows() -> None:
    assert check(*world({})) == []
