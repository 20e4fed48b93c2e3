"""Many trials: every scenario on the same families, over draws of what is not known and runs of luck."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from sim.engine.engines import AUTO, COMPILED, SIMPY, engine_named, needs_compiling
from sim.experiment.executors import execute
from sim.experiment.manifest import identity, new_manifest, now, read_manifest
from sim.experiment.recheck import rechecked
from sim.experiment.store import Store, json_bytes, replacing, write_json
from sim.experiment.tables import write_measures
from sim.experiment.trial import Trial, run_pair, run_trial
from sim.foundations.errors import InputError, StoreError
from sim.results.estimates import Results
from sim.results.measures import index_of
from sim.study.config import load_study

if TYPE_CHECKING:
    from sim.study.config import Study

Progress = Callable[[int, int], None]
"""Called with (finished, wanted) numbers of trials."""

MAIN_SCENARIO = "no change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker does with one (draw, run): run it, keep it. Small enough to send to a process."""

    study: Study
    scenarios: tuple[str, ...]
    folder: Path
    identity: str
    engine: str

    def __call__(self, draw: int, run: int) -> None:
        """Run all scenarios of one (draw, run) and keep them."""
        values = run_pair(self.study, self.scenarios, draw, run, self.engine)
        Store(self.folder).save(draw, run, values, self.identity)


