"""The months and years that measures are given for, as tables that a tick is looked up in."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.foundations.clock import TICKS_PER_DAY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.foundations.clock import Clock

    Ints = NDArray[np.int64]


class Times:
    """The calendar of one study."""

    def __init__(self, clock: Clock) -> None:
        self.ends = np.array([tick for _, tick in clock.month_ends])
        """Tick after the last of each month."""
        self.marches = np.array(
            [place for place, (label, _) in enumerate(clock.month_ends) if label[5:7] == "03"], dtype=np.int64
        )
        """Positions of the months that end on 31 March."""
        self.year_begins = np.array([year.start for year in clock.years])
        self.year_ends = np.array([year.end for year in clock.years])
        self.stretches = np.concatenate([[1], self.ends])
        """Ticks at which the stretches that events are counted in end: the first instant, then months."""
        self.first_stretches = np.concatenate([[0], self.ends.searchsorted(self.year_begins[1:]) + 2])
        """By year: its first stretch. The first instant belongs to the first year."""
        self._last_day = int(self.ends[-1]) // TICKS_PER_DAY
        days = np.arange(self._last_day + 1) * TICKS_PER_DAY
        # Months and years begin at midnight, so the day of a tick is enough to know them by.
        self._month_of_day = self.ends.searchsorted(days, side="right")
        self._year_of_day = self.year_begins.searchsorted(days, side="right") - 1

    def month_of(self, ticks: Ints) -> Ints:
        """Position of the month of each tick: 0 before the first, the number of months after the last."""
        found: Ints = self._month_of_day[self._day_of(ticks)]
        return found

    def year_of(self, ticks: Ints) -> Ints:
        """Position of the financial year of each tick; the last year after it."""
        found: Ints = self._year_of_day[self._day_of(ticks)]
        return found

    def _day_of(self, ticks: Ints) -> Ints:
        return np.minimum(np.maximum(ticks // TICKS_PER_DAY, 0), self._last_day)


@lru_cache(maxsize=8)
def times_of(clock: Clock) -> Times:
    """The calendar of a study's clock, made once."""
    return Times(clock)
