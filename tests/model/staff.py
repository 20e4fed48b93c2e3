"""Numbers of a made-up authority, round ones, for what scenarios do with posts: answers come by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sim.foundations.clock import TICKS_PER_DAY, Clock
from sim.model.funding import ROLE_ORDER
from sim.model.openings import PERMANENT
from sim.model.plan import Post
from sim.model.terms import HELD_NAMES, Team
from sim.study.levers import Lever
from sim.study.scenario import Scenario
from sim.study.structure import Structure

CLOCK = Clock(dt.date(2023, 4, 1), dt.date(2026, 4, 1))
START = CLOCK.start
USUAL = Structure()
SPECIALIST_ROLES = ("domestic_abuse_worker", "perpetrator_worker", "substance_worker", "mental_health_worker")

EARLY = {"length_days": 180.0, "take_up": 0.8, "lapse_days": 120.0, "families_per_post.key_worker": 10.0}
CONFERENCE = {
    "length_days": 36.525,
    "take_up": 0.6,
    "offered_early": 0.25,
    "offered_pre_proceedings": 0.5,
    "lapse_days": 60.0,
    "conferences_a_year": 15.0,
}
SAFEGUARDING = {
    "length_days": 300.0,
    "take_up": 0.9,
    "lapse_days": 365.0,
    "families_per_post.social_worker": 8.0,
    **{f"families_per_post.{role}": 12.0 for role in SPECIALIST_ROLES},
    "specialist_take_up": 0.75,
    "specialist_days": 150.0,
    "direct_work": 0.5,
    "fidelity_months": 12.0,
    "ready_share": 0.5,
    "slip_days": 0.0,
}
EDGE = {
    "length_days": 90.0,
    "take_up": 0.9,
    "panel_refuses": 0.1,
    "heard_after_entry": 0.5,
    "panel_every_days": 7.0,
    "cases_a_meeting": 6.0,
    "urgent_days": 1.0,
    "earlier_help_months": 12.0,
    "families_per_post.social_worker": 4.0,
    "families_per_post.family_support_worker": 3.0,
    "fidelity_months": 4.0,
    "before_mentoring": 0.8,
    "unsupervised": 0.5,
    "reactive_share": 0.3,
    "step_down_from_age": {"one-to-one work": 10.0, "youth mentoring": 13.0},
    **{
        f"step_down.{kind}.{name}": value
        for kind in ("parenting_support", "one_to_one_work", "youth_mentoring")
        for name, value in (("offered", 0.5), ("take_up", 0.8), ("length_days", 180.0))
    },
    "return_home_lapse_days": 42.0,
    "held_after_return_days": 180.0,
    "ready_share": 0.5,
    "slip_days": 0.0,
    "stability_after_days": 365.0,
    "stability_take_up": 0.7,
    "stability_days": 120.0,
    "heard": dict.fromkeys(HELD_NAMES, 0.5),
}
EFFECTS = {
    "early_help.step_up": 0.8,
    "early_help.breakdown": 0.9,
    **{f"step_down.{kind}": 0.9 for kind in ("parenting_support", "one_to_one_work", "youth_mentoring")},
    "fgc_early.step_up": 0.95,
    "fgc_early.breakdown": 0.92,
    "fgc_network": 1.3,
    "fgc_pre_proceedings": 0.8,
    "family_safeguarding.court": 0.64,
    "family_safeguarding.breakdown": 0.9,
    "family_safeguarding.area_starts": 0.9,
    "family_safeguarding.plan_start": 0.85,
    "family_safeguarding.plan_end": 1.15,
    "family_safeguarding.vacancies_filled": 1.5,
    "family_safeguarding.leaving": 0.5,
    "edge_of_care.entry": 0.49,
    "edge_of_care.crisis": 0.9,
    "edge_of_care.return_home": 1.15,
    "edge_of_care.court": 0.95,
    "edge_of_care.placement": 0.85,
    "overload": 1.21,
    "caseload": 0.5,
    "half_life_years": 1.0,
}
STAFFING = {
    "early_help.posts.key_worker": 3.0,
    "family_group_conference.posts.coordinator": 2.0,
    "family_safeguarding.posts.social_worker": 4.0,
    "edge_of_care.reactive_posts": 3.0,
    "advert_days": 100.0,
    "agency_delay_days": 21.0,
    "agency_leaving": 1e-9,
    "induction_days": 40.0,
    "induction_load": 0.5,
    "continuity": 0.5,
    "usual_caseload": 8.0,
    "handover_days": 14.0,
    "patience_days": 56.0,
    "absence": 0.0,
    "absence_days": 60.0,
}


def same(value: float) -> dict[str, float]:
    """One value for every role."""
    return dict.fromkeys(ROLE_ORDER, value)


def values(**changes: Any) -> dict[str, Any]:
    """Every post filled on the first day, nobody leaves, adverts succeed at once; then the changes, with
    ``__`` for the dots of a name."""
    found: dict[str, Any] = {
        "staffing.vacancy_at_start": same(0.0),
        "staffing.advert_success": same(1.0),
        "staffing.agency_share": same(0.0),
        "staffing.leaving": same(1e-9),
        "opening.families": {
            "early help": 20,
            "child in need": 20,
            "child protection": 20,
            "pre-proceedings": 4,
            "proceedings": 8,
        },
        "solved.fgc_pre_proceedings": {"0.60": 0.5, "0.80": 0.7, "1.00": 1.0},
        "solved.edge_of_care_entry": {"0.49": 0.36, "0.59": 0.64, "1.00": 1.0},
        "solved.family_safeguarding_area": {"0.80": 0.25, "0.90": 0.49, "1.00": 1.0},
    }
    for group, table in (
        ("services.early_help", EARLY),
        ("services.family_group_conference", CONFERENCE),
        ("services.family_safeguarding", SAFEGUARDING),
        ("services.edge_of_care", EDGE),
        ("effects", EFFECTS),
        ("staffing", STAFFING),
    ):
        found.update({f"{group}.{name}": value for name, value in table.items()})
    for name, value in changes.items():
        dotted = name.replace("__", ".")
        assert dotted in found, dotted
        found[dotted] = value
    return found


def scenario(*levers: Lever) -> Scenario:
    """A scenario of these levers."""
    return Scenario(name="made up", levers=frozenset(levers))


def post(team: Team, role: str, number: int, *spells: tuple[int, int, str], **more: Any) -> Post:
    """A post with a history written down; without one, somebody is in it from the first day to the last."""
    return Post(
        team=team, role=role, number=number, spells=spells or ((-1, CLOCK.horizon, PERMANENT),), **more
    )


def days(number: float) -> int:
    """Ticks in a number of days."""
    return round(number * TICKS_PER_DAY)


def day(number: int) -> dt.date:
    """The date so many days after the start."""
    return START + dt.timedelta(days=number)
