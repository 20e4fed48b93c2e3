"""Posts and the people in them: advertised, covered, inducted, away, leaving, and what levers do to that."""

import datetime as dt
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.randomness import Chance, Decision
from sim.model.funding import ROLE_ORDER, funded_posts
from sim.model.openings import AGENCY, INDUCTION, PERMANENT, VACANT
from sim.model.plan import Post
from sim.model.staffing import POST_BLOCK, build_posts, people, stay_until
from sim.model.terms import Team
from sim.study.levers import Change, Close, Delay, Lever, Open, Posts, Recruitment
from sim.study.scenario import Scenario
from sim.study.structure import Structure
from tests.model.staff import CLOCK, SPECIALIST_ROLES, USUAL, day, days, same, scenario, values

APRIL = dt.date(2024, 4, 1)
NO_CHANGE = scenario()
END = CLOCK.horizon


def lever(posts: int, start: dt.date, end: dt.date | None = None) -> Posts:
    return Posts(service="early_help", role="key_worker", posts=posts, start=start, end=end)


def spans(scenario: Scenario) -> list[tuple[int, int, int, bool]]:
    return [
        (span.number, span.start, span.end, span.opening)
        for span in funded_posts(values(), scenario, CLOCK, USUAL)
        if span.team == Team.EARLY_HELP
    ]


# Funding


def test_without_levers_the_baseline_is_funded_to_the_end() -> None:
    assert spans(NO_CHANGE) == [(number, -1, END, True) for number in range(3)]


def test_an_increase_adds_posts_behind_those_there_are() -> None:
    april = CLOCK.tick(APRIL)
    assert spans(scenario(lever(5, APRIL))) == [
        *((number, -1, END, True) for number in range(3)),
        *((number, april, END, False) for number in (3, 4)),
    ]


def test_an_increase_that_ends_returns_to_the_baseline() -> None:
    april, october = CLOCK.tick(APRIL), CLOCK.tick(dt.date(2024, 10, 1))
    found = spans(scenario(lever(4, APRIL, dt.date(2024, 10, 1))))
    assert found[3:] == [(3, april, october, False)]
    assert found[:3] == spans(NO_CHANGE)


def test_a_cut_takes_the_last_posts_and_its_end_advertises_them_anew() -> None:
    april, october = CLOCK.tick(APRIL), CLOCK.tick(dt.date(2024, 10, 1))
    assert spans(scenario(lever(1, APRIL))) == [
        (0, -1, END, True),
        (1, -1, april, True),
        (2, -1, april, True),
    ]
    ended = spans(scenario(lever(2, APRIL, dt.date(2024, 10, 1))))
    assert ended[2:] == [(2, -1, april, True), (2, october, END, False)]


@pytest.mark.parametrize(("first", "second"), [(5, 4), (5, 1), (4, 6), (1, 2), (2, 5)])
def test_one_lever_may_follow_another_without_a_gap(first: int, second: int) -> None:
    april, october = CLOCK.tick(APRIL), dt.date(2024, 10, 1)
    found = spans(scenario(lever(first, APRIL, october), lever(second, october)))

    def funded(tick: int) -> int:
        return sum(1 for _, start, end, _ in found if start <= tick < end)

    assert funded(april - 1) == 3
    assert funded(april) == funded(CLOCK.tick(october) - 1) == first
    assert funded(CLOCK.tick(october)) == funded(END - 1) == second
    # Who is funded throughout is one person, not two.
    for number in range(min(3, first, second)):
        assert [span for span in found if span[0] == number] == [(number, -1, END, True)]
    for number in range(3, min(first, second)):
        assert [span for span in found if span[0] == number] == [(number, april, END, False)]


def test_recruitment_may_begin_before_the_first_day() -> None:
    assert spans(scenario(lever(4, dt.date(2023, 3, 1))))[3] == (3, -days(31), END, False)


def test_only_the_reactive_structure_has_edge_of_care_posts_with_no_change() -> None:
    def edge(structure: Structure) -> list[tuple[str, int, int, bool]]:
        found = funded_posts(values(), NO_CHANGE, CLOCK, structure)
        return [(p.role, p.number, p.start, p.opening) for p in found if p.team == Team.EDGE_OF_CARE]

    assert edge(USUAL) == []
    reactive = edge(Structure(edge_of_care_before="reactive"))
    assert reactive == [("family_support_worker", number, -1, True) for number in range(3)]


# The history of a post


