"""A parameter: a number that the model needs, how sure of it we are, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf, log

import numpy as np

from sim.foundations.distributions import (
    Distribution,
    Fixed,
    LogNormal,
    Mixture,
    Normal,
    Triangular,
    Uniform,
)

SHAPES = ("fixed", "uniform", "triangular", "lognormal", "normal", "mixture", "table")
"""Shapes that a parameter's uncertainty may have."""
BASES = ("evidence", "local data", "calibrated", "assumption", "claim")
"""What a parameter may rest on."""

QUALITIES = ("strong", "fair", "weak")
"""How good the evidence for a value is. Strong: counted, set by law, or a large trial, of what is asked
here. Fair: measured, but elsewhere, for something near, or fitted to counts. Weak: nobody measured it."""
WHY_FIXED = {
    "counted": "a published count",
    "rule": "law or procedure sets it",
    "calibrated": "set by calibration",
    "ranged elsewhere": "another setting carries its range",
    "range not known": "nothing is known of its range",
}
"""Why a value may be the same in every draw, as it is written and as it is read."""
CENTRAL = "central"
EVIDENCE = ("sceptical", CENTRAL, "claimed")
"""Sets of evidence that a whole study can be run on: what the studies that found nothing say, what is
believed here, and the figures that papers claim."""

Z95 = 1.6448536
"""Standard deviations from the median of a normal distribution to its 95th percentile."""

Value = float | dict[str, float]
"""What a parameter holds: one number, or a table of them."""
Values = Mapping[str, Value]
"""The value of every parameter in one draw, by dotted name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One of the rival bodies of evidence in a mixture."""

    value: float
    """Its median."""
    low: float
    """Its 5th percentile."""
    high: float
    """Its 95th percentile."""
    weight: float
    """The share of draws that believe it, 0 to 1."""
    meaning: str
    """What evidence it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What one set of evidence says of a parameter, where it differs from the central one."""

    value: Value
    """Its central value."""
    low: float | None = None
    """Lower bound or 5th percentile; None if it says one figure only."""
    high: float | None = None
    """Upper bound or 95th percentile; None if it says one figure only."""
    shape: str = "fixed"
    """One of `SHAPES`."""
    source: str
    """Who says so."""
    arms: tuple[Arm, ...] = ()
    """Rival bodies of evidence, where the set keeps them both."""
    why_fixed: str = ""
    """Why it has no range, if it has none: a key of `WHY_FIXED`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One setting of a study, with its range, unit, basis and source."""

    name: str
    """Dotted name, such as `care.exit.short`."""
    value: Value
    """Central value, or a table of them."""
    low: float | None = None
    """Lower bound (uniform, triangular) or 5th percentile (lognormal, normal); None if fixed."""
    high: float | None = None
    """Upper bound or 95th percentile; None if fixed."""
    shape: str = "fixed"
    """One of `SHAPES`."""
    unit: str
    """Unit of the value."""
    basis: str
    """One of `BASES`."""
    source: str
    """Publication and figure, or the reasoning behind an assumption."""
    date: str
    """Year or years that the figure describes, or in which it was assumed: "2022", "2018 to 2023"."""
    quality: str
    """One of `QUALITIES`."""
    why_fixed: str = ""
    """Why it has no range, if it has none: a key of `WHY_FIXED`."""
    meaning: str
    """What it is, in a sentence."""
    where: str = ""
    """Where it was read, "file:line"."""
    arms: tuple[Arm, ...] = ()
    """The rival bodies of evidence, for a mixture."""
    sets: Mapping[str, Belief] = field(default_factory=dict)
    """What other sets of evidence say, by name; a set that is not here says what this says."""
    estimand: Mapping[str, str | float] | None = None
    """For an effect: measure, outcome, months, from, among (and how it was measured)."""
    bounds: tuple[float, float] = (-inf, inf)
    """Least and greatest values that make sense; a normal shape is cut there."""

    @property
    def central(self) -> Value:
        """The value in draw 0; a copy, for a table."""
        return dict(self.value) if isinstance(self.value, dict) else self.value

    @property
    def known(self) -> bool:
        """Whether every draw has the same value."""
        return self.shape in ("fixed", "table")

    @property
    def distribution(self) -> Distribution:
        """What the value is drawn from. A table has none: TypeError."""
        if isinstance(self.value, dict):
            raise TypeError(f"{self.name} is a table, which is fixed and has no distribution")
        if self.shape == "mixture":
            arms = tuple(_lognormal(arm.value, arm.low, arm.high) for arm in self.arms)
            return Mixture(arms=arms, weights=tuple(arm.weight for arm in self.arms))
        if self.low is None or self.high is None:
            return Fixed(value=self.value)
        if self.shape == "uniform":
            return Uniform(low=self.low, high=self.high)
        if self.shape == "triangular":
            return Triangular(low=self.low, mode=self.value, high=self.high)
        if self.shape == "lognormal":
            return _lognormal(self.value, self.low, self.high)
        sd = (self.high - self.low) / (2 * Z95)
        return Normal(mean=self.value, sd=sd, low=self.bounds[0], high=self.bounds[1])

    def at(self, u: float) -> Value:
        """The value at a quantile `u` between 0 and 1; a table is the same at each."""
        if self.known:
            return self.central
        return float(self.distribution.quantile(np.array([u]))[0])

    def believing(self, name: str) -> Parameter:
        """This parameter as a set of evidence has it; the central one where that set says nothing of it."""
        central = self.sets.get(CENTRAL)
        belief = self.sets.get(name, central)
        if belief is None:
            return self
        sets = {key: one for key, one in self.sets.items() if key != CENTRAL}
        if name in sets:
            sets[CENTRAL] = central or self._belief()
        return replace(
            self,
            value=belief.value,
            low=belief.low,
            high=belief.high,
            shape=belief.shape,
            source=belief.source,
            arms=belief.arms,
            why_fixed=belief.why_fixed,
            sets=sets,
        )

    def _belief(self) -> Belief:
        """What it says as it stands."""
        return Belief(
            value=self.value,
            low=self.low,
            high=self.high,
            shape=self.shape,
            source=self.source,
            arms=self.arms,
            why_fixed=self.why_fixed,
        )

    def content(self) -> dict[str, object]:
        """What could change a number: no prose and no line numbers."""
        return {
            "value": self.value,
            "range": [self.low, self.high],
            "shape": self.shape,
            "arms": [[arm.value, arm.low, arm.high, arm.weight] for arm in self.arms],
            "estimand": dict(self.estimand) if self.estimand else None,
        } | ({"sets": self._sets()} if self.sets else {})

    def _sets(self) -> dict[str, object]:
        return {name: [one.value, one.low, one.high, one.shape] for name, one in self.sets.items()}


def _lognormal(median: float, low: float, high: float) -> LogNormal:
    return LogNormal(median=median, sigma=log(high / low) / (2 * Z95))
