"""Which parameters move the answer: each to the ends of its range, all else at the centre, on the same luck.

Runs go where they tell most: every parameter gets a few, and the rest go in rounds to those of which luck
still hides whether they move the answer. What moves pounds alone is priced on the central trials.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from sim.experiment.ends import WAY, Try, at_the_centre, tries
from sim.experiment.experiment import Experiment
from sim.experiment.variants import run_variants
from sim.foundations.randomness import parameter_quantile
from sim.results.estimates import NO_CHANGE, Floats, variance_split
from sim.results.headline import FEWER, NET, headline
from sim.results.prices import PRICED
from sim.results.sensitivity import shares
from sim.study.config import CALIBRATED
from sim.study.futures import Futures
from sim.study.impact import ENTRY, UNSEEN, WORDS, Impact, made_for
from sim.study.variants import OWN, Variant, headline_scenarios

if TYPE_CHECKING:
    from sim.experiment.experiment import Progress
    from sim.results.estimates import Results
    from sim.study.config import Study

GREAT, NOTICEABLE = 0.25, 0.1
"""Parts of the width of the answer's own range (nine draws in ten) from which an impact is high, or some."""
SURE = 0.975
"""An impact is told apart beyond so much of Student's distribution, with the runs there are."""
FOR_PRICES = 4
"""Times as many runs at the centre, on which every price is tried at no further cost."""

Ends = tuple[Mapping[str, Floats], Mapping[str, Floats]]
"""The headline of one scenario at the low and at the high end."""
Share = tuple[float, float, bool]
"""A share, its error, and whether it is above chance."""


