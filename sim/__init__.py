"""caresim: how early help and edge-of-care services change the number of children looked after.

>>> import sim
>>> study = sim.load_study("configs/bury.yaml")                        # doctest: +SKIP
>>> results = sim.Experiment(study, draws=100, runs=5).run()           # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.experiment.experiment import Experiment as Experiment
    from sim.experiment.trial import Trial as Trial
    from sim.experiment.trial import run_trial as run_trial
    from sim.report.figures import plot_fan as plot_fan
    from sim.results.economics import money as money
    from sim.results.economics import reprice as reprice
    from sim.results.summary import summary as summary
    from sim.study.config import load_study as load_study

__version__ = "0.1.0"

_HOMES = {
    "Experiment": "sim.experiment.experiment",
    "Trial": "sim.experiment.trial",
    "run_trial": "sim.experiment.trial",
    "plot_fan": "sim.report.figures",
    "money": "sim.results.economics",
    "reprice": "sim.results.economics",
    "summary": "sim.results.summary",
    "load_study": "sim.study.config",
}
"""Where each public name lives; imported when first used, so that ``import sim`` costs nothing."""

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
