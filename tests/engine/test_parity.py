"""Both engines write the identical log: a fixed selection. The large one is in test_parity_large.py."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event
from sim.foundations.addressed import Addressed
from sim.foundations.ledger import ONE
from sim.model.compile import build_circumstances, compile_plan
from sim.model.plan import Plan
from sim.model.terms import Line, Offer, Status
from sim.study.config import Study, load_study
from tests.engine.test_random_plans import random_plan
from tests.levers import WORLDS, drawn_plan, everything, lever_sets, structures
from tests.parity import TWISTS, busy, crowd, same_on_both, twisted
from tests.parity_digests import digests
from tests.worlds import (
    ROOT,
    Household,
    Kid,
    after,
    both,
    days,
    digest,
    person,
    plan_of,
    rules,
    services,
    small_plan,
    troubled,
    years,
)

layout = pytest.importorskip("sim.engine.compiled.layout")


@cache
def bury() -> Study:
    return load_study(ROOT / "configs" / "bury.yaml")


@pytest.mark.parametrize(("draw", "run"), [(0, 0), (5, 1)])
def test_the_study_of_bury_in_all_scenarios(draw: int, run: int) -> None:
    people = build_circumstances(bury(), draw, run)
    names = list(bury().scenarios) if draw == 0 else list(bury().scenarios)[-1:]
    found = {digest(same_on_both(compile_plan(bury(), bury().scenario(name), people))) for name in names}
    assert len(found) == len(names), "each scenario has a log of its own"


@pytest.mark.parametrize("world", WORLDS)
def test_a_scenario_with_a_lever_of_every_kind(world: tuple[int, int]) -> None:
    assert same_on_both(drawn_plan(everything(), *world)).rows(Event.STARTED).any()


@settings(max_examples=12)
@given(lever_sets(), st.sampled_from(WORLDS), structures)
def test_any_levers(scenario: Any, world: tuple[int, int], structure: dict[str, Any]) -> None:
    same_on_both(drawn_plan(scenario, *world, **structure))


def test_random_plans_that_reach_every_event() -> None:
    unseen = {int(event) for event in Event}
    for seed in (*range(100), 366):
        unseen -= set(same_on_both(random_plan(seed, 6)).event.tolist())
    assert not unseen


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.sets(st.sampled_from(TWISTS), max_size=4))
def test_any_plan_with_any_twists(seed: int, families: int, twists: set[Any]) -> None:
    same_on_both(twisted(random_plan(seed, families), twists))


@pytest.mark.parametrize("twist", TWISTS, ids=lambda twist: twist.__name__)
def test_each_twist_by_itself_and_where_everything_is_open(twist: Any) -> None:
    all_open = next(other for other in TWISTS if other.__name__ == "all_open")
    for seed in range(12):
        same_on_both(twist(random_plan(seed, 5)))
        same_on_both(twisted(random_plan(seed, 5), {twist, all_open}))


def test_no_families_at_all() -> None:
    assert not len(same_on_both(plan_of()))
    log = same_on_both(plan_of(services=busy()))
    assert set(log.event.tolist()) == {int(Event.LOAD)}, "the load of nobody is weighed all the same"


def test_families_without_children_and_with_eight() -> None:
    assert not same_on_both(plan_of(Household(kids=()))).rows(Event.ENTERED).any()
    kids = [Kid(age=2.0 * n, crisis=(after(days(5)),), edge=(after(days(5)),), joins=(0,)) for n in range(8)]
    family = Household(kids=kids, opening=Status.CHILD_IN_NEED)
    log = same_on_both(plan_of(family, family, rules=rules(joins=(ONE,) * 5)))
    assert log.rows(Event.ENTERED).sum() == 2 * 8


def test_nobody_comes_before_the_horizon() -> None:
    plan = plan_of(Household())
    late = Household(arrives=plan.horizon, opening=-1, outcome=(Status.CHILD_IN_NEED,))
    assert not len(same_on_both(plan_of(late, late)))
    last = Household(arrives=plan.horizon - 1, opening=-1, outcome=(Status.CHILD_IN_NEED,))
    assert same_on_both(plan_of(late, last)).rows(Event.REFERRED).sum() == 1


def test_the_one_worker_leaves_and_nobody_follows() -> None:
    posts = {line: [person((0, 2, 1), (12, 0, 0))] for line in Line}
    offers = services(workers=posts, opens=dict.fromkeys(Offer, 0))
    log = same_on_both(plan_of(*[troubled(5, 20, opening=Status.CHILD_IN_NEED)] * 4, services=offers))
    assert log.rows(Event.INTERRUPTED).any()
    assert log.rows(Event.GIVEN_UP).any()
    assert not log.rows(Event.RESUMED).any()


@pytest.mark.parametrize("tick", [0, days(30)])
def test_two_thousand_families_at_one_tick(tick: int) -> None:
    came = {"arrives": tick, "opening": -1, "outcome": (Status.CHILD_PROTECTION,), "assessment": (days(1),)}
    log = same_on_both(plan_of(*crowd(2000, **(came if tick else {})), services=busy()))
    for event in (Event.CRISIS, Event.ACCEPTED, Event.LAPSED):
        assert log.rows(event).sum() >= 2000
    assert log.rows(Event.STARTED).sum() >= 30
    assert log.rows(Event.LOAD).any()


def test_buffers_that_must_grow_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.engine.compiled import run as compiled_engine

    plans = [small_plan(both()), plan_of(*crowd(300), services=busy())]
    plans += [random_plan(seed, 8) for seed in range(30)]
    ample = [digest(same_on_both(plan)) for plan in plans]
    grown: list[str] = []
    grow = compiled_engine.Memory.grow

    def counted(memory: Any, full: int) -> None:
        before = {name: buffer.shape[-1] for name, buffer in memory.buffers.items()}
        grow(memory, full)
        grown.extend(name for name, buffer in memory.buffers.items() if buffer.shape[-1] > before[name])

    monkeypatch.setattr(compiled_engine, "FIRST_ROOM", dict.fromkeys(compiled_engine.FIRST_ROOM, 2))
    monkeypatch.setattr(compiled_engine.Memory, "grow", counted)
    for plan, wanted in zip(plans, ample, strict=True):
        compiled_engine._spare.clear()
        assert digest(compiled_engine.run(plan)) == wanted
    assert {"log", "notes", "asking", "leaving", "waiting 0"} <= set(grown)


def test_several_threads_at_once() -> None:
    from sim.engine.compiled import run as compiled_engine

    plans = [small_plan(both()), small_plan(), *(random_plan(seed, 6) for seed in range(30))] * 3
    wanted = [digest(compiled_engine.run(plan)) for plan in plans]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda plan: digest(compiled_engine.run(plan)), plans))
    assert found == wanted


def test_a_plan_is_left_as_it_was() -> None:
    plan = small_plan(both())
    assert same_on_both(plan).tobytes() == same_on_both(plan).tobytes()


def cpu_features() -> list[str]:
    """What NumPy would use of this processor beyond what it was built for."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__[name]]


