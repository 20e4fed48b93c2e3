"""Reviews that may end posts, and twins that price vacancies, as a study writes them."""

from __future__ import annotations

import datetime as dt

import pytest

from sim.foundations.clock import Clock
from sim.study.catalogue import PARTNER_ROLES
from sim.study.levers import Recruitment
from sim.study.review import reviews_of, roles_of

SOURCE = {"source": "A paper."}
SAFE = "family_safeguarding"


def under_review(draft, review, posts=None):
    """The draft of a scenario with Family Safeguarding open, one role funded, and a review of it."""
    levers = [
        {"lever": "open", "service": SAFE, "date": "@2023-08-01@", **SOURCE},
        *(
            {"lever": "posts", "service": SAFE, "role": role, "posts": 2, "start": start, **SOURCE}
            for role, start in (posts or {"substance_worker": "@2023-04-01@"}).items()
        ),
        {"lever": "review", "service": SAFE, "date": "@2025-03-31@", "ends": "@2025-04-01@", "fewer": 26}
        | SOURCE
        | review,
    ]
    levers[-1] = {name: value for name, value in levers[-1].items() if value is not ...}
    draft.set("scenarios.family safeguarding.levers", levers)
    return draft


def test_a_review_of_posts_that_are_there_is_sound(draft):
    named = under_review(draft, {"roles": ["substance_worker", "domestic_abuse_worker"]},
                         dict.fromkeys(PARTNER_ROLES, "@2023-04-01@")).load()  # fmt: skip
    (review,) = reviews_of(named.scenario("family safeguarding"))
    assert roles_of(review) == ("domestic_abuse_worker", "substance_worker")
    usual = under_review(draft, {}, dict.fromkeys(PARTNER_ROLES, "@2023-04-01@")).load()
    (review,) = reviews_of(usual.scenario("family safeguarding"))
    assert roles_of(review) == PARTNER_ROLES


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ({}, "has nothing to end for the domestic abuse worker"),
        ({"roles": ["social_worker"]}, "has nothing to end for the social worker"),
        ({"roles": ["manager"]}, "not a role of the service"),
        ({"roles": []}, "expected a list of roles"),
        ({"roles": "substance_worker"}, "expected a list of roles"),
        ({"ends": "@2025-03-31@"}, "expected a date after the review, 2025-03-31"),
        ({"ends": "@2026-04-01@"}, "would change nothing"),
        ({"date": "@2026-04-01@"}, "to before the end"),
        ({"saved": 1}, "expected exactly one of 'fewer' and 'saved'; found fewer and saved"),
        ({"fewer": ...}, "expected exactly one of 'fewer' and 'saved'; found none"),
        ({"fewer": ..., "saved": 1, "date": "@2024-03-30@"}, "no financial year is over"),
        ({"fewer": -1}, "at least 0"),
    ],
)
def test_a_review_that_cannot_be_held_is_refused(draft, review, words):
    faults = under_review(draft, {"roles": ["substance_worker"]} | review if review else {}).faults()
    assert len(faults) == 1, faults
    assert words in faults[0].message


def test_posts_that_begin_after_the_review_are_not_its_to_end(draft):
    faults = under_review(
        draft, {"roles": ["substance_worker"]}, {"substance_worker": "@2025-04-01@"}
    ).faults()
    assert "from 2025-03-31 or before to beyond 2025-04-01" in faults[0].message


def test_a_review_of_a_service_without_specialists_names_its_roles(draft):
    levers = draft.document["scenarios"]["edge of care"]["levers"]
    review = {"lever": "review", "service": "edge_of_care", "date": "@2025-03-31@", "fewer": 1, **SOURCE}
    draft.set("scenarios.edge of care.levers", [*levers, review | {"ends": "@2025-04-01@"}])
    (fault,) = draft.faults()
    assert "name 'roles', of manager, social_worker, family_support_worker" in fault.message


def test_years_that_are_over_count_from_their_last_day():
    clock = Clock(start=dt.date(2023, 4, 1), end=dt.date(2026, 4, 1))
    assert clock.years_over(dt.date(2024, 3, 30)) == ()
    assert clock.years_over(dt.date(2024, 3, 31)) == ("2023/24",)
    assert clock.years_over(dt.date(2026, 3, 31)) == ("2023/24", "2024/25", "2025/26")


def test_a_twin_is_its_scenario_with_every_post_filled(draft):
    study = draft.set("run.price_vacancies", ["both", "edge of care"]).load()
    assert list(study.scenarios)[-2:] == ["both, every post filled", "edge of care, every post filled"]
    for name in ("both", "edge of care"):
        twin = study.scenario(f"{name}, every post filled")
        assert twin.against == name
        (more,) = twin.levers - study.scenario(name).levers
        assert more == Recruitment(start=study.clock.start, at_once=True)
        assert "Assumption" in more.source


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"run.price_vacancies": "both"}, "expected a list of scenarios"),
        ({"run.price_vacancies": ["bot"]}, "Did you mean 'both'?"),
        ({"run.price_vacancies": ["both"], "scenarios.both.against": "edge of care"}, "chain of comparisons"),
        (
            {
                "run.price_vacancies": ["both"],
                "scenarios.both, every post filled": {"meaning": "Mine.", "combines": ["both"]},
            },
            "is taken by a scenario",
        ),
        (
            {
                "run.price_vacancies": ["both"],
                "scenarios.both.levers": [
                    {"lever": "recruitment", "start": "@2023-04-01@", "never_filled": 0.4, **SOURCE}
                ],
            },
            "its posts cannot be filled at once",
        ),
    ],
)
def test_a_twin_that_cannot_be_made_is_refused(draft, changes, words):
    for name, value in changes.items():
        draft.set(name, value)
    (fault,) = draft.faults()
    assert words in fault.message


def test_a_review_has_no_twin(draft):
    """Its twin would hold the review against the scenario, and not against what that is compared with."""
    named = under_review(draft, {}, {"substance_worker": "@2023-04-01@"})
    named.set("run.price_vacancies", ["family safeguarding"])
    assert any("holds a review" in fault.message for fault in named.faults())
