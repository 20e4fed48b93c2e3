"""Quantiles, moments and survival agree with one another, by numerical integration."""

from math import inf, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import truncnorm

from sim.foundations.distributions import (
    Distribution,
    Exponential,
    Fixed,
    LogNormal,
    Mixture,
    Normal,
    StepHazard,
    Table,
    Triangular,
    Uniform,
)

WAIT = StepHazard((0.0, 30.0, 90.0, 365.0), (0.02, 0.0, 0.004, 0.001))
SHAPES: list[Distribution] = [
    Fixed(3.0),
    Uniform(-1.0, 4.0),
    Triangular(0.1, 0.2, 0.9),
    Triangular(0.0, 0.0, 1.0),
    Triangular(2.0, 2.0, 2.0),
    Exponential(12.0),
    LogNormal(0.7, log(1.5 / 0.3) / (2 * 1.6448536)),
    Normal(10.0, 2.0),
    Normal(0.0, 1.0, low=0.0),
    Normal(0.4, 0.5, low=0.1, high=0.6),
    Mixture((Uniform(0.0, 1.0), LogNormal(5.0, 0.2), Fixed(2.0)), (0.5, 0.3, 0.2)),
    StepHazard((0.0,), (0.01,)),
    WAIT,
]
UNIFORMS = st.floats(2.0**-53, 1 - 2.0**-53)


