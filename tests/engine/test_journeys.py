"""Short stories of families, written by hand: what happens, when, and in what order."""

import numpy as np
import pytest

from sim.engine.events import Event, EventLog
from sim.engine.simpy_engine import run
from sim.foundations.ledger import ONE, UNITS
from sim.model import terms
from sim.model.plan import Services
from sim.model.terms import Channel, Leaving, Line, Offer, Placement, Route, Status, Stay
from tests.replay import live
from tests.worlds import (
    ALWAYS,
    RATE,
    TWO_YEARS,
    UNSPENT,
    Household,
    Kid,
    after,
    at,
    days,
    plan_of,
    rules,
    services,
    story,
    troubled,
    years,
)

HALF = ONE // 2
LAST = ONE - 1
MENTAL_HEALTH = 0b1000
"""A family that needs the mental health worker and no other specialist."""
EDGE, SAFE = Offer.EDGE_OF_CARE, Offer.FAMILY_SAFEGUARDING


def edge_services(holds: int = 1, **changes: object) -> Services:
    """Edge of Care open from the first day; its work stops what spends the resilience of the edge."""
    given: dict[str, object] = {
        "places": {Line.EDGE_WORKER: ((0, holds),)},
        "opens": {EDGE: 0},
        "effects": {EDGE: {Channel.EDGE: 0.0}},
        "lasting": False,
    }
    return services(**{**given, **changes})


# Crises and the edge of care


def test_a_crisis_ends_in_care_when_its_resilience_is_spent_within_the_window() -> None:
    log = live(plan_of(troubled(10, 5), troubled(10, 40)))
    assert story(log, 10, Event.CRISIS, Event.ENTERED) == [
        (10, "CRISIS", 100, 0),
        (15, "ENTERED", 100, Route.BREAKDOWN),
    ]
    assert at(log, Event.WEATHERED, family=20) == [10 + 28]
    assert at(log, Event.ENTERED, family=20) == []


def test_an_averted_crisis_makes_nobody_immune() -> None:
    kid = Kid(crisis=(after(days(10)), after(days(7))), edge=(UNSPENT, after(days(3))))
    log = live(plan_of(Household(kids=(kid,))))
    assert at(log, Event.CRISIS) == [10, 10 + 28 + 7]
    assert at(log, Event.ENTERED) == [10 + 28 + 7 + 3]


def test_only_families_with_that_difficulty_have_crises() -> None:
    log = live(plan_of(troubled(10, 5, relationship=False)))
    assert at(log, Event.CRISIS) == []


def test_rates_multiply_by_band_status_family_and_year() -> None:
    household = Household(
        kids=(Kid(age=8, crisis=(after(days(80)),)),), factor=2 * ONE, opening=Status.CHILD_IN_NEED
    )
    bands, levels = [RATE] * 6, [ONE] * 7
    bands[2], levels[Status.CHILD_IN_NEED] = 2 * RATE, 2 * ONE
    quick = rules(
        breakdown=tuple(bands), breakdown_by_status=tuple(levels), years=((0, ONE), (days(5), 2 * ONE))
    )
    # Eight times as fast for 5 days, sixteen times after: 40 + 40 of 80 days are spent at 7.5 days.
    assert at(live(plan_of(household, rules=quick)), Event.CRISIS) == [7.5]


# Edge of Care: the panel, the place, the window


def test_the_panel_decides_only_at_its_meetings() -> None:
    log = live(plan_of(troubled(10, 27), services=edge_services()))
    assert at(log, Event.OFFERED, what=EDGE) == [10]
    assert at(log, Event.ACCEPTED, what=EDGE) == [14]
    assert at(log, Event.STARTED, what=EDGE) == [14]


def test_a_crisis_on_the_day_of_a_panel_is_heard_at_the_next() -> None:
    log = live(plan_of(troubled(14, 27), services=edge_services()))
    assert at(log, Event.ACCEPTED, what=EDGE) == [21]


def test_a_crisis_that_ends_before_the_panel_is_never_accepted() -> None:
    monthly = edge_services(panel_every=days(30))
    log = live(plan_of(troubled(31, 60), services=monthly))
    assert at(log, Event.WEATHERED) == [59]
    # The referral ends with the crisis; it does not wait for the panel of day 60 to find that it is over.
    assert at(log, Event.LAPSED, what=EDGE) == [59]
    assert at(log, Event.ACCEPTED, what=EDGE) == []


