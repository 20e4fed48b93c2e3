"""Which engine runs a Plan. Both give the identical log; the compiled one is many times as fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sim.engine import simpy_engine
from sim.foundations.errors import InputError

if TYPE_CHECKING:
    from sim.engine.events import EventLog
    from sim.model.plan import Plan

SIMPY, COMPILED, AUTO = simpy_engine.NAME, "compiled", "auto"
ENGINES = (AUTO, SIMPY, COMPILED)
"""What a user may ask for; "auto" is the compiled engine where numba is installed."""
SLOW = "The compiled engine needs numba, which is not installed or does not work: pip install -U numba"
"""How to get the speed, in one line."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A way to run a Plan: ``run(plan)`` gives the log."""

    name: str
    run: Callable[[Plan], EventLog]


@lru_cache(maxsize=1)
def compiled_works() -> bool:
    """Whether numba, which the compiled engine needs, is installed, knows this NumPy, and compiles."""
    if find_spec("numba") is None:
        return False
    try:
        import sim.engine.compiled.run  # noqa: F401
    except ImportError:
        return False
    return True


@lru_cache(maxsize=len(ENGINES))
def engine_named(name: str = AUTO) -> Engine:
    """An engine by name. ``InputError`` for one that there is not, or that needs what is not installed."""
    if name not in ENGINES:
        raise InputError.of(f"expected one of {', '.join(ENGINES)}; found '{name}'", path="engine")
    if name == SIMPY or (name == AUTO and not compiled_works()):
        return Engine(SIMPY, simpy_engine.run)
    if not compiled_works():
        raise InputError.of(f"{SLOW}; or use '{SIMPY}'", path="engine")
    from sim.engine.compiled import run as compiled_engine

    return Engine(COMPILED, compiled_engine.run)


def needs_compiling(name: str) -> bool:
    """Whether the first trial with this engine will wait until its code has been made, once a machine."""
    if name != COMPILED:
        return False
    from sim.foundations.compiled_code import compiled_before

    return not compiled_before("loop.advance")
