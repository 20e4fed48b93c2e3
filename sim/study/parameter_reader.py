"""Reads parameters out of YAML and checks each against the catalogue, noting every fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isclose

from sim.foundations.errors import Problem, did_you_mean
from sim.study.catalogue import CATALOGUE, groups, names_within
from sim.study.form import Form, is_financial_year
from sim.study.full_time import TOO_FINE, too_fine
from sim.study.kinds import Kind
from sim.study.parameters import (
    BASES,
    CENTRAL,
    EVIDENCE,
    QUALITIES,
    SHAPES,
    WHY_FIXED,
    Arm,
    Belief,
    Parameter,
    Value,
)
from sim.study.yaml_reader import Item

MEASURES = ("hazard ratio", "risk ratio", "rate ratio")
"""What an effect's ratio is a ratio of."""
COUNTED = ("prevalence", "first event", "events")
"""How an effect's outcome was counted: at one moment, once a child or family, or each time."""
AMONG = ("referred", "served", "eligible", "whole authority")
"""Whom an effect's outcome was counted among."""
REQUIRED = ("value", "shape", "unit", "basis", "source", "meaning", "date", "quality")
OPTIONAL = ("range", "arms", "estimand", "fixed_because", "sets")
GROUPS = groups()


def read_parameters(
    top: Mapping[str, Item], years: tuple[str, ...], problems: list[Problem]
) -> dict[str, Parameter]:
    """Every parameter under the top-level groups, in the order of the catalogue."""
    found: dict[str, Parameter | None] = {}
    for item in top.values():
        _walk(item, years, found, problems)
    return {name: p for name in CATALOGUE if (p := found.get(name)) is not None}


def missing_parameters(top: Mapping[str, Item], file: str) -> list[Problem]:
    """A problem for each parameter of the catalogue that was not written at all."""
    missing: list[Problem] = []
    for name in CATALOGUE:
        where = f"{file}:1"
        entries: Mapping[str, Item] | None = top
        for part in name.split("."):
            if entries is None:
                break
            item = entries.get(part)
            if item is None:
                missing.append(Problem(where, name, f"missing: the model needs it ({_expected(name)})"))
                break
            where, entries = item.where, item.mapping
    return missing


def _walk(
    item: Item, years: tuple[str, ...], found: dict[str, Parameter | None], problems: list[Problem]
) -> None:
    if item.path in CATALOGUE:
        found[item.path] = _read(item, years, problems)
        return
    if item.mapping is None:
        names = ", ".join(names_within(item.path))
        problems.append(item.problem(f"should hold settings by name ({names}); found {item.what}"))
        return
    for key, below in item.mapping.items():
        if below.path in CATALOGUE or below.path in GROUPS:
            _walk(below, years, found, problems)
            continue
        hint = did_you_mean(key, names_within(item.path))
        problems.append(below.problem(f"not a setting this model knows.{hint}"))


def _read(item: Item, years: tuple[str, ...], problems: list[Problem]) -> Parameter | None:
    """One parameter; None when something in it is wrong."""
    before = len(problems)
    kind = CATALOGUE[item.path]
    form = Form(item, problems, required=REQUIRED, optional=OPTIONAL)
    shape = form.choice("shape", SHAPES, "shape")
    basis = form.choice("basis", BASES, "basis")
    quality, date = form.choice("quality", QUALITIES, "quality"), form.years("date")
    source, meaning = form.text("source"), form.text("meaning")
    _check_unit(form, kind)
    value = read_value(form.entries["value"], kind, years, problems) if form.has("value") else None
    if item.mapping is None or shape is None:
        return None
    low, high = _range(form, kind, shape, value)
    arms = _arms(form, kind, shape)
    estimand = _estimand(form, kind)
    why_fixed = _why_fixed(form, shape)
    sets = read_sets(form, kind, shape)
    if arms:
        low, high = min(arm.low for arm in arms), max(arm.high for arm in arms)
    if len(problems) > before or value is None:
        return None
    return Parameter(
        name=item.path,
        value=value,
        low=low,
        high=high,
        shape=shape,
        unit=kind.unit,
        basis=basis or "",
        source=source or "",
        meaning=meaning or "",
        date=date or "",
        quality=quality or "",
        why_fixed=why_fixed,
        where=item.where,
        arms=arms,
        sets=sets,
        estimand=estimand,
        bounds=(kind.low, kind.high),
    )