def test_a_prompt_start_prevents_the_entry_that_a_late_one_does_not() -> None:
    prompt, late = troubled(10, 20), troubled(11, 20)
    alone = live(plan_of(late, services=edge_services()))
    assert at(alone, Event.ENTERED) == []
    log = live(plan_of(prompt, late, services=edge_services(return_home_lapse=days(1))))
    assert at(log, Event.STARTED, what=EDGE) == [14]
    assert at(log, Event.ENTERED, family=10) == []
    assert at(log, Event.ENTERED, family=20) == [31]
    assert at(log, Event.LAPSED, family=20) == [31]
    two = live(plan_of(prompt, late, services=edge_services(holds=2)))
    assert at(two, Event.ENTERED) == []


def test_work_slows_only_what_is_still_to_be_spent() -> None:
    half = edge_services(effects={EDGE: {Channel.EDGE: 0.5}})
    # From day 10 to the panel on day 14 at full rate, then at half: 4 + (x - 14) / 2 = 12.
    log = live(plan_of(troubled(10, 12), services=half))
    assert at(log, Event.ENTERED) == [30]


def test_nobody_is_granted_a_place_in_the_instant_of_entering() -> None:
    """The place comes free on day 31 exactly as the waiting child enters: a crisis beats a place."""
    holder = troubled(10, 20, length={EDGE: days(17)})
    waiting = troubled(11, 20)
    log = live(plan_of(holder, waiting, services=edge_services(return_home_lapse=days(0))))
    assert at(log, Event.FINISHED, family=10) == [31]
    assert at(log, Event.ENTERED, family=20) == [31]
    assert at(log, Event.LAPSED, family=20) == [31]
    assert at(log, Event.STARTED, family=20) == []


def test_a_short_stay_after_a_breakdown_may_still_be_helped_home() -> None:
    kid = Kid(crisis=(after(days(10)),), edge=(after(days(2)),), stay_end=(after(days(20)),))
    short = rules(stay=((ONE, ONE),) * len(Route))
    quicker = edge_services(effects={EDGE: {Channel.RETURN_HOME: 2.0}})
    log = live(plan_of(Household(kids=(kid,)), rules=short, services=quicker))
    assert at(log, Event.STARTED) == [14]
    # Two of twenty days are spent by day 14; the other eighteen pass in nine.
    assert at(log, Event.LEFT) == [23]
    long = live(plan_of(Household(kids=(kid,)), services=quicker))
    assert at(long, Event.STARTED) == []
    assert at(long, Event.LEFT) == [32]


def test_a_crisis_that_nobody_refers_reaches_no_panel() -> None:
    heard = [ALWAYS] * len(terms.HELD_NAMES)
    heard[Status.CLOSED] = ((0, HALF),)
    deaf = Household(kids=(Kid(crisis=(after(days(10)),), heard=(HALF,)),))
    heeded = Household(kids=(Kid(crisis=(after(days(10)),), heard=(HALF - 1,)),))
    log = live(plan_of(deaf, heeded, services=edge_services(heard=tuple(heard))))
    assert at(log, Event.NOT_HEARD) == [10]
    assert at(log, Event.OFFERED, family=10) == []
    assert at(log, Event.OFFERED, family=20) == [10]


def test_finished_edge_of_care_steps_down_to_early_help() -> None:
    both_open = edge_services(
        opens={EDGE: 0, Offer.STEP_DOWN_PARENTING: 0},
        places={Line.EDGE_WORKER: ((0, 1),), Line.KEY_WORKER: ((0, 1),)},
    )
    log = live(
        plan_of(
            troubled(10, 27, length={EDGE: days(50), Offer.STEP_DOWN_PARENTING: days(30)}), services=both_open
        )
    )
    assert at(log, Event.FINISHED, what=EDGE) == [64]
    assert at(log, Event.STARTED, what=Offer.STEP_DOWN_PARENTING) == [64]
    assert at(log, Event.FINISHED, what=Offer.STEP_DOWN_PARENTING) == [94]


# Waiting lists


def test_the_list_is_ordered_by_priority_then_waiting_then_family() -> None:
    open_help = services(
        opens={Offer.EARLY_HELP: 0},
        places={Line.KEY_WORKER: ((0, 0), (days(50), 1))},
        lapses={Offer.EARLY_HELP: days(600)},
    )
    ten = {Offer.EARLY_HELP: days(10)}

    def asks(day: float, priority: int) -> Household:
        return Household(
            opening=-1,
            arrives=days(day),
            outcome=(Status.EARLY_HELP,),
            assessment=(days(1),),
            priority=priority,
            length=ten,
        )

    log = live(plan_of(asks(3, 2), asks(5, 1), asks(4, 1), asks(6, 0), asks(4, 1), services=open_help))
    started = [family for _, family in sorted(zip(at(log, Event.STARTED), _families(log), strict=True))]
    assert started == [40, 30, 50, 20, 10]
    assert at(log, Event.STARTED) == [50, 60, 70, 80, 90]
    waited = log.amount[log.rows(Event.STARTED)] / days(1)
    assert waited.tolist() == [43, 55, 65, 74, 86]


