"""The resource allocation panel: when it meets, whom it hears, and what it asks for at what price in days."""

from dataclasses import replace

import pytest

from sim.engine.events import Event, EventLog
from sim.foundations.ledger import ONE
from sim.model.plan import Services
from sim.model.terms import Channel, Gate, Line, Offer, Status
from tests.replay import live
from tests.worlds import (
    UNSPENT,
    Household,
    Kid,
    after,
    at,
    days,
    person,
    plan_of,
    rows,
    services,
    story,
    troubled,
)

EDGE, BESIDE = Offer.EDGE_OF_CARE, Offer.CONFERENCE_AT_EDGE
HALF = ONE // 2
LAST = ONE - 1
OLD, YOUNG = 11.0, 8.0


def weekly(holds: int = 9, **changes: object) -> Services:
    """Edge of Care with room for all, which stops entry while it works; the panel meets every seven days."""
    return services(
        **{
            "places": {Line.EDGE_WORKER: ((0, holds),), Line.COORDINATOR: ((0, 9),)},
            "opens": {EDGE: 0, BESIDE: 0},
            "effects": {EDGE: {Channel.EDGE: 0.0}},
            **changes,
        }
    )


def decisions(log: EventLog, family: int = 10) -> list[tuple[float, str, int]]:
    """(day, what, amount) of all that the panel or a manager decided for a family."""
    kinds = (Event.ACCEPTED, Event.DECLINED, Event.REFUSED, Event.DIVERTED, Event.RATIFIED, Event.LAPSED)
    return [
        (tick / days(1), Event(code).name, amount * (code == Event.REFUSED))
        for tick, who, _, code, what, amount in rows(log, *kinds)
        if who == family and what == EDGE
    ]


# The calendar and the order


def test_a_meeting_decides_so_many_cases_by_risk_then_waiting_then_family() -> None:
    families = (
        troubled(11, 40, priority=1),
        troubled(10, 40, priority=1),
        troubled(13, 40, priority=0),
        troubled(11, 40, priority=1),
        troubled(9, 40, priority=2),
    )
    log = live(plan_of(*families, services=weekly(practice={"cases": 1})))
    # Day 14: the highest risk. Day 21: the longest waiting of the next. Then the lower number of two alike.
    assert [at(log, Event.ACCEPTED, family=family) for family in (30, 20, 10)] == [[14], [21], [28]]
    # The others' crises end on days 39 and 37, before they are reached on days 42 and 49.
    assert at(log, Event.ACCEPTED, family=40) == [35]
    assert decisions(log, 50) == [(37, "LAPSED", 0)]
    two = live(plan_of(*families, services=weekly(practice={"cases": 2})))
    assert sorted(row[:2] for row in rows(two, Event.ACCEPTED)) == [
        (days(14), 20),
        (days(14), 30),
        (days(21), 10),
        (days(21), 40),
        (days(28), 50),
    ]


def test_a_case_that_has_lapsed_takes_no_turn_from_another() -> None:
    over = troubled(9, 1, priority=0)
    log = live(plan_of(over, troubled(10, 40), services=weekly(practice={"cases": 1})))
    # The child entered for a long stay: there is nothing that the work could still do.
    assert decisions(log, 10) == [(10, "LAPSED", 0)]
    assert at(log, Event.ACCEPTED, family=20) == [14]


def test_a_family_in_crisis_twice_is_referred_once_at_a_time() -> None:
    kids = (Kid(crisis=(after(days(9)),)), Kid(crisis=(after(days(10)),)))
    log = live(plan_of(Household(kids=kids), services=weekly()))
    assert len(at(log, Event.CRISIS)) == 2
    assert at(log, Event.OFFERED, what=EDGE) == [9]


def test_practice_changes_from_a_day_on() -> None:
    plain = weekly(practice={"youngest": 3})
    younger = replace(plain.practice[0], since=days(20), youngest=0)
    shape = replace(plain, practice=(*plain.practice, younger))
    log = live(plan_of(troubled(10, 40), troubled(15, 40), services=shape))
    assert decisions(log, 10) == [(14, "REFUSED", 1)]
    assert decisions(log, 20) == [(21, "ACCEPTED", 0)]


