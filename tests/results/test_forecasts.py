"""Simple forecasts and scores, worked out by hand."""

from __future__ import annotations

import pytest

from sim.results.forecasts import (
    NORMAL,
    Forecast,
    by_chance_of_counts,
    by_chance_of_shares,
    by_chance_of_stock,
    last_value,
    mean_of_years,
    same_rows,
    scores,
    straight_line,
)


def test_last_value_walks_with_the_changes_of_the_past() -> None:
    # Changes of 3 and -3: a standard deviation of 3 a year, and t with two degrees is 2.92.
    found = last_value([100.0, 103.0, 100.0], ahead=4)
    assert found is not None
    assert (found.middle, found.low, found.high) == pytest.approx((100, 100 - 2.92 * 6, 100 + 2.92 * 6))


def test_the_mean_has_the_spread_of_the_years_and_the_error_of_the_mean() -> None:
    # 8, 10, 12: standard deviation 2, times the root of 4/3, times 2.92.
    found = mean_of_years([8.0, 10.0, 12.0], ahead=1)
    assert found is not None
    assert found.middle == 10
    assert found.width == pytest.approx(2 * 2.92 * 2 * (4 / 3) ** 0.5)


def test_a_perfect_line_goes_on_without_a_range() -> None:
    found = straight_line([1.0, 2.0, 3.0, 4.0], ahead=2)
    assert found is not None
    assert (found.low, found.middle, found.high) == pytest.approx((6, 6, 6))


def test_a_line_is_widest_far_from_its_years() -> None:
    # 0, 3, 0: level at 1, squares 1 + 4 + 1 = 6 about it on one degree of freedom; two years ahead of x = 2
    # is three from the middle, so the variance is 6 (1 + 1/3 + 9/2); t with one degree is 6.3138.
    found = straight_line([0.0, 3.0, 0.0], ahead=2)
    assert found is not None
    assert found.middle == pytest.approx(1)
    assert found.high == pytest.approx(1 + 6.3138 * (6 * (1 + 1 / 3 + 4.5)) ** 0.5)
    assert found.low == 0


def test_too_few_years_forecast_nothing() -> None:
    assert last_value([5.0], 1) is None
    assert mean_of_years([5.0], 1) is None
    assert straight_line([5.0, 6.0], 1) is None


def test_chance_alone_is_poisson_for_counts_and_binomial_for_shares() -> None:
    counts = by_chance_of_counts([999.0, 90.0, 100.0, 110.0], 1)
    shares = by_chance_of_shares([20.0, 20.0, 20.0], 1, whole=400)
    assert counts is not None
    assert shares is not None
    assert (counts.middle, counts.high) == pytest.approx((100, 100 + NORMAL * 10))
    assert (shares.middle, shares.high) == pytest.approx((20, 20 + NORMAL * 2))


def test_a_stock_by_chance_alone_after_one_year_and_two() -> None:
    # Of 100, half leave (variance 25) and 30 come (variance 30): 80, then 40 + 30 = 70.
    one = by_chance_of_stock(100.0, 1, 0.5, 30.0)
    two = by_chance_of_stock(100.0, 2, 0.5, 30.0)
    assert (one.middle, one.high) == pytest.approx((80, 80 + NORMAL * 55**0.5))
    assert (two.middle, two.high) == pytest.approx((70, 70 + NORMAL * (55 / 4 + 20 + 30) ** 0.5))
    assert by_chance_of_stock(100.0, 3, 0.2).middle == pytest.approx(100)


def test_the_interval_score_is_the_width_and_twenty_times_what_lies_outside() -> None:
    range_ = Forecast(low=10.0, middle=15.0, high=20.0)
    assert range_.interval_score(12.0) == 10
    assert range_.interval_score(20.0) == 10
    assert range_.interval_score(21.0) == pytest.approx(30)
    assert range_.interval_score(7.0) == pytest.approx(70)


def test_coverage_width_error_and_score_of_three_figures() -> None:
    rows = [
        (12.0, Forecast(low=10.0, middle=15.0, high=20.0), 10.0),
        (21.0, Forecast(low=10.0, middle=15.0, high=20.0), 10.0),
        (100.0, Forecast(low=90.0, middle=100.0, high=130.0), 100.0),
    ]
    found = scores(rows)
    assert found["figures"] == 3
    assert found["inside"] == pytest.approx(2 / 3)
    assert found["width"] == pytest.approx((1 + 1 + 0.4) / 3)
    assert found["error"] == pytest.approx((0.3 + 0.6 + 0) / 3)
    assert found["score"] == pytest.approx((1 + 3 + 0.4) / 3)


def test_nothing_scores_nothing() -> None:
    assert scores([]) == {"figures": 0, "inside": None, "width": None, "error": None, "score": None}


def test_methods_are_compared_only_where_all_of_them_say_something() -> None:
    some = Forecast(low=0.0, middle=1.0, high=2.0)
    by_method = {"a": {"x": some, "y": some}, "b": {"x": some, "y": None}}
    assert same_rows(by_method, {"x": 1.0, "y": 2.0}) == ("x",)
