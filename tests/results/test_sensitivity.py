"""Shares of what is not known, on made-up draws whose answer is known."""

import numpy as np
import pytest

from sim.results.sensitivity import shares


def draws(count: int = 400) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(5)
    return {name: chance.random(count) for name in ("a", "b", "idle")}


def test_an_answer_that_is_one_parameter_is_all_its() -> None:
    values = draws()
    found = shares(np.exp(3 * values["a"]), values)  # ranks see through any rising curve
    assert found["a"] == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-9), True)
    assert found["idle"][0] < 0.03
    assert not found["idle"][2]


def test_shares_of_a_sum_are_as_the_variances() -> None:
    values = draws(2000)
    found = shares(2 * values["a"] - values["b"], values)  # variances 4 to 1
    assert found["a"][0] == pytest.approx(0.8, abs=0.04)
    assert found["b"][0] == pytest.approx(0.2, abs=0.04)
    assert found["a"][2]
    assert found["b"][2]
    assert 0 < found["b"][1] < 0.04


def test_luck_is_taken_out() -> None:
    values = draws(2000)
    luck = np.random.default_rng(9).random(2000)
    half = shares(values["a"] + luck, values)
    whole = shares(values["a"] + luck, values, unknown=0.5)
    assert half["a"][0] == pytest.approx(0.5, abs=0.04)
    assert whole["a"][0] == pytest.approx(min(1.0, 2 * half["a"][0]))


def test_what_never_varies_has_no_share_and_three_draws_say_nothing() -> None:
    values = draws() | {"fixed": np.ones(400)}
    assert "fixed" not in shares(values["a"], values)
    assert shares(np.arange(3.0), {"a": np.arange(3.0)}) == {}
