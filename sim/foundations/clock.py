"""Simulated time: whole ticks of 1/1024 day since the study's first midnight, and the calendar they mean.

Only the calendar's own facts are here: months, and financial years from April to March. Nothing in the engine
sees a date.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import numpy.typing as npt

__all__ = [
    "DAYS_PER_YEAR",
    "TICKS_PER_DAY",
    "TICKS_PER_YEAR",
    "Clock",
    "FinancialYear",
    "financial_year",
    "ticks",
    "ticks_array",
]

TICKS_PER_DAY = 1024
"""Ticks in a day: a power of two, so that a day and its halves are exact."""
DAYS_PER_YEAR = 365.25
"""Days in the average year, for rates a year."""
TICKS_PER_YEAR = 374_016
"""Ticks in the average year: 365.25 × 1024, a whole number."""


def ticks(days: float) -> int:
    """A length in days as whole ticks, to the nearest (halves to even) and never less than one."""
    if not isfinite(days):
        raise ValueError(f"a length must be a finite number of days, not {days}")
    return max(1, round(days * TICKS_PER_DAY))


def ticks_array(days: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """`ticks` of every element; same shape as `days`."""
    lengths = np.asarray(days, dtype=np.float64)
    if not np.isfinite(lengths).all():
        raise ValueError("every length must be a finite number of days")
    return np.maximum(np.rint(lengths * TICKS_PER_DAY), 1.0).astype(np.int64)


def financial_year(day: dt.date) -> str:
    """The label of the financial year (April to March) that holds `day`, as `2023/24`."""
    return _label(_first_year(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialYear:
    """A financial year, or the part of one that is simulated."""

    label: str
    """As `2023/24`."""
    start: int
    """First tick of it that is simulated."""
    end: int
    """Tick after the last that is simulated."""


@dataclass(frozen=True)
class Clock:
    """Simulated time [start, end): tick 0 is the midnight that begins `start`."""

    start: dt.date
    """First day simulated; the first of a month."""
    end: dt.date
    """Day after the last simulated; the first of a month."""

    def __post_init__(self) -> None:
        for name, day in (("start", self.start), ("end", self.end)):
            if day.day != 1:
                raise ValueError(f"{name} must be the first day of a month, not {day.isoformat()}")
        if self.end <= self.start:
            raise ValueError(f"end ({self.end.isoformat()}) must come after start ({self.start.isoformat()})")

    @cached_property
    def horizon(self) -> int:
        """Ticks from start to end."""
        return self.tick(self.end)

    def tick(self, day: dt.date) -> int:
        """The tick of the midnight that begins `day`; negative before the start."""
        return (day - self.start).days * TICKS_PER_DAY

    def date(self, tick: int) -> dt.date:
        """The day that `tick` falls in."""
        return self.start + dt.timedelta(days=int(tick) // TICKS_PER_DAY)

    @cached_property
    def month_starts(self) -> tuple[int, ...]:
        """Ticks of the first of each month, from start to end, both included."""
        return tuple(self.tick(first) for first in self._firsts)

    @cached_property
    def month_ends(self) -> tuple[tuple[str, int], ...]:
        """For each month simulated, its last day as an ISO date and the tick of the midnight after it."""
        return tuple(
            ((first - dt.timedelta(days=1)).isoformat(), self.tick(first)) for first in self._firsts[1:]
        )

    @cached_property
    def years(self) -> tuple[FinancialYear, ...]:
        """The financial years that are simulated, in whole or part, in order."""
        span = range(_first_year(self.start), _first_year(self.end - dt.timedelta(days=1)) + 1)
        return tuple(
            FinancialYear(
                label=_label(year),
                start=max(0, self.tick(dt.date(year, 4, 1))),
                end=min(self.horizon, self.tick(dt.date(year + 1, 4, 1))),
            )
            for year in span
        )

    def years_over(self, day: dt.date) -> tuple[str, ...]:
        """Labels of the financial years that are over at the end of a day."""
        after = self.tick(day + dt.timedelta(days=1))
        return tuple(year.label for year in self.years if year.end <= min(after, self.horizon))

    def year_at(self, tick: int) -> int:
        """Position in `years` of the year that holds `tick`; ValueError outside simulated time."""
        if not 0 <= tick < self.horizon:
            raise ValueError(f"tick {tick} is outside simulated time [0, {self.horizon})")
        return bisect_right(self.years, tick, key=lambda year: year.start) - 1

    @cached_property
    def _firsts(self) -> tuple[dt.date, ...]:
        firsts = [self.start]
        while firsts[-1] < self.end:
            last = firsts[-1]
            firsts.append(dt.date(last.year + last.month // 12, last.month % 12 + 1, 1))
        return tuple(firsts)


def _first_year(day: dt.date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def _label(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"
