"""What a replication takes: each program in a fresh process, in turns with the one it is compared with."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEAST = 0.1
"""Processor seconds that a turn takes at least: of a quick program it is many replications."""


class Worker:
    """A program waiting in its own process to be told to run."""

    def __init__(self, name: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peers.worker", name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.start: dict[str, float] = self.answer()

    def answer(self) -> Any:
        """Its next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the program stopped; what it said stands above")
        return json.loads(line)

    def run(self, seed: int, size: float) -> dict[str, Any]:
        """One turn."""
        assert self.process.stdin is not None
        asked = {"seed": seed, "size": size, "least": LEAST}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = self.answer()
        return answer

    def close(self) -> None:
        """Let it go."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one program took."""

    cpu: float
    """Processor seconds a replication: the mean of a turn, the median of all turns."""
    records: int
    """Records of the first replication."""
    before: float
    """Memory in MB before the first full replication: Python, libraries and the draws."""
    peak: float
    """Most memory in MB by its end."""
    compiling: float
    """Processor seconds that the very first run took beyond a second one."""
    ratios: tuple[float, ...]
    """By turn: its time over that of the program it is compared with."""
    read: dict[str, list[int]]
    """Statistics of the first replication."""

    @property
    def ratio(self) -> float:
        """The middle ratio."""
        return median(self.ratios)

    @property
    def records_a_second(self) -> float:
        """Records written in a processor second."""
        return self.records / self.cpu


def measure(name: str, against: str, *, size: float, pairs: int, budget: float) -> Measured:
    """Run a program and the one it is compared with in turn, each turn with other replications.

    A slow program stops once its budget of processor seconds is spent, but never before the second turn.
    """
    program, other = Worker(name), Worker(against)
    turns: list[dict[str, Any]] = []
    ratios: list[float] = []
    spent = 0.0
    for seed in range(1, pairs + 1):
        if seed > 2 and spent > budget:
            break
        mine, theirs = program.run(seed, size), other.run(seed, size)
        turns.append(mine)
        ratios.append(mine["cpu"] / theirs["cpu"])
        spent += mine["cpu"] * mine["replications"]
    program.close()
    other.close()
    return Measured(
        cpu=median(turn["cpu"] for turn in turns),
        records=turns[0]["records"],
        before=turns[0]["before"],
        peak=turns[0]["peak"],
        compiling=max(0.0, program.start["first"] - program.start["second"]),
        ratios=tuple(ratios),
        read=turns[0]["read"],
    )
