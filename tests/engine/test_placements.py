"""Where a looked-after child lives: how placements begin, break down and change with age."""

import pytest

from sim.engine.events import Event
from sim.experiment.trial import Trial, run_trial
from sim.foundations.ledger import ONE
from sim.model.plan import Rules
from sim.model.terms import MOVES, Channel, Leaving, Line, Offer, Placement, Route, Status, Stay
from tests.made_up import bury
from tests.replay import live
from tests.worlds import (
    BANDS,
    RATE,
    UNSPENT,
    Household,
    Kid,
    after,
    at,
    days,
    plan_of,
    rows,
    rules,
    services,
    story,
    years,
)

HALF = ONE // 2
ALWAYS = {
    Placement.OWN_FOSTER: (ONE,) * 5,
    Placement.AGENCY_FOSTER: (0, *(ONE,) * 4),
    Placement.CHILDRENS_HOME: (0, 0, *(ONE,) * 3),
    Placement.SUPPORTED_ACCOMMODATION: (0, 0, 0, ONE, ONE),
    Placement.FOR_ADOPTION: (0,) * 5,
}
"""Cumulative chances that make one placement certain."""


def to_a_home(**changes: object) -> Rules:
    """After a breakdown every child goes to a children's home."""
    return rules(**{"moved_to": (ALWAYS[Placement.CHILDRENS_HOME],) * BANDS, **changes})


def in_care(*settled: float, elapsed: float = 0, **more: object) -> Household:
    """A child in long care on the first day, whose placements break down after so many days."""
    kid = Kid(
        **{
            "opening_stay": Stay.LONG,
            "opening_elapsed": days(elapsed),
            "settled": tuple(after(days(day)) for day in settled),
            **more,
        }
    )
    return Household(kids=(kid,))


LIVES = (Event.PLACED, Event.BROKE_DOWN)


def test_a_placement_breaks_down_and_another_begins_the_same_day() -> None:
    log = live(plan_of(in_care(30, 20, elapsed=100), rules=to_a_home()))
    assert story(log, 10, *LIVES) == [
        (0, "PLACED", 100, Placement.OWN_FOSTER),
        (30, "BROKE_DOWN", 100, Placement.OWN_FOSTER),
        (30, "PLACED", 100, Placement.CHILDRENS_HOME),
        (50, "BROKE_DOWN", 100, Placement.CHILDRENS_HOME),
        (50, "PLACED", 100, Placement.CHILDRENS_HOME),
    ]
    # The first had lasted since before the first day.
    assert [row[5] for row in rows(log, Event.BROKE_DOWN)] == [days(130), days(20)]
    assert at(log, Event.LEFT) == []


@pytest.mark.parametrize(("elapsed", "day"), [(0, 60), (30, 90), (40, 100)])
def test_placements_break_down_less_once_they_have_lasted(elapsed: float, day: float) -> None:
    """Twice as fast for the first forty days of a placement: a new one breaks down on day 60, not 100."""
    early = (((0, 2 * RATE), (days(40), RATE)),) * len(Placement)
    log = live(plan_of(in_care(100, elapsed=elapsed), rules=to_a_home(moves=early)))
    assert at(log, Event.BROKE_DOWN) == [day]


def test_each_kind_of_placement_breaks_down_at_its_own_rate() -> None:
    pace = [((0, RATE),)] * len(Placement)
    pace[Placement.CHILDRENS_HOME] = ((0, 4 * RATE),)
    log = live(plan_of(in_care(30, 40), rules=to_a_home(moves=tuple(pace))))
    assert at(log, Event.BROKE_DOWN) == [30, 30 + 40 / 4]


def test_a_breakdown_does_not_end_care_and_the_end_of_care_ends_the_placement() -> None:
    leaving = in_care(30, 60, stay_end=(after(days(50)),))
    log = live(plan_of(leaving, rules=to_a_home()))
    assert at(log, Event.BROKE_DOWN) == [30]
    assert at(log, Event.LEFT) == [50]


