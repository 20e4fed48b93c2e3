"""Tiny Bury, and one whole run of it that tests may copy and spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sim.experiment.experiment import Experiment
from sim.study.config import Study, load_study
from tests.tiny import write_tiny

DRAWS, RUNS = 2, 2


@pytest.fixture(scope="session")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny Bury's main file; not to be changed."""
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny(tiny_file: Path) -> Study:
    """Tiny Bury."""
    return load_study(tiny_file)


@pytest.fixture(scope="session")
def undisturbed(tiny: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nothing happened to; not to be changed."""
    folder = tmp_path_factory.mktemp("runs") / "undisturbed"
    Experiment(tiny, draws=DRAWS, runs=RUNS).run(folder)
    return folder


@pytest.fixture
def folder(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of that run, to spoil."""
    return Path(shutil.copytree(undisturbed, tmp_path / "run"))
