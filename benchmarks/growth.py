"""How a trial's time grows with the number of families: Bury at 1 to 64 times its size.

    python benchmarks/growth.py configs/bury.yaml [--times 1,4,16,64] [--engine simpy]

Everything that counts people or posts is multiplied, so that teams stay as busy as they are. Times are
processor seconds of one process, the least of a few repeats with the collector of cycles paused, as in a run;
the last column stays flat if the work grows no faster than the families.
"""

from __future__ import annotations

import argparse
import time

import sim
from sim.engine.engines import AUTO, ENGINES, Engine, engine_named
from sim.engine.simpy_engine import collector_paused
from sim.model.compile import build_circumstances, compile_plan
from sim.results.measures import measure
from sim.study.config import Study

PEOPLE = (
    "demand.families_referred",
    "demand.returning",
    "opening.families",
    "care.opening",
    "care.opening_unaccompanied",
    "care.unaccompanied_a_year",
    "care.returned_recently",
    "care.guardianship_opening",
)
"""What counts people; posts with no change are found by their names."""


def grown(study: Study, times: int) -> Study:
    """The study with so many times its people and posts."""
    values: dict[str, float | dict[str, float]] = {}
    for name, parameter in study.parameters.items():
        if name in PEOPLE or (name.startswith("staffing.") and ".posts." in name):
            central = parameter.central
            values[name] = (
                {key: one * times for key, one in central.items()}
                if isinstance(central, dict)
                else central * times
            )
    return study.replace(values)


def main() -> None:
    """Print one row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--scenario", default="both")
    parser.add_argument("--times", default="1,4,16,64")
    parser.add_argument("--engine", default=AUTO, choices=ENGINES)
    parser.add_argument("--repeats", type=int, default=3, help="times that each size is repeated")
    options = parser.parse_args()
    study = sim.load_study(options.config)
    engine = engine_named(options.engine)
    sim.run_trial(study, sim.Trial(scenario=options.scenario), engine=engine.name)
    print(
        f"{'size':>5}{'families':>10}{'events':>10}{'plan':>9}{'engine':>9}{'measure':>9}{'µs a family':>13}"
    )
    for times in (int(one) for one in options.times.split(",")):
        families, events, seconds = least(grown(study, times), options.scenario, engine, options.repeats)
        print(
            f"{times:>4}×{families:>10,}{events:>10,}"
            + "".join(f"{each:>9.3f}" for each in seconds)
            + f"{sum(seconds) / families * 1e6:>13,.1f}",
            flush=True,
        )


def least(study: Study, scenario: str, engine: Engine, repeats: int) -> tuple[int, int, list[float]]:
    """Families, events, and the least seconds of a few repeats for people and plan, engine, and measuring."""
    rows = []
    # The first time is not counted: a much larger study may need code of its own, which is made once.
    for _ in range(repeats + 1):
        with collector_paused():
            began = time.process_time()
            plan = compile_plan(study, study.scenario(scenario), build_circumstances(study, 0, 0))
            made = time.process_time()
            log = engine.run(plan)
            ran = time.process_time()
            measure(log, plan, study.clock)
            rows.append((made - began, ran - made, time.process_time() - ran))
            families, events = len(plan.families.id), len(log)
            del plan, log
    return families, events, [min(column) for column in zip(*rows[1:], strict=True)]


if __name__ == "__main__":
    main()
