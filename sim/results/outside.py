"""The outside view: how often comparable authorities saw the change that a claim needs.

Published is how often the *number* of children looked after fell, whatever the cause. A claim counts children
against no change, which nobody else publishes. So beside it stands how often the simulated number falls as
much, with the plan and without. What is not published is not made up: a claim of another size, of a year's
average or of pounds has no counterpart, only a bound from greater and smaller falls.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, Results, chance, tidy

if TYPE_CHECKING:
    from sim.study.claims import Claim
    from sim.study.config import Study

FALLS = "falls elsewhere"
"""Series of how often the number fell: labels such as "2 years|14.3", for a fall of 14.3% or more."""
COUNTED = "children looked after"
"""Series of children counted in the authority itself."""

Part = dict[str, Any]
"""A branch of summary.json."""


def outside(study: Study, results: Results, claim: Claim) -> Part | None:
    """What stands beside a claim's chance; None where no published figure could stand there."""
    start, years = counted_at_start(study), window(study, claim)
    if claim.kind != "children" or start is None or years is None:
        return None
    published = falls(study, years)
    if not published:
        return None
    needed = round(100 * claim.target / start, 1)
    smaller = [share for fall, share in published.items() if fall < needed]
    greater = [share for fall, share in published.items() if fall > needed]
    return {
        "years": years,
        "from": tidy(start),
        "fall": tidy(needed),
        "elsewhere": tidy(published.get(needed)),
        # Whoever fell by more fell by this much too.
        "at_least": tidy(max(greater, default=None)),
        "at_most": tidy(min(smaller, default=None)),
        "simulated": {
            name: _share(results, name, claim, start)
            for name in dict.fromkeys((NO_CHANGE, claim.scenario))
            if name in results.scenarios
        },
        "source": study.observed[FALLS].source,
    }


def counted_at_start(study: Study) -> float | None:
    """Children counted in the authority on the last day before the study starts."""
    series = study.observed.get(COUNTED)
    eve = (study.clock.start - dt.timedelta(days=1)).isoformat()
    return series[eve] if series is not None and eve in series else None


def window(study: Study, claim: Claim) -> int | None:
    """Whole years from the start to the day of a claim; None for a year's average or a part of a year."""
    if claim.date is None:
        return None
    end, start = claim.date + dt.timedelta(days=1), study.clock.start
    return end.year - start.year if (end.month, end.day) == (start.month, start.day) else None


def falls(study: Study, years: int) -> dict[float, float]:
    """Per cent of windows of so many years in which the number fell by so many per cent or more."""
    series = study.observed.get(FALLS)
    if series is None:
        return {}
    return {
        float(fall): series[label]
        for label in series
        for length, _, fall in [label.partition("|")]
        if length == f"{years} years"
    }


def _share(results: Results, name: str, claim: Claim, start: float) -> Part:
    """How often the simulated number falls as much from what was counted at the start."""
    share, error = chance(results.series(name, LOOKED_AFTER, claim.by) <= start - claim.target)
    return {"chance": tidy(share), "error": tidy(error)}
