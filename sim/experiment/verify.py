"""Trials of a study run on both engines, and the first place where the two do not tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine.engines import COMPILED, SIMPY, SLOW, compiled_works, engine_named
from sim.experiment.recheck import FIRST, first_difference, place_of
from sim.experiment.trial import Trial, run_trial
from sim.foundations.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.engine.events import EventLog
    from sim.model.plan import Plan
    from sim.study.config import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Where the logs of one trial part."""

    plan: Plan
    reference: EventLog
    """What the SimPy engine told."""
    other: EventLog
    """What the compiled engine told."""
    row: int
    """The first row in which they differ."""
    family: int
    """The family of whom they first tell differently; -1 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """One trial on both engines."""

    trial: Trial
    records: int
    """Records of the reference engine's log."""
    divergence: Divergence | None
    """None if the logs are the same to the byte."""


def trials_to_verify(study: Study, scenarios: Sequence[str], number: int) -> list[Trial]:
    """So many trials of a study, spread over its draws, its runs and the scenarios; all, if it has fewer."""
    if number < 1:
        raise InputError.of(f"must be at least 1; found {number}", path="trials")
    pairs = [(draw, run) for draw in range(study.draws + 1) for run in range(study.runs)]
    pairs.sort(key=lambda pair: (pair != FIRST, place_of(*pair)))
    result = []
    for at in range(min(number, len(pairs) * len(scenarios))):
        lap, place = divmod(at, len(pairs))
        draw, run = pairs[place]
        result.append(Trial(scenario=scenarios[(place + lap) % len(scenarios)], draw=draw, run=run))
    return result


def verify(study: Study, trials: Sequence[Trial]) -> Iterator[Verified]:
    """Run trials on both engines, one after another, up to the first whose logs differ.

    ``InputError`` if numba, which the compiled engine needs, is not installed.
    """
    if not compiled_works():
        raise InputError.of(f"There is only one engine here. {SLOW}")
    for trial in trials:
        verified = verify_one(study, trial)
        yield verified
        if verified.divergence is not None:
            return


def verify_one(study: Study, trial: Trial) -> Verified:
    """One trial on both engines."""
    reference = run_trial(study, trial, engine=SIMPY)
    # The same plan, and not the same trial: a log that breaks its schema is to be told as well.
    other = engine_named(COMPILED).run(reference.plan)
    return Verified(
        trial=trial, records=len(reference.log), divergence=parting(reference.plan, reference.log, other)
    )


def parting(plan: Plan, reference: EventLog, other: EventLog) -> Divergence | None:
    """Where two logs of a plan part; None if they are the same."""
    row = first_difference(reference, other)
    if row is None:
        return None
    # In canonical order, whoever comes first is the one of whom the engines first tell differently.
    told = [(int(log.tick[row]), int(log.family[row])) for log in (reference, other) if row < len(log)]
    return Divergence(plan=plan, reference=reference, other=other, row=row, family=min(told)[1])
