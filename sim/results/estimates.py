"""From many trials to a few honest numbers: estimates, chances, paired differences, overlap.

Scenarios meet the same families, luck and unknowns, so a difference is taken within each draw and run before
anything is averaged. Runs of one draw share what is not known; every error is therefore clustered by draw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.foundations.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

    from sim.study.config import Study

Floats = npt.NDArray[np.float64]
"""An array of numbers; [draws, runs] unless said otherwise."""
Key = tuple[str, str, str]
"""A measure, a period (month end, financial year or "whole") and a group."""

NO_CHANGE = "no change"
"""The scenario that others are compared with, unless the study names another for them."""
LOOKED_AFTER = "children looked after"
"""The measure that claims of children count."""


@dataclass(frozen=True)
class Index:
    """The measures of a study in their fixed order: what each place of a trial's vector holds."""

    keys: tuple[Key, ...]
    """(measure, period, group) of each place."""
    _positions: dict[Key, int] = field(init=False, repr=False, compare=False)
    """Place of each key."""
    _places: dict[str, list[int]] = field(init=False, repr=False, compare=False)
    """Places of each measure, in order."""

    def __post_init__(self) -> None:
        positions = {key: place for place, key in enumerate(self.keys)}
        if len(positions) != len(self.keys):
            raise ValueError("an index holds each measure, period and group once")
        places: dict[str, list[int]] = {}
        for place, key in enumerate(self.keys):
            places.setdefault(key[0], []).append(place)
        object.__setattr__(self, "_positions", positions)
        object.__setattr__(self, "_places", places)

    def __len__(self) -> int:
        return len(self.keys)

    def position(self, measure: str, period: str, group: str = "all") -> int:
        """Place of one key. KeyError says which part is unknown and names the nearest."""
        place = self._positions.get((measure, period, group))
        if place is None:
            raise KeyError(self._unknown(measure, period, group))
        return place

    def select(self, measure: str) -> npt.NDArray[np.int64]:
        """Places of every period and group of a measure, in order."""
        places = self._places.get(measure)
        if not places:
            raise KeyError(self._unknown(measure, "", ""))
        return np.array(places, dtype=np.int64)

    def periods(self, measure: str) -> tuple[str, ...]:
        """Periods that a measure is given for, in order."""
        return tuple(dict.fromkeys(self.keys[place][1] for place in self.select(measure)))

    def groups(self, measure: str) -> tuple[str, ...]:
        """Groups that a measure is given for, in order."""
        return tuple(dict.fromkeys(self.keys[place][2] for place in self.select(measure)))

    def _unknown(self, measure: str, period: str, group: str) -> str:
        measures = tuple(self._places)
        if measure not in measures:
            return _not_found("measure", measure, measures)
        if period not in self.periods(measure):
            return _not_found(f"period of '{measure}'", period, self.periods(measure))
        return _not_found(f"group of '{measure}'", group, self.groups(measure))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean, the middle nine in ten of the simulated futures, and the error of sampling so few."""

    mean: float
    """Mean over draws and runs."""
    p5: float
    """5th percentile of draws and runs together."""
    p50: float
    """Median."""
    p95: float
    """95th percentile."""
    error: float | None
    """Monte Carlo standard error of the mean, clustered by draw; None with a single draw."""

    def as_dict(self) -> dict[str, float | None]:
        """As it stands in summary.json, to six decimals."""
        return {name: tidy(getattr(self, name)) for name in ("mean", "p5", "p50", "p95", "error")}

    def __str__(self) -> str:
        error = "" if self.error is None else f"; Monte Carlo error {self.error:.3g}"
        span = f"9 in 10 between {self.p5:,.6g} and {self.p95:,.6g}"
        return f"{self.p50:,.6g} ({span}; mean {self.mean:,.6g}{error})"


def estimate(array: npt.ArrayLike) -> Estimate:
    """The estimate of a quantity from its value in each draw and run ([draws, runs]; NaN where it has none).

    The error is sd(draw means) / sqrt(draws), ddof 1: runs of a draw are not independent of one another.
    """
    values = _by_draw(array)
    known = values[~np.isnan(values)]
    if not known.size:
        raise ValueError("an estimate needs at least one known value")
    counts = (~np.isnan(values)).sum(axis=1)
    means = np.nansum(values, axis=1)[counts > 0] / counts[counts > 0]
    p5, p50, p95 = np.percentile(known, (5.0, 50.0, 95.0))
    mean = float(means.mean())
    return Estimate(mean=mean, p5=float(p5), p50=float(p50), p95=float(p95), error=_clustered(means))


def chance(mask: npt.ArrayLike) -> tuple[float, float | None]:
    """The share of simulated futures in which something is true ([draws, runs]), and its clustered error."""
    means = _by_draw(mask).mean(axis=1)
    return float(means.mean()), _clustered(means)


def variance_split(array: npt.ArrayLike) -> tuple[float, float] | None:
    """(not known, luck): variance between draws and between runs of a draw ([draws, runs]).

    One-way random-effects analysis of variance, with draws as groups: luck is the mean square within draws,
    what is not known is (mean square between - within) / runs, never below 0. With one run, or one draw, the
    two cannot be told apart: None.
    """
    values = _by_draw(array)
    draws, runs = values.shape
    if draws < 2 or runs < 2:
        return None
    within = float(values.var(axis=1, ddof=1).mean())
    between = runs * float(values.mean(axis=1).var(ddof=1))
    return max(0.0, (between - within) / runs), within


def draws_needed(split: tuple[float, float], runs: int, error: float) -> int:
    """Draws, each of ``runs`` runs, for which the Monte Carlo error of a mean is ``error``.

    The variance of the mean is (not known + luck / runs) / draws. ValueError for an error of nought or less.
    """
    if error <= 0 or runs < 1:
        raise ValueError("an error above 0 and at least one run are needed")
    unknown, luck = split
    return max(2, ceil((unknown + luck / runs) / error**2 - 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How many fewer there are under one scenario than under another, within each draw and run."""

    scenario: str
    """The scenario in question."""
    other: str
    """The scenario it is compared with."""
    measure: str
    """What is counted."""
    on: str
    """Month end or financial year."""
    group: str = "all"
    """Group of the measure."""
    fewer: Floats
    """[draws, runs] other less scenario: above 0 where the scenario has fewer."""

    @property
    def estimate(self) -> Estimate:
        """The estimate of how many fewer."""
        return estimate(self.fewer)

    @property
    def variance(self) -> tuple[float, float] | None:
        """(not known, luck), as `variance_split`."""
        return variance_split(self.fewer)

    def chance_of_at_least(self, number: float) -> tuple[float, float | None]:
        """The chance that there are at least so many fewer, with its error; exactly so many counts."""
        return chance(self.fewer >= number)

    def __repr__(self) -> str:
        group = "" if self.group == "all" else f", {self.group}"
        what = f"{self.measure}{group}, {self.on}"
        return f"{self.scenario} against {self.other}, {what}: fewer by {self.estimate}"

    def _repr_html_(self) -> str:
        found = self.estimate
        error = "not known" if found.error is None else f"{found.error:.2f}"
        cells = (f"{found.p50:.0f}", f"{found.p5:.0f} to {found.p95:.0f}", f"{found.mean:.1f}", error)
        heads = ("Fewer, middle", "9 in 10 between", "Mean", "Monte Carlo error")
        caption = f"{self.scenario} against {self.other}: {self.measure}, {self.group}, {self.on}"
        return _table(caption, heads, [cells])


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What two services do alone, after the other and together, and what adding them counts twice."""

    alone: dict[str, Estimate]
    """Gain of each over their baseline, by scenario."""
    after_other: dict[str, Estimate]
    """What each adds once the other is there."""
    together: Estimate
    """Gain of both over that baseline."""
    overlap: Estimate
    """Alone and alone, added, less together: counted twice."""

    def as_dict(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        each: dict[str, Any] = {
            name: {"alone": self.alone[name].as_dict(), "after_other": self.after_other[name].as_dict()}
            for name in self.alone
        }
        return {**each, "together": self.together.as_dict(), "overlap": self.overlap.as_dict()}

    def _repr_html_(self) -> str:
        rows = [(f"{name}, alone", one) for name, one in self.alone.items()]
        rows += [(f"{name}, after the other", one) for name, one in self.after_other.items()]
        rows += [("together", self.together), ("counted twice", self.overlap)]
        cells = [(name, f"{one.mean:.1f}", f"{one.p5:.0f} to {one.p95:.0f}") for name, one in rows]
        return _table("Overlap", ("", "Mean", "9 in 10 between"), cells)


def overlap(gains: Mapping[str, Floats], together: Floats) -> Overlap:
    """The overlap of two services, from their gains over one baseline, alone and together ([draws, runs])."""
    (a, gain_a), (b, gain_b) = gains.items()
    return Overlap(
        alone={a: estimate(gain_a), b: estimate(gain_b)},
        after_other={a: estimate(together - gain_b), b: estimate(together - gain_a)},
        together=estimate(together),
        overlap=estimate(gain_a + gain_b - together),
    )


def baseline(study: Study, scenarios: Iterable[str], name: str) -> str | None:
    """The scenario that another is compared with among those run; None for no change, or if it was not run.

    A scenario whose own baseline is missing is not compared with something else instead.
    """
    against = None if name == NO_CHANGE else study.scenario(name).against
    return against if against is not None and against in scenarios and against != name else None


@dataclass(frozen=True)
class Results:
    """The measures of every trial of a study. Draw 0 holds central values and is in no range."""

    study: Study
    """The study that was run; its prices may be changed afterwards (`economics.reprice`)."""
    scenarios: tuple[str, ...]
    """Names of the scenarios run."""
    draws: int
    """Draws, draw 0 not counted."""
    runs: int
    """Runs of each draw."""
    index: Index
    """What each place of a vector holds."""
    data: Mapping[str, Floats]
    """[draws + 1, runs, len(index)] of each scenario."""
    engine: str = "simpy"
    """The engine that ran the trials."""

    def __post_init__(self) -> None:
        shape = (self.draws + 1, self.runs, len(self.index))
        for name in self.scenarios:
            found = self.data[name].shape
            if found != shape:
                raise ValueError(f"{name}: expected [draws + 1, runs, measures] = {shape}; found {found}")

    def every(self, scenario: str, measure: str, period: str, group: str = "all") -> Floats:
        """[draws + 1, runs] values of one measure, draw 0 first."""
        if scenario not in self.data:
            raise KeyError(_not_found("scenario of these results", scenario, self.scenarios))
        return self.data[scenario][:, :, self.index.position(measure, period, group)]

    def series(self, scenario: str, measure: str, period: str, group: str = "all") -> Floats:
        """[draws, runs] values of one measure, without draw 0."""
        return self.every(scenario, measure, period, group)[1:]

    def against(self, scenario: str) -> str | None:
        """The scenario that this one is compared with; None for no change, or if it was not run."""
        return baseline(self.study, self.scenarios, scenario)

    @property
    def rivals(self) -> tuple[str, ...]:
        """The scenarios that are compared with another."""
        return tuple(name for name in self.scenarios if self.against(name))

    def central(self, scenario: str, measure: str, period: str, group: str = "all") -> float:
        """Mean over the runs of draw 0."""
        return float(self.every(scenario, measure, period, group)[0].mean())

    def difference(
        self, scenario: str, other: str, measure: str = LOOKED_AFTER, on: str = "", group: str = "all"
    ) -> Difference:
        """How many fewer under `scenario` than under `other`, paired by draw and run.

        `on` is a period of the measure, by default the last. Above 0 means fewer under `scenario`.
        """
        on = on or self.index.periods(measure)[-1]
        fewer = self.series(other, measure, on, group) - self.series(scenario, measure, on, group)
        return Difference(scenario=scenario, other=other, measure=measure, on=on, group=group, fewer=fewer)

    def overlap(
        self, a: str, b: str, measure: str = LOOKED_AFTER, on: str = "", group: str = "all"
    ) -> Overlap:
        """What scenarios `a` and `b` do alone, after the other and together. KeyError if both was not run."""
        both = self.combined(a, b)
        if both is None:
            raise KeyError(f"no scenario of these results unites '{a}' and '{b}': run '{a} & {b}' too")
        bases = {self.against(name) for name in (a, b, both)}
        base = bases.pop()
        if bases or base is None:
            raise KeyError(f"'{a}', '{b}' and '{both}' are not compared with one and the same scenario")
        gains = {name: self.difference(name, base, measure, on, group).fewer for name in (a, b)}
        return overlap(gains, self.difference(both, base, measure, on, group).fewer)

    def combined(self, a: str, b: str) -> str | None:
        """The scenario among those run that holds exactly the levers of both, whatever its name."""
        # Two scenarios that contradict one another cannot be united, but may well be run side by side.
        union = self.study.scenario(a).levers | self.study.scenario(b).levers
        for name in self.scenarios:
            if name not in (a, b) and self.study.scenario(name).levers == union:
                return name
        return None

    @property
    def measures(self) -> pd.DataFrame:
        """Every number, tidy: scenario, draw, run, measure, period, group, value. Draw 0 included."""
        import pandas as pd

        draws, runs, width = self.draws + 1, self.runs, len(self.index)
        trials = len(self.scenarios) * draws * runs
        columns: dict[str, Any] = {
            "scenario": pd.Categorical.from_codes(
                np.repeat(np.arange(len(self.scenarios)), draws * runs * width),
                pd.Index(self.scenarios),
            ),
            "draw": np.tile(np.repeat(np.arange(draws), runs * width), len(self.scenarios)),
            "run": np.tile(np.repeat(np.arange(runs), width), len(self.scenarios) * draws),
        }
        for part, name in enumerate(("measure", "period", "group")):
            kinds = list(dict.fromkeys(key[part] for key in self.index.keys))
            place = {kind: code for code, kind in enumerate(kinds)}
            codes = np.array([place[key[part]] for key in self.index.keys], dtype=np.int64)
            columns[name] = pd.Categorical.from_codes(np.tile(codes, trials), pd.Index(kinds))
        columns["value"] = np.concatenate([self.data[name].ravel() for name in self.scenarios])
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        names = ", ".join(self.scenarios)
        return f"Results({names}: {self.draws} draws × {self.runs} runs, {len(self.index)} measures)"

    def _repr_html_(self) -> str:
        rows = []
        last = self.index.periods(LOOKED_AFTER)[-1]
        for name in self.scenarios:
            level = estimate(self.series(name, LOOKED_AFTER, last))
            cells = [name, f"{level.p50:.0f}", f"{level.p5:.0f} to {level.p95:.0f}", "", ""]
            against = self.against(name)
            if against:
                fewer = self.difference(name, against, on=last).estimate
                cells[3:] = [f"{fewer.p50:.0f}", f"{fewer.p5:.0f} to {fewer.p95:.0f}"]
            rows.append(tuple(cells))
        heads = ("Scenario", "Children", "9 in 10 between", "Fewer", "9 in 10 between")
        return _table(f"Children looked after on {last}: {self.draws} draws × {self.runs} runs", heads, rows)


def tidy(value: float | None) -> float | None:
    """A number for summary.json: six decimals, no minus nought."""
    return None if value is None else round(float(value), 6) + 0.0


def _by_draw(array: npt.ArrayLike) -> Floats:
    values = np.asarray(array, dtype=np.float64)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"expected [draws, runs] with at least one of each; found shape {values.shape}")
    return values


def _clustered(means: Floats) -> float | None:
    return float(means.std(ddof=1) / np.sqrt(len(means))) if len(means) > 1 else None


def _not_found(kind: str, name: str, names: tuple[str, ...]) -> str:
    close = nearest(name, names)
    hint = (
        f"did you mean '{close}'?" if close else f"there are {', '.join(names[:8])}" + " …" * (len(names) > 8)
    )
    return f"'{name}' is not a {kind}: {hint}"


def _table(caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    from html import escape

    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{head}</tr>{body}</table>"
