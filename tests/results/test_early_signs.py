"""Signs of failure, on made-up figures whose answers are known."""

from statistics import NormalDist

import numpy as np
import pytest

from sim.results.early_signs import (
    FEWEST,
    LEVEL,
    Figure,
    errors,
    first_month,
    first_sign,
    halves,
    largest_share,
    least_wrong,
    spread,
    thresholds,
)

MONTHS = 12


def figure(values: object, *, above: bool = False) -> Figure:
    return Figure(
        name="families begun", unit="number", above=above, values=np.asarray(values, dtype=np.float64)
    )


def noise(futures: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 30, (futures, MONTHS)).astype(np.float64)


@pytest.fixture
def met() -> np.ndarray:
    """Half of 80 futures meet the target, in no order that draws know of."""
    return np.random.default_rng(3).permutation(np.repeat([True, False], 40))


DRAWS = np.arange(80)


def test_a_figure_that_parts_the_futures_from_the_fifth_month_is_found_there(met: np.ndarray) -> None:
    values = noise(80, 1)
    # From the fifth month on those who meet the target have begun 30 families or more, the others 29 at most.
    values[:, 4:] += 30.0 * met[:, None]
    found = errors(figure(values), met, DRAWS)
    first = first_month(found.worse, MONTHS)
    assert first == 4
    assert found.comfort[first] == 0.0
    assert found.alarm[first] <= 0.1  # another half of the draws has set the threshold
    assert found.threshold[first] == values[met, 4].min()


def test_too_much_warns_where_above_is_bad(met: np.ndarray) -> None:
    values = np.where(met[:, None], 10.0, 20.0) * np.ones(MONTHS)
    found = errors(figure(values, above=True), met, DRAWS)
    assert first_month(found.worse, MONTHS) == 0
    assert (found.worse == 0).all()
    assert (found.threshold == 10.0).all()
    # Read the other way round the same figure warns of success.
    other = errors(figure(values), met, DRAWS)
    assert first_month(other.worse, MONTHS) is None


def test_noise_is_never_a_sign(met: np.ndarray) -> None:
    for seed in range(30):
        assert first_month(errors(figure(noise(80, seed)), met, DRAWS).worse, MONTHS) is None


def test_the_best_of_much_noise_is_no_better_than_a_coin(met: np.ndarray) -> None:
    many = [figure(noise(80, seed)) for seed in range(25)]
    in_hindsight = min(
        max(float((one.values[~met, m] >= t).mean()), float((one.values[met, m] < t).mean()))
        for one in many
        for m, t in enumerate(thresholds(one.values, met, above=False)[0])
    )
    assert in_hindsight < 0.36
    picked = least_wrong([errors(one, met, DRAWS) for one in many], DRAWS, MONTHS)
    assert picked is not None
    quiet = picked.warned == 0
    assert max(quiet[~met].mean(), 1 - quiet[met].mean()) > 0.4


def test_the_best_finds_a_figure_that_tells(met: np.ndarray) -> None:
    telling = noise(80, 40)
    telling[:, 7] = np.where(met, 25.0, 5.0)
    found = [errors(figure(values), met, DRAWS) for values in (noise(80, 41), telling)]
    picked = least_wrong(found, DRAWS, MONTHS)
    assert picked is not None
    assert (picked.figure, picked.month, picked.threshold) == (1, 7, 25.0)
    assert (picked.warned == ~met).all()
    assert least_wrong(found[1:], DRAWS, 0) is None


def slightly_wrong(seed: int, worse: float) -> tuple[list[Figure], np.ndarray, np.ndarray]:
    """25 figures over three years, each slow to change and wrong in the same share of futures either way: 30
    draws in three worlds."""
    chance = np.random.default_rng(seed)
    met, apart = chance.random(90) < 0.5, -2.0 * NormalDist().inv_cdf(worse)
    many = []
    for _ in range(25):
        values = chance.standard_normal((90, 36))
        for month in range(1, 36):
            values[:, month] = 0.9 * values[:, month - 1] + np.sqrt(0.19) * values[:, month]
        many.append(figure(values + apart * met[:, None]))
    return many, met, np.tile(np.arange(30), 3)


@pytest.mark.parametrize(("worse", "fewest", "most"), [(0.23, 0, 2), (0.02, 18, 20)])
def test_many_figures_that_mislead_too_often_make_no_sign(worse: float, fewest: int, most: int) -> None:
    """Figure and month are judged apart, too. By its own errors alone the luckiest would often pass."""
    signs = lucky = 0
    for seed in range(20):
        many, met, draw = slightly_wrong(seed, worse)
        found = [errors(one, met, draw) for one in many]
        signs += first_sign(found, met, draw, 35) is not None
        lucky += any(first_month(one.worse, 35) is not None for one in found)
    assert fewest <= signs <= most
    assert lucky >= 6


def test_a_figure_that_tells_from_a_month_on_is_the_sign(met: np.ndarray) -> None:
    later, sooner = noise(80, 40), noise(80, 41)
    later[:, 7:] += 30.0 * met[:, None]
    sooner[:, 4:] += 30.0 * met[:, None]
    found = [errors(figure(values), met, DRAWS) for values in (noise(80, 42), later, sooner)]
    picked = first_sign(found, met, DRAWS, MONTHS)
    assert picked is not None
    assert (picked.figure, picked.month) == (2, 4)
    assert picked.warned[~met].all()
    assert first_sign(found[:1], met, DRAWS, MONTHS) is None


