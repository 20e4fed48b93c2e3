"""Calibration: a sampler that agrees with mathematics, targets read off counts by hand, and a whole one."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from sim.experiment import calibrate as calibration
from sim.experiment.calibrate import Setting, calibrate, goals, likeliest, posterior, slice_sample
from sim.experiment.calibrated import calibrated_yaml, flat, report
from sim.experiment.emulator import Emulator, features
from sim.experiment.targets import Target, needs, targets_of
from sim.foundations.clock import Clock
from sim.foundations.errors import InputError
from sim.report.calibration import page
from sim.results.estimates import Index
from sim.study.calibration_reader import COUNTED, before_start, made_for
from sim.study.config import load_study
from tests.worlds import small_bury

MARCHES = ("2024-03-31", "2025-03-31")


def linear(slopes):
    """A stand-in of one figure that is linear in its coordinates."""
    d = len(slopes)
    n = features(np.zeros((1, d))).shape[1]
    weights = np.zeros((n, 1))
    weights[1 : 1 + d, 0] = slopes
    none = np.zeros((1, n))
    return Emulator(
        weights=weights,
        scale=np.ones(n),
        spans=none,
        along=np.zeros((1, 1)),
        beyond=np.zeros(1),
        noise=np.zeros(1),
        explained=np.ones(1),
    )


def test_the_sampler_agrees_with_the_closed_form_of_a_linear_figure():
    # Prior N(0, 1) twice, one figure 2 a + b = 3 with tolerance 1: the mean is (2, 1) x 3 / 6.
    figure = posterior(linear([2.0, 1.0]), np.array([3.0]), np.array([1.0]))
    sample = slice_sample(figure, 2, 4000, np.random.default_rng(3))
    assert sample.mean(axis=0) == pytest.approx([1.0, 0.5], abs=0.05)
    assert sample.var(axis=0) == pytest.approx([1 - 4 / 6, 1 - 1 / 6], abs=0.05)
    assert np.cov(sample.T)[0, 1] == pytest.approx(-2 / 6, abs=0.05)


def test_a_coordinate_of_which_the_figure_says_nothing_keeps_its_prior():
    figure = posterior(linear([3.0, 0.0]), np.array([3.0]), np.array([0.5]))
    sample = slice_sample(figure, 2, 4000, np.random.default_rng(4))
    assert sample[:, 1].mean() == pytest.approx(0, abs=0.06)
    assert sample[:, 1].std() == pytest.approx(1, abs=0.05)
    assert sample[:, 0].std() < 0.3


def test_targets_of_bury_are_means_to_march_2023_and_nothing_later():
    found = {one.name: one for one in targets_of(load_study("configs/bury.yaml", calibrated=False))}
    assert found["starts"].counted == pytest.approx((125 + 123 + 91 + 107 + 110 + 86) / 6)
    assert found["looked after"].counted == pytest.approx((333 + 335 + 342 + 347 + 359 + 349) / 6)
    shares = found["starts aged under 1"]
    assert shares.share
    assert shares.counted == pytest.approx((22 + 24 + 15) / (107 + 110 + 86))
    assert found["starts led by court"].counted == pytest.approx((62 + 64 + 43) / (107 + 110 + 86))
    assert found["care applications"].counted == pytest.approx((57 + 57 + 41 + 51 + 60 + 33) / 6)
    assert found["referrals"].counted == pytest.approx((2356 + 2916 + 2061 + 2045 + 3370 + 3239) / 6)
    again = found["referrals within a year of another"]
    assert again.counted == pytest.approx((25.4 + 29.0 + 30.5 + 22.2 + 23.9 + 34.1) / 600)
    young = found["plans open for less than three months"]
    assert young.counted == pytest.approx(
        np.mean([1 - 117 / 199, 1 - 128 / 203, 1 - 86 / 146, 1 - 151 / 201, 1 - 149 / 230, 1 - 168 / 212])
    )
    need = found["in need for 3 to 6 months"]
    shares = (11.1 + 12.4 + 13.1 + 14.3 + 16.2 + 15.8) / 6
    assert need.counted == pytest.approx((1498 + 2233) / 2 * shares / 100)
    assert found["looked after: children's home"].counted == pytest.approx((22 + 26 + 21) / (347 + 359 + 349))
    assert found["starts by court under 1, newborn"].counted == pytest.approx(0.42)


def test_a_target_is_read_off_the_last_year_or_the_shapes_where_it_says_so():
    index, years = (
        Index((("referrals", "2023/24", "all"), ("referrals", "2024/25", "all"))),
        np.array([80.0, 120.0]),
    )
    target = Target(name="a", counted=1.0, tolerance=1.0, measure="referrals", times=1.5)
    assert target.simulated(index, years, {}) == 150
    assert dataclasses.replace(target, last=True).simulated(index, years, {}) == 180
    assert dataclasses.replace(target, trend=True).simulated(index, years, {}) == 1.5
    levels = (("families open", month, level) for month in MARCHES for level in ("all", "early help"))
    open_at = dataclasses.replace(target, measure="families open", groups=("early help",), trend=True)
    assert open_at.simulated(Index(tuple(levels)), np.array([100.0, 20.0, 300.0, 30.0]), {}) == 1.5
    shape = Target(name="b", counted=0.4, tolerance=1.0, shape="newborns", times=0.01)
    assert shape.simulated(index, years, {"newborns": 25.0}) == 0.25
    # Nothing happened that it could be read off: such a world says nothing for or against.
    assert shape.simulated(index, years, {"newborns": float("nan")}) == 0.4


def test_targets_are_read_off_figures_of_which_the_digest_knows_and_off_none_of_the_time_simulated():
    study = load_study("configs/bury.yaml", calibrated=False)
    start, asked = study.clock.start.isoformat(), set()

    class Asked(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

        def __getitem__(self, name):
            asked.add(name)
            return super().__getitem__(name)

    noted = dataclasses.replace(study, observed=Asked(study.observed))
    found = targets_of(noted)
    assert asked >= {"entries", "needs ended by duration", "newborns in care proceedings in England"}
    assert asked <= set(COUNTED)
    # Whatever was counted later may be anything.
    wrong = {
        name: dataclasses.replace(
            one, points={key: value if before_start(key, start) else 1e6 for key, value in one.points.items()}
        )
        for name, one in study.observed.items()
    }
    assert wrong["entries"]["2023/24"] == 1e6
    assert targets_of(dataclasses.replace(study, observed=wrong)) == found


def test_without_a_count_of_applications_their_rate_is_met_and_known_to_the_digest():
    study = load_study("configs/bury.yaml", calibrated=False)
    start, name, rate = (
        study.clock.start.isoformat(),
        "care applications",
        "care applications per 10,000 children",
    )
    observed = {series: one for series, one in study.observed.items() if series != name}

    def target(observed):
        return {one.name: one.counted for one in targets_of(dataclasses.replace(study, observed=observed))}[
            name
        ]

    def digest(observed):
        return made_for(study.parameters, study.calibration.directions, observed, start)

    # 44,344 children lived in Bury.
    assert target(observed) == pytest.approx((13.0 + 12.9 + 9.4 + 11.6 + 13.8 + 7.6) / 6 * 4.4344)
    assert "44344" in str(study.observed["children aged 0 to 17"].points)

    def twice(label):
        points = {**observed[rate].points, label: 2 * observed[rate][label]}
        return {**observed, rate: dataclasses.replace(observed[rate], points=points)}

    assert digest(twice("2021/22")) != digest(observed) == digest(twice("2023/24"))
    # With the count at hand, nobody asks for the rate.
    counted = {name: study.observed[name]}
    assert digest({**twice("2021/22"), **counted}) == digest(study.observed)
    assert target({**twice("2021/22"), **counted}) == target(study.observed)


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("2022/23", True),
        ("2023/24", False),
        ("2023-03-31|under 1", True),
        ("2023-04-01", False),
        ("2023-09-30", False),
        ("within 3 months", True),
    ],
)
def test_what_had_ended_when_the_study_starts_or_has_no_time(label, before):
    assert before_start(label, "2023-04-01") is before


def test_needs_are_aimed_at_only_where_they_are_seen_to_their_end():
    study = load_study("configs/bury.yaml", calibrated=False)
    ends = {
        3: ["3 to 6 months", "6 to 12 months", "1 to 2 years"],
        2: ["3 to 6 months", "6 to 12 months"],
        1: [],
    }
    for years, bands in ends.items():
        short = dataclasses.replace(study, clock=Clock(study.clock.start, dt.date(2023 + years, 4, 1)))
        assert [one.name for one in needs(short)] == [f"in need for {band}" for band in bands]


def test_goals_are_logarithms_with_tolerances_as_shares_of_the_count():
    goal, tolerance = goals((Target(name="a", counted=100.0, tolerance=5.0, measure="entries"),))
    assert goal == pytest.approx([np.log(100)])
    assert tolerance == pytest.approx([0.05])


def bury():
    """Bury for a year, with three directions."""
    study = small_bury()
    assert study.calibration is not None
    kept = {"court", "breakdown, 10 to 15", "long stays end, 10 to 15"}
    directions = tuple(one for one in study.calibration.directions if one.name in kept)
    names = {name for one in directions for name in one.moves}
    few = dataclasses.replace(
        study.calibration,
        directions=directions,
        written={name: one for name, one in study.calibration.written.items() if name in names},
        centre=(0.0,) * len(directions),
        sample=(),
    )
    return dataclasses.replace(study, calibration=few)


def test_the_centre_is_where_prior_times_likelihood_is_greatest():
    # Prior N(0, 1) and a figure z = 2 with tolerance 0.5: by hand (2 / 0.25) / (1 + 1 / 0.25) = 1.6.
    found = likeliest(posterior(linear([1.0]), np.array([2.0]), np.array([0.5])), np.array([-1.0]))
    assert found == pytest.approx([1.6], abs=1e-4)


class Linear:
    """Worlds whose logarithms are linear in three coordinates, and no luck: the truth is known."""

    slopes = np.array([[0.3, 0.0, 0.1], [0.0, 0.2, 0.1]])

    def __init__(self, *, study, targets, points):
        self.points = points

    def __call__(self, point, luck):
        row = np.nan_to_num(self.points[point])
        return 100 * np.exp(self.slopes @ row)


def test_a_known_truth_is_found_again_as_far_as_the_counts_tell_it(monkeypatch):
    """Two figures of three coordinates: two combinations are told, the third keeps its prior."""
    goal = 100 * np.exp(Linear.slopes @ np.array([1.0, -0.5, 0.0]))
    targets = tuple(Target(name=str(k), counted=one, tolerance=one / 100) for k, one in enumerate(goal))
    monkeypatch.setattr(calibration, "World", Linear)
    monkeypatch.setattr(calibration, "targets_of", lambda study: targets)
    found = calibrate(bury(), Setting(points=64, rows=512, lucks=2))
    told = found.sample @ Linear.slopes.T
    assert told.mean(axis=0) == pytest.approx([0.3, -0.1], abs=0.01)
    assert told.std(axis=0) == pytest.approx([0.01, 0.01], rel=0.3)
    # By hand: the direction that neither figure sees is at right angles to both slopes.
    unseen = np.cross(*Linear.slopes)
    assert (found.sample @ (unseen / np.linalg.norm(unseen))).std() == pytest.approx(1, abs=0.1)
    assert len(flat(found)) == 1
    assert found.centre @ Linear.slopes.T == pytest.approx([0.3, -0.1], abs=0.01)
    assert np.abs(found.bias).max() < 1e-3
    assert found.written_figures.mean(axis=0) == pytest.approx([100, 100])


TINY = Setting(points=8, rows=4, lucks=2)


def test_a_calibration_is_the_same_again_from_a_folder_and_tells_what_it_found(tmp_path):
    study = bury()
    first = calibrate(study, TINY, folder=tmp_path)
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 5  # three waves, the sample, the centre
    # What a stopped calibration had not come to is simulated; what is there is not.
    kept[-1].unlink()
    marks = {one: one.stat().st_mtime_ns for one in kept[:-1]}
    again = calibrate(study, TINY, folder=tmp_path)
    assert {one: one.stat().st_mtime_ns for one in kept[:-1]} == marks
    assert np.array_equal(first.sample, again.sample)
    assert np.array_equal(first.centre_figures, again.centre_figures)
    text = report(first)
    assert "starts led by court" in text
    assert "Combinations that no count tells" in text
    assert text in page(study, first, TINY)
    assert "sample: |" in calibrated_yaml(study, first, TINY)


def test_a_study_without_directions_cannot_be_calibrated():
    with pytest.raises(InputError, match="directions"):
        calibrate(dataclasses.replace(small_bury(), calibration=None))
