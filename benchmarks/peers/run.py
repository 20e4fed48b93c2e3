"""The same work in every program: that they agree, and what each takes.

    python -m benchmarks.peers.run [--size 1] [--pairs 9] [--budget 90] [--write]

First every program's log is held against the plain loop's; then each is measured in a process of its own, in
turns with the program that it is compared with. ``README.md`` says how to read the table.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from types import ModuleType

from benchmarks.peers.agree import Agreement, agreement
from benchmarks.peers.measure import Measured, measure
from benchmarks.peers.tell import tell

PROGRAMS = (
    "in_cimba",  # teaches numba its records as it first runs, which must be before anything else is compiled
    "ours_compiled",
    "ours_simpy",
    "plain_heapq",
    "idiomatic_simpy",
    "in_salabim",
    "in_ciw",
)
"""Modules of this folder, each with ``NAME`` and ``run(work) -> (records, statistics)``."""
PLAIN = "plain_heapq"
"""Whose log all are held against: it needs no library and hides nothing."""
RESULTS = Path(__file__).parent / "results.md"


def found() -> tuple[dict[str, ModuleType], dict[str, str]]:
    """The programs that can be imported, and why the others cannot."""
    here: dict[str, ModuleType] = {}
    missing: dict[str, str] = {}
    for name in PROGRAMS:
        try:
            here[name] = importlib.import_module(f"benchmarks.peers.{name}")
        except ImportError as fault:
            missing[name] = str(fault)
    return here, missing


def options(given: list[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=float, default=1.0, help="share of the full size to measure at")
    parser.add_argument("--pairs", type=int, default=9, help="most turns of each pair")
    parser.add_argument(
        "--budget", type=float, default=90.0, help="processor seconds after which a pair stops"
    )
    parser.add_argument("--against", help="program to compare with: ours_compiled if it is there")
    parser.add_argument("--check-size", type=float, default=0.1, help="share of the full size to check at")
    parser.add_argument("--check-seeds", type=int, default=10, help="replications to check")
    parser.add_argument("--only", help="programs to run, with commas between them")
    parser.add_argument("--write", action="store_true", help="write results.md")
    return parser.parse_args(given)


def main() -> int:
    """Check, measure, print; 1 if any two programs disagree."""
    asked = options()
    here, missing = found()
    if asked.only:
        here = {name: module for name, module in here.items() if name in asked.only.split(",")}
    against = asked.against or next(name for name in ("ours_compiled", PLAIN) if name in here)
    plain = importlib.import_module(f"benchmarks.peers.{PLAIN}")
    agreed: dict[str, Agreement] = {}
    for name, module in here.items():
        agreed[name] = agreement(module, plain, size=asked.check_size, seeds=asked.check_seeds)
        print(f"{module.NAME}: {agreed[name].sentence}", flush=True)
    measured: dict[str, Measured] = {}
    for name, module in here.items():
        measured[name] = measure(name, against, size=asked.size, pairs=asked.pairs, budget=asked.budget)
        print(f"{module.NAME}: {measured[name].cpu:.3f} s a replication", flush=True)
    page = tell(
        {name: module.NAME for name, module in here.items()}, missing, agreed, measured, against, asked
    )
    print(page)
    if asked.write:
        RESULTS.write_text(page, encoding="utf-8")
    return 0 if all(row.agrees for row in agreed.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
