"""Numbers by address: one at a time or in a table, compiled or not, the same number for an address."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.foundations import addressed
from sim.foundations.addressed import (
    LONGEST,
    RESILIENCE,
    UNIFORM,
    Addressed,
    Meaning,
    Transform,
    beginning_with,
    first_of,
)
from sim.foundations.clock import TICKS_PER_DAY
from sim.foundations.ledger import GRID_BITS, ONE, UNITS
from sim.foundations.randomness import Chance, Decision

compiled = pytest.importorskip("sim.foundations.addressed_compiled")
CHANCE = Chance(seed=2023, draw=1, run=2)
BELOW = Transform(meaning=Meaning.BELOW, scale=0.3)


def length(median: float, spread: float = 0.5) -> Transform:
    """Lengths of a median in days."""
    return Transform(meaning=Meaning.LENGTH, scale=median, spread=spread)


EVERY = (UNIFORM, RESILIENCE, BELOW, length(2.5), length(400.0))


def of(transform: Transform = UNIFORM, n: int = 50, one_slot: bool = False) -> Addressed:
    """Some families of two blocks, of whom every third did not come, and one of three children of each."""
    entity = np.arange(n)[np.arange(n) % 3 > 0]
    return Addressed(
        key=CHANCE.key(Decision.SERVICE_LENGTH),
        block=np.where(entity < n // 2, 4, 7),
        slot=2 if one_slot else entity * 7 % 3,
        entity=entity,
        occurrences=4,
        transform=transform,
    )


def uniforms(numbers: Addressed, occurrence: int) -> list[float]:
    """What chance says of each row."""
    slots = np.broadcast_to(numbers.slot, numbers.entity.shape)
    return [
        CHANCE.uniform(
            Decision.SERVICE_LENGTH, int(entity), block=int(block), slot=int(slot), occurrence=occurrence
        )
        for block, slot, entity in zip(numbers.block, slots, numbers.entity, strict=True)
    ]


@pytest.mark.parametrize("one_slot", [False, True])
def test_each_kind_of_number_follows_from_the_uniform_of_its_address(one_slot: bool) -> None:
    for transform, expected in (
        (UNIFORM, lambda u: int(u * ONE)),
        (RESILIENCE, lambda u: round(-log(u) * (UNITS >> GRID_BITS)) << GRID_BITS),
        (BELOW, lambda u: int(u < 0.3)),
        (length(1.0, spread=0.0), lambda u: TICKS_PER_DAY),
    ):
        numbers = of(transform, one_slot=one_slot)
        table = np.asarray(numbers)
        assert table.shape == numbers.shape == (len(numbers.entity), 4)
        assert table[:, 2].tolist() == [expected(u) for u in uniforms(numbers, 2)]


def test_one_at_a_time_is_what_the_table_says() -> None:
    for transform in EVERY:
        numbers = of(transform)
        table = np.asarray(numbers)
        for row, occurrence in np.ndindex(table.shape):
            found = compiled.number(
                numbers.key,
                numbers.block[row],
                np.asarray(numbers.slot)[row],
                numbers.entity[row],
                occurrence,
                int(transform.meaning),
                transform.scale,
                transform.spread,
            )
            assert found == table[row, occurrence]


def test_without_compiling_the_numbers_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [np.asarray(of(transform, n=300)) for transform in EVERY]
    monkeypatch.setattr(addressed, "quickest", lambda: addressed.fill_plainly)
    for transform, numbers in zip(EVERY, quick, strict=True):
        assert np.array_equal(np.asarray(of(transform, n=300)), numbers)
        assert np.asarray(of(transform)).dtype == numbers.dtype


def test_more_rows_than_are_worked_out_together() -> None:
    """What is drawn together is cut between rows; every number stays with its own."""
    rows = 2 * compiled.TOGETHER + 3
    many, few = of(RESILIENCE, n=2 * rows), of(RESILIENCE, n=40)
    assert len(many.entity) > rows
    shared = many.block[: len(few.entity)] == few.block
    assert np.array_equal(np.asarray(many)[: len(few.entity)][shared], np.asarray(few)[shared])
    last = uniforms(many, 1)[-1]
    assert np.asarray(many)[-1, 1] == round(-log(last) * (UNITS >> GRID_BITS)) << GRID_BITS


def test_the_first_occurrences_are_those_of_the_table() -> None:
    for transform in EVERY:
        numbers = of(transform)
        assert np.array_equal(first_of(numbers, 2), np.asarray(numbers)[:, :2])
    assert np.array_equal(first_of(np.asarray(numbers), 2), np.asarray(numbers)[:, :2])


@pytest.mark.parametrize("in_a_table", [False, True])
def test_what_is_known_of_the_first_occurrences_holds_instead(in_a_table: bool) -> None:
    numbers = of()
    usual = np.asarray(numbers).copy()
    changed = beginning_with(usual if in_a_table else numbers, np.full((len(usual), 1), 7))
    assert (np.asarray(changed)[:, 0] == 7).all()
    assert np.array_equal(np.asarray(changed)[:, 1:], usual[:, 1:])
    assert (first_of(changed, 1) == 7).all()
    assert np.array_equal(np.asarray(numbers), usual)


@pytest.mark.parametrize("in_a_table", [False, True])
def test_less_may_be_known_anew_and_less_be_asked_than_is_known(in_a_table: bool) -> None:
    numbers = of()
    usual = np.asarray(numbers).copy()
    three = beginning_with(usual if in_a_table else numbers, np.full((len(usual), 3), 7))
    changed = beginning_with(three, np.full((len(usual), 1), 8))
    assert (first_of(changed, 2) == [8, 7]).all()
    assert (np.asarray(changed)[:, :3] == [8, 7, 7]).all()
    assert np.array_equal(np.asarray(changed)[:, 3:], usual[:, 3:])


def test_nobody_changes_a_table_that_others_work_out() -> None:
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(of())[0, 0] = 1


def test_lengths_have_their_median_and_spread() -> None:
    lengths = np.asarray(of(length(100.0), n=6000)) / TICKS_PER_DAY
    assert np.median(lengths) == pytest.approx(100, rel=0.02)
    assert np.std(np.log(lengths)) == pytest.approx(0.5, rel=0.02)


def test_resiliences_are_unit_exponential() -> None:
    spent = np.asarray(of(RESILIENCE, n=6000)) / UNITS
    assert spent.mean() == pytest.approx(1, rel=0.02)
    assert np.exp(-spent).mean() == pytest.approx(0.5, rel=0.02)


def test_no_length_is_less_than_a_tick_or_more_than_a_small_number_holds() -> None:
    assert (np.asarray(of(length(1e-9))) == 1).all()
    assert (np.asarray(of(length(1e9))) == LONGEST).all()


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