def _families(log: EventLog) -> list[int]:
    return log.family[log.rows(Event.STARTED)].tolist()


def test_an_unmet_offer_lapses_and_the_place_goes_to_the_next() -> None:
    open_help = services(
        opens={Offer.EARLY_HELP: 0},
        places={Line.KEY_WORKER: ((0, 1),)},
        lapses={Offer.EARLY_HELP: days(20)},
    )
    first, second, third = (
        Household(opening=Status.EARLY_HELP, length={Offer.EARLY_HELP: days(30)}),
        Household(opening=Status.EARLY_HELP),
        Household(opening=-1, arrives=days(1), outcome=(Status.EARLY_HELP,), assessment=(days(25),)),
    )
    log = live(plan_of(first, second, third, services=open_help))
    assert at(log, Event.STARTED) == [0, 30]
    assert at(log, Event.LAPSED, family=20) == [20]
    assert at(log, Event.STARTED, family=30) == [30]


def test_nobody_is_put_out_when_places_shrink_and_nobody_starts_before_one_is_free() -> None:
    open_help = services(
        opens={Offer.EARLY_HELP: 0},
        places={Line.KEY_WORKER: ((0, 2), (days(10), 1))},
        lapses={Offer.EARLY_HELP: days(600)},
    )
    lasting = [
        Household(opening=Status.EARLY_HELP, length={Offer.EARLY_HELP: days(length)})
        for length in (20, 30, 5)
    ]
    log = live(plan_of(*lasting, services=open_help))
    assert at(log, Event.STARTED) == [0, 0, 30]
    assert at(log, Event.FINISHED) == [20, 30, 35]


def test_work_stops_when_the_case_leaves_the_level_that_it_belongs_to() -> None:
    open_help = services(opens={Offer.EARLY_HELP: 0}, places={Line.KEY_WORKER: ((0, 1),)})
    household = Household(opening=Status.EARLY_HELP, step_up=(after(days(12)),))
    log = live(plan_of(household, services=open_help))
    assert at(log, Event.STOPPED, what=Offer.EARLY_HELP) == [12]
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [12]


def test_a_family_that_declines_never_waits() -> None:
    open_help = services(opens={Offer.EARLY_HELP: 0}, places={Line.KEY_WORKER: ((0, 1),)})
    log = live(
        plan_of(Household(opening=Status.EARLY_HELP, declines=(Offer.EARLY_HELP,)), services=open_help)
    )
    assert at(log, Event.DECLINED) == [0]
    assert at(log, Event.STARTED) == []


# Family Safeguarding, plans and levels


def test_family_safeguarding_reaches_eligible_families_the_day_it_goes_live() -> None:
    live_later = services(opens={SAFE: days(100)}, places={Line.SOCIAL_WORKER: ((0, 0), (days(100), 9))})
    long = {SAFE: days(900)}
    eligible = Household(opening=Status.CHILD_PROTECTION, needs=MENTAL_HEALTH, length=long)
    no_need = Household(opening=Status.CHILD_PROTECTION)
    in_need = Household(opening=Status.CHILD_IN_NEED, needs=MENTAL_HEALTH)
    impaired = Household(opening=Status.CHILD_IN_NEED, needs=MENTAL_HEALTH, impaired=True, length=long)
    log = live(plan_of(eligible, no_need, in_need, impaired, services=live_later))
    assert at(log, Event.STARTED, what=SAFE) == [100, 100]
    assert log.family[log.rows(Event.STARTED)].tolist() == [10, 40]


def test_a_plan_starts_at_the_conference_and_ends_with_its_resilience() -> None:
    household = Household(
        kids=(Kid(), Kid()),
        opening=Status.CHILD_IN_NEED,
        step_up=(after(days(20)),),
        step_down=(UNSPENT, after(days(40))),
    )
    log = live(plan_of(household))
    assert at(log, Event.PLAN_STARTED) == [20]
    assert log.amount[log.rows(Event.PLAN_STARTED)].tolist() == [2]
    assert at(log, Event.PLAN_ENDED) == [60]
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [0, 60]


