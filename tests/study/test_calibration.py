"""Calibrated parameters move together, by directions, and only where nobody fixed them."""

import math

import pytest

from sim.foundations.randomness import parameter_quantile
from sim.study.calibration import Calibration, Direction
from sim.study.config import load_study
from sim.study.parameters import Parameter
from tests.worlds import ROOT


def parameter(name, value, **more):
    return Parameter(
        name=name,
        value=value,
        unit="per year",
        basis="calibrated",
        source="none",
        meaning="none",
        date="2026",
        quality="weak",
        **more,
    )


RATE = parameter("a.rate", {"young": 2.0, "old": 4.0}, shape="table")
SHARES = parameter("a.shares", {"x": 0.5, "y": 0.3, "z": 0.2}, shape="table")
OWN = parameter("a.own", 3.0, low=2.0, high=4.0, shape="uniform")
SCALE = Direction(
    name="rate", meaning="", how="scale", moves={"a.rate": ("young",)}, low=1 / math.e, high=math.e
)
SHARE = Direction(name="share", meaning="", how="share", moves={"a.shares": ("x",)}, low=0.5, high=2.0)
RANGE = Direction(name="own", meaning="", how="own range", moves={"a.own": ()})
Z95 = 1.6448536


def calibration(**more):
    written = {one.name: one for one in (RATE, SHARES, OWN)}
    return Calibration(
        directions=(SCALE, SHARE, RANGE), written=written, centre=(0.0, 0.0, 0.0), of="these", **more
    )


def test_a_direction_at_nought_changes_nothing_and_its_range_is_the_middle_nine_in_ten():
    assert calibration().values((0.0, 0.0, 0.0)) == {
        "a.rate": {"young": 2.0, "old": 4.0},
        "a.shares": {"x": 0.5, "y": 0.3, "z": 0.2},
        "a.own": 3.0,
    }
    high = calibration().values((Z95, 0.0, Z95))
    assert high["a.rate"] == pytest.approx({"young": 2 * math.e, "old": 4.0}, rel=1e-6)
    assert high["a.own"] == pytest.approx(2 + 2 * 0.95, rel=1e-6)


def test_an_uneven_range_leaves_nought_where_it_is_written_and_has_its_own_ends():
    uneven = Direction(name="u", meaning="", how="scale", moves={"a.rate": ()}, low=0.5, high=3.0)
    assert [uneven.factor(z) for z in (-Z95, 0.0, Z95)] == pytest.approx([0.5, 1.0, 3.0], rel=1e-6)


def test_shares_move_against_each_other_and_still_sum_to_one():
    moved = calibration().values((0.0, Z95, 0.0))["a.shares"]
    assert moved == pytest.approx({"x": 1.0 / 1.5, "y": 0.3 / 1.5, "z": 0.2 / 1.5}, rel=1e-6)


def test_rows_of_the_sample_are_equally_likely_and_without_any_every_draw_is_at_the_centre():
    rows = tuple((float(place), 0.0, 0.0) for place in range(4))
    sampled = calibration(sample=rows)
    assert [sampled.row(u)[0] for u in (0.01, 0.26, 0.51, 0.99)] == [0, 1, 2, 3]
    assert calibration().row(0.7) == (0.0, 0.0, 0.0)


def test_a_parameter_that_somebody_fixed_is_left_alone():
    found = calibration().without(frozenset({"a.rate"})).values((1.0, 0.0, 1.0))
    assert set(found) == {"a.shares", "a.own"}


def test_without_having_been_made_it_sets_nothing():
    written = {one.name: one for one in (RATE, SHARES, OWN)}
    bare = Calibration(directions=(SCALE, SHARE, RANGE), written=written, centre=(0.0, 0.0, 0.0))
    assert bare.values((1.0, 1.0, 1.0)) == {}
    assert bare.at((1.0, 1.0, 1.0)).values((1.0, 1.0, 1.0)) != {}


def test_each_draw_of_a_study_takes_a_row_of_its_sample_and_draw_0_the_centre():
    study = load_study(ROOT / "configs" / "bury.yaml")
    made = study.calibration
    assert made is not None
    assert made.sample
    for draw in (1, 2, 3):
        row = made.row(parameter_quantile(study.seed, draw, "calibration"))
        assert row in made.sample
        assert {name: study.values(draw)[name] for name in made.written} == made.values(row)
    assert study.values(1)["routes.court"] != study.values(2)["routes.court"]
    centre = made.values(made.centre)
    assert {name: study.values(0)[name] for name in made.written} == centre
    # What the report and `explain` show is what draw 0 takes.
    assert study.parameters["routes.court"].value == centre["routes.court"]
    fixed = study.replace({"routes.without_warning": 0.5})
    assert [fixed.values(draw)["routes.without_warning"] for draw in (0, 1, 2)] == [0.5] * 3
    assert fixed.values(1)["routes.court"] == study.values(1)["routes.court"]