# Criteria and judgement


def test_the_criteria_look_at_the_age_of_the_child_in_crisis() -> None:
    from_ten = weekly(practice={"youngest": 3})
    log = live(plan_of(troubled(10, 40), troubled(10, 40, age=OLD), services=from_ten))
    assert decisions(log, 10) == [(14, "REFUSED", 1)]
    assert decisions(log, 20) == [(14, "ACCEPTED", 0)]
    young = Kid(age=YOUNG, crisis=(after(days(10)),))
    with_calm_elder = Household(kids=(Kid(age=OLD), young))
    both_in_crisis = Household(kids=(Kid(age=OLD, crisis=(after(days(12)),)), young))
    log = live(plan_of(with_calm_elder, both_in_crisis, services=from_ten))
    assert decisions(log, 10) == [(14, "REFUSED", 1)]
    assert decisions(log, 20) == [(14, "ACCEPTED", 0)]


def test_the_panel_refuses_by_its_own_judgement_below_its_chance() -> None:
    shape = weekly(panel_refuses=((0, HALF),))
    log = live(plan_of(troubled(10, 10, panel=HALF - 1), troubled(10, 10, panel=HALF), services=shape))
    assert decisions(log, 10) == [(14, "REFUSED", 2)]
    assert decisions(log, 20) == [(14, "ACCEPTED", 0)]
    assert at(log, Event.ENTERED, family=10) == [20]
    assert at(log, Event.ENTERED, family=20) == []


def test_a_family_refused_once_may_be_referred_at_its_next_crisis() -> None:
    kid = Kid(crisis=(after(days(10)), after(days(30))), edge=(UNSPENT, UNSPENT))
    household = Household(kids=(kid,), panel=0)
    log = live(plan_of(household, services=weekly(panel_refuses=((0, HALF),))))
    assert at(log, Event.OFFERED, what=EDGE) == [10, 38 + 30]
    assert decisions(log) == [(14, "REFUSED", 2), (70, "REFUSED", 2)]


def test_a_family_may_decline_what_the_panel_accepts() -> None:
    log = live(plan_of(troubled(10, 40, declines=(EDGE,)), services=weekly()))
    assert decisions(log) == [(14, "DECLINED", 0)]


# Earlier help


FIRST = {"earlier_help": Gate.CONFERENCE_FIRST}


def test_a_conference_first_costs_the_days_till_the_meeting_after_it() -> None:
    prompt = troubled(10, 16, length={BESIDE: days(10)})
    log = live(plan_of(prompt, services=weekly(practice=FIRST)))
    assert story(log, 10, Event.DIVERTED, Event.STARTED, Event.FINISHED, Event.ENTERED)[:3] == [
        (14, "DIVERTED", -1, EDGE),
        (14, "STARTED", -1, BESIDE),
        (24, "FINISHED", -1, BESIDE),
    ]
    # It would be back before the panel of day 28; on day 26 the child enters, as it does without a service.
    assert at(log, Event.ENTERED) == [26]
    without = live(plan_of(prompt, services=weekly()))
    assert at(without, Event.STARTED, what=EDGE) == [14]
    assert at(without, Event.ENTERED) == []


def test_after_the_conference_the_referral_comes_back_while_the_crisis_lasts() -> None:
    household = troubled(10, 24, length={BESIDE: days(10)})
    log = live(plan_of(household, services=weekly(practice=FIRST)))
    assert decisions(log) == [(14, "DIVERTED", 0), (28, "ACCEPTED", 0)]
    assert at(log, Event.STARTED, what=EDGE) == [28]
    assert at(log, Event.ENTERED) == []
    late = troubled(10, 60, length={BESIDE: days(25)})
    log = live(plan_of(late, services=weekly(practice=FIRST)))
    assert decisions(log) == [(14, "DIVERTED", 0), (39, "LAPSED", 0)]
    assert at(log, Event.WEATHERED) == [38]


