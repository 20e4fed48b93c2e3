"""However an experiment is run, stopped and resumed, it gives the same numbers."""

from __future__ import annotations

import dataclasses
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from sim.engine import engines
from sim.experiment import experiment as room
from sim.experiment.experiment import Experiment
from sim.experiment.manifest import read_manifest
from sim.experiment.store import Store
from sim.experiment.tables import write_measures
from sim.experiment.trial import Trial, run_trial
from sim.foundations.errors import InputError, StoreError
from sim.results.summary import summary
from sim.study.config import Study, load_study
from tests.experiment.conftest import DRAWS, RUNS
from tests.tiny import contents, write_tiny

PAIRS = (DRAWS + 1) * RUNS
COMPARED = ("measures.parquet", "values.npy", "config.yaml")


def status(folder: Path) -> str:
    return str(read_manifest(folder)["status"])


def stop_after(pairs: int, how: BaseException | None = None) -> Callable[[int, int], None]:
    """A progress call that stops the run, as Ctrl-C does, when so many pairs are finished."""

    def progress(done: int, wanted: int) -> None:
        if done * PAIRS >= pairs * wanted:
            raise how or KeyboardInterrupt

    return progress


@pytest.fixture
def stopped(tiny: Study, tmp_path: Path) -> Path:
    """A run that was stopped when half of it was finished."""
    folder = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        Experiment(tiny, draws=DRAWS, runs=RUNS).run(folder, stop_after(3))
    return folder


def test_results_are_those_of_single_trials(tiny: Study, undisturbed: Path) -> None:
    results = Experiment.resume(Path(shutil.copytree(undisturbed, undisturbed.with_name("again"))))
    assert results.scenarios == tuple(tiny.scenarios)
    for draw, run in ((0, 0), (2, 1)):
        plain = run_trial(tiny, Trial(scenario="no change", draw=draw, run=run))
        one = run_trial(tiny, Trial(scenario="edge of care", draw=draw, run=run), against=plain)
        assert (results.data["edge of care"][draw, run] == one.measures).all()


def test_a_pool_gives_what_one_process_gives(tiny: Study, undisturbed: Path, tmp_path: Path) -> None:
    results = Experiment(tiny, draws=DRAWS, runs=RUNS, jobs=2).run(tmp_path / "run")
    assert contents(tmp_path / "run", COMPARED) == contents(undisturbed, COMPARED)
    assert contents(tmp_path / "run" / "trials") == contents(undisturbed / "trials")
    one = Experiment.resume(undisturbed)
    assert json.dumps(summary(tiny, results)) == json.dumps(summary(tiny, one))


def test_without_a_folder_the_numbers_are_the_same(tiny: Study, undisturbed: Path) -> None:
    results = Experiment(tiny, draws=DRAWS, runs=RUNS).run()
    kept = np.load(undisturbed / "values.npy")
    for row, name in enumerate(results.scenarios):
        assert (results.data[name] == kept[row]).all()
        assert not isinstance(results.data[name], np.memmap)


def test_fewer_scenarios_change_no_number(tiny: Study, undisturbed: Path) -> None:
    results = Experiment(tiny, scenarios=["both"], draws=1, runs=1).run()
    assert results.scenarios == ("no change", "both")
    kept = np.load(undisturbed / "values.npy")
    assert (results.data["both"] == kept[list(tiny.scenarios).index("both"), :2, :1]).all()


def test_measures_are_one_tidy_table(tiny: Study, undisturbed: Path) -> None:
    table = pd.read_parquet(undisturbed / "measures.parquet")
    results = Experiment.resume(undisturbed)
    assert list(table.columns) == ["scenario", "draw", "run", "measure", "period", "group", "value"]
    assert len(table) == len(tiny.scenarios) * PAIRS * len(results.index)
    there = results.measures
    for name in table.columns:
        assert (table[name].astype(str) == there[name].astype(str)).all(), name