def posts_of(
    given: dict[str, Any],
    *levers: Lever,
    seed: int = 1,
    team: Team = Team.EARLY_HELP,
    structure: Structure = USUAL,
) -> list[Post]:
    found = build_posts(given, scenario(*levers), CLOCK, Chance(seed, 0, 0), structure)
    return [post for post in found if post.team == team]


def uniform(
    seed: int,
    decision: Decision,
    post: int,
    occurrence: int = 0,
    slot: int = 0,
    team: Team = Team.EARLY_HELP,
    role: str = "key_worker",
) -> float:
    block = POST_BLOCK + 10 * team + ROLE_ORDER.index(role)
    drawn = Chance(seed, 0, 0).uniforms(decision, post + 1, block=block, slot=slot, occurrence=occurrence)
    return float(drawn[post])


def vacant(**changes: Any) -> dict[str, Any]:
    """Every post vacant at the start; a round of advertising takes 100 days and fails with one half."""
    table = {
        "staffing__vacancy_at_start": same(1.0),
        "staffing__advert_success": same(0.5),
    }
    return values(**(table | changes))


def rounds(seed: int, number: int, success: float = 0.5, occurrence: int = 0) -> int:
    drawn = uniform(seed, Decision.POST_FILL, number, occurrence)
    return max(1, int(np.ceil(np.log(drawn) / np.log(1 - success))))


@pytest.mark.parametrize("seed", range(6))
def test_a_vacancy_is_filled_after_as_many_rounds_as_its_own_chance_says(seed: int) -> None:
    for number, post in enumerate(posts_of(vacant(), seed=seed)):
        begins = -1 + days(100) * rounds(seed, number)
        assert post.number == number
        assert post.spells[0] == (-1, min(begins, END), VACANT)
        if begins + days(40) < END:
            assert post.spells[1:] == (
                (begins, begins + days(40), INDUCTION),
                (begins + days(40), END, PERMANENT),
            )


def test_the_rounds_of_many_vacancies_are_geometric() -> None:
    waits = []
    for seed in range(300):
        post = posts_of(vacant(), seed=seed)[0]
        waits.append(round(min(post.spells[0][1] + 1, days(1000)) / days(100)))
    found = np.array(waits)
    for k in (1, 2, 3):
        expected = 0.5**k
        assert abs((found == k).mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / 300)


def test_a_role_that_nobody_applies_for_is_never_filled() -> None:
    for post in posts_of(vacant(staffing__advert_success=same(0.0))):
        assert post.spells == ((-1, END, VACANT),)


def test_an_agency_worker_covers_until_the_post_is_filled() -> None:
    given = vacant(staffing__agency_share=same(1.0), staffing__advert_success=same(1.0))
    new = posts_of(given, lever(4, APRIL))
    april, filled = CLOCK.tick(APRIL), -1 + days(100)
    # A vacancy that stands on the first day has its cover; a new one waits for it.
    assert new[0].spells[:2] == ((-1, filled, AGENCY), (filled, filled + days(40), INDUCTION))
    assert new[3].spells[:3] == (
        (april, april + days(21), VACANT),
        (april + days(21), april + days(100), AGENCY),
        (april + days(100), april + days(140), INDUCTION),
    )


def test_agency_workers_leave_by_their_own_rate() -> None:
    given = vacant(
        staffing__agency_share=same(1.0),
        staffing__advert_success=same(1.0),
        staffing__agency_leaving=5.0,
    )
    left = 0
    for seed in range(20):
        post = posts_of(given, seed=seed)[0]
        stays = -np.log(uniform(seed, Decision.POST_AGENCY, 0, slot=1)) / 5.0 * TICKS_PER_YEAR
        leaves = min(-1 + days(100), -1 + round(stays))
        assert post.spells[0] == (-1, leaves, AGENCY)
        if leaves < -1 + days(100):
            left += 1
            # Another comes after the usual three weeks, and so on until the permanent worker begins.
            back = min(-1 + days(100), leaves + days(21))
            assert post.spells[1] == (leaves, back, VACANT)
            assert back == -1 + days(100) or post.spells[2][::2] == (back, AGENCY)
    assert 0 < left < 20


def test_people_stay_for_an_exponential_time_and_are_replaced() -> None:
    given = values(staffing__leaving=same(0.5))
    stays = []
    for seed in range(400):
        first = posts_of(given, seed=seed)[0].spells[0]
        assert first[2] == PERMANENT
        stays.append(first[1] - first[0])
    staying = np.mean(np.array(stays) > TICKS_PER_YEAR)
    expected = np.exp(-0.5)
    assert abs(staying - expected) < 4 * np.sqrt(expected * (1 - expected) / 400)


