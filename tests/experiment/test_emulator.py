"""The quick stand-in: it finds a quadratic function again, through luck that points share."""

import numpy as np
import pytest

from sim.experiment.emulator import features, fit

RANDOM = np.random.default_rng(7)


def truth(z):
    return np.stack([1 + 2 * z[:, 0] - z[:, 1], 5 + 0.5 * z[:, 0] ** 2 + z[:, 1] * z[:, 2]], axis=1)


def test_features_are_one_each_coordinate_and_each_product_with_centred_squares():
    assert features(np.array([[2.0, 3.0]])).tolist() == [[1, 2, 3, 4 - 1, 6, 9 - 1]]


def test_a_quadratic_without_luck_is_found_again():
    z = RANDOM.standard_normal((120, 3))
    emulator = fit(z, truth(z), np.zeros(120, dtype=int))
    new = RANDOM.standard_normal((50, 3))
    assert emulator.mean(new) == pytest.approx(truth(new), abs=1e-3)
    assert emulator.spread(new).max() < 1e-2


def test_luck_that_points_share_is_not_taken_for_a_slope():
    z = RANDOM.standard_normal((400, 3))
    luck = np.arange(400) % 8
    # Luck that goes with the first coordinate: without shifts of their own the slope would be 2 + 1.
    z[:, 0] += luck
    seen = truth(z) + luck[:, None] * -2.0 + RANDOM.normal(0, 0.1, (400, 2))
    emulator = fit(z, seen, luck)
    slopes = emulator.slopes(np.array([3.5, 0.0, 0.0]))
    assert slopes[0] == pytest.approx([2, -1, 0], abs=0.05)
    assert slopes[1] == pytest.approx([3.5, 0, 0], abs=0.1)


def test_noise_is_the_luck_of_a_single_world_and_doubt_falls_with_the_points():
    wide = {}
    for n in (100, 1600):
        z = RANDOM.standard_normal((n, 2))
        seen = z[:, :1] + RANDOM.normal(0, 0.5, (n, 1))
        emulator = fit(z, seen, np.zeros(n, dtype=int))
        wide[n] = float(emulator.spread(np.zeros((1, 2)))[0, 0])
        assert emulator.noise[0] == pytest.approx(0.5, rel=0.2)
    assert wide[1600] < wide[100] / 2


@pytest.mark.parametrize("n", [5, 40])
def test_doubt_is_that_of_the_textbook_with_fewer_points_than_weights_and_with_more(n):
    """The covariance of weights with a normal prior and normal noise, inverted as a whole: six weights."""
    z = RANDOM.standard_normal((n, 2))
    emulator = fit(
        z, truth(np.column_stack([z, z[:, :1]])) + RANDOM.normal(0, 0.3, (n, 2)), np.zeros(n, dtype=int)
    )
    new = 2 * RANDOM.standard_normal((30, 2))
    for figure in range(2):
        prior = np.diag(1 / (emulator.beyond[figure] * emulator.scale**2))
        told = features(z).T @ features(z) / emulator.noise[figure] ** 2
        doubt = np.sqrt(np.einsum("pf,fg,pg->p", features(new), np.linalg.inv(told + prior), features(new)))
        assert emulator.spread(new)[:, figure] == pytest.approx(doubt, rel=1e-3)