def test_progress_counts_every_trial(tiny: Study, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    Experiment(tiny, scenarios=["both"], draws=1, runs=1).run(
        tmp_path / "run", lambda done, wanted: seen.append((done, wanted))
    )
    assert seen == [(0, 4), (2, 4), (4, 4)]
    assert json.loads((tmp_path / "run" / "progress.json").read_text()) == {"finished": 4, "wanted": 4}


def test_the_manifest_says_what_was_run(tiny: Study, undisturbed: Path) -> None:
    manifest = read_manifest(undisturbed)
    assert manifest["status"] == "finished"
    assert manifest["ended"] >= manifest["began"]
    assert (manifest["draws"], manifest["runs"], manifest["seed"]) == (DRAWS, RUNS, tiny.seed)
    assert manifest["study_digest"] == tiny.digest
    assert manifest["scenarios"] == list(tiny.scenarios)
    assert {"caresim", "python", "numpy", "simpy"} <= set(manifest["versions"])


def test_a_run_folder_stands_alone(tiny: Study, undisturbed: Path) -> None:
    assert load_study(undisturbed / "config.yaml").digest == tiny.digest
    text = "\n".join(
        str(content) for content in contents(undisturbed, ("config.yaml", "manifest.json")).values()
    )
    assert str(undisturbed.parents[1]) not in text


def test_a_run_with_another_seed_can_be_resumed(tiny: Study, tmp_path: Path) -> None:
    first = Experiment(tiny, scenarios=["both"], draws=1, runs=1, seed=7).run(tmp_path / "run")
    again = Experiment.resume(tmp_path / "run")
    assert again.study.seed == 7
    assert (first.data["both"] == again.data["both"]).all()
    default = Experiment(tiny, scenarios=["both"], draws=1, runs=1).run()
    assert (default.data["both"] != again.data["both"]).any()


def test_stopped_and_resumed_is_as_if_nothing_happened(undisturbed: Path, stopped: Path) -> None:
    assert status(stopped) == "interrupted"
    assert len(Store(stopped).finished()) == 3
    assert not (stopped / "measures.parquet").exists()
    before = {
        path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in (stopped / "trials").iterdir()
    }
    Experiment.resume(stopped)
    assert status(stopped) == "finished"
    for name, (moment, content) in before.items():
        path = stopped / "trials" / name
        assert (path.stat().st_mtime_ns, path.read_bytes()) == (moment, content)
    assert contents(stopped, COMPARED) == contents(undisturbed, COMPARED)


def test_a_pool_stopped_twice_and_resumed_alone(tiny: Study, undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        Experiment(tiny, draws=DRAWS, runs=RUNS, jobs=2).run(folder, stop_after(1))
    with pytest.raises(KeyboardInterrupt):
        Experiment.resume(folder, jobs=1, progress=stop_after(PAIRS))
    Experiment.resume(folder, jobs=1)
    assert contents(folder, COMPARED) == contents(undisturbed, COMPARED)
    assert not list(folder.rglob("*.part"))


def test_a_fault_is_recorded_and_forgotten_when_it_is_mended(stopped: Path) -> None:
    with pytest.raises(RuntimeError):
        Experiment.resume(stopped, progress=stop_after(4, RuntimeError("the roof leaks")))
    manifest = read_manifest(stopped)
    assert (manifest["status"], manifest["fault"]) == ("failed", "the roof leaks")
    Experiment.resume(stopped)
    manifest = read_manifest(stopped)
    assert manifest["status"] == "finished"
    assert "fault" not in manifest


def test_while_it_is_resumed_a_run_says_so(stopped: Path) -> None:
    seen: list[str] = []
    Experiment.resume(stopped, progress=lambda done, wanted: seen.append(status(stopped)))
    assert set(seen) == {"running"}


@pytest.mark.parametrize("spoil", ["cut", "changed", "foreign"])
def test_a_spoilt_trial_stops_the_resume_and_only_it_must_go(
    folder: Path, undisturbed: Path, spoil: str
) -> None:
    store = Store(folder)
    path = store.path(1, 1)
    content = path.read_bytes()
    if spoil == "cut":
        path.write_bytes(content[:1000])
    elif spoil == "changed":
        path.write_bytes(content[:-8] + b"12345678")
    else:
        identity = "0" * 64
        store.save(1, 1, np.zeros((4, 5)), identity)
    others = {name: what for name, what in contents(folder / "trials").items() if name != path.name}
    with pytest.raises(StoreError) as caught:
        Experiment.resume(folder)
    assert str(path) in str(caught.value)
    assert status(folder) == "failed"
    path.unlink()
    Experiment.resume(folder)
    kept = contents(folder / "trials")
    assert others == {name: kept[name] for name in others}
    assert contents(folder, COMPARED) == contents(undisturbed, COMPARED)


def test_a_trial_spoilt_while_the_run_went_on_is_found(tiny: Study, tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def spoil(done: int, wanted: int) -> None:
        if done == wanted:
            Store(folder).path(0, 0).write_bytes(b"")

    with pytest.raises(StoreError, match=r"d0000-r000\.trial: does not hold what was written"):
        Experiment(tiny, scenarios=["both"], draws=1, runs=1).run(folder, spoil)
    assert not list(folder.glob("values.npy")) + list(folder.glob("measures.parquet"))


def test_a_changed_study_in_the_folder_is_refused(folder: Path) -> None:
    before = contents(folder / "trials")
    config = folder / "config.yaml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("seed: 2023", "seed: 2024"), encoding="utf-8"
    )
    with pytest.raises(StoreError, match="results of two versions are never mixed"):
        Experiment.resume(folder)
    assert contents(folder / "trials") == before


def test_changed_code_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.manifest.code_digest", lambda: "other")
    with pytest.raises(StoreError, match="made by another version of caresim or of its study"):
        Experiment.resume(folder)


def test_a_folder_that_is_there_is_refused_before_anything_runs(tiny: Study, folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(InputError, match="exists already"):
        Experiment(tiny, draws=1, runs=1).run(folder)
    assert contents(folder) == before


def test_a_disk_that_fills_up_is_told_and_what_was_finished_stays(
    tiny: Study, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    whole = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if "d0001-r000" in self.name:
            whole(self, content[:100])
            raise OSError(28, "No space left on device")
        return whole(self, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(
            StoreError, match=r"d0001-r000\.trial: cannot be written \(No space left on device\)"
        ):
            Experiment(tiny, draws=DRAWS, runs=RUNS).run(folder)
    assert status(folder) == "failed"
    assert not list(folder.rglob("*.part"))
    Experiment.resume(folder)
    assert contents(folder, COMPARED) == contents(undisturbed, COMPARED)


def test_a_table_that_cannot_be_written_leaves_none(undisturbed: Path, tmp_path: Path) -> None:
    results = Experiment.resume(undisturbed)
    with pytest.raises(StoreError, match="cannot be written"):
        write_measures(tmp_path / "nowhere" / "measures.parquet", results)
    (tmp_path / "measures.parquet").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        write_measures(tmp_path / "measures.parquet", results)
    assert not list(tmp_path.glob(".*"))


def test_a_study_changed_in_hand_runs_without_a_folder_only(tiny: Study, tmp_path: Path) -> None:
    other = tiny.replace({"demand.families_referred": 35.0})
    with pytest.raises(StoreError, match="The study differs from its files"):
        Experiment(other, draws=1, runs=1).run(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    unwritten = dataclasses.replace(tiny, files=())
    with pytest.raises(StoreError, match="was not read from files"):
        Experiment(unwritten, draws=1, runs=1).run(tmp_path / "run")
    assert Experiment(other, scenarios=["both"], draws=1, runs=1).run().draws == 1


@pytest.mark.parametrize("what", ["gone", "spoilt", "emptied"])
def test_files_that_went_away_since_they_were_read_are_told(tmp_path: Path, what: str) -> None:
    study = load_study(write_tiny(tmp_path / "study"))
    file = tmp_path / "study" / "bury" / "care.yaml"
    if what == "gone":
        file.unlink()
    else:
        file.write_text("a: [" if what == "spoilt" else "")
    with pytest.raises(StoreError, match=r"care\.yaml"):
        Experiment(study, draws=1, runs=1).run(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_was_asked_is_checked_at_once(tiny: Study) -> None:
    for wrong in ({"draws": 0}, {"runs": 0}, {"jobs": 0}, {"draws": -3}):
        (name,) = wrong
        with pytest.raises(InputError, match=f"{name}: must be at least 1"):
            Experiment(tiny, **wrong)
    with pytest.raises(InputError, match="seed: must be 0 or more"):
        Experiment(tiny, seed=-1)
    with pytest.raises(InputError, match="Did you mean 'family safeguarding'"):
        Experiment(tiny, scenarios=["family safegarding"])
    assert Experiment(tiny, scenarios="both").scenarios == ("no change", "both")
    assert Experiment(tiny, scenarios=["both", "no change", "both"]).scenarios == ("no change", "both")


def test_zero_processes_are_refused_when_a_run_is_resumed(folder: Path) -> None:
    with pytest.raises(InputError, match="jobs: must be at least 1"):
        Experiment.resume(folder, jobs=0)


def test_joined_scenarios_are_kept_by_name(tiny: Study, tmp_path: Path) -> None:
    name = "edge of care & family safeguarding"
    Experiment(tiny, scenarios=[name], draws=1, runs=1).run(tmp_path / "run")
    again = Experiment.resume(tmp_path / "run")
    assert again.scenarios == ("no change", name)


def test_work_travels_to_a_process_small(tiny: Study, tmp_path: Path) -> None:
    work = room.Work(
        study=tiny, scenarios=tuple(tiny.scenarios), folder=tmp_path, identity="me", engine="simpy"
    )
    packed = pickle.dumps(work)
    assert pickle.loads(packed) == work
    assert len(packed) < 500_000


def test_a_resolved_file_says_what_its_files_say(tiny: Study) -> None:
    top = yaml.compose(room.resolved_config(tiny), Loader=yaml.BaseLoader)
    names = [key.value for key, _ in top.value]
    assert "include" not in names
    assert len(names) == len(set(names))


def test_results_say_which_engine_ran(tiny: Study, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    results = Experiment(tiny, scenarios=["both"], draws=1, runs=1, engine="simpy").run(folder)
    assert results.engine == read_manifest(folder)["engine"] == "simpy"
    assert read_manifest(folder)["rechecked"] == {"trials": 0, "identical": 0}
    compiled = Experiment(tiny, scenarios=["both"], draws=1, runs=1, engine="compiled").run(tmp_path / "two")
    assert compiled.engine == summary(tiny, compiled)["engine"] == "compiled"
    assert read_manifest(tmp_path / "two")["rechecked"] == {"trials": 1, "identical": 1}
    for name in results.scenarios:
        assert (results.data[name] == compiled.data[name]).all()


def test_a_resumed_run_stays_with_its_engine(tiny: Study, tmp_path: Path) -> None:
    folder = tmp_path / "slow"
    with pytest.raises(KeyboardInterrupt):
        Experiment(tiny, draws=DRAWS, runs=RUNS, engine="simpy").run(folder, stop_after(3))
    assert Experiment.resume(folder).engine == "simpy"
    assert read_manifest(folder)["engine"] == "simpy"


def test_a_run_that_goes_on_without_numba_says_so(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        Experiment(tiny, draws=DRAWS, runs=RUNS, engine="compiled").run(folder, stop_after(3))
    monkeypatch.setattr(engines, "compiled_works", lambda: False)
    engines.engine_named.cache_clear()
    assert Experiment.resume(folder).engine == "simpy"
    engines.engine_named.cache_clear()
    assert read_manifest(folder)["engine"] == "compiled, then simpy"
    assert read_manifest(folder)["rechecked"]["trials"] == 0
