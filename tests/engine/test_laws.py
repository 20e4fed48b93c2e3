"""What must be true of any correct build, seen on a small Bury and on worlds made by hand."""

import datetime as dt
import os
import subprocess
import sys
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.events import Event, EventLog, validate
from sim.engine.simpy_engine import run
from sim.foundations.ledger import ONE
from sim.foundations.randomness import Chance, Decision, parameter_quantile
from sim.model.compile import Circumstances, build_circumstances, compile_plan
from sim.model.terms import STEP_DOWNS, Channel, Line, Offer
from sim.results.measures import index_of, measure
from sim.study.scenario import Funding, Mentoring, Open, Posts, Price, Scenario, SetUp, Training
from tests.levers import LIFE, demanding, drawn_plan, everything, unshared
from tests.replay import check_conservation
from tests.worlds import (
    NO_CHANGE,
    ROOT,
    Household,
    Kid,
    after,
    both,
    circumstances,
    days,
    edge_of_care,
    family_safeguarding,
    plan_of,
    rows,
    services,
    small_bury,
    small_plan,
    without_effects,
)


@cache
def log_of(scenario: Scenario, draw: int = 0, luck: int = 0) -> EventLog:
    return run(small_plan(scenario, draw, luck))


@cache
def null_world(luck: int) -> Circumstances:
    return build_circumstances(without_effects(small_bury()), 1, luck)


@cache
def plain_rows(draw: int, luck: int) -> list[tuple[int, ...]]:
    return rows(run(drawn_plan(NO_CHANGE, draw, luck)))


# 1. Equal content, equal logs


def test_scenarios_of_equal_content_give_equal_logs_whatever_their_names_or_order() -> None:
    one = both()
    levers = [*family_safeguarding().levers, *edge_of_care().levers]
    another = Scenario(name="quite another", levers=frozenset(reversed(levers)))
    united = (family_safeguarding().rename("b") & edge_of_care().rename("a")).rename("z")
    assert one.content == another.content == united.content
    first = run(small_plan(one)).tobytes()
    assert first == run(small_plan(another)).tobytes()
    assert first == run(small_plan(united)).tobytes()


# 2. Nothing before the first change


@pytest.mark.parametrize(
    ("scenario", "first"),
    [
        (edge_of_care(opens=dt.date(2024, 6, 1)), dt.date(2024, 6, 1)),
        (family_safeguarding(opens=dt.date(2024, 9, 1)), dt.date(2024, 9, 1)),
        (
            Scenario(
                name="more key workers",
                levers=frozenset(
                    {Posts(service="early_help", role="key_worker", posts=9, start=dt.date(2024, 4, 1))}
                ),
            ),
            dt.date(2024, 4, 1),
        ),
    ],
    ids=["edge of care", "family safeguarding", "key workers"],
)
@pytest.mark.parametrize("luck", [0, 1])
def test_logs_are_identical_before_the_first_change(scenario: Scenario, first: dt.date, luck: int) -> None:
    plain, changed = log_of(NO_CHANGE, 1, luck), run(small_plan(scenario, 1, luck))
    tick = small_bury().clock.tick(first)
    before = [row for row in rows(plain) if row[0] < tick]
    assert before == [row for row in rows(changed) if row[0] < tick]
    assert before
    assert plain.tobytes() != changed.tobytes()


# 3. No effect, no difference


@pytest.mark.parametrize(("luck", "combine"), [(0, "multiply"), (1, "multiply"), (2, "strongest")])
def test_services_without_effect_leave_every_life_where_it_was(luck: int, combine: str) -> None:
    given = null_world(luck)
    study = without_effects(small_bury()).restructure(combine=combine)
    plain = run(compile_plan(study, NO_CHANGE, given))
    served = run(compile_plan(study, both(), given))
    assert rows(plain, *LIFE) == rows(served, *LIFE)
    weathered = [row[:3] for row in rows(plain, Event.WEATHERED)]
    assert weathered == [row[:3] for row in rows(served, Event.WEATHERED)]
    for event in (Event.OFFERED, Event.ACCEPTED, Event.STARTED, Event.FINISHED):
        for group in ((Offer.EDGE_OF_CARE,), (Offer.FAMILY_SAFEGUARDING,), (Offer.EARLY_HELP,), STEP_DOWNS):
            assert np.isin(served.what[served.rows(event)], group).sum() > 0, (event.name, group[0].name)
    assert (served.amount[served.rows(Event.STARTED)] > 0).sum() > 0, "somebody waited"
    assert served.rows(Event.ENTERED).sum() > 10
    assert served.rows(Event.PLAN_STARTED).sum() > 10


