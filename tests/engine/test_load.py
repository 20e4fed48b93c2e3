"""The load of the safeguarding social workers, and the threshold at which a crisis ends in care."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event, EventLog
from sim.engine.load import follow_case
from sim.engine.risk import safeguarded
from sim.engine.simpy_engine import SimpyWorld
from sim.foundations.ledger import ONE, UNITS
from sim.model.plan import Services
from sim.model.terms import Channel, Line, Offer, Route, Status
from tests.replay import live
from tests.worlds import (
    RATE,
    TWO_YEARS,
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
    troubled,
)

SAFE = Offer.FAMILY_SAFEGUARDING
APRIL_ENDS, MAY_ENDS = (tick // days(1) for tick in TWO_YEARS.month_starts[1:3])
AS_MUCH = tuple(max(ONE, step * ONE // 16) for step in range(49))
"""An overload that speeds escalation by the load itself, and never slows it."""


def loaded(capacity: float, *later: tuple[float, float], **changes: object) -> Services:
    """Social workers who can carry so many families at the caseload of the years before."""
    table = ((0, round(capacity * ONE)), *((days(day), round(number * ONE)) for day, number in later))
    return services(**{"load_capacity": table, "overload": AS_MUCH, **changes})


def statutory(rises: float | None = None, **more: object) -> Household:
    """A family on a plan, that rises to pre-proceedings after so many days."""
    given = {"opening": Status.CHILD_PROTECTION, **more}
    if rises is not None:
        given["step_up"] = (after(days(rises)),)
    return Household(**given)


def loads(log: EventLog) -> list[tuple[float, float]]:
    return [(row[0] / days(1), row[5] / ONE) for row in rows(log, Event.LOAD)]


def risen(log: EventLog, family: int = 10) -> list[float]:
    return at(log, Event.STATUS, family=family, what=Status.PRE_PROCEEDINGS)


def test_the_calendar_of_the_tests() -> None:
    assert (APRIL_ENDS, MAY_ENDS) == (30, 61)


def test_ten_families_and_capacity_for_five_double_the_load_and_the_pace() -> None:
    crowd = [statutory(62), *(statutory() for _ in range(9))]
    log = live(plan_of(*crowd, services=loaded(5)))
    assert loads(log)[:2] == [(0, 2), (APRIL_ENDS, 2)]
    assert risen(log) == [31]
    enough = live(plan_of(*crowd, services=loaded(10)))
    assert loads(enough)[0] == (0, 1)
    assert risen(enough) == [62]


def test_load_is_weighed_at_the_start_of_each_month_and_not_between() -> None:
    """Five more families come on day 15; the pace changes on day 30."""
    late = [
        Household(opening=-1, arrives=days(5), assessment=(days(10),), outcome=(Status.CHILD_PROTECTION,))
        for _ in range(5)
    ]
    log = live(plan_of(statutory(60), *(statutory() for _ in range(4)), *late, services=loaded(5)))
    assert loads(log)[:2] == [(0, 1), (APRIL_ENDS, 2)]
    assert risen(log) == [30 + 30 / 2]


def test_a_vacancy_adds_to_the_load_from_the_next_month_and_filling_it_takes_it_off() -> None:
    crowd = [statutory(200), *(statutory() for _ in range(9))]
    log = live(plan_of(*crowd, services=loaded(10, (40, 5), (70, 10))))
    assert loads(log)[:4] == [(0, 1), (30, 1), (61, 2), (91, 1)]
    # 61 days, thirty at twice the pace, the rest as before.
    assert risen(log) == [61 + 30 + (200 - 61 - 60)]


def test_court_led_entry_rises_with_the_load_as_escalation_does() -> None:
    crowd = [
        Household(opening=Status.PROCEEDINGS, court=(after(days(50)),)),
        *(statutory() for _ in range(4)),
    ]
    log = live(plan_of(*crowd, services=loaded(2)))
    assert loads(log)[0] == (0, 2.5)
    assert at(log, Event.ENTERED, what=Route.COURT) == [20]


def test_families_below_the_plan_and_families_without_a_child_at_home_are_no_part_of_it() -> None:
    below = Household(opening=Status.CHILD_IN_NEED, step_up=(after(days(40)),))
    empty = Household(kids=(Kid(opening_stay=2),), opening=Status.PROCEEDINGS)
    log = live(plan_of(statutory(60), statutory(), below, empty, services=loaded(1)))
    assert loads(log)[0] == (0, 2)
    assert risen(log) == [30]
    # A month later there are two still; the family below the plan rises at its own pace.
    assert at(log, Event.STATUS, family=30, what=Status.CHILD_PROTECTION) == [40]


def test_no_statutory_case_waits_and_the_load_of_a_team_with_nobody_in_it_is_bounded() -> None:
    log = live(plan_of(statutory(62), statutory(), services=loaded(0.001)))
    assert loads(log)[0] == (0, 4)
    # The table reaches to three times the usual caseload.
    assert risen(log)[0] == pytest.approx(62 / 3, abs=0.001)


def test_family_safeguarding_weighs_more_and_is_itself_spared() -> None:
    """Two in Family Safeguarding at twice the weight and three outside it: seven families' worth for five."""
    inside = [statutory(100, needs=1, length={SAFE: days(800)}) for _ in range(2)]
    outside = [statutory(100), statutory(), statutory()]
    shape = loaded(5, opens={SAFE: 0}, places={Line.SOCIAL_WORKER: ((0, 2),)}, load_in_service=2 * ONE)
    log = live(plan_of(*inside, *outside, services=shape))
    # On the first day they are weighed before their work begins.
    assert loads(log)[:2] == [(0, 1), (30, pytest.approx(1.4, abs=1e-6))]
    assert risen(log, 10) == risen(log, 20) == [100]
    step = AS_MUCH[round(1.4 * 16)] / ONE
    assert risen(log, 30)[0] == pytest.approx(30 + 70 / step, abs=0.01)


