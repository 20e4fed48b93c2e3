"""Special guardianship: how children come to live with a guardian, and what happens when that breaks down."""

import pytest

from sim.engine.events import Event
from sim.foundations.ledger import ONE
from sim.model import terms
from sim.model.terms import Channel, Leaving, Line, Offer, Placement, Route, Status, Stay
from tests.replay import live
from tests.worlds import (
    ALWAYS,
    NEVER_ONCE,
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
)

EDGE = Offer.EDGE_OF_CARE
HALF = ONE // 2


def with_guardian(*crises: float, edge: tuple[float, ...] = (), **more: object) -> Household:
    """A child who lives with a special guardian; the family has no difficulty that the rules know of."""
    kid = Kid(
        **{
            "guardian": True,
            "crisis": tuple(after(days(day)) for day in crises),
            "edge": tuple(after(days(day)) for day in edge),
            **more,
        }
    )
    return Household(kids=(kid,), relationship=False)


def test_a_guardianship_that_breaks_down_leads_into_care_by_its_own_route() -> None:
    log = live(plan_of(with_guardian(10, edge=(5,))))
    assert story(log, 10, Event.CRISIS, Event.ENTERED) == [
        (10, "CRISIS", 100, 0),
        (15, "ENTERED", 100, Route.GUARDIANSHIP),
    ]
    calm = live(plan_of(with_guardian(10, edge=(40,))))
    assert at(calm, Event.WEATHERED) == [38]
    assert at(calm, Event.ENTERED) == []


def test_its_crises_come_at_the_rate_of_guardianships_and_of_the_year() -> None:
    world = rules(
        guardianship=2 * RATE,
        breakdown=(5 * RATE,) * 6,
        breakdown_by_status=(7 * ONE,) * 7,
        years=((0, ONE), (days(20), 3 * ONE)),
    )
    log = live(plan_of(with_guardian(100), rules=world))
    # Twice for 20 days: 40; then six times: the other 60 in 10.
    assert at(log, Event.CRISIS) == [30]


def test_nobody_else_of_the_family_is_taken_along_or_brought_in() -> None:
    """A guardianship's breakdown takes no sibling from the parents; a court does not reach a guardian."""
    kids = (
        Kid(guardian=True, crisis=(after(days(10)),), edge=(after(days(5)),)),
        Kid(joins=(0,)),
    )
    everybody = rules(joins=(ONE,) * len(Route))
    log = live(plan_of(Household(kids=kids, relationship=False), rules=everybody))
    assert [child for _, _, child, _ in story(log, 10, Event.ENTERED)] == [100]
    court = Household(
        kids=(Kid(age=5), Kid(age=2, guardian=True, joins=(0,))),
        opening=Status.PROCEEDINGS,
        court=(after(days(7)), after(days(20))),
    )
    log = live(plan_of(court, rules=everybody))
    assert [(day, child) for day, _, child, _ in story(log, 10, Event.ENTERED)] == [(7, 100)]


def edge_of_care(**changes: object) -> object:
    heard = [NEVER_ONCE] * len(terms.HELD_NAMES)
    heard[terms.GUARDIANSHIP_TEAM] = ((0, HALF),)
    return services(
        **{
            "places": {Line.EDGE_WORKER: ((0, 9),)},
            "opens": {EDGE: 0},
            "effects": {EDGE: {Channel.EDGE: 0.0}},
            "heard": tuple(heard),
            **changes,
        }
    )


def test_the_team_that_supports_guardians_refers_and_the_work_prevents_the_entry() -> None:
    heeded = with_guardian(10, edge=(20,), heard=(HALF - 1,))
    deaf = with_guardian(10, edge=(20,), heard=(HALF,))
    log = live(plan_of(heeded, deaf, services=edge_of_care()))
    assert at(log, Event.STARTED, what=EDGE, family=10) == [14]
    assert at(log, Event.ENTERED, family=10) == []
    assert at(log, Event.NOT_HEARD, family=20) == [10]
    assert at(log, Event.ENTERED, family=20) == [30]


def test_the_holder_of_the_parents_case_does_not_speak_for_the_guardian() -> None:
    """Whoever holds the family does not hear of the guardian's crisis, but does of the one at home."""
    heard = [ALWAYS] * len(terms.HELD_NAMES)
    heard[terms.GUARDIANSHIP_TEAM] = NEVER_ONCE
    at_home = Kid(crisis=(after(days(12)),))
    kids = (Kid(guardian=True, crisis=(after(days(10)),)), at_home)
    household = Household(kids=kids, opening=Status.CHILD_IN_NEED)
    log = live(plan_of(household, services=edge_of_care(heard=tuple(heard))))
    assert story(log, 10, Event.NOT_HEARD, Event.OFFERED) == [
        (10, "NOT_HEARD", 100, 0),
        (12, "OFFERED", -1, EDGE),
    ]


