"""Which parameters move the answer: each to the ends of its range, all else at the centre, on the same luck.

What has no range is tried a fifth up and a fifth down. What moves pounds alone is priced on the central
trials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from sim.experiment.experiment import Experiment
from sim.experiment.variants import run_variants
from sim.foundations.errors import InputError
from sim.results.estimates import NO_CHANGE, Floats, variance_split
from sim.results.headline import FEWER, NET, Headline, headline
from sim.results.prices import PRICED
from sim.results.sensitivity import shares
from sim.study.catalogue import CATALOGUE
from sim.study.futures import Futures
from sim.study.impact import ENTRY, Impact
from sim.study.variants import OWN, Variant, headline_scenarios

if TYPE_CHECKING:
    from sim.experiment.experiment import Progress
    from sim.results.estimates import Results
    from sim.study.config import Study
    from sim.study.parameters import Parameter, Value

LOW, HIGH = 0.05, 0.95
"""Quantiles of a range that are tried."""
FIFTH = 0.2
"""How far what has no range is moved."""
GREAT, NOTICEABLE = 0.25, 0.1
"""Parts of the width of the answer's own range (nine draws in ten) from which an impact is high, or some."""
SURE = 0.975
"""An impact is little unless it is beyond so much of Student's distribution, with the runs there are."""
GENERATED = ("solved.",)
"""Beginnings of the names of what other commands write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One parameter at two ends."""

    name: str
    """The parameter."""
    low: Value
    """What it is at the low end."""
    high: Value
    """What it is at the high end."""
    how: str
    """What was tried, in words."""


def tries(study: Study) -> Iterator[Try]:
    """Every parameter with two ends that differ, in the order of the catalogue."""
    for name, one in study.parameters.items():
        if name.startswith(GENERATED):
            continue
        if not one.known:
            low, high = one.at(LOW), one.at(HIGH)
            how = f"{_number(low)} to {_number(high)}"
        else:
            low, high = _moved(one, -FIFTH), _moved(one, FIFTH)
            tilt = CATALOGUE[name].sums_to_one
            how = "tilted by a fifth to its first rows, and to its last" if tilt else "a fifth less to more"
        if low != high:
            yield Try(name=name, low=low, high=high, how=how)


def _moved(one: Parameter, by: float) -> Value:
    """A value or table moved by a part of itself, within what makes sense; shares of one whole are tilted."""
    kind = CATALOGUE[one.name]

    def bounded(value: float) -> float:
        value = min(kind.high, max(kind.low, value))
        value = round(value) if kind.whole else round(value, 2) if kind.full_time else value
        return float(value)

    if not isinstance(one.value, dict):
        return bounded(one.value * (1 + by))
    if not kind.sums_to_one:
        return {key: bounded(value * (1 + by)) for key, value in one.value.items()}
    weights = np.linspace(1 - by, 1 + by, len(one.value)) * np.array(list(one.value.values()))
    return dict(zip(one.value, (weights / weights.sum()).tolist(), strict=True))


def _number(value: Value) -> str:
    assert not isinstance(value, dict)
    return f"{value:.3g}"


def at_the_centre(study: Study) -> Study:
    """The study with the central value of everything in every draw."""
    centre = study.values(0)
    drawn = [study.values(draw) for draw in (1, 2, 3)]
    unsure = {name: one for name, one in centre.items() if any(draw[name] != one for draw in drawn)}
    return study.replace(unsure)


def sensitivity(
    study: Study,
    runs: int,
    draws: int,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Impact]:
    """The impact of every parameter on the last of the headline's scenarios, greatest first.

    ``runs`` of luck at each end; ``draws`` of the study itself give the width of its range and the shares.
    """
    lead = headline_scenarios(study)[-1]
    own = Experiment(study, scenarios=[lead], draws=draws, runs=1, jobs=jobs).run(progress=progress)
    found = headline(own, [lead])[lead]
    widths = {what: float(np.ptp(np.percentile(found[what], (5, 95)))) for what in (FEWER, NET)}
    part = _shares(study, own, found[FEWER])
    impacts = {}
    for one, low, high in _ends(study, lead, runs, jobs, progress):
        impacts[one.name] = _impact(one, low[lead], high[lead], widths, part.get(one.name))
    return dict(sorted(impacts.items(), key=lambda pair: -_swing(pair[1], widths)))


def _ends(
    study: Study, lead: str, runs: int, jobs: int, progress: Progress | None
) -> Iterator[tuple[Try, Headline, Headline]]:
    """Each parameter with the headline at its low and at its high end."""
    base = at_the_centre(study)
    futures = Futures(draws=1, runs=runs)
    wanted = list(tries(study))
    events = [one for one in wanted if not one.name.startswith(PRICED)]
    variants = [Variant(id="centre", group=OWN, label="centre", study=base)]
    for place, one in enumerate(events):
        for end, value in (("low", one.low), ("high", one.high)):
            changed = _changed(base, one.name, value)
            if changed is not None:
                variants.append(Variant(id=f"{place}-{end}", group="", label=one.name, study=changed))
    found: dict[str, Headline] = {}
    centre: Results | None = None
    for variant, results in run_variants(variants, [lead], futures, jobs=jobs, progress=progress):
        found[variant.id] = headline(results, [lead])
        if variant.id == "centre":
            centre = results
    for place, one in enumerate(events):
        if f"{place}-low" in found and f"{place}-high" in found:
            yield one, found[f"{place}-low"], found[f"{place}-high"]
    assert centre is not None
    for one in (one for one in wanted if one.name.startswith(PRICED)):
        ends = [_changed(base, one.name, value) for value in (one.low, one.high)]
        low, high = (headline(replace(centre, study=end), [lead]) for end in ends if end is not None)
        yield one, low, high


