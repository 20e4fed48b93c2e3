"""Family Safeguarding's effect read as what some authorities saw: a ratio of all their starts in care.

Many starts are out of the service's reach: no warning, needs it does not meet, families below its levels. So
the whole authority is simulated with the service, every post filled, at several multipliers on both routes of
the families served, and the multiplier is read off where all starts of the last year stand in the ratio that
was seen. Some ratios no multiplier returns: how few starts the service could leave at most is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.engines import engine_named
from sim.experiment.executors import execute
from sim.experiment.inverse import inverted, looked_up
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances, compile_plan
from sim.model.effects import AREA_STARTS, SOLVED
from sim.results.estimates import LOOKED_AFTER
from sim.results.measures import index_of, measure
from sim.study.catalogue import SOLVED_RATIOS
from sim.study.levers import Open
from sim.study.review import reviews_of
from sim.study.scenario import NO_CHANGE
from sim.study.twins import twin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sim.model.compile import Circumstances
    from sim.study.config import Study
    from sim.study.scenario import Scenario

    Floats = NDArray[np.float64]

TABLE = SOLVED[AREA_STARTS]
RUNS = 60
MULTIPLIERS = (0.01, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 2.0)
FIGURES = ("starts in the last year", "looked after at the end", "plans open at the end")
SERVICE = "family_safeguarding"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaSolution:
    """The authority with the service against without, at each multiplier, and the table that inverts it."""

    scenario: str
    """The scenario that opens the service."""
    year: str
    """The financial year whose starts are counted."""
    runs: int
    """Pairs of authorities with the same luck."""
    sums: Floats
    """[runs, 1 + multipliers, figures]: no change first."""
    table: dict[str, float]
    """Ratio of all starts (as written in the study) to multiplier."""

    def ratios(self, figure: int = 0) -> list[float]:
        """Ratio of one of ``FIGURES`` to that of no change, by multiplier."""
        found = self.sums[:, :, figure].sum(axis=0)
        return [float(value) for value in found[1:] / found[0]]

    def ratio_at(self, ratio: float, figure: int) -> float:
        """A figure's ratio at the multiplier that the table gives for a ratio of all starts."""
        return float(np.interp(looked_up(self.table, ratio), MULTIPLIERS, self.ratios(figure)))

    def error(self, place: int) -> float:
        """Standard error by chance of the ratio of starts at a multiplier: over pairs, on the same luck."""
        base, with_it = self.sums[:, 0, 0], self.sums[:, 1 + place, 0]
        off = with_it - with_it.sum() / base.sum() * base
        return float(np.sqrt((off**2).sum() / (len(off) * max(1, len(off) - 1))) / base.mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Runs the authority with and without the service for one luck; what a worker process is given."""

    study: Study
    without: Scenario
    with_it: Scenario

    def __call__(self, draw: int, run: int) -> Floats:
        """[1 + multipliers, figures]"""
        given = build_circumstances(self.study, draw, run)
        rows = [self.figures(self.without, given)]
        for multiplier in MULTIPLIERS:
            flat = {TABLE: dict.fromkeys(SOLVED_RATIOS[TABLE], multiplier)}
            rows.append(self.figures(self.with_it, replace(given, values=dict(given.values) | flat)))
        return np.array(rows)

    def figures(self, scenario: Scenario, given: Circumstances) -> Floats:
        """[figures] of one trial."""
        clock = self.study.clock
        plan = compile_plan(self.study, scenario, given)
        found, index = measure(engine_named().run(plan), plan, clock), index_of(clock)
        last = index.periods(LOOKED_AFTER)[-1]
        return np.array(
            [
                found[index.position("entries", clock.years[-1].label)],
                found[index.position(LOOKED_AFTER, last)],
                found[index.position("plans open", last)],
            ]
        )


def solve_area(
    study: Study, runs: int = RUNS, jobs: int = 1, progress: Callable[[int, int], None] | None = None
) -> AreaSolution | None:
    """Solve the ratio of all starts, at the central value of everything else; None for a study of which no
    scenario opens Family Safeguarding alone.

    Every post is filled from the first day in both, so that the ratio is the service's alone.
    """
    if runs < 1:
        raise InputError.of(f"must be at least 1; found {runs}", path="runs")
    scenario = scenario_of(study)
    if scenario is None:
        return None
    study = study.restructure(family_safeguarding_effect="whole area")
    no_change = replace(study.scenario(NO_CHANGE), name="without it")
    work = Authority(
        study=study, without=twin_of(no_change, study.clock), with_it=twin_of(scenario, study.clock)
    )
    rows: dict[int, Floats] = {}
    for (_, run), figures in execute(work, [(0, run) for run in range(runs)], jobs):
        rows[run] = figures
        if progress is not None:
            progress(len(rows), runs)
    sums = np.array([rows[run] for run in range(runs)])
    if not sums[:, 0, 0].sum():
        raise InputError.of("nobody came into care in the last year, so there is nothing to compare with")
    found = AreaSolution(
        scenario=scenario.name, year=study.clock.years[-1].label, runs=runs, sums=sums, table={}
    )
    return replace(found, table=inverted(found.ratios(), MULTIPLIERS, SOLVED_RATIOS[TABLE]))


def scenario_of(study: Study) -> Scenario | None:
    """The first scenario compared with no change that opens Family Safeguarding and no other service."""
    for scenario in study.scenarios.values():
        opened = [lever.service for lever in scenario.levers if isinstance(lever, Open)]
        alone = opened == [SERVICE] and scenario.against == NO_CHANGE and not reviews_of(scenario)
        if alone and all(service in (None, SERVICE) for service in services_of(scenario)):
            return scenario
    return None


def services_of(scenario: Scenario) -> set[str | None]:
    """The services that a scenario's levers name."""
    return {getattr(lever, "service", None) for lever in scenario.levers}
