"""From people in posts to places: whole families, changes of person, pairs, teams in turn and load."""

from dataclasses import replace
from itertools import pairwise

import pytest

from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.model.capacity import load_capacity, overload, places, workers
from sim.model.desks import desks
from sim.model.openings import AGENCY, INDUCTION, PERMANENT, VACANT
from sim.model.plan import Post, Worker
from sim.model.terms import Line, Team
from sim.study.levers import Change, Lever, Open, Pairs, Protect
from tests.model.staff import CLOCK, SPECIALIST_ROLES, day, days, post, scenario, values

END = CLOCK.horizon
OPEN = dict.fromkeys(Team, 0)
FS, EDGE, EARLY, FGC = (
    Team.FAMILY_SAFEGUARDING,
    Team.EDGE_OF_CARE,
    Team.EARLY_HELP,
    Team.FAMILY_GROUP_CONFERENCE,
)


def line(
    which: Line,
    posts: list[Post],
    *levers: Lever,
    opens: dict[Team, int] | None = None,
    **changes: object,
) -> tuple[Worker, ...]:
    found = workers(values(**changes), scenario(*levers), tuple(posts), CLOCK, opens or OPEN)
    return found[which]


def edge_team(social: int = 3, support: int = 3) -> list[Post]:
    return [post(EDGE, "social_worker", k) for k in range(social)] + [
        post(EDGE, "family_support_worker", k) for k in range(support)
    ]


# One post


def test_full_workers_by_tick_are_those_of_each_tick_alone() -> None:
    one = replace(
        post(
            FS,
            "social_worker",
            0,
            (days(5), days(10), INDUCTION),
            (days(10), days(30), PERMANENT),
            (days(40), END, AGENCY),
        ),
        absences=((days(12), days(14)), (days(20), days(21))),
        hours=((days(5), 100), (days(25), 50)),
    )
    (desk,) = desks(values(), scenario(), (one,), CLOCK, OPEN, Line.SOCIAL_WORKER)
    ticks = [days(day) for day in range(60)]
    expected = [desk.time(tick, 0.4) for tick in ticks]
    assert desk.times(ticks, 0.4).tolist() == expected
    assert {0.0, 0.4, 0.5, 1.0} == set(expected)


def test_the_state_of_a_post_sets_what_it_holds_and_people_have_numbers() -> None:
    history = (
        (-1, days(10), PERMANENT),
        (days(10), days(20), VACANT),
        (days(20), days(30), AGENCY),
        (days(30), days(40), INDUCTION),
        (days(40), END, PERMANENT),
    )
    one = post(EARLY, "key_worker", 0, *history)
    assert line(Line.KEY_WORKER, [one], services__early_help__families_per_post__key_worker=9.0) == (
        (
            (0, 9, 1),
            (days(10), 0, 0),
            (days(20), 9, 2),
            (days(30), 4, 3),
            (days(40), 9, 3),
        ),
    )


def test_an_absent_worker_takes_nobody_new_and_is_the_same_person() -> None:
    one = post(EARLY, "key_worker", 0, absences=((days(10), days(70)),))
    assert line(Line.KEY_WORKER, [one]) == (((0, 10, 1), (days(10), 0, 1), (days(70), 10, 1)),)


def test_numbers_are_given_in_the_order_in_which_people_come() -> None:
    first = post(EARLY, "key_worker", 0, (0, days(50), PERMANENT), (days(50), END, AGENCY))
    second = post(EARLY, "key_worker", 1, (0, days(20), VACANT), (days(20), END, PERMANENT))
    found = line(Line.KEY_WORKER, [first, second])
    assert [[row[2] for row in worker] for worker in found] == [[1, 3], [0, 2]]


def test_a_cut_post_that_is_funded_again_is_one_worker_with_a_new_person() -> None:
    first = post(EARLY, "key_worker", 0, (-1, days(50), PERMANENT))
    again = post(EARLY, "key_worker", 0, (days(80), END, PERMANENT))
    assert line(Line.KEY_WORKER, [first, again]) == (((0, 10, 1), (days(50), 0, 0), (days(80), 10, 2)),)


def test_induction_never_takes_all_of_a_small_caseload() -> None:
    one = post(EARLY, "key_worker", 0, (0, END, INDUCTION))
    for full, load, expected in ((1.0, 0.5, 1), (3.0, 0.5, 1), (3.0, 0.0, 0), (0.4, 0.5, 0), (6.0, 0.5, 3)):
        (worker,) = line(
            Line.KEY_WORKER,
            [one],
            services__early_help__families_per_post__key_worker=full,
            staffing__induction_load=load,
        )
        assert worker[0][1] == expected


