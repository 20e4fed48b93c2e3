"""Numbers by address: one at a time or in a table, compiled or not, the same number for an address."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.foundations import addressed
from sim.foundations.addressed import LONGEST, Addressed
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import ONE
from sim.foundations.randomness import Chance, Decision

compiled = pytest.importorskip("sim.foundations.addressed_compiled")
CHANCE = Chance(seed=2023, draw=1, run=2)
UNIFORMS = (0.0, 0.0, 0.0)


def of(medians: tuple[float, ...] = UNIFORMS, n: int = 50, spread: float = 0.5) -> Addressed:
    """Three slots of some families of two blocks, of whom every third did not come."""
    entity = np.arange(n)[np.arange(n) % 3 > 0]
    block = np.where(entity < n // 2, 4, 7)
    return Addressed(
        key=CHANCE.key(Decision.SERVICE_LENGTH),
        block=block,
        entity=entity,
        occurrences=4,
        medians=medians,
        spread=spread,
    )


def test_uniforms_are_those_of_the_address_in_fixed_point() -> None:
    numbers = of()
    table = np.asarray(numbers)
    assert table.shape == numbers.shape == (3, len(numbers.entity), 4)
    for slot in range(3):
        for row, (block, entity) in enumerate(zip(numbers.block, numbers.entity, strict=True)):
            found = CHANCE.uniform(
                Decision.SERVICE_LENGTH, int(entity), block=int(block), slot=slot, occurrence=2
            )
            assert table[slot, row, 2] == int(found * ONE)


def test_one_at_a_time_is_what_the_table_says() -> None:
    numbers = of((0.0, 90.0, 2.5))
    table = np.asarray(numbers)
    for slot, row, occurrence in np.ndindex(table.shape):
        found = compiled.number(
            numbers.key,
            numbers.block[row],
            slot,
            numbers.entity[row],
            occurrence,
            numbers.medians[slot],
            numbers.spread,
        )
        assert found == table[slot, row, occurrence]


def test_without_compiling_the_numbers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    medians = (0.0, 90.0, 400.0)
    quick = np.asarray(of(medians, n=300))
    monkeypatch.setattr(addressed, "quickest", lambda: addressed.fill_plainly)
    assert np.array_equal(np.asarray(of(medians, n=300)), quick)


def test_lengths_have_their_median_and_spread() -> None:
    lengths = np.asarray(of((100.0,), n=6000)) / TICKS_PER_DAY
    assert np.median(lengths) == pytest.approx(100, rel=0.02)
    assert np.std(np.log(lengths)) == pytest.approx(0.5, rel=0.02)
    assert (np.asarray(of((100.0,), spread=0.0)) == 100 * TICKS_PER_DAY).all()


def test_no_length_is_less_than_a_tick_or_more_than_a_small_number_holds() -> None:
    assert (np.asarray(of((1e-9,))) == 1).all()
    assert (np.asarray(of((1e9,))) == LONGEST).all()


def test_the_table_is_made_once() -> None:
    numbers = of()
    assert numbers.kept == []
    assert np.asarray(numbers) is np.asarray(numbers)


@settings(deadline=None)
@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_the_normal_quantile_is_scipys(uniform: float) -> None:
    from scipy.special import ndtri

    assert compiled.normal_quantile(uniform) == pytest.approx(float(ndtri(uniform)), rel=1e-14)


def test_the_normal_quantile_by_hand() -> None:
    assert compiled.normal_quantile(0.5) == 0
    assert compiled.normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-15)
    assert compiled.normal_quantile(1e-300) == pytest.approx(-37.0471, abs=1e-4)
    # Far out the density falls like that of exp(-x²/2) / x.
    far = compiled.normal_quantile(1e-200)
    assert -far * far / 2 - log(-far) - log(2 * np.pi) / 2 == pytest.approx(log(1e-200), rel=1e-5)
