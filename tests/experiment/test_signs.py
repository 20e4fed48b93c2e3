"""Claims watched in trials of their own: which scenarios run, what is kept, and what is not run again."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.experiment.experiment import Experiment
from sim.experiment.signs import FOLDER, KEPT, enough, watched, with_twins
from sim.study.config import Study
from sim.study.futures import Futures
from sim.study.levers import Recruitment
from sim.study.scenario import Scenario

ONE = Futures(draws=1, runs=1)


@pytest.fixture(scope="module")
def found(tiny: Study) -> dict:
    result = watched(tiny, ONE)
    assert result is not None
    return result


def test_each_claimed_scenario_has_its_twin(tiny: Study) -> None:
    alone = replace(tiny, scenarios={n: one for n, one in tiny.scenarios.items() if "every post" not in n})
    study, names = with_twins(alone)
    # Nothing is claimed of family safeguarding alone in the tiny study.
    claimed = ("edge of care", "both")
    assert names == tuple(name for one in claimed for name in (one, f"{one}, every post filled"))
    assert set(names) < set(study.scenarios)
    assert with_twins(alone, ("no change", "both"))[1] == ("both", "both, every post filled")
    assert with_twins(replace(tiny, claims=()))[1] == ()


def test_a_scenario_that_says_something_else_of_recruitment_has_no_twin(tiny: Study) -> None:
    slow = Recruitment(start=tiny.clock.start, delay_days=90.0, source="Assumption.")
    one = tiny.scenario("both") & Scenario(name="both", levers=frozenset({slow}))
    study = replace(
        tiny,
        scenarios={"no change": tiny.scenario("no change"), "both": replace(one, name="both")},
    )
    assert with_twins(study)[1] == ("both",)


def test_every_set_of_evidence_is_watched_with_posts_as_they_are_and_filled(tiny: Study, found: dict) -> None:
    assert found["evidence"] == ["sceptical", "central", "claimed"]
    assert [one["id"] for one in found["claims"]] == [one.id for one in tiny.claims]
    for one in found["claims"]:
        for posts in ("as_they_are", "filled"):
            assert one[posts]["futures"] == 3
            assert list(one[posts]["met_by_world"]) == ["sceptical", "central", "claimed"]
            assert one[posts]["share"] is None  # three futures are too few


def test_a_study_of_one_set_is_watched_on_it(tiny: Study) -> None:
    bare = {name: replace(one, sets={}) for name, one in tiny.parameters.items()}
    result = watched(replace(tiny, parameters=bare), ONE)
    assert result is not None
    assert result["evidence"] == ["central"]


def test_what_was_run_already_is_not_run_again(tiny: Study, found: dict) -> None:
    study, names = with_twins(tiny)
    own = Experiment(study, scenarios=names, draws=1, runs=1).run()
    counts: list[int] = []
    assert watched(tiny, ONE, own=own, progress=lambda _, wanted: counts.append(wanted)) == found
    assert set(counts) == {2 * 5}  # sceptical and claimed, each with five scenarios
    assert not enough(own, Futures(draws=2, runs=1), names)
    assert not enough(own, ONE, (*names, "another"))


def test_signs_that_were_found_are_kept_and_their_trials_taken_away(
    tiny: Study, found: dict, tmp_path: Path
) -> None:
    folder = tmp_path / FOLDER
    assert watched(tiny, ONE, folder=folder) == found
    assert [path.name for path in folder.iterdir()] == [KEPT]
    counts: list[int] = []
    again = watched(tiny, ONE, folder=folder, progress=lambda done, _: counts.append(done))
    assert (again, counts) == (found, [])
    wider = watched(tiny, ONE, folder=folder, level=0.3)
    assert wider is not None
    assert wider["level"] == 0.3


def test_without_claims_there_is_nothing_to_watch(tiny: Study) -> None:
    assert watched(replace(tiny, claims=()), ONE) is None
