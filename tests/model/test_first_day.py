"""Where children live on the first day: fitted and rounded by hand, and what the engine makes of it."""

from dataclasses import replace

import numpy as np

from sim.engine import simpy_engine
from sim.engine.events import Event
from sim.foundations.clock import TICKS_PER_YEAR
from sim.foundations.ledger import ONE
from sim.model.care import thresholds
from sim.model.compile import build_circumstances, compile_plan
from sim.model.first_day import ROUNDS, fitted, housed, moved, over, whole
from sim.model.terms import PLACEMENT_NAMES, Placement
from tests.worlds import Household, Kid, at, children_of, edge_of_care, plan_of, rules, small_bury

NOBODY = dict.fromkeys(PLACEMENT_NAMES, 0.0)


def record(**children: float) -> dict[str, float]:
    """A record with children in some placements only."""
    return NOBODY | {name.replace("_", " "): number for name, number in children.items()}


def test_a_table_is_fitted_to_both_totals() -> None:
    """Two rows of ten: the odds of the first column to the second stay a quarter apart, as 2:8 to 5:5."""
    found = fitted(np.array([[0.2, 0.8], [0.5, 0.5]]), np.array([10, 10]), np.array([14.0, 6.0]))
    assert np.allclose(found.sum(axis=1), [10, 10])
    assert np.allclose(found.sum(axis=0), [14, 6])
    odds = found[0, 0] * found[1, 1] / (found[0, 1] * found[1, 0])
    assert np.isclose(odds, 0.25)


def test_only_the_proportions_of_the_record_matter() -> None:
    table = np.array([[0.2, 0.8], [0.5, 0.5]])
    whole_record, tenth = (fitted(table, np.array([4, 6]), np.array([7.0, 3.0]) * k) for k in (1, 0.1))
    assert np.allclose(whole_record, tenth)


def test_a_column_that_nobody_can_be_in_is_left_out() -> None:
    found = fitted(np.array([[0.5, 0.5, 0.0]]), np.array([8]), np.array([3.0, 1.0, 4.0]))
    assert np.allclose(found, [[6, 2, 0]])


def test_an_age_that_can_live_nowhere_that_is_wanted_lives_as_it_usually_does() -> None:
    found = fitted(
        np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]]), np.array([4, 2]), np.array([6.0, 0.0, 0.0])
    )
    assert np.allclose(found, [[0, 1, 3], [2, 0, 0]])


def test_rounding_keeps_each_row_and_carries_what_it_took_from_a_column() -> None:
    assert whole(np.array([[1.5, 1.5], [1.5, 1.5]])).tolist() == [[2, 1], [1, 2]]
    assert whole(np.array([[0.4, 1.6], [0.4, 1.6], [0.2, 1.8]])).tolist() == [[0, 2], [1, 1], [0, 2]]


def test_rounding_puts_nobody_where_nobody_can_be() -> None:
    assert whole(np.array([[2.5, 2.5, 0.0], [0.0, 1.0, 2.0]]))[0, 2] == 0


