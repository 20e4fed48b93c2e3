"""People in posts: who leaves, what becomes of the families they held, and what the change costs."""

import pytest

from sim.engine.events import Event
from sim.foundations.ledger import ONE
from sim.model.plan import Services, Worker
from sim.model.terms import Channel, Line, Offer, Status
from tests.replay import live
from tests.worlds import UNSPENT, Household, after, at, days, person, plan_of, rows, services, story

HELP = Offer.EARLY_HELP
HALF = ONE // 2


def helped(length: float = 30, **more: object) -> Household:
    """A family that comes to early help on the first day, for so many days."""
    return Household(**{"opening": Status.EARLY_HELP, "length": {HELP: days(length)}, **more})


def posts(*workers: Worker, **changes: object) -> Services:
    """Early help with these workers; an offer stands for as long as anybody may wait."""
    return services(
        **{
            "opens": {HELP: 0},
            "workers": {Line.KEY_WORKER: workers},
            "lapses": {HELP: days(600)},
            **changes,
        }
    )


WORK = (Event.STARTED, Event.INTERRUPTED, Event.RESUMED, Event.GIVEN_UP, Event.FINISHED, Event.STOPPED)


def test_two_families_one_worker_who_leaves_on_day_ten() -> None:
    """The post is filled again on day 40: the interrupted family comes first and has 20 days left."""
    one = person((0, 1, 1), (10, 0, 0), (40, 1, 2))
    log = live(plan_of(helped(30), helped(30), services=posts(one)))
    assert story(log, 10, *WORK) == [
        (0, "STARTED", -1, HELP),
        (10, "INTERRUPTED", -1, HELP),
        (40, "RESUMED", -1, HELP),
        (60, "FINISHED", -1, HELP),
    ]
    assert [row[5] / days(1) for row in rows(log, Event.RESUMED, Event.FINISHED)][:2] == [30, 60]
    assert story(log, 20, *WORK) == [(60, "STARTED", -1, HELP), (90, "FINISHED", -1, HELP)]


def test_nobody_takes_a_family_over_before_the_handover_is_done() -> None:
    """The next person is there at once: new work starts at once, interrupted work after two weeks."""
    two = person((0, 2, 1), (10, 2, 2))
    log = live(plan_of(helped(30), helped(5), services=posts(two)))
    assert at(log, Event.RESUMED, family=10) == [24]
    assert at(log, Event.FINISHED, family=10) == [24 + 20]
    one = person((0, 1, 1), (10, 1, 2))
    log = live(plan_of(helped(30), helped(30), services=posts(one)))
    assert at(log, Event.STARTED, family=20) == [10]
    assert at(log, Event.RESUMED, family=10) == [40]
    assert at(log, Event.FINISHED, family=10) == [60]


@pytest.mark.parametrize(("handover", "resumed"), [(0, 15), (3, 15), (5, 15), (6, 25), (20, 35)])
def test_interrupted_work_is_resumed_before_any_new_work_starts(handover: float, resumed: float) -> None:
    """A colleague has room on days 15, 25 and so on; the family waiting longest is more at risk, too."""
    leaver, stayer = person((0, 1, 1), (10, 0, 0)), person((0, 1, 1))
    waiting = [helped(10, priority=0) for _ in range(4)]
    plan = plan_of(
        helped(30, priority=0),
        helped(15, priority=0),
        *waiting,
        services=posts(leaver, stayer, handover=days(handover)),
    )
    log = live(plan)
    assert at(log, Event.INTERRUPTED, family=10) == [10]
    assert at(log, Event.RESUMED, family=10) == [resumed]
    assert at(log, Event.FINISHED, family=10) == [resumed + 20]


def test_work_is_given_up_when_nobody_has_taken_it_over_for_eight_weeks() -> None:
    late = person((0, 1, 1), (10, 0, 0), (66.5, 1, 2))
    log = live(plan_of(helped(30), services=posts(late)))
    assert story(log, 10, *WORK)[-1] == (66, "GIVEN_UP", -1, HELP)
    assert rows(log, Event.GIVEN_UP)[0][5] == days(66)
    assert at(log, Event.RESUMED) == []
    in_time = person((0, 1, 1), (10, 0, 0), (65.5, 1, 2))
    log = live(plan_of(helped(30), services=posts(in_time)))
    assert at(log, Event.RESUMED) == [65.5]
    assert at(log, Event.GIVEN_UP) == []


def test_work_that_waits_for_a_colleague_ends_when_the_case_leaves_its_level() -> None:
    leaver = person((0, 1, 1), (10, 0, 0), (40, 1, 2))
    household = helped(30, step_up=(after(days(15)),))
    log = live(plan_of(household, services=posts(leaver)))
    assert story(log, 10, *WORK)[1:] == [(10, "INTERRUPTED", -1, HELP), (15, "GIVEN_UP", -1, HELP)]
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [15]


