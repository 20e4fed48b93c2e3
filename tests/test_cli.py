"""The command line: what it prints, where it prints it, and the code it ends with."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim import __version__, cli
from sim.experiment.experiment import Experiment
from sim.experiment.manifest import read_manifest
from sim.experiment.store import write_json
from sim.experiment.trial import Trial, run_trial
from sim.foundations.errors import InputError
from sim.model.effects import SOLVED
from sim.report import terminal
from sim.report.story import family_story
from sim.results.summary import summary
from sim.study.config import Study, load_study
from tests.report.test_compare import made
from tests.tiny import ROOT, caresim, command, contents, environment, write_tiny

Call = Callable[..., tuple[int, str, str]]
QUICK = ("--draws", 1, "--runs", 1, "--jobs", 1)
SUMMARY_KEYS = {"study", "seed", "draws", "runs", "engine", "scenarios"}


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny Bury; not to be changed."""
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def study(study_file: Path) -> Study:
    return load_study(study_file)


@pytest.fixture(scope="module")
def finished(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of two scenarios; not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    Experiment(study, scenarios=["both"], draws=1, runs=1).run(folder)
    return folder


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Call the command in this process, in an empty folder: code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["caresim", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run


def edited(study_file: Path, folder: Path, *changes: tuple[str, str]) -> Path:
    """A copy of the study with some text replaced, in the first of its files that has it."""
    shutil.copytree(study_file.parent, folder, dirs_exist_ok=True)
    copy = folder / study_file.name
    for old, new in changes:
        files = [copy, *sorted(folder.rglob("*.yaml"))]
        file = next(one for one in files if old in one.read_text(encoding="utf-8"))
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return copy


def test_check_counts_what_a_sound_study_holds(call: Call, study_file: Path, study: Study) -> None:
    code, out, err = call("check", study_file)
    assert code == 0
    assert out == (
        f"{study_file}: no problems. {len(study.parameters)} parameters, {len(study.scenarios)} scenarios, "
        f"{len(study.claims)} claims.\n"
    )
    assert study.warnings
    assert err == "".join(f"Warning: {one}\n" for one in study.warnings)


def test_check_lists_every_problem_with_its_line(call: Call, study_file: Path, tmp_path: Path) -> None:
    spoilt = edited(
        study_file,
        tmp_path / "spoilt",
        ("authority: Bury", "authority: Burry"),
        ("service: edge_of_care", "service: edge_of_cre"),
        ("combine: multiply", "combine: both"),
    )
    code, out, err = call("check", spoilt)
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[-1] == "3 problems. Nothing was run."
    assert len(lines) == 4
    assert all(line.startswith(f"{spoilt.parent}/") for line in lines[:-1])
    assert "Did you mean 'Bury'?" in err
    assert "Did you mean 'edge_of_care'?" in err


def test_check_of_one_problem_and_of_no_file(call: Call, study_file: Path, tmp_path: Path) -> None:
    spoilt = edited(study_file, tmp_path / "spoilt", ("seed: 2023", "seed: many"))
    code, _, err = call("check", spoilt)
    assert code == 2
    assert err.endswith("\n1 problem. Nothing was run.\n")
    code, _, err = call("check", "nowhere.yaml")
    assert code == 2
    assert err == "nowhere.yaml: cannot be read: No such file or directory\n1 problem. Nothing was run.\n"


def test_an_unknown_lever_is_told_with_the_nearest(call: Call, study_file: Path, tmp_path: Path) -> None:
    spoilt = edited(study_file, tmp_path / "spoilt", ("- lever: training", "- lever: trainin"))
    code, _, err = call("run", spoilt, "--out", "out")
    assert code == 2
    assert "Did you mean 'training'?" in err
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "edge of cre"), "'edge of cre' is not a scenario of this study"),
        (("--scenario", "edge of cre"), "Did you mean 'edge of care'?"),
        (("--draws", "0"), "draws: must be at least 1; found 0"),
        (("--runs", "0"), "runs: must be at least 1; found 0"),
        (("--jobs", "0"), "jobs: must be at least 1; found 0"),
        (("--seed", "-4"), "seed: must be 0 or more; found -4"),
        (("--draws", "many"), "Invalid value for '--draws'"),
        (("--drews", "3"), "No such option: --drews"),
    ],
)
def test_what_cannot_be_run_is_bad_input(
    call: Call, study_file: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = call("run", study_file, "--out", "out", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("out").exists()


def test_run_prints_the_answer_and_leaves_its_files(call: Call, study_file: Path, study: Study) -> None:
    code, out, err = call("run", study_file, *QUICK)
    assert code == 0
    (folder,) = Path("outputs").iterdir()
    assert out.endswith(f"Report  {folder}/report.html\n")
    assert "Chance of each claim:" in out
    assert "Overlap on 31 March 2024" in out
    named = ", ".join(Experiment(study).scenarios)
    assert err.startswith(f"Bury · April 2023 to March 2024 · {named} · ")
    trials = 2 * len(study.scenarios)
    assert err.endswith(f"{trials} of {trials} trials finished\n")
    wanted = {"manifest.json", "config.yaml", "progress.json", "measures.parquet", "summary.json"}
    wanted |= {"report.html", "assumptions.csv", "tables.xlsx", "log.txt", "trials", "figures"}
    assert wanted <= {path.name for path in folder.iterdir()}
    assert (folder / "log.txt").read_text(encoding="utf-8") == out
    assert "\x1b" not in out + err
    code, out, _ = call("runs")
    assert code == 0
    assert out.startswith(f"{folder}  finished     Bury  1 draws × 1 runs  20")


def test_json_alone_is_on_stdout(study_file: Path, study: Study, tmp_path: Path) -> None:
    done = caresim("run", study_file, *QUICK, "--json", "--quiet", "--out", "out", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    numbers = json.loads(done.stdout)
    assert numbers.keys() >= SUMMARY_KEYS
    assert numbers["scenarios"] == list(Experiment(study).scenarios)
    assert (numbers["draws"], numbers["runs"], numbers["seed"]) == (1, 1, 2023)
    assert numbers == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))


def test_an_existing_folder_is_left_alone(call: Call, study_file: Path, finished: Path) -> None:
    before = contents(finished)
    code, out, err = call("run", study_file, *QUICK, "--quiet", "--out", finished)
    assert (code, out) == (2, "")
    assert f"{finished}: exists already; nothing in it was touched" in err
    assert contents(finished) == before


def test_a_disk_that_refuses_is_a_fault_in_a_sentence(call: Call, study_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    code, out, err = call("run", study_file, *QUICK, "--quiet", "--out", "file/run")
    assert (code, out, err) == (1, "", "file/run: cannot be made (Not a directory).\n")
    quick = ("--families", 60, "--runs", 2, "--jobs", 1, "--quiet")
    code, _, err = call("solve", study_file, *quick, "--out", "file/solved.yaml")
    assert code == 1
    assert err.startswith("file/solved.yaml: cannot be written")


def test_a_spoilt_trial_is_named_and_the_rest_kept(call: Call, finished: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(finished, tmp_path / "run"))
    spoilt = folder / "trials" / "d0001-r000.trial"
    other = (folder / "trials" / "d0000-r000.trial").read_bytes()
    spoilt.write_bytes(spoilt.read_bytes()[:-3])
    code, out, err = call("resume", folder, "--quiet")
    assert (code, out) == (1, "")
    assert err.startswith(f"{spoilt}: does not hold what was written")
    spoilt.unlink()
    code, _, err = call("resume", folder, "--quiet")
    assert (code, err) == (0, "")
    assert (folder / "trials" / "d0000-r000.trial").read_bytes() == other
    assert contents(folder, ["measures.parquet"]) == contents(finished, ["measures.parquet"])


def test_resume_needs_a_run(call: Call, tmp_path: Path, finished: Path) -> None:
    code, _, err = call("resume")
    assert (code, err) == (2, "there is no run in outputs\n")
    code, _, err = call("resume", finished.with_name("finishd"))
    assert code == 2
    assert f"Did you mean '{finished}'?" in err


def test_the_last_run_is_the_one_that_began_last(call: Call, finished: Path, tmp_path: Path) -> None:
    code, out, _ = call("runs")
    assert (code, out) == (0, "No runs in outputs.\n")
    for name, began in (("b", "2026-01-01"), ("a", "2026-03-01"), ("zz", "2026-02-01")):
        (tmp_path / "outputs" / name).mkdir(parents=True)
        manifest = read_manifest(finished) | {"began": f"{began}T00:00:00+00:00"}
        write_json(tmp_path / "outputs" / name / "manifest.json", manifest)
    broken = tmp_path / "outputs" / "broken"
    broken.mkdir()
    (broken / "manifest.json").write_text("{")
    code, out, err = call("runs")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["outputs/a", "outputs/zz", "outputs/b"]
    assert err.startswith("outputs/broken/manifest.json: cannot be read as JSON")
    assert cli.last_folder() == Path("outputs/a")


def test_compare_finds_runs_by_path_name_and_ending(call: Call, tmp_path: Path) -> None:
    one, other = "2026-01-01-000000-toy-aaaa", "2026-01-02-000000-toy-bbbb"
    made(tmp_path / "outputs" / one)
    made(tmp_path / "outputs" / other, saved=250_000.0)
    code, out, err = call("compare", f"outputs/{one}", other)
    assert (code, err) == (0, "")
    assert "£150,000 (middles)" in out
    code, out, _ = call("compare", "aaaa", "bbbb", "--json")
    found = json.loads(out)
    assert found["runs"] == [f"outputs/{one}", f"outputs/{other}"]
    assert (code, found["paired"]) == (0, True)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("nowhere", "nowhere: is not a run folder (it has no manifest.json)"),
        ("toy", "outputs: 'toy' fits 2 runs: a-toy, b-toy"),
    ],
)
def test_compare_refuses_what_is_no_run(call: Call, tmp_path: Path, second: str, said: str) -> None:
    for name in ("a-toy", "b-toy"):
        made(tmp_path / "outputs" / name)
    code, out, err = call("compare", "last", second)
    assert (code, out) == (2, "")
    assert said in err


