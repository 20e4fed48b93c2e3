"""Whether a program does the same work as the plain loop: log by log, and in its statistics."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from types import ModuleType

import numpy as np

from benchmarks.peers.workload import Work, canonical, draw, read, rows_of

FINE = 1 << 20
"""Ticks a day of the fine clock: hardly ever do two things fall on one tick, so logs must be the same."""
TICKS_A_DAY = 1024
"""Ticks a day of the measured clock: libraries order ties differently, and logs part by luck."""
WITHIN = 4.0
"""Most standard errors by which a statistic may lie off."""
FIGURES = ("starts", "gave_up", "waited", "entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a program's logs compare with the plain loop's over a few replications."""

    seeds: int
    same_fine: int
    """Replications on the fine clock whose logs are the same, row by row."""
    same: int
    """The same on the measured clock."""
    off: dict[str, tuple[float, float]]
    """On the measured clock, by figure: mean relative difference and its standard error."""
    faults: tuple[str, ...]
    """What does not hold, in words."""

    @property
    def agrees(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def sentence(self) -> str:
        """The whole in words."""
        worst = max(self.off, key=lambda name: abs(self.off[name][0]))
        mean, error = self.off[worst]
        told = (
            f"same log in {self.same_fine} of {self.seeds} on the fine clock, "
            f"{self.same} of {self.seeds} on the measured one; "
            f"furthest off {worst} by {100 * mean:+.2f}% (error {100 * error:.2f}%)"
        )
        return "; ".join((told, *self.faults))


def outcome(module: ModuleType, work: Work) -> tuple[np.ndarray, list[str]]:
    """One replication's rows in canonical order, and whether what it counted is what it wrote down."""
    records, counted = module.run(work)
    rows = canonical(rows_of(records))
    told = read(rows)
    wrong = [name for name in FIGURES if list(counted[name]) != told[name]]
    return rows, [f"seed {work.seed}: counted {name} {counted[name]}, logged {told[name]}" for name in wrong]


def parting(rows: np.ndarray, other: np.ndarray) -> str:
    """Where two logs first differ, in words."""
    for mine, theirs in zip(rows.tolist(), other.tolist(), strict=False):
        if mine != theirs:
            return f"{mine} where the plain loop has {theirs}"
    return f"{len(rows)} rows where the plain loop has {len(other)}"


def differences(rows: np.ndarray, other: np.ndarray) -> list[float]:
    """By figure, how far a log's total lies from the plain loop's, as a share."""
    mine, theirs = read(rows), read(other)
    return [sum(mine[name]) / max(1, sum(theirs[name])) - 1 for name in FIGURES]


def agreement(module: ModuleType, plain: ModuleType, *, size: float, seeds: int) -> Agreement:
    """Hold a program's logs against the plain loop's."""
    faults: list[str] = []
    same = {FINE: 0, TICKS_A_DAY: 0}
    apart: list[list[float]] = []
    for seed in range(1, seeds + 1):
        for ticks_a_day in same:
            work = draw(seed, size=size, ticks_a_day=ticks_a_day)
            rows, wrong = outcome(module, work)
            other, _ = outcome(plain, work)
            faults += wrong
            equal = np.array_equal(rows, other)
            same[ticks_a_day] += equal
            if ticks_a_day == TICKS_A_DAY:
                apart.append(differences(rows, other))
            elif not equal:
                faults.append(f"seed {seed}, fine clock: {parting(rows, other)}")
    off = {}
    for name, shares in zip(FIGURES, zip(*apart, strict=True), strict=True):
        error = float(np.std(shares, ddof=1)) / sqrt(seeds) if seeds > 1 else 0.0
        off[name] = (float(np.mean(shares)), error)
        if abs(off[name][0]) > WITHIN * error:
            faults.append(
                f"{name} is off by {100 * off[name][0]:+.2f}%, {WITHIN:g} errors are {400 * error:.2f}%"
            )
    return Agreement(seeds=seeds, same_fine=same[FINE], same=same[TICKS_A_DAY], off=off, faults=tuple(faults))
