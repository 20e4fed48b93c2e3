"""What was really done is read as scenarios, but is no part of a run unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sim.experiment.experiment import Experiment
from sim.foundations.errors import InputError
from sim.study.levers import Demand

if TYPE_CHECKING:
    from tests.study.conftest import Draft

DONE = {"meaning": "What was done.", "combines": ["more"], "levers": []}
MORE = {
    "meaning": "More families.",
    "levers": [{"lever": "demand", "times": 1.1, "start": "@2023-06-01@", "source": "Assumption: a test."}],
}


@pytest.fixture
def with_hindsight(draft: Draft) -> Draft:
    draft.set("scenarios.more", MORE)
    draft.set("hindsight", {"done": DONE})
    return draft


def test_hindsight_unites_scenarios_of_the_study(with_hindsight):
    study = with_hindsight.load()
    assert list(study.hindsight) == ["done"]
    assert study.scenario("done") == study.scenario("more")
    assert [type(lever) for lever in study.scenario("done").levers] == [Demand]


def test_no_run_has_it_unless_asked_for(with_hindsight):
    study = with_hindsight.load()
    assert "done" not in study.scenarios
    assert "done" not in Experiment(study).scenarios
    assert Experiment(study, scenarios=["done"]).scenarios == ("no change", "done")


def test_it_is_no_part_of_the_digest(with_hindsight):
    before = with_hindsight.load().digest
    with_hindsight.remove("hindsight")
    assert with_hindsight.load().digest == before


def test_a_name_that_is_taken_is_refused(with_hindsight):
    with_hindsight.set("hindsight.more", MORE)
    with pytest.raises(InputError, match="'more' is the name of a scenario of this study already"):
        with_hindsight.load()


def test_it_cannot_combine_what_is_not_there(with_hindsight):
    with_hindsight.set("hindsight.done.combines", ["mor"])
    with pytest.raises(InputError, match="Did you mean 'more'"):
        with_hindsight.load()
