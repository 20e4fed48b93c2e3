"""The parts of summary.json beyond levels and savings, from a few numbers put in by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from sim.model.terms import TEAM_KEYS
from sim.results.activity import short_of
from sim.results.cohorts import NOTE
from sim.results.estimates import Results, baseline
from sim.results.practice import twin
from sim.results.summary import summary
from sim.results.waterfall import concerned
from sim.study.config import Study
from sim.study.levers import Change, Lever, Nerve, Recruitment
from tests.made_up import FIXED_PRICES, blank, bury, made_up, put

LAST = "2026-03-31"
YEARS = ("2023/24", "2024/25", "2025/26")
EDGE = "edge of care"
SCENARIOS = ("no change", EDGE)
PLACED = "placement days avoided by service"
UNITS = ("child-years", "pounds")


def run(runs: int = 1, scenarios: tuple[str, ...] = SCENARIOS, study: Study | None = None) -> Results:
    return blank(2, runs, scenarios, (study or bury()).replace(FIXED_PRICES))


def found(results: Results) -> dict:
    return summary(results.study, results)


def test_a_waterfall_says_which_steps_are_families_and_which_are_children() -> None:
    results = run()
    for year, cell, number in (
        ("2023/24", "13-15|breakdown", 20.0),
        ("2024/25", "10-12|special guardianship breakdown", 3.0),
        ("2025/26", "under 1|court", 30.0),
        ("2025/26", "under 1|no warning", 7.0),
    ):
        put(results, "no change", "entries", year, number, cell)
    for measure, number in (("offered", 15.0), ("accepted", 12.0), ("started", 10.0), ("begun in time", 9.0)):
        put(results, EDGE, measure, "2024/25", number, EDGE)
    put(results, EDGE, "panel youngest", "whole", 3.0)
    put(results, EDGE, "averted by service", "whole", 4.0, EDGE)
    put(results, EDGE, "delayed by service", "whole", 2.0, EDGE)
    # Six child-years less in families that Edge of Care served, of ten in all; 400 days in a home, of 1,000.
    put(results, EDGE, "days avoided by service", "whole", 6 * 365.25, EDGE)
    put(results, EDGE, PLACED, "2024/25", 400.0, f"{EDGE}|children's home")
    put(results, EDGE, PLACED, "2024/25", 6 * 365.25 - 400, f"{EDGE}|own foster")
    put(results, "no change", "placement days", "2024/25", 1000.0, "children's home")
    put(results, "no change", "placement days", "2023/24", 10 * 365.25 - 1000, "own foster")
    waterfall = found(results)["waterfall"][EDGE]
    # The proposal has no lever on the other services.
    assert list(waterfall) == [EDGE]
    steps = [(one["step"], one["unit"], one["value"]["mean"]) for one in waterfall[EDGE]]
    assert steps == [
        ("starts in care", "children", 60),
        ("reachable", "children", 23),
        ("referred", "families", 15),
        ("accepted", "families", 12),
        ("begun", "families", 10),
        ("begun in time", "families", 9),
        ("kept at home for a time", "children", 6),
        ("still at home at the end", "children", 4),
        ("child-years", "child-years", 6),
        ("cashable pounds", "pounds", pytest.approx(750.0 * 400)),
        ("on other families", "child-years", 4),
        ("on other families", "pounds", pytest.approx(750.0 * 600)),
    ]


def test_reachable_are_children_old_enough_and_families_with_needs() -> None:
    results = run(scenarios=("no change", EDGE, "family safeguarding"))
    for cell, number in (("5-9|breakdown", 8.0), ("10-12|breakdown", 5.0), ("13-15|breakdown", 20.0)):
        put(results, "no change", "entries", "2024/25", number, cell)
    put(results, "no change", "entries", "2024/25", 30.0, "under 1|court")
    for route, number in (("breakdown", 4.0), ("court", 11.0), ("no warning", 9.0)):
        put(results, "no change", "entries of families with needs", "2024/25", number, route)
    # The panel hears of children from 10 in one draw, from 5 in the other.
    put(results, EDGE, "panel youngest", "whole", np.array([[3.0], [2.0]]))
    waterfall = found(results)["waterfall"]
    assert waterfall[EDGE][EDGE][1]["value"]["mean"] == (25 + 33) / 2
    assert list(waterfall["family safeguarding"]) == ["family safeguarding"]
    assert waterfall["family safeguarding"]["family safeguarding"][1]["value"]["mean"] == 15


def test_the_closing_steps_add_to_what_the_scenario_saves_whatever_the_numbers() -> None:
    results = made_up()
    part = summary(results.study, results)
    for name, by_service in part["waterfall"].items():
        assert by_service
        years = sum(
            part["placements"][base][year][home]["child_years"]["mean"] * sign
            for sign, base in ((1, "no change"), (-1, name))
            for year in YEARS
            for home in part["placements"][name][year]
        )
        for steps in by_service.values():
            last = {unit: [s["value"]["mean"] for s in steps[-4:] if s["unit"] == unit] for unit in UNITS}
            assert [len(one) for one in last.values()] == [2, 2]
            assert sum(last["child-years"]) == pytest.approx(years, abs=1e-3)
            cashable = part["saving_total"][name]["cashable"]["mean"]
            assert sum(last["pounds"]) == pytest.approx(cashable, abs=1e-3)


def test_a_waterfall_is_of_the_services_in_which_a_scenario_differs_from_its_baseline() -> None:
    study = bury()
    both, start = study.scenario("both"), study.clock.start

    def changed(*levers: Lever) -> list[str]:
        other = dataclasses.replace(both, name="other", levers=both.levers | set(levers), against="both")
        scenarios = {**study.scenarios, "other": other}
        results = run(scenarios=("both", "other"), study=dataclasses.replace(study, scenarios=scenarios))
        return sorted(concerned(results, "other"))

    assert changed() == []
    assert not set(changed(Nerve(times=0.9, start=start))) & set(TEAM_KEYS)
    take_up = "services.early_help.take_up"
    assert changed(Change(parameter=take_up, start=start, to=0.5)) == ["early_help"]
    assert len(changed(Recruitment(start=start, at_once=True))) == 4


def test_the_ledger_stands_beside_the_baseline() -> None:
    study = bury().replace({"prices.kinship": dict.fromkeys(YEARS, 70.0), "price_level.kinship": 1.0})
    results = run(study=study)
    put(results, "no change", "re-entries", "2024/25", 3.0)
    put(results, EDGE, "re-entries", "2024/25", 5.0)
    put(results, EDGE, "entries delayed", "2024/25", 2.0)
    put(results, EDGE, "emergency entries after diversion", "2024/25", 1.0)
    put(results, EDGE, "never reached", "2024/25", 6.0, "early help")
    put(results, EDGE, "placement days", "2024/25", 730.5, "kinship")
    put(results, "no change", "guardianship days", "2024/25", 365.25)
    part = found(results)
    level, more = part["safety"][EDGE]["2024/25"], part["safety_more"][EDGE]["2024/25"]
    assert level["re-entries"]["mean"] == 5
    assert level["entries delayed"]["mean"] == 2
    assert "entries delayed" not in more
    assert more["re-entries"]["mean"] == 2
    assert more["emergency entries after diversion"]["mean"] == 1
    assert more["early help never reached"]["mean"] == 6
    assert more["kinship child-years"]["mean"] == 2
    assert more["kinship pounds"]["mean"] == pytest.approx(7305)
    assert more["guardianship child-years"]["mean"] == -1
    assert more["guardianship pounds"]["mean"] == pytest.approx(-365.25 * 20)
    assert part["safety"]["no change"]["2024/25"]["re-entries"]["mean"] == 3
    assert "no change" not in part["safety_more"]


def test_a_cohort() -> None:
    results = run()
    put(results, EDGE, "entries", "2023/24", 6.0, "13-15|breakdown")
    put(results, EDGE, "entries", "2024/25", 2.0, "13-15|court")
    put(results, EDGE, "entries", "2024/25", 9.0, "13-15|unaccompanied")
    put(results, EDGE, "tried before", "whole", 2.0, "13-15|early help")
    put(results, EDGE, "tried before", "whole", 6.0, "13-15|nothing")
    put(results, EDGE, "edge starts", "whole", np.array([[4.0], [0.0]]), "13-15")
    put(results, EDGE, "edge wait days", "whole", np.array([[30.0], [0.0]]), "13-15")
    for served, number in (("edge of care", 3.0), ("neither", 1.0)):
        put(results, EDGE, "averted", "whole", number, f"13-15|{served}")
        put(results, EDGE, "days avoided", "whole", 100 * number, f"13-15|{served}")
    cohort = found(results)["cohorts"][EDGE]["13-15"]
    assert cohort["entries"]["breakdown"]["mean"] == 6
    # Of eight children: those who came alone are left out.
    assert cohort["tried_before"]["early help"] == 0.25
    assert cohort["tried_before"]["nothing"] == 0.75
    assert cohort["edge_wait_days"]["mean"] == 7.5
    assert cohort["averted"]["mean"] == 4
    assert cohort["days_avoided"]["mean"] == 400
    assert cohort["by_service"]["edge of care"]["averted"]["mean"] == 3
    assert cohort["by_service"]["both"]["averted"]["mean"] == 0
    empty = found(results)["cohorts"]["no change"]["under 1"]
    assert empty["tried_before"]["nothing"] is None
    assert empty["edge_wait_days"] is None
    assert "averted" not in empty


def test_small_groups_are_suppressed_on_both_sides() -> None:
    results = run()
    for group, before, after in (
        ("sex|girls", 9.0, 5.0),
        ("sex|boys", 6.0, 4.0),
        ("ethnicity|mixed", 4.9, 8.0),
    ):
        put(results, "no change", "looked after by group", LAST, before, group)
        put(results, EDGE, "looked after by group", LAST, after, group)
    part = found(results)["equality"]
    assert part["date"] == LAST
    assert part["note"] == NOTE
    after, before = part["scenarios"][EDGE], part["scenarios"]["no change"]
    girls = after["sex"]["girls"]["looked_after"]
    assert (girls["mean"], girls["suppressed"], girls["fewer"]["mean"]) == (5, False, 4)
    hidden = {"mean": None, "suppressed": True, "fewer": None}
    assert after["sex"]["boys"]["looked_after"] == hidden
    assert after["ethnicity"]["mixed"]["looked_after"] == hidden
    assert after["sex"]["girls"]["entries"] == hidden
    assert before["sex"]["boys"]["looked_after"] == {"mean": 6, "suppressed": False, "fewer": None}
    assert set(after) == {"age", "sex", "ethnicity", "disability"}


def test_panel_specialists_caseload_and_early_help() -> None:
    results = run()
    year = "2024/25"
    put(results, EDGE, "panel referred", year, 12.0)
    put(results, EDGE, "panel refused criteria", year, 2.0)
    put(results, EDGE, "panel crisis over", year, 3.0)
    put(results, EDGE, "panel referred by", year, 4.0, "pre-proceedings")
    put(results, EDGE, "panel decisions", year, 10.0)
    put(results, EDGE, "panel decision days", year, 45.0)
    put(results, EDGE, "crises not heard", year, 7.0)
    put(results, EDGE, "specialist asked", year, 8.0, "mental health worker")
    put(results, EDGE, "specialist started", year, 4.0, "mental health worker")
    put(results, EDGE, "specialist waited days", year, 60.0, "mental health worker")
    put(results, EDGE, "specialist never came", year, 3.0, "mental health worker")
    put(results, EDGE, "specialist places", LAST, 24.0, "mental health worker")
    put(results, EDGE, "caseload", LAST, 1.25)
    put(results, EDGE, "waiting", "2025-03-31", 24.0, "early help")
    put(results, "no change", "waiting", "2025-03-31", 12.0, "early help")
    put(results, EDGE, "step-downs asked", year, 3.0, "parenting support")
    put(results, EDGE, "step-downs asked", year, 2.0, "youth mentoring")
    part = found(results)
    panel = part["panel"][EDGE]
    assert panel[year]["referred"]["mean"] == 12
    assert panel[year]["refused_criteria"]["mean"] == 2
    assert panel[year]["days_to_decision"]["mean"] == 4.5
    assert panel["2023/24"]["days_to_decision"] is None
    assert panel[year]["crises_not_heard"]["mean"] == 7
    assert panel[year]["crisis_over"]["mean"] == 3
    assert panel[year]["referred_from_pre_proceedings"]["mean"] == 4
    assert panel[year]["referred_from_in_care"]["mean"] == 0
    worker = part["specialists"][EDGE]["mental health worker"]
    assert (worker["asked"]["mean"], worker["never_came"]["mean"]) == (8, 3)
    assert worker["waited_days"]["mean"] == 15
    # One month end of thirty-six, and of the twelve of its year.
    assert worker["places"]["mean"] == pytest.approx(24 / 36)
    assert worker["by_year"]["2025/26"]["places"]["mean"] == 2
    assert part["lines"][EDGE]["mental health worker"][LAST] == {"places": 24, "use": 0, "waiting": 0}
    assert part["lines"][EDGE]["key worker"]["2025-03-31"]["waiting"] == 24
    assert part["caseload"][EDGE][LAST]["mean"] == 1.25
    helped = part["early_help"][EDGE][year]
    assert (helped["waiting"]["mean"], helped["step_downs"]["mean"]) == (2, 5)
    kinds = [helped[kind]["mean"] for kind in ("parenting_support", "one_to_one_work", "youth_mentoring")]
    assert kinds == [3, 0, 2]
    assert helped["more"]["waiting"]["mean"] == 1
    assert "more" not in part["early_help"]["no change"][year]


def test_interruptions_placements_and_stability() -> None:
    results = run()
    for measure, number in (("interrupted", 4.0), ("given up", 1.0), ("interrupted days", 80.0)):
        put(results, EDGE, measure, "2024/25", number, "family safeguarding")
    put(results, EDGE, "posts absent", LAST, 2.0, "early help|key worker")
    put(results, EDGE, "placement days", "2024/25", 365.25, "kinship")
    put(results, EDGE, "placements broken down", "2024/25", 3.0, "kinship")
    for flow, number in (("offered", 5.0), ("accepted", 3.0), ("started", 2.0)):
        put(results, EDGE, f"placement stability {flow}", "2025/26", number)
    put(results, EDGE, "placement stability in use", LAST, 6.0)
    part = found(results)
    service = part["services"][EDGE]["family safeguarding"]
    assert [service[name]["mean"] for name in ("interrupted", "given_up", "interrupted_days")] == [4, 1, 80]
    assert part["staffing"][EDGE]["early help|key worker"][LAST]["absent"] == 2
    kin = part["placements"][EDGE]["2024/25"]["kinship"]
    assert (kin["child_years"]["mean"], kin["broken_down"]["mean"]) == (1, 3)
    later = part["placement_stability"][EDGE]["2025/26"]
    assert {name: one["mean"] for name, one in later.items()} == {
        "offered": 5, "accepted": 3, "started": 2, "use": 0.5}  # fmt: skip
    assert part["lines"][EDGE]["edge of care worker"][LAST]["placement_stability"] == 6
    assert part["services"][EDGE][EDGE]["by_year"]["2025/26"]["placement_stability"]["mean"] == 0.5
    assert "placement_stability" not in part["services"][EDGE]["early help"]


def test_places_held_are_those_of_both_kinds_of_work() -> None:
    results = run()
    put(results, EDGE, "in use", LAST, 12.0, EDGE)
    put(results, EDGE, "in use", LAST, 24.0, "early help")
    put(results, EDGE, "placement stability in use", LAST, 6.0)
    services = found(results)["services"][EDGE]
    assert services[EDGE]["by_year"]["2025/26"]["use"]["mean"] == 1.0
    assert services[EDGE]["by_year"]["2025/26"]["held"]["mean"] == 1.5
    assert services["early help"]["by_year"]["2025/26"]["held"]["mean"] == 2.0


def test_places_that_placement_stability_takes_are_in_use() -> None:
    names = ("places", "use", "waiting", "never_reached", "accepted")
    service = {name: {"mean": value} for name, value in zip(names, (10.0, 6.0, 2.0, 0.0, 9.0), strict=True)}
    assert short_of(service) == "referrals"
    assert short_of({**service, "placement_stability": {"mean": 1.0}}) == "neither"
    assert short_of({**service, "placement_stability": {"mean": 3.0}}) == "staff"


def with_twin() -> Study:
    """A study with Edge of Care beside a twin whose posts are all filled, and another that is no twin."""
    study = bury()
    edge = study.scenario(EDGE)
    start = study.clock.start
    filled = Recruitment(start=start, at_once=True)
    better = Recruitment(start=start, success=1.5)
    more = {
        name: dataclasses.replace(edge, name=name, levers=edge.levers | {lever}, against=EDGE)
        for name, lever in (("recruited", better), ("filled", filled))
    }
    return dataclasses.replace(study, scenarios={**study.scenarios, **more})


def test_what_vacancies_cost() -> None:
    results = run(scenarios=("no change", EDGE, "recruited", "filled"), study=with_twin())
    put(results, EDGE, "children looked after", LAST, 330.0)
    put(results, "filled", "children looked after", LAST, 327.0)
    put(results, EDGE, "placement days", "2024/25", 100.0, "children's home")
    put(results, "filled", "placement days", "2024/25", 20.0, "children's home")
    put(results, "filled", "post days permanent", "2024/25", 73.0, "edge of care|manager")
    part = found(results)
    assert list(part["vacancy"]) == [EDGE]
    lost = part["vacancy"][EDGE]
    assert lost["twin"] == "filled"
    assert lost["children"][LAST]["mean"] == 3
    assert lost["gross"]["2024/25"]["mean"] == pytest.approx(60_000)
    assert lost["net"]["2024/25"]["mean"] == pytest.approx(60_000 - 14_600)
    assert lost["net_total"]["mean"] == pytest.approx(60_000 - 14_600)
    # The twin is compared with the scenario whose vacancies it prices, not with no change.
    assert part["against"] == {EDGE: "no change", "recruited": EDGE, "filled": EDGE}
    assert part["difference"]["filled"][LAST]["mean"] == 3


def test_only_every_post_of_every_team_from_the_first_day_for_good_is_a_twin() -> None:
    study = with_twin()
    edge, start = study.scenario(EDGE), study.clock.start

    def found_with(**values: object) -> str | None:
        lever = Recruitment(**{"start": start, "at_once": True, **values})  # type: ignore[arg-type]
        other = dataclasses.replace(edge, name="filled", levers=edge.levers | {lever}, against=EDGE)
        changed = dataclasses.replace(study, scenarios={**study.scenarios, "filled": other})
        return twin(run(scenarios=("no change", EDGE, "filled"), study=changed), EDGE)

    day = dt.timedelta(days=1)
    assert found_with() == found_with(start=start - day) == "filled"
    for values in (
        {"service": "edge_of_care"},
        {"role": "manager"},
        {"start": start + day},
        {"end": start + 400 * day},
        {"delay_days": 30.0},
        {"at_once": False},
    ):
        assert found_with(**values) is None


def test_a_scenario_whose_baseline_was_not_run_is_compared_with_nothing() -> None:
    results = run(scenarios=("no change", "filled"), study=with_twin())
    assert baseline(results.study, results.scenarios, "filled") is None
    part = found(results)
    for key in ("against", "difference", "saving", "waterfall", "safety_more", "vacancy"):
        assert part[key] == {}
    assert "filled" in part["children_looked_after"]


def test_overlap_needs_one_baseline() -> None:
    study = bury()
    changed = dataclasses.replace(study.scenario("both"), against=EDGE)
    other = dataclasses.replace(study, scenarios={**study.scenarios, "both": changed})
    names = ("no change", EDGE, "family safeguarding", "both")
    assert found(run(scenarios=names))["overlap"] is not None
    apart = run(scenarios=names, study=other)
    assert found(apart)["overlap"] is None
    with pytest.raises(KeyError, match="one and the same scenario"):
        apart.overlap(EDGE, "family safeguarding")
