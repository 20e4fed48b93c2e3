"""Which trials are run on the reference engine again, and what is said if it does not agree."""

import numpy as np
import pytest

from sim.engine import simpy_engine
from sim.engine.events import EventLog
from sim.experiment.recheck import (
    EVERY,
    first_difference,
    is_rechecked,
    recheck,
    rechecked,
    rechecked_scenario,
)
from sim.foundations.errors import QualityError
from tests.worlds import plan_of, troubled

SCENARIOS = ("no change", "one", "other", "both")
MANY = [(draw, run) for draw in range(401) for run in range(5)]


def test_about_one_pair_in_so_many_and_the_first_always() -> None:
    chosen = [pair for pair in MANY if is_rechecked(*pair)]
    assert chosen[0] == (0, 0)
    assert len(MANY) / EVERY / 2 < len(chosen) < len(MANY) / EVERY * 2
    assert len({draw for draw, _ in chosen}) > len(chosen) / 2, "spread over draws"
    assert len({run for _, run in chosen}) == 5, "and over runs"


def test_the_choice_is_fixed() -> None:
    """Were it another, a run that is resumed would say that it had rechecked what it had not."""
    chosen = [pair for pair in MANY[:250] if is_rechecked(*pair)]
    assert chosen == [(0, 0), (7, 1), (17, 4), (30, 0), (32, 4), (42, 0), (46, 2)]


def test_one_scenario_of_a_chosen_pair_and_in_many_pairs_all_of_them() -> None:
    chosen = [rechecked_scenario(SCENARIOS, *pair) for pair in MANY if is_rechecked(*pair)]
    assert set(chosen) == set(SCENARIOS)
    assert all(rechecked_scenario(SCENARIOS, *pair) is None for pair in MANY if not is_rechecked(*pair))


def test_what_the_manifest_says() -> None:
    assert rechecked([(0, 0)]) == {"trials": 1, "identical": 1}
    assert rechecked([]) == {"trials": 0, "identical": 0}
    assert rechecked(MANY)["trials"] == sum(is_rechecked(*pair) for pair in MANY)


def log_of(*rows: tuple[int, int, int, int, int, int]) -> EventLog:
    return EventLog.from_records(list(rows))


def test_the_first_row_that_differs() -> None:
    one, two, other = (1, 10, -1, 0, 0, 0), (2, 10, 100, 3, 0, 0), (2, 10, 100, 3, 0, 1)
    assert first_difference(log_of(one, two), log_of(one, two)) is None
    assert first_difference(log_of(), log_of()) is None
    assert first_difference(log_of(one, two), log_of(one, other)) == 1
    assert first_difference(log_of(one, two), log_of(one)) == 1
    assert first_difference(log_of(), log_of(one)) == 0


def test_a_log_that_differs_stops_the_run_and_names_the_trial() -> None:
    plan = plan_of(troubled(3, 5))
    log = simpy_engine.run(plan)
    recheck(plan, log, "both", 3, 1)
    wrong = EventLog(
        log.tick, log.family, log.child, log.event, log.what, log.amount + np.arange(len(log)) // 2
    )
    with pytest.raises(QualityError, match=r"'both', draw 3, run 1: .* record 3 of 4 is the first to differ"):
        recheck(plan, wrong, "both", 3, 1)