def test_errors_by_hand() -> None:
    # Draws 0 and 2 are one half, 1 and 3 the other.
    draw = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    met = np.array([True, False, True, False, True, False, True, False])
    values = np.array([9, 4, 8, 3, 6, 5, 2, 7], dtype=float)[:, None]
    found = errors(figure(values), met, draw)
    # The first half parts at 6: below it warns. There the other half has 8 (met, quiet), 3 (missed, warned),
    # 2 (met, warned), 7 (missed, quiet).
    # The other half has missed 3 and 7, met 8 and 2. Below 3: one false alarm of two, two false comforts of
    # two; below 7: a half and a half; below 8: a half and none, so the greater is a half too. The least
    # warning of the best, 7, is taken; in the first half it leaves 9 alone and warns of 4, 6 (met) and 5.
    assert found.warned[:, 0].tolist() == [0, 1, 0, 1, 1, 1, 1, 0]
    assert found.comfort.tolist() == [0.25]
    assert found.alarm.tolist() == [0.5]
    # All together: below 6 warns of 4, 3, 5 and 2; one of four each way.
    assert found.threshold.tolist() == [6.0]
    # In hindsight half 0 is judged by a threshold that was half wrong where it was made, half 1 by one that
    # was never wrong.
    assert found.hindsight[:, 0].tolist() == [0.5, 0.0, 0.25]


def test_equal_figures_are_warned_of_together_or_not_at_all() -> None:
    met = np.array([True, True, True, False, False, False])
    values = np.array([5, 5, 9, 5, 5, 5], dtype=float)[:, None]
    assert thresholds(values, met, above=False)[0].tolist() == [9.0]
    assert thresholds(-values, met, above=True)[0].tolist() == [-9.0]
    same = np.full((6, 1), 5.0)
    assert thresholds(same, met, above=False)[0].tolist() == [5.0]  # below the smallest: no warning at all


def test_nothing_is_said_before_a_figure_can_be_counted_or_where_all_futures_agree() -> None:
    met = np.array([True, False] * 4)
    values = np.column_stack([np.full(8, np.nan), np.where(met, 2.0, 1.0)])
    found = errors(figure(values), met, np.arange(8) // 2)
    assert np.isnan(found.worse[0])
    assert np.isnan(found.threshold[0])
    assert found.worse[1] == 0
    everyone = errors(figure(values), np.ones(8, dtype=bool), np.arange(8))
    assert np.isnan(everyone.worse).all()


def test_futures_of_one_draw_stay_in_one_half() -> None:
    draw = np.array([3, 3, 5, 5, 9, 9, 3, 5])
    assert halves(draw).tolist() == [0, 0, 1, 1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("worse", "first"),
    [
        ((0.5, 0.2, 0.2, 0.1), 1),  # at the level counts
        ((0.1, 0.1, 0.21, 0.1, 0.1, 0.1), 3),  # a relapse begins it anew
        ((0.5, 0.5, 0.1, 0.1), None),  # two months before it is due: too late
        ((0.1, 0.1, 0.1, 0.5), None),
        ((np.nan, 0.1, 0.1, 0.1), 1),
        ((), None),
    ],
)
def test_a_sign_counts_from_the_month_after_which_it_stays_right(worse: tuple, first: int | None) -> None:
    assert first_month(np.array(worse), len(worse)) == first


def test_months_after_the_claim_falls_due_do_not_count() -> None:
    found = np.array([0.5, 0.1, 0.1, 0.1, 0.9])
    assert first_month(found, 4) == 1
    assert first_month(found, 5) is None
    assert first_month(np.full(3, 0.25), 3) is None
    assert first_month(np.full(3, 0.25), 3, level=0.3) == 0
    assert LEVEL == 0.2


def test_the_greatest_part_of_a_claim_that_enough_futures_meet_and_miss() -> None:
    gain = np.concatenate([np.full(FEWEST, 12.0), np.full(FEWEST, 5.0)])
    assert largest_share(gain, 12.0) == 1.0
    assert largest_share(gain, 16.0) == 0.75
    assert largest_share(gain, 24.0) == 0.5
    assert largest_share(gain, 25.0) == 0.25
    assert largest_share(gain, 49.0) is None
    assert largest_share(gain[1:], 12.0) is None  # one short
    assert largest_share(gain, 1.0) is None  # all meet it


def test_the_spread_of_a_share_is_clustered_by_draw() -> None:
    wrong = np.array([True, True, False, False])
    # Each draw is all one way: it has 1 wrong more, or 1 fewer, than half of its two futures. With two draws
    # that is sqrt((1 + 1) * 2 / 1) / 4.
    assert spread(wrong, np.array([0, 0, 1, 1])) == pytest.approx(0.5)
    # Each draw half and half: no spread between draws.
    assert spread(wrong, np.array([0, 1, 0, 1])) == 0.0
    assert spread(wrong, np.zeros(4, dtype=int)) is None
