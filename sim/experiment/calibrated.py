"""What a calibration found, in words and as the file that a study includes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.errors import InputError
from sim.study.calibration import PLACES
from sim.study.calibration_reader import made_for

if TYPE_CHECKING:
    from sim.experiment.calibrate import Fitted, Floats, Setting
    from sim.study.config import Study

KNOWN, IN_PART = 0.5, 0.8
"""Spread after the counts over that before, up to which a direction is told by them, or told in part."""
TOGETHER = 0.35
"""Correlation from which two directions are listed as known only together."""
FLAT = 0.25
"""Information, in units of the prior's, below which a combination of directions is told by no count."""
LOADING = 0.35
"""Share of a combination from which a direction is named in it."""


def identified(fitted: Fitted) -> list[dict[str, Any]]:
    """A row a direction: its centre, what is left of its prior spread, and a word for that."""
    spread = fitted.sample.std(axis=0)
    rows = []
    for name, centre, left in zip(fitted.names, fitted.centre, spread, strict=True):
        word = "told by the counts" if left <= KNOWN else "told in part" if left <= IN_PART else "not told"
        rows.append({"direction": name, "centre": float(centre), "left": float(left), "word": word})
    return rows


def together(fitted: Fitted) -> list[tuple[str, str, float]]:
    """Pairs of directions that the counts tie to each other, most strongly tied first."""
    matrix = np.atleast_2d(np.corrcoef(fitted.sample.T))
    names = fitted.names
    places = zip(*np.triu_indices(len(names), 1), strict=True)
    pairs = [(names[a], names[b], float(matrix[a, b])) for a, b in places]
    return sorted((one for one in pairs if abs(one[2]) >= TOGETHER), key=lambda one: -abs(one[2]))


def flat(fitted: Fitted) -> list[str]:
    """Combinations of directions along which the counts say next to nothing, in words."""
    values, vectors = np.linalg.eigh(fitted.information)
    found = []
    for value, vector in zip(values, vectors.T, strict=True):
        if value >= FLAT:
            break
        order = np.argsort(-np.abs(vector))
        parts = [
            f"{'+' if vector[place] > 0 else '-'}{fitted.names[place]}"
            for place in order
            if abs(vector[place]) >= LOADING
        ]
        found.append("  ".join(parts) or f"+{fitted.names[order[0]]}")
    return found


def met(fitted: Fitted) -> list[dict[str, Any]]:
    """A row a target: counted, as written, at the centre (Monte Carlo error), and the sample's middle nine in
    ten; misses are in tolerances."""
    rows = []
    for place, one in enumerate(fitted.targets):
        centre, sample = fitted.centre_figures[:, place], fitted.sample_figures[:, place]
        low, middle, high = np.percentile(sample, [5, 50, 95])
        rows.append(
            {
                "target": one.name,
                "share": one.share or not one.measure,
                "counted": one.counted,
                "tolerance": one.tolerance,
                "written": float(fitted.written_figures[:, place].mean()),
                "centre": float(centre.mean()),
                "error": float(centre.std(ddof=1) / np.sqrt(len(centre))),
                "low": float(low),
                "middle": float(middle),
                "high": float(high),
                "miss": float((centre.mean() - one.counted) / one.tolerance),
            }
        )
    return rows


def shown(value: float, share: bool) -> str:
    """A figure as people read it: shares in per cent."""
    return f"{value:.1%}" if share else f"{value:.0f}"