def test_a_plan_ends_when_proceedings_begin_and_a_second_one_is_a_repeat() -> None:
    household = Household(
        opening=Status.CHILD_PROTECTION,
        step_up=(after(days(10)), after(days(5)), UNSPENT, after(days(5))),
        step_down=(UNSPENT, UNSPENT, after(days(30))),
    )
    log = live(plan_of(household))
    assert at(log, Event.PLAN_STARTED) == [0, 50]
    assert at(log, Event.PLAN_ENDED) == [15]
    assert log.what[log.rows(Event.PLAN_STARTED)].tolist() == [1, 1]
    levels = [Status(what).name for *_, what in story(log, 10, Event.STATUS)]
    assert levels[1:4] == ["PRE_PROCEEDINGS", "PROCEEDINGS", "CHILD_IN_NEED"]


def test_safeguarding_may_avert_a_plan_or_end_it_sooner_and_leaves_the_level_alone() -> None:
    effect = {SAFE: {Channel.PLAN_START: 0.5, Channel.PLAN_END: 2.0}}
    open_safe = services(opens={SAFE: 0}, places={Line.SOCIAL_WORKER: ((0, 9),)}, effects=effect)
    averted = Household(
        opening=Status.CHILD_IN_NEED,
        needs=MENTAL_HEALTH,
        impaired=True,
        step_up=(after(days(20)),),
        plan_start=(0, HALF),
        length={SAFE: days(600)},
    )
    sooner = Household(
        opening=Status.CHILD_PROTECTION,
        needs=MENTAL_HEALTH,
        step_down=(after(days(60)),),
        length={SAFE: days(600)},
    )
    log = live(plan_of(averted, sooner, services=open_safe))
    assert at(log, Event.PLAN_AVERTED, family=10) == [20]
    assert at(log, Event.PLAN_STARTED, family=10) == []
    assert at(log, Event.STATUS, family=10, what=Status.CHILD_PROTECTION) == [20]
    assert at(log, Event.PLAN_ENDED, family=20) == [30]
    assert at(log, Event.STATUS, family=20, what=Status.CHILD_IN_NEED) == [60]
    plain = live(plan_of(averted, sooner))
    assert at(plain, Event.PLAN_STARTED, family=10) == [20]
    assert at(plain, Event.PLAN_ENDED, family=20) == [60]


def test_a_referral_is_assessed_then_closed_then_made_again() -> None:
    household = Household(
        opening=-1,
        arrives=days(5),
        assessment=(days(30), days(20)),
        outcome=(Status.CLOSED, Status.CHILD_IN_NEED),
        rereferral=(after(days(50)),),
        step_down=(UNSPENT, UNSPENT, UNSPENT, after(days(10))),
    )
    log = live(plan_of(household))
    assert at(log, Event.REFERRED) == [5, 85]
    assert [(day, Status(what).name) for day, _, _, what in story(log, 10, Event.STATUS)] == [
        (5, "ASSESSMENT"),
        (35, "CLOSED"),
        (85, "ASSESSMENT"),
        (105, "CHILD_IN_NEED"),
        (115, "CLOSED"),
    ]


def test_a_re_referral_that_cannot_come_at_first_comes_when_its_table_says() -> None:
    household = Household(
        opening=Status.CHILD_IN_NEED, step_down=(after(days(9)),), rereferral=(after(days(5)),)
    )
    log = live(plan_of(household, rules=rules(rereferral=((0, 0), (days(20), RATE)))))
    assert at(log, Event.REFERRED) == [9 + 20 + 5]


def test_a_case_in_need_may_close_to_early_help() -> None:
    log = live(
        plan_of(Household(opening=Status.CHILD_IN_NEED, step_down=(after(days(9)),), to_early_help=True))
    )
    assert at(log, Event.STATUS, what=Status.EARLY_HELP) == [9]


@pytest.mark.parametrize("stay", [Stay.SHORT, Stay.MEDIUM, Stay.LONG])
def test_a_year_in_which_stays_end_twice_as_fast(stay: Stay) -> None:
    faster = rules(exit_years=((0, ONE), (days(10), 2 * ONE)), exit_long_early=ONE)
    kid = Kid(opening_stay=stay, stay_end=(after(days(30)),))
    assert at(live(plan_of(Household(kids=(kid,)), rules=faster)), Event.LEFT) == [10 + 20 / 2]


def test_the_youngest_at_home_sets_the_pace_of_escalation() -> None:
    pace = rules(escalation_by_youngest=(4 * ONE, 2 * ONE, ONE, ONE, ONE, ONE))
    household = Household(
        kids=(Kid(age=8), Kid(age=2)), opening=Status.CHILD_IN_NEED, step_up=(after(days(30)),)
    )
    log = live(plan_of(household, rules=pace))
    assert at(log, Event.STATUS, what=Status.CHILD_PROTECTION) == [15]


