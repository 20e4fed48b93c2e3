"""docs/validation.md: a forecast judged by what was published, for who decides and for who checks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.store import write_atomically
from sim.report import words
from sim.report.describe import in_plain_words
from sim.report.not_judged import not_judged
from sim.report.validation_figure import chart
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE
from sim.results.forecasts import CHANCE, LAST, LINE, MEAN
from sim.results.not_judged import count
from sim.results.reproduced import STARTS_TITLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.report.figures import Picture

Part = dict[str, Any]

TITLES = {
    LAST: "As it was last",
    MEAN: "Mean of the years",
    LINE: "Straight line",
    CHANCE: "Chance alone",
}
"""Simple forecasts, as they are written for readers."""
AIM = (85.0, 97.0)
"""Per cent of the figures held back that ranges of nine in ten should hold."""
NEAR = 15.0
"""Per cent of what was counted within which a shape is called near."""
TREND = 10.0
"""Per cent by which starts of the last year may lie above those of the first without being called a trend."""
DIGEST = 12
"""Characters of a study's digest that the page shows."""


def write_validation(path: Path, found: Part, command: str) -> None:
    """Write the page, and its picture into ``images`` beside it."""
    picture = chart(found)
    path.parent.mkdir(parents=True, exist_ok=True)
    if picture is not None:
        (path.parent / "images").mkdir(exist_ok=True)
        picture.save(path.parent / "images")
    write_atomically(path, validation_page(found, command, picture).encode())


def validation_page(found: Part, command: str, picture: Picture | None = None) -> str:
    """The whole page, in Markdown."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sim.report"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(title=words.title, date=words.date, plainly=_plainly)
    eve = dt.date.fromisoformat(found["start"]) - dt.timedelta(days=1)
    held = found["held_back"]
    page = environment.get_template("validation.md.j2").render(
        found=found,
        held=held,
        command=command,
        picture=picture,
        eve=words.date(eve.isoformat()),
        short=in_short(found),
        outside={name: outside(held["figures"], name) for name in found["scenarios"]},
        figures=figures(held["figures"], found["scenarios"]),
        not_judged=not_judged(found["not_judged"]),
        not_judged_figures=count(found["not_judged"]),
        scores=scores,
        table=table,
        near=f"{NEAR:.0f}",
        years=years,
        digest=found["digest"][:DIGEST],
        hindsight=found["hindsight_digest"][:DIGEST],
    )
    return page.rstrip() + "\n"


def _plainly(lever: str) -> str:
    """A lever in words; the name of a parameter stays one."""
    if not lever.startswith("effects."):
        return words.title(in_plain_words(lever))
    name, _, rest = lever.partition(" ")
    return f"`{name}` {in_plain_words(rest)}"


def in_short(found: Part) -> list[str]:
    """The answer in a few sentences, with Markdown's stars."""
    held = found["held_back"]
    lines = [_coverage(held, name) for name in found["scenarios"]]
    stock = [one for one in held["figures"] if one["series"] == LOOKED_AFTER]
    if stock:
        said = "; ".join(
            f"{words.date(one['period'])} {one['counted']:.0f} counted, {_range(one['forecasts'][NO_CHANGE])}"
            for one in stock
        )
        lines.append(f"Children looked after, forecast with no change: {said}.")
    if held["scores_of_all_methods"][NO_CHANGE]["figures"]:
        lines.append(_against_rulers(held["scores_of_all_methods"], found["scenarios"]))
        lines.append(_in_groups(held["by_group"], found["scenarios"]))
    rows, shapes, face = found["reproduced"], found["shapes"], found["face"]
    hit = sum(row["inside"] for row in shapes)
    near = sum(_mark(row, near=True) != "**no**" for row in shapes)
    lines.append(
        f"Of {len(rows)} figures of the years before the start, no change holds "
        f"{sum(row['inside'] for row in rows)} within its range; of {len(shapes)} shapes, {hit}, and "
        f"{near - hit} more are near."
    )
    if found["by_year"]["starts_rise"] is not None:
        lines.append(trend(found["by_year"]))
    lines.append(
        f"{sum(row['holds'] for row in face)} of {len(face)} statements that a practitioner would check hold."
    )
    return lines


