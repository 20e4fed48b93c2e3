"""Each parameter to its two ends: what is tried, what is found, and what is written down."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sim.experiment import sensitivity as room
from sim.experiment.ends import WAY, Try, at_the_centre, short, tries
from sim.experiment.sensitivity import impact_yaml, sensitivity
from sim.report.describe import describe
from sim.results.headline import FEWER, NET
from sim.study.catalogue import CATALOGUE
from sim.study.config import Study, load_study
from sim.study.impact import STALE, UNSEEN, made_for, read_impact
from sim.study.yaml_reader import read_yaml

ENTRY = "effects.edge_of_care.entry"


def test_every_end_that_is_tried_makes_a_study_that_could_be(tiny: Study) -> None:
    base = at_the_centre(tiny)
    wanted = {one.name: one for one in tries(tiny)}
    assert len(wanted) > 200
    for one in (one for one in wanted.values() if not one.moves):
        for value in (one.low, one.high):
            study = one.at(base, value)
            assert study is not None
            assert study.values(1)[one.name] == pytest.approx(value)
    split = wanted["family.youngest"]
    assert isinstance(split.low, dict)
    assert sum(split.low.values()) == pytest.approx(1)
    assert split.low["under 1"] > tiny.values(0)["family.youngest"]["under 1"] > split.high["under 1"]
    assert wanted["services.edge_of_care.heard"].high["proceedings"] == pytest.approx(0.96)


def test_at_the_centre_every_draw_is_the_central_one(tiny: Study) -> None:
    base = at_the_centre(tiny)
    assert base.values(1) == base.values(7) == tiny.values(0)


def test_what_calibration_moves_is_tried_by_its_directions(tiny: Study) -> None:
    assert tiny.calibration is not None
    wanted = {one.name: one for one in tries(tiny)}
    court = wanted[WAY + "court"]
    assert court.moves == ("routes.court",)
    assert "routes.court" not in wanted  # no longer a fifth less to more
    place = [one.name for one in tiny.calibration.directions].index("court")
    sample = np.array(tiny.calibration.sample)[:, place]
    assert (court.low, court.high) == pytest.approx(tuple(np.percentile(sample, (5, 95))))
    base = at_the_centre(tiny)
    low = court.at(base, court.low)
    assert low is not None
    way = tiny.calibration.directions[place]
    times = way.factor(court.low) / way.factor(tiny.calibration.centre[place])
    before, after = base.values(1), low.values(1)
    assert after["routes.court"] == pytest.approx({k: v * times for k, v in before["routes.court"].items()})
    assert {name for name in before if before[name] != after[name]} == {"routes.court"}


def test_what_somebody_fixed_is_no_longer_tried_by_a_direction(tiny: Study) -> None:
    fixed = tiny.replace({"routes.court": tiny.values(0)["routes.court"]})
    names = {one.name for one in tries(fixed)}
    assert WAY + "court" not in names
    assert "routes.court" in names


def ends(low: list[float], high: list[float]) -> room.Ends:
    """Children fewer at both ends, and no pounds."""
    none = np.zeros((1, len(low)))
    return {FEWER: np.array([low]), NET: none}, {FEWER: np.array([high]), NET: none}


def test_little_is_said_only_where_luck_does_not_hide_more() -> None:
    """Differences of 1, 1, 1 and 3: 1.5 on average, the error 0.5, Student's t on three degrees 3.18, so that
    luck may hide 1.59, and it may be as much as 3.09."""
    found = ends([0, 0, 0, 0], [1, 1, 1, 3])
    assert room._word(found, {FEWER: 32, NET: 1}) == "little"  # "some" begins at 3.2
    assert room._word(found, {FEWER: 30, NET: 1}) == UNSEEN  # at 3
    assert room._word(found, {FEWER: 5, NET: 1}) == UNSEEN  # 1.5 of 5 would be high, but may be luck
    sure = ends([0, 0, 0, 0], [3, 3, 3, 3])
    assert [room._word(sure, {FEWER: width, NET: 1}) for width in (12, 30, 31)] == ["high", "some", "little"]


def test_further_runs_go_to_what_luck_hides(tiny: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three parameters: the first is clear at once, the other two are not, and the second of them is seen to
    move the answer more. Two runs each at first and six more: two each (four runs), and no four are left."""
    few = ["care.kinship", ENTRY, "staffing.continuity"]
    chosen = sorted((one for one in tries(tiny) if one.name in few), key=lambda one: few.index(one.name))
    luck = {few[0]: [9.0] * 16, few[1]: [3.0, -1.0] * 8, few[2]: [5.0, -1.0] * 8}

    def run_variants(variants, scenarios, futures, **_):
        for one in variants:
            yield one, (one.label if one.id.endswith("high") else "", futures.runs)

    def headline(results, scenarios):
        label, runs = results
        fewer = np.array([luck.get(label, [0.0] * 16)[:runs]])
        return {scenarios[0]: {FEWER: fewer, NET: np.zeros((1, runs))}}

    monkeypatch.setattr(room, "tries", lambda study: iter(chosen))
    monkeypatch.setattr(room, "run_variants", run_variants)
    monkeypatch.setattr(room, "headline", headline)

    def runs(more: int) -> list[int]:
        rounds = room.Rounds(
            study=tiny, lead="both", widths={FEWER: 20, NET: 1}, folder=Path(), jobs=1, progress=None
        )
        return [low[FEWER].size for _, (low, _) in rounds.run(2, more)]

    assert runs(0) == [2, 2, 2]
    assert runs(3) == [2, 2, 4]  # two of the three to the one that was seen to move it most
    assert runs(6) == [2, 4, 4]
    assert runs(8) == [2, 4, 8]


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
    assert room._impact(one, low, noisy, {FEWER: 6.0, NET: 4000.0}, None).word == UNSEEN  # within its error
    assert room._impact(one, low, noisy, {FEWER: 6.0, NET: 4000.0}, None).breaks_even is None


