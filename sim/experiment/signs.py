"""Claims watched month by month, in further trials: each set of evidence, posts as they are and filled."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.engines import AUTO
from sim.experiment.manifest import identity
from sim.experiment.store import read_json, write_json
from sim.experiment.variants import run_variants
from sim.foundations.errors import InputError
from sim.results.early_signs import LEVEL
from sim.results.watching import Believed, early_signs
from sim.study.parameters import EVIDENCE
from sim.study.scenario import NO_CHANGE
from sim.study.twins import twin_of
from sim.study.variants import Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.experiment import Progress
    from sim.results.estimates import Results
    from sim.study.config import Study
    from sim.study.futures import Futures

FOLDER = "signs"
"""Folder of a run that these trials are kept in, until the signs are found."""
KEPT = "early_signs.json"
"""File of the signs once they are found."""
FORM = "posts apart, figure and month judged"
"""How signs are found and written: those that were kept in another form are found again."""


def watched(
    study: Study,
    futures: Futures,
    *,
    jobs: int = 1,
    engine: str = AUTO,
    folder: Path | None = None,
    own: Results | None = None,
    level: float = LEVEL,
    progress: Progress | None = None,
) -> dict[str, Any] | None:
    """The branch `early_signs` of summary.json; None where nothing is claimed against no change.

    ``own`` are results of the study itself: if they hold enough futures of every scenario, it is not run
    again. With a ``folder`` finished trials, and then the signs, are kept there.
    """
    twinned, scenarios = with_twins(study, None if own is None else own.scenarios)
    if not scenarios:
        return None
    variants = [
        Variant(id=name, group="Set of evidence", label=name, study=twinned.with_evidence(name))
        for name in (EVIDENCE if any(one.sets for one in study.parameters.values()) else (study.evidence,))
    ]
    names = (NO_CHANGE, *scenarios)
    own_marks = [identity(one.study, names) for one in variants]
    mark = " ".join([FORM, *own_marks, str(futures.draws), str(futures.runs), str(level)])
    if folder is not None and (folder / KEPT).is_file():
        kept = read_json(folder / KEPT)
        if kept.get("identity") == mark:
            found: dict[str, Any] = kept["signs"]
            return found
    results: dict[str, Results] = {}
    if own is not None and enough(own, futures, names):
        results[study.evidence] = own
    for one, trials in run_variants(
        [one for one in variants if one.id not in results],
        scenarios,
        futures,
        jobs=jobs,
        engine=engine,
        folder=folder,
        progress=progress,
    ):
        results[one.id] = trials
    worlds = [Believed(evidence=one.id, results=results[one.id]) for one in variants]
    found = early_signs(worlds, futures.draws, futures.runs, level)
    if folder is not None:
        write_json(folder / KEPT, {"identity": mark, "signs": found})
        for one in variants:
            shutil.rmtree(folder / one.id, ignore_errors=True)
    return found


def with_twins(study: Study, run: Sequence[str] | None = None) -> tuple[Study, tuple[str, ...]]:
    """The study with a twin for each claimed scenario (of those ``run``), and the names of both, in order.

    A scenario that says something else of recruitment has no twin: it is watched with its posts as they are.
    """
    known, names = dict(study.scenarios), []
    for name, one in study.scenarios.items():
        claimed = any(claim.scenario == name for claim in study.claims)
        if not claimed or one.against != NO_CHANGE or (run is not None and name not in run):
            continue
        names.append(name)
        try:
            twin = twin_of(one, study.clock)
        except InputError:
            continue
        known.setdefault(twin.name, twin)
        names.append(twin.name)
    return replace(study, scenarios=known), tuple(names)


def enough(own: Results, futures: Futures, names: Sequence[str]) -> bool:
    """Whether results hold so many futures of some scenarios."""
    return own.draws >= futures.draws and own.runs >= futures.runs and set(names) <= set(own.scenarios)
