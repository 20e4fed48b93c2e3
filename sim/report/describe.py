"""A study in words: what is asked, what is assumed, from where; after the STRESS-DES reporting guideline.

The text comes from the study that was loaded, so it cannot fall behind the settings.
"""

from __future__ import annotations

import csv
import platform
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from sim import __version__
from sim.report import words
from sim.report.mechanisms import levers, mechanisms, switches
from sim.study.catalogue import BASELINE, ROLES, SERVICES
from sim.study.full_time import posts_text
from sim.study.impact import STALE, word_for
from sim.study.parameters import WHY_FIXED
from sim.study.scenario import Funding, Open, Posts, Scenario, SetUp, Training

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.study.config import Study
    from sim.study.impact import Impact
    from sim.study.parameters import Belief, Parameter
    from sim.study.scenario import Lever

WIDTH = 100
"""Columns of the text."""
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
YEAR = re.compile(r"\b\d{4}/\d\d\b")
HEADS = (
    "setting",
    "meaning",
    "value",
    "range",
    "shape",
    "unit",
    "basis",
    "date",
    "quality",
    "impact",
    "source",
)
"""Columns of assumptions.csv."""
PURPOSE = (
    "For each scenario: how many children are looked after at each month end; how many fewer than with no "
    "change; what is saved, before and after costs, in each financial year; the chance of meeting each "
    "claim; and what the two services count twice."
)
LOGIC = (
    "Families are referred, assessed and held by a level of service; each spends its resilience at rates "
    "that depend on its circumstances. When resilience is spent there is a crisis, by one of four routes: "
    "breakdown of a relationship, court, no warning, or breakdown of a special guardianship. A service "
    "multiplies rates while it lasts and for a time after; it moves nothing else. Staff in post make places; "
    "without a place a family waits. Work that a leaving worker interrupts goes before new work."
)
CHANCE = (
    "Each random number belongs to a decision, a family and an occurrence, not to a moment, so every "
    "scenario meets the same families and luck and differences are paired. Draw 0 is the central value of "
    "everything and is in no range. The world opens in a seeded state; there is no warm-up."
)

DATA = (
    "Published returns and reports, named in each source; no record of any child or family. A setting rests "
    "on evidence, on the authority's own figures, on calibration to the years before the first day, on a "
    "claim, or on an assumption, and says which. Series counted in the authority stand beside the results."
)
RANDOM = (
    "Random numbers come from the counter-based generator Philox-4x64-10, keyed by seed, draw, run and "
    "decision. The same study, seed and version give the same numbers, however many processes share the work."
)
CHECKS = (
    "The log of events of every future is checked: order in time, care entered and left in turn, and no work "
    "that ends without having begun. Tests hold small worlds with answers worked out by hand, and services "
    "without effect, which must leave every life where it was. What is simulated with no change stands "
    "beside what was counted."
)
LIMITS = (
    "A result says what follows from stated assumptions. It is not a forecast for the authority, not an "
    "evaluation of what was done there, and says nothing of any family.",
    "How many starts in care come with any warning, and how many crises lie behind them, are not in "
    "published data. Both are assumed. How far each moves the answer is worked out and said beside it.",
    "Most effects were measured in other places. Whether children are safer at home is not measured. "
    "Ranges leave out what nobody wrote down. docs/limits.md says more, with the known misses.",
)
CODE = (
    "Free software under the MIT licence; CITATION.cff says how to cite it. This text: caresim describe. One "
    "setting: caresim explain. A run's manifest.json has its version, seed and the study's digest, which is "
    "what another needs to repeat it."
)


def describe(study: Study, scenario: str | Scenario = "") -> str:
    """The study as text. With a scenario that changes something, only its levers and claims are listed."""
    one = study.scenario(scenario) if isinstance(scenario, str) and scenario else scenario
    chosen = [one] if isinstance(one, Scenario) and one.levers else list(study.scenarios.values())
    lines = [study.name, "=" * len(study.name), "", *_paragraph(study.meaning), ""]
    first, last = study.clock.start, study.clock.month_ends[-1][0]
    lines += _section("1. Objectives", [PURPOSE])
    lines += [*_section("2. Logic", [LOGIC]), *switches(study), ""]
    lines += ["3. Mechanisms and their settings", "", *mechanisms(study, value_text)]
    lines += _section("4. Services", list(_services()))
    lines += ["5. Scenarios", ""]
    for part in chosen:
        lines += _scenario(part)
    lines += ["What a scenario may change", "", *levers(), ""]
    lines += _section("6. Claims", [*_claims(study, chosen), *_risks(study, chosen)] or ["None."])
    lines += _section("7. Data", [DATA, *_counted(study), *_resting(study)])
    lines += ["Every setting, with its meaning and source", ""]
    if STALE in study.warnings:
        lines += [*_paragraph(f"Warning: {STALE}."), ""]
    for group, parameters in by_group(study).items():
        lines += [f"{group.replace('_', ' ').capitalize()}", ""]
        for parameter in parameters:
            lines += explain_parameter(parameter, study.impacts)
        lines.append("")
    run = (
        f"{study.authority}, {words.date(first.isoformat())} to {words.date(last)}; "
        f"{study.draws} draws of {study.runs} runs unless told otherwise; seed {study.seed}."
    )
    lines += _section("8. Experimentation", [run, CHANCE])
    lines += _section("9. Implementation", [_software(), RANDOM, CHECKS])
    lines += _section("10. Limits", list(LIMITS))
    lines += _section("11. Code access", [f"caresim {__version__}. {CODE}", _files(study)])
    return "\n".join(lines).rstrip() + "\n"


