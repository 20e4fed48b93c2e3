"""How long a trial takes in each scenario: `python benchmarks/trials.py configs/bury.yaml [trials]`."""

import statistics
import sys
import time

import sim


def main(config: str, trials: int = 5) -> None:
    """Print the middle and the longest time, in seconds, of a few trials of each scenario."""
    began = time.perf_counter()
    study = sim.load_study(config)
    print(f"{'loading the study':40} {time.perf_counter() - began:8.2f} s")
    for scenario in study.scenarios:
        times = []
        for run in range(trials):
            began = time.perf_counter()
            sim.run_trial(study, sim.Trial(scenario=scenario, draw=0, run=run))
            times.append(time.perf_counter() - began)
        print(f"{scenario:40} {statistics.median(times):8.2f} s a trial, at most {max(times):.2f} s")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
