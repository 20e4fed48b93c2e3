"""Posts that are part-time: what is funded, who stays, what they hold, and what their team is short of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.foundations.ledger import ONE
from sim.foundations.randomness import Chance
from sim.model.capacity import load_capacity, places, workers
from sim.model.funding import funded_posts
from sim.model.hours import cut, hours_at
from sim.model.openings import AGENCY, INDUCTION, PERMANENT, VACANT, filled, produced
from sim.model.plan import Post, Worker
from sim.model.practice import supervised
from sim.model.staffing import build_posts
from sim.model.terms import Line, Team
from sim.study.full_time import families_of, hours_of, hundredths, posts_text, too_fine
from sim.study.levers import Change, Lever, Open, Pairs, Posts, Protect
from tests.model.staff import CLOCK, USUAL, day, days, post, same, scenario, values

END = CLOCK.horizon
OPEN = dict.fromkeys(Team, 0)
EARLY, EDGE, FS = Team.EARLY_HELP, Team.EDGE_OF_CARE, Team.FAMILY_SAFEGUARDING
KEY = "services__early_help__families_per_post__key_worker"
BASELINE = "staffing__early_help__posts__key_worker"


def lever(posts: float, start: dt.date, end: dt.date | None = None) -> Posts:
    return Posts(service="early_help", role="key_worker", posts=posts, start=start, end=end)


def funded(*levers: Lever, **changes: Any) -> list[tuple[int, int, int, tuple[tuple[int, ...], ...], bool]]:
    return [
        (span.number, span.start, span.end, span.hours, span.opening)
        for span in funded_posts(values(**changes), scenario(*levers), CLOCK, USUAL)
        if span.team == EARLY
    ]


def line(which: Line, posts: list[Post], *levers: Lever, **changes: Any) -> tuple[Worker, ...]:
    return workers(values(**changes), scenario(*levers), tuple(posts), CLOCK, OPEN)[which]


def helpers(*levers: Lever, seed: int = 1, **changes: Any) -> list[Post]:
    found = build_posts(values(**changes), scenario(*levers), CLOCK, Chance(seed, 0, 0), USUAL)
    return [one for one in found if one.team == EARLY]


# Numbers of posts


def test_a_number_of_posts_is_whole_people_and_the_hours_of_a_last_one() -> None:
    assert [hours_of(hundredths(3.5), number) for number in range(5)] == [100, 100, 100, 50, 0]
    assert [hours_of(hundredths(0.29), number) for number in range(2)] == [29, 0]
    assert [hours_of(0, 0), hours_of(100, 0), hours_of(101, 1)] == [0, 100, 1]
    assert [too_fine(number) for number in (3, 3.5, 0.29, 1.15, 0.001, 2.125)] == [False] * 4 + [True] * 2
    assert [posts_text(number) for number in (3, 10, 3.5, 0.25)] == ["3", "10", "3.5", "0.25"]


# Funding


def test_a_lever_of_three_and_a_half_adds_half_a_post_behind_three() -> None:
    later = days(100)
    assert funded(lever(3.5, day(100))) == [
        *((number, -1, END, (), True) for number in range(3)),
        (3, later, END, ((later, 50),), False),
    ]


def test_a_baseline_may_be_part_time_too() -> None:
    assert funded(**{BASELINE: 1.25}) == [(0, -1, END, (), True), (1, -1, END, ((-1, 25),), True)]


def test_hours_change_within_one_span_and_end_with_the_post() -> None:
    rise, fall, gone = days(100), days(200), days(300)
    assert funded(lever(1, day(100), day(200)), lever(0.25, day(200), day(300)), **{BASELINE: 0.5}) == [
        (0, -1, END, ((-1, 50), (rise, 100), (fall, 25), (gone, 50)), True)
    ]
    # More posts make the part-time one whole and add another behind it.
    assert funded(lever(1.5, day(100)), **{BASELINE: 0.5}) == [
        (0, -1, END, ((-1, 50), (rise, 100)), True),
        (1, rise, END, ((rise, 50),), False),
    ]
    # A cut to nothing ends it, and what comes back later is a new post.
    assert funded(lever(0, day(100), day(200)), **{BASELINE: 0.5}) == [
        (0, -1, rise, ((-1, 50),), True),
        (0, fall, END, ((fall, 50),), False),
    ]


def test_hours_before_the_first_day_are_those_of_the_last_change() -> None:
    assert funded(lever(1, dt.date(2023, 3, 1)), **{BASELINE: 0.5}) == [(0, -1, END, (), True)]
    early = -days(31)
    assert funded(lever(3.5, dt.date(2023, 3, 1)))[3] == (3, early, END, ((early, 50),), False)


def test_whoever_is_in_a_post_stays_when_its_hours_change() -> None:
    restless: dict[str, Any] = {
        "staffing__leaving": same(1.0),
        "staffing__agency_share": same(0.5),
        "staffing__absence": 0.1,
        "staffing__vacancy_at_start": same(0.3),
    }
    for seed in range(5):
        whole = helpers(seed=seed, **restless, **{BASELINE: 4.0})
        part = helpers(lever(3.25, day(300), day(600)), seed=seed, **restless, **{BASELINE: 4.0})
        assert [(p.spells, p.absences) for p in whole] == [(p.spells, p.absences) for p in part]
        assert [p.hours for p in part[:3]] == [()] * 3
        assert part[3].hours == ((-1, 100), (days(300), 25), (days(600), 100))


def test_a_span_is_cut_where_hours_change() -> None:
    rows = ((-1, 50), (10, 100), (20, 25))
    assert list(cut(rows, 5, 30)) == [(5, 10, 50), (10, 20, 100), (20, 30, 25)]
    assert list(cut(rows, 10, 20)) == [(10, 20, 100)]
    assert list(cut((), 5, 30)) == [(5, 30, 100)]
    assert [hours_at(rows, tick) for tick in (-5, 9, 10, 99)] == [50, 50, 100, 25]


# Families


@pytest.mark.parametrize(
    ("before", "full", "hours", "families"),
    [
        (0.0, 5.0, 100, 5),
        (0.0, 5.0, 50, 2),
        (2.5, 5.0, 50, 3),  # the halves of two half-time people make up a family
        (4.5, 4.5, 50, 2),  # 6.75 of which the post before holds 4
        (0.0, 1.4, 50, 1),  # 0.7 of a family is half or more: one
        (0.0, 2.0, 25, 1),  # exactly half
        (0.0, 2.0, 24, 0),  # less than half
        (1.6, 1.6, 25, 1),  # 0.4, which with the 0.6 left over makes one
        (0.0, 0.7, 100, 0),  # a full-time post is only ever given whole families of the exact total
        (0.0, 0.0, 50, 0),
        (0.0, 5.0, 0, 0),
    ],
)
def test_families_of_a_part_time_post(before: float, full: float, hours: int, families: int) -> None:
    assert families_of(before, full, hours) == families


@pytest.mark.parametrize("full", [2.0, 3.0, 5.0, 8.5, 12.4])
def test_two_half_time_workers_hold_as_much_as_one_full_time(full: float) -> None:
    halves = [post(EARLY, "key_worker", k, hours=((-1, 50),)) for k in range(2)]
    two = line(Line.KEY_WORKER, halves, **{KEY: full})
    one = line(Line.KEY_WORKER, [post(EARLY, "key_worker", 0)], **{KEY: full})
    assert places(two) == places(one) == ((0, int(full)),)
    assert {worker[0][2] for worker in two} == {1, 2}


def test_a_rise_keeps_the_person_and_adds_places_that_day_and_a_fall_takes_them() -> None:
    posts = helpers(lever(1, day(100), day(200)), lever(0.2, day(200)), **{BASELINE: 0.5})
    assert line(Line.KEY_WORKER, posts) == (((0, 5, 1), (days(100), 10, 1), (days(200), 2, 1)),)


def test_a_part_time_post_is_inducted_and_covered_in_its_hours() -> None:
    history = ((-1, days(10), AGENCY), (days(10), days(20), VACANT), (days(20), END, INDUCTION))
    one = post(EARLY, "key_worker", 0, *history, hours=((-1, 60),))
    assert line(Line.KEY_WORKER, [one]) == (((0, 6, 1), (days(10), 0, 0), (days(20), 3, 2)),)


def test_hours_and_a_dated_caseload_count_together() -> None:
    name = "services.early_help.families_per_post.key_worker"
    one = post(EARLY, "key_worker", 0, hours=((-1, 50), (days(30), 80)))
    found = line(Line.KEY_WORKER, [one], Change(parameter=name, start=day(20), end=day(40), to=20))
    assert found == (((0, 5, 1), (days(20), 10, 1), (days(30), 16, 1), (days(40), 8, 1)),)


def test_a_post_that_is_funded_again_has_the_hours_of_its_time() -> None:
    first = post(EARLY, "key_worker", 0, (-1, days(50), PERMANENT))
    again = post(EARLY, "key_worker", 0, (days(80), END, PERMANENT), hours=((days(80), 30),))
    assert line(Line.KEY_WORKER, [first, again]) == (((0, 10, 1), (days(50), 0, 0), (days(80), 3, 2)),)


def test_a_pair_holds_what_the_hours_of_the_one_with_fewer_allow() -> None:
    team = [
        post(EDGE, "social_worker", 0),
        post(EDGE, "social_worker", 1, hours=((-1, 50),)),
        *(post(EDGE, "family_support_worker", k) for k in range(2)),
    ]
    found = line(Line.EDGE_WORKER, team, Pairs(service="edge_of_care", start=day(50)))
    assert [worker[0][1] for worker in found] == [4, 2, 3, 3]
    assert [worker[-1] for worker in found] == [
        (days(50), 3, 1),
        (0, 2, 2),  # half of four, and no more beside a full-time colleague who could hold three
        (days(50), 0, 0),
        (days(50), 0, 0),
    ]


# The team


def test_a_part_time_vacancy_counts_by_its_hours() -> None:
    team = [
        post(FS, "substance_worker", 0),
        post(FS, "substance_worker", 1, (-1, END, VACANT), hours=((-1, 50),)),
    ]
    assert filled(team, 0) == pytest.approx(2 / 3)


def test_fewer_hours_of_a_vacancy_can_make_a_service_ready() -> None:
    opening = Open(service="family_safeguarding", on=day(0))
    team = (
        post(FS, "social_worker", 0),
        post(FS, "substance_worker", 0, hours=((-1, 50),)),
        post(FS, "substance_worker", 1, (-1, END, VACANT), hours=((-1, 100), (days(70), 50))),
    )
    # A third of the specialists' hours is filled, and from day 70 half.
    given = values(services__family_safeguarding__ready_share=0.5)
    assert produced(FS, given, scenario(opening), team, CLOCK) == days(70)


def test_a_manager_who_works_half_time_supervises_half() -> None:
    half = (post(EDGE, "manager", 0, hours=((-1, 50),)),)
    whole = (*half, post(EDGE, "manager", 1))
    given = values()  # unsupervised work keeps half of its effect
    assert np.unique(supervised(given, half, CLOCK)).tolist() == [0.75]
    assert np.unique(supervised(given, whole, CLOCK)).tolist() == [1.0]
    assert np.unique(supervised(given, (), CLOCK)).tolist() == [0.5]


def test_the_load_that_can_be_carried_goes_by_hours() -> None:
    team = (post(FS, "social_worker", 0), post(FS, "social_worker", 1, hours=((-1, 50), (days(100), 75))))
    found = load_capacity(values(), scenario(), team, CLOCK)
    assert found == ((0, 12 * ONE), (days(100), 14 * ONE))


def test_vacant_hours_decide_how_many_are_lent_and_a_part_time_one_is_one() -> None:
    covered = [
        post(FS, "social_worker", 0),
        post(FS, "social_worker", 1, (-1, END, VACANT), hours=((-1, 50), (days(100), 100))),
    ]
    team = [post(EDGE, "social_worker", k) for k in range(2)]
    team.append(post(EDGE, "social_worker", 2, hours=((-1, 50),)))
    space = Protect(service="edge_of_care", protected=False, start=day(0))
    # A third of the hours is vacant, then half: of three people one goes, then two; the last first.
    found = line(Line.EDGE_WORKER, [*covered, *team], space)
    assert [[row[:2] for row in worker] for worker in found] == [
        [(0, 4)],
        [(0, 4), (days(100), 0)],
        [(0, 0)],
    ]
    carried = load_capacity(values(), scenario(space), (*covered, *team), CLOCK)
    # One full-time post and half a one lent; then one full-time one more.
    assert carried == ((0, 12 * ONE), (days(100), 20 * ONE))
