"""A claim watched month by month in made-up worlds: what is met is known, and so is what tells."""

import json

import numpy as np
import pytest

from sim.results.economics import money
from sim.results.estimates import Results
from sim.results.monthly_figures import Seen, figures, last
from sim.results.watching import Believed, early_signs, gain_of
from tests.made_up import blank, bury, put

EDGE = "edge of care"
TWIN = f"{EDGE}, every post filled"
SCENARIOS = ("no change", EDGE, TWIN)
DRAWS = 40
ENDS = [end for end, _ in bury().clock.month_ends]
DUE = "2026-03-31"
CLAIM = "edge-of-care-children-march-2026"
GOOD = np.arange(DRAWS) // 2 % 2 == 0
"""Draws in which the service works, as many in each half."""


def world(gain: np.ndarray, begun: np.ndarray, *, filled: float = 0.0, luck: int = 20) -> Results:
    """350 children with no change; so many fewer with Edge of Care, some more with posts filled; families
    begun there each month from June 2023 on."""
    results = blank(DRAWS, 1, SCENARIOS)
    chance = np.random.default_rng(5).integers(-luck, luck, (DRAWS, len(ENDS))).astype(float)
    for place, end in enumerate(ENDS):
        level = 350.0 + chance[:, [place]]
        put(results, "no change", "children looked after", end, level)
        put(results, EDGE, "children looked after", end, level - gain[:, None])
        put(results, TWIN, "children looked after", end, level - gain[:, None] - filled)
        for name in (EDGE, TWIN):
            put(results, name, "posts funded", end, 3.0, "edge of care|social worker")
            put(results, name, "posts vacant", end, 1.5 * (name == EDGE), "edge of care|social worker")
            if place >= 2:
                put(results, name, "started in month", end, begun[:, None], EDGE)
    return results


@pytest.fixture(scope="module")
def told() -> dict:
    gain, begun = np.where(GOOD, 26.0, 2.0), np.where(GOOD, 4.0, 3.0)
    return early_signs([Believed(evidence="central", results=world(gain, begun))], DRAWS, 1)


def claim(found: dict, name: str = CLAIM, posts: str = "as_they_are") -> dict:
    return next(one for one in found["claims"] if one["id"] == name)[posts]


def test_the_figure_that_tells_is_found_in_the_month_it_begins_to(told: dict) -> None:
    found = claim(told)
    assert (found["futures"], found["met"], found["share"], found["met_share"]) == (40, 20, 1.0, 20)
    assert found["met_by_world"] == {"central": 0.5}
    first = found["sign"]
    assert first["figure"] == "families begun in Edge of Care since the start"
    assert (first["month"], first["threshold"], first["above"]) == ("2023-06-30", 4.0, False)
    assert (first["false_comfort"], first["false_alarm"]) == (0.0, 0.0)
    assert claim(told, posts="filled")["sign"] == first
    assert found["best"]["false_comfort"] == 0.0


def test_the_obvious_figure_is_judged_in_the_same_month(told: dict) -> None:
    obvious = claim(told)["obvious"]
    assert (obvious["figure"], obvious["month"]) == ("children looked after", "2023-06-30")
    # 24 fewer of a level that luck moves by 20 either way: it misleads, one way or the other.
    assert max(obvious["false_comfort"], obvious["false_alarm"]) > 0.1


def test_a_picture_has_the_obvious_figure_and_the_one_that_tells(told: dict) -> None:
    first, second = claim(told)["picture"]
    assert first["figure"] == "children looked after"
    assert second["met"][DUE] == {"p5": 136.0, "p50": 136.0, "p95": 136.0}
    assert second["missed"][DUE]["p50"] == 102.0
    assert list(first["met"]) == ENDS


def test_claims_of_scenarios_that_were_not_run_are_left_out(told: dict) -> None:
    assert {one["id"] for one in told["claims"]} == {one.id for one in bury().claims if one.scenario == EDGE}
    assert json.loads(json.dumps(told, allow_nan=False)) == told


def test_a_claim_met_nowhere_is_said_to_be_so_and_a_part_of_it_is_watched() -> None:
    begun = np.where(GOOD, 4.0, 3.0)
    found = claim(
        early_signs([Believed(evidence="central", results=world(np.where(GOOD, 8.0, 2.0), begun))], DRAWS, 1)
    )
    assert (found["met"], found["share"], found["met_share"]) == (0, 0.25, 20)
    nothing = claim(
        early_signs([Believed(evidence="central", results=world(np.zeros(DRAWS), begun))], DRAWS, 1)
    )
    assert (nothing["met"], nothing["share"], nothing["sign"], nothing["best"]) == (0, None, None, None)
    always = claim(
        early_signs([Believed(evidence="central", results=world(np.full(DRAWS, 30.0), begun))], DRAWS, 1)
    )
    assert (always["met"], always["share"], always["obvious"]) == (40, None, None)


