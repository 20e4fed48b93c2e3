"""The laws of any correct build with every lever drawn at random: each run tries a few sets more."""

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event, validate
from sim.engine.simpy_engine import run
from sim.model.compile import build_circumstances, compile_plan
from sim.model.terms import Offer
from sim.study.scenario import Change, Demand, Scenario
from tests.levers import (
    END,
    LIFE,
    MOST_DEMAND,
    START,
    WORLDS,
    drawn_plan,
    everything,
    first_change,
    lever_sets,
    structures,
    unshared,
)
from tests.replay import check_conservation
from tests.worlds import NO_CHANGE, family_safeguarding, rows, small_bury, small_plan, without_effects


@settings(max_examples=3)
@given(lever_sets(), st.randoms(use_true_random=False), st.sampled_from(WORLDS))
def test_levers_of_equal_content_give_equal_logs(
    scenario: Scenario, dice: Random, world: tuple[int, int]
) -> None:
    """In another order, under other names and sources, or united from two parts."""
    levers = sorted(scenario.levers, key=lambda lever: lever.content)
    dice.shuffle(levers)
    half = len(levers) // 2
    told = Scenario(
        name="other", levers=frozenset(replace(lever, source="another", where="x:1") for lever in levers)
    )
    united = Scenario(name="b", levers=frozenset(levers[:half])) & Scenario(
        name="a", levers=frozenset(levers[half:])
    )
    assert scenario.content == told.content == united.content
    first = run(drawn_plan(scenario, *world)).tobytes()
    assert first == run(drawn_plan(told, *world)).tobytes()
    assert first == run(drawn_plan(united, *world)).tobytes()


@settings(max_examples=5)
@given(lever_sets(since=dt.date(2024, 3, 1)), st.sampled_from(WORLDS))
def test_logs_are_identical_before_the_first_change_of_any_levers(
    scenario: Scenario, world: tuple[int, int]
) -> None:
    tick = small_bury().clock.tick(min(first_change(scenario.levers), small_bury().clock.end))
    before = [row for row in rows(run(drawn_plan(NO_CHANGE, *world))) if row[0] < tick]
    assert len(before) > 1000
    assert before == [row for row in rows(run(drawn_plan(scenario, *world))) if row[0] < tick]


def test_practice_that_changes_within_a_month_changes_nothing_before_its_day() -> None:
    day = dt.date(2024, 6, 10)
    name = "services.family_safeguarding.families_per_post.social_worker"
    thin = Scenario(name="thin", levers=frozenset({Change(parameter=name, start=day, times=3.0)}))
    plain, changed = (drawn_plan(one, 0, 0) for one in (family_safeguarding(), family_safeguarding() & thin))
    tick = small_bury().clock.tick(day)
    whole = [month for month, begins in enumerate(plain.months) if begins < tick]
    for offer in Offer:
        one, other = plain.services.strength[offer], changed.services.strength[offer]
        assert [one[month] for month in whole] == [other[month] for month in whole]


def test_room_for_more_demand_changes_nothing_where_demand_is_as_it_was() -> None:
    assert run(drawn_plan(NO_CHANGE, 1, 0)).tobytes() == run(small_plan(NO_CHANGE, 1)).tobytes()


@settings(max_examples=4)
@given(lever_sets(lives=False), structures, st.sampled_from(WORLDS))
def test_any_levers_without_effect_leave_every_life_where_it_was(
    scenario: Scenario, structure: dict[str, Any], world: tuple[int, int]
) -> None:
    study = without_effects(small_bury()).restructure(**structure)
    given = build_circumstances(study, *world)
    plain = run(compile_plan(study, NO_CHANGE, given))
    served = run(compile_plan(study, scenario, given))
    assert rows(plain, *LIFE) == rows(served, *LIFE)


@settings(max_examples=3)
@given(lever_sets(), st.sampled_from((1.2, MOST_DEMAND)), st.dates(START, END), st.sampled_from(WORLDS))
def test_a_demand_shock_adds_families_and_moves_nobody_where_they_share_nothing(
    scenario: Scenario, times: float, start: dt.date, world: tuple[int, int]
) -> None:
    levers = {lever for lever in scenario.levers if not isinstance(lever, Demand)}
    shocked = frozenset({*levers, Demand(times=times, start=start)})
    low = run(unshared(drawn_plan(Scenario(name="low", levers=frozenset(levers)), *world)))
    high = run(unshared(drawn_plan(Scenario(name="high", levers=shocked), *world)))
    families = set(low.family.tolist())
    assert rows(low) == [row for row in rows(high) if row[1] in families]
    new = set(high.family.tolist()) - families
    first = small_bury().clock.tick(start)
    assert all(row[0] >= first for row in rows(high, Event.REFERRED) if row[1] in new)


@settings(max_examples=6)
@given(lever_sets(), structures, st.sampled_from(WORLDS))
def test_with_any_levers_nothing_is_lost_and_no_place_is_given_twice(
    scenario: Scenario, structure: dict[str, Any], world: tuple[int, int]
) -> None:
    plan = drawn_plan(scenario, *world, **structure)
    log = run(plan)
    validate(log, plan.horizon)
    check_conservation(log, plan)


def test_with_a_lever_of_every_kind_nothing_is_lost_and_all_of_it_happens() -> None:
    plan = drawn_plan(everything(), 1, 1)
    log = run(plan)
    validate(log, plan.horizon)
    check_conservation(log, plan)
    expected = set(Event) - {Event.EXHAUSTED, Event.PLAN_AVERTED}
    assert expected <= {Event(code) for code in set(log.event.tolist())}
