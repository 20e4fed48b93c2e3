"""summary.json: claims, signs, averages, overlap, and that it is plain JSON."""

import dataclasses
import json

import numpy as np
import pytest

from sim.foundations.randomness import parameter_quantile
from sim.results.activity import short_of
from sim.results.estimates import estimate
from sim.results.summary import child_years, summary
from tests.made_up import PAIR, SCENARIOS, blank, bury, made_up, put

LAST = "2026-03-31"


@pytest.fixture(scope="module")
def found() -> dict:
    return summary(bury(), made_up())


def test_it_is_plain_json(found: dict) -> None:
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["schema"] == 2


def test_it_holds_every_branch(found: dict) -> None:
    assert set(found) == {
        "schema", "study", "authority", "seed", "draws", "runs", "engine", "evidence",
        "scenarios", "dates", "years",
        "children_looked_after", "difference", "difference_year_average", "saving", "saving_total", "money",
        "cost_lines", "cost_lines_total", "claims", "papers", "overlap", "services", "staffing", "entries",
        "exits", "plans", "safety",
        "central", "quality", "variance", "arms", "check", "observed",
        "against", "lines", "specialists", "panel", "caseload", "early_help", "reviews", "vacancy",
        "placements",
        "placement_stability", "waterfall", "safety_more", "cohorts", "equality",
    }  # fmt: skip
    assert found["dates"][-1] == LAST
    assert list(found["difference"]) == list(SCENARIOS[1:])
    assert list(found["services"]["both"]["edge of care"]["by_year"]) == found["years"]


def test_fewer_children_is_positive(found: dict) -> None:
    results = made_up()
    before = results.series("no change", "children looked after", LAST)
    after = results.series("both", "children looked after", LAST)
    assert found["difference"]["both"][LAST] == estimate(before - after).as_dict()
    assert found["difference"]["both"][LAST]["mean"] > 0


def test_the_year_average_is_counted_in_child_years() -> None:
    results = blank()
    put(results, "no change", "placement days", "2024/25", 730.0, "own foster")
    put(results, "both", "placement days", "2024/25", 182.5, "children's home")
    assert (child_years(results, "no change", "2024/25") == 2.0).all()
    put(results, "no change", "placement days", "2023/24", 366.0, "with parents")
    assert (child_years(results, "no change", "2023/24") == 1.0).all()
    found = summary(bury(), results)["difference_year_average"]["both"]
    assert found["2024/25"]["mean"] == 1.5


def test_a_claim_met_exactly_is_met() -> None:
    claim = next(one for one in bury().claims if one.kind == "children" and one.by == LAST)
    results = blank(2, 2)
    put(results, "no change", "children looked after", LAST, 200.0)
    after = 200 - claim.target + np.array([[0.0, 1.0], [0.0, -3.0]])
    put(results, claim.scenario, "children looked after", LAST, after)
    found = next(one for one in summary(bury(), results)["claims"] if one["id"] == claim.id)
    assert found["chance"] == 0.75
    assert found["error"] == 0.25
    assert found["at_most"] is None
    assert found["mean"] == claim.target + 0.5
    assert found["p50"] == claim.target


def test_a_claim_never_met_says_what_could_be_missed() -> None:
    found = summary(bury(), blank(19, 2))["claims"]
    assert len(found) == len(bury().claims)
    assert {one["chance"] for one in found} == {0.0}
    assert found[0]["at_most"] == pytest.approx(1 - 0.05 ** (1 / 19), abs=1e-6)


def test_net_claims_are_scored_after_costs() -> None:
    pounds = next(one for one in bury().claims if one.kind == "pounds" and one.scenario == PAIR[0])
    both = [dataclasses.replace(pounds, id=basis, basis=basis) for basis in ("gross", "net")]
    study = dataclasses.replace(bury(), claims=tuple(both))
    results = made_up()
    gross, net = summary(study, results)["claims"]
    saving = summary(study, results)["saving"][PAIR[0]][pounds.by]
    assert gross["p50"] == saving["gross"]["p50"]
    assert net["p50"] == saving["net"]["p50"]


