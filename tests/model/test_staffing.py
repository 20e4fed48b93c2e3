"""Posts and the people in them: advertised, covered, inducted, leaving; and the places that follow."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.foundations.clock import TICKS_PER_YEAR, Clock, ticks
from sim.foundations.randomness import Chance, Decision
from sim.model.plan import Post
from sim.model.staffing import (
    AGENCY,
    INDUCTION,
    PERMANENT,
    POST_BLOCK,
    ROLE_ORDER,
    VACANT,
    build_posts,
    funded_posts,
    places,
)
from sim.model.terms import Team
from sim.study.scenario import Open, Posts, Scenario
from tests.worlds import NO_CHANGE, both, days, edge_of_care, family_safeguarding, small_bury, small_plan

CLOCK = Clock(dt.date(2023, 4, 1), dt.date(2026, 4, 1))
APRIL = dt.date(2024, 4, 1)


def values() -> dict[str, Any]:
    """Small Bury's values, to be changed."""
    return dict(small_bury().values(0))


def same(value: float) -> dict[str, float]:
    return dict.fromkeys(ROLE_ORDER, value)


def key_workers(*levers: Posts) -> Scenario:
    return Scenario(name="key workers", levers=frozenset(levers))


def lever(posts: int, start: dt.date, end: dt.date | None = None) -> Posts:
    return Posts(service="early_help", role="key_worker", posts=posts, start=start, end=end)


def spans(scenario: Scenario, baseline: int = 3) -> list[tuple[int, int, int, bool]]:
    given = values()
    given["staffing.early_help.posts.key_worker"] = float(baseline)
    return [
        (span.posts, span.start, span.end, span.opening)
        for span in funded_posts(given, scenario, CLOCK)
        if span.team == Team.EARLY_HELP
    ]


# Funding


def test_without_levers_the_baseline_is_funded_to_the_end() -> None:
    assert spans(NO_CHANGE) == [(number, -1, CLOCK.horizon, True) for number in range(3)]


def test_an_increase_adds_posts_behind_those_there_are() -> None:
    april = CLOCK.tick(APRIL)
    assert spans(key_workers(lever(5, APRIL))) == [
        *((number, -1, CLOCK.horizon, True) for number in range(3)),
        *((number, april, CLOCK.horizon, False) for number in (3, 4)),
    ]


def test_an_increase_that_ends_returns_to_the_baseline() -> None:
    april, october = CLOCK.tick(APRIL), CLOCK.tick(dt.date(2024, 10, 1))
    found = spans(key_workers(lever(4, APRIL, dt.date(2024, 10, 1))))
    assert found[3:] == [(3, april, october, False)]
    assert found[:3] == spans(NO_CHANGE)


def test_a_cut_takes_the_last_posts_and_its_end_advertises_them_anew() -> None:
    april, october = CLOCK.tick(APRIL), CLOCK.tick(dt.date(2024, 10, 1))
    assert spans(key_workers(lever(1, APRIL))) == [
        (0, -1, CLOCK.horizon, True),
        (1, -1, april, True),
        (2, -1, april, True),
    ]
    ended = spans(key_workers(lever(2, APRIL, dt.date(2024, 10, 1))))
    assert ended[2:] == [(2, -1, april, True), (2, october, CLOCK.horizon, False)]


@pytest.mark.parametrize(("first", "second"), [(5, 4), (5, 1), (4, 6), (1, 2), (2, 5)])
def test_one_lever_may_follow_another_without_a_gap(first: int, second: int) -> None:
    april, october = CLOCK.tick(APRIL), dt.date(2024, 10, 1)
    found = spans(key_workers(lever(first, APRIL, october), lever(second, october)))

    def funded(tick: int) -> int:
        return sum(1 for _, start, end, _ in found if start <= tick < end)

    assert funded(april - 1) == 3
    assert funded(april) == funded(CLOCK.tick(october) - 1) == first
    assert funded(CLOCK.tick(october)) == funded(CLOCK.horizon - 1) == second
    # Who is funded throughout is one person, not two.
    for number in range(min(3, first, second)):
        assert [span for span in found if span[0] == number] == [(number, -1, CLOCK.horizon, True)]
    for number in range(3, min(first, second)):
        assert [span for span in found if span[0] == number] == [(number, april, CLOCK.horizon, False)]


def test_recruitment_may_begin_before_the_first_day() -> None:
    early = lever(4, dt.date(2023, 3, 1))
    assert spans(key_workers(early))[3] == (3, -31 * 1024, CLOCK.horizon, False)


