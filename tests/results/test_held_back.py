"""Which published figures are held back, and how the forecasts of them are counted."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.results.estimates import Index, Results
from sim.results.forecasts import CHANCE, LAST, LINE, MEAN
from sim.results.held_back import held_back, judged

KEYS = (
    ("entries", "2023/24", "all"),
    ("entries", "2024/25", "all"),
    ("plans started", "2023/24", "all"),
    ("plans repeated", "2023/24", "all"),
    ("children looked after", "2024-03-31", "all"),
    ("referrals", "2023/24", "all"),
)
OBSERVED = {
    "entries": {"2020/21": 90.0, "2021/22": 100.0, "2022/23": 110.0, "2023/24": 104.0, "2024/25": 300.0},
    "exits": {"2020/21": 30.0, "2021/22": 30.0, "2022/23": 30.0},
    "children looked after": {"2022-03-31": 300.0, "2023-03-31": 310.0, "2024-03-31": 305.0},
    "plans started": {"2021/22": 100.0, "2022/23": 100.0},
    "plans repeated": {"2021/22": 20.0, "2022/23": 30.0, "2023/24": 50.0},
    "referrals": {"2022/23": 1.0, "2023/24": 2.0},
}


def series(points: dict[str, float]) -> Any:
    return points


def world() -> tuple[Any, Results]:
    """One scenario, one draw, three runs."""
    study = SimpleNamespace(
        observed={name: series(points) for name, points in OBSERVED.items()},
        clock=SimpleNamespace(start=dt.date(2023, 4, 1)),
        scenarios={},
        hindsight={},
    )
    futures = [[100, 100, 10, 4, 300, 1], [102, 110, 10, 5, 310, 2], [104, 120, 10, 6, 320, 3]]
    numbers = np.array([[[0] * 6] * 3, futures], dtype=float)
    results = Results(
        study=study,
        scenarios=("no change",),
        draws=1,
        runs=3,
        index=Index(keys=KEYS),
        data={"no change": numbers},
    )
    return study, results


def test_figures_of_the_years_after_are_held_back_with_their_history() -> None:
    study, results = world()
    found = held_back(study, results)
    assert [(one.name, one.counted, one.ahead) for one in found] == [
        ("children looked after, 2024-03-31", 305.0, 1),
        ("entries, 2023/24", 104.0, 1),
        ("entries, 2024/25", 300.0, 2),
        ("plans repeated, 2023/24", 50.0, 1),
        ("referrals, 2023/24", 2.0, 1),
    ]
    assert found[1].history == (90.0, 100.0, 110.0)


def test_ranges_are_of_all_futures_and_inside_is_counted() -> None:
    study, results = world()
    found = judged(study, results, ["no change"])
    by_name = {(one["series"], one["period"]): one["forecasts"]["no change"] for one in found["figures"]}
    assert by_name["entries", "2023/24"] == {"low": 100.2, "middle": 102.0, "high": 103.8, "inside": False}
    assert by_name["entries", "2024/25"]["inside"] is False
    assert by_name["children looked after", "2024-03-31"]["inside"] is True
    assert by_name["plans repeated", "2023/24"]["middle"] == 50.0
    score = found["scores"]["no change"]
    assert (score["figures"], score["inside"]) == (5, 0.6)
    # Of 1, 2 and 3 families referred, nine in ten futures span 1.8, in children; one was the year before.
    widths = (18 / 305, 3.6 / 100, 18 / 100, 18 / 25, 1.8 * 1.65)
    assert score["width"] == pytest.approx(sum(widths) / 5, abs=1e-6)


def test_methods_share_the_figures_that_a_line_can_be_drawn_for() -> None:
    study, results = world()
    found = judged(study, results, ["no change"])
    assert found["scores"][LINE]["figures"] == 2
    assert {score["figures"] for score in found["scores_of_all_methods"].values()} == {2}
    entries = next(one for one in found["figures"] if one["period"] == "2024/25")["forecasts"]
    assert entries[LAST]["middle"] == 110
    assert entries[MEAN]["middle"] == 100
    assert entries[LINE]["middle"] == pytest.approx(130)
    assert entries[CHANCE]["middle"] == 100


def test_the_groups_add_up_to_all() -> None:
    study, results = world()
    found = judged(study, results, ["no change"])
    figures = sum(scores["no change"]["figures"] for scores in found["by_group"].values())
    assert figures == found["scores_of_all_methods"]["no change"]["figures"]


def test_what_was_really_done_is_scored_on_none_of_what_it_is_made_from() -> None:
    """Vacancies and agency staff stay among the figures that the others are compared on."""
    study, _ = world()
    staff = ("posts permanent", "posts induction", "posts agency", "posts vacant", "posts funded")
    keys = (
        ("entries", "2023/24", "all"),
        *((name, "2023-09-30", "family safeguarding|social worker") for name in staff),
    )
    shares = {"2020-09-30": 20.0, "2021-09-30": 30.0, "2022-09-30": 25.0, "2023-09-30": 28.0}
    study.observed = {
        "entries": OBSERVED["entries"],
        "social worker posts": {"2020-09-30": 100.0, "2021-09-30": 100.0, "2022-09-30": 100.0},
        "social worker vacancies": shares,
        "agency social workers": shares,
    }
    study.scenarios = study.hindsight = {"as delivered": None}
    futures = np.array([[[0] * 6] * 3, [[100, 60, 10, 20, 10, 100]] * 3], dtype=float)
    results = Results(
        study=study,
        scenarios=("no change", "as delivered"),
        draws=1,
        runs=3,
        index=Index(keys=keys),
        data={"no change": futures, "as delivered": futures},
    )
    found = judged(study, results, ["no change", "as delivered"])
    forecast = {one["series"]: one["forecasts"]["as delivered"] for one in found["figures"]}
    assert [name for name, one in forecast.items() if one is None] == [
        "social worker vacancies",
        "agency social workers",
    ]
    workforce = found["by_group"]["workforce"]
    assert (workforce["no change"]["figures"], workforce[CHANCE]["figures"]) == (2, 2)
    assert workforce["as delivered"]["figures"] == 0
    # 30 of 100 posts vacant or agency; 20 of 90 in post are agency.
    middles = [one["forecasts"]["no change"]["middle"] for one in found["figures"]][-2:]
    assert middles == pytest.approx([30, 22.222222], abs=1e-6)


def staffed(keys: list[tuple[str, str, str]], numbers: list[float], observed: dict[str, Any]) -> Any:
    """A study that observes something, and one future of it."""
    study = SimpleNamespace(
        observed=observed,
        clock=SimpleNamespace(start=dt.date(2023, 4, 1), end=dt.date(2026, 4, 1)),
        scenarios={},
        hindsight={},
    )
    data = {"no change": np.array([[[0] * len(keys)], [numbers]], dtype=float)}
    index = Index(keys=tuple(keys))
    return study, Results(study=study, scenarios=("no change",), draws=1, runs=1, index=index, data=data)


def test_what_is_read_off_a_year_is_judged_once_a_year_has_been_simulated() -> None:
    days = ("2023-09-30", "2024-09-30")
    groups = ("posts left in the year", "posts permanent", "posts induction")
    keys = [(name, day, "family safeguarding|social worker") for day in days for name in groups]
    points = {"2021-09-30": 20.0, "2022-09-30": 22.0, "2023-09-30": 17.0, "2024-09-30": 26.0}
    study, results = staffed(keys, [1, 15, 1, 4, 15, 1], {"social worker turnover": points})
    (one,) = held_back(study, results)
    assert (one.period, one.ahead, one.history) == ("2024-09-30", 2, (20.0, 22.0))
    (figure,) = judged(study, results, ["no change"])["figures"]
    # Four of the sixteen who are employed at the end of the year.
    assert figure["forecasts"]["no change"]["middle"] == 25
    # How many social workers there were is not among what this study observes.
    assert figure["forecasts"][CHANCE] is None
    assert figure["group"] == "workforce"


def test_absence_is_of_the_twelve_months_to_the_day() -> None:
    ends = [f"2023-{month:02d}-28" for month in range(4, 13)] + [
        f"2024-{month:02d}-28" for month in range(1, 9)
    ]
    ends = [*ends[:5], "2023-09-30", *ends[6:], "2024-09-30"]
    worker = "family safeguarding|social worker"
    keys = [
        (name, end, worker) for end in ends for name in ("posts absent", "posts permanent", "posts induction")
    ]
    # Absent before that year: ten each month. In it one in two of the months, of twenty.
    numbers = [n for k in range(len(ends)) for n in ((10 if k < 6 else k % 2), 18, 2)]
    study, results = staffed(keys, numbers, {"social worker absence": {"2024-09-30": 4.0}})
    (figure,) = judged(study, results, ["no change"])["figures"]
    assert figure["forecasts"]["no change"]["middle"] == pytest.approx(100 * 6 / (12 * 20))


def test_without_a_history_the_model_is_judged_and_no_simple_forecast() -> None:
    keys = [("plans open by length", "2025-03-31", "up to 3 months")]
    points = {"2025-03-31|up to 3 months": 40.0, "2025-03-31|3 to 5 fortnights": 1.0}
    study, results = staffed(keys, [50], {"plans open by duration": points})
    found = judged(study, results, ["no change"])
    (figure,) = found["figures"]
    assert (figure["counted"], figure["size"], figure["group"]) == (
        40,
        40,
        "child protection and the front door",
    )
    assert all(figure["forecasts"][method] is None for method in (LAST, MEAN, LINE, CHANCE))
    assert found["scores"]["no change"]["figures"] == 1
    assert found["scores_of_all_methods"]["no change"]["figures"] == 0
