"""Calibration: which parameters move together to meet what was counted, and the sample of where they may lie.

A *direction* moves one or more parameters. Its coordinate is a standard normal number: 0 leaves what is
written in the study (or is the middle of a parameter's own range), and the prior range is the middle nine in
ten. ``caresim calibrate`` finds a centre and a sample of joint coordinates; each draw of what is not known
takes one row of the sample, so that parameters which only their product identifies move against each other,
as the counts demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from scipy.special import ndtr

from sim.study.parameters import Z95, Parameter, Value

HOW = ("scale", "share", "own range")
"""How a direction moves: factors on rates; factors on shares that still sum to one; a parameter's own
uncertainty, as it is written beside it."""
PLACES = 3
"""Decimals of a coordinate that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direction:
    """One way in which calibrated parameters may move."""

    name: str
    """What it is called."""
    meaning: str
    """What it moves, in words."""
    how: str
    """One of ``HOW``."""
    moves: Mapping[str, tuple[str, ...]]
    """Parameters that it moves, by dotted name; of a table the rows, none named meaning all."""
    low: float = 1.0
    """Factor at the 5th percentile of the prior; 1 for ``own range``."""
    high: float = 1.0
    """Factor at the 95th percentile."""

    def factor(self, z: float) -> float:
        """The factor at a coordinate: 1 at 0, and on either side log-normal with an end of the range of its
        own."""
        end = log(self.high) if z > 0 else -log(self.low)
        return exp(end / Z95 * z)

    def moved(self, parameter: Parameter, value: Value, z: float) -> Value:
        """The value of a parameter at a coordinate, given its value before."""
        if self.how == "own range":
            return exact(float(parameter.distribution.quantile(np.array([ndtr(z)]))[0]))
        factor, rows = self.factor(z), self.moves[parameter.name]
        if not isinstance(value, dict):
            return exact(value * factor)
        found = {row: one * factor if not rows or row in rows else one for row, one in value.items()}
        whole = sum(found.values()) if self.how == "share" else 1.0
        return {row: exact(one / whole) for row, one in found.items()}

    def content(self) -> dict[str, object]:
        """What could change a number."""
        moves = {name: list(rows) for name, rows in self.moves.items()}
        return {"how": self.how, "moves": moves, "range": [self.low, self.high]}


def exact(value: float) -> float:
    """A number to ten digits, as the last ones of a logarithm differ between machines."""
    return float(f"{value:.10g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The directions of a study, and where calibration found that they may lie."""

    directions: tuple[Direction, ...]
    """In the order of the coordinates."""
    written: Mapping[str, Parameter]
    """The parameters that the directions move, as they are written in the study."""
    centre: tuple[float, ...]
    """Coordinates of draw 0."""
    sample: tuple[tuple[float, ...], ...] = ()
    """Equally likely rows of coordinates; without any, every draw is at the centre."""
    of: str = ""
    """Digest of the values and counts that it was made for; empty if it was not."""
    held: frozenset[str] = frozenset()
    """Parameters that it leaves alone, because somebody fixed them."""

    @property
    def made(self) -> bool:
        """Whether it was made at all; if not, every parameter is as it is written."""
        return bool(self.of)

    def row(self, u: float) -> tuple[float, ...]:
        """The row of the sample at a quantile between 0 and 1."""
        return self.sample[int(u * len(self.sample))] if self.sample else self.centre

    def values(self, row: tuple[float, ...]) -> dict[str, Value]:
        """The calibrated parameters at a row of coordinates, by dotted name."""
        found = {name: parameter.central for name, parameter in self.written.items()}
        if not self.made:
            return {}
        for direction, z in zip(self.directions, row, strict=True):
            for name in direction.moves:
                found[name] = direction.moved(self.written[name], found[name], z)
        return {name: value for name, value in found.items() if name not in self.held}

    def at(self, row: tuple[float, ...]) -> Calibration:
        """The calibration with its centre elsewhere and no sample."""
        return replace(self, centre=row, sample=(), of=self.of or "a point")

    def without(self, names: frozenset[str]) -> Calibration:
        """The calibration with some parameters left alone."""
        return replace(self, held=self.held | names)

    def content(self) -> dict[str, object]:
        """What could change a number: no prose."""
        return {
            "directions": {one.name: one.content() for one in self.directions},
            "centre": list(self.centre),
            "sample": [list(row) for row in self.sample],
            "held": sorted(self.held),
        }
