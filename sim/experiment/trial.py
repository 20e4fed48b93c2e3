"""One trial: a pure function of a study, a scenario, a draw and a run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.engine.engines import AUTO, COMPILED, engine_named
from sim.engine.events import validate
from sim.engine.simpy_engine import collector_paused
from sim.experiment.recheck import recheck, rechecked_scenario
from sim.experiment.review import judge
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances, compile_plan
from sim.results.estimates import baseline
from sim.results.measures import measure
from sim.study.review import let_go, reviews_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sim.engine.events import EventLog
    from sim.model.compile import Circumstances
    from sim.model.plan import Plan
    from sim.results.measure_review import Outcome
    from sim.study.config import Study
    from sim.study.levers import Review
    from sim.study.scenario import Scenario


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
    trial was given the one that it is compared with."""


def run_trial(
    study: Study,
    trial: Trial,
    *,
    given: Circumstances | None = None,
    against: TrialResult | None = None,
    engine: str = AUTO,
) -> TrialResult:
    """Run one trial. The same study (with its seed) and trial give the same log, byte for byte, anywhere.

    ``given`` may hold the people and rules of this (draw, run), to share them between scenarios; ``against``
    the trial of the scenario that this one is compared with, for the measures of pairs. A review reads that
    scenario too: it is run for it, if it is not given. ``engine`` is one of ``sim.engine.engines.ENGINES``;
    the log is the same with each.
    Raises ``InputError`` for an unknown scenario or a negative number, ``QualityError`` if the log breaks
    its schema.
    """
    if trial.draw < 0 or trial.run < 0:
        raise InputError.of(f"draw {trial.draw} and run {trial.run} must be 0 or more")
    scenario = study.scenario(trial.scenario)
    if given is None:
        given = build_circumstances(study, trial.draw, trial.run)
    first = _simulated(study, scenario, trial, given, against, engine)
    reviews = reviews_of(scenario)
    return _reviewed(study, scenario, reviews, first, given, against, engine) if reviews else first


def _simulated(
    study: Study,
    scenario: Scenario,
    trial: Trial,
    given: Circumstances,
    against: TrialResult | None,
    engine: str,
) -> TrialResult:
    """One scenario run and measured, whatever its reviews may find."""
    plan = compile_plan(study, scenario, given)
    log = engine_named(engine).run(plan)
    validate(log, plan.horizon)
    measures = measure(log, plan, study.clock, None if against is None else against.log)
    return TrialResult(trial=trial, plan=plan, log=log, measures=measures)


def _reviewed(
    study: Study,
    scenario: Scenario,
    reviews: Sequence[Review],
    result: TrialResult,
    given: Circumstances,
    against: TrialResult | None,
    engine: str,
) -> TrialResult:
    """The trial once its reviews are held, one after another.

    All before the day on which posts would end is the same whether they do or not, so a review reads the
    trial as it stands; where it falls short, the trial is run again without those posts.
    """
    trial = result.trial
    if scenario.against not in study.scenarios or study.scenario(scenario.against) == scenario:
        raise InputError.of(f"'{trial.scenario}' holds a review and is compared with nothing: name 'against'")
    other = against or run_trial(study, replace(trial, scenario=scenario.against), given=given, engine=engine)
    outcomes: list[Outcome] = []
    for review in reviews:
        outcomes.append(judge(study, review, result, other))
        if not outcomes[-1].passed:
            scenario = let_go(scenario, review)
            result = _simulated(study, scenario, trial, given, against, engine)
    log = None if against is None else against.log
    return replace(result, measures=measure(result.log, result.plan, study.clock, log, outcomes))


def run_pair(
    study: Study, scenarios: Sequence[str], draw: int, run: int, engine: str = AUTO
) -> NDArray[np.float64]:
    """All scenarios on the same people with the same luck: [scenarios, measures], in the order given.

    A scenario with which others are compared runs before them, so that they can be read against its log. Of
    what the compiled engine runs, a small fixed share is run on the reference engine too: ``QualityError``
    if the logs differ.
    """
    # The collector would walk every library's objects again and again, for the few that a trial leaves. What
    # the scenarios share is gone by the time it goes on.
    with collector_paused():
        return np.stack(_measured(study, scenarios, draw, run, engine))


def _measured(
    study: Study, scenarios: Sequence[str], draw: int, run: int, engine: str
) -> list[NDArray[np.float64]]:
    """The measures of all scenarios, in the order given."""
    bases = {name: baseline(study, scenarios, name) for name in scenarios}
    compared: dict[str, TrialResult] = {}
    found: dict[str, NDArray[np.float64]] = {}
    given = build_circumstances(study, draw, run)
    for name in bases_first(bases):
        trial, base = Trial(scenario=name, draw=draw, run=run), bases[name]
        against = None if base is None else compared[base]
        one = run_trial(study, trial, given=given, against=against, engine=engine)
        if engine_named(engine).name == COMPILED and name == rechecked_scenario(scenarios, draw, run):
            recheck(one.plan, one.log, name, draw, run)
        found[name] = one.measures
        if name in bases.values():
            compared[name] = one
    return [found[name] for name in scenarios]


def bases_first(bases: Mapping[str, str | None]) -> list[str]:
    """All scenarios, each after the one that it is compared with."""
    ordered: list[str] = []
    for name in bases:
        chain: list[str] = []
        one: str | None = name
        while one is not None and one not in ordered and one not in chain:
            chain.append(one)
            one = bases[one]
        ordered += reversed(chain)
    return ordered
