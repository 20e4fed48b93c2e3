"""The compiled engine's calendar, as plain functions, against a sorted list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compiled import calendar
from sim.foundations.ledger import NEVER

HORIZON = 64


def opened(ticks: list[int], shift: int) -> tuple[np.ndarray, np.recarray]:
    """A calendar in memory that held something else before."""
    chains = np.full((HORIZON >> shift) + 1, 7, calendar.LINK)
    entries = np.full(len(ticks), 3, np.dtype(calendar.FIELDS)).view(np.recarray)
    calendar.open_at(chains, shift, entries, np.array(ticks, dtype=np.int64))
    return chains, entries


def taken(chains: np.ndarray, entries: np.recarray, shift: int) -> list[tuple[int, int]]:
    """Everybody in the order in which they wake: (tick, row)."""
    result, tick = [], 0
    while (row := calendar.first_from(chains, shift, tick)) >= 0:
        tick = int(entries[row].tick)
        calendar.strike(chains, shift, entries, row)
        result.append((tick, row))
    return result


@given(
    ticks=st.lists(st.integers(0, HORIZON - 1) | st.just(NEVER), max_size=12),
    moves=st.lists(st.tuples(st.integers(0, 11), st.integers(0, HORIZON - 1)), max_size=30),
    shift=st.integers(0, 7),
)
def test_it_keeps_the_order_of_a_sorted_list(
    ticks: list[int], moves: list[tuple[int, int]], shift: int
) -> None:
    chains, entries = opened(ticks, shift)
    expected = dict(enumerate(ticks))
    for row, tick in moves:
        if row >= len(ticks):
            continue
        if expected[row] != NEVER:
            calendar.strike(chains, shift, entries, row)
        calendar.enter(chains, shift, entries, row, tick)
        expected[row] = tick
    order = taken(chains, entries, shift)
    assert [tick for tick, _ in order] == sorted(tick for tick in expected.values() if tick != NEVER)
    assert {row: tick for tick, row in order} == {
        row: tick for row, tick in expected.items() if tick != NEVER
    }


def test_the_first_from_a_tick_on_may_lie_in_a_later_stretch() -> None:
    chains, _ = opened([50, 9, NEVER], 2)
    assert [calendar.first_from(chains, 2, tick) for tick in (0, 9, 12)] == [1, 1, 0]
    assert (chains >= 0).sum() == 2


@pytest.mark.parametrize(
    ("horizon", "wakes", "shift"),
    [(1024, 1024, 0), (1024, 512, 1), (1024, 300, 1), (100, 0, 6), (5, 1000, 0)],
)
def test_there_are_about_as_many_stretches_as_wakes(horizon: int, wakes: int, shift: int) -> None:
    assert calendar.shift_for(horizon, wakes) == shift
