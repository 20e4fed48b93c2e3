"""One trial: a pure function of a study, a scenario, a draw and a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.engine import simpy_engine
from sim.engine.events import validate
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances, compile_plan
from sim.results.estimates import baseline
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
    """The vector of ``sim.results.measures.index_of(study.clock)``; its measures of pairs are 0 unless the
    trial was given the log that it is compared with."""


def run_trial(
    study: Study,
    trial: Trial,
    *,
    given: Circumstances | None = None,
    against: EventLog | None = None,
) -> TrialResult:
    """Run one trial. The same study (with its seed) and trial give the same log, byte for byte, anywhere.

    ``given`` may hold the people and rules of this (draw, run), to share them between scenarios; ``against``
    the log of the scenario that this one is compared with, for the measures of pairs.
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
    measures = measure(log, plan, study.clock, against)
    return TrialResult(trial=trial, plan=plan, log=log, measures=measures)


def run_pair(study: Study, scenarios: Sequence[str], draw: int, run: int) -> NDArray[np.float64]:
    """All scenarios on the same people with the same luck: [scenarios, measures], in the order given.

    A scenario with which others are compared runs before them, so that they can be read against its log.
    """
    given = build_circumstances(study, draw, run)
    bases = {name: baseline(study, scenarios, name) for name in scenarios}
    logs: dict[str, EventLog] = {}
    found: dict[str, NDArray[np.float64]] = {}

    def visit(name: str) -> None:
        base = bases[name]
        if name in found:
            return
        if base is not None:
            visit(base)
        against = None if base is None else logs[base]
        one = run_trial(study, Trial(scenario=name, draw=draw, run=run), given=given, against=against)
        found[name] = one.measures
        if name in bases.values():
            logs[name] = one.log

    for name in scenarios:
        visit(name)
    return np.stack([found[name] for name in scenarios])
