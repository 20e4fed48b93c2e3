"""Measures of reviews that may end a service's posts: whether each passed in a trial, and what it found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.model.terms import TEAM_KEYS, TEAM_NAMES, Team
from sim.results.reading import keys_of

if TYPE_CHECKING:
    from sim.results.estimates import Floats, Key
    from sim.results.reading import Periods
    from sim.study.levers import Review

PASSED, FOUND = "review passed", "review found"
"""Measures of a review, by service; 0 where a scenario has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a review found in one trial."""

    review: Review
    found: float
    """Fewer children looked after, or pounds saved."""

    @property
    def passed(self) -> bool:
        """Whether that is as much as was asked; exactly as much is."""
        return self.found >= asked(self.review)


def asked(review: Review) -> float:
    """Children fewer, or pounds saved, that a review asks for."""
    return float(review.fewer or 0.0) if review.saved is None else float(review.saved)


def team_of(review: Review) -> Team:
    """The team whose service a review is about."""
    return next(team for team in Team if TEAM_KEYS[team] == review.service)


def keys(at: Periods) -> list[Key]:
    """Keys of `values`, in order."""
    return [*keys_of(PASSED, ("whole",), TEAM_NAMES), *keys_of(FOUND, ("whole",), TEAM_NAMES)]


def values(outcomes: Iterable[Outcome]) -> list[Floats]:
    """By service: whether its review passed (1 or 0), and what it found."""
    passed, found = np.zeros(len(Team)), np.zeros(len(Team))
    for one in outcomes:
        passed[team_of(one.review)], found[team_of(one.review)] = one.passed, one.found
    return [passed, found]
