"""A study that loads: its draws, its digest, its scenarios, and what may be replaced in it."""

from __future__ import annotations

import pickle
import random

import numpy as np
import pytest

from sim.foundations.errors import InputError
from sim.study.catalogue import CATALOGUE
from sim.study.config import load_study
from sim.study.parameters import EVIDENCE, Arm, Parameter

EFFECT = "effects.edge_of_care.entry"
RATE = "care.exit.short"


def parameter(**more):
    common = {
        "name": "x",
        "value": 1.0,
        "unit": "ratio",
        "basis": "evidence",
        "source": "s",
        "meaning": "m",
        "date": "2026",
        "quality": "weak",
    }
    return Parameter(**{**common, **more})


def shuffled(thing, chance):
    """The same mapping with its names in another order, at every depth."""
    if not isinstance(thing, dict):
        return thing
    items = [(key, shuffled(value, chance)) for key, value in thing.items()]
    chance.shuffle(items)
    return dict(items)


def test_loading_twice_gives_the_same_study(draft):
    first, second = draft.load(), draft.load()
    assert first == second
    assert first.digest == second.digest
    assert first.values(3) == second.values(3)


def test_the_digest_does_not_depend_on_the_order_of_names(draft):
    digest = draft.load().digest
    combined = draft.document["scenarios"].pop("both")
    for seed in range(5):
        draft.document = shuffled(draft.document, random.Random(seed))
        draft.document["scenarios"].pop("both", None)
        draft.document["scenarios"]["both"] = combined
        assert draft.load().digest == digest


def test_the_digest_does_not_depend_on_prose_or_on_the_file(draft, tmp_path):
    digest = draft.load().digest
    draft.set(f"{RATE}.meaning", "said otherwise").set("claims[1].text", "said otherwise")
    draft.file = tmp_path / "renamed.yaml"
    assert draft.load().digest == digest


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{RATE}.value", 0.7),
        ("run.seed", 2),
        ("run.end", "@2026-05-01@"),
        ("run.combine", "strongest"),
        ("claims[1].target", 25),
        ("scenarios.edge of care.levers[1].date", "@2023-07-01@"),
        ("observed.Bury.children looked after.values.@2024-03-31@", 345),
    ],
)
def test_the_digest_changes_with_whatever_changes_a_number(draft, path, value):
    digest = draft.load().digest
    if path == "run.end":
        for name, kind in CATALOGUE.items():
            if kind.by_year:
                draft.set(f"{name}.value.2026/27", 1)
    draft.set(path, value)
    assert draft.load().digest != digest


def test_draw_0_is_the_central_value_and_others_differ(draft):
    draft.set(f"{RATE}.shape", "uniform").set(f"{RATE}.range", [0.1, 0.9])
    study = draft.load()
    assert study.values(0) == {name: p.central for name, p in study.parameters.items()}
    drawn = [study.values(draw)[RATE] for draw in range(1, 30)]
    assert len(set(drawn)) == 29
    assert all(0.1 <= value <= 0.9 for value in drawn)
    assert study.values(1, seed=99)[RATE] != study.values(1)[RATE]
    with pytest.raises(InputError, match="at least 0"):
        study.values(-1)


def test_an_uncertain_parameter_disturbs_no_other(draft):
    before = draft.set(f"{RATE}.shape", "uniform").set(f"{RATE}.range", [0.1, 0.9]).load()
    after = draft.set("care.exit.medium.shape", "uniform").set("care.exit.medium.range", [0.1, 0.9]).load()
    changed = {n for n, value in after.values(5).items() if value != before.values(5)[n]}
    assert changed == {"care.exit.medium"}


def test_the_values_of_a_draw_may_be_changed_without_harm(draft):
    study = draft.load()
    study.values(0)["demand.outcome"]["early help"] = 9.0
    assert study.values(0)["demand.outcome"]["early help"] == 0.0


@pytest.mark.parametrize("shape", ["lognormal", "normal"])
def test_the_range_of_a_bell_is_its_5th_and_95th_percentile(shape):
    spread = (0.5, 2.0) if shape == "lognormal" else (0.4, 1.6)
    p = parameter(shape=shape, low=spread[0], high=spread[1])
    assert p.at(0.05) == pytest.approx(spread[0], rel=1e-5)
    assert p.at(0.5) == pytest.approx(1.0)
    assert p.at(0.95) == pytest.approx(spread[1], rel=1e-5)


@pytest.mark.parametrize("shape", ["uniform", "triangular"])
def test_the_range_of_a_bounded_shape_is_its_ends(shape):
    p = parameter(shape=shape, low=0.5, high=2.0)
    assert p.at(1e-12) == pytest.approx(0.5, abs=1e-5)
    assert p.at(1 - 1e-12) == pytest.approx(2.0, abs=1e-5)


