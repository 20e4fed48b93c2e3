"""Fingerprints of logs by both engines, printed by a process of its own: python -m tests.parity_digests."""

import json
import sys

from sim.engine import simpy_engine
from sim.model.compile import build_circumstances, compile_plan
from tests.engine.test_random_plans import random_plan
from tests.worlds import both, digest, small_bury


def digests() -> dict[str, list[str]]:
    """By plan: the fingerprints of its log on SimPy and compiled."""
    from sim.engine.compiled import run as compiled_engine

    plans = {f"random {seed}": random_plan(seed, 6) for seed in range(40)}
    for draw, run in ((0, 0), (3, 1)):
        given = build_circumstances(small_bury(), draw, run)
        plans[f"small Bury {draw} {run}"] = compile_plan(small_bury(), both(), given)
    return {
        name: [digest(simpy_engine.run(plan)), digest(compiled_engine.run(plan))]
        for name, plan in plans.items()
    }


if __name__ == "__main__":
    json.dump(digests(), sys.stdout)