def test_without_posts_edge_of_care_in_name_equals_no_change_byte_for_byte() -> None:
    only_dates = Scenario(
        name="in name",
        levers=frozenset(
            {
                Open(service="edge_of_care", on=dt.date(2023, 6, 1)),
                Training(service="edge_of_care", complete=dt.date(2023, 5, 31)),
                Mentoring(service="edge_of_care", complete=dt.date(2023, 7, 31)),
                SetUp(service="edge_of_care", year="2023/24", pounds=1e6),
                Funding(service="edge_of_care", year="2023/24", pounds=1e6),
                Price(item="kinship", times=2.0, year="2024/25"),
            }
        ),
    )
    assert run(small_plan(only_dates, 1)).tobytes() == log_of(NO_CHANGE, 1).tobytes()


def test_family_safeguarding_in_name_is_the_old_work_with_the_load_shared_otherwise() -> None:
    """Its social workers are there already, so it opens without specialists; untrained, it has no effect of
    its own, and only the load that its families weigh can move anything."""
    in_name = Scenario(
        name="in name", levers=frozenset({Open(service="family_safeguarding", on=dt.date(2023, 8, 1))})
    )
    plain, named = small_plan(NO_CHANGE, 1), small_plan(in_name, 1)
    assert rows(run(named), Event.STARTED) != rows(run(plain), Event.STARTED)
    calm = {"overload": (ONE,) * 49}
    logs = [run(replace(plan, services=replace(plan.services, **calm))) for plan in (plain, named)]
    assert rows(logs[0], *LIFE) == rows(logs[1], *LIFE)


def test_a_team_that_is_never_trained_works_without_effect() -> None:
    untrained = Scenario(
        name="untrained",
        levers=frozenset(lever for lever in both().levers if not isinstance(lever, Training)),
    )
    plan = small_plan(untrained)
    log = run(plan)
    assert (log.rows(Event.STARTED) & (log.what == Offer.EDGE_OF_CARE)).sum() > 0
    for offer in (Offer.EDGE_OF_CARE, Offer.FAMILY_SAFEGUARDING):
        assert set(plan.services.strength[offer]) == {0}
        assert {table[0] for _, table in plan.services.powers[offer]} == {(ONE,) * len(Channel)}


# 4. A stronger effect makes no child enter earlier

effects = st.floats(0.02, 1.0)


@settings(max_examples=25)
@given(effects, effects, st.integers(0, 2**32 - 1))
def test_a_stronger_effect_makes_no_child_enter_earlier(one: float, other: float, seed: int) -> None:
    stronger, weaker = sorted((one, other))
    rng = np.random.default_rng(seed)
    households = [
        Household(
            kids=(
                Kid(
                    crisis=(after(days(rng.uniform(1, 300))),),
                    edge=(after(days(rng.exponential(30))),),
                ),
            ),
            length={Offer.EDGE_OF_CARE: days(rng.uniform(1, 60))},
        )
        for _ in range(12)
    ]

    def entries(multiplier: float) -> dict[int, int]:
        open_edge = services(
            places={Line.EDGE_WORKER: ((0, 1000),)},
            opens={Offer.EDGE_OF_CARE: 0},
            effects={Offer.EDGE_OF_CARE: {Channel.EDGE: multiplier}},
            panel_every=days(1),
        )
        log = run(plan_of(*households, services=open_edge))
        return {row[2]: row[0] for row in rows(log, Event.ENTERED)}

    early, late = entries(weaker), entries(stronger)
    assert set(late) <= set(early)
    assert all(late[child] >= early[child] for child in late)


# 5. More demand adds families


def alike(name: str, low: object, high: object, among: np.ndarray, axis: int = 0) -> bool:
    return np.array_equal(getattr(low, name), np.take(np.asarray(getattr(high, name)), among, axis=axis))


@pytest.mark.parametrize("more", [300.0, 900.0])
@pytest.mark.parametrize("draw", [0, 1])
def test_more_demand_adds_families_and_renames_none(more: float, draw: int) -> None:
    study = small_bury().replace({"demand.families_referred": 260.0})
    low = build_circumstances(study, draw, 0)
    high = build_circumstances(study.replace({"demand.families_referred": more}), draw, 0)
    assert len(high.families.id) > len(low.families.id)
    assert len(set(high.families.id.tolist())) == len(high.families.id)
    place = {family: row for row, family in enumerate(high.families.id.tolist())}
    among = np.array([place[family] for family in low.families.id.tolist()])
    for field in fields(low.families):
        if field.name != "first_child":
            axis = 1 if field.name in ("offered", "accepts", "length") else 0
            assert alike(field.name, low.families, high.families, among, axis), field.name
    assert np.array_equal(np.diff(low.families.first_child), np.diff(high.families.first_child)[among])
    place = {child: row for row, child in enumerate(high.children.id.tolist())}
    among = np.array([place[child] for child in low.children.id.tolist()])
    for field in fields(low.children):
        assert alike(field.name, low.children, high.children, among), field.name


