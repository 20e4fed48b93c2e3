"""Two runs side by side: what was asked differently, and what came out differently.

It reads what the folders hold (config.yaml, manifest.json, summary.json, measures.parquet) and not the study,
so that runs of two versions of the model can be compared as well. Pounds are in no measure, so their
difference is that of the two middles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.manifest import read_manifest
from sim.experiment.store import Store, read_json
from sim.foundations.errors import InputError, StoreError
from sim.report import words
from sim.report.terminal import span, table
from sim.results.estimates import LOOKED_AFTER, NO_CHANGE, estimate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Part = dict[str, Any]
"""A branch of what is printed as JSON."""

ASKED = ("authority", "start", "end", "seed", "draws", "runs", "engine", "code_digest")
"""What a manifest says of how a run was made, where it may change an answer."""
PROSE = ("meaning", "source", "text", "papers")
"""Settings that no number comes from."""
MANIFEST_SAYS = ("run.seed", "run.draws", "run.runs", "run.start", "run.end")
"""Settings that may be given anew when a run begins, so the manifest is asked."""
NOT_THERE = "not there"
PAIRED = (
    "Seed, draws and runs agree, so children are compared within each draw and run (the same families, "
    "the same luck); pounds by their middles."
)
LONGEST = 60
"""Columns of a value in the printed list of settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What a finished run left that a comparison reads."""

    path: Path
    """The folder."""
    manifest: Part
    """How the run was made."""
    summary: Part
    """Its figures."""
    settings: dict[str, str]
    """Every setting of its study by dotted name, prose left out."""
    levers: dict[str, Counter[str]]
    """Levers of each scenario, as text."""


def compare(first: Path, second: Path) -> Part:
    """What differs between two runs. ``InputError`` if a folder holds no finished run."""
    a, b = read_run(first), read_run(second)
    reason = unpaired(a, b)
    arrays = None if reason else (looked_after(a), looked_after(b))
    shared = [name for name in a.manifest["scenarios"] if name in b.manifest["scenarios"]]
    return {
        "runs": [str(first), str(second)],
        "settings": settings(a, b),
        "scenarios_in_one_only": sorted({*a.manifest["scenarios"]} ^ {*b.manifest["scenarios"]}),
        "paired": not reason,
        "pairing": reason or PAIRED,
        "scenarios": {name: outcomes(a, b, name, arrays) for name in shared},
    }


def read_run(folder: Path) -> _Run:
    """What a run folder holds. ``InputError`` if it is none, or its run is not finished."""
    manifest = read_manifest(Store.open(folder).folder)
    if not (folder / "summary.json").is_file():
        raise InputError.of(
            f"holds a run that is not finished (it has no summary.json). Go on with: caresim resume {folder}",
            where=str(folder),
        )
    found, levers = read_settings(folder / "config.yaml")
    summary = read_json(folder / "summary.json")
    return _Run(path=folder, manifest=manifest, summary=summary, settings=found, levers=levers)


def read_settings(path: Path) -> tuple[dict[str, str], dict[str, Counter[str]]]:
    """Settings of a run's config.yaml by dotted name, and the levers of each scenario."""
    import yaml

    try:
        top = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise StoreError(f"{path}: cannot be read ({error}).") from error
    if not isinstance(top, dict):
        raise StoreError(f"{path}: is not a study's file.")
    scenarios = top.pop("scenarios", None) or {}
    levers: dict[str, Counter[str]] = {}
    for name, said in scenarios.items():
        rows = said.pop("levers", None) or [] if isinstance(said, dict) else []
        levers[name] = Counter(lever_as_text(one) for one in rows)
        top[f"scenarios.{name}"] = said
    return dict(flat(top)), levers


def lever_as_text(lever: Mapping[str, Any]) -> str:
    """A lever as it was written, without its source: "posts: edge_of_care, manager, 1, 2023-04-01"."""
    said = [
        plain(value) if key in ("service", "role") else f"{key} {plain(value)}"
        for key, value in lever.items()
        if key not in ("lever", *PROSE)
    ]
    return f"{lever.get('lever', 'lever')}: {', '.join(said)}"


def flat(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name, value) of every setting; rows of a list that carry an id stand under it."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in PROSE:
                yield from flat(value, f"{name}.{key}" if name else str(key))
    elif isinstance(node, list) and any(isinstance(one, Mapping) for one in node):
        for place, one in enumerate(node):
            key = one.get("id", place) if isinstance(one, Mapping) else place
            yield from flat(one, f"{name}.{key}")
    else:
        yield name, plain(node)


def plain(value: Any) -> str:
    """A value as text in which 0.30 and 0.3 are the same."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(plain(one) for one in value)
    text = str(value)
    try:
        return f"{float(text.replace('_', '')):.12g}"
    except ValueError:
        return " ".join(text.split())


def settings(a: _Run, b: _Run) -> list[Part]:
    """Rows of what was asked differently, in the order of the first run's settings."""
    rows = [
        {"setting": name, "first": str(a.manifest.get(name)), "second": str(b.manifest.get(name))}
        for name in ASKED
        if a.manifest.get(name) != b.manifest.get(name)
    ]
    for name in dict.fromkeys((*a.settings, *b.settings)):
        one, other = (run.settings.get(name, NOT_THERE) for run in (a, b))
        if one != other and name not in MANIFEST_SAYS:
            rows.append({"setting": name, "first": one, "second": other})
    for name in dict.fromkeys((*a.levers, *b.levers)):
        if name in a.levers and name in b.levers:
            gone, new = (a.levers[name] - b.levers[name], b.levers[name] - a.levers[name])
            where = f"scenarios.{name}.levers"
            rows += [{"setting": where, "first": one, "second": NOT_THERE} for one in sorted(gone.elements())]
            rows += [{"setting": where, "first": NOT_THERE, "second": one} for one in sorted(new.elements())]
        else:
            there = [f"{sum(run.levers[name].values())} levers" if name in run.levers else NOT_THERE
                     for run in (a, b)]  # fmt: skip
            rows.append({"setting": f"scenarios.{name}", "first": there[0], "second": there[1]})
    return rows


