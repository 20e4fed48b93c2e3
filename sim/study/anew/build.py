"""Builds a study for any authority from one table of its published figures and a pattern study."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from sim.foundations.clock import Clock
from sim.foundations.errors import InputError, Problem, StoreError
from sim.study.anew.defaults import Defaults, defaults_of
from sim.study.anew.figures import LOCAL, Figures, period_end
from sim.study.anew.flows import set_flows
from sim.study.anew.maker import Local, Maker, tidy
from sim.study.anew.sketch import later, sketched, slug
from sim.study.anew.table import SERIES, Table, read_table
from sim.study.anew.teams import load_ratio, project_money, set_money, set_teams
from sim.study.anew.writing import plain, written
from sim.study.catalogue import CATALOGUE
from sim.study.config import DEPENDS_ON, EARLY_SIGNS, Study, load_study
from sim.study.files import read_files
from sim.study.parameters import Parameter
from sim.study.scenario_reader import Observed
from sim.study.yaml_reader import Item

ENGLAND = Path(__file__).with_name("england.yaml")
"""What stands in for a missing figure."""
OF_PLACE = ("local data", "calibrated")
"""What rests on figures of the pattern's authority, and so is a guess anywhere else."""
THERE_ONLY = ("counted", "calibrated")
"""Reasons for having no range that hold only there."""
LEFT_OUT = (DEPENDS_ON, EARLY_SIGNS)
"""Parts of the pattern's run that take long, or watch claims that nobody makes here."""
HEAD = """# {what} of the study {name}, built by `caresim new-study` after the {place} study.
# Each source says how its number was made: edit whatever is known better.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A study that was built."""

    path: Path
    """Its main file."""
    study: Study
    """The study, read back from its files."""
    defaults: Defaults
    """Everything in it that is not the authority's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """The study that gives what is not local."""

    study: Study
    path: Path
    top: Mapping[str, Item]


def new_study(name: str, files: Iterable[Path], like: Path, out: Path, start: dt.date | None = None) -> Made:
    """Build a study of an authority in a folder. InputError lists what is wrong; then nothing is written."""
    short = slug(name)
    if not short:
        raise InputError.of(
            f"'{name}' has no letters or figures that a file could be called by", path="--name"
        )
    for taken in (out / f"{short}.yaml", out / short):
        if taken.exists():
            raise InputError.of(f"is there already; move it away or choose another --out: {taken}")
    top, _, _ = read_files(like, [])
    pattern = _Pattern(study=load_study(like), path=like, top=top or {})
    table = read_table(files, name, pattern.study.observed)
    begins = start or first_day(table, pattern.study.clock.start)
    _check_start(begins, pattern.study.clock.start)
    maker, clock = _made(pattern, table, begins)
    contents, defaults = _contents(pattern, table, maker, clock, short)
    return _written(out, short, contents, defaults)


def first_day(table: Table, earliest: dt.date) -> dt.date:
    """The first of April after the last year that a table counts, staff and spending aside."""
    ends = [
        period_end(label.partition("|")[0])
        for name, one in table.series.items()
        if name in SERIES and not name.startswith(("social worker", "agency", "weekly"))
        for label in one
    ]
    last = max(ends)
    year = last.year + (last >= dt.date(last.year, 4, 1))
    return max(dt.date(year, earliest.month, earliest.day), earliest)


def _check_start(start: dt.date, pattern: dt.date) -> None:
    if (start.month, start.day) != (pattern.month, pattern.day) or start < pattern:
        raise InputError.of(
            f"expected the {pattern.day} {pattern:%B} of {pattern.year} or a later year, as the pattern "
            f"study begins then; found {start}",
            path="--start",
        )


def _made(pattern: _Pattern, table: Table, start: dt.date) -> tuple[Maker, Clock]:
    """Every parameter that differs from the pattern's."""
    study = pattern.study
    years = start.year - study.clock.start.year
    clock = Clock(start=start, end=later(study.clock.end, years))
    english = read_table([ENGLAND], "England").series
    england = Figures(english)
    there = Figures(study.observed, study.clock.start, {"England": england})
    own = Figures(study.observed, study.clock.start)
    here = Figures(table.series, start, {"England": england, study.authority: own})
    maker = Maker(here=here, there=there, place=study.authority, parameters=study.parameters)
    set_flows(maker)
    set_teams(maker)
    set_money(maker, {LOCAL: table.series, "England": english}, study.authority)
    project_money(maker, clock, study.clock.start.year)
    return maker, clock


def _contents(
    pattern: _Pattern, table: Table, maker: Maker, clock: Clock, short: str
) -> tuple[dict[str, str], Defaults]:
    """The text of every file, by its place under the folder; the main one first."""
    study, place = pattern.study, pattern.study.authority
    moved = set(study.calibration.values(study.calibration.centre)) if study.calibration else set[str]()
    parts: dict[str, dict[str, Any]] = {}
    for name, parameter in study.parameters.items():
        file = Path(parameter.where.rpartition(":")[0])
        part = parts.setdefault("parameters.yaml" if file == pattern.path else file.name, {})
        put(
            part,
            name,
            parameter_as_data(pattern.top, parameter, maker.changes.get(name), place, name in moved),
        )
    if "calibration" in pattern.top:
        parts.setdefault("calibration.yaml", {})["calibration"] = directions_as_data(pattern)
    parts["observed.yaml"] = {"observed": {table.authority: series_as_data(table.series)}}
    years = clock.start.year - study.clock.start.year
    families = maker.ratio("referrals").value
    scenarios = pattern.top["scenarios"].mapping or {}
    parts["scenarios.yaml"] = {"scenarios": sketched(scenarios, place, years, families, load_ratio(maker))}
    defaults = defaults_of(maker, table, study, years, clock)
    main = {
        "study": {
            "name": f"{table.authority}, after the {place} study",
            "authority": table.authority,
            "meaning": (
                f"What would services at the edge of care change in {table.authority}? Built from its "
                f"published figures, with those of England and the {place} study where it has none, and the "
                f"{place} study's scenarios as a sketch to edit. It holds nobody's claims: add 'claims' to "
                "test one."
            ),
        },
        "run": {
            name: value
            for name, value in (plain(pattern.top["run"]) | {"start": clock.start, "end": clock.end}).items()
            if name not in LEFT_OUT
        },
        "include": [f"{short}/{file}" for file in parts],
    }
    head = {"name": table.authority, "place": place}
    found = {f"{short}.yaml": HEAD.format(what="The main file", **head) + written(main)}
    for part_name, content in parts.items():
        found[f"{short}/{part_name}"] = HEAD.format(
            what=f"The part '{Path(part_name).stem}'", **head
        ) + written(content)
    found[f"{short}/defaults.md"] = defaults.page()
    return found, defaults