def test_a_conference_offered_within_the_year_counts_and_an_older_one_does_not() -> None:
    early = Offer.CONFERENCE_EARLY
    shape = weekly(opens={EDGE: 0, BESIDE: 0, early: 0}, practice=FIRST, recent=((0, days(30)),))
    recent, older = (
        replace(troubled(crisis, 40), opening=Status.CHILD_IN_NEED, declines=(early,)) for crisis in (17, 45)
    )
    log = live(plan_of(recent, older, services=shape))
    assert at(log, Event.OFFERED, what=early) == [0, 0]
    assert decisions(log, 10) == [(21, "ACCEPTED", 0)]
    assert decisions(log, 20)[0] == (49, "DIVERTED", 0)


@pytest.mark.parametrize("how", ["closed", "not offered", "declined"])
def test_where_no_conference_can_be_had_the_next_meeting_decides(how: str) -> None:
    opens = {EDGE: 0} if how == "closed" else {EDGE: 0, BESIDE: 0}
    household = troubled(
        10,
        40,
        declines=(BESIDE,) if how == "declined" else (),
        unoffered=(BESIDE,) if how == "not offered" else (),
    )
    chance = tuple(((0, HALF if offer == BESIDE else LAST),) for offer in Offer)
    log = live(plan_of(household, services=weekly(opens=opens, practice=FIRST, offered=chance)))
    assert decisions(log) == [(14, "DIVERTED", 0), (21, "ACCEPTED", 0)]


def test_a_conference_that_finds_no_coordinator_in_time_gives_the_referral_back() -> None:
    shape = weekly(
        places={Line.EDGE_WORKER: ((0, 9),), Line.COORDINATOR: ((0, 0),)},
        practice=FIRST,
        lapses={BESIDE: days(9)},
    )
    log = live(plan_of(troubled(10, 40), services=shape))
    assert at(log, Event.LAPSED, what=BESIDE) == [23]
    assert decisions(log) == [(14, "DIVERTED", 0), (28, "ACCEPTED", 0)]


def test_where_earlier_help_is_to_be_offered_a_conference_runs_beside_the_work() -> None:
    shape = weekly(practice={"earlier_help": Gate.OFFERED})
    log = live(plan_of(troubled(10, 20), services=shape))
    assert at(log, Event.STARTED, what=EDGE) == at(log, Event.STARTED, what=BESIDE) == [14]
    helped = replace(troubled(10, 20), opening=Status.EARLY_HELP)
    open_help = weekly(
        opens={EDGE: 0, BESIDE: 0, Offer.EARLY_HELP: 0}, practice={"earlier_help": Gate.OFFERED}
    )
    log = live(plan_of(helped, services=open_help))
    assert at(log, Event.OFFERED, what=Offer.EARLY_HELP) == [0]
    assert at(log, Event.OFFERED, what=BESIDE) == []
    assert at(log, Event.STARTED, what=EDGE) == [14]


def test_places_granted_at_one_tick_begin_in_the_order_of_offers() -> None:
    """Coordinators come before Edge of Care among the lines, and after it among the offers."""
    log = live(plan_of(troubled(10, 20), services=weekly(practice={"earlier_help": Gate.OFFERED})))
    begun = [(row[0], row[4]) for row in rows(log, Event.STARTED)]
    assert begun == [(days(14), EDGE), (days(14), BESIDE)]


# Decisions between meetings

QUICK = {"emergency": True}


def test_a_manager_decides_the_next_day_and_the_panel_ratifies() -> None:
    log = live(plan_of(troubled(10, 3), services=weekly(practice=QUICK)))
    assert decisions(log) == [(11, "ACCEPTED", 0), (14, "RATIFIED", 0)]
    assert at(log, Event.STARTED, what=EDGE) == [11]
    assert at(log, Event.ENTERED) == []


def test_the_panel_may_end_what_was_decided_between_meetings() -> None:
    unwilling = troubled(10, 6, panel=0)
    shape = weekly(practice=QUICK, panel_refuses=((0, HALF),), lasting=False)
    log = live(plan_of(unwilling, services=shape))
    assert decisions(log) == [(11, "ACCEPTED", 0), (14, "REFUSED", 2)]
    assert at(log, Event.STOPPED, what=EDGE) == [14]
    assert rows(log, Event.STOPPED)[0][5] == days(3)
    # One of six days is spent before the work, none during it, the other five after.
    assert at(log, Event.ENTERED) == [19]