def test_lines_of_cost_add_up_over_the_years(found: dict) -> None:
    for name, lines in found["cost_lines_total"].items():
        for line, whole in lines.items():
            by_year = [one[line]["mean"] for one in found["cost_lines"][name].values()]
            assert whole["mean"] == pytest.approx(sum(by_year), abs=1e-5)
    staff = {name: lines["staff"]["mean"] for name, lines in found["cost_lines_total"].items()}
    assert any(staff.values())


def test_what_the_papers_name_as_risk_is_kept_with_the_figures(found: dict) -> None:
    blank_ones = [paper["name"] for paper in found["papers"] if not paper["mitigation"]]
    assert blank_ones == ["Family Safeguarding Implementation"]
    assert found["papers"][0]["mitigation"] == "a new communication and recruitment strategy"


def test_overlap_adds_up(found: dict) -> None:
    for part in (found["overlap"]["children"], *found["overlap"]["pounds"].values()):
        alone = sum(part[name]["alone"]["mean"] for name in PAIR)
        assert part["overlap"]["mean"] == pytest.approx(alone - part["together"]["mean"], abs=1e-5)
    assert found["overlap"]["both"] == "both"


def test_entries_by_route_and_by_age_are_the_same_children(found: dict) -> None:
    results = made_up()
    for year, part in found["entries"]["both"].items():
        routes = sum(one["mean"] for one in part["by_route"].values())
        assert routes == pytest.approx(sum(one["mean"] for one in part["by_cohort"].values()))
        assert part["all"]["mean"] == pytest.approx(results.series("both", "entries", year).mean(), abs=1e-6)


def test_each_draw_believes_one_arm(found: dict) -> None:
    for name, arms in found["arms"].items():
        assert sum(arm["draws"] for arm in arms) == 6
        first = [parameter_quantile(bury().seed, draw, name) < arms[0]["weight"] for draw in range(1, 7)]
        assert arms[0]["draws"] == sum(first)


def test_waits_are_days_for_each_family_that_started() -> None:
    results = blank(2, 1)
    service = {"group": "edge of care"}
    put(results, "both", "started", "2025/26", np.array([[4.0], [0.0]]), **service)
    put(results, "both", "waited days", "2025/26", np.array([[30.0], [0.0]]), **service)
    found = summary(bury(), results)["services"]["both"]
    assert found["edge of care"]["waited_days"]["mean"] == 7.5
    assert found["edge of care"]["by_year"]["2023/24"]["waited_days"] is None


@pytest.mark.parametrize(
    ("places", "use", "waiting", "missed", "answer"),
    [
        (20, 19, 3, 0, "staff"),
        (20, 18, 0, 6, "staff"),
        (20, 19, 0, 0, "neither"),
        (20, 15, 5, 0, "neither"),
        (20, 9, 0, 0, "referrals"),
        (0, 0, 9, 9, "closed"),
    ],
)
def test_short_of(places: float, use: float, waiting: float, missed: float, answer: str) -> None:
    numbers = {"places": places, "use": use, "waiting": waiting, "never_reached": missed, "accepted": 100}
    assert short_of({name: {"mean": value} for name, value in numbers.items()}) == answer


def test_one_scenario_alone_has_levels_and_no_claims() -> None:
    found = summary(bury(), blank(scenarios=("no change",)))
    assert found["claims"] == []
    assert found["overlap"] is None
    assert found["difference"] == {}
    assert found["central"]["no change"][LAST] == 0


def test_one_draw_has_no_error() -> None:
    found = summary(bury(), made_up(1, 2))
    assert found["claims"][0]["error"] is None
    assert found["variance"]["both"]["luck"] is None
    with pytest.raises(ValueError, match="at least one draw"):
        summary(bury(), blank(0, 1))


def test_sequences_that_ran_out_are_counted_in_draw_0_too() -> None:
    results = blank()
    results.data["both"][0, 0, results.index.position("exhausted", "whole")] = 2
    assert summary(bury(), results)["quality"]["exhausted"] == 2
