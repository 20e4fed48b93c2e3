"""How many futures a part of a report may take: an entry of `run` as `depends_on: {draws: 20, runs: 1}`."""

from __future__ import annotations

from dataclasses import dataclass

from sim.study.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """Draws of what is not known, and runs of luck for each."""

    draws: int
    """Draws, the central one not counted."""
    runs: int
    """Runs of each draw."""

    def at_most(self, draws: int, runs: int, least: Futures | None = None) -> Futures:
        """No more of them than of so many draws and runs, but never fewer than ``least``."""
        fewest = least or Futures(draws=1, runs=1)
        return Futures(
            draws=max(fewest.draws, min(self.draws, draws)), runs=max(fewest.runs, min(self.runs, runs))
        )


def read_futures(run: Form, name: str) -> Futures | None:
    """The entry of that name under `run`; None if it was not written, or not rightly."""
    item = run.entries.get(name)
    if item is None:
        return None
    form = Form(item, run.problems, required=("draws", "runs"))
    draws, runs = form.whole("draws", low=1), form.whole("runs", low=1)
    return None if draws is None or runs is None else Futures(draws=draws, runs=runs)
