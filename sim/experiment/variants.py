"""Many variants of a study run side by side on the same families and luck, and kept as they finish.

All their trials share one pool of processes. In a run folder each trial is kept until its variant is whole,
and then the variant's headline, so that a run that is killed loses nothing that was finished.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.engine.engines import AUTO, engine_named, needs_compiling
from sim.experiment.executors import execute
from sim.experiment.manifest import identity
from sim.experiment.store import Store, read_json, write_json
from sim.experiment.trial import Trial, run_pair, run_trial
from sim.foundations.errors import StoreError
from sim.foundations.randomness import parameter_quantile
from sim.results.estimates import NO_CHANGE, Results
from sim.results.headline import Headline, headline, row_of
from sim.results.measures import index_of
from sim.results.prices import PRICED
from sim.study.futures import Futures
from sim.study.variants import MONEY, Variant, headline_scenarios, variants_of

if TYPE_CHECKING:
    from sim.experiment.experiment import Progress
    from sim.results.estimates import Floats
    from sim.study.config import Study

FOLDER = "variants"
"""Folder of a run that variants are kept in."""
KEPT = "headline.json"
"""File of a finished variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantWork:
    """What a worker does with one (draw, run) of one variant: run it, keep it."""

    variants: tuple[Variant, ...]
    scenarios: tuple[str, ...]
    identities: tuple[str, ...]
    folder: Path
    futures: tuple[Futures, ...]
    """How many of each variant."""
    engine: str

    def __call__(self, which: int, future: int) -> None:
        """Run all scenarios of one future of one variant and keep them."""
        runs = self.futures[which].runs
        draw, run = 1 + future // runs, future % runs
        one = self.variants[which]
        values = run_pair(one.study, self.scenarios, draw, run, self.engine)
        Store(self.folder / one.id).save(draw, run, values, self.identities[which])