# Whole families


@pytest.mark.parametrize("each", [0.0, 0.3, 1.0, 2.01, 8.5, 12.4, 3 - 1e-12])
@pytest.mark.parametrize("posts", [1, 4, 7])
def test_a_full_team_holds_the_whole_families_of_its_exact_total(each: float, posts: int) -> None:
    team = [post(EARLY, "key_worker", k) for k in range(posts)]
    found = line(Line.KEY_WORKER, team, services__early_help__families_per_post__key_worker=each)
    assert sum(worker[0][1] for worker in found) == int(each * posts + 1e-9)
    assert {worker[0][1] - int(each + 1e-9) for worker in found} <= {0, 1}


def test_edge_of_care_s_two_roles_hold_their_own_numbers() -> None:
    team = [*edge_team(), post(EDGE, "manager", 0)]
    found = line(Line.EDGE_WORKER, team)
    assert list(found) == [((0, size, k + 1),) for k, size in enumerate((4, 4, 4, 3, 3, 3))]


def test_a_coordinator_s_conferences_a_year_are_families_at_a_time() -> None:
    # 15 conferences a year of a tenth of a year each are one and a half at a time.
    team = [post(FGC, "coordinator", k) for k in range(2)]
    more = Change(parameter="services.family_group_conference.conferences_a_year", start=day(50), times=2)
    found = line(Line.COORDINATOR, team, more)
    assert found == (((0, 1, 1), (days(50), 3, 1)), ((0, 2, 2), (days(50), 3, 2)))


def test_a_change_of_caseload_is_dated_and_ends() -> None:
    name = "services.early_help.families_per_post.key_worker"
    fewer = Change(parameter=name, start=day(10), end=day(20), to=6)
    found = line(Line.KEY_WORKER, [post(EARLY, "key_worker", 0)], fewer)
    assert found == (((0, 10, 1), (days(10), 6, 1), (days(20), 10, 1)),)


def test_places_are_the_sum_of_workers_at_every_moment() -> None:
    team = [
        post(EARLY, "key_worker", 0, absences=((days(10), days(20)),)),
        post(EARLY, "key_worker", 1, (0, days(10), VACANT), (days(10), END, PERMANENT)),
        post(EARLY, "key_worker", 2, (0, days(30), PERMANENT)),
    ]
    found = places(line(Line.KEY_WORKER, team))
    # On day 10 one goes and one comes: the sum stays, and so does the row.
    assert found == ((0, 20), (days(20), 30), (days(30), 20))
    assert places(()) == ((0, 0),)


# Opening


def test_nobody_is_held_before_the_opening_or_without_one() -> None:
    early = (-1, days(5), PERMANENT), (days(5), END, AGENCY)
    team = [post(EDGE, "social_worker", 0, *early)]
    assert line(Line.EDGE_WORKER, team, opens=OPEN | {EDGE: days(30)}) == (((0, 0, 0), (days(30), 4, 1)),)
    assert line(Line.EDGE_WORKER, team, opens=OPEN | {EDGE: NEVER}) == (((0, 0, 0),),)


def test_safeguarding_teams_turn_one_after_another_and_specialists_at_once() -> None:
    team = [post(FS, "social_worker", k) for k in range(6)]
    team += [post(FS, role, k) for role in SPECIALIST_ROLES for k in range(2)]
    opening = Open(service="family_safeguarding", on=day(0), teams=3, every_days=30)
    opens = OPEN | {FS: days(100)}
    found = line(Line.SOCIAL_WORKER, team, opening, opens=opens)
    turned = [next(tick for tick, families, _ in worker if families) for worker in found]
    assert turned == [days(100)] * 2 + [days(130)] * 2 + [days(160)] * 2
    assert [worker[0][1:] for worker in found] == [(0, 0)] * 6
    assert places(found) == ((0, 0), (days(100), 16), (days(130), 32), (days(160), 48))
    for which in (Line.VICTIM_WORKER, Line.SUBSTANCE_WORKER):
        assert places(line(which, team, opening, opens=opens)) == ((0, 0), (days(100), 24))


