"""Validation: a study's forecast judged by what was published before its start and after.

Three things are run. No change and what was really done, over the study's own years, beside every figure
published before the start and every one held back; and a long world with no change, for the shape of what
takes years. Nothing is fitted here, so the command may be given again whenever the study changes. Whatever is
finished is kept in a folder, from which a validation that was stopped goes on.
"""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.executors import execute
from sim.experiment.experiment import Experiment
from sim.experiment.trial import Trial, run_trial
from sim.experiment.validation_folder import ValidationFolder, hindsight_digest, validation_identity
from sim.foundations.clock import Clock
from sim.foundations.errors import InputError
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, estimate
from sim.results.held_back import judged
from sim.results.not_judged import not_judged
from sim.results.reproduced import by_year, face, reproduced, shape_rows, two_years_on
from sim.results.shapes import shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    folder: Path | None = None,
) -> Part:
    """Everything that docs/validation.md says, as plain numbers and text.

    With a ``folder`` what was finished is kept there and not run again. Raises ``InputError`` for a number
    below 1, for a study that observes nothing to be judged by, and for a folder of another validation.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="caresim-") as scratch:
            return validate(study, draws, runs, long_draws, jobs, progress, Path(scratch) / "validation")
    if long_draws < 1:
        raise InputError.of(f"must be at least 1; found {long_draws}", path="long draws")
    if not study.observed:
        raise InputError.of("the study observes nothing, so there is nothing to judge its forecast by")
    scenarios = [NO_CHANGE, *study.hindsight]
    experiment = Experiment(study, scenarios=scenarios, draws=draws, runs=runs, jobs=jobs)
    whole = experiment.trials + long_draws
    kept = ValidationFolder(folder, own_identity(study))

    def told(done: int) -> None:
        if progress is not None:
            progress(done, whole)

    with kept.held(experiment.identity) as store:
        results = experiment.finish(store, lambda done, _: told(done))
        by_name = long_shapes(
            LongWork(study=long_world(study), engine=experiment.engine),
            kept,
            range(1, long_draws + 1),
            jobs,
            lambda done: told(experiment.trials + done),
        )
        return judgement(study, results, by_name)


def own_identity(study: Study) -> str:
    """What everything kept of a study's validation shares."""
    return validation_identity(study, long_world(study), [NO_CHANGE, *study.hindsight])


def long_shapes(
    work: LongWork, kept: ValidationFolder, draws: Sequence[int], jobs: int, told: Callable[[int], None]
) -> dict[str, Floats]:
    """Each figure of shape, [draws], of long worlds; those that are kept are not run again."""
    found = kept.kept_long(draws)
    told(len(found))
    missing = [(draw, 0) for draw in draws if draw not in found]
    for (draw, _), one in execute(work, missing, min(jobs, max(1, len(missing)))):
        found[draw] = one
        kept.keep_long(draw, one)
        told(len(found))
    return {name: np.array([found[draw][name] for draw in draws]) for name in found[draws[0]]}


def judgement(study: Study, results: Results, by_name: dict[str, Floats]) -> Part:
    """What results of no change and of what was really done, and shapes of long worlds, say of a forecast."""
    scenarios = list(results.scenarios)
    return {
        "study": study.name,
        "digest": study.digest,
        "hindsight_digest": hindsight_digest(study),
        "seed": study.seed,
        "start": study.clock.start.isoformat(),
        "draws": results.draws,
        "runs": results.runs,
        "long_draws": len(next(iter(by_name.values()))),
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