def read_value(item: Item, kind: Kind, years: tuple[str, ...], problems: list[Problem]) -> Value | None:
    """A number or a table that the kind allows; None when something is wrong."""
    if kind.keys is None:
        return _number(item, kind, problems)
    if item.mapping is None:
        problems.append(item.problem(f"expected a table of {', '.join(kind.keys)}; found {item.what}"))
        return None
    keys = years if kind.by_year else kind.keys
    before = len(problems)
    table: dict[str, float] = {}
    for key, entry in item.mapping.items():
        if key not in keys and not (kind.by_year and is_financial_year(key)):
            problems.append(
                entry.problem(f"not a row of this table ({', '.join(keys)}).{did_you_mean(key, keys)}")
            )
        elif (value := _number(entry, kind, problems)) is not None:
            table[key] = value
    missing = [key for key in _needed(kind, keys, item.mapping) if key not in item.mapping]
    if missing:
        problems.append(item.problem(f"rows missing from the table: {', '.join(missing)}"))
    if len(problems) > before:
        return None
    if kind.sums_to_one and not isclose(sum(table.values()), 1.0, abs_tol=1e-6):
        problems.append(
            item.problem(f"the shares of one whole should sum to 1; they sum to {sum(table.values()):g}")
        )
        return None
    order = [key for key in keys if key in table] + sorted(key for key in table if key not in keys)
    return {key: table[key] for key in order}


def _needed(kind: Kind, keys: tuple[str, ...], written: Iterable[str]) -> tuple[str, ...]:
    """Rows that a table must have: every one, but of a projected table none after the last one written."""
    if not kind.projected:
        return keys
    last = max((key for key in written if is_financial_year(key)), default="")
    return tuple(key for key in keys if key <= last) or keys[:1]


def _number(item: Item, kind: Kind, problems: list[Problem]) -> float | None:
    value = item.number
    fault = (
        f"expected a number ({kind.unit}); found {item.what}" if value is None else out_of_bounds(value, kind)
    )
    if fault:
        problems.append(item.problem(fault))
        return None
    return value


def out_of_bounds(value: float, kind: Kind) -> str:
    """Why a number cannot be of this kind; empty when it can."""
    if kind.unit == "share" and 1 < value <= 100:
        return f"Shares are written 0 to 1: did you mean {value / 100:g}?"
    if not kind.low <= value <= kind.high:
        top = "" if kind.high == float("inf") else f" and at most {kind.high:g}"
        return f"{value:g} {kind.unit} cannot be: expected at least {kind.low:g}{top}"
    if kind.whole and value != int(value):
        return f"expected a whole number of {kind.unit}; found {value:g}"
    if kind.full_time and too_fine(value):
        return f"{TOO_FINE}; found {value:g}"
    return ""


def _check_unit(form: Form, kind: Kind) -> None:
    unit = form.text("unit")
    if unit is not None and unit != kind.unit:
        form.note(form.entries["unit"], f"the unit here is '{kind.unit}'; found '{unit}'")


def read_sets(form: Form, kind: Kind, shape: str) -> dict[str, Belief]:
    """What other sets of evidence say of a parameter: value, source, and a range if they have one."""
    item = form.entries.get("sets")
    if item is None:
        return {}
    part = Form(item, form.problems, required=(), optional=tuple(n for n in EVIDENCE if n != CENTRAL))
    found = {}
    for name, entry in part.entries.items():
        if name in EVIDENCE and name != CENTRAL:
            belief = _belief(entry, kind, shape, form.problems)
            if belief is not None:
                found[name] = belief
    return found


def _belief(item: Item, kind: Kind, shape: str, problems: list[Problem]) -> Belief | None:
    form = Form(item, problems, required=("value", "source"), optional=("range",))
    source = form.text("source")
    value = _number(form.entries["value"], kind, problems) if form.has("value") else None
    if value is None or source is None:
        return None
    if not form.has("range"):
        return Belief(value=value, source=source, why_fixed="range not known")
    pair = _pair(form, form.entries["range"], kind)
    if pair is None:
        return None
    own = shape if shape in ("uniform", "triangular", "normal") else "lognormal"
    if not pair[0] <= value <= pair[1]:
        form.note(
            form.entries["range"],
            f"the range {pair[0]:g} to {pair[1]:g} does not contain the value {value:g}",
        )
    if own == "lognormal":
        _check_lognormal(form, form.entries["range"], kind, pair[0])
    return Belief(value=value, low=pair[0], high=pair[1], shape=own, source=source)


