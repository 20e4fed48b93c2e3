"""Where a trial's time goes, and what memory a run takes.

    python benchmarks/trials.py configs/bury.yaml [--repeats 3] [--memory 2,8]

Times are processor seconds of one process: the smallest of a few repeats, which is the one least disturbed by
whatever else the machine was doing.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sim
from sim.engine import simpy_engine
from sim.model.compile import build_circumstances, compile_plan
from sim.results.measures import measure

Answer = TypeVar("Answer")


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
    engine, log = timed(lambda: simpy_engine.run(plan), repeats)
    counted, _ = timed(lambda: measure(log, plan, study.clock), repeats)
    whole = shared + own + engine + counted
    print(
        f"{scenario:22}{len(log):>8,}{shared:>9.2f}{own:>9.2f}{engine:>9.2f}{counted:>9.2f}{whole:>9.2f}"
        f"{len(log) / engine:>10,.0f}{peak():>9.0f}",
        flush=True,
    )


def memory(config: str, draws: int) -> None:
    """Print a whole run's row: trials, processor seconds a trial, memory."""
    study = sim.load_study(config)
    with tempfile.TemporaryDirectory() as scratch:
        began = time.process_time()
        experiment = sim.Experiment(study, scenarios=["both"], draws=draws, runs=1)
        experiment.run(Path(scratch) / "run")
        each = (time.process_time() - began) / experiment.trials
    print(f"{experiment.trials:>8} trials{each:>9.2f} s a trial{peak():>9.0f} MB", flush=True)


def alone(*arguments: str) -> None:
    """Run one row in a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, __file__, *arguments], check=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("config", nargs="?", default="configs/bury.yaml")
    parser.add_argument("--repeats", type=int, default=3, help="times that each stage is repeated")
    parser.add_argument("--memory", default="1,5", help="draws of the runs whose memory is compared")
    parser.add_argument("--scenario", help=argparse.SUPPRESS)
    parser.add_argument("--draws", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.scenario is not None:
        stages(asked.config, asked.scenario, asked.repeats)
    elif asked.draws is not None:
        memory(asked.config, asked.draws)
    else:
        began = time.process_time()
        study = sim.load_study(asked.config)
        print(f"Loading the study: {time.process_time() - began:.2f} s (imports included)\n")
        print("One trial (draw 0, run 0), processor seconds")
        heads = ("compile", "compile", "", "", "", "events a", "peak")
        print(f"{'':22}{'':>8}" + "".join(f"{head:>{10 if head == 'events a' else 9}}" for head in heads))
        heads = ("shared", "own", "engine", "measure", "trial")
        print(
            f"{'scenario':22}{'events':>8}" + "".join(f"{h:>9}" for h in heads) + f"{'second':>10}{'MB':>9}"
        )
        for scenario in study.scenarios:
            alone(asked.config, "--scenario", scenario, "--repeats", str(asked.repeats))
        print("\nWhole runs in one process, no change and both, kept in a folder")
        for draws in asked.memory.split(","):
            alone(asked.config, "--draws", draws)


if __name__ == "__main__":
    main()
