"""A trial is a function of study, scenario, draw and run, and of nothing else."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.experiment.trial import Trial, run_pair, run_trial
from sim.foundations.errors import InputError
from sim.model.compile import build_circumstances
from sim.results.measures import index_of
from sim.study.config import Study, load_study
from tests.tiny import ROOT, environment

DIGEST = """
import hashlib, sys
import sim
study = sim.load_study(sys.argv[1])
one = sim.run_trial(study, sim.Trial(scenario="both", draw=1, run=1))
print(hashlib.sha256(one.log.tobytes() + one.measures.tobytes()).hexdigest())
"""


def digest(study: Study, **trial) -> str:
    one = run_trial(study, Trial(**trial))
    return hashlib.sha256(one.log.tobytes() + one.measures.tobytes()).hexdigest()


def test_the_same_trial_is_the_same_byte_for_byte(tiny: Study) -> None:
    given = build_circumstances(tiny, 1, 1)
    for scenario in tiny.scenarios:
        trial = Trial(scenario=scenario, draw=1, run=1)
        alone, again, shared = (
            run_trial(tiny, trial),
            run_trial(tiny, trial),
            run_trial(tiny, trial, given=given),
        )
        assert alone.log.tobytes() == again.log.tobytes() == shared.log.tobytes()
        assert alone.measures.tobytes() == again.measures.tobytes() == shared.measures.tobytes()


def test_a_trial_knows_nothing_of_those_before_it(tiny: Study) -> None:
    before = digest(tiny, scenario="both", draw=1, run=0)
    np.random.seed(1)  # noqa: NPY002  (state that nothing in the model may read)
    digest(tiny, scenario="no change", draw=2, run=1)
    assert digest(tiny, scenario="both", draw=1, run=0) == before


def test_seed_draw_and_run_each_make_another_trial(tiny: Study, tmp_path: Path) -> None:
    found = {
        digest(tiny, scenario="no change", draw=draw, run=run)
        for draw, run in ((0, 0), (1, 0), (0, 1), (1, 1))
    }
    assert len(found) == 4


@pytest.mark.parametrize("hash_seed", ["0", "1234"])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(
    tiny: Study, tiny_file: Path, tmp_path: Path, hash_seed: str
) -> None:
    found = subprocess.run(
        [sys.executable, "-c", DIGEST, str(tiny_file)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment(PYTHONHASHSEED=hash_seed, TZ="Asia/Tokyo"),
    )
    assert found.stdout.strip() == digest(tiny, scenario="both", draw=1, run=1)


def test_a_pair_is_its_trials(tiny: Study) -> None:
    names = ("edge of care", "no change")
    pair = run_pair(tiny, names, 1, 0)
    before = run_trial(tiny, Trial(scenario="no change", draw=1, run=0))
    edge = Trial(scenario="edge of care", draw=1, run=0)
    assert (pair[1] == before.measures).all()
    assert (pair[0] == run_trial(tiny, edge, against=before).measures).all()


def test_each_scenario_is_paired_with_its_own_baseline(tiny: Study) -> None:
    """Both services against Edge of Care alone: listed first, it still waits for the other to have run."""
    both = dataclasses.replace(tiny.scenario("both"), against="edge of care")
    study = dataclasses.replace(tiny, scenarios={**tiny.scenarios, "both": both})
    names = ("both", "edge of care", "no change")
    found = dict(zip(names, run_pair(study, names, 1, 0), strict=True))
    days = {
        name: vector[index_of(study.clock).select("placement days")].sum() for name, vector in found.items()
    }
    avoided = {
        name: vector[index_of(study.clock).select("days avoided")].sum() for name, vector in found.items()
    }
    assert avoided["both"] == pytest.approx(days["edge of care"] - days["both"])
    assert avoided["edge of care"] == pytest.approx(days["no change"] - days["edge of care"])
    assert avoided["no change"] == 0
    # A baseline that was not asked for is not run behind the reader's back.
    alone = run_pair(study, ("both", "no change"), 1, 0)
    assert alone[0][index_of(study.clock).select("days avoided")].sum() == 0


def test_a_scenario_may_be_joined_by_name(tiny: Study) -> None:
    joined = digest(tiny, scenario="family safeguarding & edge of care")
    assert joined == digest(tiny, scenario="both")


def test_unknown_and_negative_are_refused(tiny: Study) -> None:
    with pytest.raises(InputError, match="Did you mean 'edge of care'"):
        run_trial(tiny, Trial(scenario="edge of cre"))
    for draw, run in ((-1, 0), (0, -1)):
        with pytest.raises(InputError, match="must be 0 or more"):
            run_trial(tiny, Trial(scenario="both", draw=draw, run=run))


def test_the_files_may_lie_anywhere(tiny: Study, tiny_file: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny_file.parent, tmp_path / "elsewhere")
    moved = load_study(tmp_path / "elsewhere" / "bury.yaml")
    assert moved.digest == tiny.digest
    assert digest(moved, scenario="both") == digest(tiny, scenario="both")
    assert ROOT not in Path(moved.files[0]).parents