def by_group(study: Study) -> dict[str, list[Parameter]]:
    """Parameters under the first part of their names, in the study's order."""
    groups: dict[str, list[Parameter]] = {}
    for name, parameter in study.parameters.items():
        groups.setdefault(name.split(".")[0], []).append(parameter)
    return groups


CALIBRATED = "calibrated"
"""Basis of what calibration may have moved."""


def value_text(parameter: Parameter | Belief, *, exactly: bool = False) -> str:
    """A parameter's central value: "0.3", or "under 1: 0.13; 1-4: 0.27". What calibration found is shown to
    three digits, unless ``exactly``: no more of them are known. It moves assumptions too, which then have
    more digits than anybody types."""
    calibrated = getattr(parameter, "basis", "") == CALIBRATED

    def show(value: float) -> str:
        typed = value == float(f"{value:.{TYPED}g}")
        return _number(value) if exactly or (typed and not calibrated) else _fitted(value)

    if isinstance(parameter.value, dict):
        return "; ".join(f"{key}: {show(value)}" for key, value in parameter.value.items())
    return show(parameter.value)


def range_text(parameter: Parameter) -> str:
    """A parameter's range, with what it means: bounds, or nine in ten; each arm of a mixture."""
    if parameter.arms:
        return "; or ".join(
            f"{_number(arm.low)} to {_number(arm.high)} about {_number(arm.value)} "
            f"({100 * arm.weight:.0f} of 100 draws: {arm.meaning})"
            for arm in parameter.arms
        )
    if parameter.low is None or parameter.high is None:
        why = WHY_FIXED.get(parameter.why_fixed)
        return f"none: {why or 'the same in every draw'}"
    kind = "9 in 10 between" if parameter.shape in ("lognormal", "normal") else "between"
    return f"{kind} {_number(parameter.low)} and {_number(parameter.high)}"


def lever_text(lever: Lever) -> str:
    """A lever as a plain clause: "Edge of care opens on 1 June 2023"."""
    match lever:
        case Open(service=service, on=day):
            return f"{_service(service)} opens on {words.date(day.isoformat())}{lever.more()}"
        case Posts(service=service, role=role, posts=posts, start=start, end=end):
            until = f" until {words.date(end.isoformat())}" if end else ""
            since = words.date(start.isoformat())
            name = role.replace("_", " ")
            part = "" if posts == int(posts) else " (full-time equivalents)"
            many = "" if posts == 1 else "s"
            return f"{_service(service)}: {posts_text(posts)} {name} post{many}{part} from {since}{until}"
        case Training(service=service, complete=day):
            return f"{_service(service)}: training complete on {words.date(day.isoformat())}"
        case SetUp(service=service, year=year, pounds=pounds):
            return f"{_service(service)}: {words.pounds_exactly(pounds)} to set up in {words.year(year)}"
        case Funding(service=service, year=year, pounds=pounds):
            return f"{_service(service)}: {words.pounds_exactly(pounds)} of funding in {words.year(year)}"
    return words.title(in_plain_words(str(lever)))


def in_plain_words(text: str) -> str:
    """Dates, years and names of settings in a clause, as a reader writes them."""
    text = DATE.sub(lambda found: words.date(found[0]), text)
    text = YEAR.sub(lambda found: words.year(found[0]), text)
    return text.replace("_", " ")


def _service(key: str) -> str:
    return words.title(SERVICES.get(key, key))