def test_more_demand_moves_nobody_where_families_share_nothing() -> None:
    study = small_bury()

    def alone(demand: float) -> EventLog:
        given = build_circumstances(study.replace({"demand.families_referred": demand}), 0, 0)
        return run(unshared(compile_plan(study, NO_CHANGE, given)))

    low, high = alone(260.0), alone(700.0)
    families = set(low.family.tolist())
    assert rows(low) == [row for row in rows(high) if row[1] in families]
    assert len(high) > len(low)


# 6. Conservation


@pytest.mark.parametrize(
    "scenario", [NO_CHANGE, edge_of_care(), family_safeguarding(), both()], ids=lambda s: s.name
)
@pytest.mark.parametrize(("draw", "luck"), [(0, 0), (2, 1)])
def test_nothing_is_lost_and_no_place_is_given_twice(scenario: Scenario, draw: int, luck: int) -> None:
    plan = small_plan(scenario, draw, luck)
    log = log_of(scenario, draw, luck)
    validate(log, plan.horizon)
    check_conservation(log, plan)
    assert log.rows(Event.EXHAUSTED).sum() == 0


@pytest.mark.parametrize("scenario", [NO_CHANGE, both()], ids=["no change", "both"])
def test_every_count_of_children_looked_after_equals_a_replay(scenario: Scenario) -> None:
    clock, plan, log = small_bury().clock, small_plan(scenario), log_of(scenario)
    index, vector = index_of(clock), measure(log, plan, clock)
    born = dict(zip(plan.children.id.tolist(), plan.children.born.tolist(), strict=True))
    alone = set(plan.children.id[plan.children.unaccompanied].tolist())
    opening = set(plan.children.id[plan.children.opening_stay >= 0].tolist())
    bands = ("under 1", "1-4", "5-9", "10-12", "13-15", "16-17")
    starts = plan.rules.band_starts
    for label, tick in clock.month_ends:
        inside = set(opening)
        for when, _, child, code, _, _ in rows(log, Event.ENTERED, Event.LEFT):
            if when < tick:
                (inside.add if code == Event.ENTERED else inside.remove)(child)

        def value(group: str, label: str = label) -> float:
            return vector[index.position("children looked after", label, group)]

        assert value("all") == len(inside)
        assert value("unaccompanied") == len(inside & alone)
        for band, low, high in zip(bands, starts[:-1], starts[1:], strict=True):
            assert value(band) == sum(1 for child in inside if low <= tick - 1 - born[child] < high), band
    entries = sum(vector[index.position("entries", year.label)] for year in clock.years)
    exits = sum(vector[index.position("exits", year.label)] for year in clock.years)
    assert len(opening) + entries == exits + len(inside)


# 7. The order of hashes

PRINT_DIGEST = """
from sim.engine.simpy_engine import run
from tests.levers import drawn_plan, everything
from tests.worlds import digest
print(digest(run(drawn_plan(everything(), 1, 1))))
"""


def test_the_order_of_hashes_changes_nothing() -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT_DIGEST],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    found = {process.communicate()[0] for process in started}
    assert [process.returncode for process in started] == [0, 0]
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


# 8. One more decision or parameter


def test_one_more_decision_changes_no_other_number(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run(drawn_plan(everything(), 1, 0)).tobytes()
    words = Chance.words

    class Extra:
        value = "a decision that was not there before"

    def with_another(self: Chance, decision: Decision, n: int, **where: int) -> np.ndarray:
        words(self, Extra, n + 3, **where)  # type: ignore[arg-type]
        return words(self, decision, n, **where)

    monkeypatch.setattr(Chance, "words", with_another)
    study = demanding()
    plan = compile_plan(study, everything(), build_circumstances(study, 1, 0))
    assert run(plan).tobytes() == expected


def test_one_more_parameter_changes_no_other_number() -> None:
    study = small_bury()
    names = list(study.parameters)
    fewer = replace(study, parameters={name: study.parameters[name] for name in reversed(names[::2])})
    everything, some = study.values(3), fewer.values(3)
    assert all(some[name] == everything[name] for name in some)
    unknown = [name for name in names if not study.parameters[name].known]
    quantiles = [parameter_quantile(study.seed, 3, name) for name in unknown]
    assert len(set(quantiles)) == len(unknown) > 20


def test_a_parameter_that_no_scenario_uses_moves_no_family() -> None:
    changed = small_bury().replace(
        {"staffing.leaving": dict.fromkeys(small_bury().parameters["staffing.leaving"].value, 3.0)}
    )
    low, high = circumstances(1, 0), build_circumstances(changed, 1, 0)
    for table in ("families", "children"):
        for field in fields(getattr(low, table)):
            assert alike(
                field.name,
                getattr(low, table),
                getattr(high, table),
                np.arange(len(np.asarray(getattr(getattr(low, table), field.name)))),
            ), field.name
    assert low.rules == high.rules
