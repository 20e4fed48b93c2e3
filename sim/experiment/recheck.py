"""A small fixed share of the trials that the compiled engine runs is run on the reference engine again.

Which trials depends on the numbers of draw and run alone: nobody chooses them, every worker knows them, and
a run that is resumed or made longer keeps them.
"""

from __future__ import annotations

import gc
import hashlib
from typing import TYPE_CHECKING

import numpy as np

from sim.engine import simpy_engine
from sim.engine.events import COLUMNS
from sim.foundations.errors import QualityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sim.engine.events import EventLog
    from sim.model.plan import Plan

EVERY = 100
"""One (draw, run) in so many is rechecked, in one of its scenarios: with four scenarios one trial in 400,
which on an engine of a seventieth of the speed adds about a sixth to the engines' time."""
FIRST = (0, 0)
"""The (draw, run) that every run has, and that is always rechecked."""


def place_of(draw: int, run: int) -> int:
    """A place in an order of every (draw, run) that looks like none."""
    return int.from_bytes(hashlib.sha256(f"recheck {draw} {run}".encode()).digest()[:8], "big")


def is_rechecked(draw: int, run: int) -> bool:
    """Whether one of the trials of a (draw, run) is rechecked."""
    return (draw, run) == FIRST or place_of(draw, run) % EVERY == 0


def rechecked_scenario(scenarios: Sequence[str], draw: int, run: int) -> str | None:
    """The scenario of a (draw, run) whose trial is rechecked; None for none."""
    if not is_rechecked(draw, run):
        return None
    return scenarios[place_of(draw, run) // EVERY % len(scenarios)]


def rechecked(pairs: Iterable[tuple[int, int]]) -> dict[str, int]:
    """What the manifest of a finished run on the compiled engine says: trials rechecked, and how many of them
    gave the identical log. They are the same number, since the first that differs stops the run."""
    trials = sum(is_rechecked(draw, run) for draw, run in pairs)
    return {"trials": trials, "identical": trials}


def recheck(plan: Plan, log: EventLog, scenario: str, draw: int, run: int) -> None:
    """Run a Plan on the reference engine as well; ``QualityError`` unless the log is the same to the byte."""
    reference = simpy_engine.run(plan)
    gc.collect()  # SimPy's processes know one another, so they would stay until the collector comes round
    row = first_difference(reference, log)
    if row is None:
        return
    raise QualityError(
        f"Scenario '{scenario}', draw {draw}, run {run}: the compiled engine and the SimPy engine do not "
        f"write the same log; record {row + 1} of {len(reference)} is the first to differ. Nothing of this "
        "run may be used. `caresim verify-engines` tells where the two part; `--engine simpy` runs without "
        "the compiled engine."
    )


def first_difference(one: EventLog, other: EventLog) -> int | None:
    """The first row in which two logs differ, the length of the shorter if it is a beginning of the other;
    None if they are the same."""
    shared = min(len(one), len(other))
    differ = np.zeros(shared, dtype=bool)
    for name in COLUMNS:
        differ |= getattr(one, name)[:shared] != getattr(other, name)[:shared]
    if differ.any():
        return int(differ.argmax())
    return None if len(one) == len(other) else shared
