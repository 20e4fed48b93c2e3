"""The headline of a run, scenario by scenario, and how it moves from one variant of a study to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.economics import money, savings
from sim.results.estimates import Floats, Results, estimate, tidy
from sim.results.paired import paired

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


def row_of(
    variant: Variant, found: Headline, own: Headline, quantiles: Floats | None = None
) -> dict[str, Any]:
    """One row of what the answer depends on: each scenario's headline, and how it differs from the study's
    own. ``own`` may hold more futures than the variant; the first are the same ones."""
    first = next(iter(next(iter(found.values())).values()))
    return {
        "id": variant.id,
        "group": variant.group,
        "label": variant.label,
        "settings": list(variant.settings),
        "draws": first.shape[0],
        "runs": first.shape[1],
        "scenarios": {
            name: {what: _compared(array, own[name][what], quantiles) for what, array in parts.items()}
            for name, parts in found.items()
        },
    }


def _compared(array: Floats, own: Floats, quantiles: Floats | None) -> dict[str, Any]:
    """Estimates of one figure; averages with the help of the study's own futures, spreads as they are."""
    draws, runs = array.shape
    more = np.asarray(array - own[:draws, :runs])
    averages = paired(array, own, quantiles)
    return {
        **estimate(array).as_dict(),
        "mean": tidy(averages.mean),
        "error": _known(averages.error),
        "more": {
            **estimate(more).as_dict(),
            "mean": tidy(averages.more),
            "error": _known(averages.more_error),
        },
    }


def _known(error: float | None) -> float | None:
    return None if error is None else tidy(error)
