"""The Bury study loads, rests on sources throughout, and says what the two papers say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.study.catalogue import BASELINE, CATALOGUE, PARTNER_ROLES
from sim.study.config import Study, load_study
from sim.study.impact import STALE
from sim.study.scenario import Change, Demand, Funding, Mentoring, Open, Panel, Posts, Recruitment, Review

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def bury() -> Study:
    return load_study(CONFIGS / "bury.yaml")


@pytest.fixture(scope="module")
def what_ifs() -> Study:
    return load_study(CONFIGS / "bury_what_ifs.yaml")


def test_every_parameter_of_the_catalogue_is_there_and_can_be_drawn(bury):
    assert list(bury.parameters) == list(CATALOGUE)
    for draw in (1, 2, 3):
        for name, value in bury.values(draw).items():
            kind = CATALOGUE[name]
            numbers = value.values() if isinstance(value, dict) else [value]
            assert all(kind.low <= number <= kind.high for number in numbers), name


def test_an_assumption_says_so_and_a_source_is_more_than_a_word(bury):
    for name, p in bury.parameters.items():
        assert len(p.source) >= 12, name
        if p.basis == "assumption":
            assert "ssumption" in p.source, name


def test_the_scenarios_are_those_of_the_papers(bury):
    proposed = ["no change", "edge of care", "family safeguarding", "both"]
    assert list(bury.scenarios) == [*proposed, *(f"{name}, every post filled" for name in proposed[1:])]
    both = bury.scenario("edge of care & family safeguarding")
    assert both == bury.scenario("both")
    assert bury.scenario("edge of care").opens("edge_of_care") == dt.date(2023, 6, 1)
    posts = [(v.role, v.posts) for v in both.levers if isinstance(v, Posts) and v.service == "edge_of_care"]
    assert sorted(posts) == [("family_support_worker", 3), ("manager", 1), ("social_worker", 3)]


def test_family_safeguarding_brings_no_social_workers(bury):
    levers = bury.scenario("family safeguarding").levers
    roles = {v.role for v in levers if isinstance(v, Posts)}
    assert roles == set(PARTNER_ROLES)
    assert sum(v.posts for v in levers if isinstance(v, Posts)) == 16
    (opening,) = (v for v in levers if isinstance(v, Open))
    assert (opening.teams, opening.every_days) == (4, 30)
    assert sum(v.pounds for v in levers if isinstance(v, Funding)) == 1_081_000 + 992_000


def test_the_claims_are_those_of_the_papers(bury):
    by = {(c.scenario, c.kind, c.by, c.basis): c.target for c in bury.claims}
    assert by[("edge of care", "children", "2026-03-31", "gross")] == 24
    assert by[("edge of care", "pounds", "2024/25", "gross")] == 506_000
    assert by[("edge of care", "pounds", "2025/26", "net")] == 1_200_000
    assert by[("family safeguarding", "children", "2025-03-31", "gross")] == 26
    assert by[("family safeguarding", "pounds", "2024/25", "net")] == 587_000
    assert by[("family safeguarding", "pounds", "2025/26", "gross")] == 1_175_000
    assert by[("both", "children", "2026-03-31", "gross")] == 24 + 26
    assert by[("both", "pounds", "2025/26", "gross")] == 1_200_000 + 1_175_000


def test_what_was_observed_adds_up(bury):
    seen = bury.observed
    for day in ("2021-03-31", "2022-03-31", "2023-03-31", "2024-03-31", "2025-03-31"):
        bands = [v for label, v in seen["children looked after by age"].items() if label.startswith(day)]
        assert sum(bands) == seen["children looked after"][day]
    for year in ("2020/21", "2021/22", "2022/23", "2023/24", "2024/25"):
        bands = [v for label, v in seen["entries by age"].items() if label.startswith(year)]
        assert sum(bands) == seen["entries"][year]
    opening = bury.parameters["care.opening"].central
    assert isinstance(opening, dict)
    assert sum(opening.values()) == seen["children looked after"]["2023-03-31"]


def test_the_centre_of_the_edge_of_care_effect_lies_in_neither_arm(bury):
    p = bury.parameters["effects.edge_of_care.entry"]
    assert all(not arm.low <= p.central <= arm.high for arm in p.arms)


def test_services_open_at_baseline_are_changed_by_no_proposal(bury):
    for name in ("edge of care", "family safeguarding", "both"):
        assert not {lever.service for lever in bury.scenario(name).levers} & set(BASELINE)


def test_edge_of_care_is_mentored_in_july_2023(bury):
    (mentoring,) = (v for v in bury.scenario("edge of care").levers if isinstance(v, Mentoring))
    assert mentoring.complete == dt.date(2023, 7, 31)


@pytest.mark.parametrize("name", ["edge of care", "family safeguarding", "both"])
def test_the_price_of_vacancies_is_read_beside_each_proposal(bury, name):
    filled = bury.scenario(f"{name}, every post filled")
    assert filled.against == name
    (more,) = filled.levers - bury.scenario(name).levers
    assert isinstance(more, Recruitment)
    assert (more.at_once, more.service, more.role) == (True, "", "")


def test_a_study_warns_that_pay_before_its_first_day_is_not_counted(bury):
    told = [warning for warning in bury.warnings if warning != STALE]  # a test of its own
    assert len(told) == len(PARTNER_ROLES)
    assert all("pay before that day is not counted" in warning for warning in told)


def test_each_what_if_is_both_services_and_one_thing_more(bury, what_ifs):
    assert what_ifs.parameters == bury.parameters
    assert what_ifs.scenario("both") == bury.scenario("both")
    both = bury.scenario("both").levers
    others = [s for s in what_ifs.scenarios.values() if s.against == "both"]
    assert len(others) == 17
    for one in others:
        extra = one.levers - both
        if one.name == "specialists let go after two years":
            assert {v.end for v in extra} == {dt.date(2025, 3, 1)}
            assert {v.role for v in extra} == set(PARTNER_ROLES)
            assert len(one.levers) == len(both)
        else:
            assert both < one.levers
            assert len(extra) == (2 if one.name == "heavier caseloads" else 1), one.name


def test_the_what_ifs_are_what_they_are_called(what_ifs):
    def more(name: str) -> object:
        (lever,) = what_ifs.scenario(name).levers - what_ifs.scenario("both").levers
        return lever

    weeks = {name: more(name) for name in ("panel weekly", "panel every four weeks")}
    assert [v.every_days for v in weeks.values() if isinstance(v, Panel)] == [7, 28]
    larger, smaller = more("early help a quarter larger"), more("early help a quarter smaller")
    usual = what_ifs.parameters["staffing.early_help.posts.key_worker"].central
    assert (larger.posts, smaller.posts) == (usual * 1.25, usual * 0.75)
    assert more("four posts in ten never filled").never_filled == 0.4
    strategy = more("recruitment strategy")
    assert (strategy.success, strategy.service, strategy.role) == (1.3, "edge_of_care", "")
    order = more("conference before family safeguarding")
    assert (order.service, order.before) == ("family_safeguarding", "conference")
    changed = {s.name: {v for v in s.levers if isinstance(v, Change)} for s in what_ifs.scenarios.values()}
    heavier = changed.pop("heavier caseloads")
    roles = ("social_worker", "family_support_worker")
    assert {v.parameter for v in heavier} == {f"services.edge_of_care.families_per_post.{r}" for r in roles}
    assert {v.times for v in heavier} == {1.5}
    assert not any(changed.values())


def test_the_review_asks_for_what_the_paper_promises_by_then(what_ifs):
    reviewed = what_ifs.scenario("family safeguarding, reviewed after two years")
    (review,) = reviewed.levers - what_ifs.scenario("family safeguarding").levers
    assert isinstance(review, Review)
    claim = next(c for c in what_ifs.claims if c.id == "family-safeguarding-children-march-2025")
    assert (review.fewer, review.on.isoformat()) == (claim.target, claim.by)
    assert reviewed.against == "no change"
    funded = {v.year for v in reviewed.levers if isinstance(v, Funding)}
    assert funded == set(what_ifs.clock.years_over(review.on))
    assert review.ends == review.on + dt.timedelta(days=1)


def test_more_demand_is_compared_with_more_demand(what_ifs):
    higher = what_ifs.scenario("demand a tenth higher")
    beside = what_ifs.scenario(higher.against)
    (more,) = beside.levers
    assert isinstance(more, Demand)
    assert (more.times, more.end, beside.against) == (1.1, None, "no change")
    assert higher.levers - what_ifs.scenario("both").levers == {more}


def test_placements_with_kinship_keep_near_the_totals_of_the_first_day(bury):
    """Where 349 children would live if all were in first placements, against the return of 31 March 2023."""
    values = bury.values(0)
    bands = {"under 1": 12, "1-4": 57, "5-9": 65, "10-12": 56, "13-15": 73, "16-17": 86}
    living = dict.fromkeys(
        ("foster", "children's home", "supported accommodation", "with parents", "for adoption", "kinship"),
        0.0,
    )
    for band, children in bands.items():
        kin = values["care.kinship"][band]
        living["kinship"] += kin * children
        for home, part in values[f"care.placement.{band.replace(' ', '_').replace('-', '_')}"].items():
            name = "foster" if "foster" in home else home
            living[name] += (1 - kin) * part * children
    assert sum(living.values()) == pytest.approx(349)
    assert living["kinship"] == pytest.approx(50, abs=2)
    assert living["for adoption"] == pytest.approx(10, abs=1)
    assert living["foster"] + living["kinship"] == pytest.approx(223, rel=0.12)
    assert living["with parents"] == pytest.approx(46, rel=0.15)


def test_panel_and_consent_together_are_as_the_share_accepted_was(bury):
    values = bury.values(0)
    refused, consent = (values[f"services.edge_of_care.{name}"] for name in ("panel_refuses", "take_up"))
    assert (1 - refused) * consent == pytest.approx(0.85, abs=0.01)