def test_posts_that_are_added_later_join_the_last_team_and_move_no_other() -> None:
    team = [post(FS, "social_worker", k) for k in range(4)]
    more = [post(FS, "social_worker", k, (days(400), END, PERMANENT)) for k in (4, 5)]
    opening = Open(service="family_safeguarding", on=day(0), teams=2, every_days=30)
    before = line(Line.SOCIAL_WORKER, team, opening)
    after = line(Line.SOCIAL_WORKER, team + more, opening)
    assert after[:4] == before
    assert [worker[0][:2] for worker in before] == [(0, 8), (0, 8), (0, 0), (0, 0)]
    assert after[4] == ((0, 0, 0), (days(400), 8, 5))


def test_a_role_that_gains_posts_later_changes_no_other_role_s_families() -> None:
    halves = {
        "services__edge_of_care__families_per_post__social_worker": 3.5,
        "services__edge_of_care__families_per_post__family_support_worker": 2.5,
    }
    few = line(Line.EDGE_WORKER, edge_team(0, 2), **halves)
    many = line(Line.EDGE_WORKER, edge_team(1, 2), **halves)
    assert [worker[0][1] for worker in few] == [2, 3]
    assert [worker[0][1] for worker in many] == [3, 2, 3]


# Pairs


def test_pairs_hold_what_the_smaller_of_two_can_and_posts_without_a_partner_nothing() -> None:
    found = line(Line.EDGE_WORKER, edge_team(3, 2), Pairs(service="edge_of_care", start=day(50)))
    half = days(50)
    assert found == (
        # The social worker of each pair goes on with the families held; the others are handed over.
        ((0, 4, 1), (half, 3, 1)),
        ((0, 4, 2), (half, 3, 2)),
        ((0, 4, 3), (half, 0, 0)),
        ((0, 3, 4), (half, 0, 0)),
        ((0, 3, 5), (half, 0, 0)),
    )


def test_a_pair_is_new_when_either_changes_and_holds_nobody_while_one_is_missing() -> None:
    team = [
        post(EDGE, "social_worker", 0, absences=((days(300), days(310)),)),
        post(
            EDGE,
            "family_support_worker",
            0,
            (0, days(100), PERMANENT),
            (days(100), days(200), VACANT),
            (days(200), END, PERMANENT),
        ),
    ]
    first, second = line(Line.EDGE_WORKER, team, Pairs(service="edge_of_care", start=day(0)))
    assert first == (
        (0, 3, 1),
        (days(100), 0, 0),
        (days(200), 3, 2),
        (days(300), 0, 2),
        (days(310), 3, 2),
    )
    assert second == ((0, 0, 0),)


def test_a_pair_that_parts_leaves_its_families_with_the_first_of_the_two() -> None:
    pairs = Pairs(service="edge_of_care", start=day(50), end=day(90))
    assert line(Line.EDGE_WORKER, edge_team(1, 1), pairs) == (
        ((0, 4, 1), (days(50), 3, 1), (days(90), 4, 1)),
        ((0, 3, 2), (days(50), 0, 0), (days(90), 3, 2)),
    )


def test_a_pair_that_was_new_goes_on_as_its_first_alone_when_it_parts() -> None:
    """A new partner comes on day 75, which is a handover; parting on day 90 is none, nor pairing again on day
    120; a new social worker on day 155 is one."""
    team = [
        post(EDGE, "social_worker", 0, *change_of_person(150, 155)),
        post(EDGE, "family_support_worker", 0, *change_of_person(70, 75)),
    ]
    twice = (
        Pairs(service="edge_of_care", start=day(50), end=day(90)),
        Pairs(service="edge_of_care", start=day(120)),
    )
    first, second = line(Line.EDGE_WORKER, team, *twice)
    assert first == (
        (0, 4, 1),
        (days(50), 3, 1),
        (days(70), 0, 0),
        (days(75), 3, 3),
        (days(90), 4, 3),
        (days(120), 3, 3),
        (days(150), 0, 0),
        (days(155), 3, 5),
    )
    assert second == ((0, 3, 2), (days(50), 0, 0), (days(90), 3, 4), (days(120), 0, 0))


def test_a_new_person_on_the_day_of_pairing_takes_over_nobody_unasked() -> None:
    """Agency cover leaves the social worker's post to a permanent worker on the very day."""
    team = [
        post(EDGE, "social_worker", 0, (0, days(50), AGENCY), (days(50), END, PERMANENT)),
        post(EDGE, "family_support_worker", 0),
    ]
    first, _ = line(Line.EDGE_WORKER, team, Pairs(service="edge_of_care", start=day(50)))
    assert first == ((0, 4, 1), (days(50), 3, 3))


