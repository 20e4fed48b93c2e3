"""One program in a process of its own: runs replications when told to, and says what each took.

Reads one JSON object a line (``seed``, ``size``, ``least``) and answers each with one. Drawing the numbers,
turning them into lists and turning the records into an array are not timed: they are the same for all.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.peers.workload import draw, read, rows_of

WARM_UP = 0.02
"""Share of the full size at which a program is run twice before anything is measured."""
FURTHER_SEEDS = 1000
"""How far apart the seeds of one turn lie: more than there are turns."""


def peak() -> float:
    """Most memory that this process has held so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells begins, in a process just started, at what its parent held.
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def replication(module, seed: int, size: float) -> dict[str, object]:
    """Run one replication; processor seconds, records, memory before and after, statistics."""
    work = draw(seed, size=size)
    # The lists are made here, so that no program pays for them.
    assert len(work.lists["arrival"]) == work.families
    gc.collect()
    before = peak()
    began = time.process_time()
    records, _ = module.run(work)
    taken = time.process_time() - began
    after = peak()
    rows = rows_of(records)
    return {"cpu": taken, "records": len(rows), "before": before, "peak": after, "read": read(rows)}


def turn(module, seed: int, size: float, least: float) -> dict[str, object]:
    """As many replications as take ``least`` processor seconds, one at least: the first, and their mean time.

    A single replication of a quick program is over before the processor has come up to speed after a pause.
    """
    first = replication(module, seed, size)
    taken = [first["cpu"]]
    while sum(taken) < least:
        taken.append(replication(module, seed + FURTHER_SEEDS * len(taken), size)["cpu"])
    return first | {"cpu": sum(taken) / len(taken), "replications": len(taken)}


def main() -> None:
    """Import, warm up, and answer."""
    began = time.process_time()
    module = importlib.import_module(f"benchmarks.peers.{sys.argv[1]}")
    imported = time.process_time() - began
    first, second = (replication(module, 0, WARM_UP)["cpu"] for _ in range(2))
    print(json.dumps({"imported": imported, "first": first, "second": second}), flush=True)
    for line in sys.stdin:
        print(json.dumps(turn(module, **json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