@pytest.mark.parametrize(("birth", "rises"), [(365 / 2 + 10, 10 + (30 - 10) / 4), (100, 30 / 4)])
def test_a_birth_that_is_half_a_year_away_sets_the_pace_of_an_infant(birth: float, rises: float) -> None:
    pace = rules(escalation_by_youngest=(4 * ONE, 2 * ONE, ONE, ONE, ONE, ONE), half_year=days(365 / 2))
    household = Household(
        kids=(Kid(age=8), Kid(born=days(birth))), opening=Status.CHILD_IN_NEED, step_up=(after(days(30)),)
    )
    log = live(plan_of(household, rules=pace))
    assert at(log, Event.STATUS, what=Status.CHILD_PROTECTION) == [rises]


def test_a_first_child_who_is_expected_may_bring_a_case_to_pre_proceedings_but_not_to_court() -> None:
    pace = rules(escalation_by_youngest=(ONE,) * 6)
    household = Household(
        kids=(Kid(born=days(60)),), opening=Status.CHILD_PROTECTION, step_up=(after(days(30)), after(days(5)))
    )
    log = live(plan_of(household, rules=pace))
    assert at(log, Event.STATUS, what=Status.PRE_PROCEEDINGS) == [30]
    assert at(log, Event.STATUS, what=Status.PROCEEDINGS) == [60 + 5]


def spent_at_a_birth() -> tuple[int, ...]:
    """By status: what a birth spends, one hazard at each level of a plan or before a court."""
    at_once = {Status.CHILD_PROTECTION: HALF, Status.PRE_PROCEEDINGS: ONE, Status.PROCEEDINGS: 2 * ONE}
    return tuple(at_once.get(status, 0) for status in Status)