def moments(shape: Distribution) -> tuple[float, float]:
    """Mean and variance by the midpoint rule on the quantile function, finer towards both ends."""
    edges = np.linspace(0.0, 1.0, 400_001)
    edges = edges * edges * (3 - 2 * edges)
    middles, widths = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    values = shape.quantile(middles)
    mean = float((values * widths).sum())
    return mean, float(((values - mean) ** 2 * widths).sum())


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_moments_are_those_of_the_quantiles(shape: Distribution) -> None:
    mean, variance = moments(shape)
    assert shape.mean == pytest.approx(mean, rel=1e-4, abs=1e-4)
    assert shape.variance == pytest.approx(variance, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_quantiles_keep_the_shape_of_what_is_asked(shape: Distribution) -> None:
    assert shape.quantile(np.full((2, 3), 0.5)).shape == (2, 3)
    assert shape.quantile(np.empty(0)).shape == (0,)
    assert float(shape.quantile(0.25)) == shape.quantile(np.array([0.25]))[0]


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_quantiles_are_finite_at_the_ends_of_chance(shape: Distribution) -> None:
    assert np.isfinite(shape.quantile(np.array([2.0**-54, 1 - 2.0**-53]))).all()


@pytest.mark.parametrize("shape", [s for s in SHAPES if not isinstance(s, Mixture)], ids=repr)
@given(a=UNIFORMS, b=UNIFORMS)
def test_quantiles_never_fall(shape: Distribution, a: float, b: float) -> None:
    low, high = shape.quantile(np.array(sorted((a, b))))
    assert low <= high + 1e-12 * abs(high)


def test_a_truncated_normal_is_that_of_scipy() -> None:
    ours = Normal(0.4, 0.5, low=0.1, high=0.6)
    theirs = truncnorm((0.1 - 0.4) / 0.5, (0.6 - 0.4) / 0.5, loc=0.4, scale=0.5)
    u = np.linspace(0.001, 0.999, 99)
    assert ours.quantile(u) == pytest.approx(theirs.ppf(u), rel=1e-10)
    assert ours.mean == pytest.approx(float(theirs.mean()))
    assert ours.variance == pytest.approx(float(theirs.var()))


def test_a_normal_takes_its_mean_by_name() -> None:
    assert Normal(mean=3.0, sd=1.0) == Normal(3.0, 1.0)
    assert Normal(mean=3.0, sd=1.0).mean == 3.0


def test_a_lognormal_has_the_percentiles_it_was_made_from() -> None:
    shape = LogNormal(0.6, log(1.2 / 0.3) / (2 * 1.6448536))
    assert shape.quantile(np.array([0.05, 0.5, 0.95])) == pytest.approx([0.3, 0.6, 1.2], rel=1e-6)


def test_a_mixture_uses_each_arm_in_its_own_part() -> None:
    shape = Mixture((Uniform(0.0, 1.0), Uniform(10.0, 20.0)), (1.0, 3.0))
    u = np.array([0.125, 0.25 - 1e-12, 0.25, 0.625, 1 - 1e-12])
    assert shape.quantile(u) == pytest.approx([0.5, 1.0, 10.0, 15.0, 20.0])


def test_a_table_picks_each_outcome_as_often_as_its_weight() -> None:
    table = Table(("one", "two", "three", "never"), (2.0, 5.0, 3.0, 0.0))
    middles = (np.arange(10_000) + 0.5) / 10_000
    assert np.bincount(table.quantile(middles), minlength=4).tolist() == [2000, 5000, 3000, 0]
    assert table.quantile(np.array([1 - 2.0**-53])).tolist() == [2]
    assert table.mean == pytest.approx(1.1)
    assert table.variance == pytest.approx(0.49)


@pytest.mark.parametrize("x", [0.0, 10.0, 30.0, 60.0, 90.0, 200.0, 365.0, 2000.0])
def test_survival_is_the_exponential_of_the_hazard_spent(x: float) -> None:
    bounds = [*WAIT.bounds, inf]
    spent = sum(
        rate * (min(x, high) - low)
        for rate, low, high in zip(WAIT.rates, bounds, bounds[1:], strict=False)
        if x > low
    )
    assert float(WAIT.survival(x)) == pytest.approx(np.exp(-spent))


@given(UNIFORMS)
def test_survival_undoes_the_quantile(u: float) -> None:
    assert float(1 - WAIT.survival(WAIT.quantile(u))) == pytest.approx(u, abs=1e-12)


def test_everything_lasts_longer_than_less_than_nothing() -> None:
    assert WAIT.survival(np.array([-5.0, 0.0])).tolist() == [1.0, 1.0]


def test_nothing_ends_where_the_hazard_is_nought() -> None:
    lengths = WAIT.quantile((np.arange(5000) + 0.5) / 5000)
    assert not ((lengths > 30.0) & (lengths < 90.0)).any()


def test_the_mean_is_the_area_under_survival() -> None:
    area = sum(
        quad(lambda x: float(WAIT.survival(x)), low, high)[0]
        for low, high in [(0, 30), (30, 90), (90, 365), (365, 5_000), (5_000, 40_000)]
    )
    assert pytest.approx(area, rel=1e-8) == WAIT.mean


@pytest.mark.parametrize("u", [1e-9, 0.01, 0.05, 0.2, 0.5, 0.9, 0.999])
def test_equilibrium_is_the_inverse_of_the_area_under_survival(u: float) -> None:
    elapsed = float(WAIT.equilibrium_quantile(u))
    points = [bound for bound in WAIT.bounds if 0 < bound < elapsed]
    area = quad(lambda x: float(WAIT.survival(x)), 0, elapsed, points=points or None, limit=200)[0]
    assert area / WAIT.mean == pytest.approx(u, rel=1e-6)


def test_the_mean_elapsed_is_that_of_renewal_theory() -> None:
    elapsed = WAIT.equilibrium_quantile((np.arange(1_000_000) + 0.5) / 1_000_000)
    assert elapsed.mean() == pytest.approx((WAIT.variance + WAIT.mean**2) / (2 * WAIT.mean), rel=1e-4)


def test_an_exponential_stay_met_at_a_moment_has_lasted_as_long_as_any() -> None:
    stay = StepHazard((0.0,), (0.01,))
    u = np.linspace(0.001, 0.999, 50)
    assert stay.equilibrium_quantile(u) == pytest.approx(Exponential(100.0).quantile(u))
    assert stay.quantile(u) == pytest.approx(Exponential(100.0).quantile(u))
    assert stay.variance == pytest.approx(100.0**2)


def test_equilibrium_is_finite_at_the_ends_of_chance() -> None:
    assert np.isfinite(WAIT.equilibrium_quantile(np.array([2.0**-54, 1 - 2.0**-53]))).all()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Uniform(2.0, 1.0), r"low \(2.0\) must not be above high"),
        (lambda: Triangular(0.0, 2.0, 1.0), "in order low, mode, high"),
        (lambda: Exponential(0.0), "mean must be above 0"),
        (lambda: LogNormal(-1.0, 0.1), "median must be above 0"),
        (lambda: LogNormal(1.0, -0.1), "sigma must not be below 0"),
        (lambda: Normal(0.0, 0.0), "sd must be above 0"),
        (lambda: Normal(0.0, 1.0, 3.0, 2.0), "must be below high"),
        (lambda: Normal(0.0, 1.0, 9.0, 10.0), "almost nothing"),
        (lambda: Mixture((), ()), "at least one outcome"),
        (lambda: Mixture((Fixed(1.0),), (1.0, 2.0)), "1 outcomes but 2 weights"),
        (lambda: Table(("a",), (0.0,)), "not all 0"),
        (lambda: Table(("a", "b"), (-1.0, 2.0)), "must be 0 or more"),
        (lambda: StepHazard((0.0, 1.0), (1.0,)), "one rate for each bound"),
        (lambda: StepHazard((1.0,), (1.0,)), "start at 0 and rise"),
        (lambda: StepHazard((0.0, 2.0, 2.0), (1.0, 1.0, 1.0)), "start at 0 and rise"),
        (lambda: StepHazard((0.0, 1.0), (1.0, 0.0)), "last above 0"),
        (lambda: StepHazard((0.0, 1.0), (-1.0, 1.0)), "0 or more"),
    ],
)
def test_a_shape_refuses_what_cannot_be(make: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()  # type: ignore[operator]