def test_vacancies_at_the_start_are_as_many_as_the_share_says() -> None:
    given = vacant(staffing__vacancy_at_start=same(0.3))
    found = [post.spells[0][2] == VACANT for seed in range(200) for post in posts_of(given, seed=seed)]
    assert abs(np.mean(found) - 0.3) < 4 * np.sqrt(0.21 / len(found))


def test_of_two_posts_one_is_left_and_advertised_and_the_other_is_not() -> None:
    # Half the people leave within a year: a seed under which the first does, and the second in over three.
    given = values(staffing__leaving=same(np.log(2)))
    seed = next(
        seed
        for seed in range(200)
        if uniform(seed, Decision.POST_STAY, 0) > 0.5 > 0.12 > uniform(seed, Decision.POST_STAY, 1)
    )
    left, stayed, _ = posts_of(given, seed=seed)
    leaves = -1 + round(-np.log2(uniform(seed, Decision.POST_STAY, 0)) * TICKS_PER_YEAR)
    assert left.spells[:3] == (
        (-1, leaves, PERMANENT),
        (leaves, leaves + days(100), VACANT),
        (leaves + days(100), leaves + days(140), INDUCTION),
    )
    assert stayed.spells == ((-1, END, PERMANENT),)


# Levers on recruitment


def test_posts_below_the_share_stay_vacant_while_the_dial_holds() -> None:
    april = CLOCK.tick(APRIL)
    dial = Recruitment(start=day(0), end=APRIL, never_filled=0.5)
    given = vacant(staffing__agency_share=same(1.0))
    seen = set()
    for seed in range(12):
        before = posts_of(given, seed=seed)
        for number, post in enumerate(posts_of(given, dial, seed=seed)):
            barred = uniform(seed, Decision.POST_NEVER, number) < 0.5
            seen.add(barred)
            if not barred:
                assert post == before[number]
                continue
            # No agency worker either; then a search with the post's own luck, begun anew.
            assert post.spells[0][2] == AGENCY
            assert post.spells[0][:2] == (-1, 0)
            assert post.spells[1] == (0, april + days(21), VACANT)
            assert post.spells[2][:2] == (
                april + days(21),
                min(END, april + days(100) * rounds(seed, number)),
            )
    assert seen == {True, False}


def test_a_post_that_is_filled_in_time_is_not_emptied_by_the_dial() -> None:
    dial = Recruitment(start=day(150), never_filled=1.0)
    given = vacant(staffing__advert_success=same(1.0))
    assert posts_of(given, dial) == posts_of(given)
    later = Recruitment(start=day(50), never_filled=1.0)
    assert {post.spells for post in posts_of(given, later)} == {((-1, END, VACANT),)}


def test_the_dial_never_fills_less_when_it_is_turned_down() -> None:
    def empty(share: float) -> set[tuple[int, int]]:
        dial = Recruitment(start=day(0), never_filled=share)
        return {
            (seed, post.number)
            for seed in range(30)
            for post in posts_of(vacant(), dial, seed=seed)
            if post.spells == ((-1, END, VACANT),)
        }

    always = empty(0.0)
    assert always <= empty(0.2) <= empty(0.4) <= empty(1.0)
    assert len(empty(1.0)) == 90
    share = len(empty(0.4) - always) / (90 - len(always))
    assert 0.2 < share < 0.6


def test_delays_count_for_searches_that_begin_while_they_hold() -> None:
    given = vacant(staffing__advert_success=same(1.0), staffing__vacancy_at_start=same(1.0))
    slow = Recruitment(start=dt.date(2023, 1, 1), end=day(200), delay_days=30)
    first, *_, new = posts_of(given, slow, lever(4, APRIL))
    assert first.spells[0] == (-1, -1 + days(130), VACANT)
    april = CLOCK.tick(APRIL)
    assert new.spells[0] == (april, april + days(100), VACANT)


def test_success_multiplies_the_chance_of_each_advert() -> None:
    better = Recruitment(start=dt.date(2023, 1, 1), success=1.5)
    certain = Recruitment(start=dt.date(2023, 1, 1), success=4.0)
    for seed in range(10):
        for number, post in enumerate(posts_of(vacant(), better, seed=seed)):
            wait = days(100) * rounds(seed, number, success=0.75)
            assert post.spells[0] == (-1, min(END, -1 + wait), VACANT)
        for post in posts_of(vacant(), certain, seed=seed):
            assert post.spells[0] == (-1, -1 + days(100), VACANT)


