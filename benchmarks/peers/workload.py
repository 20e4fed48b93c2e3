"""The one workload that every program runs, with all its luck drawn beforehand.

Nothing is random in a program: it reads the numbers of a ``Work`` by family and visit, so every program meets
the same families with the same luck, and on a clock fine enough for no two things to fall on one tick, every
log is the same log. ``README.md`` says in words what the numbers mean.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

DAYS_A_YEAR = 365.25
YEARS = 8
REFERRALS_A_YEAR = 3000
QUARTERS = 4 * YEARS

TEAMS = 4
PLACES = (285, 130, 480, 185)
"""Places of each team, around which every quarter's number is drawn."""
SWING = 0.08
"""Most by which a quarter's places lie above or below, as a share."""
WORK_DAYS = (30, 25, 60, 40)
"""Mean length of each team's work, in whole days."""
WORK_SPREAD = 0.6
"""Standard deviation of the logarithm of the length of work."""

CLASSES = 3
CLASS_SHARES = (0.2, 0.3, 0.5)
PATIENCE_DAYS = (45, 90, 180)
"""Mean days until a waiting family gives up, by priority class; class 0 is served first."""
STAY_DAYS = 300
"""Mean length of a care stay, in days."""

MOST_VISITS = 12
CARE = TEAMS
"""Number of care in the table of routes: the place without limit to which those go who give up."""
CLOSED = TEAMS + 1
WHOLE = 1 << 20
"""What is certain, in the units in which routes are drawn and compared."""
CHANCES = (
    (0.00, 0.48, 0.34, 0.00),
    (0.13, 0.00, 0.66, 0.00),
    (0.00, 0.12, 0.00, 0.59),
    (0.17, 0.00, 0.30, 0.00),
    (0.00, 0.00, 0.00, 0.30),
)
"""Chance of going on to each team, by where the family comes from (the teams, then care); else it closes."""
ROUTES = tuple(tuple(round(WHOLE * sum(row[: to + 1])) for to in range(TEAMS)) for row in CHANCES)
"""The same, added up along each row, as whole numbers."""

REFERRED, ASKED, STARTED, FINISHED, GAVE_UP, ENTERED, LEFT, CLOSES, PLACES_SET = range(9)
"""What may happen. The fourth column of a record is the class of who is referred; the team of a visit; how
many visits a family has had by its entry, return and close; a team's new places (family: -1 - team)."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One replication, as whole numbers: times in ticks; visit v of family f is element f * 12 + v."""

    seed: int
    ticks_a_day: int
    horizon: int
    """First tick that no longer counts."""
    arrival: np.ndarray
    """Tick of referral of each family, rising."""
    urgency: np.ndarray
    """Priority class of each family; 0 is served first."""
    factor: np.ndarray
    """By visit: ticks of work for each day of the team's mean."""
    route: np.ndarray
    """By visit: where the family goes afterwards, from 0 to WHOLE - 1, to be looked up in ROUTES."""
    patience: np.ndarray
    """By visit: ticks of waiting after which the family gives up."""
    stay: np.ndarray
    """By visit: ticks of the care stay if it gave up."""
    changes: tuple[tuple[int, int, int], ...]
    """Rows (tick, team, places), rising in tick; every team's first is at 0."""

    @property
    def families(self) -> int:
        """Families that are referred."""
        return len(self.arrival)

    @cached_property
    def lists(self) -> dict[str, list[int]]:
        """The same numbers as plain lists, which ordinary Python reads faster than arrays."""
        names = ("arrival", "urgency", "factor", "route", "patience", "stay")
        return {name: getattr(self, name).tolist() for name in names}


def draw(seed: int, *, size: float = 1.0, ticks_a_day: int = 1024) -> Work:
    """Draw one replication; ``size`` multiplies referrals and places."""
    luck = np.random.default_rng([20261122, seed])
    days = YEARS * DAYS_A_YEAR
    mean_gap = DAYS_A_YEAR / (REFERRALS_A_YEAR * size)
    gaps = luck.exponential(mean_gap, size=int(1.5 * days / mean_gap) + 100)
    arrival = ticks(np.cumsum(gaps), ticks_a_day)
    horizon = round(days * ticks_a_day)
    arrival = arrival[arrival < horizon]
    families = len(arrival)
    urgency = luck.choice(CLASSES, size=families, p=CLASS_SHARES)
    shape = (families, MOST_VISITS)
    factor = luck.lognormal(-(WORK_SPREAD**2) / 2, WORK_SPREAD, size=shape)
    patience = luck.exponential(1.0, size=shape) * np.array(PATIENCE_DAYS)[urgency][:, None]
    swings = 1 + SWING * (2 * luck.random((QUARTERS, TEAMS)) - 1)
    return Work(
        seed=seed,
        ticks_a_day=ticks_a_day,
        horizon=horizon,
        arrival=arrival,
        urgency=urgency.astype(np.int64),
        factor=ticks(factor, ticks_a_day).ravel(),
        route=luck.integers(WHOLE, size=shape, dtype=np.int64).ravel(),
        patience=ticks(patience, ticks_a_day).ravel(),
        stay=ticks(luck.exponential(STAY_DAYS, size=shape), ticks_a_day).ravel(),
        changes=tuple(
            (quarter * horizon // QUARTERS, team, round(PLACES[team] * size * swings[quarter, team]))
            for quarter in range(QUARTERS)
            for team in range(TEAMS)
        ),
    )


def ticks(days: np.ndarray, ticks_a_day: int) -> np.ndarray:
    """Days as whole ticks, never none."""
    return np.maximum(1, np.rint(days * ticks_a_day)).astype(np.int64)


def onward(origin: int, drawn: int) -> int:
    """Team to which a family goes from a team or from care, or CLOSED."""
    for team, chance in enumerate(ROUTES[origin]):
        if drawn < chance:
            return team
    return CLOSED


def rows_of(records: Any) -> np.ndarray:
    """Records as rows (tick, family, event, what) of whole numbers, in the order of the log."""
    return np.asarray(records, dtype=np.int64).reshape(-1, 4)


def canonical(rows: np.ndarray) -> np.ndarray:
    """Rows by tick, then by family, then as lived."""
    return rows[np.lexsort((rows[:, 1], rows[:, 0]))]


def read(rows: np.ndarray) -> dict[str, list[int]]:
    """The statistics of a log, from its records alone: by team, and of the whole."""
    rows = canonical(rows)
    asked: dict[int, int] = {}
    starts, gave_up, waited = [0] * TEAMS, [0] * TEAMS, [0] * TEAMS
    for tick, family, event, what in rows[np.isin(rows[:, 2], (ASKED, STARTED, GAVE_UP))].tolist():
        if event == ASKED:
            asked[family] = tick
        elif event == STARTED:
            starts[what] += 1
            waited[what] += tick - asked.pop(family)
        else:
            gave_up[what] += 1
            asked.pop(family)
    entries = Counter(rows[:, 2].tolist())[ENTERED]
    return {"starts": starts, "gave_up": gave_up, "waited": waited, "entries": [entries]}