def test_children_in_need_with_significant_impairment_are_held_by_the_same_teams() -> None:
    impaired = Household(opening=Status.CHILD_IN_NEED, needs=1, impaired=True, length={SAFE: days(800)})
    others = (
        Household(opening=Status.CHILD_IN_NEED, needs=0, impaired=True),
        Household(opening=Status.CHILD_IN_NEED, needs=1),
    )
    shape = loaded(4, opens={SAFE: 0}, places={Line.SOCIAL_WORKER: ((0, 1),)}, load_in_service=2 * ONE)
    log = live(plan_of(statutory(), impaired, impaired, *others, services=shape))
    # Three on the first day, weighed before the work begins; then two, and one that weighs two.
    assert loads(log)[:2] == [(0, 0.75), (30, 1.0)]


def test_a_family_whose_work_is_interrupted_bears_the_load_meanwhile() -> None:
    shape = loaded(
        1,
        opens={SAFE: 0},
        workers={Line.SOCIAL_WORKER: [((0, 1, 1), (days(20), 0, 0), (days(50), 1, 2))]},
        overload=tuple(2 * ONE if step >= 32 else ONE for step in range(49)),
    )
    inside = statutory(100, needs=1, length={SAFE: days(800)})
    log = live(plan_of(inside, statutory(), services=shape))
    assert loads(log)[:3] == [(0, 2), (30, 2), (61, 2)]
    # The load is two from the first day; the family bears it from day 20 to day 50.
    assert risen(log) == [20 + 30 + (100 - 20 - 60)]


@pytest.mark.parametrize("units", [0, 1])
def test_what_is_spent_before_a_rate_changes_by_itself_stays_spent(units: int) -> None:
    """The load is two from the first day, and the family's own pace doubles on day 10: 20 days' worth are
    spent by then, and four a day after. To the unit: one more of them takes one more tick."""
    steps = list(rules().status_steps)
    pace = steps[Status.CHILD_PROTECTION][0]
    steps[Status.CHILD_PROTECTION] = (pace, (days(10), 2 * pace[1], *pace[2:]))
    given = statutory(step_up=(after(days(20 + 4 * 7.5)) + units,))
    log = live(plan_of(given, statutory(), services=loaded(1), rules=rules(status_steps=tuple(steps))))
    assert loads(log)[:2] == [(0, 2), (APRIL_ENDS, 2)]
    assert risen(log) == [(days(17.5) + units) / days(1)]


