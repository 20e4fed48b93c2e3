"""Measures of people in posts, specialists, the panel, guardians and groups, from logs written by hand."""

from __future__ import annotations

import pytest

from sim.engine.events import Event
from sim.foundations.ledger import ONE
from sim.model.terms import Leaving, Line, Offer, Placement, Route, Status, Stay
from tests.results.hand import FIRST, SECOND, YEAR, Child, Readings, days, log_of, plan_of

SAFE, EDGE, VICTIM = Offer.FAMILY_SAFEGUARDING, Offer.EDGE_OF_CARE, Offer.VICTIM_WORKER
SPECIALIST = "domestic abuse worker (victim)"


def one_child(**child: object) -> object:
    return plan_of([Child(**child)])  # type: ignore[arg-type]


def test_a_worker_leaves_and_another_takes_the_family_over() -> None:
    log = log_of(
        (5, 10, -1, Event.OFFERED, SAFE, 0),
        (5, 10, -1, Event.ACCEPTED, SAFE, 0),
        (9, 10, -1, Event.STARTED, SAFE, days(4)),
        (25, 10, -1, Event.INTERRUPTED, SAFE, 1),
        (40, 10, -1, Event.RESUMED, SAFE, days(15)),
        (360, 10, -1, Event.INTERRUPTED, SAFE, 2),
        (376, 10, -1, Event.GIVEN_UP, SAFE, days(367)),
    )
    read = Readings(log, one_child())
    team = "family safeguarding"
    assert read.row("interrupted", team) == [2, 0]
    assert read.row("given up", team) == [0, 1]
    # Fifteen days, six more before 1 April 2024 (day 366) and ten after it.
    assert read.row("interrupted days", team) == [21, 10]
    # In use from day 9, free on 30 April (day 30), in use again at the end of May.
    assert read.row("in use", team)[:3] == [0, 1, 1]
    assert read.row("in use", team)[11:] == [0] * 13
    assert sum(read.row("waiting", team)) == 0
    assert sum(read.row("interrupted", "edge of care")) == 0


def test_interruption_that_lasts_to_the_end_is_counted_to_the_end() -> None:
    log = log_of(
        (9, 10, -1, Event.STARTED, SAFE, 0),
        (700, 10, -1, Event.INTERRUPTED, SAFE, 1),
    )
    assert Readings(log, one_child()).row("interrupted days", "family safeguarding") == [0, 31]


def test_specialists_have_lists_of_their_own() -> None:
    plan = plan_of(
        [Child()], [Child()], places={Line.SOCIAL_WORKER: ((0, 9),), Line.VICTIM_WORKER: ((0, 4),)}
    )
    log = log_of(
        (0, 10, -1, Event.STARTED, SAFE, 0),
        (10, 10, -1, Event.ACCEPTED, VICTIM, 0),
        (10, 20, -1, Event.ACCEPTED, VICTIM, 0),
        (40, 10, -1, Event.STARTED, VICTIM, days(30)),
        (50, 20, -1, Event.LAPSED, VICTIM, 0),
        (100, 10, -1, Event.FINISHED, VICTIM, days(60)),
    )
    read = Readings(log, plan)
    assert read.groups("specialist asked", FIRST) == {SPECIALIST: 2}
    assert read.groups("specialist started", FIRST) == {SPECIALIST: 1}
    assert read.groups("specialist never came", FIRST) == {SPECIALIST: 1}
    assert read.groups("specialist waited days", FIRST) == {SPECIALIST: 30}
    assert read.row("specialist waiting", SPECIALIST)[:3] == [2, 0, 0]
    assert read.row("specialist in use", SPECIALIST)[:4] == [0, 1, 1, 0]
    assert read("specialist places", "2023-04-30", SPECIALIST) == 4
    # None of it is work of the social workers, who hold the family from the first day.
    assert read("accepted", FIRST, "family safeguarding") == 0
    assert read("places", "2023-04-30", "family safeguarding") == 9
    assert set(read.row("in use", "family safeguarding")) == {1}


def test_placement_stability_is_not_work_at_the_edge_of_care() -> None:
    stability = Offer.PLACEMENT_STABILITY
    log = log_of(
        (40, 10, -1, Event.OFFERED, stability, 0),
        (40, 10, -1, Event.ACCEPTED, stability, 0),
        (40, 10, -1, Event.STARTED, stability, 0),
    )
    read = Readings(log, one_child())
    for flow in ("offered", "accepted", "started"):
        assert read.row(f"placement stability {flow}") == [1, 0]
    assert read.row("placement stability in use")[:2] == [0, 1]
    assert read.groups("started", FIRST) == read.groups("offered", FIRST) == {}
    assert set(read.row("in use", "edge of care")) == {0}