class Experiment:
    """A study's scenarios, run together.

    >>> results = Experiment(study, draws=100, runs=5).run()      # doctest: +SKIP
    """

    def __init__(
        self,
        study: Study,
        *,
        scenarios: Sequence[str] | None = None,
        draws: int | None = None,
        runs: int | None = None,
        seed: int | None = None,
        jobs: int = 1,
        engine: str = AUTO,
    ) -> None:
        """``scenarios`` defaults to all of the study's; "no change" and whatever else one of them is compared
        with are always there.

        ``draws`` are of what is not known, ``runs`` of luck for each; draw 0 (the central value of
        everything) is run as well and enters no range. ``engine`` is one of ``sim.engine.engines.ENGINES``:
        the numbers are the same with each. Raises ``InputError`` for an unknown scenario or a
        number below 1.
        """
        self.study = study if seed is None else replace(study, seed=seed)
        if isinstance(scenarios, str):
            scenarios = [scenarios]
        names = list(study.scenarios) if scenarios is None else list(scenarios)
        # Whatever a scenario is compared with runs too.
        against = [study.scenario(name).against for name in names]
        wanted = {MAIN_SCENARIO, *against, *names}
        ordered = [name for name in study.scenarios if name in wanted]
        self.scenarios = tuple(dict.fromkeys([MAIN_SCENARIO, *ordered, *names]))
        self.draws = study.draws if draws is None else draws
        self.runs = study.runs if runs is None else runs
        self.jobs = jobs
        self.engine = engine_named(engine).name
        for what, number in (("draws", self.draws), ("runs", self.runs), ("jobs", self.jobs)):
            if number < 1:
                raise InputError.of(f"must be at least 1; found {number}", path=what)
        if self.study.seed < 0:
            raise InputError.of(f"must be 0 or more; found {self.study.seed}", path="seed")

    @property
    def tasks(self) -> list[tuple[int, int]]:
        """Every (draw, run), run by run, so that an unfinished experiment has whole draws early."""
        return [(draw, run) for draw in range(self.draws + 1) for run in range(self.runs)]

    @property
    def trials(self) -> int:
        """How many trials that makes, the central ones included."""
        return len(self.tasks) * len(self.scenarios)

    def run(self, folder: Path | str | None = None, progress: Progress | None = None) -> Results:
        """Run everything; with a ``folder``, keep it there (a new one), ready to resume if it is stopped."""
        if folder is None:
            with tempfile.TemporaryDirectory(prefix="caresim-") as scratch:
                mapped = self.finish(Store.create(Path(scratch) / "run", {}), progress)
                return replace(mapped, data={name: np.array(mapped.data[name]) for name in mapped.scenarios})
        manifest = new_manifest(self.study, self.scenarios, self.draws, self.runs, self.jobs, self.engine)
        files = {"config.yaml": resolved_config(self.study), "manifest.json": json_bytes(manifest)}
        return self._recorded(Store.create(Path(folder), files), manifest, progress)

    @classmethod
    def from_folder(cls, folder: Path, jobs: int | None = None) -> tuple[Experiment, dict[str, Any]]:
        """The experiment that a run folder holds, and its manifest. Its study is the one in the folder, and
        its engine the one that began the run, unless that is not to be had here."""
        store = Store.open(folder)
        manifest = read_manifest(store.folder)
        study = load_study(store.folder / "config.yaml")
        experiment = cls(
            study,
            scenarios=manifest["scenarios"],
            draws=manifest["draws"],
            runs=manifest["runs"],
            jobs=manifest["jobs"] if jobs is None else jobs,
            engine=SIMPY if manifest["engine"] == SIMPY else AUTO,
        )
        if experiment.identity != manifest["identity"]:
            raise StoreError(
                f"{folder}: was made by another version of caresim or of its study; results of two versions "
                "are never mixed. Run the study again into a new folder."
            )
        return experiment, manifest

    @classmethod
    def resume(cls, folder: Path, jobs: int | None = None, progress: Progress | None = None) -> Results:
        """Go on with a run that was stopped: finished trials are kept, the others run."""
        experiment, manifest = cls.from_folder(folder, jobs)
        return experiment._recorded(Store(folder), manifest, progress)

    @property
    def identity(self) -> str:
        """What its trials share."""
        return identity(self.study, self.scenarios)

    def _recorded(self, store: Store, manifest: dict[str, Any], progress: Progress | None) -> Results:
        """Run with the folder to itself, and keep the manifest true whatever happens."""
        with store.locked():
            return self._told(store, manifest, progress)

    def _told(self, store: Store, manifest: dict[str, Any], progress: Progress | None) -> Results:
        path = store.folder / "manifest.json"
        manifest = {name: what for name, what in manifest.items() if name != "fault"}
        if self.engine not in manifest["engine"]:
            manifest["engine"] += f", then {self.engine}"
        write_json(path, manifest | {"status": "running", "ended": None})
        try:
            results = self.finish(store, progress)
            write_measures(store.folder / "measures.parquet", results)
        except KeyboardInterrupt:
            write_json(path, manifest | {"status": "interrupted", "ended": now()})
            raise
        except Exception as error:
            # A disk that refused the trial may refuse this too; the first fault is the one to tell.
            with suppress(StoreError):
                write_json(path, manifest | {"status": "failed", "ended": now(), "fault": str(error)})
            raise
        write_json(
            path, manifest | {"status": "finished", "ended": now(), "rechecked": self._rechecked(manifest)}
        )
        store.sweep()
        return results

    def _rechecked(self, manifest: dict[str, Any]) -> dict[str, int]:
        """What a finished run says of its trials on both engines; nothing, where one engine was the slow one
        or another began the run."""
        both = self.engine == manifest["engine"] == COMPILED
        return rechecked(self.tasks if both else [])

    def finish(self, store: Store, progress: Progress | None) -> Results:
        """Run what is not there yet, then read everything back."""
        done, own = store.finished(), self.identity
        for pair in done:
            store.load(*pair, own)
        missing = [task for task in self.tasks if task not in done]
        report = partial(self._report, store, progress)
        count = len(self.tasks) - len(missing)
        report(count)
        work = Work(
            study=self.study,
            scenarios=self.scenarios,
            folder=store.folder,
            identity=own,
            engine=self.engine,
        )
        if missing and needs_compiling(self.engine):
            # Before any process begins: they all find the code that this one leaves on disk.
            run_trial(self.study, Trial(scenario=MAIN_SCENARIO), engine=self.engine)
        for _ in execute(work, missing, min(self.jobs, max(1, len(missing)))):
            count += 1
            report(count)
        return self.read(store)

    def _report(self, store: Store, progress: Progress | None, pairs: int) -> None:
        each = len(self.scenarios)
        write_json(store.folder / "progress.json", {"finished": pairs * each, "wanted": self.trials})
        if progress is not None:
            progress(pairs * each, self.trials)

    def read(self, store: Store) -> Results:
        """Results from the kept trials, mapped from disk: memory does not grow with their number."""
        # Who we are takes longer to find out than a pair to read, so it is asked once.
        index, own = index_of(self.study.clock), self.identity
        shape = (len(self.scenarios), self.draws + 1, self.runs, len(index))
        header = {"descr": "<f8", "fortran_order": False, "shape": shape}
        # Written as a file, not as a map: a full disk then is an error and not the end of the process.
        with replacing(store.folder / "values.npy") as beside, beside.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, header)
            start = file.tell()
            for draw, run in self.tasks:
                for row, values in enumerate(store.load(draw, run, own)):
                    place = np.ravel_multi_index((row, draw, run, 0), shape)
                    file.seek(start + 8 * int(place))
                    file.write(values.tobytes())
        mapped = np.load(store.folder / "values.npy", mmap_mode="r")
        return Results(
            study=self.study,
            scenarios=self.scenarios,
            draws=self.draws,
            runs=self.runs,
            index=index,
            # Plain arrays on the same file: every look into a memmap would make a new one.
            data={name: np.asarray(mapped[row]) for row, name in enumerate(self.scenarios)},
            engine=self.engine,
        )