def test_work_that_ends_on_the_day_its_worker_leaves_is_finished() -> None:
    log = live(plan_of(helped(10), services=posts(person((0, 1, 1), (10, 0, 0)))))
    assert story(log, 10, *WORK) == [(0, "STARTED", -1, HELP), (10, "FINISHED", -1, HELP)]


def test_a_family_is_interrupted_each_time_that_its_worker_leaves() -> None:
    two_leave = person((0, 1, 1), (10, 1, 2), (34, 1, 3))
    log = live(plan_of(helped(30), services=posts(two_leave)))
    # Ten days with the first, handover till day 24, ten with the second, till 48 again, ten with the third.
    assert at(log, Event.INTERRUPTED) == [10, 34]
    assert [row[5] for row in rows(log, Event.INTERRUPTED)] == [1, 2], "who left"
    assert at(log, Event.RESUMED) == [24, 48]
    assert at(log, Event.FINISHED) == [58]


def test_a_family_goes_to_the_worker_with_most_room_and_is_interrupted_only_by_that_one() -> None:
    small, large = person((0, 1, 1), (20, 0, 0)), person((0, 2, 1), (30, 0, 0))
    log = live(plan_of(helped(60), helped(60), helped(60), services=posts(small, large)))
    # Room 1 and 2: the first family to the second worker; 1 and 1: the next to the first; then the second.
    assert at(log, Event.INTERRUPTED, family=20) == [20]
    assert at(log, Event.INTERRUPTED, family=10) == at(log, Event.INTERRUPTED, family=30) == [30]


def test_an_absence_interrupts_nobody_and_takes_nobody_new() -> None:
    away = person((0, 1, 1), (10, 0, 1), (40, 1, 1))
    log = live(plan_of(helped(30), helped(30), services=posts(away)))
    assert at(log, Event.INTERRUPTED) == []
    assert at(log, Event.FINISHED, family=10) == [30]
    assert at(log, Event.STARTED, family=20) == [40]


def test_a_person_who_leaves_from_a_long_absence_leaves_the_families_that_were_covered() -> None:
    never_back = person((0, 1, 1), (10, 0, 1), (20, 0, 0), (30, 1, 2))
    log = live(plan_of(helped(30), services=posts(never_back)))
    assert at(log, Event.INTERRUPTED) == [20]
    assert at(log, Event.RESUMED) == [34]
    assert at(log, Event.FINISHED) == [44]


QUARTER = {HELP: {Channel.STEP_UP: 0.25}}


def risen(log: object) -> list[float]:
    return at(log, Event.STATUS, what=Status.CHILD_IN_NEED)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "day"),
    [
        # 20 days at a quarter: 5; 14 of handover in full: 19; 31 of 50 left.
        ((ONE, HALF), 34 + 31 * 2),
        # At no strength: in full.
        ((ONE, 0), 34 + 31),
        # At a quarter to the end of the work on day 104, which lasts: 31 at a quarter in all.
        ((ONE, ONE), 34 + 31 * 4),
    ],
)
def test_a_change_of_worker_weakens_the_effect_and_nothing_works_between(
    left: tuple[int, ...], day: float
) -> None:
    household = helped(90, step_up=(after(days(50)),))
    leaver = person((0, 1, 1), (20, 1, 2))
    log = live(plan_of(household, services=posts(leaver, effects=QUARTER, continuity=left)))
    assert at(log, Event.RESUMED) == [34]
    assert risen(log) == [day]


def test_each_further_change_of_worker_weakens_it_more_and_the_last_entry_holds_for_all_after() -> None:
    household = helped(600, step_up=(after(days(100)),))
    leavers = person((0, 1, 1), (20, 1, 2), (54, 1, 3), (88, 1, 4))
    shape = posts(leavers, effects=QUARTER, continuity=(ONE, HALF, 0))
    log = live(plan_of(household, services=shape))
    assert at(log, Event.RESUMED) == [34, 68, 102]
    # 20/4 + 14 + 20/2 + 14 = 43 by day 68; from then in full, worker or none.
    assert risen(log) == [68 + 57]


def test_work_given_up_leaves_an_effect_in_proportion_to_what_was_done_of_it() -> None:
    household = helped(90, step_up=(after(days(100)),))
    log = live(plan_of(household, services=posts(person((0, 1, 1), (45, 0, 0)), effects=QUARTER)))
    assert at(log, Event.GIVEN_UP) == [45 + 56]
    # Half of it was done: half the exponent, half the rate. 45/4 + 56 = 67.25 by day 101.
    assert risen(log) == [101 + (100 - 67.25) * 2]


def test_without_effect_no_history_of_posts_moves_anything() -> None:
    household = helped(60, step_up=(after(days(150)),), step_down=(UNSPENT, after(days(40))))
    restless = person((0, 1, 1), (10, 1, 2), (30, 0, 0), (50, 1, 3))
    plain = live(plan_of(household))
    served = live(plan_of(household, services=posts(restless, continuity=(ONE, HALF, 0))))
    assert rows(plain, Event.STATUS) == rows(served, Event.STATUS)
    assert len(at(served, Event.INTERRUPTED)) == 2