def sensitivity(
    study: Study,
    runs: int,
    draws: int,
    more: int = 0,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Impact]:
    """The impact of every parameter on the last of the headline's scenarios, greatest first.

    ``runs`` of luck at each end, and ``more`` in all, shared out among what is not told apart with those;
    ``draws`` of the study itself give the width of its range and the shares. A parameter that calibration
    moves has the impact of the direction that moves the answer most of those that move it.
    """
    lead = headline_scenarios(study)[-1]
    own = Experiment(study, scenarios=[lead], draws=draws, runs=1, jobs=jobs).run(progress=progress)
    found = headline(own, [lead])[lead]
    widths = {what: float(np.ptp(np.percentile(found[what], (5, 95)))) for what in (FEWER, NET)}
    part = _shares(study, own, found[FEWER])
    with tempfile.TemporaryDirectory(prefix="caresim-") as folder:
        rounds = Rounds(
            study=study, lead=lead, widths=widths, folder=Path(folder), jobs=jobs, progress=progress
        )
        ends = rounds.run(runs, more)
    impacts: dict[str, Impact] = {}
    for one, pair in ends:
        impact = _impact(one, *pair, widths, part.get(one.name))
        for name in one.moves or (one.name,):
            if name not in impacts or _rank(impact, widths) > _rank(impacts[name], widths):
                impacts[name] = impact
    return dict(sorted(impacts.items(), key=lambda pair: -_swing(pair[1], widths)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Rounds of trials: some of everything, then twice as many of what luck still hides."""

    study: Study
    """The study."""
    lead: str
    """The scenario whose headline is watched."""
    widths: Mapping[str, float]
    """Width of the answer's own range, in children and in pounds."""
    folder: Path
    """Where trials are kept from one round to the next."""
    jobs: int
    """Processes to use."""
    progress: Progress | None
    """Told of each finished trial, round by round."""

    def run(self, runs: int, more: int) -> list[tuple[Try, Ends]]:
        """Everything tried, with what was found at its ends."""
        base = at_the_centre(self.study)
        wanted = list(tries(self.study))
        events = [one for one in wanted if not one.name.startswith(PRICED)]
        variants = {one.name: _variants(base, place, one) for place, one in enumerate(events)}
        possible = [one for one in events if len(variants[one.name]) == 2]
        centre = Variant(id="centre", group=OWN, label="centre", study=base)
        futures = Futures(draws=1, runs=runs * FOR_PRICES)
        results = next(run_variants([centre], [self.lead], futures, jobs=self.jobs))[1]
        found: dict[str, Ends] = {}
        chosen, count, left = possible, runs, more
        while chosen:
            found |= self._round([pair for one in chosen for pair in variants[one.name]], count)
            hidden = [one for one in chosen if _word(found[one.name], self.widths) == UNSEEN]
            chosen = self._first(hidden, found)[: left // count]
            left -= len(chosen) * count
            count *= 2
        priced = [one for one in wanted if one not in events]
        pounds = [(one, self._priced(base, one, results)) for one in priced]
        both = [*((one, found[one.name]) for one in possible), *pounds]
        return [(one, ends) for one, ends in both if ends is not None]

    def _round(self, variants: Sequence[Variant], runs: int) -> dict[str, Ends]:
        """So many runs of each end, those of earlier rounds among them."""
        ends: dict[str, Mapping[str, Floats]] = {}
        futures = Futures(draws=1, runs=runs)
        for variant, results in run_variants(
            variants, [self.lead], futures, jobs=self.jobs, folder=self.folder, progress=self.progress
        ):
            ends[variant.id] = headline(results, [self.lead])[self.lead]
        pairs = zip(variants[::2], variants[1::2], strict=True)
        return {low.label: (ends[low.id], ends[high.id]) for low, high in pairs}

    def _first(self, hidden: Sequence[Try], found: Mapping[str, Ends]) -> list[Try]:
        """Those first of which as many runs again tell most: the greatest of what was seen of them so far."""

        def seen(one: Try) -> float:
            return max((swing for swing, _ in _parts(found[one.name], self.widths)), default=0.0)

        return sorted(hidden, key=seen, reverse=True)

    def _priced(self, base: Study, one: Try, centre: Results) -> Ends | None:
        """Both ends of what moves pounds and no event, on the central trials."""
        ends = [one.at(base, value) for value in (one.low, one.high)]
        if ends[0] is None or ends[1] is None:
            return None
        low, high = (headline(replace(centre, study=end), [self.lead])[self.lead] for end in ends if end)
        return low, high


def _variants(base: Study, place: int, one: Try) -> list[Variant]:
    """The low and the high end of one try; fewer where a study with that value cannot be."""
    ends = (("low", one.at(base, one.low)), ("high", one.at(base, one.high)))
    return [
        Variant(id=f"{place}-{end}", group="", label=one.name, study=study)
        for end, study in ends
        if study is not None
    ]


def _shares(study: Study, own: Results, fewer: Floats) -> Mapping[str, Share]:
    """Shares of what is not known, of parameters and of directions of calibration; of the whole variance,
    where runs cannot tell luck apart."""
    split = variance_split(fewer)
    means = fewer.mean(axis=1)
    unknown = 1.0 if split is None or not means.var() else split[0] / (split[0] + split[1] / own.runs)
    draws = range(1, own.draws + 1)
    drawn = [study.values(draw) for draw in draws]
    found = study.calibration
    moved = set() if found is None else {name for one in found.directions for name in one.moves}
    scalars = [name for name, value in drawn[0].items() if not isinstance(value, dict) and name not in moved]
    values = {name: np.array([one[name] for one in drawn], dtype=np.float64) for name in scalars}
    if found is not None:
        rows = np.array([found.row(parameter_quantile(study.seed, draw, CALIBRATED)) for draw in draws])
        values |= {WAY + one.name: rows[:, place] for place, one in enumerate(found.directions)}
    return shares(means, values, unknown)


def _parts(ends: Ends, widths: Mapping[str, float]) -> list[tuple[float, float]]:
    """Of children and of pounds: how far the answer moved, and how far luck alone may have moved it, as parts
    of the width of its own range."""
    found = []
    for what in (FEWER, NET):
        paired = (ends[1][what] - ends[0][what]).ravel()
        runs = paired.size
        error = float(paired.std(ddof=1) / np.sqrt(runs)) if runs > 1 else 0.0
        beyond = float(student.ppf(SURE, runs - 1)) if runs > 1 else 0.0
        if widths[what] > 0:
            found.append((abs(float(paired.mean())) / widths[what], beyond * error / widths[what]))
    return found


def _word(ends: Ends, widths: Mapping[str, float]) -> str:
    """How much it moves the answer: little only where luck does not hide that it may be more."""
    parts = _parts(ends, widths)
    most = max((swing for swing, luck in parts if swing > luck), default=0.0)
    if most >= NOTICEABLE:
        return "high" if most >= GREAT else "some"
    return "little" if all(swing + luck <= NOTICEABLE for swing, luck in parts) else UNSEEN


def _impact(
    one: Try,
    low: Mapping[str, Floats],
    high: Mapping[str, Floats],
    widths: Mapping[str, float],
    share: Share | None,
) -> Impact:
    paired = (high[FEWER] - low[FEWER]).ravel()
    error = float(paired.std(ddof=1) / np.sqrt(paired.size)) if paired.size > 1 else 0.0
    pounds = (float(low[NET].mean()), float(high[NET].mean()))
    return Impact(
        word=_word((low, high), widths),
        tried=one.how,
        runs=paired.size,
        children=(round(float(low[FEWER].mean()), 2), round(float(high[FEWER].mean()), 2)),
        children_error=round(error, 2),
        pounds=(round(pounds[0]), round(pounds[1])),
        breaks_even=_crossing(one, pounds),
        share=None if share is None else round(share[0], 3),
        share_error=None if share is None else round(share[1], 3),
    )


def _crossing(one: Try, pounds: tuple[float, float]) -> float | None:
    """The value at which the net saving is nought, if the line between the two ends crosses it; none for a
    direction, whose coordinate says nothing to a reader."""
    if one.moves or isinstance(one.low, dict) or isinstance(one.high, dict) or pounds[0] * pounds[1] > 0:
        return None
    if pounds[0] == pounds[1]:
        return None
    part = pounds[0] / (pounds[0] - pounds[1])
    return float(f"{one.low + part * (one.high - one.low):.4g}")


def _swing(one: Impact, widths: Mapping[str, float]) -> float:
    children = abs(one.children[1] - one.children[0]) / (widths[FEWER] or 1.0)
    return max(children, abs(one.pounds[1] - one.pounds[0]) / (widths[NET] or 1.0))


def _rank(one: Impact, widths: Mapping[str, float]) -> tuple[int, float]:
    """Of the directions that move a parameter, the one with the highest says how far it moves the answer."""
    return -WORDS.index(one.word), _swing(one, widths)


def impact_yaml(study: Study, impacts: Mapping[str, Impact], draws: int) -> str:
    """The impacts as a file that the study includes."""
    lead = headline_scenarios(study)[-1]
    fewest = min((one.runs for one in impacts.values()), default=0)
    most = max((one.runs for one in impacts.values()), default=0)
    lines = [
        "# Written by `caresim sensitivity`; not typed. Run it again when the study changes.",
        f"# '{lead}' beside '{NO_CHANGE}': {fewest} to {most} runs of luck at each end, {draws} draws "
        "for the width.",
        f"# high: at least {GREAT:.0%} of the width of the answer's own nine-in-ten range; some: at least "
        f"{NOTICEABLE:.0%};",
        "# little: less, 19 times in 20 (Student's t); not told apart: with so many runs luck hides which.",
        f"{ENTRY}:",
        f"  of: '{made_for(study, lead)}'",
        f"  scenario: {json.dumps(lead)}",
        "  parameters:",
    ]
    for name, one in impacts.items():
        lines += [
            f"    {name}:",
            f"      word: {one.word}",
            f"      tried: {json.dumps(one.tried, ensure_ascii=False)}",
            f"      runs: {one.runs}",
            f"      children: [{one.children[0]:g}, {one.children[1]:g}]",
            f"      children_error: {one.children_error:g}",
            f"      pounds: [{one.pounds[0]:.0f}, {one.pounds[1]:.0f}]",
        ]
        for key in ("breaks_even", "share", "share_error"):
            value = getattr(one, key)
            if value is not None:
                lines.append(f"      {key}: {value:g}")
    return "\n".join(lines) + "\n"


def report(impacts: Mapping[str, Impact], most: int = 25) -> str:
    """The greatest, for the terminal."""
    shown = list(impacts.items())[:most]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [
        f"{'':{width}}  impact          fewer children, low to high   net saving, £000, low to high   tried"
    ]
    for name, one in shown:
        children = f"{one.children[0]:.1f} to {one.children[1]:.1f} (± {one.children_error:.1f})"
        pounds = f"{one.pounds[0] / 1e3:,.0f} to {one.pounds[1] / 1e3:,.0f}"
        lines.append(f"{name:{width}}  {one.word:14}  {children:>28}  {pounds:>29}   {one.tried}")
    return "\n".join(lines)
