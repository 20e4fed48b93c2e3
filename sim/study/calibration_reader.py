"""Reads the directions of calibration, and what ``caresim calibrate`` wrote, and checks both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import isfinite

from sim.foundations.errors import Problem, did_you_mean
from sim.study.calibration import HOW, Calibration, Direction
from sim.study.form import Form
from sim.study.parameters import Parameter
from sim.study.scenario_reader import Observed
from sim.study.yaml_reader import Item

COUNTED = (
    "entries",
    "exits",
    "children looked after",
    "plans started",
    "plans open",
    "care applications",
    "referrals",
    "re-referrals",
    "plans repeated",
    "plans that lasted two years",
    "plans open for three months",
    "three or more placements",
    "children looked after by placement",
    "needs ended",
    "needs ended by duration",
    "newborns in care proceedings in England",
    "returns home that failed in England",
    "children in a family elsewhere",
    "entries by age",
    "entries by legal status",
    "exits by kind",
    "exits by age",
    "children looked after by age",
)
"""Observed series that calibration aims at."""
APPLICATIONS, RATE, POPULATION = (
    "care applications",
    "care applications per 10,000 children",
    "children aged 0 to 17",
)
"""A study that has not the first series has the second and the third in its place."""
JUDGED_BY = ("demand.", "family.", "pathway.", "routes.", "care.", "opening.")
"""Groups of parameters that a calibration was made for; with others it need not be made again."""


def read_directions(
    item: Item | None, parameters: Mapping[str, Parameter], problems: list[Problem]
) -> tuple[Direction, ...]:
    """The directions written under ``calibration.directions``."""
    if item is None:
        return ()
    form = Form(item, problems, required=("directions",))
    listed = form.entries.get("directions")
    if listed is None or listed.mapping is None:
        if listed is not None:
            form.note(listed, f"expected directions by name; found {listed.what}")
        return ()
    found = [_direction(name, one, parameters, problems) for name, one in listed.mapping.items()]
    return tuple(one for one in found if one is not None)


def _direction(
    name: str, item: Item, parameters: Mapping[str, Parameter], problems: list[Problem]
) -> Direction | None:
    before = len(problems)
    form = Form(item, problems, required=("meaning", "how", "moves"), optional=("range",))
    meaning, how = form.text("meaning"), form.choice("how", HOW, "way to move")
    moves = _moves(form, how, parameters)
    low, high = _factors(form, how)
    if len(problems) > before or meaning is None or how is None or not moves:
        return None
    return Direction(name=name, meaning=meaning, how=how, moves=moves, low=low, high=high)


def _moves(form: Form, how: str | None, parameters: Mapping[str, Parameter]) -> dict[str, tuple[str, ...]]:
    item = form.entries.get("moves")
    if item is None:
        return {}
    if item.mapping is None:
        form.note(item, f"expected parameters by name, each with its rows or 'all'; found {item.what}")
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in item.mapping.items():
        parameter = parameters.get(name)
        if parameter is None:
            hint = did_you_mean(name, parameters)
            form.note(entry, f"'{name}' is not a parameter of this study.{hint}")
            continue
        rows = _rows(form, entry, parameter)
        if rows is None:
            continue
        if how == "own range" and (isinstance(parameter.value, dict) or parameter.known):
            form.note(entry, f"{name} has no range of its own to move in")
        elif how == "share" and (not isinstance(parameter.value, dict) or not rows):
            form.note(entry, f"{name}: name the rows whose share moves against the others")
        elif how == "scale" and parameter.unit == "share":
            form.note(entry, f"{name} is a share: move it by 'share' or 'own range'")
        found[name] = rows
    return found


def _rows(form: Form, entry: Item, parameter: Parameter) -> tuple[str, ...] | None:
    """Rows of a table that move; () for all; None if it is wrong."""
    if entry.text == "all":
        return ()
    table = parameter.value if isinstance(parameter.value, dict) else {}
    if entry.entries is None or not table:
        form.note(entry, f"expected 'all'{' or a list of rows' if table else ''}; found {entry.what}")
        return None
    rows = [str(one.content) for one in entry.entries]
    for row, one in zip(rows, entry.entries, strict=True):
        if row not in table:
            form.note(one, f"'{row}' is not a row of {parameter.name}.{did_you_mean(row, table)}")
    return tuple(rows)


def _factors(form: Form, how: str | None) -> tuple[float, float]:
    item = form.entries.get("range")
    if how == "own range":
        if item is not None:
            form.note(item, "moves in the parameter's own range: remove 'range'")
        return 1.0, 1.0
    ends = item.entries if item is not None else None
    if ends is None or len(ends) != 2:
        form.note(item or form.item, "expected 'range: [low, high]', factors at the 5th and 95th percentile")
        return 1.0, 1.0
    low, high = (end.number for end in ends)
    if low is None or high is None or not 0 < low < 1 < high:
        form.note(item or form.item, "expected two factors, one between 0 and 1 and one above 1")
        return 1.0, 1.0
    return low, high


def read_calibration(
    item: Item | None,
    directions: tuple[Direction, ...],
    parameters: Mapping[str, Parameter],
    problems: list[Problem],
) -> Calibration | None:
    """The directions with the centre and sample that ``caresim calibrate`` wrote; None without directions."""
    if not directions:
        if item is not None:
            problems.append(item.problem("this study has no 'calibration' with directions that it could set"))
        return None
    names = dict.fromkeys(name for one in directions for name in one.moves)
    bare = Calibration(
        directions=directions,
        written={name: parameters[name] for name in names},
        centre=(0.0,) * len(directions),
    )
    if item is None:
        return bare
    form = Form(item, problems, required=("of", "directions", "centre", "sample"))
    of, listed = form.text("of"), form.entries.get("directions")
    wanted = [one.name for one in directions]
    if listed is not None and [str(one.content) for one in listed.entries or ()] != wanted:
        form.note(listed, f"{AGAIN}: its directions are not those of the study")
        return bare
    rows = [_numbers(form, name, len(directions)) for name in ("centre", "sample")]
    if of is None or not rows[0] or not rows[1]:
        return bare
    return replace(bare, centre=rows[0][0], sample=tuple(rows[1]), of=of)


AGAIN = "run 'caresim calibrate' again"


def _numbers(form: Form, name: str, width: int) -> list[tuple[float, ...]]:
    """Rows of coordinates written as text; none if any is wrong."""
    item = form.entries.get(name)
    if item is None:
        return []
    rows: list[tuple[float, ...]] = []
    for place, line in enumerate(str(item.content).strip().splitlines(), 1):
        try:
            row = tuple(float(word) for word in line.split())
        except ValueError:
            row = ()
        if len(row) != width or not all(map(isfinite, row)):
            form.note(item, f"row {place} should hold {width} numbers; {AGAIN}")
            return []
        rows.append(row)
    if not rows:
        form.note(item, f"holds no rows; {AGAIN}")
    return rows


def made_for(
    parameters: Mapping[str, Parameter],
    directions: Iterable[Direction],
    observed: Mapping[str, Observed],
    start: str,
) -> str:
    """Digest of what a calibration is made for: the parameters of the world without services as written, the
    directions, and what was counted before the study starts (``start``, a day)."""
    moved = {name for one in directions for name in one.moves}
    counted = {
        name: {key: value for key, value in observed[name].items() if before_start(key, start)}
        for name in COUNTED
        if name in observed
    }
    if APPLICATIONS not in observed:
        counted[APPLICATIONS] = applications_before(observed, start)
    content = {
        "parameters": {
            n: p.content() for n, p in parameters.items() if n.startswith(JUDGED_BY) or n in moved
        },
        "directions": {one.name: one.content() for one in directions},
        "counted": counted,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def applications_before(observed: Mapping[str, Observed], start: str) -> dict[str, float]:
    """Care applications by year before the start, counted or worked out: the published rate times the
    children who live in the authority, a number that is of no such time."""
    if APPLICATIONS in observed:
        points, times = observed[APPLICATIONS].points, 1.0
    elif RATE in observed and len(observed.get(POPULATION, ())):
        points = observed[RATE].points
        times = next(iter(observed[POPULATION].points.values())) / 10_000
    else:
        return {}
    return {period: value * times for period, value in points.items() if before_start(period, start)}


def before_start(label: str, start: str) -> bool:
    """Whether a label of a series is of a time that had ended when the study starts, or of none. A financial
    year ends on 31 March."""
    period = label.partition("|")[0]
    if not period[:4].isdecimal():
        return True
    ended = f"{int(period[:4]) + 1}-03-31" if "/" in period else period
    return ended < start


def applied(parameters: dict[str, Parameter], calibration: Calibration | None) -> dict[str, Parameter]:
    """The parameters as draw 0 has them: those that calibration sets at its centre."""
    if calibration is None:
        return parameters
    centre = calibration.values(calibration.centre)
    return {
        name: replace(one, value=centre[name]) if name in centre else one for name, one in parameters.items()
    }
