"""Few futures of a variant, with the help of the many of the study itself; answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.results.paired import FEW, paired


def column(values: list[float]) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_a_variant_that_always_has_twice_as_many_has_twice_the_average_of_all() -> None:
    own = column([float(k) for k in range(40)])
    found = paired(2 * own[:20], own)
    # The first twenty average 9.5, all of them 19.5.
    assert found.mean == pytest.approx(39.0)
    assert found.more == pytest.approx(19.5)
    spread = np.std(np.arange(40), ddof=1) / np.sqrt(40)
    assert found.error == pytest.approx(2 * spread)
    assert found.more_error == pytest.approx(spread)


def test_a_variant_that_is_the_study_itself_differs_by_nothing_without_error() -> None:
    own = np.random.default_rng(1).normal(5, 3, (30, 2))
    found = paired(own[:15, :1], own)
    assert found.mean == pytest.approx(own.mean())
    assert (found.more, found.more_error) == (pytest.approx(0, abs=1e-12), pytest.approx(0, abs=1e-9))


def test_on_the_same_futures_nothing_is_changed() -> None:
    random = np.random.default_rng(2)
    own, other = random.normal(5, 3, (50, 1)), random.normal(9, 2, (50, 1))
    found = paired(other, own)
    assert found.mean == pytest.approx(other.mean())
    assert found.more == pytest.approx((other - own).mean())
    assert found.error == pytest.approx(other.std(ddof=1) / np.sqrt(50), rel=0.03)


def test_few_draws_are_only_compared_with_the_same_futures() -> None:
    own = column([1.0, 3.0, 8.0, 8.0])
    found = paired(column([2.0, 6.0]), own)
    # Two more on average, 1 and 3, beside an average of 5.
    assert (found.mean, found.more, found.more_error) == (7.0, 2.0, 1.0)
    # What is more grows with the study's own in the first two draws: their covariance is 2, of four draws.
    assert found.error == pytest.approx(np.sqrt(1 + np.var([1, 3, 8, 8], ddof=1) / 4 + 2 * 2 / 4))
    alone = paired(column([2.0]), column([1.0]))
    assert (alone.mean, alone.more, alone.error, alone.more_error) == (2.0, 1.0, None, None)


def test_what_only_the_variant_reads_is_evened_out() -> None:
    own = column([4.0, 6.0] * FEW)
    quantiles = np.linspace(0.6, 0.9, 2 * FEW)[:, None]  # by accident all high, where they average a half
    found = paired(own + 10 * quantiles, own, quantiles)
    assert found.mean == pytest.approx(5 + 10 * 0.5)
    assert paired(own + 10 * quantiles, own).mean == pytest.approx(5 + 10 * 0.75, abs=0.2)


def test_a_study_whose_futures_are_all_alike_draws_no_line() -> None:
    found = paired(column([1.0, 2.0] * FEW), np.full((50, 1), 3.0))
    assert (found.mean, found.more) == (1.5, -1.5)


def test_errors_are_those_that_many_experiments_have() -> None:
    """Two thousand times thirty futures of a variant, of which nobody tells the truth: 7 on average."""
    random = np.random.default_rng(3)
    means, errors, plain = [], [], []
    for _ in range(2000):
        own = random.normal(5, 4, (200, 1))
        quantiles = random.random((30, 1))
        other = 4 + 0.6 * own[:30] + 8 * (quantiles - 0.5) + random.normal(0, 1, (30, 1))
        found = paired(other, own, quantiles)
        means.append(found.mean)
        errors.append(found.error)
        plain.append(other.mean())
    assert np.mean(means) == pytest.approx(7, abs=0.02)
    assert np.std(means) == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.05)
    assert np.std(means) < 0.45 * np.std(plain)


def test_errors_hold_where_a_variant_goes_otherwise_with_draws_than_with_luck() -> None:
    """The study's own averages have three runs a draw, the variant's one: it follows what is drawn half as
    closely again as the study does, and luck hardly."""
    random = np.random.default_rng(4)
    found = []
    for _ in range(1500):
        drawn, luck = random.normal(0, 6, (200, 1)), random.normal(0, 6, (200, 3))
        own = 5 + drawn + luck
        other = 7 + 1.5 * drawn[:60] + 0.3 * luck[:60, :1] + random.normal(0, 2, (60, 1))
        found.append(paired(other, own))
    for value, error in (("mean", "error"), ("more", "more_error")):
        told = np.sqrt(np.mean([getattr(one, error) ** 2 for one in found]))
        assert np.std([getattr(one, value) for one in found]) == pytest.approx(told, rel=0.05)
    assert np.mean([one.mean for one in found]) == pytest.approx(7, abs=0.1)
