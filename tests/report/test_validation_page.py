"""What the page of validation says in short: who wins where, by what, and whether the years have a trend."""

from __future__ import annotations

from typing import Any

import pytest

from sim.report.not_judged import not_judged
from sim.report.validation import in_short, trend, years
from sim.results.forecasts import CHANCE, LAST, LINE, MEAN

STARTS = "Starts in the year"


def score(width: float, value: float, error: float, figures: int = 4) -> dict[str, Any]:
    return {
        "figures": figures,
        "inside": 0.75,
        "width": width,
        "error": error,
        "score": value,
        "width_children": 9,
    }


NOBODY = {"figures": 0, "inside": None, "width": None, "error": None, "score": None, "width_children": None}
BEHIND = {LAST: score(1.5, 1.6, 0.27), LINE: score(2.4, 2.6, 0.39), CHANCE: score(0.5, 1.8, 0.22)}
OURS, MEANS = score(0.75, 1.21, 0.2), score(1.19, 1.55, 0.22)


def by_year(*middles: float) -> dict[str, Any]:
    """Starts of years from 2023/24, five either way."""
    cells = [{"low": one - 5, "middle": one, "high": one + 5} for one in middles]
    rise = round(100 * (middles[-1] / middles[0] - 1), 6)
    return {
        "years": [f"{2023 + n}/{24 + n}" for n in range(len(middles))],
        "rows": [
            {"title": STARTS, "counted": 107.0, "counted_years": 6, "years": cells},
            {"title": "… again", "counted": None, "counted_years": 0, "years": cells},
        ],
        "starts_rise": rise if len(middles) > 1 else None,
    }


def found(every: dict[str, Any], groups: dict[str, Any], middles: tuple[float, ...] = (100, 105)) -> str:
    """The page's first lines, of a forecast that was scored so."""
    scored = {name: every[name] for name in ("no change", "as delivered") if name in every}
    parts = {
        "scenarios": ["no change"],
        "held_back": {
            "figures": [],
            "scores": scored,
            "scores_of_all_methods": every,
            "by_group": groups,
        },
        "reproduced": [],
        "by_year": by_year(*middles),
        "shapes": [],
        "face": [],
    }
    return " ".join(in_short(parts))


def test_a_win_over_all_names_what_it_is_made_of_and_the_groups_that_are_lost() -> None:
    won = {"no change": OURS, MEAN: MEANS, **BEHIND}
    lost = {
        **won,
        "no change": score(0.4, 1.27, 0.17),
        LAST: score(1.1, 1.2, 0.2),
        CHANCE: score(0.3, 0.8, 0.1),
    }
    said = found(won, {"starts": won, "children looked after": lost, "workforce": dict.fromkeys(won, NOBODY)})
    assert (
        "On the 4 figures that all forecast, taken together, no change does better than every simple "
        "forecast by score (lower is better; beside it, how far off the middle is): 1.21, 20% off; the best "
        "of them, mean of the years 1.55, 22% off. Of the difference to the best of them, +0.44 is that "
        "ranges are narrower and -0.10 that more lies outside them."
    ) in said
    assert (
        "**A simple forecast does better in 1 of 2 groups** of these figures: children looked after (chance "
        "alone 0.80, 10% off; as it was last 1.20, 20% off; no change 1.27, 17% off)."
    ) in said


def test_a_loss_over_all_is_said_first() -> None:
    every = {"no change": OURS, MEAN: score(0.5, 1.0, 0.1), **BEHIND}
    said = found(every, {"starts": every})
    assert "**A simple forecast would have done better** on the 4 figures" in said
    assert "is): mean of the years 1.00, 10% off; no change 1.21, 20% off." in said
    # 1.00 - 1.21 = (0.50 - 0.75) + 0.04.
    assert "-0.25 is that ranges are wider and +0.04 that less lies outside them" in said


def test_no_group_that_is_lost_is_said_too() -> None:
    every = {"no change": OURS, MEAN: MEANS, **BEHIND}
    assert "No simple forecast does better in any of the 1 groups" in found(every, {"starts": every})


@pytest.mark.parametrize(
    ("middles", "said"),
    [
        (
            (100, 120, 111),
            "**Starts with no change rise by 11.0%** from the first year simulated to the last (100 in ",
        ),
        (
            (100, 120, 110),
            "lie 10.0% above those of the first (100 in 2023/24, 110 in 2025/26), so not more than 10%",
        ),
        ((100, 80), "lie 20.0% below those of the first (100 in 2023/24, 80 in 2024/25)"),
    ],
)
def test_a_trend_is_a_rise_of_more_than_a_tenth(middles: tuple[float, ...], said: str) -> None:
    assert said in trend(by_year(*middles))
    every = {"no change": OURS, MEAN: MEANS, **BEHIND}
    assert said in found(every, {}, middles)


def test_one_year_has_no_trend() -> None:
    every = {"no change": OURS, MEAN: MEANS, **BEHIND}
    assert "Starts with no change" not in found(every, {}, (100,))


def test_a_row_of_what_was_not_counted_says_nothing_there() -> None:
    assert years(by_year(100, 120)).splitlines() == [
        "| No change | Mean to the start | 2023/24 | 2024/25 |",
        "|---|---:|---:|---:|",
        "| Starts in the year | 107 (6 years) | 100 (95 to 105) | 120 (115 to 125) |",
        "| … again |  | 100 (95 to 105) | 120 (115 to 125) |",
    ]


def test_series_that_judge_nothing_for_one_reason_stand_together_and_say_it_once() -> None:
    def row(series: str, why: str, nearest: dict[str, Any] | None = None, **counted: Any) -> dict[str, Any]:
        return {"series": series, "why": why, "counted": counted, "nearest": nearest}

    table = not_judged(
        [
            row("spending", "Not held back.", **{"": {"2023/24": 26663059.0}}),
            row("homes", "No places.", approved={"2024-03-31": 135.0}, filled={"2024-03-31": 85.5}),
            row(
                "cost",
                "Not held back.",
                {"title": "plans", "periods": {"2023/24": {"low": 1.0, "middle": 1234.0, "high": 2.6}}},
                **{"": {"2023/24": 9.0, "2024/25": 8.0}},
            ),
        ]
    )
    assert table.splitlines()[2:] == [
        "| Spending | 2023/24 26,663,059 | Not held back. |",
        "| Cost | 2023/24 9, 2024/25 8 | As above. Nearest with no change, plans: 2023/24 1,234 (1 to 3). |",
        "| Homes | approved: 31 March 2024 135; filled: 31 March 2024 85.5 | No places. |",
    ]
