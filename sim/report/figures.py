"""Charts as inline SVG: each says in words what it shows, and labels its lines directly.

Drawn from summary.json, so a chart can show no number that the tables do not have.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report import words
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, estimate
from sim.study.full_time import posts_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.results.estimates import Results

COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25")
"""Colours of areas and lines, in order."""
INKS = ("#12436D", "#0B625B", "#801650", "#A8400B")
"""The same for words: dark enough to read on white (contrast at least 4.5 to 1)."""
INK = "#0B0C0C"
GRID = "#D4D7DA"
FONTS = ("Arial", "Liberation Sans", "Helvetica", "DejaVu Sans")
POSTS = (("permanent", 0, ""), ("induction", 1, ""), ("agency", 2, "..."), ("vacant", 3, "///"))
"""States of posts from the bottom up: name, colour, hatching."""

Part = Mapping[str, Any]
"""A branch of summary.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart, with the words that stand for it where it cannot be seen."""

    name: str
    """File name without ending; also begins every id inside the SVG."""
    title: str
    """What it is."""
    description: str
    """What it shows, for those who do not see it."""
    svg: str
    """One `<svg>` element, with `<title>` and `<desc>`."""

    def save(self, folder: Path) -> Path:
        """Write it as an SVG file in a folder, and say where."""
        path = folder / f"{self.name}.svg"
        path.write_text(self.svg + "\n", encoding="utf-8")
        return path

    def _repr_svg_(self) -> str:
        return self.svg


def plot_fan(
    results: Results, measure: str = LOOKED_AFTER, scenarios: Sequence[str] = (), group: str = "all"
) -> Picture:
    """A measure by month under up to four scenarios: middle, and the middle nine in ten futures.

    By default "no change" and the last scenario run. The measure must be one that is read at month ends.
    """
    names = list(scenarios) or [NO_CHANGE, results.scenarios[-1]]
    dates = results.index.periods(measure)
    lines: dict[str, Part] = {
        name: {day: estimate(results.series(name, measure, day, group)).as_dict() for day in dates}
        for name in names
    }
    unit = measure if group == "all" else f"{measure}, {group}"
    return fan(lines, unit, name=f"fan-{re.sub('[^a-z0-9]+', '-', unit.lower())}")


def fan(
    lines: Mapping[str, Part], unit: str, counted: Mapping[str, float] | None = None, name: str = "fan"
) -> Picture:
    """Lines of estimates by month end, with bands of nine in ten futures, and dots of what was counted."""
    counted = counted or {}
    with canvas(8.6, 4.6) as (figure, axes):
        ends: list[tuple[float, str, str]] = []
        for place, (scenario, by_date) in enumerate(lines.items()):
            # No change is always the dashed orange line; the others take their colours in order.
            slot = 3 if scenario == NO_CHANGE else place - (NO_CHANGE in lines)
            days = [_day(day) for day in by_date]
            low, middle, high = ([by_date[day][p] for day in by_date] for p in ("p5", "p50", "p95"))
            axes.fill_between(days, low, high, color=COLOURS[slot], alpha=0.22, linewidth=0)
            dash = (0, (5, 2)) if slot == 3 else "-"
            axes.plot(days, middle, color=COLOURS[slot], linewidth=2.4, linestyle=dash)
            ends.append((middle[-1], f"{words.title(scenario)}\n(middle)", INKS[slot]))
        _dots(axes, counted, next(iter(lines.values())))
        _month_axis(axes, next(iter(lines.values())), since=min(counted, default=""))
        _labels_at_right(axes, ends)
        plain(axes, f"{words.title(unit)}, end of month")
        figure.subplots_adjust(left=0.07, right=0.83, top=0.9, bottom=0.1)
        parts = [
            f"{words.title(scenario)}: from {words.whole(_at(by_date, 0)['p50'])} to "
            f"{words.whole(_at(by_date, -1)['p50'])}; 9 in 10 futures end between "
            f"{words.whole(_at(by_date, -1)['p5'])} and {words.whole(_at(by_date, -1)['p95'])}."
            for scenario, by_date in lines.items()
        ]
        dots = (
            " Black dots are what was counted; hollow ones were counted after the start and set nothing."
            if counted
            else ""
        )
        title = f"{words.title(unit)} by month"
        return finished(figure, name, title, " ".join(parts) + dots)


def against_claims(
    rows: Mapping[str, Mapping[str, Part]], claims: Mapping[tuple[str, str], float], kind: str
) -> Picture:
    """What was found (middle, nine in ten) for each scenario and date, beside what is claimed.

    `rows`: scenario -> period -> estimate. `claims`: (scenario, period) -> target. `kind`: "children" or
    "pounds".
    """
    scale = 1e6 if kind == "pounds" else 1.0
    show = words.pounds if kind == "pounds" else words.fewer
    count = sum(len(by_period) for by_period in rows.values()) + len(rows)
    with canvas(8.6, 0.36 * count + 0.9) as (figure, axes):
        place, names, said = 0.0, [], []
        for slot, (scenario, by_period) in enumerate(rows.items()):
            place += 0.35 * (slot > 0)
            for period, found in by_period.items():
                low, middle, high = (found[p] / scale for p in ("p5", "p50", "p95"))
                axes.plot(
                    [low, high],
                    [place, place],
                    color=COLOURS[slot],
                    linewidth=6,
                    alpha=0.45,
                    solid_capstyle="butt",
                )
                axes.plot(middle, place, "o", color=COLOURS[slot], markersize=9)
                target = claims.get((scenario, period))
                if target is not None:
                    axes.plot(target / scale, place, "D", color="white", mec=INK, mew=1.8, markersize=8)
                names.append((place, f"{words.title(scenario)}, {_period(period)}", INKS[slot]))
                claimed = "" if target is None else f"; claimed {show(target)}"
                said.append(f"{words.title(scenario)}, {_period(period)}: {show(found['p50'])}{claimed}.")
                place += 1
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks([at for at, _, _ in names], [text for _, text, _ in names])
        for label, (_, _, ink) in zip(axes.get_yticklabels(), names, strict=True):
            label.set_color(ink)
        axes.set_ylim(place - 0.3, -0.7)
        unit = "Saving before costs, £ million" if kind == "pounds" else "Fewer children looked after"
        plain(axes, f"{unit}. Dot: middle. Bar: 9 in 10 futures. Diamond: claim.", across=True)
        figure.subplots_adjust(left=0.34, right=0.97, top=1 - 0.42 / figure.get_figheight(), bottom=0.09)
        what = "Savings before costs" if kind == "pounds" else "Fewer children"
        return finished(figure, f"claims-{kind}", f"{what} found, against what is claimed", " ".join(said))


def money_by_year(saving: Mapping[str, Part], scenario: str) -> Picture:
    """Gross saving, cost and net saving of one scenario in each year: means, which add up."""
    lines = (("gross", "saving", 0), ("cost", "cost", 3), ("net", "net", 1))
    with canvas(8.6, 3.9) as (figure, axes):
        for place, by_line in enumerate(saving.values()):
            for step, (line, label, slot) in enumerate(lines):
                value = by_line[line]["mean"] * (-1 if line == "cost" else 1) / 1e6
                left = place + 0.28 * (step - 1)
                hatch = "///" if line == "cost" else None
                axes.bar(left, value, 0.25, color=COLOURS[slot], hatch=hatch, edgecolor="white", linewidth=0)
                text = f"{label}\n{words.pounds(by_line[line]['mean']).replace(' million', 'm')}"
                axes.annotate(
                    text,
                    (left, value),
                    textcoords="offset points",
                    xytext=(0, 4 if value >= 0 else -4),
                    ha="center",
                    va="bottom" if value >= 0 else "top",
                    color=INKS[slot],
                    fontsize=9,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
                )
        axes.axhline(0, color=INK, linewidth=1)
        axes.set_xticks(range(len(saving)), [words.year(year) for year in saving])
        axes.margins(y=0.25)
        what = f"{words.title(scenario)}, £ million a year, average of the futures"
        plain(axes, f"{what}; costs are drawn below the line")
        figure.subplots_adjust(left=0.07, right=0.98, top=0.88, bottom=0.1)
        said = " ".join(
            f"{words.year(year)}: saving {words.pounds(one['gross']['mean'])}, cost "
            f"{words.pounds(one['cost']['mean'])}, net {words.pounds(one['net']['mean'])}."
            for year, one in saving.items()
        )
        return finished(figure, "money", f"{words.title(scenario)}: savings and costs by year", said)


def posts_by_month(staffing: Mapping[str, Mapping[str, Part]]) -> Picture:
    """Posts filled and vacant by month, a small chart for each role ("service|role")."""
    across = min(3, len(staffing))
    down = -(-len(staffing) // across)
    said = []
    with canvas(8.6, 2.15 * down + 0.5, down, across) as (figure, first):
        every = figure.get_axes()
        for axes, (group, by_date) in zip(every, staffing.items(), strict=False):
            days = [_day(day) for day in by_date]
            layers = [[by_date[day][state] for day in by_date] for state, _, _ in POSTS]
            areas = axes.stackplot(days, *layers, colors=[COLOURS[slot] for _, slot, _ in POSTS])
            for area, (_, _, hatch) in zip(areas, POSTS, strict=True):
                area.set_hatch(hatch)
                area.set_edgecolor("white")
                area.set_linewidth(0)
            service, role = group.split("|")
            _month_axis(axes, by_date, short=True)
            axes.set_ylim(0, 1.05 * max(1.0, *(one["funded"] for one in by_date.values())))
            plain(axes, f"{words.title(service)}:\n{role}")
            last = _at(by_date, -1)
            funded = posts_text(last["funded"])
            said.append(f"{service}, {role}: {funded} funded, {last['vacant']:.1f} vacant at the end.")
        for axes in every[len(staffing) :]:
            axes.set_axis_off()
        names = ["permanent", "in training", "agency", "vacant"]
        figure.legend(areas, names, loc="upper left", ncols=4, frameon=False, fontsize=10)
        top = 1 - 0.85 / figure.get_figheight()
        figure.subplots_adjust(left=0.05, right=0.98, top=top, bottom=0.1, hspace=0.62, wspace=0.2)
        assert first is every[0]
        return finished(figure, "posts", "Posts filled and vacant by month, average", " ".join(said))


def waterfall(service: str, steps: Sequence[Part], names: Mapping[str, str]) -> Picture:
    """The steps from starts in care to children still at home, as bars: children and families apart."""
    rows = [one for one in steps if one["value"] and one["unit"] in ("children", "families")]
    with canvas(8.6, 0.36 * len(rows) + 0.9) as (figure, axes):
        for place, one in enumerate(rows):
            mean, slot = one["value"]["mean"], 2 * (one["unit"] == "families")
            hatch = "///" if slot else None
            axes.barh(place, mean, 0.68, color=COLOURS[slot], hatch=hatch, edgecolor="white", linewidth=0)
            text = f"{words.whole(mean)} {one['unit']}"
            axes.annotate(
                text,
                (max(mean, 0), place),
                textcoords="offset points",
                xytext=(5, 0),
                va="center",
                fontsize=9.5,
                color=INKS[slot],
            )
        axes.set_yticks(range(len(rows)), [names.get(one["step"], words.title(one["step"])) for one in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.margins(x=0.16)
        axes.axvline(0, color=INK, linewidth=1)
        heading = f"{words.title(service)}, all years, average. Plain bars: children. Hatched: families."
        plain(axes, heading, across=True)
        axes.set_title(heading, loc="left", fontsize=10.5, x=-0.42)
        figure.subplots_adjust(left=0.3, right=0.97, top=1 - 0.42 / figure.get_figheight(), bottom=0.12)
        said = " ".join(
            f"{names.get(one['step'], one['step'])}: {words.whole(one['value']['mean'])} {one['unit']}."
            for one in rows
        )
        name = f"waterfall-{re.sub('[^a-z0-9]+', '-', service.lower())}"
        return finished(figure, name, f"{words.title(service)}: from starts in care to home", said)


def parted(shown: Sequence[Part], sign: Part | None) -> Picture:
    """Figures by month in futures that meet a claim and in those that miss it, side by side: where the bands
    lie on one another, the figure does not tell. ``sign`` is marked with its threshold."""
    said = []
    with canvas(8.6, 3.9, 1, len(shown)) as (figure, first):
        for axes, one in zip(figure.get_axes(), shown, strict=True):
            scale = 1e6 if one["unit"] == "pounds" else 1.0
            for key, slot, dash in (("met", 1, "-"), ("missed", 3, "--")):
                days = [_day(day) for day in one[key]]
                low, middle, high = ([v[p] / scale for v in one[key].values()] for p in ("p5", "p50", "p95"))
                axes.fill_between(days, low, high, color=COLOURS[slot], alpha=0.25, linewidth=0)
                label = "futures that meet it" if key == "met" else "futures that miss it"
                axes.plot(days, middle, color=COLOURS[slot], linewidth=2.2, linestyle=dash, label=label)
            if sign is not None and sign["figure"] == one["figure"]:
                at = (_day(sign["month"]), sign["threshold"] / scale)
                axes.plot(*at, "D", color="white", mec=INK, mew=1.8, markersize=8)
            _month_axis(axes, one["met"], short=True)
            unit = {"pounds": ", £ million", "per cent": ", of 100"}.get(one["unit"], "")
            name = words.title(one["figure"])
            plain(axes, textwrap.fill(f"{name}{unit}", 42))
            met, missed = (_at(one[key], -1)["p50"] / scale for key in ("met", "missed"))
            said.append(f"{name}{unit}: at the end {met:,.4g} in the middle where it is met,")
            said.append(f"{missed:,.4g} where it is missed.")
        names = first.get_legend_handles_labels()
        figure.legend(*names, loc="upper left", ncols=2, frameon=False, fontsize=10)
        figure.subplots_adjust(left=0.06, right=0.98, top=0.78, bottom=0.1, wspace=0.16)
        said.append("Shaded: 9 in 10 of each. Diamond: the threshold of the sign, in its month.")
        title = "Figures by month, where a claim is met and where it fails"
        return finished(figure, "signs", title, " ".join(said))


@contextmanager
def canvas(width: float, height: float, down: int = 1, across: int = 1) -> Iterator[tuple[Figure, Axes]]:
    """A figure and its first axes in the house style; nothing outside is changed."""
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    known = {font.name for font in font_manager.fontManager.ttflist}
    style: dict[Any, Any] = {
        "font.family": [name for name in FONTS if name in known] or ["sans-serif"],
        "font.size": 10.5,
        "svg.fonttype": "none",
        "svg.hashsalt": "caresim",
        "hatch.linewidth": 1.4,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#8A8F94",
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.unicode_minus": True,
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(width, height))
        figure.subplots(down, across)
        yield figure, figure.get_axes()[0]


def finished(figure: Figure, name: str, title: str, description: str) -> Picture:
    """A figure as one `<svg>` element with its title and description, the same bytes each time."""
    from html import escape

    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = text.replace("url(#", f"url(#{name}-")
    text = re.sub(r"font: ([^;\"]*?)'?(?:Arial|Liberation Sans|Helvetica|DejaVu Sans)'?[^;\"]*", _font, text)
    head, body = text.split(">", 1)
    head = re.sub(r' (?:width|height)="[^"]*pt"', "", head)
    marks = f' role="img" aria-labelledby="{name}-title {name}-desc"'
    told = (
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    )
    return Picture(name=name, title=title, description=description, svg=f"{head}{marks}>{told}{body.strip()}")


def _font(found: re.Match[str]) -> str:
    return f"font: {found[1]}Arial, 'Liberation Sans', Helvetica, sans-serif"


def plain(axes: Axes, heading: str, *, across: bool = False) -> None:
    """Axes with nothing on them that the eye does not need, and a heading at the left."""
    axes.set_title(heading, loc="left", fontsize=10.5, x=-0.5 if across else 0)
    axes.grid(axis="x" if across else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _month_axis(axes: Axes, by_date: Part, *, short: bool = False, since: str = "") -> None:
    """Months along the bottom, from a day before the first where something was counted then."""
    first = next(iter(by_date))
    marks = [day for day in by_date if day[5:7] == "03"] or list(by_date)[-1:]
    if since and since < first:
        marks = [f"{year}-03-31" for year in range(int(since[:4]), int(first[:4]) + 1)] + marks
    names = [day[:4] if short else f"Mar {day[:4]}" for day in dict.fromkeys(marks)]
    axes.set_xticks([_day(day) for day in dict.fromkeys(marks)], names)
    begin = min(_day(first), _day(since)) if since else _day(first)
    axes.set_xlim(begin - 31, _day(list(by_date)[-1]))


def _day(iso: str) -> float:
    return float(dt.date.fromisoformat(iso).toordinal())


def _dots(axes: Axes, counted: Mapping[str, float], by_date: Part) -> None:
    """Dots of what was counted: filled and joined before the first month, hollow from then on."""
    first = next(iter(by_date))
    before = {day: value for day, value in counted.items() if day < first}
    axes.plot([_day(day) for day in before], list(before.values()), color=INK, linewidth=1, zorder=4)
    named = {
        next(iter(before), ""): "counted: ",
        next((day for day in counted if day >= first), ""): "not used: ",
    }
    for day, value in counted.items():
        below = day in by_date and value < by_date[day]["p50"]
        face = INK if day in before else "white"
        axes.plot(_day(day), value, "o", color=face, mec=INK, mew=1.5, markersize=6, zorder=5, clip_on=False)
        text = f"{named.get(day, '')}{value:.0f}"
        shift = (6, -15 if below else 11)
        axes.annotate(text, (_day(day), value), textcoords="offset points", xytext=shift, fontsize=9.5)


def _labels_at_right(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    low, high = axes.get_ylim()
    gap = (high - low) * 0.11
    at = float("-inf")
    for value, text, ink in sorted(ends):
        at = max(value, at + gap)
        axes.annotate(
            text,
            (1.0, at),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            xytext=(8, 0),
            va="center",
            color=ink,
            annotation_clip=False,
        )


def _at(by_date: Part, place: int) -> Part:
    found: Part = list(by_date.values())[place]
    return found


def _period(period: str) -> str:
    return words.year(period) if "/" in period else words.date(period)
