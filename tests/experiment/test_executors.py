"""Tasks run one after another or in processes: all of them, once each, whatever goes wrong with one."""

from __future__ import annotations

import os
from itertools import count, islice

import pytest

from sim.experiment.executors import execute, serial
from sim.foundations.errors import CaresimError, InputError

TASKS = [(draw, run) for draw in range(3) for run in range(2)]


def add(draw: int, run: int) -> int:
    """Something to do."""
    return 10 * draw + run


def refuse(draw: int, run: int) -> int:
    """Something that fails."""
    if draw == 1:
        raise InputError.of(f"draw {draw} is refused", path="draw")
    return add(draw, run)


def die(draw: int, run: int) -> int:
    """A process that ends as if the machine had killed it."""
    os._exit(9)


def test_serial_and_pool_give_the_same_answers() -> None:
    one = dict(execute(add, TASKS, 1))
    assert one == {task: add(*task) for task in TASKS}
    assert dict(execute(add, TASKS, 2)) == one


def test_one_after_another_takes_nothing_ahead() -> None:
    endless = ((draw, 0) for draw in count())
    assert [answer for _, answer in islice(serial(add, endless), 3)] == [0, 10, 20]
    assert next(endless) == (3, 0)


def test_no_tasks_is_no_work() -> None:
    assert list(execute(add, [], 1)) == list(execute(add, [], 2)) == []


def test_a_fault_in_a_process_comes_back_as_itself() -> None:
    with pytest.raises(InputError, match="draw: draw 1 is refused"):
        list(execute(refuse, TASKS, 2))


def test_a_process_that_dies_is_told_plainly() -> None:
    with pytest.raises(CaresimError, match=r"A worker process ended before its trial did.*fewer jobs"):
        list(execute(die, TASKS, 2))
