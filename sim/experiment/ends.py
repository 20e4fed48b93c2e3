"""What sensitivity tries: each parameter at two ends, each direction of calibration at its sample's ends.

A parameter that calibration moves is tried by the directions that move it: its draws come from the sample of
calibration, so an end of its own range, or a fifth more, would try what no draw believes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from sim.foundations.errors import InputError
from sim.study.catalogue import CATALOGUE

if TYPE_CHECKING:
    from sim.study.calibration import Direction
    from sim.study.config import Study
    from sim.study.parameters import Parameter, Value

LOW, HIGH = 0.05, 0.95
"""Quantiles of a range, and of the sample of calibration, that are tried."""
FIFTH = 0.2
"""How far what has no range is moved."""
GENERATED = ("solved.",)
"""Beginnings of the names of what other commands write."""
WAY = "direction: "
"""Begins the name of a direction, so that it is never that of a parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One parameter, or one direction of calibration, at two ends."""

    name: str
    """The parameter; of a direction its name after `WAY`."""
    low: Value
    """What it is at the low end: of a direction its coordinate."""
    high: Value
    """What it is at the high end."""
    how: str
    """What was tried, in words."""
    moves: tuple[str, ...] = ()
    """The parameters that a direction moves; empty for a parameter."""

    def at(self, base: Study, value: Value) -> Study | None:
        """The study with this alone changed; None where that cannot be."""
        if not self.moves:
            try:
                return base.replace({self.name: value})
            except InputError:
                return None
        assert base.calibration is not None
        assert not isinstance(value, dict)
        names = [WAY + one.name for one in base.calibration.directions]
        row = list(base.calibration.centre)
        row[names.index(self.name)] = value
        return base.calibrated_at(tuple(row))


def tries(study: Study) -> Iterator[Try]:
    """Every direction that calibration left open, then every other parameter in the order of the catalogue,
    if its two ends differ."""
    moved: set[str] = set()
    for one in _directions(study):
        moved.update(one.moves)
        if one.low != one.high:
            yield one
    for name, parameter in study.parameters.items():
        if name.startswith(GENERATED) or name in moved:
            continue
        if not parameter.known:
            low, high = parameter.at(LOW), parameter.at(HIGH)
            assert not isinstance(low, dict)
            assert not isinstance(high, dict)
            how = f"{short(low)} to {short(high)}"
        else:
            low, high = _moved(parameter, -FIFTH), _moved(parameter, FIFTH)
            tilt = CATALOGUE[name].sums_to_one
            how = "tilted by a fifth to its first rows, and to its last" if tilt else "a fifth less to more"
        if low != high:
            yield Try(name=name, low=low, high=high, how=how)


def _directions(study: Study) -> Iterator[Try]:
    """Each direction of the sample at its ends; none if no sample was made."""
    found = study.calibration
    if found is None or not found.made or not found.sample:
        return
    ends = np.quantile(np.array(found.sample), (LOW, HIGH), axis=0)
    for one, low, high in zip(found.directions, ends[0].tolist(), ends[1].tolist(), strict=True):
        moves = tuple(name for name in one.moves if name not in found.held)
        if moves:
            yield Try(name=WAY + one.name, low=low, high=high, how=_way(study, one, low, high), moves=moves)


def _way(study: Study, one: Direction, low: float, high: float) -> str:
    """What is tried of a direction, in words."""
    said = f"what the counts left of “{one.name}”"
    if one.how != "own range":
        return f"{said}, {short(one.factor(low))} to {short(one.factor(high))} times what is written"
    assert study.calibration is not None
    written = study.calibration.written[next(iter(one.moves))]
    ends = written.distribution.quantile(ndtr(np.array([low, high])))
    return f"{said}, {short(ends[0])} to {short(ends[1])}"


def short(value: float) -> str:
    """A number to three digits, without powers of ten where it is large."""
    return f"{float(f'{value:.3g}'):,.10g}"


def _moved(one: Parameter, by: float) -> Value:
    """A value or table moved by a part of itself, within what makes sense; shares of one whole are tilted."""
    kind = CATALOGUE[one.name]

    def bounded(value: float) -> float:
        value = min(kind.high, max(kind.low, value))
        value = round(value) if kind.whole else round(value, 2) if kind.full_time else value
        return float(value)

    if not isinstance(one.value, dict):
        return bounded(one.value * (1 + by))
    if not kind.sums_to_one:
        return {key: bounded(value * (1 + by)) for key, value in one.value.items()}
    weights = np.linspace(1 - by, 1 + by, len(one.value)) * np.array(list(one.value.values()))
    return dict(zip(one.value, (weights / weights.sum()).tolist(), strict=True))


def at_the_centre(study: Study) -> Study:
    """The study with the central value of everything in every draw; directions can still be moved."""
    if study.calibration is not None and study.calibration.made:
        study = study.calibrated_at(study.calibration.centre)
    centre = study.values(0)
    drawn = [study.values(draw) for draw in (1, 2, 3)]
    unsure = {name: one for name, one in centre.items() if any(draw[name] != one for draw in drawn)}
    return study.replace(unsure)