def test_numbers_are_moved_in_order_and_no_further_than_the_count_asks() -> None:
    """Three of four are to be below a half: the two that were are spread, the third comes over."""
    half = ONE // 2
    uniforms = np.array([half + half // 2, 100, half // 2, half + 2 * 1024])
    found = moved(uniforms, (half,), np.array([3, 1]))
    assert (found < half).tolist() == [False, True, True, True]
    assert np.argsort(found).tolist() == np.argsort(uniforms).tolist()
    same = moved(uniforms, (half,), np.array([2, 2]))
    assert (same < half).tolist() == [False, True, True, False]
    assert np.abs(same - uniforms).max() < half // 3


def cohort() -> list[Household]:
    """Eight children of eight in care, whose keyed numbers all say a children's home and not kin."""
    kids = [Kid(age=8.0, opening_stay=2, placement=(ONE - 1 - k,), kin=(ONE - 1 - k,)) for k in range(8)]
    return [Household(kids=(kid,), opening=6) for kid in kids]


def test_the_engine_finds_them_where_the_record_has_them() -> None:
    """One in eight with kin by the record, three in a home, four with own carers; entry says otherwise."""
    places = thresholds(
        {"own": 0.5, "agency": 0.0, "home": 0.4, "supported": 0.1, "parents": 0, "adoption": 0}
    )
    given = rules(placement=(places,) * 6, kinship=(ONE // 4,) * 6)
    households = cohort()
    wanted = record(own_foster=8, kinship=2) | {"children's home": 6}
    placed = housed(children_of(households), given, {"care.opening_placement": wanted})
    log = simpy_engine.run(replace(plan_of(*households, rules=given), children=placed))
    day = {name: at(log, Event.PLACED, what=place).count(0.0) for place, name in enumerate(PLACEMENT_NAMES)}
    assert day == record(own_foster=4, kinship=1) | {"children's home": 3}


def test_without_a_record_nobody_is_moved() -> None:
    children = children_of(cohort())
    assert housed(children, rules(), {"care.opening_placement": NOBODY}) is children


def test_only_the_first_numbers_of_the_opening_cohort_are_moved() -> None:
    outside = Household(kids=(Kid(age=8.0, placement=(5,), kin=(5,)),))
    children = children_of([*cohort(), outside])
    half = thresholds(dict.fromkeys(PLACEMENT_NAMES[: Placement.KINSHIP], 1.0))
    given = rules(placement=(half,) * 6, kinship=(ONE // 4,) * 6)
    placed = housed(children, given, {"care.opening_placement": record(kinship=1, own_foster=1)})
    assert (placed.placement[-1] == children.placement[-1]).all()
    assert (placed.kin[-1] == children.kin[-1]).all()
    assert (placed.placement[:, 1:] == children.placement[:, 1:]).all()
    assert (placed.kin[:, 0] != children.kin[:, 0])[:-1].any()


def test_every_draw_and_run_and_scenario_opens_with_the_record() -> None:
    study = small_bury()
    wanted = np.array(list(study.parameters["care.opening_placement"].central.values()))
    for draw, run in ((0, 0), (0, 1), (3, 0)):
        given = build_circumstances(study, draw, run)
        inside = given.children.opening_stay >= 0
        goal = wanted / wanted.sum() * inside.sum()
        kept = []
        for scenario in (study.scenario("no change"), edge_of_care()):
            log = simpy_engine.run(compile_plan(study, scenario, given))
            first = log.rows(Event.PLACED) & (log.tick == 0) & np.isin(log.child, given.children.id[inside])
            found = np.bincount(log.what[first], minlength=len(PLACEMENT_NAMES))
            assert found.sum() == inside.sum()
            assert (np.abs(found - goal) < 1.5).all(), (found, goal)
            kept.append((log.child[first].tolist(), log.what[first].tolist()))
        assert kept[0] == kept[1]


def test_young_children_live_where_young_children_may() -> None:
    """No child under five in supported accommodation, nobody over four placed for adoption."""
    given = build_circumstances(small_bury(), 0, 0)
    log = simpy_engine.run(compile_plan(small_bury(), small_bury().scenario("no change"), given))
    first = log.rows(Event.PLACED) & (log.tick == 0)
    born = dict(zip(given.children.id.tolist(), given.children.born.tolist(), strict=True))
    for child, where in zip(log.child[first].tolist(), log.what[first].tolist(), strict=True):
        age = -born[child] / TICKS_PER_YEAR
        assert where != Placement.SUPPORTED_ACCOMMODATION or age >= 16
        assert where != Placement.FOR_ADOPTION or age < 5


def test_rounds_that_only_go_round_are_left_out_and_change_nothing() -> None:
    """All rounds, one after another, are the answer to the last bit, whether they settle or alternate."""
    random = np.random.default_rng(7)
    for _ in range(60):
        table = random.random((6, 7)) * (random.random((6, 7)) < 0.8)
        rows = random.integers(0, 90, 6)
        columns = random.random(7) * 50
        found = table.copy()
        goal = np.where(table[rows > 0].sum(axis=0) > 0, columns, 0.0)
        goal *= rows.sum() / max(goal.sum(), 1e-300)
        for _ in range(ROUNDS):
            found *= over(goal, found.sum(axis=0))
            found *= over(rows, found.sum(axis=1))[:, None]
        lost = found.sum(axis=1) == 0
        found[lost] = table[lost] * rows[lost, None]
        assert fitted(table, rows, columns).tobytes() == found.tobytes()
