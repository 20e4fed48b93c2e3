"""Logs written by hand, and as much of a plan as measuring them needs; no engine runs here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.engine.events import Event, EventLog
from sim.foundations.clock import TICKS_PER_DAY, TICKS_PER_YEAR, Clock
from sim.model.plan import Post
from sim.model.terms import BAND_STARTS, Line
from sim.results.measures import index_of, measure

CLOCK = Clock(dt.date(2023, 4, 1), dt.date(2025, 4, 1))
YEAR = 366
"""Days in 2023/24."""
FIRST, SECOND = "2023/24", "2024/25"
Record = tuple[float, int, int, Event, int, int]


def days(number: float) -> int:
    """Ticks in a number of days."""
    return round(number * TICKS_PER_DAY)


def years(number: float) -> int:
    """Ticks in a number of years."""
    return round(number * TICKS_PER_YEAR)


@dataclass(frozen=True, kw_only=True)
class Child:
    """A child of a hand-made family."""

    age: float = 8.0
    """Years at tick 0."""
    stay: int = -1
    """Stay in progress at tick 0."""
    elapsed: float = 0.0
    """Years of it that lie before tick 0."""
    returned: bool = False
    unaccompanied: bool = False
    guardian: bool = False
    sex: int = 0
    disabled: bool = False


def plan_of(
    *homes: Sequence[Child],
    places: Mapping[int, Sequence[tuple[int, int]]] | None = None,
    posts: Sequence[Post] = (),
    counted: Sequence[int] = (),
    ethnicity: Sequence[int] | None = None,
    needs: Sequence[int] | None = None,
    opening: Sequence[int] | None = None,
    elapsed: Sequence[float] | None = None,
    youngest: Sequence[int] = (0,),
    clock: Clock = CLOCK,
) -> Any:
    """Families 10, 20 and so on; the first child of family 10 is 100, its second 101.

    ``opening`` are levels held at tick 0, ``elapsed`` the years spent there.
    """
    kids = [child for home in homes for child in home]
    ids = [(row + 1) * 100 + slot for row, home in enumerate(homes) for slot in range(len(home))]

    def column(name: str) -> Any:
        return np.array([getattr(child, name) for child in kids])

    return SimpleNamespace(
        horizon=clock.horizon,
        families=SimpleNamespace(
            id=np.arange(1, len(homes) + 1) * 10,
            first_child=np.cumsum([0, *(len(home) for home in homes)]),
            ethnicity=np.array(ethnicity or [0] * len(homes)),
            again=np.zeros(len(homes), dtype=bool),
            needs=np.array(needs or [0] * len(homes)),
            opening_status=np.array(opening or [-1] * len(homes)),
            opening_elapsed=np.array([years(one) for one in elapsed or [0] * len(homes)]),
        ),
        children=SimpleNamespace(
            id=np.array(ids),
            born=np.array([-years(child.age) for child in kids]),
            opening_stay=column("stay"),
            opening_elapsed=np.array([years(child.elapsed) for child in kids]),
            **{name: column(name) for name in ("returned", "unaccompanied", "guardian", "sex", "disabled")},
        ),
        rules=SimpleNamespace(band_starts=tuple(years(start) for start in BAND_STARTS)),
        services=SimpleNamespace(
            places=tuple(tuple((places or {}).get(line, ((0, 0),))) for line in Line),
            practice=tuple(SimpleNamespace(youngest=band) for band in youngest),
        ),
        posts=tuple(posts),
        counted_referrals=np.array(counted, dtype=np.int64),
        counted_again=np.zeros(len(counted), dtype=bool),
    )


def log_of(*records: Record) -> EventLog:
    """A log from (day, family, child, event, what, amount)."""
    return EventLog.from_records([(days(day), *rest) for day, *rest in records])  # type: ignore[misc]


class Readings:
    """The measures of one log by name."""

    def __init__(
        self, log: EventLog, plan: Any, against: EventLog | None = None, clock: Clock = CLOCK
    ) -> None:
        self.index, self.vector = index_of(clock), measure(log, plan, clock, against)

    def __call__(self, measure: str, period: str = "whole", group: str = "all") -> float:
        return float(self.vector[self.index.position(measure, period, group)])

    def row(self, measure: str, group: str = "all") -> list[float]:
        return [
            float(self.vector[place])
            for place, key in enumerate(self.index.keys)
            if key[0] == measure and key[2] == group
        ]

    def groups(self, measure: str, period: str = "whole") -> dict[str, float]:
        """The groups of a measure that are not 0."""
        return {
            key[2]: float(value)
            for key, value in zip(self.index.keys, self.vector, strict=True)
            if key[:2] == (measure, period) and value
        }