def test_a_post_whose_money_ends_before_all_are_filled_at_once_has_one_history() -> None:
    given = vacant(staffing__leaving=same(3.0))
    full = Recruitment(start=day(400), at_once=True)
    for seed in range(5):
        plain = posts_of(given, lever(0, day(200)), seed=seed)
        assert posts_of(given, full, lever(0, day(200)), seed=seed) == plain
        for post in plain:
            assert all(one[1] == other[0] for one, other in pairwise(post.spells))


def test_every_post_is_filled_at_once_and_nobody_leaves_while_that_holds() -> None:
    given = vacant(staffing__leaving=same(3.0))
    until = day(400)
    full = Recruitment(start=day(100), end=until, at_once=True)
    begin, end = days(100), days(400)
    for seed in range(5):
        before = posts_of(given, lever(5, day(200)), seed=seed)
        after = posts_of(given, full, lever(5, day(200)), seed=seed)
        for old, post in zip(before, after, strict=True):
            held = [spell for spell in post.spells if spell[0] < end and spell[1] > begin]
            assert len(held) == 1
            assert held[0][2] == PERMANENT
            assert held[0][0] <= max(begin, post.spells[0][0])
            assert held[0][1] >= end
            if post.number < 3:
                earlier = [spell for spell in old.spells if spell[1] <= begin]
                assert list(post.spells[: len(earlier)]) == earlier
    # Afterwards people leave again.
    assert any(post.spells[-1][0] > end for post in after)


def test_a_dial_for_one_role_of_one_team_leaves_all_other_posts_as_they_were() -> None:
    given = vacant(staffing__leaving=same(0.5), staffing__absence=0.1)
    dial = Recruitment(service="early_help", role="key_worker", start=day(0), never_filled=1.0)
    chance = Chance(3, 0, 0)
    before = build_posts(given, scenario(), CLOCK, chance, USUAL)
    after = build_posts(given, scenario(dial), CLOCK, chance, USUAL)
    assert [p for p in before if p.team != Team.EARLY_HELP] == [p for p in after if p.team != Team.EARLY_HELP]
    assert [p for p in before if p.team == Team.EARLY_HELP] != [p for p in after if p.team == Team.EARLY_HELP]


def test_a_team_that_grows_or_opens_leaves_the_people_there_as_they_were() -> None:
    given = vacant(staffing__leaving=same(0.5), staffing__absence=0.1)
    chance = Chance(3, 0, 0)
    before = build_posts(given, scenario(), CLOCK, chance, USUAL)
    specialists = [
        Posts(service="family_safeguarding", role=role, posts=4, start=day(0)) for role in SPECIALIST_ROLES
    ]
    after = build_posts(given, scenario(lever(5, APRIL), *specialists), CLOCK, chance, USUAL)
    assert all(post in after for post in before)
    assert len(after) == len(before) + 2 + 16


# Family Safeguarding's attraction


def social_workers(given: dict[str, Any], *levers: Lever, **more: Any) -> list[Post]:
    return posts_of(given, *levers, team=Team.FAMILY_SAFEGUARDING, **more)


def test_a_stay_under_way_spends_only_what_is_left_of_it_more_slowly() -> None:
    year = TICKS_PER_YEAR
    half = [(0, 1.0), (year, 0.5)]
    assert stay_until(0, 0.5, 1.0, half) == year // 2
    assert stay_until(0, 1.5, 1.0, half) == 2 * year
    assert stay_until(year, 1.0, 1.0, half) == 3 * year
    assert stay_until(0, 2.0, 1.0, [(0, 1.0), (year, 0.5), (2 * year, 1.0)]) == 2 * year + year // 2
    assert stay_until(5, 1.0, 0.0, [(0, 1.0)]) > END


def test_people_stay_longer_from_the_opening_if_the_structure_says_so() -> None:
    given = values(staffing__leaving=same(2.0))
    opening = Open(service="family_safeguarding", on=day(100))
    plain = Structure(attracts=False)
    longer = 0
    for seed in range(10):
        before = social_workers(given, seed=seed)
        assert social_workers(given, opening, seed=seed, structure=plain) == before
        for old, post in zip(before, social_workers(given, opening, seed=seed), strict=True):
            leaves, later = old.spells[0][1], post.spells[0][1]
            if leaves <= days(100):
                assert later == leaves
            else:
                longer += 1
                assert later == pytest.approx(min(END, days(100) + 2 * (leaves - days(100))), abs=2)
    assert longer > 5


