"""Estimates against closed forms and cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.results.estimates import Index, chance, draws_needed, estimate, overlap, variance_split
from tests.made_up import PAIR, blank, bury, index, made_up, put

LAST = "2026-03-31"
WHOLE = st.integers(-50, 50).map(float)


def test_the_error_is_clustered_by_draw() -> None:
    # Draw means 1, 2, 3, 4: sd = sqrt(5/3), over sqrt(4); the six runs of a draw add no information.
    values = np.repeat([[1.0], [2.0], [3.0], [4.0]], 6, axis=1)
    found = estimate(values)
    assert found.mean == 2.5
    assert found.error == pytest.approx(np.sqrt(5 / 3) / 2)
    naive = values.std(ddof=1) / np.sqrt(values.size)
    assert found.error > 2 * naive


def test_percentiles_are_over_all_draws_and_runs() -> None:
    values = np.arange(101.0).reshape(101, 1)
    found = estimate(values)
    assert (found.p5, found.p50, found.p95) == (5.0, 50.0, 95.0)
    again = estimate(values.reshape(1, 101))
    assert (again.p5, again.p50, again.p95) == (5.0, 50.0, 95.0)
    assert again.error is None


def test_trials_without_a_value_are_left_out() -> None:
    found = estimate(np.array([[1.0, np.nan], [3.0, 3.0], [np.nan, np.nan]]))
    assert found.mean == 2.0
    assert found.error == pytest.approx(1.0)
    with pytest.raises(ValueError, match="at least one known value"):
        estimate(np.array([[np.nan]]))


@pytest.mark.parametrize("wrong", [np.zeros(3), np.zeros((0, 2)), np.zeros((2, 2, 2))])
def test_an_estimate_needs_draws_and_runs(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"\[draws, runs\]"):
        estimate(wrong)


def test_pairing_removes_all_that_scenarios_share() -> None:
    # no change = c, scenario = c - a(draw): the difference is a(draw), whatever c is.
    results = blank(4, 3)
    shared = np.random.default_rng(1).normal(350, 40, (4, 3))
    gain = np.array([[2.0], [4.0], [6.0], [8.0]])
    put(results, "no change", "children looked after", LAST, shared)
    put(results, "both", "children looked after", LAST, shared - gain)
    found = results.difference("both", "no change", on=LAST)
    assert found.estimate.mean == pytest.approx(5.0)
    assert found.estimate.error == pytest.approx(np.sqrt(20 / 3) / 2)
    apart = estimate(shared).error
    assert apart is not None
    assert found.estimate.error < apart


def test_draw_0_is_in_no_range() -> None:
    results = blank()
    results.data["no change"][0] = 1000.0
    assert results.series("no change", "children looked after", LAST).max() == 0
    assert results.central("no change", "children looked after", LAST) == 1000


def test_variance_split_by_hand() -> None:
    # Within: 2 and 2. Draw means 2 and 6, variance 8, mean square between 16; (16 - 2) / 2 = 7.
    assert variance_split(np.array([[1.0, 3.0], [5.0, 7.0]])) == (7.0, 2.0)


def test_draws_needed_by_hand() -> None:
    # (7 + 2 / 2) / draws = 0.5 squared at 32 draws of two runs; (7 + 2) / draws at 36 of one.
    assert draws_needed((7.0, 2.0), 2, 0.5) == 32
    assert draws_needed((7.0, 2.0), 1, 0.5) == 36
    assert draws_needed((0.0, 0.0), 3, 0.5) == 2
    with pytest.raises(ValueError, match="above 0"):
        draws_needed((7.0, 2.0), 2, 0.0)


def test_draws_needed_bring_the_error_to_what_was_asked() -> None:
    rng = np.random.default_rng(5)
    draws = draws_needed((9.0, 4.0), 2, 0.25)
    means = [
        (3 * rng.standard_normal((draws, 1)) + 2 * rng.standard_normal((draws, 2))).mean() for _ in range(400)
    ]
    assert np.std(means) == pytest.approx(0.25, rel=0.1)


def test_variance_split_recovers_what_was_put_in() -> None:
    rng = np.random.default_rng(3)
    found = variance_split(3 * rng.standard_normal((4000, 1)) + 2 * rng.standard_normal((4000, 5)))
    assert found is not None
    assert found[0] == pytest.approx(9, rel=0.1)
    assert found[1] == pytest.approx(4, rel=0.1)


def test_what_is_not_known_is_never_below_nought() -> None:
    assert variance_split(np.array([[1.0, 9.0], [9.0, 1.0]])) == (0.0, 32.0)


@pytest.mark.parametrize("shape", [(5, 1), (1, 5)])
def test_one_run_or_one_draw_cannot_tell_luck(shape: tuple[int, int]) -> None:
    assert variance_split(np.ones(shape)) is None


def test_exactly_so_many_fewer_counts() -> None:
    results = blank(2, 2)
    put(results, "no change", "children looked after", LAST, 100.0)
    put(results, "both", "children looked after", LAST, np.array([[76.0, 77.0], [76.0, 75.0]]))
    difference = results.difference("both", "no change", on=LAST)
    met, error = difference.chance_of_at_least(24)
    assert met == 0.75
    assert error == pytest.approx(0.25)
    assert "fewer by 24" in repr(difference)
    assert "<caption>both against no change" in difference._repr_html_()


def test_a_chance_has_a_clustered_error() -> None:
    assert chance(np.array([[True, True], [False, False]])) == (0.5, pytest.approx(0.5))
    assert chance(np.array([[True, False]])) == (0.5, None)


@given(*(arrays(np.float64, (3, 2), elements=WHOLE) for _ in range(3)))
def test_overlap_is_a_plus_b_less_both(a: np.ndarray, b: np.ndarray, both: np.ndarray) -> None:
    found = overlap({"a": a, "b": b}, both)
    means = {name: one.mean for name, one in found.alone.items()}
    assert found.overlap.mean == pytest.approx(means["a"] + means["b"] - found.together.mean)
    assert found.after_other["a"].mean == pytest.approx(found.together.mean - means["b"])
    assert found.alone["a"].mean - found.after_other["a"].mean == pytest.approx(found.overlap.mean)


def test_the_union_is_found_by_what_it_holds() -> None:
    results = made_up()
    assert results.combined(*PAIR) == "both"
    found = results.overlap(*PAIR)
    assert set(found.as_dict()) == {*PAIR, "together", "overlap"}
    assert "counted twice" in found._repr_html_()
    with pytest.raises(KeyError, match="edge of care & family safeguarding"):
        blank(scenarios=("no change", *PAIR)).overlap(*PAIR)


def test_tidy_measures_hold_every_number_once() -> None:
    results = made_up(2, 2)
    frame = results.measures
    assert list(frame.columns) == ["scenario", "draw", "run", "measure", "period", "group", "value"]
    assert len(frame) == 4 * 3 * 2 * len(index())
    assert not frame.duplicated(["scenario", "draw", "run", "measure", "period", "group"]).any()
    row = frame.query(
        f"scenario == 'both' and draw == 2 and run == 1 and measure == 'children looked after' "
        f"and period == '{LAST}' and group == 'all'"
    )
    assert row.value.item() == results.series("both", "children looked after", LAST)[1, 1]


def test_unknown_names_get_the_nearest() -> None:
    results = blank()
    for wrong, hint in (
        (("no chang", "entries", "2023/24"), "'no change'"),
        (("no change", "entrys", "2023/24"), "'entries'"),
        (("no change", "entries", "2024/5"), "'2024/25'"),
        (("no change", "exits", "2023/24", "adoptd"), "'adopted'"),
    ):
        with pytest.raises(KeyError, match=hint):
            results.series(*wrong)
    with pytest.raises(KeyError, match="not a measure"):
        index().select("zebra")
    with pytest.raises(ValueError, match="once"):
        Index(keys=(("a", "b", "c"), ("a", "b", "c")))


def test_results_refuse_a_wrong_shape() -> None:
    results = blank()
    with pytest.raises(ValueError, match="expected"):
        type(results)(bury(), results.scenarios, 3, 2, index(), results.data)


def test_results_show_themselves() -> None:
    results = made_up()
    assert "6 draws × 3 runs" in repr(results)
    assert "<td>both</td>" in results._repr_html_()