def panel_log() -> list:
    return [
        (10, 10, -1, Event.OFFERED, EDGE, 0),
        (14, 10, -1, Event.REFUSED, EDGE, 1),
        (20, 20, -1, Event.OFFERED, EDGE, 0),
        (22, 20, -1, Event.DIVERTED, EDGE, 0),
        (28, 20, -1, Event.ACCEPTED, EDGE, 0),
        (30, 30, -1, Event.OFFERED, EDGE, 0),
        (31, 30, -1, Event.ACCEPTED, EDGE, 0),
        (35, 30, -1, Event.RATIFIED, EDGE, 0),
        (40, 40, -1, Event.OFFERED, EDGE, 0),
        (47, 40, -1, Event.DECLINED, EDGE, 0),
        (50, 50, -1, Event.OFFERED, EDGE, 0),
        (51, 50, -1, Event.ACCEPTED, EDGE, 0),
        (65, 50, -1, Event.REFUSED, EDGE, 2),
        (70, 60, -1, Event.OFFERED, EDGE, 0),
        (90, 60, -1, Event.LAPSED, EDGE, 0),
    ]


def test_the_panel_and_how_long_it_takes() -> None:
    read = Readings(log_of(*panel_log()), plan_of(*([Child()] for _ in range(6))))
    found = {name: read(f"panel {name}", FIRST) for name in ("referred", "diverted", "declined", "accepted")}
    assert found == {"referred": 6, "diverted": 1, "declined": 1, "accepted": 3}
    assert read("panel refused criteria", FIRST) == read("panel refused judgement", FIRST) == 1
    assert read("panel ratified", FIRST) == 1
    # Four days, two, one, seven and one; the sixth lapsed before anybody decided.
    assert read("panel decisions", FIRST) == 5
    assert read("panel decision days", FIRST) == 4 + 2 + 1 + 7 + 1
    assert read("panel crisis over", FIRST) == 1
    # 20 and 30 wait for ever; 50 joined the list at once and left it when the panel disagreed (day 65).
    assert read.row("waiting", "edge of care")[:4] == [1, 3, 2, 2]
    assert read("never reached", FIRST, "edge of care") == 0
    assert read("lapsed", FIRST, "edge of care") == 1


def test_a_referral_after_a_conference_first_that_came_too_late_had_a_decision() -> None:
    log = log_of(
        (10, 10, -1, Event.OFFERED, EDGE, 0),
        (12, 10, -1, Event.DIVERTED, EDGE, 0),
        (40, 10, -1, Event.LAPSED, EDGE, 0),
        (50, 10, -1, Event.OFFERED, EDGE, 1),
        (51, 10, -1, Event.ACCEPTED, EDGE, 0),
        (60, 10, -1, Event.LAPSED, EDGE, 0),
        (400, 10, -1, Event.OFFERED, EDGE, 2),
        (410, 10, -1, Event.LAPSED, EDGE, 0),
    )
    assert Readings(log, one_child()).row("panel crisis over") == [0, 1]


def test_who_held_the_family_when_it_was_referred() -> None:
    plan = plan_of([Child()], [Child(guardian=True), Child()], [Child()], [Child()])
    log = log_of(
        *((0, family, -1, Event.STATUS, Status.CHILD_IN_NEED, 0) for family in (10, 20, 30, 40)),
        # The referral comes before the change of level that the same moment brings.
        (10, 10, 100, Event.CRISIS, 0, 0),
        (10, 10, -1, Event.OFFERED, EDGE, 0),
        (10, 10, -1, Event.STATUS, Status.CHILD_PROTECTION, 1),
        (400, 10, 100, Event.CRISIS, 0, 1),
        (400, 10, -1, Event.OFFERED, EDGE, 1),
        # One child lives with a guardian, the other does not.
        (20, 20, 200, Event.CRISIS, 0, 0),
        (20, 20, -1, Event.OFFERED, EDGE, 0),
        (90, 20, 201, Event.CRISIS, 0, 0),
        (90, 20, -1, Event.OFFERED, EDGE, 1),
        # After an entry, and after the child has come home again.
        (30, 30, 300, Event.ENTERED, Route.NO_WARNING, 0),
        (30, 30, -1, Event.OFFERED, EDGE, 0),
        (60, 30, 300, Event.LEFT, Leaving.RETURNED_HOME, 0),
        (70, 30, 300, Event.CRISIS, 0, 0),
        (70, 30, -1, Event.OFFERED, EDGE, 1),
        (80, 40, -1, Event.OFFERED, Offer.EARLY_HELP, 0),
    )
    read = Readings(log, plan)
    assert read.groups("panel referred by", FIRST) == {
        "child in need": 3, "special guardianship": 1, "in care": 1}  # fmt: skip
    assert read.groups("panel referred by", SECOND) == {"child protection": 1}