def _changed(base: Study, name: str, value: Value) -> Study | None:
    """The study with one value changed; None where that cannot be."""
    try:
        return base.replace({name: value})
    except InputError:
        return None


def _shares(study: Study, own: Results, fewer: Floats) -> Mapping[str, tuple[float, float, bool]]:
    """Shares of what is not known; of the whole variance, where runs cannot tell luck apart."""
    split = variance_split(fewer)
    means = fewer.mean(axis=1)
    unknown = 1.0 if split is None or not means.var() else split[0] / (split[0] + split[1] / own.runs)
    drawn = [study.values(draw) for draw in range(1, own.draws + 1)]
    scalars = [name for name, value in drawn[0].items() if not isinstance(value, dict)]
    values = {name: np.array([one[name] for one in drawn], dtype=np.float64) for name in scalars}
    return shares(means, values, unknown)


def _impact(
    one: Try,
    low: Mapping[str, Floats],
    high: Mapping[str, Floats],
    widths: Mapping[str, float],
    share: tuple[float, float, bool] | None,
) -> Impact:
    swings, errors = {}, {}
    runs = next(iter(low.values())).size
    beyond = float(student.ppf(SURE, runs - 1)) if runs > 1 else 0.0
    for what in (FEWER, NET):
        paired = (high[what] - low[what]).ravel()
        swings[what] = abs(float(paired.mean()))
        errors[what] = float(paired.std(ddof=1) / np.sqrt(len(paired))) if len(paired) > 1 else 0.0
    parts = [
        swings[what] / widths[what]
        for what in (FEWER, NET)
        if widths[what] > 0 and swings[what] > beyond * errors[what]
    ]
    most = max(parts, default=0.0)
    pounds = (float(low[NET].mean()), float(high[NET].mean()))
    return Impact(
        word="high" if most >= GREAT else "some" if most >= NOTICEABLE else "little",
        tried=one.how,
        children=(round(float(low[FEWER].mean()), 2), round(float(high[FEWER].mean()), 2)),
        children_error=round(errors[FEWER], 2),
        pounds=(round(pounds[0]), round(pounds[1])),
        breaks_even=_crossing(one, pounds),
        share=None if share is None else round(share[0], 3),
        share_error=None if share is None else round(share[1], 3),
    )


def _crossing(one: Try, pounds: tuple[float, float]) -> float | None:
    """The value at which the net saving is nought, if the line between the two ends crosses it."""
    if isinstance(one.low, dict) or isinstance(one.high, dict) or pounds[0] * pounds[1] > 0:
        return None
    if pounds[0] == pounds[1]:
        return None
    part = pounds[0] / (pounds[0] - pounds[1])
    return float(f"{one.low + part * (one.high - one.low):.4g}")


def _swing(one: Impact, widths: Mapping[str, float]) -> float:
    children = abs(one.children[1] - one.children[0]) / (widths[FEWER] or 1.0)
    return max(children, abs(one.pounds[1] - one.pounds[0]) / (widths[NET] or 1.0))


def impact_yaml(study: Study, impacts: Mapping[str, Impact], runs: int, draws: int) -> str:
    """The impacts as a file that the study includes."""
    lead = headline_scenarios(study)[-1]
    lines = [
        "# Written by `caresim sensitivity`; not typed. Run it again when the study changes.",
        f"# '{lead}' beside '{NO_CHANGE}': {runs} runs of luck at each end, {draws} draws for the width.",
        f"# high: at least {GREAT:.0%} of the width of the answer's own nine-in-ten range; some: at least "
        f"{NOTICEABLE:.0%};",
        "# little: less, or not told apart from luck with so many runs (Student's t, 19 times in 20).",
        f"{ENTRY}:",
    ]
    for name, one in impacts.items():
        lines += [
            f"  {name}:",
            f"    word: {one.word}",
            f"    tried: {one.tried}",
            f"    children: [{one.children[0]:g}, {one.children[1]:g}]",
            f"    children_error: {one.children_error:g}",
            f"    pounds: [{one.pounds[0]:.0f}, {one.pounds[1]:.0f}]",
        ]
        for key in ("breaks_even", "share", "share_error"):
            value = getattr(one, key)
            if value is not None:
                lines.append(f"    {key}: {value:g}")
    return "\n".join(lines) + "\n"


def report(impacts: Mapping[str, Impact], most: int = 25) -> str:
    """The greatest, for the terminal."""
    shown = list(impacts.items())[:most]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"{'':{width}}  impact  fewer children, low to high   net saving, £000, low to high   tried"]
    for name, one in shown:
        children = f"{one.children[0]:.1f} to {one.children[1]:.1f} (± {one.children_error:.1f})"
        pounds = f"{one.pounds[0] / 1e3:,.0f} to {one.pounds[1] / 1e3:,.0f}"
        lines.append(f"{name:{width}}  {one.word:6}  {children:>28}  {pounds:>29}   {one.tried}")
    return "\n".join(lines)