def unpaired(a: _Run, b: _Run) -> str:
    """Why children cannot be compared within each draw and run; nothing if they can."""
    parts = [name for name in ("start", "seed", "draws", "runs") if a.manifest[name] != b.manifest[name]]
    if parts:
        return (
            f"The runs differ in {' and '.join(parts)}, so there is no pairing of one run's families with "
            "the other's: every difference is between the two middles, luck included."
        )
    lost = [str(run.path) for run in (a, b) if not (run.path / "measures.parquet").is_file()]
    if lost:
        return f"{lost[0]} has no measures.parquet: every difference is between the two middles."
    return ""


def looked_after(run: _Run) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Children looked after in each trial, draw 0 left out: (scenario, date) -> [draws, runs]."""
    import pyarrow.parquet as pq

    path = run.path / "measures.parquet"
    try:
        rows = pq.read_table(path, filters=[("measure", "==", LOOKED_AFTER), ("group", "==", "all")])
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read ({error}).") from error
    frame = rows.to_pandas()
    frame = frame[frame["draw"] > 0].sort_values(["draw", "run"])
    shape = (int(run.manifest["draws"]), int(run.manifest["runs"]))
    grouped = frame.groupby(["scenario", "period"], observed=True)["value"]
    found = {(str(name), str(day)): part.to_numpy() for (name, day), part in grouped}
    if any(len(values) != shape[0] * shape[1] for values in found.values()):
        raise StoreError(f"{path}: does not hold {shape[0]} draws of {shape[1]} runs, as the manifest says.")
    return {key: values.reshape(shape) for key, values in found.items()}


def outcomes(a: _Run, b: _Run, name: str, arrays: Any) -> list[Part]:
    """Rows of figures of one scenario in both runs: children at the last date both have, pounds by year."""
    day = next((one for one in reversed(a.summary["dates"]) if one in b.summary["dates"]), None)
    rows = []
    if day is not None:
        levels = [run.summary["children_looked_after"][name][day] for run in (a, b)]
        rows.append(row("children looked after", day, levels, paired(arrays, name, day)))
        fewer = [run.summary["difference"].get(name, {}).get(day) for run in (a, b)]
        if all(fewer):
            bases = {run.summary.get("against", {}).get(name, NO_CHANGE) for run in (a, b)}
            gain = paired(arrays, name, day, bases.pop()) if len(bases) == 1 else None
            rows.append(row("fewer children", day, fewer, gain))
    for label in (one for one in a.summary["years"] if one in b.summary["years"]):
        for line in ("gross", "net"):
            money = [run.summary["saving"].get(name, {}).get(label, {}).get(line) for run in (a, b)]
            if all(money):
                rows.append(row(f"saved, {line}", label, money, None))
    return rows


def row(what: str, when: str, found: list[Part], gain: Part | None) -> Part:
    """One figure in both runs; the difference is the second less the first."""
    return {
        "what": what,
        "when": when,
        "first": found[0],
        "second": found[1],
        "difference_of_middles": round(found[1]["p50"] - found[0]["p50"], 6),
        "paired_difference": gain,
    }


def paired(arrays: Any, name: str, day: str, base: str = "") -> Part | None:
    """Estimate of the second run less the first within each draw and run; of the gain over ``base``."""
    keys = [(name, day), *([(base, day)] if base else [])]
    if arrays is None or not all(key in one for one in arrays for key in keys):
        return None
    values = [one[keys[1]] - one[keys[0]] if base else one[keys[0]] for one in arrays]
    return estimate(values[1] - values[0]).as_dict()


def in_words(found: Part) -> str:
    """The comparison as text for a terminal."""
    names = [Path(path).name or path for path in found["runs"]]
    lines = [f"First   {found['runs'][0]}", f"Second  {found['runs'][1]}", ""]
    if found["settings"]:
        rows = [["Differs", "first", "second"]]
        rows += [[one["setting"], short(one["first"]), short(one["second"])] for one in found["settings"]]
        lines += [table(rows), ""]
    else:
        lines += ["Nothing that was asked differs.", ""]
    if found["scenarios_in_one_only"]:
        lines += [f"In one run only: {', '.join(found['scenarios_in_one_only'])}.", ""]
    if not found["scenarios"]:
        return "\n".join([*lines, f"{names[0]} and {names[1]} have no scenario in common."])
    for name, rows_of in found["scenarios"].items():
        rows = [[words.title(name), "first", "second", "second less first"]]
        rows += [[f"  {one['what']}, {when(one['when'])}", *cells(one)] for one in rows_of]
        lines += [table(rows), ""]
    closing = "Middle of all futures, and the range that nine in ten lie in. "
    return "\n".join([*lines, closing + found["pairing"]])


def cells(one: Part) -> list[str]:
    """Both figures and their difference, as text."""
    show = words.pounds if one["what"].startswith("saved") else words.whole
    gain = one["paired_difference"]
    last = f"{show(one['difference_of_middles'])} (middles)" if gain is None else span(gain, show)
    return [span(one["first"], show), span(one["second"], show), last]


def when(period: str) -> str:
    """A date or a financial year."""
    return words.year(period) if "/" in period else words.date(period)


def short(text: str) -> str:
    """A value that fits a line."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