def test_the_criteria_are_those_at_the_end_and_needs_are_those_of_the_family() -> None:
    plan = plan_of([Child()], [Child()], needs=[0, 4], youngest=(3, 2))
    log = log_of(
        (10, 10, 100, Event.ENTERED, Route.COURT, 0),
        (20, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
    )
    read = Readings(log, plan)
    assert read("panel youngest") == 2
    assert read.groups("entries of families with needs", FIRST) == {"breakdown": 1}


def test_an_emergency_entry_is_laid_at_the_door_that_was_shut_within_half_a_year() -> None:
    def entries(
        refused: float, entered: float, route: Route = Route.NO_WARNING, event: Event = Event.REFUSED
    ):
        what = EDGE if event != Event.WEATHERED else 0
        return Readings(
            log_of(
                (refused, 10, -1, event, what, 1),
                (entered, 10, 100, Event.ENTERED, route, 0),
            ),
            plan_of([Child()], [Child()]),
        ).row("emergency entries after diversion")

    assert entries(100, 282) == [1, 0]
    assert entries(100, 283) == [0, 0]
    assert entries(300, 400) == [0, 1]
    assert entries(300, 400, Route.COURT) == [0, 0]
    assert entries(300, 310, event=Event.WEATHERED) == [1, 0]
    assert entries(300, 310, event=Event.OFFERED) == [0, 0]
    other = Readings(
        log_of((100, 20, -1, Event.REFUSED, EDGE, 1), (110, 10, 100, Event.ENTERED, Route.NO_WARNING, 0)),
        plan_of([Child()], [Child()]),
    )
    assert other.row("emergency entries after diversion") == [0, 0]


def test_guardianship_begins_with_an_order_or_the_first_day_and_ends_with_care() -> None:
    plan = plan_of(
        [Child(age=4), Child(age=6)], [Child(age=9, guardian=True)], [Child(age=17.5, guardian=True)]
    )
    log = log_of(
        (100, 10, 100, Event.ORDER, 1, 2),
        (100, 10, 101, Event.ORDER, 1, 2),
        (150, 20, 200, Event.ENTERED, Route.GUARDIANSHIP, 0),
        (400, 10, 100, Event.ENTERED, Route.GUARDIANSHIP, 0),
        (500, 10, 100, Event.LEFT, Leaving.SPECIAL_GUARDIANSHIP, 0),
    )
    eighteen = days(365.25 * 18) - days(365.25 * 17.5)
    first = 2 * (YEAR - 100) + 150 + eighteen / days(1)
    second = (400 - YEAR) + (731 - 500) + 365
    assert Readings(log, plan).row("guardianship days") == pytest.approx([first, second])
    left_at_home = log_of((100, 10, -1, Event.ORDER, 0, 2))
    assert Readings(left_at_home, plan_of([Child()])).row("guardianship days") == [0, 0]


def test_placements_break_down_and_follow_one_another() -> None:
    log = log_of(
        (10, 10, 100, Event.ENTERED, Route.COURT, 0),
        (10, 10, 100, Event.PLACED, Placement.KINSHIP, 0),
        (60, 10, 100, Event.BROKE_DOWN, Placement.KINSHIP, days(50)),
        (60, 10, 100, Event.PLACED, Placement.AGENCY_FOSTER, 0),
        (100, 10, 100, Event.LEFT, Leaving.RETURNED_HOME, 0),
    )
    read = Readings(log, one_child())
    assert read.groups("placements broken down", FIRST) == {"kinship": 1}
    assert read.groups("placement days", FIRST) == {"kinship": 50, "agency foster": 40}


def test_caseload_enquiries_and_step_downs() -> None:
    log = log_of(
        (31, -1, -1, Event.LOAD, 0, round(1.25 * ONE)),
        (62, -1, -1, Event.LOAD, 0, ONE // 2),
        (20, 10, -1, Event.GATE, Status.CHILD_PROTECTION, days(21)),
        (30, 10, -1, Event.GATE, Status.PRE_PROCEEDINGS, days(14)),
        (40, 10, -1, Event.ACCEPTED, Offer.STEP_DOWN_MENTORING, 0),
        (400, 10, -1, Event.ACCEPTED, Offer.STEP_DOWN_PARENTING, 0),
    )
    read = Readings(log, one_child())
    # 31 May 2023 ends on day 61.
    assert read.row("caseload")[:4] == [1, 1.25, 0.5, 0.5]
    assert read.row("enquiries") == [1, 0]
    kinds = ("parenting support", "one-to-one work", "youth mentoring")
    assert [read.row("step-downs asked", kind) for kind in kinds] == [[0, 1], [0, 0], [1, 0]]


def test_what_had_been_tried_before_a_child_entered() -> None:
    plan = plan_of([Child(age=14)], [Child(age=14)], [Child(age=3)], [Child(age=16, unaccompanied=True)])
    log = log_of(
        (0, 10, -1, Event.STARTED, Offer.EARLY_HELP, 0),
        (50, 10, -1, Event.STARTED, EDGE, 0),
        (60, 10, 100, Event.ENTERED, Route.BREAKDOWN, 0),
        (60, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
        (70, 20, -1, Event.STARTED, EDGE, 0),
        (80, 30, 300, Event.ENTERED, Route.COURT, 0),
        (90, 40, 400, Event.ENTERED, Route.UNACCOMPANIED, 0),
    )
    assert Readings(log, plan).groups("tried before") == {
        "13-15|early help": 1,
        "13-15|edge of care": 1,
        "13-15|nothing": 1,
        "1-4|nothing": 1,
    }


def test_waits_for_edge_of_care_belong_to_the_child_in_crisis() -> None:
    plan = plan_of([Child(age=14), Child(age=4)])
    log = log_of(
        (10, 10, 101, Event.CRISIS, 0, 0),
        (100, 10, 100, Event.CRISIS, 0, 0),
        (101, 10, -1, Event.OFFERED, EDGE, 0),
        (105, 10, -1, Event.ACCEPTED, EDGE, 0),
        (112, 10, -1, Event.STARTED, EDGE, days(7)),
    )
    read = Readings(log, plan)
    assert read.groups("edge starts") == {"13-15": 1}
    assert read.groups("edge wait days") == {"13-15": 11}


def test_work_is_in_time_if_it_begins_before_care() -> None:
    plan = plan_of([Child(age=14)], [Child(age=14)], [Child(age=14)])
    log = log_of(
        *(
            record
            for family in (10, 20, 30)
            for record in (
                (10, family, 10 * family, Event.CRISIS, 0, 0),
                (20, family, -1, Event.OFFERED, EDGE, 0),
                (30, family, -1, Event.STARTED, EDGE, 0),
            )
        ),
        # 20 entered before the offer but after the crisis: the work is to help the child home.
        (15, 20, 200, Event.ENTERED, Route.BREAKDOWN, 0),
        # 30 had entered and left before its crisis.
        (2, 30, 300, Event.ENTERED, Route.COURT, 0),
        (5, 30, 300, Event.LEFT, Leaving.RETURNED_HOME, 0),
    )
    read = Readings(log, plan)
    assert read("started", FIRST, "edge of care") == 3
    assert read("begun in time", FIRST, "edge of care") == 2
    assert read("begun in time", SECOND, "edge of care") == 0


def test_groups_of_the_equality_assessment() -> None:
    plan = plan_of(
        [Child(age=4, sex=1, disabled=True), Child(age=6)],
        [Child(age=9, stay=Stay.LONG)],
        ethnicity=[2, 0],
    )
    log = log_of((100, 10, 100, Event.ENTERED, Route.COURT, 0))
    read = Readings(log, plan)
    assert read.groups("entries by group") == {
        "age|1-4": 1,
        "sex|boys": 1,
        "ethnicity|asian": 1,
        "disability|disabled": 1,
    }
    # At the end, nearly two years later, the children are five and ten.
    assert read.groups("looked after by group", "2025-03-31") == {
        "age|5-9": 1,
        "age|10-12": 1,
        "sex|girls": 1,
        "sex|boys": 1,
        "ethnicity|white": 1,
        "ethnicity|asian": 1,
        "disability|not disabled": 1,
        "disability|disabled": 1,
    }
