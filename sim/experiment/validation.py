"""Validation: a study's forecast judged by what was published before its start and after.

Three things are run. No change and what was really done, over the study's own years, beside every figure
published before the start and every one held back; and a long world with no change, for the shape of what
takes years. Nothing is fitted here, so the command may be given again whenever the study changes.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.executors import execute
from sim.experiment.experiment import Experiment
from sim.experiment.trial import Trial, run_trial
from sim.foundations.clock import Clock
from sim.foundations.errors import InputError
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, estimate
from sim.results.held_back import judged
from sim.results.not_judged import not_judged
from sim.results.reproduced import by_year, face, reproduced, shape_rows, two_years_on
from sim.results.shapes import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.results.estimates import Floats, Results
    from sim.study.config import Study

    Progress = Callable[[int, int], None]

Part = dict[str, Any]

DRAWS, RUNS, LONG_DRAWS = 100, 3, 40
"""Draws and runs unless told otherwise; draws of the long world."""
LONG_YEARS = 11
"""Years of the long world: a return home is followed for six, eight years of starts are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongWork:
    """What a process does for one draw of the long world."""

    study: Study
    engine: str

    def __call__(self, draw: int, run: int) -> dict[str, float]:
        """The shapes of one history."""
        trial = Trial(scenario=NO_CHANGE, draw=draw, run=run)
        result = run_trial(self.study, trial, engine=self.engine)
        return shapes(result.log, result.plan, self.study.clock)


def validate(
    study: Study,
    draws: int = DRAWS,
    runs: int = RUNS,
    long_draws: int = LONG_DRAWS,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Part:
    """Everything that docs/validation.md says, as plain numbers and text.

    Raises ``InputError`` for a number below 1, and for a study that observes nothing to be judged by.
    """
    if long_draws < 1:
        raise InputError.of(f"must be at least 1; found {long_draws}", path="long draws")
    if not study.observed:
        raise InputError.of("the study observes nothing, so there is nothing to judge its forecast by")
    scenarios = [NO_CHANGE, *study.hindsight]
    experiment = Experiment(study, scenarios=scenarios, draws=draws, runs=runs, jobs=jobs)
    whole = experiment.trials + long_draws

    def told(done: int) -> None:
        if progress is not None:
            progress(done, whole)

    results = experiment.run(progress=lambda done, _: told(done))
    long = long_world(study)
    work = LongWork(study=long, engine=experiment.engine)
    found: dict[int, dict[str, float]] = {}
    for (draw, _), one in execute(work, [(draw, 0) for draw in range(1, long_draws + 1)], jobs):
        found[draw] = one
        told(experiment.trials + len(found))
    by_name: dict[str, Floats] = {
        name: np.array([found[draw][name] for draw in sorted(found)]) for name in found[1]
    }
    return {
        "study": study.name,
        "digest": study.digest,
        "seed": study.seed,
        "start": study.clock.start.isoformat(),
        "draws": draws,
        "runs": runs,
        "long_draws": long_draws,
        "long_years": LONG_YEARS,
        "scenarios": scenarios,
        "meanings": {name: study.scenario(name).meaning for name in scenarios},
        "levers": {name: lever_lines(study, name) for name in study.hindsight},
        "reproduced": reproduced(study, results),
        "by_year": by_year(study, results),
        "held_back": judged(study, results, scenarios),
        "not_judged": not_judged(study, results, NO_CHANGE),
        "shapes": shape_rows(study, by_name),
        "face": face(results, by_name, scenarios[-1]),
        "outside": two_years_on(study, results, scenarios),
        "conference": study.parameters["solved.fgc_pre_proceedings"].source,
        "levels": {name: levels(results, name) for name in scenarios},
        "counted": {name: dict(study.observed[name].points) for name in CHARTED if name in study.observed},
    }


CHARTED = {LOOKED_AFTER: LOOKED_AFTER, "entries": "entries"}
"""Series that are drawn over the years, and the measures that simulate them."""


def levels(results: Results, scenario: str) -> Part:
    """Estimates by period of what is drawn."""
    return {
        series: {
            period: estimate(results.series(scenario, measure, period)).as_dict()
            for period in results.index.periods(measure)
        }
        for series, measure in CHARTED.items()
    }


def lever_lines(study: Study, scenario: str) -> list[Part]:
    """What a scenario of hindsight changes that no scenario of the study does, with its source."""
    planned = {lever.content for one in study.scenarios.values() for lever in one.levers}
    own = [lever for lever in study.scenario(scenario).levers if lever.content not in planned]
    return [{"lever": str(one), "source": one.source} for one in sorted(own, key=lambda one: one.content)]


def long_world(study: Study) -> Study:
    """The study over ``LONG_YEARS`` years."""
    start = study.clock.start
    return dataclasses.replace(
        study, clock=Clock(start=start, end=start.replace(year=start.year + LONG_YEARS))
    )
