"""`caresim verify-engines`: both engines on a study's own trials, and the story of where they part."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import cli
from sim.engine import simpy_engine
from sim.engine.engines import Engine
from sim.engine.events import Event, EventLog
from sim.experiment import verify as verification
from sim.experiment.trial import Trial
from sim.experiment.verify import trials_to_verify, verify
from sim.foundations.errors import InputError
from sim.model.plan import Plan
from sim.report.divergence import conclusion, divergence_story
from sim.study.config import Study, load_study
from tests.tiny import write_tiny

Broken = Callable[[Callable[[EventLog], EventLog]], None]


@pytest.fixture(scope="module")
def study_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def study(study_file: Path) -> Study:
    return load_study(study_file)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Let the compiled engine be the reference engine with something wrong in its log."""

    def breaks(wrong: Callable[[EventLog], EventLog]) -> None:
        def run(plan: Plan) -> EventLog:
            return wrong(simpy_engine.run(plan))

        monkeypatch.setattr(verification, "compiled_works", lambda: True)
        monkeypatch.setattr(verification, "engine_named", lambda _: Engine("compiled", run))

    return breaks


def changed(log: EventLog, row: int, **values: int) -> EventLog:
    columns = {name: np.array(getattr(log, name)) for name in log.__slots__}
    for name, value in values.items():
        columns[name][row] = value
    return EventLog(**columns)


def first_entry(log: EventLog) -> int:
    return int(log.rows(Event.ENTERED).argmax())


def without(log: EventLog, row: int) -> EventLog:
    return EventLog(*(np.delete(getattr(log, name), row) for name in log.__slots__))


def test_trials_are_spread_and_none_is_run_twice(study: Study) -> None:
    names = list(study.scenarios)
    assert trials_to_verify(study, names, 1) == [Trial(scenario="no change", draw=0, run=0)]
    # Three draws with the central one, and one run: every trial a draw of its own while there are any.
    assert {trial.draw for trial in trials_to_verify(study, names, 3)} == {0, 1, 2}
    everything = trials_to_verify(study, names, 10_000)
    assert len(everything) == len(set(everything)) == 3 * len(names)
    with pytest.raises(InputError, match="trials: must be at least 1; found 0"):
        trials_to_verify(study, names, 0)


def test_both_engines_agree_on_a_small_study(study: Study) -> None:
    pytest.importorskip("numba")
    found = list(verify(study, trials_to_verify(study, ["no change", "both"], 4)))
    assert [one.divergence for one in found] == [None] * 4
    records = sum(one.records for one in found)
    assert conclusion(found) == f"4 of 4 logs are identical ({records:,} records)."


def test_without_numba_it_says_how_to_install_it(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "compiled_works", lambda: False)
    with pytest.raises(InputError, match="pip install -U numba"):
        next(verify(study, [Trial(scenario="both")]))


def story_of(study: Study, wrong: Callable[[EventLog], EventLog], broken: Broken) -> list[str]:
    broken(wrong)
    (verified,) = verify(study, [Trial(scenario="both"), Trial(scenario="both", draw=1)])
    assert conclusion([verified]).startswith("0 of 1 logs are identical")
    return divergence_story(study, verified).splitlines()


def test_the_story_of_another_placement_tells_what_both_say_before_it(study: Study, broken: Broken) -> None:
    def wrong(log: EventLog) -> EventLog:
        entry = first_entry(log)
        placed = log.rows(Event.PLACED) & (log.child == log.child[entry])
        row = int(np.flatnonzero(placed & (np.arange(len(log)) > entry))[0])
        return changed(log, row, what=(log.what[row] + 1) % 3)

    told = story_of(study, wrong, broken)
    assert told[0].startswith("The engines part in the trial of both, draw 0, run 0, at record ")
    assert told[1].startswith("Family ")
    part = told.index("▶ Here they part.")
    assert any("enters care" in line for line in told[told.index("Both engines say:") : part])
    ours, theirs = (
        told.index("SimPy, the reference, says next:"),
        told.index("The compiled engine says next:"),
    )
    assert part < ours < theirs
    assert "lives in: " in told[ours + 1]
    assert "lives in: " in told[theirs + 1]
    assert told[ours + 1] != told[theirs + 1]
    assert told[ours + 1][:14] == told[theirs + 1][:14], "on the same day"
    assert "; placed; what " in told[ours + 2]


def test_the_story_of_an_entry_that_is_not_told(study: Study, broken: Broken) -> None:
    told = story_of(study, lambda log: without(log, first_entry(log)), broken)
    ours = told.index("SimPy, the reference, says next:")
    assert "enters care" in told[ours + 1]


def test_the_story_of_a_family_of_whom_nothing_more_is_told(study: Study, broken: Broken) -> None:
    def silent(log: EventLog) -> EventLog:
        keep = np.ones(len(log), dtype=bool)
        keep[first_entry(log) :] = log.family[first_entry(log) :] != log.family[first_entry(log)]
        return EventLog(*(getattr(log, name)[keep] for name in log.__slots__))

    told = story_of(study, silent, broken)
    assert told[-1] == "  nothing more happens"


def test_the_story_of_the_load(study: Study, broken: Broken) -> None:
    def wrong(log: EventLog) -> EventLog:
        row = int(log.rows(Event.LOAD).argmax())
        return changed(log, row, amount=log.amount[row] + 1)

    told = story_of(study, wrong, broken)
    assert told[1] == "It is of no family: the load of the safeguarding social workers."
    assert "  nothing yet" in told
    assert sum("  the load is " in line for line in told) == 2


@pytest.mark.parametrize("nonsense", [{"event": 99}, {"what": 77}, {"family": -5}, {"family": 3}])
def test_the_story_of_what_cannot_be(study: Study, broken: Broken, nonsense: dict[str, int]) -> None:
    told = story_of(study, lambda log: changed(log, first_entry(log), **nonsense), broken)
    assert "▶ Here they part." in told


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["caresim", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run


def test_the_command_tells_each_trial_and_the_sum(call: Any, study_file: Path, broken: Broken) -> None:
    broken(lambda log: log)
    code, out, err = call("verify-engines", study_file, "--trials", 2, "--scenario", "both")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("1 of 2  both, draw 0, run 0: ")
    assert lines[0].endswith(" records, identical")
    assert lines[-1].startswith("2 of 2 logs are identical (")


def test_the_command_stops_at_the_first_that_differs(call: Any, study_file: Path, broken: Broken) -> None:
    broken(lambda log: without(log, first_entry(log)))
    code, out, _ = call("verify-engines", study_file, "--trials", 3)
    assert code == 1
    assert "1 of 3  no change, draw 0, run 0: " in out
    assert "NOT the same" in out
    assert "2 of 3" not in out
    assert "▶ Here they part." in out


def test_the_command_refuses_what_there_is_not(
    call: Any, study_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = call("verify-engines", study_file, "--scenario", "bothh")
    assert code == 2
    assert "Did you mean 'both'?" in err
    assert call("verify-engines", study_file, "--trials", 0)[0] == 2
    monkeypatch.setattr(verification, "compiled_works", lambda: False)
    code, out, err = call("verify-engines", study_file)
    assert (code, out) == (2, "")
    assert "pip install -U numba" in err
