"""What a scenario offers: openings that are produced, strength by month, the panel and the offers."""

import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.foundations.ledger import NEVER, ONE, fixed_point
from sim.foundations.randomness import Chance
from sim.model.openings import AGENCY, INDUCTION, PERMANENT, VACANT, dated, go_live, produced
from sim.model.plan import POWERS, Post, Services
from sim.model.practice import UNLIMITED, meetings, practices, strengths
from sim.model.services import build_services
from sim.model.staffing import build_posts
from sim.model.terms import SPECIALISTS, Gate, Line, Offer, Team, Turn
from sim.study.levers import (
    Change,
    Close,
    Delay,
    Extend,
    Lever,
    Mentoring,
    Nerve,
    Open,
    Order,
    Pairs,
    Panel,
    Posts,
    Training,
)
from sim.study.structure import Structure
from tests.model.staff import CLOCK, SPECIALIST_ROLES, USUAL, day, days, post, scenario, values

END = CLOCK.horizon
FS, EDGE = Team.FAMILY_SAFEGUARDING, Team.EDGE_OF_CARE
REACTIVE = Structure(edge_of_care_before="reactive")
OPEN_EDGE = Open(service="edge_of_care", on=day(60))
OPEN_FS = Open(service="family_safeguarding", on=day(60))
SETTINGS = "services.edge_of_care"
TAKE_UP = f"{SETTINGS}.take_up"


def services(*levers: Lever, structure: Structure = USUAL, **changes: Any) -> Services:
    given = values(**changes)
    made = scenario(*levers)
    posts = build_posts(given, made, CLOCK, Chance(1, 0, 0), structure)
    return build_services(given, made, posts, CLOCK, structure)


def edge_posts(start: int = 0) -> list[Posts]:
    return [
        Posts(service="edge_of_care", role=role, posts=number, start=day(start))
        for role, number in (("manager", 1), ("social_worker", 3), ("family_support_worker", 3))
    ]


# Changes by date


def test_a_change_holds_between_its_dates_and_others_follow() -> None:
    first = Change(parameter=TAKE_UP, start=day(10), end=day(20), to=0.5)
    then = Change(parameter=TAKE_UP, start=day(20), end=day(30), times=0.5)
    found = dated(values(), scenario(first, then), TAKE_UP, CLOCK)
    assert found == [(0, 0.9), (days(10), 0.5), (days(20), 0.45), (days(30), 0.9)]
    assert dated(
        values(), scenario(first, then), "services.edge_of_care.step_down.parenting_support.offered", CLOCK
    ) == [(0, 0.5)]


def test_a_change_from_before_the_first_day_holds_from_it() -> None:
    early = Change(parameter=TAKE_UP, start=day(-5), to=0.5)
    assert dated(values(), scenario(early), TAKE_UP, CLOCK) == [(0, 0.5)]


# Openings


def specialists(*filled: int) -> list[Post]:
    """A specialist in each post from the tick given; one social worker."""
    team = [post(FS, "social_worker", 0)]
    for k, tick in enumerate(filled):
        history = ((-1, tick, VACANT), (tick, END, INDUCTION))
        team.append(post(FS, SPECIALIST_ROLES[k], 0, *history))
    return team


def opens(team: Team, posts: list[Post], *levers: Lever, **changes: Any) -> int:
    return produced(team, values(**changes), scenario(*levers), tuple(posts), CLOCK)


def test_family_safeguarding_waits_for_half_of_its_specialists() -> None:
    team = specialists(days(30), days(150), days(90), days(200))
    assert opens(FS, team, OPEN_FS) == days(90)
    assert opens(FS, team, OPEN_FS, services__family_safeguarding__ready_share=0.75) == days(150)
    assert opens(FS, team, OPEN_FS, services__family_safeguarding__ready_share=0.25) == days(60)
    assert opens(FS, team, OPEN_FS, services__family_safeguarding__ready_share=0.0) == days(60)


def test_a_service_whose_posts_are_never_filled_never_opens() -> None:
    assert opens(FS, specialists(END - 1, END - 1), OPEN_FS) == END - 1
    vacant = [post(FS, "social_worker", 0), post(FS, SPECIALIST_ROLES[0], 0, (0, END, VACANT))]
    assert opens(FS, vacant, OPEN_FS) == NEVER


