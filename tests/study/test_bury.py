"""The Bury study loads, rests on sources throughout, and says what the two papers say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sim.study.catalogue import BASELINE, CATALOGUE
from sim.study.config import Study, load_study
from sim.study.scenario import Funding, Posts

CONFIG = Path(__file__).parents[2] / "configs" / "bury.yaml"


@pytest.fixture(scope="module")
def bury() -> Study:
    return load_study(CONFIG)


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
    assert list(bury.scenarios) == ["no change", "edge of care", "family safeguarding", "both"]
    both = bury.scenario("edge of care & family safeguarding")
    assert both == bury.scenario("both")
    assert bury.scenario("edge of care").opens("edge_of_care") == dt.date(2023, 6, 1)
    posts = [(v.role, v.posts) for v in both.levers if isinstance(v, Posts) and v.service == "edge_of_care"]
    assert sorted(posts) == [("family_support_worker", 3), ("manager", 1), ("social_worker", 3)]


def test_family_safeguarding_brings_no_social_workers(bury):
    levers = bury.scenario("family safeguarding").levers
    roles = {v.role for v in levers if isinstance(v, Posts)}
    assert roles == {"specialist"}
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


def test_services_open_at_baseline_are_changed_by_no_lever(bury):
    for scenario in bury.scenarios.values():
        assert not {lever.service for lever in scenario.levers} & set(BASELINE)