def parameter_as_data(
    top: Mapping[str, Item], parameter: Parameter, change: Local | None, place: str, calibrated: bool
) -> dict[str, Any]:
    """A parameter as it is written in the new study."""
    item: Item | None = None
    held: Mapping[str, Item] = top
    for part in parameter.name.split("."):
        item = held[part]
        held = item.mapping or {}
    assert item is not None
    data: dict[str, Any] = plain(item)
    if calibrated:
        data["value"] = tidy(parameter.central, CATALOGUE[parameter.name])
    if change is None:
        if parameter.basis in OF_PLACE:
            _as_there(data, place)
        return data
    data["value"] = change.value
    data["source"] = change.source
    data["basis"] = "local data" if change.straight else "calibrated" if change.local else "assumption"
    data["quality"] = "strong" if change.straight else "fair" if change.local else "weak"
    if change.years:
        first, last = min(change.years), max(change.years)
        data["date"] = str(first) if first == last else f"{first} to {last}"
    _set_range(data, parameter, change)
    reason = "counted" if change.straight else "calibrated" if change.local else "range not known"
    if data.get("fixed_because") in (*THERE_ONLY, "range not known"):
        data["fixed_because"] = reason
    return data


def _as_there(data: dict[str, Any], place: str) -> None:
    """A figure of the pattern's authority that nothing here speaks against, marked as the guess it is."""
    data["basis"], data["quality"] = "assumption", "weak"
    data["source"] = f"Assumption: as in the {place} study. There: {data['source']}"
    if data.get("fixed_because") in THERE_ONLY:
        data["fixed_because"] = "range not known"


def _set_range(data: dict[str, Any], parameter: Parameter, change: Local) -> None:
    if "range" not in data:
        return
    kind = CATALOGUE[parameter.name]
    low, high = (float(f"{min(max(end * change.factor, kind.low), kind.high):.4g}") for end in data["range"])
    if low < high:
        assert not isinstance(change.value, dict)
        data["range"] = [min(low, change.value), max(high, change.value)]
        return
    del data["range"]
    data["shape"], data["fixed_because"] = "fixed", "counted" if change.straight else "range not known"


def directions_as_data(pattern: _Pattern) -> dict[str, Any]:
    """The pattern's directions of calibration. Where they were fitted, each range is put about the fit."""
    data: dict[str, Any] = plain(pattern.top["calibration"])
    fitted = pattern.study.calibration is not None and pattern.study.calibration.made
    for one in data["directions"].values():
        if fitted and "range" in one:
            low, high = one["range"]
            middle = sqrt(low * high)
            one["range"] = [float(f"{low / middle:.3g}"), float(f"{high / middle:.3g}")]
    return data


def series_as_data(series: Mapping[str, Observed]) -> dict[str, Any]:
    """Observed series as they are written."""
    found: dict[str, Any] = {}
    for name, one in series.items():
        values: dict[str, Any] = {}
        for label, value in one.items():
            period, _, row = label.partition("|")
            if row:
                values.setdefault(period, {})[row] = value
            else:
                values[period] = value
        found[name] = {"meaning": one.meaning, "unit": one.unit, "source": one.source, "values": values}
    return found


def put(part: dict[str, Any], name: str, data: dict[str, Any]) -> None:
    """Data under a dotted name."""
    *groups, last = name.split(".")
    for group in groups:
        part = part.setdefault(group, {})
    part[last] = data


def _written(out: Path, short: str, contents: Mapping[str, str], defaults: Defaults) -> Made:
    """Written aside, read back, and moved into place: a study that does not load is never there."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{short}.", dir=out))
    except OSError as error:
        raise StoreError(f"{out}: cannot be written ({error.strerror or error}).") from error
    folder, main = out / short, out / f"{short}.yaml"
    try:
        for name, text in contents.items():
            path = aside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _read_back(aside / f"{short}.yaml", aside, out)
        (aside / short).rename(folder)
        try:
            (aside / f"{short}.yaml").rename(main)
        except OSError:
            with suppress(OSError):
                folder.rename(aside / short)
            raise
    except OSError as error:
        raise StoreError(f"{out}: cannot be written ({error.strerror or error}).") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Made(path=main, study=load_study(main), defaults=defaults)


def _read_back(main: Path, aside: Path, out: Path) -> None:
    try:
        load_study(main)
    except InputError as error:
        told = [Problem(p.where.replace(str(aside), str(out)), p.path, p.message) for p in error.problems]
        first = "these figures make a study that does not hold together; nothing was written:"
        raise InputError([Problem("", "", first), *told]) from error
