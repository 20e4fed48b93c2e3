"""One trial: a pure function of a study, a scenario, a draw and a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine import simpy_engine
from sim.engine.events import validate
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances, compile_plan
from sim.results.measures import measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.engine.events import EventLog
    from sim.model.compile import Circumstances
    from sim.model.plan import Plan
    from sim.study.config import Study

ENGINE = simpy_engine.NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What to run: one scenario, in one draw of what is not known, with one run of luck."""

    scenario: str
    """Name of a scenario of the study, or several joined by "&"."""
    draw: int = 0
    """0 is the central value of everything."""
    run: int = 0
    """Which luck; the same in every scenario."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What one trial yields."""

    trial: Trial
    plan: Plan
    """The frozen numbers that the engine was given."""
    log: EventLog
    """Everything that happened, in canonical order."""
    measures: NDArray[np.float64]
    """The vector of ``sim.results.measures.index_of(study.clock)``."""


def run_trial(study: Study, trial: Trial, *, given: Circumstances | None = None) -> TrialResult:
    """Run one trial. The same study (with its seed) and trial give the same log, byte for byte, anywhere.

    ``given`` may hold the people and rules of this (draw, run), to share them between scenarios.
    Raises ``InputError`` for an unknown scenario or a negative number, ``QualityError`` if the log breaks
    its schema.
    """
    if trial.draw < 0 or trial.run < 0:
        raise InputError.of(f"draw {trial.draw} and run {trial.run} must be 0 or more")
    scenario = study.scenario(trial.scenario)
    if given is None:
        given = build_circumstances(study, trial.draw, trial.run)
    plan = compile_plan(study, scenario, given)
    log = simpy_engine.run(plan)
    validate(log, plan.horizon)
    return TrialResult(trial=trial, plan=plan, log=log, measures=measure(log, plan, study.clock))


def run_pair(study: Study, scenarios: Sequence[str], draw: int, run: int) -> NDArray[np.float64]:
    """All scenarios on the same people with the same luck: [scenarios, measures]."""
    given = build_circumstances(study, draw, run)
    return np.stack(
        [
            run_trial(study, Trial(scenario=name, draw=draw, run=run), given=given).measures
            for name in scenarios
        ]
    )