def test_refused_before_it_began_the_offer_ends_and_nobody_waits_for_it() -> None:
    unwilling = troubled(10, 40, panel=0)
    shape = weekly(holds=0, practice=QUICK, panel_refuses=((0, HALF),))
    log = live(plan_of(unwilling, services=shape))
    assert decisions(log) == [(11, "ACCEPTED", 0), (14, "REFUSED", 2), (14, "LAPSED", 0)]
    assert at(log, Event.STARTED, what=EDGE) == []


def test_what_is_to_be_ratified_comes_before_all_other_cases() -> None:
    plain = weekly(practice={"cases": 1})
    quick = replace(plain.practice[0], since=days(12), emergency=True)
    shape = replace(plain, practice=(*plain.practice, quick))
    log = live(plan_of(troubled(10, 40, priority=0), troubled(12.5, 40, priority=2), services=shape))
    assert decisions(log, 20) == [(13.5, "ACCEPTED", 0), (14, "RATIFIED", 0)]
    assert decisions(log, 10) == [(21, "ACCEPTED", 0)]


def test_work_that_has_ended_before_the_meeting_is_not_ratified() -> None:
    brief = troubled(10, 40, length={EDGE: days(2)})
    log = live(plan_of(brief, services=weekly(practice=QUICK)))
    assert at(log, Event.FINISHED, what=EDGE) == [13]
    assert decisions(log) == [(11, "ACCEPTED", 0)]


def test_a_manager_keeps_to_the_criteria_and_comes_too_late_for_a_crisis_that_is_over() -> None:
    log = live(plan_of(troubled(10, 40), services=weekly(practice={**QUICK, "youngest": 3})))
    assert decisions(log) == [(11, "REFUSED", 1)]
    slow = weekly(practice=QUICK, urgent=days(30))
    log = live(plan_of(troubled(10, 40), services=slow))
    assert decisions(log) == [(38, "LAPSED", 0)]


def test_a_case_sent_to_a_conference_by_a_manager_is_decided_at_a_meeting() -> None:
    household = troubled(10, 40, length={BESIDE: days(5)})
    log = live(plan_of(household, services=weekly(practice={**QUICK, **FIRST})))
    assert decisions(log) == [(11, "DIVERTED", 0), (21, "ACCEPTED", 0)]


def test_a_conference_first_that_is_given_up_gives_the_referral_back() -> None:
    """The coordinator leaves before the conference meets and nobody comes; there is a second crisis."""
    kid = Kid(crisis=(after(days(10)), after(days(60))), edge=(UNSPENT, UNSPENT))
    household = Household(kids=(kid,), length={BESIDE: days(30), EDGE: days(20)})
    shape = weekly(
        places={Line.EDGE_WORKER: ((0, 9),)},
        workers={Line.COORDINATOR: [person((0, 1, 1), (20, 0, 0))]},
        practice=FIRST,
        patience=days(10),
    )
    log = live(plan_of(household, services=shape))
    assert at(log, Event.GIVEN_UP, what=BESIDE) == [30]
    assert decisions(log)[:2] == [(14, "DIVERTED", 0), (35, "ACCEPTED", 0)]
    assert at(log, Event.OFFERED, what=EDGE) == [10, 38 + 60]


def test_a_manager_s_decision_is_on_the_referral_that_asked_for_it() -> None:
    """The first child enters within the day, which ends its referral; the second waits its own day."""
    kids = (
        Kid(crisis=(after(days(10)),), edge=(after(days(0.5)),)),
        Kid(crisis=(after(days(10.75)),)),
    )
    log = live(plan_of(Household(kids=kids), services=weekly(practice=QUICK)))
    assert decisions(log)[:2] == [(10.5, "LAPSED", 0), (11.75, "ACCEPTED", 0)]