def test_a_child_returns_to_the_guardian_and_not_to_the_parents() -> None:
    household = with_guardian(10, 7, edge=(5, 3), stay_end=(after(days(30)),))
    short = rules(stay=((ONE, ONE),) * len(Route))
    log = live(plan_of(household, rules=short))
    assert story(log, 10, Event.ENTERED, Event.LEFT) == [
        (15, "ENTERED", 100, Route.GUARDIANSHIP),
        (45, "LEFT", 100, Leaving.RETURNED_HOME),
        (45 + 7 + 3, "ENTERED", 100, Route.GUARDIANSHIP),
    ]


@pytest.mark.parametrize(
    ("kin", "how", "route"),
    [
        (HALF - 1, Leaving.SPECIAL_GUARDIANSHIP, Route.GUARDIANSHIP),
        (HALF, Leaving.RETURNED_HOME, Route.BREAKDOWN),
    ],
)
def test_a_long_stay_may_end_with_a_guardian_and_the_next_crisis_is_there(
    kin: int, how: Leaving, route: Route
) -> None:
    kid = Kid(
        opening_stay=Stay.LONG,
        stay_end=(after(days(20)),),
        kin=(kin,),
        crisis=(after(days(10)),),
        edge=(after(days(4)),),
    )
    log = live(plan_of(Household(kids=(kid,)), rules=rules(guardians_by_band=(HALF,) * 4)))
    assert story(log, 10, Event.LEFT, Event.ENTERED) == [(20, "LEFT", 100, how), (34, "ENTERED", 100, route)]


# Orders at the end of proceedings


def before_the_court(order: int, *kids: Kid, **more: object) -> Household:
    return Household(
        **{
            "kids": kids or (Kid(), Kid()),
            "opening": Status.PROCEEDINGS,
            "step_down": (after(days(30)),),
            "order": order,
            **more,
        }
    )


def test_proceedings_may_end_with_the_children_living_with_kin_and_not_in_care() -> None:
    kids = (Kid(crisis=(UNSPENT, after(days(12))), edge=(UNSPENT, after(days(5)))), Kid())
    household = before_the_court(HALF - 1, *kids, court=(after(days(60)),))
    log = live(plan_of(household, rules=rules(order_with_kin=HALF)))
    assert [row[2:] for row in rows(log, Event.ORDER)] == [
        (100, Event.ORDER, 1, 2),
        (101, Event.ORDER, 1, 2),
    ]
    assert at(log, Event.ORDER) == [30, 30]
    assert at(log, Event.STATUS, what=Status.CHILD_IN_NEED) == [30]
    # No court entry on day 60, since nobody is at home; the one entry is from the guardian.
    assert story(log, 10, Event.ENTERED) == [(30 + 12 + 5, "ENTERED", 100, Route.GUARDIANSHIP)]


def test_proceedings_may_end_with_the_children_at_home() -> None:
    household = before_the_court(HALF, court=(after(days(60)),))
    log = live(plan_of(household, rules=rules(order_with_kin=HALF)))
    assert rows(log, Event.ORDER) == [(days(30), 10, -1, Event.ORDER, 0, 2)]
    assert at(log, Event.ENTERED, what=Route.COURT) == [60]


def test_where_all_children_are_in_care_there_is_nothing_left_to_order() -> None:
    household = before_the_court(0, Kid(), court=(after(days(20)),))
    log = live(plan_of(household, rules=rules(order_with_kin=ONE)))
    assert at(log, Event.ENTERED) == [20]
    assert at(log, Event.ORDER) == []


def test_only_those_still_at_home_go_to_kin() -> None:
    household = before_the_court(0, Kid(age=9), Kid(age=2), court=(after(days(20)),))
    log = live(plan_of(household, rules=rules(order_with_kin=ONE)))
    assert story(log, 10, Event.ENTERED) == [(20, "ENTERED", 101, Route.COURT)]
    assert [row[2:] for row in rows(log, Event.ORDER)] == [(100, Event.ORDER, 1, 1)]


def test_a_conference_raises_the_chance_of_an_order_with_kin() -> None:
    late = Offer.CONFERENCE_PRE_PROCEEDINGS
    household = Household(
        opening=Status.PRE_PROCEEDINGS,
        step_up=(after(days(30)),),
        step_down=(UNSPENT, after(days(40))),
        order=round(0.6 * ONE),
        length={late: days(20)},
    )
    network = services(
        opens={late: 0}, places={Line.COORDINATOR: ((0, 1),)}, effects={late: {Channel.NETWORK: 1.5}}
    )
    world = rules(order_with_kin=HALF)
    assert [row[4] for row in rows(live(plan_of(household, rules=world)), Event.ORDER)] == [0]
    log = live(plan_of(household, rules=world, services=network))
    assert at(log, Event.FINISHED, what=late) == [20]
    assert [(row[0], row[4]) for row in rows(log, Event.ORDER)] == [(days(70), 1)]


def test_with_a_guardian_the_child_is_in_no_placement_and_no_plan_is_about_it() -> None:
    household = before_the_court(0, Kid(settled=(after(days(5)),)))
    log = live(plan_of(household, rules=rules(order_with_kin=ONE)))
    assert at(log, Event.PLACED) == at(log, Event.BROKE_DOWN) == at(log, Event.PLAN_STARTED) == []
    assert Placement.KINSHIP not in log.what[log.rows(Event.PLACED)]
