"""The picture of what the answer rests on: how far each belief or structure moves it, the farthest first."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from sim.report import words
from sim.report.figures import COLOURS, INK, INKS, Picture, canvas, finished, plain
from sim.study.variants import OWN

Part = Mapping[str, Any]

MOST = 12
"""Rows that are drawn at most; the table has them all."""
LEAST = 0.05
"""Children by which a row must move the answer to be drawn."""
NINE_IN_TEN = 1.645
"""Monte Carlo errors either side within which an average lies nine times in ten."""
WIDE = 46
"""Letters of a label in one line."""


def tornado(found: Part) -> Picture | None:
    """Children fewer under each row of `depends_on`, for its last scenario, from the study as it is; None if
    nothing moves it."""
    scenario = found["scenarios"][-1]
    own = next(one["scenarios"][scenario]["fewer"] for one in found["rows"] if one["group"] == OWN)
    rows = [
        (one["label"], one["scenarios"][scenario]["fewer"]) for one in found["rows"] if one["group"] != OWN
    ]
    moved = [row for row in rows if abs(row[1]["more"]["mean"]) >= LEAST]
    moved = sorted(moved, key=lambda row: -abs(row[1]["more"]["mean"]))[:MOST]
    if not moved:
        return None
    with canvas(8.6, 0.44 * len(moved) + 1.0) as (figure, axes):
        for place, (_, fewer) in enumerate(moved):
            slot = 1 if fewer["more"]["mean"] > 0 else 3
            axes.barh(place, fewer["more"]["mean"], 0.62, left=own["mean"], color=COLOURS[slot], linewidth=0)
            reach = NINE_IN_TEN * (fewer["more"]["error"] or 0.0)
            ends = (fewer["mean"] - reach, fewer["mean"] + reach)
            axes.plot(ends, (place, place), color=INK, linewidth=1.4)
            right = fewer["more"]["mean"] > 0
            axes.annotate(
                words.one_place(fewer["mean"]),
                (max(ends) if right else min(ends), place),
                textcoords="offset points",
                xytext=(6 if right else -6, 0),
                ha="left" if right else "right",
                va="center",
                fontsize=9.5,
                color=INKS[slot],
            )
        axes.axvline(own["mean"], color=INK, linewidth=1)
        labels = [textwrap.fill(label, WIDE) for label, _ in moved]
        axes.set_yticks(range(len(moved)), labels, fontsize=9.5)
        axes.set_ylim(len(moved) - 0.4, -0.6)
        axes.margins(x=0.1)
        heading = f"{words.title(scenario)}: children fewer on {words.date(found['date'])}, on average"
        plain(axes, heading, across=True)
        axes.set_title(heading, loc="left", fontsize=10.5, x=-0.7)
        axes.set_xlabel(
            f"Long line: {words.one_place(own['mean'])}, the study as it is. "
            "Short lines: what so few futures leave open (9 in 10).",
            fontsize=9.5,
            loc="right",
        )
        height = figure.get_figheight()
        figure.subplots_adjust(left=0.41, right=0.97, top=1 - 0.4 / height, bottom=0.6 / height)
        said = [f"As it is: {words.one_place(own['mean'])} fewer."]
        said += [f"{label}: {words.one_place(fewer['mean'])}." for label, fewer in moved]
        return finished(figure, "depends", "How far each row moves the answer", " ".join(said))