@pytest.mark.parametrize("plain", [False, True], ids=["as it is", "without the processor's own instructions"])
def test_a_fresh_process(plain: bool) -> None:
    if plain and not cpu_features():
        pytest.skip("NumPy uses nothing special of this processor")
    more = {"NPY_DISABLE_CPU_FEATURES": ",".join(cpu_features())} if plain else {}
    code = [sys.executable, "-m", "tests.parity_digests"]
    env = os.environ | {"PYTHONPATH": str(ROOT)} | more
    done = subprocess.run(code, capture_output=True, text=True, cwd=ROOT, env=env, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == digests()
    assert all(one == other for one, other in found.values())


def numbers_of(plan: Plan) -> dict[str, dict[str, Any]]:
    """What a plan has by address, as tables: by table of people, and column."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("families", "children"):
        people = getattr(plan, name)
        columns = {column: getattr(people, column) for column in people.__slots__}
        found[name] = {
            column: np.asarray(numbers).copy()
            for column, numbers in columns.items()
            if isinstance(numbers, Addressed | tuple)
        }
    return found


def with_numbers(plan: Plan, **tables: dict[str, Any]) -> Plan:
    changed = {name: replace(getattr(plan, name), **columns) for name, columns in tables.items()}
    return replace(plan, **changed)


def test_a_plan_by_address_and_as_tables_is_the_same() -> None:
    plan = small_plan(both(), 1, 1)
    tables = numbers_of(plan)
    assert set(tables["families"]) == {*layout.FAMILY_SEQUENCES, *layout.BY_OFFER} - {"outcome"}
    assert set(tables["children"]) == set(layout.CHILD_SEQUENCES)
    assert digest(same_on_both(plan)) == digest(same_on_both(with_numbers(plan, **tables)))


def test_tables_may_lie_in_memory_in_any_way() -> None:
    plan = small_plan(both(), 1, 1)
    usual = numbers_of(plan)
    turned = {
        name: {column: np.asfortranarray(table) for column, table in columns.items()}
        for name, columns in usual.items()
    }
    assert digest(same_on_both(with_numbers(plan, **turned))) == digest(same_on_both(plan))


@pytest.mark.parametrize(("name", "column"), [("families", "step_down"), ("children", "edge")])
def test_a_table_of_another_shape_is_refused(name: str, column: str) -> None:
    """Compiled code would read whatever lies beside it."""
    from sim.engine.compiled.run import run

    plan = small_plan(both(), 1, 1)
    table = numbers_of(plan)[name][column]
    for other in (table[:, :1], table[:-1], np.concatenate([table, table])):
        with pytest.raises(ValueError, match=f"{column} has the shape"):
            run(with_numbers(plan, **{name: {column: other}}))
    same_on_both(plan)


def test_ticks_beyond_thirty_two_bits() -> None:
    """Six thousand years on, a plan still ends at its review, whose note holds the tick of the plan."""
    begins = 2**31 + days(30)
    family = Household(
        kids=(Kid(born=begins - years(5)),),
        arrives=begins,
        opening=-1,
        outcome=(Status.CHILD_PROTECTION,),
        assessment=(days(5),),
        step_down=(after(days(20)),) * 4,
        relationship=False,
    )
    plan = plan_of(family, services=services(), rules=rules(reviews=(days(90), days(180))))
    horizon = begins + years(2)
    log = same_on_both(replace(plan, horizon=horizon, months=(*plan.months[:-1], horizon)))
    ended = log.tick[log.rows(Event.STATUS)]
    assert len(ended) > 2
    assert any(tick == begins + days(5) + days(90) for tick in ended.tolist())


def test_a_set_of_offers_has_a_bit_for_each() -> None:
    assert len(Offer) < 8 * layout.SMALL.itemsize


def test_every_number_is_read_where_it_belongs() -> None:
    """Another lot in one column changes what happens."""
    from sim.engine.compiled.run import run

    plan = compile_plan(bury(), bury().scenario("both"), build_circumstances(bury(), 0, 0))
    usual = digest(run(plan))
    for name, columns in numbers_of(plan).items():
        for column, table in columns.items():
            other = with_numbers(plan, **{name: {column: table[..., ::-1] // 2}})
            assert digest(run(other)) != usual, column