def test_what_is_found_is_written_and_read_back(
    tiny: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (ENTRY, "care.kinship", "prices.childrens_home", WAY + "court, under 1", WAY + "court, 1 to 4")
    few = [one for one in tries(tiny) if one.name in names]
    assert len(few) == len(names)
    monkeypatch.setattr(room, "tries", lambda study: iter(few))
    found = sensitivity(tiny, runs=2, draws=4)
    assert set(found) == {*names[:3], "routes.court_by_youngest"}
    assert found["routes.court_by_youngest"].share is not None  # a table, by what its direction was drawn at
    homes = found["prices.childrens_home"]
    assert homes.children[0] == homes.children[1]  # pounds alone
    file = tmp_path / "impact.yaml"
    file.write_text(impact_yaml(tiny, found, 4), encoding="utf-8")
    problems: list = []
    item = read_yaml(file, problems)
    assert item is not None
    assert item.mapping is not None
    back, made = read_impact(item.mapping["impact"], problems)
    assert made == ("both", made_for(tiny, "both"))
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


@pytest.mark.parametrize("name", ["bury", "bury_what_ifs"])
def test_the_impacts_that_are_kept_are_of_the_study_as_it_is(name: str) -> None:
    """If this fails, run `caresim sensitivity configs/bury.yaml`."""
    study = load_study(f"configs/{name}.yaml")
    assert study.impacts
    assert STALE not in study.warnings


def test_a_study_whose_numbers_changed_since_says_so(tiny: Study) -> None:
    assert STALE in tiny.warnings  # its impacts are Bury's
    of = made_for(tiny, "both")
    assert made_for(dataclasses.replace(tiny, claims=(), impacts={}, name="other"), "both") == of
    assert made_for(tiny.replace({ENTRY: 0.5}), "both") != of
    assert made_for(tiny, "edge of care") != of
    assert made_for(tiny, "no such scenario") == ""
    assert f"Warning: {STALE.split(':')[0][:40]}" in describe(tiny)


def test_what_was_tried_is_written_without_powers_of_ten() -> None:
    assert [short(one) for one in (1020.4, 36_712.0, 0.66543, 2.0)] == ["1,020", "36,700", "0.665", "2"]