def test_a_birthday_moves_a_child_to_what_the_same_place_means_at_the_new_age() -> None:
    placement = [ALWAYS[Placement.OWN_FOSTER]] * BANDS
    placement[5] = ALWAYS[Placement.SUPPORTED_ACCOMMODATION]
    moved = [ALWAYS[Placement.AGENCY_FOSTER]] * BANDS
    moved[5] = ALWAYS[Placement.CHILDRENS_HOME]
    world = rules(placement=tuple(placement), moved_to=tuple(moved))
    birthday = (years(16) - years(15.9)) / days(1)
    settled = live(plan_of(in_care(age=15.9), rules=world))
    assert story(settled, 10, Event.PLACED)[1:] == [
        (birthday, "PLACED", 100, Placement.SUPPORTED_ACCOMMODATION)
    ]
    # Once a placement has broken down, the mix after breakdowns is what changes with age.
    broken = live(plan_of(in_care(10, age=15.9), rules=world))
    assert story(broken, 10, Event.PLACED)[1:] == [
        (10, "PLACED", 100, Placement.AGENCY_FOSTER),
        (birthday, "PLACED", 100, Placement.CHILDRENS_HOME),
    ]


def test_a_child_with_kin_stays_there_on_a_birthday_and_leaves_when_it_breaks_down() -> None:
    placement = [ALWAYS[Placement.OWN_FOSTER]] * BANDS
    placement[5] = ALWAYS[Placement.SUPPORTED_ACCOMMODATION]
    world = to_a_home(placement=tuple(placement), kinship=(HALF,) * BANDS)
    with_kin = {"age": 15.9, "kin": (HALF - 1,)}
    calm = live(plan_of(in_care(**with_kin), rules=world))
    assert story(calm, 10, Event.PLACED) == [(0, "PLACED", 100, Placement.KINSHIP)]
    broken = live(plan_of(in_care(10, **with_kin), rules=world))
    assert story(broken, 10, *LIVES)[:3] == [
        (0, "PLACED", 100, Placement.KINSHIP),
        (10, "BROKE_DOWN", 100, Placement.KINSHIP),
        (10, "PLACED", 100, Placement.CHILDRENS_HOME),
    ]
    without = live(plan_of(in_care(age=15.9, kin=(HALF,)), rules=world))
    assert story(without, 10, Event.PLACED)[0] == (0, "PLACED", 100, Placement.OWN_FOSTER)


def test_a_young_child_may_be_placed_for_adoption() -> None:
    world = rules(placement=(ALWAYS[Placement.FOR_ADOPTION],) * BANDS)
    log = live(plan_of(in_care(age=2.0), rules=world))
    assert story(log, 10, Event.PLACED) == [(0, "PLACED", 100, Placement.FOR_ADOPTION)]


def test_a_new_period_of_care_begins_with_a_first_placement_again() -> None:
    kid = Kid(
        opening_stay=Stay.LONG,
        stay_end=(after(days(50)),),
        settled=(after(days(10)), UNSPENT),
        crisis=(after(days(5)), after(days(5))),
        edge=(after(days(2)), after(days(2))),
    )
    log = live(plan_of(Household(kids=(kid,)), rules=to_a_home()))
    assert story(log, 10, Event.PLACED, Event.ENTERED) == [
        (0, "PLACED", 100, Placement.OWN_FOSTER),
        (10, "PLACED", 100, Placement.CHILDRENS_HOME),
        (57, "ENTERED", 100, Route.BREAKDOWN),
        (57, "PLACED", 100, Placement.OWN_FOSTER),
    ]