def test_two_runs_in_one_second_get_two_folders(study: Study, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    experiment = Experiment(study)
    names = []
    for _ in range(3):
        names.append(cli.new_folder(experiment))
        names[-1].mkdir(parents=True)
    assert len(set(names)) == 3
    assert all(name.name[17:].startswith("-bury-") for name in names)


def test_explain_a_parameter_and_the_nearest_to_a_wrong_one(call: Call, study_file: Path) -> None:
    code, out, _ = call("explain", "care.unaccompanied_a_year", "--study", study_file)
    assert code == 0
    assert "care.unaccompanied_a_year = 1 (children a year; local data, 2021 to 2023, fair)" in out
    assert "Source: DfE" in out
    for wrong in (("demand.families_refered",), ("demand.families_referred", "please")):
        code, out, err = call("explain", *wrong, "--study", study_file)
        assert (code, out) == (2, "")
        assert "Did you mean 'demand.families_referred'?" in err


def different(study: Study, pair: tuple[str, str]) -> int:
    """A family whose story is not the same in two scenarios."""
    logs = [run_trial(study, Trial(scenario=name)).log for name in pair]
    ids = set(logs[0].family.tolist()) & set(logs[1].family.tolist()) - {-1}
    return min(one for one in ids if logs[0].of_family(one).tobytes() != logs[1].of_family(one).tobytes())


def test_explain_a_family_marks_where_its_stories_part(call: Call, study_file: Path, study: Study) -> None:
    pair = ("no change", "both")
    family = different(study, pair)
    code, out, _ = call("explain", "family", family, "--study", study_file)
    assert code == 0
    assert out.startswith(f"Family {family} · draw 0, run 0\n")
    shared, _, parted = out.partition("▶ Here the stories part.")
    assert "In both scenarios (no change; both):" in shared
    assert "\nNo change:\n" in parted
    assert "\nBoth:\n" in parted
    one, other = parted.partition("\nNo change:\n")[2].split("\nBoth:\n")
    assert one.splitlines()[0] != other.splitlines()[0]


def test_a_family_whose_stories_agree_is_said_to(study: Study) -> None:
    family = different(study, ("no change", "both"))
    text = family_story(study, family, ("both", "edge of care & family safeguarding"))
    assert text.endswith("The two stories are the same to the end.")
    assert "▶" not in text


def test_explain_a_family_that_is_not_there_offers_others(call: Call, study_file: Path) -> None:
    code, out, err = call("explain", "family", "999999999", "--study", study_file)
    assert (code, out) == (2, "")
    assert "no family 999999999 meets a service in draw 0, run 0" in err
    assert "Families whose entries into care differ between the two scenarios:" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("family",), "expected `explain family` and a number"),
        (("family", "first"), "expected `explain family` and a number"),
        (("family", "²"), "expected `explain family` and a number"),
        (("family", "1", "--scenario", "both"), "expected two scenarios; found 1"),
        (("family", "1", "--scenario", "both", "--scenario", "bth"), "Did you mean 'both'?"),
        (("family", "1", "--draw", "-1"), "expected a draw of at least 0"),
        (("family", "1", "--run", "-1"), "must be 0 or more"),
    ],
)
def test_explain_what_cannot_be_explained(
    call: Call, study_file: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = call("explain", *arguments, "--study", study_file)
    assert (code, out) == (2, "")
    assert said in err


def test_describe_says_what_a_study_holds(call: Call, study_file: Path) -> None:
    code, out, err = call("describe", study_file, "--scenario", "edge of care")
    assert (code, err) == (0, "")
    assert out.startswith("Bury, Edge of Care and Family Safeguarding\n")
    assert "Edge of care opens on 1 June 2023" in out
    code, _, err = call("describe", study_file, "--scenario", "edge")
    assert code == 2
    assert "'edge' is not a scenario of this study" in err


def test_solve_writes_a_table_that_loads(call: Call, study_file: Path, tmp_path: Path) -> None:
    copy = edited(study_file, tmp_path / "copy")
    code, out, err = call("solve", copy, "--families", 80, "--runs", 3, "--jobs", 1, "--quiet")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines()[:-1])) <= 100
    assert f"Tables  {tmp_path / 'copy' / 'bury' / 'solved.yaml'}" in out
    table = load_study(copy).parameters["solved.fgc_pre_proceedings"]
    assert table.basis == "calibrated"
    assert table.value["1.00"] == 1
    assert "80 simulated families" in table.source
    for name in SOLVED.values():
        assert load_study(copy).parameters[name].value["1.00"] == 1
    assert "3 pairs of the authority" in load_study(copy).parameters["solved.family_safeguarding_area"].source


