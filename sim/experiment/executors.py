"""How trials are run: one after another, or in a pool of processes. The numbers are the same."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from sim.foundations.errors import CaresimError

Task = tuple[int, int]
Answer = TypeVar("Answer")

_work: Callable[[int, int], Any] | None = None


def _begin(work: Callable[[int, int], Any]) -> None:
    """Give a worker process what it needs, once."""
    global _work
    _work = work
    # Ctrl-C is the parent's to handle: a worker finishes the trial in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(task: Task) -> Any:
    assert _work is not None
    return _work(*task)


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Put Ctrl-C off until the end of a stretch that must not stop half way, such as starting a process.

    A process started meanwhile inherits the blocked signal, so it never sees Ctrl-C itself, not even before
    its first line runs.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    heard: list[int] = []
    # Blocking is not enough for ourselves: a library's thread may take the signal in our place.
    handler = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, handler)
    if heard:
        signal.raise_signal(signal.SIGINT)


def serial(work: Callable[[int, int], Answer], tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer]]:
    """Run (draw, run) tasks one after another."""
    for task in tasks:
        yield task, work(*task)


def pool(
    work: Callable[[int, int], Answer], tasks: Iterable[Task], jobs: int
) -> Iterator[tuple[Task, Answer]]:
    """Run (draw, run) tasks in ``jobs`` fresh processes, yielding each as it finishes.

    Only a few tasks are handed out ahead, so memory does not grow with their number. If the caller stops
    (Ctrl-C), trials in hand finish and no new one begins.
    """
    waiting = iter(tasks)
    executor = ProcessPoolExecutor(
        max_workers=jobs,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(work,),
    )
    running: dict[Future[Answer], Task] = {}
    try:
        with deaf_to_interrupts():
            running |= {executor.submit(_do, task): task for task in islice(waiting, 2 * jobs)}
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                task = running.pop(future)
                with deaf_to_interrupts():
                    running |= {
                        executor.submit(_do, following): following for following in islice(waiting, 1)
                    }
                yield task, future.result()
    except BrokenProcessPool as error:
        raise CaresimError(
            "A worker process ended before its trial did, perhaps for want of memory. Finished trials are "
            "kept: resume the run with fewer jobs. (A script that runs with several jobs must do so under "
            "`if __name__ == '__main__':`.)"
        ) from error
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def execute(
    work: Callable[[int, int], Answer], tasks: Iterable[Task], jobs: int
) -> Iterator[tuple[Task, Answer]]:
    """Run tasks with as many processes as asked for; one means none."""
    return serial(work, tasks) if jobs <= 1 else pool(work, tasks, jobs)
