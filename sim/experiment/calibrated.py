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
                "share": one.share or one.trend or one.per_cent or not (one.measure or one.shape),
                "counted": one.counted,
                "tolerance": one.tolerance,
                "written": float(fitted.written_figures[:, place].mean()),
                "centre": float(centre.mean()),
                "error": float(centre.std(ddof=1) / np.sqrt(len(centre))),
                "low": float(low),
                "middle": float(middle),
                "high": float(high),
                "miss": float((centre.mean() - one.counted) / one.tolerance),
                "within": bool(low <= one.counted <= high),
                "bias": float(fitted.bias[place] * one.counted / one.tolerance),
            }
        )
    return rows


def shown(value: float, share: bool) -> str:
    """A figure as people read it: shares in per cent."""
    return f"{value:.1%}" if share else f"{value:.0f}" if value >= FEW else f"{value:.2f}"


FEW = 10
"""Figures below it are shown with decimals."""


def report(fitted: Fitted) -> str:
    """What was found, for the terminal."""
    text = [
        f"{'':44}{'counted':>9}{'as written':>12}{'calibrated':>12}{'9 in 10 worlds':>20}{'miss':>7}"
        f"{'fit':>8}",
    ]
    for row in met(fitted):
        share = row["share"]
        span = f"{shown(row['low'], share)} to {shown(row['high'], share)}"
        text.append(
            f"{row['target']:44}{shown(row['counted'], share):>9}{shown(row['written'], share):>12}"
            f"{shown(row['centre'], share):>12}{span:>20}{row['miss']:>+7.1f}{row['bias']:>+8.1f}"
            f"{'' if row['within'] else '  outside'}"
        )
    text += [
        "miss: how far the calibrated figure lies from the count, in tolerances (standard deviations).",
        "fit: how far the quick function lies from the worlds of the sample on average, in tolerances.",
        "outside: what was counted lies outside nine in ten of the worlds.",
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


def calibrated_yaml(study: Study, fitted: Fitted, setting: Setting) -> str:
    """The centre and the sample as a file that the study includes."""
    if study.calibration is None:
        raise InputError.of("this study has no directions of calibration")
    of = made_for(
        {**study.parameters, **study.calibration.written},
        study.calibration.directions,
        study.observed,
        study.clock.start.isoformat(),
    )
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
