"""What a study warns of, with its consequence, and what scenarios are compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.study.scenario import Nerve, Scenario

SOURCE = {"source": "A paper."}
LEVERS = "scenarios.edge of care.levers"
OPEN = {"lever": "open", "service": "edge_of_care", "date": "@2023-06-01@", **SOURCE}


def posts(role: str, number: int = 3, start: str = "@2023-04-01@", service: str = "edge_of_care") -> dict:
    return {
        "lever": "posts",
        "service": service,
        "role": role,
        "posts": number,
        "start": start,
        **SOURCE,
    }


def warnings(draft: Any, levers: list[dict], **values: float) -> list[str]:
    """What is said about one scenario's levers; nothing of the made-up study's other scenarios."""
    draft.set(LEVERS, levers)
    draft.remove("scenarios.family safeguarding").remove("scenarios.both").set("claims", [])
    for name, value in values.items():
        draft.set(f"services.{name.replace('__', '.')}.value", value)
    return list(draft.load().warnings)


def test_a_sound_scenario_has_no_warnings(draft):
    assert warnings(draft, [OPEN, posts("social_worker")]) == []


def test_pay_before_the_study_is_warned_of_with_its_line(draft):
    (told,) = warnings(draft, [OPEN, posts("social_worker", start="@2023-03-01@")])
    assert told.startswith(draft.line(f"{LEVERS}[2]"))
    assert "the study starts on 2023-04-01; pay before that day is not counted" in told


def test_posts_that_are_taken_away_before_the_study_cost_nothing(draft):
    assert warnings(draft, [OPEN, posts("social_worker"), posts("manager", 0, "@2023-03-01@")]) == []


@pytest.mark.parametrize("levers", [[OPEN], [OPEN, posts("manager")], [OPEN, posts("social_worker", 0)]])
def test_a_service_without_anybody_who_holds_families_is_warned_of(draft, levers):
    (told,) = warnings(draft, levers)
    assert "'edge of care': edge of care opens with no post that holds a family" in told


def test_a_service_that_no_family_takes_up_is_warned_of(draft):
    (told,) = warnings(draft, [OPEN, posts("social_worker")], edge_of_care__take_up=0)
    assert "no family takes it up: it would cost money and do nothing" in told


def test_a_take_up_that_a_lever_raises_is_not(draft):
    raised = {
        "lever": "change",
        "parameter": "services.edge_of_care.take_up",
        "start": "@2023-06-01@",
        "to": 0.5,
        **SOURCE,
    }
    assert warnings(draft, [OPEN, posts("social_worker"), raised], edge_of_care__take_up=0) == []


def test_posts_that_hold_no_families_are_warned_of_only_if_all_do_not(draft):
    holds = {"edge_of_care__families_per_post.social_worker": 0}
    (told,) = warnings(draft, [OPEN, posts("social_worker")], **holds)
    assert "posts that hold no families: it would cost money and do nothing" in told
    draft.set(LEVERS, [OPEN, posts("social_worker"), posts("family_support_worker")])
    assert draft.load().warnings == ()


def test_criteria_that_leave_out_nearly_everybody_are_warned_of(draft):
    panel = {"lever": "panel", "start": "@2023-06-01@", "youngest": "16-17", **SOURCE}
    (told,) = warnings(draft, [OPEN, posts("social_worker"), panel])
    assert "no crisis of a child under 16 would reach Edge of Care" in told


def test_a_conference_first_that_no_family_takes_up_is_warned_of(draft):
    panel = {"lever": "panel", "start": "@2023-06-01@", "earlier_help": "conference first", **SOURCE}
    levers = [OPEN, posts("social_worker"), panel]
    (told,) = warnings(draft, levers, family_group_conference__take_up=0)
    assert "no family takes up a conference, so none would reach Edge of Care" in told


def test_a_coordinator_whom_a_lever_funds_makes_a_conference_first_possible(draft):
    draft.set("staffing.family_group_conference.posts.coordinator.value", 0)
    panel = {"lever": "panel", "start": "@2023-06-01@", "earlier_help": "conference first", **SOURCE}
    funded = posts("coordinator", 1, service="family_group_conference")
    assert warnings(draft, [OPEN, posts("social_worker"), panel, funded]) == []


def test_safeguarding_posts_may_change_though_they_do_not_work_in_the_new_way(draft):
    more = posts("social_worker", 30, service="family_safeguarding")
    failing = {
        "lever": "recruitment",
        "service": "family_safeguarding",
        "role": "social_worker",
        "start": "@2023-04-01@",
        "delay_days": 30,
        **SOURCE,
    }
    assert warnings(draft, [more, failing]) == []


def test_a_scenario_is_compared_with_no_change_unless_it_says_otherwise(draft):
    study = draft.set("scenarios.both.against", "edge of care").load()
    assert {name: s.against for name, s in study.scenarios.items()} == {
        "no change": "no change",
        "edge of care": "no change",
        "family safeguarding": "no change",
        "both": "edge of care",
    }


def test_what_a_scenario_is_compared_with_is_in_the_digest_and_not_in_its_content(draft):
    plain = draft.load()
    compared = draft.set("scenarios.both.against", "edge of care").load()
    assert compared.scenario("both") == plain.scenario("both")
    assert compared.digest != plain.digest


def test_united_scenarios_keep_a_comparison_only_when_they_agree():
    def one(name: str, against: str, times: float) -> Scenario:
        lever = Nerve(
            times=times, start=dt.date(2023, 4 + int(times), 1), end=dt.date(2023, 5 + int(times), 1)
        )
        return Scenario(name=name, levers=frozenset({lever}), against=against)

    a, b, c = one("a", "x", 1), one("b", "x", 2), one("c", "y", 3)
    assert (a & b).against == "x"
    assert (a & c).against == (c & a).against == "no change"
    assert ((a & b) & c).against == (a & (b & c)).against == "no change"


def test_scenarios_may_be_written_in_any_order_and_come_after_those_they_combine(draft):
    scenarios = draft.document["scenarios"]
    draft.document["scenarios"] = {name: scenarios[name] for name in reversed(scenarios)}
    study = draft.load()
    assert list(study.scenarios) == ["no change", "edge of care", "family safeguarding", "both"]
