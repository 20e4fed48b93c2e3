"""Each parameter to its two ends: what is tried, what is found, and what is written down."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sim.experiment import sensitivity as room
from sim.experiment.sensitivity import Try, at_the_centre, impact_yaml, sensitivity, tries
from sim.results.headline import FEWER, NET
from sim.study.catalogue import CATALOGUE
from sim.study.config import Study, load_study
from sim.study.impact import read_impact
from sim.study.yaml_reader import read_yaml

ENTRY = "effects.edge_of_care.entry"


def test_every_end_that_is_tried_makes_a_study_that_could_be(tiny: Study) -> None:
    base = at_the_centre(tiny)
    wanted = {one.name: one for one in tries(tiny)}
    assert len(wanted) > 200
    for one in wanted.values():
        for value in (one.low, one.high):
            assert base.replace({one.name: value}).values(1)[one.name] == pytest.approx(value)
    split = wanted["family.size"]
    assert isinstance(split.low, dict)
    assert sum(split.low.values()) == pytest.approx(1)
    assert split.low["1"] > tiny.values(0)["family.size"]["1"] > split.high["1"]
    assert wanted["services.edge_of_care.heard"].high["proceedings"] == pytest.approx(0.96)


def test_at_the_centre_every_draw_is_the_central_one(tiny: Study) -> None:
    base = at_the_centre(tiny)
    assert base.values(1) == base.values(7) == tiny.values(0)


def test_an_impact_by_hand() -> None:
    one = Try(name="x", low=1.0, high=3.0, how="1 to 3")
    low = {FEWER: np.array([[4.0, 6.0]]), NET: np.array([[-300.0, -300.0]])}
    high = {FEWER: np.array([[7.0, 9.0]]), NET: np.array([[100.0, 100.0]])}
    found = room._impact(one, low, high, {FEWER: 20.0, NET: 4000.0}, None)
    assert (found.children, found.children_error, found.pounds) == ((5.0, 8.0), 0.0, (-300, 100))
    assert found.word == "some"  # 3 of a width of 20 children, 400 of a width of 4,000 pounds
    assert found.breaks_even == 2.5  # three quarters of the way from 1 to 3
    assert room._impact(one, low, high, {FEWER: 12.0, NET: 4000.0}, None).word == "high"
    noisy = {FEWER: np.array([[0.0, 13.0]]), NET: low[NET]}
    assert room._impact(one, low, noisy, {FEWER: 6.0, NET: 4000.0}, None).word == "little"  # within its error
    assert room._impact(one, low, noisy, {FEWER: 6.0, NET: 4000.0}, None).breaks_even is None


def test_what_is_found_is_written_and_read_back(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [one for one in tries(tiny) if one.name in (ENTRY, "care.kinship", "prices.childrens_home")]
    monkeypatch.setattr(room, "tries", lambda study: iter(few))
    found = sensitivity(tiny, runs=2, draws=4)
    assert set(found) == {one.name for one in few}
    homes = found["prices.childrens_home"]
    assert homes.children[0] == homes.children[1]  # pounds alone
    file = tmp_path / "impact.yaml"
    file.write_text(impact_yaml(tiny, found, 2, 4), encoding="utf-8")
    problems: list = []
    item = read_yaml(file, problems)
    assert item is not None
    assert item.mapping is not None
    back = read_impact(item.mapping["impact"], problems)
    assert not problems
    for name, one in found.items():
        read, written = dataclasses.asdict(back[name]), dataclasses.asdict(one)
        for key, value in written.items():
            number = value is not None and not isinstance(value, str)
            assert read[key] == (pytest.approx(value, rel=1e-4) if number else value), name


def test_impacts_are_of_parameters_and_in_no_digest() -> None:
    study = load_study("configs/bury.yaml")
    assert set(study.impacts) <= set(CATALOGUE)
    assert dataclasses.replace(study, impacts={}).digest == study.digest