def _range(form: Form, kind: Kind, shape: str, value: Value | None) -> tuple[float | None, float | None]:
    item = form.entries.get("range")
    if isinstance(value, dict) != (shape == "table") and value is not None:
        wanted = "'table'" if isinstance(value, dict) else "another: 'table' is for a table of values"
        form.note(form.entries["shape"], f"the shape should be {wanted}; found '{shape}'")
        return None, None
    if shape in ("fixed", "table", "mixture"):
        if item is not None:
            form.note(item, f"a {shape} value has no range of its own: remove it, or give another shape")
        return None, None
    if item is None:
        form.note(form.item, f"missing: a {shape} value needs 'range: [low, high]'")
        return None, None
    pair = _pair(form, item, kind)
    if pair is None or not isinstance(value, float):
        return None, None
    low, high = pair
    if not low <= value <= high:
        form.note(item, f"the range {low:g} to {high:g} does not contain the value {value:g}")
    if shape == "lognormal":
        _check_lognormal(form, item, kind, low)
    return low, high


def _why_fixed(form: Form, shape: str) -> str:
    """Why a value has no range; what has one must not say so."""
    item = form.entries.get("fixed_because")
    if shape not in ("fixed", "table"):
        if item is not None:
            form.note(item, f"a {shape} value has a range, so nothing says why it has none: remove it")
        return ""
    if item is None:
        form.note(
            form.item, f"missing: a {shape} value says 'fixed_because': why it has no range ({_reasons()})"
        )
        return ""
    return form.choice("fixed_because", WHY_FIXED, "reason for having no range") or ""


def _reasons() -> str:
    return ", ".join(WHY_FIXED)


def _check_lognormal(form: Form, item: Item, kind: Kind, low: float) -> None:
    if low <= 0:
        form.note(item, "a lognormal range must be above 0")
    if kind.unit == "share":
        form.note(item, "a lognormal share could pass 1: use triangular or uniform")


def _pair(form: Form, item: Item, kind: Kind) -> tuple[float, float] | None:
    ends = item.entries
    if ends is None or len(ends) != 2:
        form.note(item, f"expected a range of two numbers, as [low, high]; found {item.what}")
        return None
    low, high = (_number(end, kind, form.problems) for end in ends)
    if low is None or high is None:
        return None
    if low >= high:
        form.note(item, f"the range is out of order: expected low below high; found {low:g} to {high:g}")
        return None
    return low, high


def _arms(form: Form, kind: Kind, shape: str) -> tuple[Arm, ...]:
    item = form.entries.get("arms")
    if shape != "mixture":
        if item is not None:
            form.note(item, f"only a mixture has arms; the shape here is '{shape}'")
        return ()
    if item is None or not item.entries or len(item.entries) < 2:
        form.note(item or form.item, "missing: a mixture needs a list of at least two 'arms'")
        return ()
    arms = [_arm(entry, kind, form.problems) for entry in item.entries]
    good = tuple(arm for arm in arms if arm is not None)
    if len(good) < len(arms):
        return ()
    if not isclose(sum(arm.weight for arm in good), 1.0, abs_tol=1e-6):
        form.note(
            item, f"the weights of the arms should sum to 1; they sum to {sum(a.weight for a in good):g}"
        )
    return good


def _arm(item: Item, kind: Kind, problems: list[Problem]) -> Arm | None:
    form = Form(item, problems, required=("value", "range", "weight", "meaning"))
    if not all(form.has(name) for name in form.required):
        return None
    value = _number(form.entries["value"], kind, problems)
    weight = _number(form.entries["weight"], Kind(unit="share", high=1.0), problems)
    pair = _pair(form, form.entries["range"], kind)
    meaning = form.text("meaning")
    if value is None or weight is None or pair is None or meaning is None:
        return None
    if not 0 < pair[0] <= value <= pair[1]:
        form.note(form.entries["range"], f"expected a range above 0 that contains the value {value:g}")
        return None
    return Arm(value=value, low=pair[0], high=pair[1], weight=weight, meaning=meaning)


def _estimand(form: Form, kind: Kind) -> dict[str, str | float] | None:
    item = form.entries.get("estimand")
    if not kind.estimand:
        if item is not None:
            form.note(item, "only the effect of a service has an estimand")
        return None
    if item is None:
        form.note(form.item, "missing: an effect needs an 'estimand': what exactly it was measured as")
        return None
    part = Form(
        item, form.problems, required=("measure", "outcome", "months", "from", "among"), optional=("counted",)
    )
    read: dict[str, str | float | None] = {
        "measure": part.choice("measure", MEASURES, "measure"),
        "outcome": part.text("outcome"),
        "months": part.number("months", low=0.001),
        "from": part.choice("from", ("referral", "start"), "starting point"),
        "among": part.choice("among", AMONG, "group"),
    }
    if part.has("counted"):
        read["counted"] = part.choice("counted", COUNTED, "way of counting")
    return {key: value for key, value in read.items() if value is not None}


def _expected(name: str) -> str:
    kind = CATALOGUE[name]
    return f"{kind.unit}, by {', '.join(kind.keys)}" if kind.keys else kind.unit