def test_a_normal_shape_is_cut_at_the_bounds():
    p = parameter(shape="normal", low=-1.0, high=3.0, bounds=(0.0, 2.0))
    drawn = [p.at(u) for u in np.linspace(0.001, 0.999, 50)]
    assert 0.0 <= min(drawn) < max(drawn) <= 2.0


def test_a_mixture_draws_from_its_arms_and_its_centre_may_lie_in_neither():
    arms = (
        Arm(value=0.1, low=0.09, high=0.11, weight=0.25, meaning="a"),
        Arm(value=10.0, low=9.0, high=11.0, weight=0.75, meaning="b"),
    )
    p = parameter(shape="mixture", arms=arms, low=0.09, high=11.0)
    drawn = np.array([p.at(u) for u in np.linspace(0.0005, 0.9995, 1000)])
    assert np.mean(drawn < 1) == pytest.approx(0.25, abs=0.002)
    assert p.central == 1.0


def test_a_fixed_value_and_a_table_are_the_same_in_every_draw():
    assert parameter().at(0.01) == parameter().at(0.99) == 1.0
    table = parameter(value={"a": 1.0}, shape="table")
    assert table.at(0.3) == {"a": 1.0}
    with pytest.raises(TypeError, match="table"):
        _ = table.distribution


def test_replace_fixes_values_and_leaves_the_study_alone(draft):
    study = draft.load()
    table = {"court": 0.1, "breakdown": 0.2, "no warning": 0.3}
    other = study.replace({RATE: 0.25, "routes.sibling_joins": table})
    assert (other.values(7)[RATE], other.values(7)["routes.sibling_joins"]) == (0.25, table)
    assert study.values(0)[RATE] == 0.5
    assert other.digest != study.digest
    assert study.replace({RATE: 0.5}).digest == study.digest


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"care.exit.shrt": 1.0}, "Did you mean 'care.exit.short'?"),
        ({RATE: -1.0}, "at least 0"),
        ({"family.pregnancy": 40.0}, "did you mean 0.4?"),
        ({"routes.sibling_joins": {"court": 1.0}}, "rows missing"),
        ({RATE: {"a": 1.0}}, "expected a number"),
    ],
)
def test_replace_checks_as_loading_does(draft, change, words):
    with pytest.raises(InputError) as caught:
        draft.load().replace(change)
    assert words in str(caught.value)


def believed(draft):
    """A study with one parameter that the sets differ on, and another that only one set speaks of."""
    sets = {
        "sceptical": {"value": 1, "range": [0.8, 1.25], "source": "A trial."},
        "claimed": {"value": 0.5, "source": "A paper."},
    }
    draft.set(f"{EFFECT}.sets", sets).set("effects.edge_of_care.crisis.sets", {"claimed": sets["claimed"]})
    return draft.load()


def test_a_set_of_evidence_changes_what_it_speaks_of_and_nothing_else(draft):
    study = believed(draft)
    claimed = study.with_evidence("claimed")
    assert claimed.values(5) == study.values(5) | {EFFECT: 0.5, "effects.edge_of_care.crisis": 0.5}
    sceptical = study.with_evidence("sceptical")
    assert sceptical.values(0) == study.values(0) | {EFFECT: 1.0}
    one = sceptical.parameters[EFFECT]
    assert (one.shape, one.low, one.high, one.source) == ("lognormal", 0.8, 1.25, "A trial.")
    assert one.at(0.05) == pytest.approx(0.8)
    assert len({study.digest, claimed.digest, sceptical.digest}) == 3


def test_every_way_from_set_to_set_ends_in_the_same_study(draft):
    study = believed(draft)
    sceptical = study.with_evidence("sceptical")
    assert study.with_evidence("claimed").with_evidence("sceptical") == sceptical
    assert sceptical.with_evidence("central") == study
    assert study.with_evidence("claimed").with_evidence("central").digest == study.digest
    assert draft.set("run.evidence", "sceptical").load().digest == sceptical.digest


def test_what_was_fixed_by_hand_stays_on_any_evidence(draft):
    fixed = believed(draft).replace({EFFECT: 0.7})
    assert fixed.with_evidence("claimed").values(3)[EFFECT] == 0.7
    with pytest.raises(InputError, match=r"Did you mean 'claimed'\?"):
        fixed.with_evidence("claimd")


def test_a_study_can_believe_one_arm(draft):
    arms = [
        {"value": 0.6, "range": [0.48, 0.75], "weight": 0.5, "meaning": "found an effect"},
        {"value": 1, "range": [0.8, 1.25], "weight": 0.5, "meaning": "found none"},
    ]
    study = draft.set(f"{EFFECT}.shape", "mixture").set(f"{EFFECT}.arms", arms).load()
    one = study.on_arm(EFFECT, "found none")
    assert one.values(0)[EFFECT] == 1
    assert one.parameters[EFFECT].at(0.95) == pytest.approx(1.25, rel=1e-6)
    with pytest.raises(InputError, match=r"Did you mean 'found none'\?"):
        study.on_arm(EFFECT, "found nne")
    with pytest.raises(InputError, match="is not a parameter of this study"):
        study.on_arm("effects.edge_of_care.entri", "found none")