def test_slips_and_delays_put_the_planned_day_off() -> None:
    late = Delay(service="family_safeguarding", days=20)
    team = specialists(0, 0)
    slip = {"services__family_safeguarding__slip_days": 10.0}
    assert opens(FS, team, OPEN_FS, late, **slip) == days(90)
    assert opens(FS, team, OPEN_FS, Delay(service="edge_of_care", days=20), **slip) == days(70)
    assert opens(FS, team, OPEN_FS, Delay(service="family_safeguarding", days=5000)) == NEVER


def test_a_service_needs_a_day_and_posts_that_hold_families() -> None:
    assert opens(FS, specialists(0)) == NEVER
    assert opens(FS, specialists(0)[1:], OPEN_FS) == NEVER
    assert opens(FS, specialists()[:1], OPEN_FS) == days(60)
    assert opens(EDGE, [post(EDGE, "manager", 0)], OPEN_EDGE) == NEVER
    assert opens(EDGE, [post(EDGE, "social_worker", 0)], OPEN_EDGE) == days(60)
    assert opens(Team.EARLY_HELP, []) == NEVER
    assert opens(Team.EARLY_HELP, [post(Team.EARLY_HELP, "key_worker", 0)]) == 0


def test_edge_of_care_waits_for_half_of_those_who_hold_families_and_an_agency_worker_counts() -> None:
    team = [
        post(EDGE, "manager", 0, (0, END, VACANT)),
        post(EDGE, "social_worker", 0, (0, days(80), VACANT), (days(80), END, AGENCY)),
        post(EDGE, "family_support_worker", 0, (0, days(99), VACANT), (days(99), END, PERMANENT)),
    ]
    assert opens(EDGE, team, OPEN_EDGE) == days(80)


def test_a_reactive_team_is_there_from_the_first_day_and_the_planned_one_follows() -> None:
    given, made = values(), scenario(OPEN_EDGE)
    posts = build_posts(given, scenario(), CLOCK, Chance(1, 0, 0), REACTIVE)
    assert go_live(EDGE, produced(EDGE, given, scenario(), posts, CLOCK), given, REACTIVE) == 0
    assert go_live(EDGE, produced(EDGE, given, made, posts, CLOCK), given, USUAL) == days(60)
    none = values(staffing__edge_of_care__reactive_posts=0.0)
    assert go_live(EDGE, produced(EDGE, none, scenario(), (), CLOCK), none, REACTIVE) == NEVER
    assert produced(EDGE, given, scenario(), posts, CLOCK) == NEVER


def test_a_line_that_two_scenarios_staff_alike_is_worked_out_once_and_any_other_anew() -> None:
    given, posts = values(), tuple(post(EDGE, "social_worker", k) for k in range(3))
    many = Change(parameter=f"{SETTINGS}.families_per_post.social_worker", start=day(0), to=20.0)
    pairs = Pairs(service="edge_of_care", start=day(90))
    apart = post(EDGE, "social_worker", 2, (-1, days(90), VACANT), (days(90), END, PERMANENT))
    variants: list[tuple[tuple[Lever, ...], tuple[Post, ...]]] = [
        ((OPEN_EDGE,), posts),
        ((OPEN_EDGE, Nerve(times=0.5, start=day(0))), posts),
        ((Open(service="edge_of_care", on=day(70)),), posts),
        ((OPEN_EDGE, Close(service="edge_of_care", on=day(500))), posts),
        ((OPEN_EDGE, many), posts),
        ((OPEN_EDGE, pairs), posts),
        ((OPEN_EDGE,), (*posts[:2], apart)),
    ]
    known: dict[Any, Any] = {}
    found = []
    for levers, theirs in variants:
        shared = build_services(given, scenario(*levers), theirs, CLOCK, USUAL, known)
        assert shared == build_services(given, scenario(*levers), theirs, CLOCK, USUAL)
        found.append(shared.workers[Line.EDGE_WORKER])
    assert found[0] is found[1]
    assert len({found.index(line) for line in found}) == len(variants) - 1


# Strength