def write_assumptions(study: Study, path: Path) -> None:
    """assumptions.csv: every parameter with its value, range, unit, basis and source."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADS)
        rows.writerows(assumption_rows(study))


def assumption_rows(study: Study) -> Iterator[tuple[str, ...]]:
    """Every parameter as a row under ``HEADS``."""
    for name, one in study.parameters.items():
        text = (
            value_text(one, exactly=True),
            range_text(one),
            one.shape,
            one.unit,
            one.basis,
            one.date,
            one.quality,
            word_for(study.impacts, name),
            one.source,
        )
        yield (name, one.meaning, *text)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 and value == round(value) else f"{value:g}"


TYPED = 6
"""Digits that a number in a study has at most, if somebody typed it."""


def _fitted(value: float) -> str:
    """Three digits of what is no whole number."""
    if value == round(value):
        return _number(value)
    return _number(float(round(value)) if abs(value) >= 1000 else float(f"{value:.3g}"))


def _services() -> Iterator[str]:
    for key, name in SERVICES.items():
        roles = ", ".join(role.replace("_", " ") for role in ROLES[key])
        state = "goes on with no change" if key in BASELINE else "opens only where a scenario opens it"
        yield f"{words.title(name)}: {state}. Its places are its people: {roles}."


def _counted(study: Study) -> Iterator[str]:
    """Each published series that results are shown beside."""
    for name, one in study.observed.items():
        size = f"{len(one.points)} figures, {one.unit}"
        yield f"{words.title(name)} ({size}). {one.meaning} Source: {one.source}"


def _resting(study: Study) -> Iterator[str]:
    """What the settings rest on, counted."""
    found = Counter(one.basis for one in study.parameters.values())
    parts = ", ".join(f"{basis} {number}" for basis, number in found.most_common())
    yield f"{len(study.parameters)} settings by what they rest on: {parts}."


def _software() -> str:
    return (
        f"Python {'.'.join(platform.python_version_tuple()[:2])} and SimPy {version('simpy')}: a discrete "
        f"event simulation with one process a family. What is shared within an instant (staff, the panel's "
        f"cases, load, places) settles after all families, in a declared order."
    )


def _files(study: Study) -> str:
    names = ", ".join(Path(name).name for name in study.files) or "none: it was made in memory"
    return f"Files of this study: {names}. Digest: {study.digest}."


def _scenario(scenario: Scenario) -> list[str]:
    lines = [words.title(scenario.name), *_paragraph(scenario.meaning, "  ")]
    for lever in sorted(scenario.levers, key=lambda one: one.content):
        lines += _paragraph(f"- {lever_text(lever)}. {lever.source}", "  ", "    ")
    return [*lines, ""]


def _claims(study: Study, chosen: list[Scenario]) -> Iterator[str]:
    for claim in study.claims:
        if study.scenario(claim.scenario) not in chosen:
            continue
        show = words.pounds_exactly if claim.kind == "pounds" else words.fewer
        basis = f", {claim.basis}" if claim.kind == "pounds" else ""
        what = f"{show(claim.target)}{basis}, {words.when(claim.by)}"
        yield f"{words.title(claim.scenario)}: {what}. {claim.text} Source: {claim.source}"


def _risks(study: Study, chosen: list[Scenario]) -> Iterator[str]:
    for paper in study.papers:
        if study.scenario(paper.scenario) in chosen:
            yield f"{paper.risk_and_mitigation} Source: {paper.source}"


def explain_parameter(parameter: Parameter, impacts: Mapping[str, Impact] | None = None) -> list[str]:
    """Lines that say what a parameter is, its range, its source, and how much it moves the answer."""
    rests = f"{parameter.basis}, {parameter.date}, {parameter.quality}"
    head = f"{parameter.name} = {value_text(parameter)} ({parameter.unit}; {rests})"
    lines = [*_paragraph(head, "  ", "      "), *_paragraph(parameter.meaning, "      ")]
    shape = "" if parameter.known else f" ({parameter.shape})"
    lines += _paragraph(f"Range: {range_text(parameter)}{shape}.", "      ")
    if parameter.estimand:
        parts = "; ".join(f"{key} {value}" for key, value in parameter.estimand.items())
        lines += _paragraph(f"Measured as: {parts}.", "      ")
    lines += _paragraph(f"Source: {parameter.source}", "      ")
    for name, belief in parameter.sets.items():
        span = "" if belief.low is None else f" ({_number(belief.low)} to {_number(belief.high or 0.0)})"
        said = f"On {name} evidence: {value_text(belief)}{span}. {belief.source}"
        lines += _paragraph(said, "      ")
    return [*lines, *_paragraph(impact_text(impacts or {}, parameter.name), "      ")]


def impact_text(impacts: Mapping[str, Impact], name: str) -> str:
    """How much a parameter moves the answer, in a sentence or two."""
    one = impacts.get(name)
    if one is None:
        return "Impact: not computed."
    children = f"{words.one_place(one.children[0])} to {words.one_place(one.children[1])}"
    pounds = f"{words.pounds(one.pounds[0])} to {words.pounds(one.pounds[1])}"
    text = (
        f"Impact: {one.word}. Tried in {one.runs} runs: {one.tried}; children fewer {children} "
        f"(± {one.children_error:.1f}), net saving {pounds}."
    )
    if one.breaks_even is not None:
        text += f" The net saving is nought at about {one.breaks_even:g}."
    if one.share is not None:
        text += f" Share of the spread: {one.share:.0%} (± {one.share_error or 0.0:.0%})."
    return text


def _section(heading: str, paragraphs: list[str]) -> list[str]:
    lines = [heading, ""]
    for text in paragraphs:
        lines += [*_paragraph(text), ""]
    return lines


def _paragraph(text: str, first: str = "", rest: str | None = None) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