@pytest.mark.parametrize("units", [0, 1])
def test_what_a_family_spends_stays_spent_where_it_comes_on_the_day_of_a_weighing(units: int) -> None:
    """It is put on a plan on day 30, when the load becomes two, and its pace doubles ten days later."""
    steps = list(rules().status_steps)
    pace = steps[Status.CHILD_PROTECTION][0]
    steps[Status.CHILD_PROTECTION] = (pace, (days(10), 2 * pace[1], *pace[2:]))
    late = Household(
        opening=-1,
        arrives=days(5),
        assessment=(days(APRIL_ENDS - 5),),
        outcome=(Status.CHILD_PROTECTION,),
        step_up=(UNSPENT, after(days(20 + 4 * 5)) + units),
    )
    log = live(plan_of(statutory(), late, services=loaded(1), rules=rules(status_steps=tuple(steps))))
    assert loads(log)[:2] == [(0, 1), (APRIL_ENDS, 2)]
    assert risen(log, 20) == [(days(APRIL_ENDS + 15) + units) / days(1)]


def test_what_a_birth_spends_grows_with_the_load_of_who_holds_the_family() -> None:
    at_birth = tuple(ONE if status == Status.CHILD_PROTECTION else 0 for status in Status)
    none = tuple(((0, RATE, RATE, 0),) for _ in Status)
    expecting = statutory(kids=(Kid(born=days(40)), Kid(age=3)), court=(2 * UNITS, UNSPENT))
    # Two families for one who can carry one: a birth spends twice the one hazard, which is all that is left.
    for capacity, enters in ((1, [40]), (2, [])):
        log = live(
            plan_of(
                expecting,
                statutory(),
                services=loaded(capacity),
                rules=rules(court_at_birth=at_birth, status_steps=none),
            )
        )
        assert at(log, Event.ENTERED, family=10) == enters


def test_an_overload_of_one_changes_nothing_whatever_the_load() -> None:
    crowd = [statutory(62), *(statutory() for _ in range(9))]
    log = live(plan_of(*crowd, services=loaded(1, overload=(ONE,) * 49)))
    assert loads(log)[0] == (0, 4)
    assert risen(log) == [62]


def test_without_social_workers_to_weigh_there_is_no_load() -> None:
    assert loads(live(plan_of(statutory(62)))) == []


# The threshold


def test_the_threshold_changes_how_readily_a_crisis_ends_in_care_from_its_day_on() -> None:
    held = services(nerve=((0, ONE), (days(20), ONE // 2)))
    log = live(plan_of(troubled(10, 20), services=held))
    # Ten of twenty days by day 20; the crisis ends on day 38 with one still left.
    assert at(log, Event.ENTERED) == []
    assert at(log, Event.WEATHERED) == [38]
    assert at(live(plan_of(troubled(10, 18), services=held)), Event.ENTERED) == [20 + 8 * 2]
    lost = services(nerve=((0, ONE), (days(20), 2 * ONE), (days(22), ONE)))
    assert at(live(plan_of(troubled(10, 20), services=lost)), Event.ENTERED) == [28]


def test_the_threshold_holds_for_guardians_too_and_multiplies_with_the_work() -> None:
    kid = Kid(guardian=True, crisis=(after(days(7)),), edge=(after(days(9)),))
    edge = Offer.EDGE_OF_CARE
    shape = services(
        places={Line.EDGE_WORKER: ((0, 1),)},
        opens={edge: 0},
        effects={edge: {Channel.EDGE: 0.5}},
        nerve=((0, ONE // 2),),
    )
    log = live(plan_of(Household(kids=(kid,)), services=replace(shape, meetings=(days(9),))))
    # One of nine by the panel of day 9; a quarter of the pace after would take 32 days: the window is 28.
    assert at(log, Event.STARTED) == [9]
    assert at(log, Event.WEATHERED) == [35]
    wide = live(
        plan_of(
            Household(kids=(kid,)), services=replace(shape, meetings=(days(9),)), rules=rules(window=days(60))
        )
    )
    assert at(wide, Event.ENTERED) == [9 + 8 * 4]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(list(Status))), max_size=40))
def test_the_list_of_statutory_families_is_theirs_whoever_comes_and_goes(
    moves: list[tuple[int, Status]],
) -> None:
    world = SimpyWorld(plan_of(*[Household() for _ in range(6)]))
    for row, status in moves:
        world.families[row].status = int(status)
        follow_case(world, world.families[row])
        listed = world.safeguarded_rows[: world.safeguarded_size]
        assert sorted(listed) == [one.row for one in world.families if safeguarded(one)]
        assert all(world.families[each].safeguarded_at == at for at, each in enumerate(listed))
