"""What a study warns of, with its consequence, and what scenarios are compared with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sim.study.catalogue import HEARD_BY
from sim.study.scenario import Nerve, Scenario

SOURCE = {"source": "A paper."}
LEVERS = "scenarios.edge of care.levers"
OPEN = {"lever": "open", "service": "edge_of_care", "date": "@2023-06-01@", **SOURCE}
TRAINED = {"lever": "training", "service": "edge_of_care", "complete": "@2023-05-31@", **SOURCE}
TEAM = "family_safeguarding"


def posts(role: str, number: float = 3, start: str = "@2023-04-01@", service: str = "edge_of_care") -> dict:
    return {
        "lever": "posts",
        "service": service,
        "role": role,
        "posts": number,
        "start": start,
        **SOURCE,
    }


def panel(**more: Any) -> dict:
    return {"lever": "panel", "start": "@2023-06-01@", **more, **SOURCE}


def warnings(draft: Any, levers: list[dict], *, trained: bool = True, **values: float) -> list[str]:
    """What is said about one scenario's levers, with trained staff; nothing of the made-up study's others."""
    draft.set(LEVERS, [*levers, TRAINED] if trained and OPEN in levers else levers)
    others = [name for name in draft.document["scenarios"] if name != "edge of care"]
    for name in others:
        draft.remove(f"scenarios.{name}")
    draft.set("claims", [])
    for name, value in values.items():
        draft.set(f"services.{name.replace('__', '.')}.value", value)
    return list(draft.load().warnings)


def test_a_sound_scenario_has_no_warnings(draft):
    assert warnings(draft, [OPEN, posts("social_worker")]) == []


def test_a_first_day_in_a_placement_that_no_age_enters_is_warned_of(draft):
    draft.set("care.opening_placement.value.for adoption", 3)
    (told,) = warnings(draft, [OPEN, posts("social_worker")])
    assert "care.opening_placement has children in 'for adoption', where no age is placed" in told


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
    draft.set(LEVERS, [OPEN, posts("social_worker"), posts("family_support_worker"), TRAINED])
    assert draft.load().warnings == ()


def test_criteria_that_leave_out_nearly_everybody_are_warned_of(draft):
    asked = panel(youngest="16-17")
    (told,) = warnings(draft, [OPEN, posts("social_worker"), asked])
    assert "no crisis of a child under 16 would reach Edge of Care" in told


def test_a_conference_first_that_no_family_takes_up_is_warned_of(draft):
    levers = [OPEN, posts("social_worker"), panel(earlier_help="conference first")]
    study, lever = warnings(draft, levers, family_group_conference__take_up=0)
    assert "no family takes up a conference, so its posts are paid for and do nothing" in study
    assert "no family takes up a conference, so asking for one only costs time" in lever


def test_a_coordinator_whom_a_lever_funds_makes_a_conference_first_possible(draft):
    draft.set("staffing.family_group_conference.posts.coordinator.value", 0)
    asked = panel(earlier_help="conference first")
    funded = posts("coordinator", 1, service="family_group_conference")
    assert warnings(draft, [OPEN, posts("social_worker"), asked, funded]) == []


def order(service: str, before: str) -> dict:
    return {"lever": "order", "service": service, "before": before, "start": "@2023-06-01@", **SOURCE}


def test_an_order_that_asks_for_a_conference_needs_a_coordinator(draft):
    draft.set("staffing.family_group_conference.posts.coordinator.value", 0)
    draft.set(LEVERS, [OPEN, TRAINED, posts("social_worker"), order("edge_of_care", "conference")])
    (fault,) = draft.faults()
    assert "sends families without earlier help to a conference first" in fault.message


def test_an_order_of_what_there_is_none_of_is_warned_of(draft):
    draft.set("staffing.family_group_conference.posts.coordinator.value", 0)
    opened = {"lever": "open", "service": TEAM, "date": "@2023-06-01@", **SOURCE}
    trained = {"lever": "training", "service": TEAM, "complete": "@2023-05-31@", **SOURCE}
    told = warnings(draft, [opened, trained, order("family_group_conference", TEAM)])
    assert [one for one in told if "no conference to put in order" in one]
    draft.set("staffing.family_group_conference.posts.coordinator.value", 2)
    told = warnings(draft, [opened, trained, order("family_group_conference", TEAM)])
    assert not [one for one in told if "order" in one]


def test_an_order_of_a_service_that_is_not_open_has_no_use(draft):
    draft.set(LEVERS, [OPEN, TRAINED, posts("social_worker"), order("family_group_conference", TEAM)])
    (fault,) = draft.faults()
    assert "expected an 'open' lever for it" in fault.message


def test_an_order_that_the_service_does_not_know_is_refused(draft):
    draft.set(LEVERS, [OPEN, TRAINED, posts("social_worker"), order("family_safeguarding", "early_help")])
    (fault,) = draft.faults()
    assert "early_help" in fault.message


@pytest.mark.parametrize("service", ["early_help", "family_group_conference"])
def test_a_service_of_no_change_that_nobody_takes_up_is_warned_of_once(draft, service):
    name = f"services.{service}.take_up"
    (told,) = warnings(draft, [OPEN, posts("social_worker")], **{f"{service}__take_up": 0})
    assert told.startswith(f"{draft.line(name)}: {name} is 0: no family takes up")
    assert "with no change as well, unless a lever raises it" in told


def test_a_service_without_training_is_warned_of(draft):
    (told,) = warnings(draft, [OPEN, posts("social_worker")], trained=False)
    assert "opens without a 'training' lever" in told
    assert "its work would have no effect of its own" in told


def crises_of(draft: Any, heard: float, after_entry: float) -> list[str]:
    draft.set("services.edge_of_care.heard.value", dict.fromkeys(HEARD_BY, heard))
    return warnings(draft, [OPEN, posts("social_worker")], edge_of_care__heard_after_entry=after_entry)


def test_an_edge_of_care_team_that_hears_of_nobody_is_warned_of(draft):
    (nothing,) = crises_of(draft, 0, 0)
    assert "hears of no crisis: it would cost money and do nothing" in nothing
    (some,) = crises_of(draft, 0, 0.5)
    assert "it would work only with children already in care" in some
    draft.set("services.edge_of_care.heard.value", dict.fromkeys(HEARD_BY, 0) | {"closed": 0.1})
    assert draft.load().warnings == ()


def test_a_panel_that_refuses_everybody_is_warned_of(draft):
    (told,) = warnings(draft, [OPEN, posts("social_worker")], edge_of_care__panel_refuses=1)
    assert "the panel refuses every referral: a meeting would accept no family" in told
    assert warnings(draft, [OPEN, posts("social_worker")], edge_of_care__panel_refuses=0.99) == []


@pytest.mark.parametrize(
    ("levers", "said"),
    [
        ([], []),
        ([panel(every_days=28)], []),
        ([panel(every_days=35)], ["35 days apart: about 20 in 100 crises"]),
        ([panel(every_days=56)], ["56 days apart: about 50 in 100 crises"]),
        ([panel(every_days=56, emergency=True)], []),
        ([panel(every_days=56), panel(start="@2024-06-01@", every_days=7)], ["56 days apart"]),
        ([panel(every_days=56, start="@2023-05-01@"), panel(every_days=7)], []),
    ],
)
def test_meetings_further_apart_than_a_crisis_lasts_are_warned_of(draft, levers, said):
    draft.set("routes.window_days.value", 28).set("services.edge_of_care.panel_every_days.value", 7)
    told = warnings(draft, [OPEN, posts("social_worker"), *levers])
    assert len(told) == len(said)
    assert all(part in one for part, one in zip(said, told, strict=True))


def test_a_usual_interval_longer_than_a_crisis_is_warned_of_until_the_team_opens_with_another(draft):
    draft.set("routes.window_days.value", 28).set("services.edge_of_care.panel_every_days.value", 112)
    (told,) = warnings(draft, [OPEN, posts("social_worker")])
    assert "services.edge_of_care.panel_every_days: a crisis lasts 28 days" in told
    assert "about 75 in 100 crises would be over before the panel meets" in told
    assert warnings(draft, [OPEN, posts("social_worker"), panel(every_days=7)]) == []


def safeguarding(*more: dict) -> list[dict]:
    """Family Safeguarding as a scenario opens it, with trained staff."""
    return [
        OPEN | {"service": TEAM},
        TRAINED | {"service": TEAM},
        posts("social_worker", service=TEAM),
        *more,
    ]


def test_family_safeguarding_for_parents_without_needs_is_warned_of(draft):
    assert warnings(draft, safeguarding()) == []
    for need in ("domestic_abuse", "mental_health"):
        draft.set(f"family.{need}.value", 0)
    assert draft.load().warnings == ()
    (told,) = draft.set("family.substance_misuse.value", 0).load().warnings
    assert "no parent has a need: no family would be eligible" in told


def test_specialists_who_hold_no_families_are_warned_of_where_they_are_funded(draft):
    none = {f"{TEAM}__families_per_post.mental_health_worker": 0}
    assert warnings(draft, safeguarding(posts("substance_worker", service=TEAM)), **none) == []
    (told,) = warnings(draft, safeguarding(posts("mental_health_worker", service=TEAM)), **none)
    assert "a mental health worker holds no families" in told
    assert "families would wait for them in vain" in told


def test_a_part_time_post_without_a_place_for_a_family_is_told(draft):
    each = {"edge_of_care__families_per_post__social_worker": 4}
    for number in (0.13, 3.13, 3.5):
        assert warnings(draft, [OPEN, posts("social_worker", number)], **each) == []
    (told,) = warnings(draft, [OPEN, posts("social_worker", 3.12)], **each)
    assert "'3.12 social_worker posts in edge_of_care from 2023-04-01'" in told
    assert "the part-time post, 0.12 of full time, has no place for a family" in told
    assert "0.12 of the 4 that a full-time social worker holds at once is less than half a family" in told
    assert told.endswith("it would cost money and hold none")
    # The fractions of the posts before it may make one up: 4.4 and 0.44 are four, 8.8 and 0.44 are nine.
    each = {"edge_of_care__families_per_post__social_worker": 4.4}
    assert len(warnings(draft, [OPEN, posts("social_worker", 1.1)], **each)) == 1
    assert warnings(draft, [OPEN, posts("social_worker", 2.1)], **each) == []
    # Nor is a manager's post for families.
    assert warnings(draft, [OPEN, posts("social_worker"), posts("manager", 0.1)], **each) == []


def test_a_part_time_post_of_every_scenario_is_told_once(draft):
    draft.set("services.early_help.families_per_post.key_worker.value", 4)
    draft.set("staffing.early_help.posts.key_worker.value", 2.1)
    (told,) = warnings(draft, [OPEN, posts("social_worker")])
    assert "staffing.early_help.posts.key_worker: the part-time post, 0.1 of full time" in told


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