def test_filling_posts_is_no_sign_by_construction() -> None:
    """Posts filled, the claim is always met, and never as they are. Taken together, the number of posts
    filled would tell success from failure without fault; apart, there is nothing to tell."""
    begun = np.full(DRAWS, 3.0)
    found = early_signs(
        [Believed(evidence="central", results=world(np.full(DRAWS, 2.0), begun, filled=28.0))], DRAWS, 1
    )
    as_they_are, filled = claim(found), claim(found, posts="filled")
    assert (as_they_are["met"], filled["met"]) == (0, DRAWS)
    assert (as_they_are["sign"], filled["sign"]) == (None, None)
    assert (as_they_are["share"], filled["share"]) == (None, None)


def test_worlds_in_which_a_figure_misleads_are_named() -> None:
    """A figure that is right in one world and, as often as it can be wrong there, in another."""
    works = world(np.full(DRAWS, 30.0), np.full(DRAWS, 4.0), luck=100)
    mixed = world(np.where(GOOD, 30.0, 2.0), np.full(DRAWS, 3.0), luck=100)
    worlds = [Believed(evidence="claimed", results=works), Believed(evidence="sceptical", results=mixed)]
    found = claim(early_signs(worlds, DRAWS, 1, level=0.34))
    # 40 meet it where 4 families a month begin, 20 of 40 where 3 do: below 4 warns of 20 of 60 that meet it.
    assert (found["met"], found["futures"]) == (60, 80)
    first = found["sign"]
    assert first["figure"] == "families begun in Edge of Care since the start"
    assert (first["threshold"], first["false_comfort"]) == (4.0, 0.0)
    assert first["false_alarm"] == pytest.approx(1 / 3, abs=1e-6)
    assert first["false_comfort_by_world"] == {"sceptical": 0.0}
    assert first["false_alarm_by_world"] == {"claimed": 0.0, "sceptical": 1.0}
    assert claim(early_signs(worlds, DRAWS, 1))["sign"] is None


def test_a_twin_saves_what_its_scenario_saves_and_what_its_posts_add() -> None:
    results = blank(2, 1, SCENARIOS)
    for name, days in zip(SCENARIOS, (7000.0, 6300.0, 5600.0), strict=True):
        put(results, name, "placement days", "2025/26", days, "agency foster")
    spent = money(results.study, results)
    pounds = next(one for one in bury().claims if one.id == "edge-of-care-pounds-2025-26-gross")
    gains = [
        gain_of(Seen(results=results, scenario=name, draws=2, runs=1), spent, pounds)
        for name in SCENARIOS[1:]
    ]
    assert gains[0] == pytest.approx(gains[1] / 2)
    assert (gains[0] > 0).all()


def test_flows_are_added_over_the_months_before() -> None:
    flow = np.array([[1.0, 2.0, 3.0, 4.0]])
    found = last(flow, 3)
    assert np.isnan(found[0, :2]).all()
    assert found[0, 2:].tolist() == [6.0, 9.0]


def test_what_a_council_counts() -> None:
    results = blank(2, 2, SCENARIOS)
    put(results, EDGE, "placed at month end", ENDS[0], 10.0, "children's home")
    put(results, EDGE, "places", ENDS[0], 8.0, EDGE)
    put(results, EDGE, "in use", ENDS[0], np.array([[4.0, 6.0], [8.0, 0.0]]), EDGE)
    spent = money(results.study, results)
    seen = Seen(results=results, scenario=EDGE, draws=2, runs=2)
    found = {one.name: one for one in figures(seen, spent, EDGE)}
    assert next(iter(found)) == "children looked after"
    assert found["of the places in Edge of Care in use"].values[:, 0].tolist() == [50, 75, 100, 0]
    assert found["children in children’s homes"].values[:, 0].tolist() == [10] * 4
    bill = found["spent on placements since the start"].values
    prices = spent.prices["prices.childrens_home"]["2023/24"] * spent.prices["price_level.childrens_home"]
    exact = 10 * 30 / 7 * prices[1:].repeat(2)
    assert np.abs(bill[:, 0] - exact).max() <= 25_000  # to the nearest £50,000
    assert (bill[:, -1] == bill[:, 0]).all()
    assert not any("Family Safeguarding" in name for name in found)