def report(fitted: Fitted) -> str:
    """What was found, for the terminal."""
    text = [
        f"{'':44}{'counted':>9}{'as written':>12}{'calibrated':>12}{'9 in 10 worlds':>20}{'miss':>7}",
    ]
    for row in met(fitted):
        share = row["share"]
        span = f"{shown(row['low'], share)} to {shown(row['high'], share)}"
        text.append(
            f"{row['target']:44}{shown(row['counted'], share):>9}{shown(row['written'], share):>12}"
            f"{shown(row['centre'], share):>12}{span:>20}{row['miss']:>+7.1f}"
        )
    text += [
        "miss: how far the calibrated figure lies from the count, in tolerances (standard deviations).",
        "",
        f"{'':44}{'centre':>9}{'spread left':>12}",
    ]
    for row in identified(fitted):
        text.append(f"{row['direction']:44}{row['centre']:>9.2f}{row['left']:>12.2f}   {row['word']}")
    text += ["spread left: after the counts, over before; 1 is nothing learnt.", ""]
    text += ["Known only together (correlation):"]
    text += [f"  {value:+.2f}  {a} · {b}" for a, b, value in together(fitted)] or ["  none"]
    text += ["", "Combinations that no count tells:"]
    text += [f"  {one}" for one in flat(fitted)] or ["  none"]
    left = ", ".join(f"{one:.0%}" for one in fitted.left)
    text += ["", f"Points of the waves that no figure ruled out: {left}."]
    return "\n".join(text)


def page(study: Study, fitted: Fitted, setting: Setting) -> str:
    """The same as a page of documentation."""
    return f"""# Calibration

Written by `caresim calibrate`; not typed. {setting.points:,} simulated worlds in each of {len(fitted.left)}
waves for {study.authority}, seed {study.seed}; {setting.rows} rows in the sample.

## What is done

The *directions* in the study's file of calibration each move one or more parameters that no publication gives.
Their ranges are what was thought possible before the counts were seen. The *targets* are counts from before the
start: totals of all years, and shares of the years by age, by kind and by legal status. The past is not
simulated: a world of no change, in its years to come, should look like the years that were counted.

1. A wave of worlds is simulated, spread evenly over the ranges. A quadratic function of the directions is fitted
   to each figure, on the scale of logarithms; worlds that share their luck share a shift.
2. The next wave is simulated where the functions say that the counts could be met with twice the tolerance, and
   the functions are fitted again to the last two waves.
3. Elliptical slice sampling draws the sample from prior times likelihood. The sample is then simulated itself, so
   the column of worlds is what the model does and not what the functions say.

Each draw of what is not known takes one row of the sample, draw 0 its mean. A *tolerance* is how far a right model
may lie from a count: 3 in 100 of a total; for a share, 10 in 100 of it and what chance does to so few children.
The level of all flows is met closely, as its own uncertainty is drawn apart (`uncertainty.entry_level`,
`uncertainty.exit_level`). Where the arithmetic of flows says where a parameter lies, no search is made: residual
stays of the opening cohort are length-biased draws of the stays themselves, and time already spent at a level
follows the equilibrium law of its own durations.

## What was found

```
{report(fitted)}
```

*Told by the counts*: at most {KNOWN:.0%} of the spread before is left; *told in part*: at most {IN_PART:.0%}. What is
not told is fixed by assumption, and every draw holds another value of it. Four things are known to be so: how many
crises there are against how often one ends in care; how starts divide between the routes, above all how many come
without warning; how much families differ against the rates and the time at a level; and what early help and
conferences do already. The last list holds every combination of directions of which the counts say less than
{FLAT:g} of what the ranges say.
"""


def calibrated_yaml(study: Study, fitted: Fitted, setting: Setting) -> str:
    """The centre and the sample as a file that the study includes."""
    if study.calibration is None:
        raise InputError.of("this study has no directions of calibration")
    of = made_for({**study.parameters, **study.calibration.written})
    rows = "\n".join(f"    {numbers(row)}" for row in fitted.sample)
    return f"""# Written by `caresim calibrate`; not typed. Run it again when parameters of the world without
# services, or the counts before the start, change. Coordinates of the directions in the file of
# calibration: 0 is as written (or the middle of the range), 1 a standard deviation of the prior.
# {setting.points} worlds in each of {len(fitted.left)} waves; seed {study.seed}.
calibrated:
  of: {of!r}
  directions: [{", ".join(f'"{name}"' for name in fitted.names)}]
  centre: "{numbers(fitted.centre)}"
  sample: |
{rows}
"""


def numbers(row: Floats) -> str:
    """Coordinates as text."""
    return " ".join(f"{value:.{PLACES}f}" for value in row)