# The history of a post


def spells_of(given: dict[str, Any], scenario: Scenario, chance: Chance) -> list[Post]:
    return [post for post in build_posts(given, scenario, CLOCK, chance) if post.team == Team.EARLY_HELP]


def uniform(chance: Chance, decision: Decision, post: int, occurrence: int = 0, slot: int = 0) -> float:
    block = POST_BLOCK + 10 * Team.EARLY_HELP + ROLE_ORDER.index("key_worker")
    drawn = chance.uniforms(decision, post + 1, block=block, slot=slot, occurrence=occurrence)
    return float(drawn[post])


def vacant_world(**changes: Any) -> dict[str, Any]:
    """Every post vacant at the start, nobody leaves soon, no agency."""
    given = values()
    given["staffing.early_help.posts.key_worker"] = 3.0
    given["staffing.vacancy_at_start"] = same(1.0)
    given["staffing.agency_share"] = same(0.0)
    given["staffing.leaving"] = same(1e-9)
    given["staffing.advert_days"] = 100.0
    given["staffing.advert_success"] = same(0.5)
    given["staffing.induction_days"] = 40.0
    given["staffing.induction_load"] = 0.5
    given.update(changes)
    return given


@pytest.mark.parametrize("seed", range(6))
def test_a_vacancy_is_filled_after_as_many_rounds_as_its_own_chance_says(seed: int) -> None:
    chance = Chance(seed, 0, 0)
    for number, post in enumerate(spells_of(vacant_world(), NO_CHANGE, chance)):
        # A round fails with one half: the number of rounds is geometric.
        rounds = int(np.ceil(-np.log2(uniform(chance, Decision.POST_FILL, number))))
        begins = -1 + ticks(100.0 * rounds)
        assert post.spells[0] == (-1, min(begins, CLOCK.horizon), VACANT)
        if begins + days(40) < CLOCK.horizon:
            assert post.spells[1] == (begins, begins + days(40), INDUCTION)
            assert post.spells[2] == (begins + days(40), CLOCK.horizon, PERMANENT)


def test_the_rounds_of_many_vacancies_are_geometric() -> None:
    waits = []
    for seed in range(300):
        post = spells_of(vacant_world(), NO_CHANGE, Chance(seed, 0, 0))[0]
        waits.append(round(min(post.spells[0][1] + 1, days(1000)) / days(100)))
    rounds = np.array(waits)
    for k in (1, 2, 3):
        expected = 0.5**k
        assert abs((rounds == k).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / 300)


def test_a_role_that_nobody_applies_for_is_never_filled() -> None:
    given = vacant_world(**{"staffing.advert_success": same(0.0)})
    for post in spells_of(given, NO_CHANGE, Chance(1, 0, 0)):
        assert post.spells == ((-1, CLOCK.horizon, VACANT),)


def test_an_agency_worker_covers_after_a_delay_and_leaves_when_the_post_is_filled() -> None:
    given = vacant_world(
        **{
            "staffing.agency_share": same(1.0),
            "staffing.agency_delay_days": 21.0,
            "staffing.agency_leaving": 1e-9,
            "staffing.advert_success": same(1.0),
        }
    )
    post = spells_of(given, NO_CHANGE, Chance(1, 0, 0))[0]
    filled = -1 + days(100)
    assert post.spells[:3] == (
        (-1, -1 + days(21), VACANT),
        (-1 + days(21), filled, AGENCY),
        (filled, filled + days(40), INDUCTION),
    )
    soon = {**given, "staffing.agency_leaving": 5.0}
    chance = Chance(4, 0, 0)
    post = spells_of(soon, NO_CHANGE, chance)[0]
    stays = -np.log(uniform(chance, Decision.POST_AGENCY, 0, slot=1)) / 5.0 * TICKS_PER_YEAR
    left = min(filled, -1 + days(21) + round(stays))
    assert post.spells[1] == (-1 + days(21), left, AGENCY)
    if left < filled:
        assert post.spells[2] == (left, filled, VACANT)


def test_people_stay_for_an_exponential_time_and_are_replaced() -> None:
    given = vacant_world(**{"staffing.leaving": same(0.5), "staffing.vacancy_at_start": same(0.0)})
    stays = []
    for seed in range(400):
        first = spells_of(given, NO_CHANGE, Chance(seed, 0, 0))[0].spells[0]
        assert first[2] == PERMANENT
        stays.append(first[1] - first[0])
    staying = np.mean(np.array(stays) > TICKS_PER_YEAR)
    expected = np.exp(-0.5)
    assert abs(staying - expected) < 4 * np.sqrt(expected * (1 - expected) / 400)