def resolved_config(study: Study) -> bytes:
    """One YAML file with everything that the study's files say, so that a run folder stands alone.

    Raises ``StoreError`` if it does not say the same as the study in hand (a study changed in a notebook
    has no file; run it without a folder).
    """
    merged: yaml.MappingNode | None = None
    for file in study.files:
        node = composed(Path(file))
        merged = node if merged is None else merge(merged, node)
    if merged is None:
        raise StoreError("The study was not read from files, so a run folder could not be resumed from them.")
    run = next(value for key, value in merged.value if key.value == "run")
    write_entry(run, "seed", str(study.seed))
    write_entry(run, "evidence", study.evidence)
    text: str = yaml.serialize(merged, Dumper=yaml.BaseDumper, allow_unicode=True, width=110)
    with tempfile.TemporaryDirectory(prefix="caresim-") as scratch:
        copy = Path(scratch) / "config.yaml"
        copy.write_text(text, encoding="utf-8")
        if load_study(copy).digest != study.digest:
            raise StoreError(
                "The study differs from its files, so a run folder could not be resumed from them. Change "
                "the files, or run without a folder."
            )
    return text.encode()


def write_entry(mapping: yaml.MappingNode, name: str, text: str) -> None:
    """Say something else under a name, or say it for the first time."""
    for key, value in mapping.value:
        if key.value == name:
            value.value = text
            return
    scalars = [yaml.ScalarNode("tag:yaml.org,2002:str", one) for one in (name, text)]
    mapping.value.append((scalars[0], scalars[1]))


def composed(file: Path) -> yaml.MappingNode:
    """What a file says, without its list of others; every scalar stays as it was written, for the loader."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise StoreError(f"{file}: cannot be read again to be kept with the run ({error}).") from error
    if not isinstance(node, yaml.MappingNode):
        raise StoreError(f"{file}: changed while the study was in use; it is no longer a study's file.")
    node.value = [(key, value) for key, value in node.value if key.value != "include"]
    return node


def merge(a: yaml.MappingNode, b: yaml.MappingNode) -> yaml.MappingNode:
    """Two nested mappings as one; the loader has already refused anything written twice."""
    rows = list(a.value)
    place = {key.value: number for number, (key, _) in enumerate(rows)}
    for key, value in b.value:
        if key.value in place:
            number = place[key.value]
            rows[number] = (rows[number][0], merge(rows[number][1], value))
        else:
            rows.append((key, value))
    return yaml.MappingNode(a.tag, rows)