def change_of_person(left: int, came: int) -> tuple[tuple[int, int, str], ...]:
    """One person until a day, another from a later one."""
    return (0, days(left), PERMANENT), (days(left), days(came), VACANT), (days(came), END, PERMANENT)


# Unprotected space and load


def statutory(*vacant: tuple[int, int]) -> list[Post]:
    """Four safeguarding social workers, the first of whom are missing in these spans."""
    team = [post(FS, "social_worker", k) for k in range(4)]
    for k, (start, stop) in enumerate(vacant):
        spells = [(-1, start, PERMANENT), (start, stop, VACANT), (stop, END, PERMANENT)]
        team[k] = post(FS, "social_worker", k, *(spell for spell in spells if spell[0] < spell[1]))
    return team


def test_an_unprotected_team_s_social_workers_go_where_the_law_needs_them() -> None:
    open_space = Protect(service="edge_of_care", protected=False, start=day(20))
    team = statutory((days(10), days(100)), (days(50), days(100))) + edge_team()
    found = line(Line.EDGE_WORKER, team, open_space)
    # A quarter of the posts is vacant, then half: of three, one goes (0.75), then two (1.5, rounded up).
    assert found[0] == ((0, 4, 1),)
    assert found[1] == ((0, 4, 2), (days(50), 0, 2), (days(100), 4, 2))
    assert found[2] == ((0, 4, 3), (days(20), 0, 3), (days(100), 4, 3))
    assert [worker[0][1] for worker in found[3:]] == [3, 3, 3]
    for_a_while = Protect(service="edge_of_care", protected=False, start=day(20), end=day(60))
    again = Protect(service="edge_of_care", protected=False, start=day(80))
    found = line(Line.EDGE_WORKER, team, for_a_while, again)
    assert found[1] == (
        (0, 4, 2), (days(50), 0, 2), (days(60), 4, 2), (days(80), 0, 2), (days(100), 4, 2)
    )  # fmt: skip
    assert found[2] == (
        (0, 4, 3), (days(20), 0, 3), (days(60), 4, 3), (days(80), 0, 3), (days(100), 4, 3)
    )  # fmt: skip
    protected = Protect(service="edge_of_care", protected=True, start=day(20))
    assert line(Line.EDGE_WORKER, team, protected) == line(Line.EDGE_WORKER, team)


def test_the_load_that_can_be_carried_follows_the_people_at_work() -> None:
    given = values()
    given["staffing.usual_caseload"] = 8.0
    team = statutory((days(10), days(100)), (days(50), days(100))) + edge_team()
    team[3] = post(FS, "social_worker", 3, absences=((days(200), days(210)),))
    team[2] = post(FS, "social_worker", 2, (-1, days(300), PERMANENT), (days(300), END, INDUCTION))
    found = load_capacity(given, scenario(), tuple(team), CLOCK)
    expected = ((0, 32), (10, 24), (50, 16), (100, 32), (200, 24), (210, 32), (300, 28))
    assert found == tuple((days(number), families * ONE) for number, families in expected)
    open_space = Protect(service="edge_of_care", protected=False, start=day(0))
    helped = load_capacity(given, scenario(open_space), tuple(team), CLOCK)
    # One is lent for the first vacancy and two for both.
    expected = ((0, 32), (200, 24), (210, 32), (300, 28))
    assert helped == tuple((days(number), families * ONE) for number, families in expected)


def test_overload_is_one_at_the_usual_caseload_and_its_effect_at_twice() -> None:
    table = overload(values())
    assert len(table) == 49
    assert table[16] == ONE
    assert table[32] == fixed_point(1.21)
    assert table[8] == table[0] == fixed_point(1 / 1.21)
    assert all(a <= b for a, b in pairwise(table))
    assert set(overload(values(effects__overload=1.0))) == {ONE}


def test_a_longer_conference_takes_more_of_a_coordinator_s_places() -> None:
    """As many conferences a year: half as long again, half as many again are under way at a time."""
    name = "services.family_group_conference"
    team = [post(Team.FAMILY_GROUP_CONFERENCE, "coordinator", 0)]
    given = {"conferences_a_year": 36.525, "length_days": 40.0}
    longer = Change(parameter=f"{name}.length_days", start=day(100), times=1.5)
    found = line(
        Line.COORDINATOR,
        team,
        longer,
        **{f"{name}.{key}".replace(".", "__"): value for key, value in given.items()},
    )
    assert found == (((0, 4, 1), (days(100), 6, 1)),)
