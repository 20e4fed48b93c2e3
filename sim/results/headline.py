"""The headline of a run, scenario by scenario, and how it moves from one variant of a study to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.economics import money, savings
from sim.results.estimates import Floats, Results, estimate

if TYPE_CHECKING:
    from sim.study.variants import Variant

Headline = Mapping[str, Mapping[str, Floats]]
"""Scenario -> `FEWER` and `NET` -> [draws, runs]."""
FEWER = "fewer"
"""Fewer children looked after on the last day than under what the scenario is compared with."""
NET = "net"
"""Pounds saved in the last year, after costs."""


def headline(results: Results, scenarios: Sequence[str]) -> dict[str, dict[str, Floats]]:
    """Children fewer on the last day and pounds saved net in the last year, for each scenario."""
    spent = money(results.study, results)
    year = results.study.clock.years[-1].label
    found = {}
    for name in scenarios:
        against = results.against(name)
        if against is None:
            raise KeyError(f"'{name}' is compared with nothing in these results")
        fewer = results.difference(name, against).fewer
        found[name] = {FEWER: fewer, NET: savings(spent, name, year)[NET][1:]}
    return found


def first_futures(found: Headline, draws: int, runs: int) -> dict[str, dict[str, Floats]]:
    """The same of the first draws and runs only."""
    return {
        name: {what: array[:draws, :runs] for what, array in parts.items()} for name, parts in found.items()
    }


def row_of(variant: Variant, found: Headline, own: Headline) -> dict[str, Any]:
    """One row of what the answer depends on: each scenario's headline, and how it differs from the study's
    own in the same draws and runs."""
    return {
        "id": variant.id,
        "group": variant.group,
        "label": variant.label,
        "settings": list(variant.settings),
        "scenarios": {
            name: {
                what: {
                    **estimate(array).as_dict(),
                    "more": estimate(np.asarray(array - own[name][what])).as_dict(),
                }
                for what, array in parts.items()
            }
            for name, parts in found.items()
        },
    }