def run_variants(
    variants: Sequence[Variant],
    scenarios: Sequence[str],
    futures: Futures | Sequence[Futures],
    *,
    jobs: int = 1,
    engine: str = AUTO,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Variant, Results]]:
    """Each variant with its results, as soon as all of its futures are there: as many of each, or so many of
    each in turn. Draw 0 is not run: it is empty.

    With a ``folder``, trials are kept there until whoever asked takes them away, and those that are there
    already are not run again.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="caresim-") as scratch:
            yield from run_variants(
                variants,
                scenarios,
                futures,
                jobs=jobs,
                engine=engine,
                folder=Path(scratch),
                progress=progress,
            )
        return
    names = tuple(dict.fromkeys((NO_CHANGE, *scenarios)))
    work = VariantWork(
        variants=tuple(variants),
        scenarios=names,
        identities=tuple(identity(one.study, names) for one in variants),
        folder=folder,
        futures=(futures,) * len(variants) if isinstance(futures, Futures) else tuple(futures),
        engine=engine_named(engine).name,
    )
    yield from _finished(work, jobs, progress)


def _finished(work: VariantWork, jobs: int, progress: Progress | None) -> Iterator[tuple[Variant, Results]]:
    """Run what is missing, variant by variant, and yield each as it is whole."""
    missing: list[tuple[int, int]] = []
    left = []
    for which, (one, futures) in enumerate(zip(work.variants, work.futures, strict=True)):
        store = Store(work.folder / one.id)
        store.trials.mkdir(parents=True, exist_ok=True)
        done = _usable(store, work.identities[which])
        wanted = [
            (which, future)
            for future in range(futures.draws * futures.runs)
            if (1 + future // futures.runs, future % futures.runs) not in done
        ]
        missing += wanted
        left.append(len(wanted))
    each = len(work.scenarios)
    wanted_in_all = each * sum(futures.draws * futures.runs for futures in work.futures)
    if missing and needs_compiling(work.engine):
        run_trial(work.variants[0].study, Trial(scenario=NO_CHANGE), engine=work.engine)
    for which, rest in enumerate(left):
        if not rest:
            yield work.variants[which], _results(work, which)
    for (which, _), _ in execute(work, missing, min(jobs, max(1, len(missing)))):
        left[which] -= 1
        if progress is not None:
            progress(wanted_in_all - sum(left) * each, wanted_in_all)
        if not left[which]:
            yield work.variants[which], _results(work, which)


def _usable(store: Store, own: str) -> set[tuple[int, int]]:
    """Kept trials of this very variant; those of another version are run again."""
    found = set()
    for pair in store.finished():
        with suppress(StoreError):
            store.load(*pair, own)
            found.add(pair)
    return found


def _results(work: VariantWork, which: int) -> Results:
    """The results of a variant whose trials are all kept."""
    one, futures = work.variants[which], work.futures[which]
    store, own = Store(work.folder / one.id), work.identities[which]
    index = index_of(one.study.clock)
    data = {name: np.full((futures.draws + 1, futures.runs, len(index)), np.nan) for name in work.scenarios}
    for draw in range(1, futures.draws + 1):
        for run in range(futures.runs):
            for name, values in zip(work.scenarios, store.load(draw, run, own), strict=True):
                data[name][draw, run] = values
    return Results(
        study=one.study,
        scenarios=work.scenarios,
        draws=futures.draws,
        runs=futures.runs,
        index=index,
        data=data,
        engine=work.engine,
    )


def depends_on(
    study: Study,
    futures: Futures,
    *,
    closer: Futures | None = None,
    jobs: int = 1,
    engine: str = AUTO,
    folder: Path | None = None,
    own: Results | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """What the answer depends on: a row a variant, on the same families and luck; as in summary.json.

    ``closer`` are the futures of variants on which most hangs. ``own`` are results of the study itself: if
    they hold enough futures of the right scenarios, it is not run again, and all of them help. With a
    ``folder`` each finished variant is kept there.
    """
    scenarios = headline_scenarios(study)
    variants = variants_of(study, scenarios)
    each = {one.id: (closer or futures) if one.closer else futures for one in variants}
    most = Futures(draws=max(one.draws for one in each.values()), runs=max(one.runs for one in each.values()))
    each[variants[0].id] = most
    if own is not None and not _enough(own, scenarios, most):
        own = None
    found: dict[str, Headline] = {}
    if own is not None:
        found[variants[0].id] = headline(own, scenarios)
    names = (NO_CHANGE, *scenarios)
    marks = {
        one.id: f"{identity(one.study, names)} {each[one.id].draws} {each[one.id].runs}" for one in variants
    }
    if folder is not None:
        found |= {
            one.id: kept
            for one in variants
            if one.id not in found and (kept := _kept(folder / one.id / KEPT, marks[one.id])) is not None
        }
    missing = [one for one in variants if one.id not in found]
    # What moves pounds and no event is priced on the study's own trials, where those are at hand.
    priced = [one for one in missing if _only_prices(one)] if own or variants[0] in missing else []
    if own is not None:
        found |= {one.id: _priced(one, own, scenarios) for one in priced}
    run = [one for one in missing if one not in priced]
    for one, results in run_variants(
        run,
        scenarios,
        [each[one.id] for one in run],
        jobs=jobs,
        engine=engine,
        folder=folder,
        progress=progress,
    ):
        found[one.id] = headline(results, scenarios)
        if one is variants[0]:
            found |= {other.id: _priced(other, results, scenarios) for other in priced}
        if folder is not None:
            _keep(folder / one.id / KEPT, marks[one.id], found[one.id])
            shutil.rmtree(folder / one.id / "trials")
    base = found[variants[0].id]
    return {
        "draws": futures.draws,
        "runs": futures.runs,
        "date": study.clock.month_ends[-1][0],
        "year": study.clock.years[-1].label,
        "scenarios": list(scenarios),
        "rows": [row_of(one, found[one.id], base, _quantiles(one, found[one.id])) for one in variants],
    }


def _quantiles(variant: Variant, found: Headline) -> Floats | None:
    """[draws, parameters] where the draws lie of what a variant alone reads; None if that is nothing."""
    names = [name for name in variant.reads if not variant.study.parameters[name].known]
    if not names:
        return None
    draws = next(iter(next(iter(found.values())).values())).shape[0]
    seed = variant.study.seed
    return np.array(
        [[parameter_quantile(seed, draw, name) for name in names] for draw in range(1, draws + 1)]
    )


def _only_prices(variant: Variant) -> bool:
    """Whether a variant moves pounds and no event."""
    priced = variant.settings and all(name.startswith(PRICED) for name in variant.settings)
    return bool(priced) or variant.group == MONEY


def _priced(variant: Variant, results: Results, scenarios: Sequence[str]) -> Headline:
    """The headline of a variant that differs in prices only, on all of the study's own trials."""
    return headline(replace(results, study=variant.study), scenarios)


def _enough(own: Results, scenarios: Sequence[str], futures: Futures) -> bool:
    """Whether results hold all that the study's own row needs."""
    return own.draws >= futures.draws and own.runs >= futures.runs and set(scenarios) <= set(own.scenarios)


def _keep(path: Path, mark: str, found: Headline) -> None:
    parts = {name: {what: array.tolist() for what, array in arrays.items()} for name, arrays in found.items()}
    write_json(path, {"identity": mark, "headline": parts})


def _kept(path: Path, mark: str) -> Headline | None:
    """The headline of a variant that was finished before; None if there is none, or of another version."""
    if not path.is_file():
        return None
    kept: Mapping[str, Any] = read_json(path)
    if kept.get("identity") != mark:
        return None
    return {
        name: {what: np.array(array) for what, array in arrays.items()}
        for name, arrays in kept["headline"].items()
    }