def test_solve_needs_families(call: Call, study_file: Path) -> None:
    code, _, err = call("solve", study_file, "--families", 0, "--out", "solved.yaml")
    assert code == 2
    assert "must be at least 1" in err
    assert not Path("solved.yaml").exists()


def test_help_and_version(call: Call) -> None:
    code, out, _ = call("--version")
    assert (code, out) == (0, f"caresim {__version__}\n")
    code, out, err = call()
    assert code == 2
    assert "check" in out
    assert err == ""
    code, _, err = call("bogus")
    assert (code, err) == (2, "No such command 'bogus'.\nTry: caresim --help\n")


def test_help_imports_nothing_heavy() -> None:
    text = """
import sys
from sim import cli
sys.argv = ["caresim", "run", "--help"]
try:
    cli.main()
except SystemExit as stop:
    print(stop.code, sorted({name.partition(".")[0] for name in sys.modules} & set(
        ("numpy", "pandas", "scipy", "matplotlib", "pyarrow", "simpy", "yaml"))))
"""
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        check=True,
        env=environment(NO_COLOR="1"),
    )
    assert done.stdout.endswith("0 []\n")


def test_no_colour_when_it_is_not_wanted() -> None:
    coloured = caresim("--help", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    plain = caresim("--help", env={"NO_COLOR": "1", "TERM": "xterm-256color"})
    assert coloured.returncode == plain.returncode == 0
    assert "\x1b[" not in plain.stdout


def test_a_reader_that_goes_away_is_no_disaster(study_file: Path) -> None:
    with subprocess.Popen(
        command("describe", study_file),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode()
        process.wait(60)
    assert (process.returncode, said) == (1, "")


HELD = """
import signal, sys
from sim import cli
from sim.experiment.experiment import Experiment

report = Experiment._report

def held(self, store, progress, pairs):
    report(self, store, progress, pairs)
    while pairs >= {pairs}:
        signal.pause()

Experiment._report = held
cli.main()
"""
"""The command, in a process that stops of itself when so many (draw, run) are finished, and stays there."""
Begin = Callable[..., subprocess.Popen[str]]
TO_THE_END = 600
"""Seconds after which a process that should end is given up: no test is about how long it takes."""


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Begin a run that is stopped short of its end and waits there to be interrupted or killed.

    It comes back when a run has said on disk that so many (draw, run) are finished. However slow the machine
    is, such a run neither ends before the test acts, nor is it met before it has begun.
    """
    processes: list[subprocess.Popen[str]] = []

    def start(study_file: Path, folder: Path, *more: object, pairs: int = 3) -> subprocess.Popen[str]:
        asked = ("run", study_file, "--draws", 19, "--scenario", "both", "--out", folder, *more)
        process = subprocess.Popen(
            [sys.executable, "-c", held_at(max(pairs, 1)), *map(str, asked)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder.parent,
            env=environment(),
            start_new_session=True,
        )
        processes.append(process)
        while finished_pairs(folder) < pairs:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        return process

    yield start
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def held_at(pairs: int) -> str:
    """The script of a process that stops of itself at so many finished (draw, run)."""
    return HELD.format(pairs=pairs)


def finished_pairs(folder: Path) -> int:
    """How many (draw, run) of two scenarios a run says are finished; -1 while it says nothing."""
    path = folder / "progress.json"
    return int(json.loads(path.read_text())["finished"]) // 2 if path.exists() else -1


@pytest.fixture(scope="module")
def whole(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, undisturbed."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    Experiment(study, scenarios=["both"], draws=19, runs=1).run(folder)
    return folder


def test_killed_and_resumed_is_as_if_nothing_happened(
    begin: Begin, call: Call, study_file: Path, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    process = begin(study_file, folder, "--jobs", 1)
    process.kill()
    process.communicate(timeout=TO_THE_END)
    assert process.returncode == -signal.SIGKILL
    assert read_manifest(folder)["status"] == "running"
    kept = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.glob("trials/*.trial")}
    assert 3 <= len(kept) < 20
    code, _, err = call("resume", folder, "--quiet")
    assert (code, err) == (0, "")
    assert kept == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in kept}
    assert contents(folder, ["measures.parquet"]) == contents(whole, ["measures.parquet"])
    assert read_manifest(folder)["status"] == "finished"
    assert not list(folder.rglob("*.part"))


@pytest.mark.parametrize(("jobs", "pairs"), [(1, 3), (2, 0)], ids=["midway", "while processes start"])
def test_ctrl_c_keeps_what_is_finished(
    begin: Begin, study_file: Path, whole: Path, tmp_path: Path, jobs: int, pairs: int
) -> None:
    folder = tmp_path / "run"
    process = begin(study_file, folder, "--jobs", jobs, pairs=pairs)
    os.killpg(process.pid, signal.SIGINT)
    # A process left behind would hold the pipes open, and this would never return.
    out, err = process.communicate(timeout=TO_THE_END)
    assert (process.returncode, out) == (130, "")
    assert err.endswith(f"\nStopped. Finished trials are kept. Go on with: caresim resume {folder}\n")
    assert "Traceback" not in err
    assert read_manifest(folder)["status"] == "interrupted"
    assert len(list(folder.glob("trials/*.trial"))) < 20
    Experiment.resume(folder, jobs=1)
    assert contents(folder, ["measures.parquet"]) == contents(whole, ["measures.parquet"])
    assert read_manifest(folder)["status"] == "finished"


@pytest.mark.skipif(os.name != "posix", reason="locks are of POSIX systems")
def test_a_folder_in_which_another_process_runs_is_left_alone(
    begin: Begin, call: Call, study_file: Path, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    process = begin(study_file, folder, "--jobs", 1)
    before = contents(folder)
    for more in ((), ("--quiet",)):
        code, out, err = call("resume", folder, *more)
        assert (code, out) == (2, "")
        assert err == (
            f"{folder}: another process is running trials in it; nothing in it was touched. Wait until that "
            "one ends, or stop it first\n"
        )
    with pytest.raises(InputError, match="another process is running trials"):
        Experiment.resume(folder)
    assert contents(folder) == before
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=TO_THE_END)
    # What held the folder died with its process; the file of the lock is still there.
    code, _, err = call("resume", folder, "--quiet")
    assert (code, err) == (0, "")
    assert contents(folder, ["measures.parquet"]) == contents(whole, ["measures.parquet"])


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_a_bar_on_a_terminal_and_nothing_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    with terminal.progress(quiet=True) as report:
        assert report is None
    assert screen.getvalue() == ""
    with terminal.progress(quiet=False) as report:
        assert report is not None
        report(3, 8)
        report(8, 8)
    assert "8/8" in screen.getvalue()


def test_progress_elsewhere_is_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([100.0, 101.0, 109.9, 110.0, 111.0])
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.progress(quiet=False) as report:
        assert report is not None
        for done in (1, 2, 3, 4, 5):
            report(done, 5)
    assert sys.stderr.getvalue().splitlines() == [f"{n} of 5 trials finished" for n in (1, 4, 5)]


def test_the_answer_leaves_out_what_there_is_none_of(finished: Path) -> None:
    results = Experiment.resume(finished)
    numbers = summary(results.study, results)
    text = terminal.answer(numbers, finished)
    assert "Chance of each claim:" in text
    assert "Overlap" not in text  # only "both" was run, so neither service's own gain is known
    assert "It leaves its mitigation blank." in text
    bare = terminal.answer(numbers | {"claims": [], "papers": []}, finished)
    assert "claim" not in bare
    assert "paper" not in bare


PEAK = """
import resource, sys
from pathlib import Path
import sim
study = sim.load_study(sys.argv[1])
sim.Experiment(study, draws=int(sys.argv[2]), runs=1, scenarios=["both"]).run(Path(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_trials(study_file: Path, tmp_path: Path) -> None:
    peaks = []
    for draws in (5, 23):
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(study_file), str(draws), str(tmp_path / str(draws))],
            capture_output=True,
            text=True,
            check=True,
            env=environment(),
        )
        peaks.append(float(done.stdout))
    assert abs(peaks[1] - peaks[0]) < 25
