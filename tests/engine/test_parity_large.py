"""Both engines write the identical log: the large selection. `make parity` runs it; it takes half an hour."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event
from sim.foundations.ledger import ONE
from sim.model.compile import build_circumstances, compile_plan
from sim.model.plan import Plan
from sim.model.terms import Offer, Status
from sim.study.config import Study, load_study
from tests.engine.test_random_plans import random_plan
from tests.levers import WORLDS, drawn_plan, lever_sets, structures
from tests.parity import TWISTS, same_on_both, twisted
from tests.parity_digests import digests
from tests.worlds import ROOT, Household, Kid, after, both, days, plan_of, rules, small_plan

pytest.importorskip("numba")
pytestmark = pytest.mark.slow


@cache
def bury() -> Study:
    return load_study(ROOT / "configs" / "bury.yaml")


@pytest.mark.parametrize("run", [0, 1, 2])
@pytest.mark.parametrize("draw", range(9))
def test_the_study_of_bury_in_all_scenarios(draw: int, run: int) -> None:
    people = build_circumstances(bury(), draw, run)
    for name in bury().scenarios:
        same_on_both(compile_plan(bury(), bury().scenario(name), people))


@settings(max_examples=400)
@given(lever_sets(), st.sampled_from(WORLDS), structures)
def test_any_levers(scenario: Any, world: tuple[int, int], structure: dict[str, Any]) -> None:
    same_on_both(drawn_plan(scenario, *world, **structure))


@settings(max_examples=4000)
@given(st.integers(0, 2**32 - 1), st.integers(0, 30), st.sets(st.sampled_from(TWISTS)))
def test_any_plan_with_any_twists(seed: int, families: int, twists: set[Any]) -> None:
    same_on_both(twisted(random_plan(seed, families), twists))


@pytest.mark.parametrize("number", [9, 20, 64])
def test_families_of_many_children_after_small_ones(number: int) -> None:
    """Larger families have a layout, and compiled code, of their own; smaller ones keep theirs."""
    small = random_plan(1, 4)
    same_on_both(small)
    kid = {
        "crisis": (after(days(5)),) * 3,
        "edge": (after(days(5)),) * 3,
        "heard": (0,) * 3,
        "joins": (0,) * 3,
    }
    kids = [Kid(age=17.0 * n / number, stay_end=(after(days(9)),) * 3, **kid) for n in range(number)]
    family = Household(kids=kids, opening=Status.CHILD_IN_NEED)
    log = same_on_both(plan_of(*[family] * 40, rules=rules(joins=(ONE,) * 5)))
    assert log.rows(Event.ENTERED).sum() >= 40 * number
    same_on_both(small)


@pytest.mark.parametrize("rows", [33, 100])
def test_more_dated_rows_than_an_ordinary_plan_has(rows: int) -> None:
    """Tables that are longer than those of other plans have a layout of their own."""

    def dated(plan: Plan) -> Plan:
        old, week = plan.services, days(7)
        steps = tuple((week * at, ONE * (1 + at % 3) // 3) for at in range(rows))
        practice = tuple(
            replace(old.practice[0], since=week * at, cases=1 + at % 5, youngest=at % 3) for at in range(rows)
        )
        by_offer = (steps,) * len(Offer)
        changed = replace(old, take_up=by_offer, lengths=by_offer, nerve=steps, practice=practice)
        return replace(plan, services=changed, rules=replace(plan.rules, years=steps))

    same_on_both(dated(small_plan(both())))
    for seed in range(40):
        same_on_both(dated(random_plan(seed, 8)))


CONCURRENT = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from sim.engine.compiled import run as compiled_engine
from tests.engine.test_random_plans import random_plan
from tests.worlds import digest
plans = [random_plan(seed, 6) for seed in range(40)]
with ThreadPoolExecutor(4) as threads:
    json.dump(list(threads.map(lambda plan: digest(compiled_engine.run(plan)), plans)), sys.stdout)
"""


def in_a_process(*arguments: str, **more: str) -> Any:
    env = os.environ | {"PYTHONPATH": str(ROOT)} | more
    code = [sys.executable, *arguments]
    done = subprocess.run(code, capture_output=True, text=True, cwd=ROOT, env=env, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_threads_that_all_need_code_which_nobody_has_compiled(tmp_path: Path) -> None:
    found = in_a_process("-c", CONCURRENT, CARESIM_CACHE=str(tmp_path))
    assert found == [digests_of_random_plans()[f"random {seed}"] for seed in range(40)]


def digests_of_random_plans() -> dict[str, str]:
    return {name: ours for name, (ours, _) in digests().items()}


@pytest.mark.parametrize("more", [{"NUMBA_CPU_NAME": "generic"}, {"NUMBA_OPT": "0"}], ids=str)
def test_code_compiled_for_another_processor(tmp_path: Path, more: dict[str, str]) -> None:
    found = in_a_process("-m", "tests.parity_digests", CARESIM_CACHE=str(tmp_path), **more)
    assert found == {name: list(both) for name, both in digests().items()}
