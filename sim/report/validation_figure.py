"""The picture of docs/validation.md: what was counted, before the start and after, over what was forecast."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sim.report import words
from sim.report.figures import COLOURS, INK, Picture, canvas, finished, plain
from sim.results.estimates import LOOKED_AFTER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

Part = dict[str, Any]
SHADES = (3, 0)
"""Colours of no change and of what was really done."""


def chart(found: Part) -> Picture | None:
    """Children looked after and starts in the year; None where either was not counted."""
    counted, levels = found["counted"], found["levels"]
    if not all(counted.get(series) for series in (LOOKED_AFTER, "entries")):
        return None
    with canvas(9.4, 4.3, 1, 2) as (figure, first):
        second = figure.get_axes()[1]
        said = []
        for place, (name, by_series) in enumerate(levels.items()):
            if place < len(SHADES):
                _band(first, by_series[LOOKED_AFTER], place, name)
                _bars(second, by_series["entries"], place)
                said.append(_words(name, by_series))
        start = found["start"]
        _dots(first, {_day(day): value for day, value in counted[LOOKED_AFTER].items()}, _day(start))
        _dots(second, {_middle(year): value for year, value in counted["entries"].items()}, _day(start))
        plain(first, "Children looked after")
        plain(second, "Starts in the year")
        days = (*counted[LOOKED_AFTER], *next(iter(levels.values()))[LOOKED_AFTER])
        years = sorted({int(day[:4]) for day in days if day[5:7] == "03"})[::2]
        first.set_xticks([dt.date(year, 3, 31).toordinal() for year in years], [f"Mar {y}" for y in years])
        # Nought is far below: what matters is the spread, and the axis says where it begins.
        first.set_ylim(bottom=50 * int(0.75 * min(counted[LOOKED_AFTER].values()) / 50))
        each = sorted({*counted["entries"], *next(iter(levels.values()))["entries"]})[::2]
        second.set_xticks([_middle(year) for year in each], each)
        second.set_ylim(bottom=0)
        # Only the first panel names the colours; both have the same.
        first.legend(loc="lower left", frameon=False, fontsize=9.5)
        for axes in (first, second):
            # Below the lowest number of the other axis, which stands in the same corner.
            axes.tick_params(axis="x", pad=11)
        figure.subplots_adjust(left=0.05, right=0.97, top=0.91, bottom=0.11, wspace=0.14)
        told = (
            "Filled dots were counted before the start; hollow ones after it, and set nothing. Bands and "
            "bars hold nine in ten futures."
        )
        return finished(
            figure, "validation", "What was counted, and what was forecast", " ".join([*said, told])
        )


def _band(axes: Axes, by_day: Mapping[str, Part], place: int, name: str) -> None:
    days = [_day(day) for day in by_day]
    low, middle, high = ([one[part] for one in by_day.values()] for part in ("p5", "p50", "p95"))
    colour = COLOURS[SHADES[place]]
    axes.fill_between(days, low, high, color=colour, alpha=0.2, linewidth=0)
    dash = (0, (5, 2)) if place == 0 else "-"
    axes.plot(days, middle, color=colour, linewidth=2.2, linestyle=dash, label=words.title(name))


def _bars(axes: Axes, by_year: Mapping[str, Part], place: int) -> None:
    shift = 40.0 * (2 * place - 1)
    for year, one in by_year.items():
        at, colour = _middle(year) + shift, COLOURS[SHADES[place]]
        axes.plot(
            [at, at], [one["p5"], one["p95"]], color=colour, linewidth=6, alpha=0.45, solid_capstyle="butt"
        )
        axes.plot(at, one["p50"], "_", color=colour, markersize=11, markeredgewidth=2.4)


def _dots(axes: Axes, points: Mapping[float, float], start: float) -> None:
    """Filled and joined before the start; hollow after."""
    before = {day: value for day, value in points.items() if day < start}
    after = {day: value for day, value in points.items() if day >= start}
    axes.plot(
        list(before), list(before.values()), "o-", color=INK, linewidth=1, markersize=5, label="Counted"
    )
    axes.plot(
        list(after),
        list(after.values()),
        "o",
        color="white",
        mec=INK,
        mew=1.6,
        markersize=7,
        zorder=6,
        label="Counted later; not used",
    )


def _words(name: str, by_series: Mapping[str, Mapping[str, Part]]) -> str:
    last = list(by_series[LOOKED_AFTER].values())[-1]
    return (
        f"{words.title(name)}: {words.whole(last['p50'])} children looked after at the end, "
        f"{words.whole(last['p5'])} to {words.whole(last['p95'])}."
    )


def _day(iso: str) -> float:
    return float(dt.date.fromisoformat(iso).toordinal())


def _middle(year: str) -> float:
    """The middle of a financial year."""
    return float(dt.date(int(year[:4]), 10, 1).toordinal())