def test_scenarios_are_found_by_name_and_united_by_ampersand(draft):
    study = draft.load()
    assert study.scenario("edge of care & family safeguarding") == study.scenario("both")
    assert study.scenario("both").name == "both"
    assert study.scenario("no change").levers == frozenset()
    with pytest.raises(InputError, match=r"Did you mean 'edge of care'\?"):
        study.scenario("edge of cares")
    with pytest.raises(InputError, match=r"Did you mean 'family safeguarding'\?"):
        study.scenario("edge of care & family safegarding")


def test_observed_series_read_like_mappings(draft):
    series = draft.load().observed["children looked after"]
    assert dict(series) == {"2023-03-31|under 1": 12.0, "2023-03-31|1-4": 57.0, "2024-03-31": 344.0}
    assert series["2024-03-31"] == 344
    assert "2024-03-31" in series
    assert len(series) == 3
    assert series.source == "A return."


def test_claims_know_whether_they_are_by_a_day_or_a_year(draft):
    children, pounds = draft.load().claims
    assert (children.on_a_date, str(children.date), children.basis) == (True, "2025-03-31", "gross")
    assert (pounds.on_a_date, pounds.date, pounds.basis) == (False, None, "net")


PAPER = {"name": "A review", "scenario": "edge of care", "risk": "Nobody comes.", "source": "A paper."}


@pytest.mark.parametrize(
    ("mitigation", "said"),
    [
        ("A strategy.", "The paper ‘A review’ names a risk: Nobody comes. Against it, it sets: A strategy."),
        ("", "The paper ‘A review’ names a risk: Nobody comes. It leaves its mitigation blank."),
    ],
)
def test_a_paper_says_its_risk_and_what_it_sets_against_it(draft, mitigation, said):
    draft.set("papers", [{**PAPER, "mitigation": mitigation, "says": {"equality": "It asks for one."}}])
    (paper,) = draft.load().papers
    assert paper.risk_and_mitigation == said
    assert (paper.says, paper.where) == ({"equality": "It asks for one."}, draft.line("papers[1]"))


def test_a_mitigation_may_be_written_as_nothing(draft):
    draft.set("papers", [{**PAPER, "mitigation": None}])
    assert draft.load().papers[0].mitigation == ""


def test_what_a_paper_says_changes_no_number_and_no_digest(draft):
    before = draft.load()
    draft.set("papers", [{**PAPER, "mitigation": ""}])
    assert before.papers == ()
    assert draft.load().digest == before.digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"scenario": "edge of cre"}, "Did you mean 'edge of care'?"),
        ({"risk": ""}, "'risk' is empty"),
        ({"mitigation": 3}, "expected text"),
        ({"says": {"equalty": "x"}}, "Did you mean 'equality'?"),
    ],
)
def test_a_paper_that_is_not_one_is_refused(draft, change, said):
    draft.set("papers", [{**PAPER, "mitigation": "", **change}])
    (fault,) = draft.faults()
    assert said in fault.message


def test_a_paper_without_a_mitigation_or_told_of_twice_is_refused(draft):
    draft.set("papers", [PAPER])
    assert "'mitigation' is needed" in draft.faults()[0].message
    draft.set("papers", [{**PAPER, "mitigation": ""}] * 2)
    assert "is told of at" in draft.faults()[0].message


def test_a_study_survives_pickling(draft):
    study = draft.load()
    assert pickle.loads(pickle.dumps(study)) == study


def test_dates_and_lines_are_kept(draft):
    study = draft.load()
    assert study.clock.horizon == 1096 * 1024
    assert study.parameters[RATE].where == draft.line(RATE)
    assert study.files == (str(draft.file),)
    assert load_study(str(draft.file)) == study


def test_bury_in_each_set_of_evidence():
    study = load_study("configs/bury.yaml")
    values = {name: study.with_evidence(name).values(0) for name in EVIDENCE}
    assert [values[name][EFFECT] for name in EVIDENCE] == [1.0, 0.77, 0.51]
    assert [values[name]["effects.family_safeguarding.plan_start"] for name in EVIDENCE] == [1.0, 0.85, 0.55]
    served = [name for name in values["sceptical"] if name.startswith(("effects.edge", "effects.family_s"))]
    assert served
    # What was seen of all starts of early authorities is not one; every effect on those served is.
    area = "effects.family_safeguarding.area_starts"
    assert [values[name][area] for name in EVIDENCE] == [1.02, 0.82, 0.7]
    assert all(values["sceptical"][name] == 1.0 for name in served if name != area)
    changed = {n for n in CATALOGUE if values["claimed"][n] != values["central"][n]}
    assert changed
    assert all(name.startswith("effects.") for name in changed)