def strength(team: Team, posts: list[Post], *levers: Lever, structure: Structure = USUAL, **changes: Any):
    given, made = values(**changes), scenario(*levers)
    begins = {one: produced(one, given, made, tuple(posts), CLOCK) for one in Team}
    rows = strengths(given, made, tuple(posts), CLOCK, begins, structure)
    offer = Offer.EDGE_OF_CARE if team == EDGE else Offer.FAMILY_SAFEGUARDING
    return np.array(rows[offer]) / ONE, rows


def full_edge() -> list[Post]:
    return [post(EDGE, "manager", 0), post(EDGE, "social_worker", 0)]


def test_practice_grows_from_training_or_opening_whichever_is_later() -> None:
    trained = Training(service="edge_of_care", complete=day(30))
    mentored = Mentoring(service="edge_of_care", complete=day(0))
    found, rows = strength(EDGE, full_edge(), OPEN_EDGE, trained, mentored)
    # Opened on day 60 and read on the first of each month: June begins on day 61, July on 91.
    month = 365.25 / 12
    assert found[:2].tolist() == [0.0, 0.0]
    assert found[2] == pytest.approx((61 - 60) / (4 * month), abs=1e-5)
    assert found[3] == pytest.approx((91 - 60) / (4 * month), abs=1e-5)
    assert found[6:].tolist() == [1.0] * (len(found) - 6)
    assert set(rows[Offer.EARLY_HELP]) == {ONE}
    assert all(set(rows[offer]) == {ONE} for offer in SPECIALISTS)
    assert rows[Offer.PLACEMENT_STABILITY] == rows[Offer.EDGE_OF_CARE]
    late, _ = strength(EDGE, full_edge(), OPEN_EDGE, Training(service="edge_of_care", complete=day(400)))
    assert not late[:13].any()
    untrained, _ = strength(EDGE, full_edge(), OPEN_EDGE)
    assert not untrained.any()
    slipped, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained, Delay(service="edge_of_care", days=365))
    assert not slipped[:14].any()
    assert slipped[14] > 0


def test_mentoring_and_supervision_each_take_their_share() -> None:
    trained = Training(service="edge_of_care", complete=day(30))
    without, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained)
    assert without[-5:].tolist() == pytest.approx([0.8] * 5, abs=1e-6)
    mentored = Mentoring(service="edge_of_care", complete=dt.date(2024, 4, 1))
    then, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained, mentored)
    assert then[11] == pytest.approx(0.8, abs=1e-6)
    assert then[12] == 1.0
    # The manager's post is vacant on the first of April 2025 and filled by the first of May.
    april = CLOCK.tick(dt.date(2025, 4, 1))
    away = (-1, april, PERMANENT), (april, april + days(15), VACANT), (april + days(15), END, AGENCY)
    led = [post(EDGE, "manager", 0, *away), post(EDGE, "social_worker", 0)]
    found, _ = strength(EDGE, led, OPEN_EDGE, trained, mentored)
    assert found[23:26].tolist() == pytest.approx([1.0, 0.5, 1.0], abs=1e-6)
    alone, _ = strength(EDGE, led[1:], OPEN_EDGE, trained, mentored)
    assert alone[-1] == 0.5


def test_more_families_to_a_worker_weaken_the_work_and_fewer_never_make_it_more_than_whole() -> None:
    def found(role: str, service: str, times: float, offer: Offer) -> int:
        name = f"services.{service}.families_per_post.{role}"
        return services(Change(parameter=name, start=day(0), times=times)).strength[offer][5]

    assert found("key_worker", "early_help", 4.0, Offer.EARLY_HELP) == ONE // 2
    assert found("key_worker", "early_help", 4.0, Offer.STEP_DOWN_PARENTING) == ONE // 2
    assert found("key_worker", "early_help", 0.5, Offer.EARLY_HELP) == ONE
    name = "services.family_group_conference.conferences_a_year"
    busy = services(Change(parameter=name, start=dt.date(2024, 4, 1), times=4.0)).strength
    assert busy[Offer.CONFERENCE_EARLY][11:13] == (ONE, ONE // 2)
    # Of Edge of Care's two roles one has four times as many: the square root of a half, in the middle.
    trained = Training(service="edge_of_care", complete=day(0))
    mentored = Mentoring(service="edge_of_care", complete=day(0))
    crowded = Change(
        parameter="services.edge_of_care.families_per_post.social_worker", start=day(0), times=4.0
    )
    half, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained, mentored, crowded)
    assert half[-1] == pytest.approx(np.sqrt(0.5), abs=1e-6)