def _coverage(held: Part, name: str) -> str:
    score = held["scores"][name]
    if not score["figures"]:
        return f"**{words.title(name)}**: no figure published after the start can be simulated."
    inside = score["figures"] - len(outside(held["figures"], name))
    share = 100 * score["inside"]
    verdict = "within" if AIM[0] <= share <= AIM[1] else "below" if share < AIM[0] else "above"
    return (
        f"**{words.title(name)}**: {inside} of {score['figures']} figures held back lie inside the ranges "
        f"forecast for them, {share:.0f} in 100, {verdict} the aim of {AIM[0]:.0f} to {AIM[1]:.0f}. The "
        f"ranges are {100 * score['width']:.0f}% of the size of their series wide on average, and the middle "
        f"{100 * score['error']:.0f}% off."
    )


def _against_rulers(found: Mapping[str, Part], scenarios: Sequence[str]) -> str:
    """Whether a simple forecast would have done better on all figures, and what makes the difference."""
    ours, count = found[NO_CHANGE], found[NO_CHANGE]["figures"]
    better, rulers = _rulers(found, scenarios)
    parts = _made_of(ours, found[rulers[0]])
    how = "by score (lower is better; beside it, how far off the middle is)"
    if better:
        return (
            f"**A simple forecast would have done better** on the {count} figures that all forecast, {how}: "
            f"{_told(found, better)}; no change {_of(ours)}. {parts}"
        )
    return (
        f"On the {count} figures that all forecast, taken together, no change does better than every simple "
        f"forecast {how}: {_of(ours)}; the best of them, {_told(found, rulers[:1])}. {parts}"
    )


def _made_of(ours: Part, best: Part) -> str:
    """Where the difference to the best simple forecast lies: a score is a width and what is outside it."""
    narrower = best["width"] - ours["width"]
    outside = best["score"] - ours["score"] - narrower
    return (
        f"Of the difference to the best of them, {narrower:+.2f} is that ranges are "
        f"{'narrower' if narrower >= 0 else 'wider'} and {outside:+.2f} that "
        f"{'less' if outside >= 0 else 'more'} lies outside them."
    )


def _in_groups(found: Mapping[str, Mapping[str, Part]], scenarios: Sequence[str]) -> str:
    """Each group of figures in which a simple forecast does better: a mean over all of them hides it."""
    groups = {group: one for group, one in found.items() if one[NO_CHANGE]["figures"]}
    lost = [
        f"{group} ({_told(one, better)}; no change {_of(one[NO_CHANGE])})"
        for group, one in groups.items()
        if (better := _rulers(one, scenarios)[0])
    ]
    if not lost:
        return f"No simple forecast does better in any of the {len(groups)} groups of these figures."
    return (
        f"**A simple forecast does better in {len(lost)} of {len(groups)} groups** of these figures: "
        f"{'; '.join(lost)}."
    )


def _rulers(found: Mapping[str, Part], scenarios: Sequence[str]) -> tuple[list[str], list[str]]:
    """The simple forecasts that score better than no change, and all of them, best first."""
    rulers = sorted((name for name in found if name not in scenarios), key=lambda name: found[name]["score"])
    return [name for name in rulers if found[name]["score"] < found[NO_CHANGE]["score"]], rulers


def _told(found: Mapping[str, Part], names: Sequence[str]) -> str:
    return "; ".join(f"{TITLES[name].lower()} {_of(found[name])}" for name in names)


def _of(one: Part) -> str:
    """A score, and beside it how far off the middle is, which no range helps or hurts."""
    return f"{one['score']:.2f}, {100 * one['error']:.0f}% off"


def trend(found: Part) -> str:
    """Whether starts with no change rise from the first year simulated to the last."""
    rise, (first, *_, last) = found["starts_rise"], found["years"]
    middles = [one["middle"] for row in found["rows"] if row["title"] == STARTS_TITLE for one in row["years"]]
    numbers = f"{_number(middles[0])} in {first}, {_number(middles[-1])} in {last}"
    if rise > TREND:
        return (
            f"**Starts with no change rise by {rise:.1f}%** from the first year simulated to the last "
            f"({numbers}), more than the {TREND:.0f}% that pass for steady here: the model makes a trend."
        )
    return (
        f"Starts with no change in the last year simulated lie {abs(rise):.1f}% "
        f"{'above' if rise >= 0 else 'below'} those of the first ({numbers}), so not more than "
        f"{TREND:.0f}% above."
    )