def test_what_is_left_against_a_breakdown_outlasts_a_time_at_home() -> None:
    """Thirty of forty days' worth are spent in the first period of care, the other ten in the second."""
    household = in_care(
        40, stay_end=(after(days(30)), UNSPENT), crisis=(after(days(5)),), edge=(after(days(2)),)
    )
    log = live(plan_of(household, rules=to_a_home()))
    assert at(log, Event.LEFT) == [30]
    assert at(log, Event.ENTERED) == [37]
    assert at(log, Event.BROKE_DOWN) == [47]


def test_a_child_who_leaves_on_the_day_its_placement_breaks_down_just_leaves() -> None:
    household = in_care(
        30, 20, stay_end=(after(days(30)), UNSPENT), crisis=(after(days(5)),), edge=(after(days(2)),)
    )
    log = live(plan_of(household, rules=to_a_home()))
    assert story(log, 10, Event.LEFT, *LIVES)[:2] == [
        (0, "PLACED", 100, Placement.OWN_FOSTER),
        (30, "LEFT", 100, Leaving.RETURNED_HOME),
    ]
    # The next period of care spends the next resilience.
    assert at(log, Event.ENTERED) == [37]
    assert at(log, Event.BROKE_DOWN) == [57]


def test_placements_that_run_out_of_numbers_are_logged_and_break_down_no_more() -> None:
    log = live(plan_of(in_care(*[1] * MOVES), rules=to_a_home()))
    assert at(log, Event.BROKE_DOWN) == list(range(1, MOVES + 1))
    assert [row[3] for row in story(log, 10, Event.EXHAUSTED)] == [8]


LATE = Offer.CONFERENCE_PRE_PROCEEDINGS


@pytest.mark.parametrize(
    ("kin", "length", "placement"),
    [
        (0.49, 20, Placement.KINSHIP),
        (0.6, 20, Placement.KINSHIP),
        (0.6, 60, Placement.OWN_FOSTER),
        (0.76, 20, Placement.OWN_FOSTER),
    ],
)
def test_a_conference_that_has_met_raises_the_chance_of_care_with_kin(
    kin: float, length: float, placement: Placement
) -> None:
    """Half of children at first, three quarters once it has met; the court decides on day 40."""
    network = services(
        opens={LATE: 0},
        places={Line.COORDINATOR: ((0, 1),)},
        effects={LATE: {Channel.NETWORK: 1.5}},
    )
    household = Household(
        kids=(Kid(kin=(round(kin * ONE),)),),
        opening=Status.PRE_PROCEEDINGS,
        court=(after(days(40)),),
        length={LATE: days(length)},
    )
    log = live(plan_of(household, rules=rules(kinship=(HALF,) * BANDS), services=network))
    assert at(log, Event.FINISHED, what=LATE) == [length]
    assert story(log, 10, Event.PLACED) == [(40, "PLACED", 100, placement)]


def test_time_spent_in_one_placement_is_not_given_back_in_the_next() -> None:
    """A move that is no breakdown (a birthday) leaves what is left: forty days' worth is gone on day 40."""
    placement = [ALWAYS[Placement.OWN_FOSTER]] * BANDS
    placement[5] = ALWAYS[Placement.SUPPORTED_ACCOMMODATION]
    birthday = (years(16) - years(15.95)) / days(1)
    assert 10 < birthday < 30
    log = live(plan_of(in_care(40, age=15.95), rules=to_a_home(placement=tuple(placement))))
    assert at(log, Event.PLACED)[1] == birthday
    assert at(log, Event.BROKE_DOWN) == [40]


@pytest.mark.parametrize(
    ("scenario", "draw", "run"), [("no change", 71, 1), ("no change", 120, 0), ("both", 45, 2)]
)
def test_no_child_of_bury_needs_more_numbers_than_there_are(scenario: str, draw: int, run: int) -> None:
    # Draws in which placements break down most, or crises pass at home: sixteen and twelve numbers a child
    # were too few for these.
    log = run_trial(bury(), Trial(scenario=scenario, draw=draw, run=run)).log
    assert not log.rows(Event.EXHAUSTED).any()
