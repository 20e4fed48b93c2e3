"""The tournament of workers says what a look at each of them says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import caseload

ranking = pytest.importorskip("sim.engine.compiled.ranking")

CHANGES = st.lists(st.tuples(st.integers(0, 100), st.integers(-3, 5)), max_size=30)


@given(st.integers(1, 20), CHANGES)
def test_the_first_is_the_worker_with_most_room_and_room_adds_up(
    workers: int, changes: list[tuple[int, int]]
) -> None:
    tree, free = ranking.empty_ranking(workers), [0] * workers
    held, total = [0] * workers, 0
    assert ranking.most_room(tree) == -1
    for who, room in changes:
        worker = who % workers
        free[worker] = room
        total += ranking.rank(tree, worker, room)
        assert ranking.most_room(tree) == caseload.most_room(free, held)
        assert total == caseload.room(free, held)


def test_of_equals_the_first() -> None:
    tree = ranking.empty_ranking(5)
    for worker in (4, 2, 3):
        ranking.rank(tree, worker, 7)
    assert ranking.most_room(tree) == 2
    ranking.rank(tree, 4, 8)
    assert ranking.most_room(tree) == 4
    ranking.rank(tree, 4, 0)
    ranking.rank(tree, 2, -1)
    assert ranking.most_room(tree) == 3


def test_a_line_without_workers_has_nobody() -> None:
    assert ranking.most_room(ranking.empty_ranking(0)) == -1