def years(found: Part) -> str:
    """A table of no change year by year."""
    lines = [
        f"| No change | Mean to the start | {' | '.join(found['years'])} |",
        "|---|---:|" + "---:|" * len(found["years"]),
    ]
    for row in found["rows"]:
        counted = (
            "" if row["counted"] is None else f"{_number(row['counted'])} ({row['counted_years']} years)"
        )
        cells = " | ".join(f"{_number(one['middle'])} ({_range(one)})" for one in row["years"])
        lines.append(f"| {row['title']} | {counted} | {cells} |")
    return "\n".join(lines)


def scores(heading: str, found: Mapping[str, Part]) -> str:
    """A table of scores, one row a forecast."""
    lines = [
        f"| {heading} | Figures | Inside | Width | Width, children | Error | Score |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, one in found.items():
        title = TITLES.get(name, f"**Model, {name}**")
        cells = [f"{one['figures']}", "", "", "", "", ""]
        if one["figures"]:
            inside, width, error = (f"{100 * one[what]:.0f}%" for what in ("inside", "width", "error"))
            children = "" if one["width_children"] is None else f"{one['width_children']:.0f}"
            cells[1:] = [inside, width, children, error, f"{one['score']:.2f}"]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def outside(rows: Sequence[Part], scenario: str) -> list[str]:
    """The figures that a scenario's ranges do not hold, in words."""
    return [
        f"{_name(one)}: {one['counted']:g} counted, {_range(one['forecasts'][scenario])} forecast"
        for one in rows
        if one["forecasts"][scenario] and not one["forecasts"][scenario]["inside"]
    ]


def figures(rows: Sequence[Part], scenarios: Sequence[str]) -> str:
    """Every figure held back, with the forecasts of the scenarios and of two simple methods."""
    names = [*scenarios, MEAN, CHANCE]
    heads = " | ".join(TITLES.get(name, words.title(name)) for name in names)
    lines = [f"| Figure | Counted | {heads} |", "|---|---:|" + "---:|" * len(names)]
    for one in rows:
        cells = " | ".join(_cell(one["forecasts"][name]) for name in names)
        lines.append(f"| {_name(one)} | {one['counted']:g} | {cells} |")
    return "\n".join(lines)


def table(heading: str, rows: Sequence[Part]) -> str:
    """Rows of what was counted beside what was simulated. Shapes have no years, and may be near."""
    lines = [
        f"| {heading} | Counted | Simulated: middle (nine in ten) | Inside | Miss | Counted over |",
        "|---|---:|---:|---|---:|---|",
    ]
    for row in rows:
        places = 2 if abs(row["counted"]) < 5 else 1 if abs(row["counted"]) < 30 else 0
        middle, low, high, counted = (
            f"{row[name]:.{places}f}" for name in ("middle", "low", "high", "counted")
        )
        miss = f"{row['miss'] + 0.0:+.{places}f}"
        mark = _mark(row, near=heading == "Shape")
        lines.append(
            f"| {row['title']} | {counted} | {middle} ({low} to {high}) | {mark} | {miss} | {row['note']} |"
        )
    return "\n".join(lines)


def _mark(row: Part, *, near: bool) -> str:
    if row["inside"]:
        return "yes"
    return "near" if near and abs(row["miss"]) <= NEAR / 100 * abs(row["counted"]) else "**no**"


def _name(one: Part) -> str:
    what = f"{one['series']}, {one['label']}" if one["label"] else one["series"]
    when = one["period"] if "/" in one["period"] else words.date(one["period"])
    return f"{words.title(what)}, {when}"


def _cell(one: Part | None) -> str:
    if one is None:
        return ""
    return f"{_number(one['middle'])} ({_range(one)}){'' if one['inside'] else ' ✗'}"


def _range(one: Part) -> str:
    return f"{_number(one['low'])} to {_number(one['high'])}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.1f}"