def test_vacancies_at_the_start_are_as_many_as_the_share_says() -> None:
    given = vacant_world(**{"staffing.vacancy_at_start": same(0.3)})
    vacant = [
        post.spells[0][2] == VACANT
        for seed in range(200)
        for post in spells_of(given, NO_CHANGE, Chance(seed, 0, 0))
    ]
    assert abs(np.mean(vacant) - 0.3) < 4 * np.sqrt(0.21 / len(vacant))


def test_spells_of_a_post_follow_each_other_from_funding_to_its_end() -> None:
    for post in small_plan(both(), 1).posts:
        starts = [start for start, _, _ in post.spells]
        stops = [stop for _, stop, _ in post.spells]
        assert starts[1:] == stops[:-1]
        assert all(start < stop for start, stop, _ in post.spells)
        assert stops[-1] == small_bury().clock.horizon


# One team's posts and another's


def test_a_team_keeps_its_people_when_another_team_changes() -> None:
    def team(scenario: Scenario, number: Team) -> list[Post]:
        return [post for post in small_plan(scenario, 1).posts if post.team == number]

    alone, together = edge_of_care(), both()
    assert team(alone, Team.EDGE_OF_CARE) == team(together, Team.EDGE_OF_CARE)
    assert team(NO_CHANGE, Team.EARLY_HELP) == team(together, Team.EARLY_HELP)
    social_workers = team(family_safeguarding(), Team.FAMILY_SAFEGUARDING)
    assert social_workers == team(together, Team.FAMILY_SAFEGUARDING)


def test_a_team_that_grows_keeps_the_people_it_had() -> None:
    few = build_posts(values(), edge_of_care(2), CLOCK, Chance(1, 0, 0))
    many = build_posts(values(), edge_of_care(4), CLOCK, Chance(1, 0, 0))
    assert all(post in many for post in few)
    assert len(many) == len(few) + 4


# Places


def post(role: str, *spells: tuple[int, int, str], team: Team = Team.FAMILY_SAFEGUARDING) -> Post:
    return Post(team=team, role=role, spells=spells)


def test_places_are_those_of_the_scarcest_group_of_roles() -> None:
    given = values()
    given["services.family_safeguarding.families_per_post.social_worker"] = 8.5
    given["services.family_safeguarding.families_per_post.specialist"] = 12.0
    end = CLOCK.horizon
    posts = (
        post("social_worker", (-1, end, PERMANENT)),
        post("social_worker", (-1, days(100), VACANT), (days(100), end, AGENCY)),
        post("specialist", (-1, days(50), VACANT), (days(50), end, PERMANENT)),
    )
    found = places(given, Team.FAMILY_SAFEGUARDING, posts, {Team.FAMILY_SAFEGUARDING: days(10)})
    assert found[:3] == ((0, 0), (days(50), 8), (days(100), 12))


def test_a_person_in_induction_carries_part_of_a_caseload() -> None:
    given = values()
    given["staffing.induction_load"] = 0.5
    given["services.edge_of_care.families_per_post.social_worker"] = 4.0
    given["services.edge_of_care.families_per_post.family_support_worker"] = 3.0
    team = Team.EDGE_OF_CARE
    posts = (
        post("social_worker", (0, days(30), INDUCTION), (days(30), CLOCK.horizon, PERMANENT), team=team),
        post("family_support_worker", (0, CLOCK.horizon, INDUCTION), team=team),
        post("manager", (0, CLOCK.horizon, PERMANENT), team=team),
    )
    # Either role may hold a family: 2 + 1.5, then 4 + 1.5, whole families only.
    assert places(given, team, posts, {team: 0})[:2] == ((0, 3), (days(30), 5))


def test_a_team_holds_nobody_before_it_opens() -> None:
    plan = small_plan(edge_of_care(opens=dt.date(2024, 6, 1)))
    opens = small_bury().clock.tick(dt.date(2024, 6, 1))
    for tick, number in plan.services.places[Team.EDGE_OF_CARE]:
        assert (number == 0) == (tick < opens or tick == small_bury().clock.horizon)


def test_a_service_opened_without_the_posts_that_hold_families_is_not_open() -> None:
    named = Scenario(
        name="named", levers=frozenset({Open(service="family_safeguarding", on=dt.date(2023, 8, 1))})
    )
    assert small_plan(named).services == small_plan(NO_CHANGE).services
