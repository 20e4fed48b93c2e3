"""Studies built for two made-up authorities and for Bury are checked and run, as anybody would."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.experiment.experiment import Experiment
from sim.study.anew.build import new_study
from sim.study.config import load_study
from tests.new_authorities import GREATSHIRE, RUTLEIGH, write_table
from tests.tiny import CONFIGS, caresim

LOOKED_AFTER = "children looked after"


@pytest.mark.parametrize(("name", "series"), [("Rutleigh", RUTLEIGH), ("Greatshire", GREATSHIRE)])
def test_a_study_is_built_checked_and_run(tmp_path: Path, name: str, series: dict[str, object]) -> None:
    table = write_table(tmp_path, name, series)
    done = caresim("new-study", "--name", name, "--from", table, "--out", tmp_path / "configs")
    assert done.returncode == 0, done.stderr
    assert "series were missing, or had gaps, and were stood in for:" in done.stdout
    study = tmp_path / "configs" / f"{name.lower()}.yaml"
    assert f"Study     {study}" in done.stdout
    done = caresim("check", study)
    assert done.returncode == 0, done.stderr
    assert "no problems" in done.stdout
    sizes = ("--draws", 1, "--runs", 1, "--jobs", 1, "--quiet")
    scenario = ("--scenario", "edge of care") if name == "Greatshire" else ()
    done = caresim("run", study, *sizes, *scenario, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.html").is_file()


def test_bad_input_is_told_and_ends_with_two(tmp_path: Path) -> None:
    table = write_table(tmp_path, "Rutleigh", {"children aged 0 to 17": ("people", {"2024-06-30": 9000})})
    done = caresim("new-study", "--name", "Rutleigh", "--from", table, "--out", tmp_path / "configs")
    assert done.returncode == 2
    assert "expected 'children'; found 'people'" in done.stderr
    assert not (tmp_path / "configs").exists()
    done = caresim("new-study", "--name", "Rutleigh", "--from", table, "--start", "April")
    assert done.returncode == 2
    assert "--start: expected a day, as 2025-04-01; found 'April'" in done.stderr


def test_no_change_in_bury_from_its_own_figures_is_no_change_in_bury(tmp_path: Path) -> None:
    """At the centre of what is not known, where both have the same families and luck."""
    observed = sorted((CONFIGS / "bury" / "observed").glob("*.yaml"))
    bury = load_study(CONFIGS / "bury.yaml")
    made = new_study("Bury", observed, CONFIGS / "bury.yaml", tmp_path, bury.clock.start)
    ours, theirs = (
        Experiment(one, scenarios=["no change"], draws=1, runs=1, seed=1, jobs=1).run()
        for one in (made.study, bury)
    )
    for date in ("2024-03-31", "2025-03-31", "2026-03-31"):
        # One unaccompanied child more a year is all that differs, and these stay for two years or so.
        apart = ours.central("no change", LOOKED_AFTER, date) - theirs.central(
            "no change", LOOKED_AFTER, date
        )
        assert abs(apart) <= 8
    for measure in ("plans started", "care applications"):
        for year in ("2023/24", "2024/25", "2025/26"):
            here, there = (one.central("no change", measure, year) for one in (ours, theirs))
            assert here == pytest.approx(there, rel=0.05)