def test_a_reactive_team_has_its_share_of_the_effect_until_the_new_practice_has_more() -> None:
    trained = Training(service="edge_of_care", complete=day(30))
    mentored = Mentoring(service="edge_of_care", complete=day(0))
    before, _ = strength(EDGE, full_edge(), structure=REACTIVE)
    assert before.tolist() == pytest.approx([0.3] * len(before), abs=1e-6)
    grown, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained, mentored, structure=REACTIVE)
    new, _ = strength(EDGE, full_edge(), OPEN_EDGE, trained, mentored)
    assert grown.tolist() == pytest.approx(np.maximum(0.3, new).tolist(), abs=1e-6)


# The panel


def test_the_panel_meets_on_whole_intervals_and_a_lever_changes_the_interval() -> None:
    four_weeks = values(services__edge_of_care__panel_every_days=28.0)
    weekly = Panel(start=day(60), every_days=7)
    found = meetings(four_weeks, scenario(weekly), CLOCK)
    assert found[:5] == tuple(days(number) for number in (28, 56, 63, 70, 77))
    assert np.all(np.diff(found) > 0)
    assert found[-1] < END
    plain = meetings(four_weeks, scenario(Panel(start=day(60), cases=2)), CLOCK)
    assert plain == tuple(range(days(28), END, days(28)))
    twice = Panel(start=day(70), every_days=14)
    assert meetings(four_weeks, scenario(weekly, twice), CLOCK)[2:6] == tuple(map(days, (63, 70, 84, 98)))


def practice(*levers: Lever, begins: int = NEVER, structure: Structure = USUAL) -> list[tuple[Any, ...]]:
    found = practices(values(), scenario(*levers), CLOCK, begins, structure)
    return [(p.since, p.earlier_help, p.youngest, p.emergency, p.cases) for p in found]


def test_levers_on_the_panel_set_what_they_name_and_leave_the_rest() -> None:
    assert practice() == [(0, Gate.OFFERED, 2, False, 6)]
    first = Panel(start=day(30), earlier_help="conference first", youngest="10-12")
    then = Panel(start=day(60), emergency=True, cases=2, earlier_help="none")
    assert practice(then, first) == [
        (0, Gate.OFFERED, 2, False, 6),
        (days(30), Gate.CONFERENCE_FIRST, 3, False, 6),
        (days(60), Gate.NONE, 3, True, 2),
    ]


def test_a_reactive_team_asks_nothing_until_the_planned_service_opens() -> None:
    whenever = (0, Gate.NONE, 2, True, UNLIMITED)
    assert practice(structure=REACTIVE) == [whenever]
    assert practice(structure=REACTIVE, begins=days(60)) == [whenever, (days(60), Gate.OFFERED, 2, False, 6)]
    lever = Panel(start=day(90), cases=3)
    assert practice(lever, structure=REACTIVE, begins=days(60))[2] == (days(90), Gate.OFFERED, 2, False, 3)


# All of it


