"""Where a trial's time goes, and what memory a run takes.

    python benchmarks/trials.py configs/bury.yaml [--repeats 3] [--memory 2,8]

Times are processor seconds of one process: the smallest of a few repeats, which is the one least disturbed by
whatever else the machine was doing.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sim
from sim.engine.engines import COMPILED, SIMPY, engine_named
from sim.experiment.recheck import is_rechecked
from sim.experiment.trial import run_pair
from sim.foundations.clock import Clock
from sim.model.compile import build_circumstances, compile_plan
from sim.results.measures import measure

Answer = TypeVar("Answer")
PAIRS_A_REPEAT = 3
"""Pairs of whole trials for each repeat of a stage: their ratios vary more."""
LONGER = 5
"""Years of the longer trials, as long as a plan of most councils."""


def peak() -> float:
    """Most memory that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024 * (1024 if sys.platform == "darwin" else 1)
    )


def timed(work: Callable[[], Answer], repeats: int) -> tuple[float, Answer]:
    """The least processor time of a few repeats, and the last answer."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        answer = work()
        times.append(time.process_time() - began)
    return min(times), answer


def stages(config: str, scenario: str, repeats: int) -> None:
    """Print one scenario's row: events, each stage's seconds, the trial's seconds, memory."""
    study = sim.load_study(config)
    name = study.scenario(scenario)
    sim.run_trial(study, sim.Trial(scenario=scenario))
    shared, given = timed(lambda: build_circumstances(study, 0, 0), repeats)
    own, plan = timed(lambda: compile_plan(study, name, given), repeats)
    simpy, log = timed(lambda: engine_named(SIMPY).run(plan), repeats)
    compiled, same = timed(lambda: engine_named(COMPILED).run(plan), 5 * repeats)
    assert log.tobytes() == same.tobytes()
    counted, _ = timed(lambda: measure(log, plan, study.clock), 5 * repeats)
    seconds = "".join(f"{1000 * each:>9.1f}" for each in (shared, own, simpy, compiled, counted))
    print(f"{scenario:40}{len(log):>8,}{seconds}{simpy / compiled:>8.0f}×{peak():>8.0f}", flush=True)


def pairs(config: str, repeats: int, years: int | None) -> None:
    """Print what a trial takes when all scenarios share their people, with each engine in turn; over so many
    years in place of the study's own."""
    study = sim.load_study(config)
    start = study.clock.start
    if years is not None:
        longer = Clock(start=start, end=start.replace(year=start.year + years))
        study = dataclasses.replace(study, clock=longer)
    names = list(study.scenarios)
    run_pair(study, names, 1, 1, COMPILED)
    times: dict[str, list[float]] = {SIMPY: [], COMPILED: []}
    tasks = [(draw, 0) for draw in range(1, 100) if not is_rechecked(draw, 0)][:repeats]
    for draw, run in tasks:
        for engine in times:
            began = time.process_time()
            run_pair(study, names, draw, run, engine)
            times[engine].append((time.process_time() - began) / len(names))
    ratios = sorted(slow / fast for slow, fast in zip(*times.values(), strict=True))
    for engine, each in times.items():
        print(f"{engine:>10}{1000 * statistics.median(each):>9.1f} ms a trial", flush=True)
    spread = f"{ratios[0]:.1f} to {ratios[-1]:.1f}, {len(ratios)} pairs"
    print(f"     ratio{statistics.median(ratios):>9.1f}  ({spread})")


def memory(config: str, draws: int) -> None:
    """Print a whole run's row: trials, processor seconds a trial, memory."""
    study = sim.load_study(config)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.process_time()
        experiment = sim.Experiment(study, scenarios=["both"], draws=draws, runs=1)
        experiment.run(Path(scratch) / "run")
        each = (time.process_time() - began) / experiment.trials
    print(f"{experiment.trials:>8} trials{1000 * each:>9.1f} ms a trial{peak():>9.0f} MB", flush=True)


def alone(*arguments: str) -> None:
    """Run one row in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, __file__, *arguments], check=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("config", nargs="?", default="configs/bury.yaml")
    parser.add_argument("--repeats", type=int, default=3, help="times that each stage is repeated")
    parser.add_argument("--memory", default="5,50", help="draws of the runs whose memory is compared")
    parser.add_argument("--scenario", help=argparse.SUPPRESS)
    parser.add_argument("--draws", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--pairs", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--years", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.scenario is not None:
        stages(asked.config, asked.scenario, asked.repeats)
    elif asked.pairs is not None:
        pairs(asked.config, asked.pairs, asked.years)
    elif asked.draws is not None:
        memory(asked.config, asked.draws)
    else:
        began = time.process_time()
        study = sim.load_study(asked.config)
        print(f"Loading the study: {time.process_time() - began:.2f} s (imports included)\n")
        print("One trial (draw 0, run 0), processor milliseconds")
        heads = ("people", "plan", SIMPY, COMPILED, "measure", "ratio")
        print(f"{'scenario':40}{'events':>8}" + "".join(f"{head:>9}" for head in heads) + f"{'MB':>8}")
        for scenario in study.scenarios:
            alone(asked.config, "--scenario", scenario, "--repeats", str(asked.repeats))
        many = str(PAIRS_A_REPEAT * asked.repeats)
        print("\nWhole trials, people shared by all scenarios, the two engines in turn")
        alone(asked.config, "--pairs", many)
        print(f"The same over {LONGER} years")
        alone(asked.config, "--pairs", many, "--years", str(LONGER))
        print("\nWhole runs in one process, no change and both, kept in a folder")
        for draws in asked.memory.split(","):
            alone(asked.config, "--draws", draws)


if __name__ == "__main__":
    main()
