"""Variants of a study: each changes one thing, and all are there."""

import dataclasses

from sim.study.config import Study, load_study
from sim.study.levers import Recruitment
from sim.study.scenario import NO_CHANGE
from sim.study.structure import CHOICES, Structure
from sim.study.variants import FLAGS, SWITCHED, Variant, headline_scenarios, variants_of


def bury() -> Study:
    return load_study("configs/bury.yaml")


def by_id(study: Study) -> dict[str, Variant]:
    return {one.id: one for one in variants_of(study, headline_scenarios(study))}


def test_the_headline_is_of_what_is_claimed_and_not_of_twins() -> None:
    study = bury()
    assert headline_scenarios(study) == ("edge of care", "family safeguarding", "both")
    nothing_claimed = dataclasses.replace(study, claims=())
    assert set(headline_scenarios(study)) <= set(headline_scenarios(nothing_claimed))


def test_the_study_itself_comes_first_and_no_two_are_the_same() -> None:
    study = bury()
    found = variants_of(study, headline_scenarios(study))
    assert found[0].study == study
    assert len({one.study.digest for one in found}) == len({one.id for one in found}) == len(found)
    assert all(set("abcdefghijklmnopqrstuvwxyz0123456789-") >= set(one.id) for one in found)


def test_each_belief_changes_only_what_it_speaks_of() -> None:
    study = bury()
    found = by_id(study)
    own = study.values(3)
    for one in found.values():
        changed = {name for name, value in one.study.values(3).items() if value != own[name]}
        if one.settings:
            assert changed <= set(one.settings), one.id
            assert one.study.structure == study.structure
        elif one.group == "How the model is put together":
            assert not changed
    arms = [one for one in found.values() if one.group == "Rival evidence"]
    wanted = {(name, arm.meaning) for name, one in study.parameters.items() for arm in one.arms}
    believed = set()
    for one in arms:
        for name in one.settings:
            assert not one.study.parameters[name].arms
            believed |= {(name, a.meaning) for a in study.parameters[name].arms if a.meaning in one.label}
    assert believed == wanted


def test_every_switch_is_turned_and_has_words() -> None:
    study = bury()
    turned = {
        name: {getattr(one.study.structure, name) for one in by_id(study).values()}
        for name in study.structure.content()
    }
    usual = Structure().content()
    for name in usual:
        assert turned[name] == set(CHOICES.get(name, (True, False))), name
    assert {(name, choice) for name, known in CHOICES.items() for choice in known} == set(SWITCHED)
    assert set(FLAGS) == set(usual) - set(CHOICES)


def test_at_its_best_the_scenarios_keep_their_names_and_fill_their_posts() -> None:
    study = bury()
    best = by_id(study)["claimed-and-staffed"].study
    assert best.values(0)["effects.edge_of_care.entry"] == 0.51
    for name in headline_scenarios(study):
        one = best.scenario(name)
        assert one.against == NO_CHANGE
        assert one.levers > study.scenario(name).levers
        assert any(isinstance(lever, Recruitment) and lever.at_once for lever in one.levers)
    assert best.scenario(NO_CHANGE) == study.scenario(NO_CHANGE)


def test_without_drift_the_levels_are_the_same_in_every_draw() -> None:
    calm = by_id(bury())["no-drift"].study
    assert {calm.values(draw)["uncertainty.entry_level"] for draw in range(5)} == {1.0}
