"""Ticks, months and financial years agree with the calendar."""

import datetime as dt
import math
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.foundations.clock import (
    DAYS_PER_YEAR,
    TICKS_PER_DAY,
    TICKS_PER_YEAR,
    Clock,
    FinancialYear,
    financial_year,
    ticks,
    ticks_array,
)

BURY = Clock(dt.date(2023, 4, 1), dt.date(2026, 4, 1))

firsts = st.dates(dt.date(1990, 1, 1), dt.date(2080, 12, 1)).map(lambda day: day.replace(day=1))
clocks = st.tuples(firsts, firsts).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Clock(*pair))


def test_an_average_year_is_a_whole_number_of_ticks() -> None:
    assert TICKS_PER_YEAR == DAYS_PER_YEAR * TICKS_PER_DAY


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0.0, 1), (-3.0, 1), (1e-9, 1), (1.0, 1024), (0.5, 512), (1.5 / 1024, 2), (2.5 / 1024, 2)],
)
def test_a_length_is_rounded_and_is_at_least_one_tick(days: float, expected: int) -> None:
    assert ticks(days) == expected


@given(st.lists(st.floats(-10, 1e6), max_size=20))
def test_arrays_of_lengths_agree_with_single_ones(days: list[float]) -> None:
    lengths = ticks_array(days)
    assert lengths.dtype == np.int64
    assert lengths.tolist() == [ticks(day) for day in days]


@pytest.mark.parametrize("days", [math.nan, math.inf, -math.inf])
def test_a_length_must_be_finite(days: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        ticks(days)
    with pytest.raises(ValueError, match="finite"):
        ticks_array([1.0, days])


def test_the_study_of_three_years() -> None:
    assert BURY.horizon == 1096 * TICKS_PER_DAY  # 29 February 2024 is in it
    assert len(BURY.month_starts) == 37
    assert (BURY.month_starts[0], BURY.month_starts[-1]) == (0, BURY.horizon)
    assert BURY.month_ends[0] == ("2023-04-30", 30 * TICKS_PER_DAY)
    assert BURY.month_ends[10][0] == "2024-02-29"
    assert BURY.month_ends[-1] == ("2026-03-31", BURY.horizon)
    assert [year.label for year in BURY.years] == ["2023/24", "2024/25", "2025/26"]
    assert [year.end - year.start for year in BURY.years] == [d * TICKS_PER_DAY for d in (366, 365, 365)]


def test_years_are_clipped_to_what_is_simulated() -> None:
    clock = Clock(dt.date(2024, 1, 1), dt.date(2024, 6, 1))
    assert clock.years == (
        FinancialYear(label="2023/24", start=0, end=91 * TICKS_PER_DAY),
        FinancialYear(label="2024/25", start=91 * TICKS_PER_DAY, end=152 * TICKS_PER_DAY),
    )


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (dt.date(2023, 3, 31), "2022/23"),
        (dt.date(2023, 4, 1), "2023/24"),
        (dt.date(1999, 12, 31), "1999/00"),
        (dt.date(2000, 1, 1), "1999/00"),
    ],
)
def test_financial_years_begin_in_april(day: dt.date, label: str) -> None:
    assert financial_year(day) == label


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (dt.date(2023, 4, 2), dt.date(2026, 4, 1), "start must be the first day of a month, not 2023-04-02"),
        (dt.date(2023, 4, 1), dt.date(2026, 3, 31), "end must be the first day of a month, not 2026-03-31"),
        (dt.date(2023, 4, 1), dt.date(2023, 4, 1), "must come after start"),
    ],
)
def test_a_clock_refuses_what_is_not_whole_months(start: dt.date, end: dt.date, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Clock(start, end)


@given(clocks, st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(0, TICKS_PER_DAY - 1))
def test_a_day_and_every_tick_of_it_are_the_same_day(clock: Clock, day: dt.date, later: int) -> None:
    assert clock.date(clock.tick(day) + later) == day


@given(clocks)
def test_months_and_years_tile_simulated_time(clock: Clock) -> None:
    starts = clock.month_starts
    assert starts[0] == 0
    assert starts[-1] == clock.horizon
    assert {(b - a) // TICKS_PER_DAY for a, b in pairwise(starts)} <= {28, 29, 30, 31}
    assert tuple(tick for _, tick in clock.month_ends) == starts[1:]
    edges = [clock.years[0].start, *(year.end for year in clock.years)]
    assert edges[0] == 0
    assert edges[-1] == clock.horizon
    assert edges[:-1] == [year.start for year in clock.years]
    assert edges == sorted(set(edges))


@given(clocks, st.floats(0, 1, exclude_max=True))
def test_the_year_at_a_tick_is_that_of_its_date(clock: Clock, share: float) -> None:
    tick = int(share * clock.horizon)
    assert clock.years[clock.year_at(tick)].label == financial_year(clock.date(tick))


@given(clocks)
def test_a_month_end_is_the_day_before_its_midnight(clock: Clock) -> None:
    for label, tick in clock.month_ends:
        assert clock.date(tick - 1).isoformat() == label
        assert clock.date(tick).day == 1


@pytest.mark.parametrize("tick", [-1, BURY.horizon])
def test_there_is_no_year_outside_simulated_time(tick: int) -> None:
    with pytest.raises(ValueError, match="outside simulated time"):
        BURY.year_at(tick)


def test_a_clock_that_was_used_is_still_equal_and_can_be_sent() -> None:
    fresh = Clock(BURY.start, BURY.end)
    assert BURY.years
    assert fresh == BURY
    assert hash(fresh) == hash(BURY)
    assert pickle.loads(pickle.dumps(BURY)) == fresh
