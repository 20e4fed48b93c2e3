"""Which comes first, a conference or Family Safeguarding; and which early help follows Edge of Care."""

import pytest

from sim.engine.events import Event, EventLog
from sim.foundations.ledger import NEVER
from sim.model.plan import Services
from sim.model.terms import STEP_DOWNS, Line, Offer, Status, Stay, Turn
from tests.replay import live
from tests.worlds import UNSPENT, Household, Kid, after, at, days, plan_of, services

FS, EARLY, EDGE = Offer.FAMILY_SAFEGUARDING, Offer.CONFERENCE_EARLY, Offer.EDGE_OF_CARE
PARENTING, ONE_TO_ONE, MENTORING = STEP_DOWNS
VICTIM = 1


def in_turn(turn: Turn, coordinators: int = 9, **changes: object) -> Services:
    """Conferences and Family Safeguarding with room for everybody; an unmet offer of a conference lasts 30
    days."""
    return services(
        **{
            "places": {Line.COORDINATOR: ((0, coordinators),), Line.SOCIAL_WORKER: ((0, 9),)},
            "opens": {EARLY: 0, FS: 0},
            "lapses": {EARLY: days(30)},
            "turns": ((0, turn),),
            **changes,
        }
    )


def on_a_plan(**more: object) -> Household:
    """A family with a plan from day 30, whose conference takes 42 days and whose work takes 100."""
    length = {EARLY: days(42), FS: days(100)}
    return Household(opening=-1, arrives=1024, outcome=(Status.CHILD_PROTECTION,), assessment=(days(29),),
                     needs=VICTIM, length=length, **more)  # fmt: skip


def told(turn: Turn, coordinators: int = 9, **more: object) -> EventLog:
    return live(plan_of(on_a_plan(**more), services=in_turn(turn, coordinators)))


def test_beside_each_other_both_begin_on_the_same_day() -> None:
    log = told(Turn.BESIDE)
    assert at(log, Event.STARTED, what=EARLY) == at(log, Event.STARTED, what=FS)[:1] == [30]


def test_a_conference_that_comes_first_has_met_before_the_service_is_offered() -> None:
    log = told(Turn.CONFERENCE_FIRST)
    assert at(log, Event.FINISHED, what=EARLY) == [72]
    assert at(log, Event.OFFERED, what=FS)[:2] == [72, 172]
    assert at(log, Event.STARTED, what=FS)[:1] == [72]


@pytest.mark.parametrize(
    ("coordinators", "more", "offered"),
    [
        (9, {"declines": (EARLY,)}, 30),
        (9, {"unoffered": (EARLY,)}, 30),
        (0, {}, 60),
        # It leaves the level of a plan after 20 days, and is no longer eligible when the conference has met.
        (9, {"step_down": (UNSPENT, after(days(20)))}, None),
    ],
    ids=["declined", "never offered", "lapsed", "no longer eligible"],
)
def test_the_service_waits_for_no_conference_that_will_not_be(
    coordinators: int, more: dict[str, object], offered: float | None
) -> None:
    log = told(Turn.CONFERENCE_FIRST, coordinators, **more)
    assert at(log, Event.OFFERED, what=FS)[:1] == ([] if offered is None else [offered])


def test_a_conference_that_comes_after_is_offered_when_the_work_has_ended() -> None:
    log = told(Turn.CONFERENCE_AFTER)
    assert at(log, Event.OFFERED, what=FS)[:2] == [30, 130]
    assert at(log, Event.OFFERED, what=EARLY) == [130]


def test_a_family_that_declines_the_service_has_its_conference_and_is_not_asked_twice() -> None:
    log = told(Turn.CONFERENCE_AFTER, declines=(FS,))
    assert at(log, Event.OFFERED, what=FS) == [30]
    assert at(log, Event.OFFERED, what=EARLY) == [30]


def test_the_order_is_that_of_the_day() -> None:
    dated = in_turn(Turn.BESIDE, turns=((0, Turn.BESIDE), (days(40), Turn.CONFERENCE_FIRST)))
    later = Household(opening=-1, arrives=days(41), outcome=(Status.CHILD_PROTECTION,), needs=VICTIM,
                      assessment=(days(9),), length={EARLY: days(42)})  # fmt: skip
    log = live(plan_of(on_a_plan(), later, services=dated))
    assert at(log, Event.STARTED, what=FS, family=10)[:1] == [30]
    assert at(log, Event.STARTED, what=FS, family=20)[:1] == [50 + 42]


@pytest.mark.parametrize(
    ("ages", "kind"),
    [
        ((8.0,), PARENTING),
        ((9.9,), ONE_TO_ONE),
        ((12.0,), ONE_TO_ONE),
        ((12.9,), MENTORING),
        ((3.0, 12.0), ONE_TO_ONE),
        ((8.0, 15.0), MENTORING),
    ],
)
def test_the_kind_of_step_down_goes_by_the_oldest_child_at_home(ages: tuple[float, ...], kind: Offer) -> None:
    """Work ends on day 64, so a child of 9.9 on the first day is ten by then."""
    kids = (Kid(age=ages[0], crisis=(after(days(10)),)), *(Kid(age=age) for age in ages[1:]))
    log = live(
        plan_of(Household(kids=kids, length={EDGE: days(50), kind: days(30)}), services=handing_over())
    )
    assert at(log, Event.FINISHED, what=EDGE) == [64]
    assert [at(log, Event.STARTED, what=other) for other in STEP_DOWNS if other != kind] == [[], []]
    assert (at(log, Event.STARTED, what=kind), at(log, Event.FINISHED, what=kind)) == ([64], [94])


def test_a_child_in_care_does_not_choose_the_step_down() -> None:
    away = Kid(age=15.0, opening_stay=Stay.LONG, opening_elapsed=days(10))
    household = Household(kids=(Kid(age=8.0, crisis=(after(days(10)),)), away), length={EDGE: days(50)})
    log = live(plan_of(household, services=handing_over()))
    assert at(log, Event.STARTED, what=PARENTING) == [64]
    assert at(log, Event.OFFERED, what=MENTORING) == []


def handing_over() -> Services:
    places = {Line.EDGE_WORKER: ((0, 9),), Line.KEY_WORKER: ((0, 9),)}
    return services(places=places, opens={EDGE: 0, **dict.fromkeys(STEP_DOWNS, 0)})


def test_nothing_is_handed_over_where_early_help_is_closed() -> None:
    shut = services(places={Line.EDGE_WORKER: ((0, 9),)}, opens={EDGE: 0, PARENTING: NEVER})
    household = Household(kids=(Kid(crisis=(after(days(10)),)),), length={EDGE: days(50)})
    assert at(live(plan_of(household, services=shut)), Event.OFFERED, what=PARENTING) == []