@pytest.mark.parametrize(
    ("level", "just_enough"),
    [(Status.CHILD_PROTECTION, UNITS // 2), (Status.PRE_PROCEEDINGS, UNITS), (Status.PROCEEDINGS, 2 * UNITS)],
)
def test_a_court_may_decide_before_a_birth_for_its_day(level: Status, just_enough: int) -> None:
    # Nothing but the birth spends towards a court at these levels here.
    none = tuple(((0, RATE, RATE, 0),) for _ in Status)
    world = rules(court_at_birth=spent_at_a_birth(), status_steps=none)
    for left, enters in ((just_enough, True), (just_enough + 1, False)):
        household = Household(kids=(Kid(age=3), Kid(born=days(40))), opening=level, court=(left, UNSPENT))
        log = live(plan_of(household, rules=world))
        assert at(log, Event.ENTERED, child=101) == ([40] if enters else [])
        issued = [40] if enters and level != Status.PROCEEDINGS else []
        assert [day for day in at(log, Event.STATUS, what=Status.PROCEEDINGS) if day] == issued
    assert not at(log, Event.ENTERED, child=100)


@pytest.mark.parametrize("level", [Status.EARLY_HELP, Status.CHILD_IN_NEED, Status.CLOSED])
def test_a_birth_below_a_plan_decides_nothing(level: Status) -> None:
    none = tuple(((0, RATE, RATE, 0),) for _ in Status)
    world = rules(court_at_birth=spent_at_a_birth(), status_steps=none)
    household = Household(kids=(Kid(born=days(40)),), opening=level, court=(1,))
    assert at(live(plan_of(household, rules=world)), Event.ENTERED) == []


def test_what_a_birth_spends_grows_with_risk_and_year_and_shrinks_with_services() -> None:
    household = Household(
        kids=(Kid(age=3), Kid(born=days(40))),
        opening=Status.PROCEEDINGS,
        court=(3 * UNITS,),
        factor=3 * ONE,
        needs=MENTAL_HEALTH,
        length={SAFE: days(900)},
    )
    none = tuple(((0, RATE, RATE, 0),) for _ in Status)
    plain = rules(court_at_birth=spent_at_a_birth(), status_steps=none)
    assert at(live(plan_of(household, rules=plain)), Event.ENTERED, child=101) == [40]
    # Two hazards at three times the risk are six, three in a year of half the level; a service halves that.
    half = rules(court_at_birth=spent_at_a_birth(), status_steps=none, years=((0, HALF),))
    assert at(live(plan_of(household, rules=half)), Event.ENTERED, child=101) == [40]
    helped = services(
        places={Line.SOCIAL_WORKER: ((0, 5),)}, opens={SAFE: 0}, effects={SAFE: {Channel.COURT: 0.5}}
    )
    log = live(plan_of(household, rules=half, services=helped))
    assert at(log, Event.STARTED, what=SAFE)
    assert at(log, Event.ENTERED) == []


def test_the_first_plan_of_a_family_that_had_one_before_is_a_repeat() -> None:
    for before in (False, True):
        household = Household(opening=Status.CHILD_IN_NEED, step_up=(after(days(20)),), earlier_plan=before)
        log = live(plan_of(household))
        assert log.what[log.rows(Event.PLAN_STARTED)].tolist() == [int(before)]


# Children: births, siblings, birthdays


def test_births_appear_and_only_then_can_the_child_enter() -> None:
    born = Kid(born=days(40), crisis=(after(days(5)),), edge=(after(days(1)),))
    log = live(plan_of(Household(kids=(Kid(), born))))
    assert at(log, Event.BORN, child=101) == [40]
    assert at(log, Event.ENTERED, child=101) == [46]


def test_siblings_at_home_go_too_by_their_own_choice_and_by_route() -> None:
    joins = rules(joins=(HALF, LAST, 0, 0, 0))
    kids = (
        Kid(crisis=(after(days(3)),), edge=(after(days(1)),)),
        Kid(joins=(HALF - 1,)),
        Kid(joins=(HALF,)),
        Kid(born=days(90), joins=(0,)),
    )
    by_breakdown = live(plan_of(Household(kids=kids), rules=joins))
    assert [child for _, _, child, _ in story(by_breakdown, 10, Event.ENTERED)] == [100, 101]
    court = Household(
        kids=(Kid(age=9), Kid(age=2), Kid(age=16.5, joins=(0,))),
        opening=Status.PROCEEDINGS,
        court=(after(days(7)),),
    )
    first_youngest = live(plan_of(court, rules=rules(joins=(0,) * len(Route))))
    assert story(first_youngest, 10, Event.ENTERED) == [(7, "ENTERED", 101, Route.COURT)]
    again = Household(
        kids=(Kid(age=9, joins=(LAST - 1,)), Kid(age=2), Kid(age=16.5, joins=(0,))),
        opening=Status.PROCEEDINGS,
        court=(after(days(7)),),
    )
    whole = live(plan_of(again, rules=joins))
    # Courts hardly make orders for a child of 16.
    assert [child for _, _, child, _ in story(whole, 10, Event.ENTERED)] == [101, 100]


def test_an_entry_without_warning_begins_with_the_keyed_child() -> None:
    kids = (Kid(age=3), Kid(age=7), Kid(age=12))
    for pick, child in ((0, 100), (ONE // 2, 101), (LAST, 102)):
        household = Household(kids=kids, no_warning=(after(days(6)),), picks=(pick,))
        log = live(plan_of(household))
        assert story(log, 10, Event.ENTERED) == [(6, "ENTERED", child, Route.NO_WARNING)]


def test_the_second_court_crisis_takes_the_next_youngest() -> None:
    household = Household(
        kids=(Kid(age=9), Kid(age=2)),
        opening=Status.PROCEEDINGS,
        court=(after(days(7)), after(days(20))),
    )
    log = live(plan_of(household))
    assert [(day, child) for day, _, child, _ in story(log, 10, Event.ENTERED)] == [(7, 101), (27, 100)]


def test_a_child_leaves_care_at_eighteen_and_is_at_risk_no_more() -> None:
    kid = Kid(age=17.5, opening_stay=Stay.LONG)
    home = Kid(age=17.5, crisis=(after(days(200)),))
    log = live(plan_of(Household(kids=(kid,)), Household(kids=(home,))))
    eighteenth = (years(18) - years(17.5)) / days(1)
    assert story(log, 10, Event.LEFT) == [(eighteenth, "LEFT", 100, Leaving.AGE_18)]
    assert at(log, Event.CRISIS) == []


def test_an_arrival_alone_enters_at_once_and_stays_until_eighteen() -> None:
    kid = Kid(age=16, unaccompanied=True)
    log = live(plan_of(Household(kids=(kid,), opening=-1, arrives=days(30), relationship=False)))
    assert story(log, 10, Event.ENTERED) == [(30, "ENTERED", 100, Route.UNACCOMPANIED)]
    assert at(log, Event.LEFT) == [(years(18) - years(16)) / days(1)]
    assert at(log, Event.REFERRED) == []


def test_the_mix_of_placements_changes_with_age() -> None:
    places = [(ONE,) * 5] * 6
    places[5] = (0, 0, 0, ONE, ONE)
    kid = Kid(age=15.9, opening_stay=Stay.LONG)
    log = live(plan_of(Household(kids=(kid,)), rules=rules(placement=tuple(places))))
    birthday = (years(16) - years(15.9)) / days(1)
    assert story(log, 10, Event.PLACED) == [
        (0, "PLACED", 100, Placement.OWN_FOSTER),
        (birthday, "PLACED", 100, Placement.SUPPORTED_ACCOMMODATION),
    ]


def test_who_is_adopted_never_comes_back() -> None:
    kid = Kid(opening_stay=Stay.LONG, stay_end=(after(days(9)),), leaving=(LAST,), crisis=(after(days(5)),))
    adopted = rules(leaving_by_band=((0, 0, ONE),) * 4)
    log = live(plan_of(Household(kids=(kid,)), rules=adopted))
    assert story(log, 10, Event.LEFT) == [(9, "LEFT", 100, Leaving.ADOPTED)]
    assert at(log, Event.CRISIS) == []


def test_a_long_stay_is_slower_to_end_in_its_first_half_year() -> None:
    kid = Kid(
        crisis=(after(days(1)),), edge=(after(days(1)),), stay_end=(after(days(182.625) // 4 + days(10)),)
    )
    log = live(plan_of(Household(kids=(kid,)), rules=rules(exit_long_early=ONE // 4)))
    assert at(log, Event.LEFT) == pytest.approx([2 + 182.625 + 10], abs=0.01)
    sitting = Kid(opening_stay=Stay.LONG, opening_elapsed=days(182.625), stay_end=(after(days(10)),))
    opening = live(plan_of(Household(kids=(sitting,)), rules=rules(exit_long_early=ONE // 4)))
    assert at(opening, Event.LEFT) == [10]


def test_a_return_home_brings_back_the_risk_that_the_table_says() -> None:
    table = ((0, 4 * RATE), (days(10), RATE), (years(6), 0))
    kid = Kid(
        opening_stay=Stay.LONG, stay_end=(after(days(5)),), crisis=(after(days(43)),), edge=(after(days(2)),)
    )
    log = live(plan_of(Household(kids=(kid,), relationship=False), rules=rules(after_return=table)))
    assert at(log, Event.LEFT) == [5]
    assert at(log, Event.CRISIS) == [18]
    assert at(log, Event.ENTERED) == [20]
    lately = Kid(opening_stay=-1, returned=True, opening_elapsed=days(9), crisis=(after(days(6)),))
    log = live(plan_of(Household(kids=(lately,), relationship=False), rules=rules(after_return=table)))
    assert at(log, Event.CRISIS) == [3]


# Effects over time

A_MONTH = (ONE, *(0,) * (len(TWO_YEARS.month_starts) - 1))
"""What was achieved lasts in full through the first month after the work, and not beyond."""


def test_what_was_achieved_lasts_after_the_work_and_decays() -> None:
    shape = services(
        opens={Offer.EARLY_HELP: 0},
        places={Line.KEY_WORKER: ((0, 1),)},
        effects={Offer.EARLY_HELP: {Channel.STEP_UP: 0.5}},
        decay=A_MONTH,
    )
    household = Household(
        opening=Status.EARLY_HELP, step_up=(after(days(50)),), length={Offer.EARLY_HELP: days(40)}
    )
    # 20 days' worth by the end of the work, 15 in the 30 days of the first month since, 15 more at full pace.
    log = live(plan_of(household, services=shape))
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [85]


def test_a_conference_that_is_cut_short_leaves_no_effect() -> None:
    conference = Offer.CONFERENCE_EARLY
    shape = services(
        opens={conference: 0},
        places={Line.COORDINATOR: ((0, 1),)},
        effects={conference: {Channel.BREAKDOWN: 0.0}},
    )

    def family(length: float) -> Household:
        return Household(
            opening=Status.EARLY_HELP,
            kids=(Kid(crisis=(after(days(100)),)),),
            step_up=(after(days(5)),),
            step_down=(UNSPENT, after(days(30))),
            length={conference: days(length)},
        )

    cut = live(plan_of(family(60), services=shape))
    assert at(cut, Event.STOPPED, what=conference) == [35]
    assert at(cut, Event.CRISIS) == [100]
    held = live(plan_of(family(20), services=shape))
    assert at(held, Event.FINISHED, what=conference) == [25]
    assert at(held, Event.CRISIS) == []


def test_two_effects_multiply_or_only_the_stronger_counts() -> None:
    two = {
        "opens": {EDGE: 0, SAFE: 0},
        "places": {Line.EDGE_WORKER: ((0, 1),), Line.SOCIAL_WORKER: ((0, 1),)},
        "effects": {EDGE: {Channel.EDGE: 0.5}, SAFE: {Channel.EDGE: 0.25}},
    }
    household = Household(
        opening=Status.CHILD_PROTECTION,
        needs=MENTAL_HEALTH,
        kids=(Kid(crisis=(after(days(7)),), edge=(after(days(4)),)),),
        length={EDGE: days(600), SAFE: days(600)},
    )
    # A quarter from day 7 to the panel on day 14, then an eighth or still a quarter.
    multiplied = live(plan_of(household, services=services(**two)))
    assert at(multiplied, Event.ENTERED) == [14 + (4 - 7 / 4) * 8]
    strongest = live(plan_of(household, services=services(**two, strongest_only=True)))
    assert at(strongest, Event.ENTERED) == [14 + (4 - 7 / 4) * 4]


STEPPED = {
    "opens": {EDGE: 0, Offer.STEP_DOWN_PARENTING: 0},
    "places": {Line.EDGE_WORKER: ((0, 1),), Line.KEY_WORKER: ((0, 1),)},
}


def fading_edge_services() -> Services:
    """Edge of Care halves crises while it works and for a month after, not counting a step-down."""
    return services(**STEPPED, effects={EDGE: {Channel.BREAKDOWN: 0.5}}, decay=A_MONTH)


def test_a_step_down_keeps_the_effect_from_fading() -> None:
    kid = Kid(crisis=(after(days(10)), after(days(100))), edge=(UNSPENT,))
    household = Household(kids=(kid,), length={EDGE: days(30), Offer.STEP_DOWN_PARENTING: days(60)})
    log = live(plan_of(household, services=fading_edge_services()))
    assert at(log, Event.FINISHED, what=EDGE)[0] == 44
    # At half pace from day 38 to 44, through the 60 days of step-down and 30 more; then in full.
    assert at(log, Event.CRISIS) == [10, 44 + 60 + 30 + (100 - 3 - 30 - 15)]


def test_edge_of_care_that_comes_again_during_a_step_down_does_not_fade_at_once() -> None:
    kid = Kid(crisis=(after(days(10)), after(days(20)), after(days(40))), edge=(UNSPENT, UNSPENT))
    household = Household(kids=(kid,), length={EDGE: days(30), Offer.STEP_DOWN_PARENTING: days(300)})
    log = live(plan_of(household, services=fading_edge_services()))
    # Begun again at the panel after the second crisis, finished while the step-down of the first goes on.
    assert at(log, Event.CRISIS)[1] == 38 + 20 * 2
    assert at(log, Event.FINISHED, what=EDGE)[:2] == [44, 84 + 30]
    # It ends on day 114; till the third crisis the effect is as fresh as on that day.
    assert at(log, Event.CRISIS)[2] == (78 + 28) + 40 * 2


# Sequences that run out


def test_a_sequence_that_runs_out_is_logged_and_not_used_again() -> None:
    crises = terms.CRISES
    kid = Kid(crisis=(after(days(1)),) * crises)
    log = live(plan_of(Household(kids=(kid,))))
    assert at(log, Event.CRISIS) == [1 + 29 * k for k in range(crises)]
    assert [row[3] for row in story(log, 10, Event.EXHAUSTED)] == [2]
    assert at(log, Event.EXHAUSTED) == [29 * crises]


def test_referrals_that_run_out_are_logged() -> None:
    household = Household(
        opening=-1,
        arrives=1,
        assessment=(days(1),) * terms.REFERRALS,
        rereferral=(after(days(1)),) * terms.REFERRALS,
    )
    log = live(plan_of(household))
    assert log.what[log.rows(Event.EXHAUSTED)].tolist() == [1]
    assert log.rows(Event.REFERRED).sum() == terms.REFERRALS


def test_spells_that_run_out_are_logged() -> None:
    """Up to a plan and down again, a day each, until no resilience is left for another spell."""
    up_and_down = [after(days(1)), UNSPENT] * terms.SPELLS
    household = Household(
        opening=Status.CHILD_IN_NEED,
        step_up=up_and_down[: terms.SPELLS],
        step_down=up_and_down[1 : terms.SPELLS + 1],
    )
    log = live(plan_of(household))
    assert log.what[log.rows(Event.EXHAUSTED)].tolist() == [0]
    assert at(log, Event.EXHAUSTED) == [terms.SPELLS]


def test_court_no_warning_and_siblings_choices_that_run_out_are_logged() -> None:
    household = Household(
        kids=(Kid(),) * (terms.COURT_CRISES + terms.NO_WARNING_CRISES + 1),
        opening=Status.PROCEEDINGS,
        court=(after(days(1)),) * terms.COURT_CRISES,
        no_warning=(after(days(2)),) * terms.NO_WARNING_CRISES,
    )
    log = live(plan_of(household))
    assert set(log.what[log.rows(Event.EXHAUSTED)].tolist()) == {3, 4, 5}


def test_equal_plans_give_equal_bytes() -> None:
    plan = plan_of(troubled(10, 20), troubled(11, 20), services=edge_services())
    assert run(plan).tobytes() == run(plan).tobytes()
    assert np.all(np.diff(run(plan).tick) >= 0)