def test_vacancies_are_easier_to_fill_from_the_opening_as_planned() -> None:
    given = vacant(services__family_safeguarding__slip_days=10.0)
    opening = Open(service="family_safeguarding", on=day(0))
    late = Delay(service="family_safeguarding", days=5)
    more = Posts(service="family_safeguarding", role="social_worker", posts=8, start=day(15))
    just_before = Posts(service="family_safeguarding", role="social_worker", posts=8, start=day(14))
    for posts, success in ((more, 0.75), (just_before, 0.5)):
        for seed in range(5):
            found = social_workers(given, opening, late, posts, seed=seed)
            for post in found[4:]:
                drawn = uniform(
                    seed,
                    Decision.POST_FILL,
                    post.number,
                    team=Team.FAMILY_SAFEGUARDING,
                    role="social_worker",
                )
                wait = max(1, int(np.ceil(np.log(drawn) / np.log(1 - success)))) * days(100)
                start = post.spells[0][0]
                assert post.spells[0] == (start, min(END, start + wait), VACANT)


def test_the_attraction_ends_when_the_service_closes_and_follows_its_own_changes() -> None:
    given = values(staffing__leaving=same(1.0))
    opening = Open(service="family_safeguarding", on=day(0))
    closing = Close(service="family_safeguarding", on=day(0))
    assert social_workers(given, opening, closing) == social_workers(given)
    none = Change(parameter="effects.family_safeguarding.leaving", start=day(0), to=1.0)
    assert social_workers(given, opening, none) == social_workers(given)


# Absence


def test_the_share_of_time_away_is_as_the_parameter_says() -> None:
    given = values(staffing__absence=0.2, staffing__absence_days=60.0)
    away, lengths, first = 0, [], []
    posts = [post for seed in range(120) for post in posts_of(given, seed=seed)]
    for post in posts:
        away += sum(stop - start for start, stop in post.absences)
        lengths += [stop - start for start, stop in post.absences if start > 0 and stop < END]
        first.append(bool(post.absences) and post.absences[0][0] == -1)
    assert away / (len(posts) * END) == pytest.approx(0.2, abs=0.015)
    assert np.mean(lengths) == pytest.approx(days(60), rel=0.06)
    assert np.mean(first) == pytest.approx(0.2, abs=0.08)


def test_an_absence_is_of_somebody_employed_and_ends_with_them() -> None:
    given = vacant(
        staffing__absence=0.3,
        staffing__absence_days=100.0,
        staffing__leaving=same(2.0),
        staffing__agency_share=same(0.5),
        staffing__advert_success=same(0.9),
    )
    posts = [post for seed in range(20) for post in posts_of(given, seed=seed)]
    assert sum(len(post.absences) for post in posts) > 50
    for post in posts:
        employed = [person for person in people(post.spells) if person[2] != AGENCY]
        for start, stop in post.absences:
            assert start < stop
            assert any(begins <= start and stop <= ends for begins, ends, _ in employed)


def test_who_is_inducted_and_stays_is_one_person_and_an_agency_worker_another() -> None:
    spells = ((0, 5, VACANT), (5, 9, AGENCY), (9, 12, INDUCTION), (12, 30, PERMANENT), (30, 40, VACANT))
    assert people(spells) == [(5, 9, AGENCY), (9, 30, INDUCTION)]
    # An agency worker whose post is filled at once makes way.
    assert people(((5, 9, AGENCY), (9, 30, PERMANENT))) == [(5, 9, AGENCY), (9, 30, PERMANENT)]


def test_spells_of_a_post_follow_each_other_from_funding_to_its_end() -> None:
    given = vacant(staffing__leaving=same(2.0), staffing__agency_share=same(0.5))
    for seed in range(10):
        dial = Recruitment(start=day(300), end=day(500), never_filled=0.6, delay_days=10)
        for post in posts_of(given, dial, lever(4, APRIL), seed=seed):
            starts = [start for start, _, _ in post.spells]
            stops = [stop for _, stop, _ in post.spells]
            assert starts[1:] == stops[:-1]
            assert all(start < stop for start, stop, _ in post.spells)
            assert stops[-1] == END
