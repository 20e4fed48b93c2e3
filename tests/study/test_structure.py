"""The structure of a study: read from `run`, changed by name, in the digest, and refused when unknown."""

from __future__ import annotations

import pytest

from sim.foundations.errors import InputError
from sim.study.structure import Structure

SWITCHES = {
    "combine": "strongest",
    "compounding": True,
    "routes": "correlated",
    "edge_of_care_before": "reactive",
    "family_safeguarding_effect": "whole area",
    "attracts": False,
}


def test_a_study_that_says_nothing_has_the_usual_structure(draft):
    study = draft.load()
    assert study.structure == Structure()
    assert (study.structure.routes, study.structure.attracts) == ("mainly own", True)
    assert study.combine == "multiply"


@pytest.mark.parametrize("name", SWITCHES)
def test_each_switch_is_read_changed_and_in_the_digest(draft, name):
    usual = draft.load()
    value = SWITCHES[name]
    written = draft.set(f"run.{name}", value).load()
    assert getattr(written.structure, name) == value
    changed = usual.restructure(**{name: value})
    assert changed.structure == written.structure
    assert changed.digest == written.digest != usual.digest
    assert usual.structure == Structure()
    assert changed.restructure(**{name: getattr(usual.structure, name)}).digest == usual.digest


def test_combine_of_a_study_is_that_of_its_structure(draft):
    assert draft.load().restructure(combine="strongest").combine == "strongest"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"routs": "both"}, "Did you mean 'routes'?"),
        ({"routes": "mainly"}, "Did you mean 'mainly own'?"),
        ({"attracts": "yes"}, "expected true or false"),
        ({"combine": "add"}, "not one of multiply, strongest"),
    ],
)
def test_a_switch_that_is_not_there_is_refused(draft, change, words):
    with pytest.raises(InputError) as caught:
        draft.load().restructure(**change)
    assert words in str(caught.value)