def test_what_is_offered_with_no_change() -> None:
    found = services()
    assert [offer for offer in Offer if found.opens[offer] != NEVER] == [
        Offer.EARLY_HELP,
        Offer.STEP_DOWN_PARENTING,
        Offer.CONFERENCE_EARLY,
        Offer.CONFERENCE_PRE_PROCEEDINGS,
        Offer.CONFERENCE_AT_EDGE,
        Offer.STEP_DOWN_ONE_TO_ONE,
        Offer.STEP_DOWN_MENTORING,
    ]
    assert set(found.closes) == {NEVER}
    assert [rows[0][1] for rows in found.places] == [30, 3, 0, 0, 0, 0, 0, 0]
    assert found.offered[Offer.STEP_DOWN_PARENTING] == ((0, ONE // 2),)
    assert found.offered[Offer.CONFERENCE_EARLY] == ((0, ONE // 4),)
    assert found.offered[Offer.EARLY_HELP] == found.offered[Offer.EDGE_OF_CARE] == ((0, ONE),)
    assert (
        found.take_up[Offer.STEP_DOWN_PARENTING]
        == found.take_up[Offer.EARLY_HELP]
        == ((0, fixed_point(0.8)),)
    )
    assert {found.take_up[offer] for offer in SPECIALISTS} == {((0, fixed_point(0.75)),)}
    assert found.take_up[Offer.PLACEMENT_STABILITY] == ((0, fixed_point(0.7)),)
    assert found.take_up[Offer.CONFERENCE_AT_EDGE] == ((0, fixed_point(0.6)),)
    assert found.continuity == (ONE, ONE // 2, ONE // 4, ONE // 8)
    assert found.load_in_service == ONE
    assert found.load_capacity == ((0, 32 * ONE),)
    assert found.recent == ((0, days(365.25)),)
    assert found.nerve == ((0, ONE),)
    assert len(found.heard) == 8
    assert found.stability == ((0, NEVER),)
    months = len(CLOCK.month_starts)
    assert {len(row) for row in found.strength} == {len(found.decay)} == {months}


def test_each_offer_opens_with_its_team_and_specialists_only_where_there_is_one() -> None:
    victim = Posts(service="family_safeguarding", role="domestic_abuse_worker", posts=2, start=day(-200))
    found = services(OPEN_FS, victim, OPEN_EDGE, *edge_posts(-200))
    assert found.opens[Offer.FAMILY_SAFEGUARDING] == found.opens[Offer.VICTIM_WORKER] == days(60)
    assert found.opens[Offer.EDGE_OF_CARE] == days(60)
    assert found.opens[Offer.SUBSTANCE_WORKER] == NEVER


def test_a_closed_service_makes_no_more_offers_of_any_kind() -> None:
    end = Close(service="family_safeguarding", on=day(500))
    found = services(OPEN_FS, end, Close(service="family_group_conference", on=day(300)))
    for offer in (Offer.FAMILY_SAFEGUARDING, *SPECIALISTS):
        assert found.closes[offer] == days(500)
    for offer in (Offer.CONFERENCE_EARLY, Offer.CONFERENCE_PRE_PROCEEDINGS, Offer.CONFERENCE_AT_EDGE):
        assert found.closes[offer] == days(300)
    assert found.closes[Offer.EARLY_HELP] == found.closes[Offer.EDGE_OF_CARE] == NEVER


def test_work_with_placements_begins_on_its_day_but_not_before_the_team() -> None:
    extend = Extend(service="edge_of_care", start=dt.date(2025, 4, 1), spare=3)
    found = services(OPEN_EDGE, *edge_posts(-200), extend)
    begin = CLOCK.tick(dt.date(2025, 4, 1))
    assert found.opens[Offer.PLACEMENT_STABILITY] == begin
    assert found.stability == ((0, NEVER), (begin, 3))
    early = Extend(service="edge_of_care", start=day(0), spare=0)
    assert services(OPEN_EDGE, *edge_posts(-200), early).stability == ((0, NEVER), (days(60), 0))
    assert services(extend).stability == ((0, NEVER),)


def test_work_with_placements_ends_on_its_day_and_may_begin_again() -> None:
    first = Extend(service="edge_of_care", start=day(100), end=day(200), spare=3)
    again = Extend(service="edge_of_care", start=day(300), spare=1)
    before = Extend(service="edge_of_care", start=day(0), end=day(50), spare=0)
    found = services(OPEN_EDGE, *edge_posts(-200), first, again, before)
    # The team opens on day 60, when the extension of the first fifty days is over.
    assert found.stability == ((0, NEVER), (days(100), 3), (days(200), NEVER), (days(300), 1))
    assert found.opens[Offer.PLACEMENT_STABILITY] == days(100)


def test_who_hears_what_is_refused_and_what_counts_as_tried_may_change_on_a_day() -> None:
    levers = (
        Change(parameter=f"{SETTINGS}.heard", start=day(10), times=1.2),
        Change(parameter=f"{SETTINGS}.heard_after_entry", start=day(20), end=day(30), to=0.25),
        Change(parameter=f"{SETTINGS}.panel_refuses", start=day(40), to=0.0),
        Change(parameter=f"{SETTINGS}.earlier_help_months", start=day(50), to=6.0),
    )
    found = services(*levers)
    assert set(found.heard) == {((0, ONE // 2), (days(10), fixed_point(0.6)))}
    assert found.heard_in_care == ((0, ONE // 2), (days(20), ONE // 4), (days(30), ONE // 2))
    assert found.panel_refuses == ((0, fixed_point(0.1)), (days(40), 0))
    assert found.recent == ((0, days(365.25)), (days(50), days(365.25 / 2)))


def test_a_length_that_changes_is_a_multiple_of_the_study_s_own() -> None:
    levers = (
        Change(parameter=f"{SETTINGS}.length_days", start=day(10), to=45.0),
        Change(parameter=f"{SETTINGS}.step_down.youth_mentoring.length_days", start=day(20), times=2.0),
    )
    found = services(*levers).lengths
    assert found[Offer.EDGE_OF_CARE] == ((0, ONE), (days(10), ONE // 2))
    assert found[Offer.STEP_DOWN_MENTORING] == ((0, ONE), (days(20), 2 * ONE))
    others = set(Offer) - {Offer.EDGE_OF_CARE, Offer.STEP_DOWN_MENTORING}
    assert {found[offer] for offer in others} == {((0, ONE),)}


def test_an_order_of_a_conference_and_family_safeguarding_holds_from_its_day_to_its_end() -> None:
    safe = "family_safeguarding"
    first = Order(service=safe, before="conference", start=day(10), end=day(20))
    after = Order(service="family_group_conference", before=safe, start=day(30))
    turns = services(first, after).turns
    assert turns == (
        (0, Turn.BESIDE), (days(10), Turn.CONFERENCE_FIRST), (days(20), Turn.BESIDE),
        (days(30), Turn.CONFERENCE_AFTER),
    )  # fmt: skip
    assert services(Order(service=safe, before="nothing", start=day(10))).turns == ((0, Turn.BESIDE),)


def test_an_order_at_the_edge_of_care_takes_the_panel_s_criterion_s_place_while_it_lasts() -> None:
    panel = Panel(start=day(5), earlier_help="none", cases=2)
    order = Order(service="edge_of_care", before="conference", start=day(10), end=day(20))
    found = services(panel, order).practice
    asked = [(row.since, Gate(row.earlier_help), row.cases) for row in found]
    assert asked == [
        (0, Gate.OFFERED, 6),
        (days(5), Gate.NONE, 2),
        (days(10), Gate.CONFERENCE_FIRST, 2),
        (days(20), Gate.NONE, 2),
    ]


def test_ages_of_step_down_are_in_ticks() -> None:
    assert services().step_down_ages == (0, days(3652.5), days(13 * 365.25))


def test_shares_stay_shares_when_a_lever_multiplies_them() -> None:
    more = Change(parameter=TAKE_UP, start=day(10), times=1.5)
    assert services(more).take_up[Offer.EDGE_OF_CARE] == ((0, fixed_point(0.9)), (days(10), ONE))


def test_nerve_holds_between_its_dates() -> None:
    held = Nerve(times=0.85, start=day(10), end=day(20))
    assert services(held).nerve == ((0, ONE), (days(10), fixed_point(0.85)), (days(20), ONE))


def test_structures_and_rules_reach_the_plan() -> None:
    found = services(structure=Structure(combine="strongest", compounding=True, routes="both"))
    assert found.strongest_only
    assert found.compounding
    assert not services().strongest_only
    assert len(found.powers[Offer.EDGE_OF_CARE][0][1]) == POWERS + 1
    assert found.powers[Offer.EDGE_OF_CARE] != services().powers[Offer.EDGE_OF_CARE]
    assert found.powers[Offer.VICTIM_WORKER] == ()


def test_two_scenarios_of_the_same_levers_offer_the_same() -> None:
    levers = [OPEN_FS, OPEN_EDGE, *edge_posts(), Panel(start=day(3), every_days=9)]
    assert services(*levers) == services(*reversed(levers))


def test_a_team_that_changes_leaves_the_other_lines_as_they_were() -> None:
    alone = services(OPEN_EDGE, *edge_posts(), staffing__absence=0.1)
    with_others = services(
        OPEN_EDGE,
        *edge_posts(),
        OPEN_FS,
        Posts(service="early_help", role="key_worker", posts=5, start=day(100)),
        staffing__absence=0.1,
    )
    assert alone.workers[-1] == with_others.workers[-1]
    assert alone.workers[1] == with_others.workers[1]
    assert len(with_others.workers[0]) == 5
    assert [row[:2] for row in alone.workers[0][0]] == [row[:2] for row in with_others.workers[0][0]]
