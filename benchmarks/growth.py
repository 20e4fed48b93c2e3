"""How a trial's time grows with the number of families: Bury at 1 to 64 times its size.

    python benchmarks/growth.py configs/bury.yaml [--times 1,4,16,64] [--engine simpy]

Everything that counts people or posts is multiplied, so that teams stay as busy as they are. Times are
processor seconds of one process; the last column stays flat if the work grows no faster than the families.
"""

from __future__ import annotations

import argparse
import time

import sim
from sim.engine.engines import AUTO, ENGINES, engine_named
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
    options = parser.parse_args()
    study = sim.load_study(options.config)
    engine = engine_named(options.engine)
    sim.run_trial(study, sim.Trial(scenario=options.scenario), engine=engine.name)
    print(
        f"{'size':>5}{'families':>10}{'events':>10}{'plan':>9}{'engine':>9}{'measure':>9}{'µs a family':>13}"
    )
    for times in (int(one) for one in options.times.split(",")):
        big = grown(study, times)
        began = time.process_time()
        plan = compile_plan(big, big.scenario(options.scenario), build_circumstances(big, 0, 0))
        made = time.process_time() - began
        engine.run(plan)  # a much larger study may need code of its own, which is made once
        compiled = time.process_time()
        log = engine.run(plan)
        ran = time.process_time()
        measure(log, plan, big.clock)
        done = time.process_time()
        families = len(plan.families.id)
        print(
            f"{times:>4}×{families:>10,}{len(log):>10,}{made:>9.3f}{ran - compiled:>9.3f}"
            f"{done - ran:>9.3f}{(made + done - compiled) / families * 1e6:>13,.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
