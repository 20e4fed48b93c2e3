"""From an event log to numbers: one pass over its columns, one vector a trial.

The index of measures depends on the study alone, so trials line up and a run's results are one array.
States are read at month ends; flows are counted in financial years.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.results import (
    measure_children,
    measure_counted,
    measure_months,
    measure_pairs,
    measure_review,
    measure_work,
)
from sim.results.estimates import Index
from sim.results.reading import periods_of, reading_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from sim.engine.events import EventLog
    from sim.foundations.clock import Clock
    from sim.model.plan import Plan
    from sim.results.measure_review import Outcome


@lru_cache(maxsize=8)
def index_of(clock: Clock) -> Index:
    """Every (measure, period, group) that a trial of this length yields, in order."""
    at = periods_of(clock)
    parts = (measure_children, measure_work, measure_pairs, measure_review, measure_months, measure_counted)
    return Index(keys=tuple(key for part in parts for key in part.keys(at)))


def measure(
    log: EventLog,
    plan: Plan,
    clock: Clock,
    against: EventLog | None = None,
    outcomes: Iterable[Outcome] = (),
) -> NDArray[np.float64]:
    """The vector of one trial, in the order of ``index_of(clock)``.

    ``against`` is the log of the scenario it is compared with, of the same people and luck; without it the
    measures of pairs are 0. ``outcomes`` are those of its reviews.
    """
    reading = reading_of(log, plan, clock)
    parts = (
        *measure_children.values(reading),
        *measure_work.values(reading),
        *measure_pairs.values(reading, against),
        *measure_review.values(outcomes),
        *measure_months.values(reading),
        *measure_counted.values(reading),
    )
    vector = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts])
    if len(vector) != len(index_of(clock)):
        raise AssertionError(f"{len(vector)} numbers for {len(index_of(clock))} measures")
    return vector
