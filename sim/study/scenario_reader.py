"""Reads scenarios, claims and observed series out of YAML, noting every fault."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.foundations.clock import Clock
from sim.foundations.errors import InputError, Problem, did_you_mean
from sim.study.catalogue import BASELINE, ROLES, SERVICES
from sim.study.claims import CLAIM_BASES, KINDS, Claim
from sim.study.form import Form
from sim.study.scenario import Funding, Lever, Open, Posts, Scenario, SetUp, Training, conflicts
from sim.study.yaml_reader import Item

LEVERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "open": (("service", "date"), ()),
    "posts": (("service", "role", "posts", "start"), ("end",)),
    "training": (("service", "complete"), ()),
    "set_up": (("service", "year", "pounds"), ()),
    "funding": (("service", "year", "pounds"), ()),
}
"""Kinds of lever: the entries each needs, and those it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A series of published figures: label to value, read like a mapping."""

    name: str
    """Name of the series."""
    points: dict[str, float]
    """Value of each label; two-part labels are joined by "|", as "2023-03-31|under 1"."""
    unit: str
    """Unit of every value."""
    source: str
    """Publication."""
    meaning: str
    """What is counted."""
    where: str = ""
    """Where it was read, "file:line"."""

    def __getitem__(self, label: str) -> float:
        return self.points[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __contains__(self, label: object) -> bool:
        return label in self.points

    def keys(self) -> Iterator[str]:
        """The labels."""
        return iter(self.points)

    def items(self) -> Iterator[tuple[str, float]]:
        """Labels with values."""
        return iter(self.points.items())

    def content(self) -> dict[str, object]:
        """As plain data, with unit, source and meaning."""
        return {
            "values": dict(self.points),
            "unit": self.unit,
            "source": self.source,
            "meaning": self.meaning,
        }


def read_scenarios(item: Item, clock: Clock, problems: list[Problem]) -> dict[str, Scenario]:
    """Every scenario by name, "no change" first."""
    scenarios = {"no change": Scenario(name="no change", meaning="Nothing is changed.")}
    entries = item.mapping
    if entries is None:
        problems.append(item.problem(f"should hold scenarios by name; found {item.what}"))
        return scenarios
    for name, entry in entries.items():
        if "&" in name:
            problems.append(entry.problem("a scenario's name cannot hold '&', which unites two scenarios"))
            continue
        scenario = _scenario(name, entry, clock, scenarios, tuple(entries), problems)
        if scenario is not None:
            scenarios[name] = scenario
    return scenarios


def _scenario(
    name: str,
    item: Item,
    clock: Clock,
    earlier: Mapping[str, Scenario],
    all_names: tuple[str, ...],
    problems: list[Problem],
) -> Scenario | None:
    form = Form(item, problems, required=("meaning",), optional=("levers", "combines"))
    meaning = form.text("meaning") or ""
    united = Scenario(name=name)
    for part in _names(form):
        if part.text is None or part.text not in earlier:
            names = [known for known in (*earlier, *all_names) if known != name]
            hint = did_you_mean(part.text or "", names)
            problems.append(part.problem(f"{part.what} is not a scenario written above this one.{hint}"))
            continue
        try:
            united = united & earlier[part.text]
        except InputError as error:
            problems.append(part.problem(f"cannot be united with those before it: {error}"))
    before = len(problems)
    levers = _levers(form, clock)
    if len(problems) == before:
        _check_reach(item, united, levers, problems)
    for a, b in conflicts(levers):
        message = f"two levers set the same thing at the same time: '{a}' ({a.where}) and '{b}' ({b.where})"
        problems.append(item.problem(message))
        levers = [lever for lever in levers if lever is not b]
    if name == "no change" and (levers or united.levers):
        problems.append(item.problem("'no change' is the scenario without levers: remove them"))
        return None
    try:
        return (united & Scenario(name=name, levers=frozenset(levers))).rename(name, meaning)
    except InputError as error:
        problems.extend(Problem(p.where or item.where, item.path, p.message) for p in error.problems)
        return None


def _names(form: Form) -> tuple[Item, ...]:
    item = form.entries.get("combines")
    if item is None:
        return ()
    if item.entries is None:
        form.note(item, f"expected a list of scenarios; found {item.what}")
        return ()
    return item.entries


def _levers(form: Form, clock: Clock) -> list[Lever]:
    item = form.entries.get("levers")
    if item is None:
        return []
    if item.entries is None:
        form.note(item, f"expected a list of levers; found {item.what}")
        return []
    read = [_lever(entry, clock, form.problems) for entry in item.entries]
    return [lever for lever in read if lever is not None]


def _lever(item: Item, clock: Clock, problems: list[Problem]) -> Lever | None:
    """One lever; None when something in it is wrong."""
    before = len(problems)
    kind_item = (item.mapping or {}).get("lever")
    kind = kind_item.text if kind_item else None
    if kind_item is None or kind is None or kind not in LEVERS:
        found = "missing" if kind_item is None else f"{kind_item.what} is not a kind of lever"
        place = kind_item or item
        hint = did_you_mean(kind or "", LEVERS)
        problems.append(place.problem(f"{found}; expected 'lever' to be one of {', '.join(LEVERS)}.{hint}"))
        return None
    needed, optional = LEVERS[kind]
    form = Form(item, problems, required=("lever", *needed, "source"), optional=optional)
    service = form.choice("service", SERVICES, "service")
    source = form.text("source") or ""
    lever = _build(kind, form, service or "", source, clock)
    return lever if len(problems) == before else None


def _build(kind: str, form: Form, service: str, source: str, clock: Clock) -> Lever:
    where = form.item.where
    if kind == "open":
        on = _within(form, "date", clock)
        return Open(service=service, on=on, source=source, where=where)
    if kind == "posts":
        role = form.choice("role", ROLES.get(service, ()), f"role of {service}") if service else ""
        posts = form.whole("posts", low=0)
        start, end = form.date("start") or clock.start, form.date("end") if form.has("end") else None
        if end is not None and end <= start:
            form.note(form.entries["end"], f"expected a date after the start, {start}; found {end}")
        return Posts(
            service=service,
            role=role or "",
            posts=posts or 0,
            start=start,
            end=end,
            source=source,
            where=where,
        )
    if kind == "training":
        complete = form.date("complete") or clock.start
        return Training(service=service, complete=complete, source=source, where=where)
    year = form.year("year", [y.label for y in clock.years]) or ""
    pounds = form.number("pounds", low=0) or 0.0
    made = SetUp if kind == "set_up" else Funding
    return made(service=service, year=year, pounds=pounds, source=source, where=where)


def _within(form: Form, name: str, clock: Clock) -> dt.date:
    day = form.date(name)
    if day is not None and not clock.start <= day < clock.end:
        form.note(
            form.entries[name],
            f"expected a day from the start, {clock.start}, to before the end, {clock.end}; found {day}",
        )
    return day or clock.start


def _check_reach(item: Item, united: Scenario, levers: list[Lever], problems: list[Problem]) -> None:
    """Notes levers on a service that is never open."""
    opened = {lever.service for lever in (*united.levers, *levers) if isinstance(lever, Open)}
    for lever in levers:
        if lever.service not in opened and lever.service not in BASELINE:
            message = (
                f"'{lever}' has no use: {lever.service} is open neither with no change nor in this scenario; "
                f"expected an 'open' lever for it"
            )
            problems.append(Problem(lever.where, item.path, message))


def read_claims(
    item: Item, clock: Clock, scenarios: tuple[str, ...], problems: list[Problem]
) -> tuple[Claim, ...]:
    """Every claim, in the order written."""
    if item.entries is None:
        problems.append(item.problem(f"expected a list of claims; found {item.what}"))
        return ()
    claims: dict[str, Claim] = {}
    for entry in item.entries:
        claim = _claim(entry, clock, scenarios, problems)
        if claim is not None and claim.id in claims:
            first = claims[claim.id].where
            problems.append(entry.problem(f"the id '{claim.id}' is taken by the claim at {first}"))
        elif claim is not None:
            claims[claim.id] = claim
    return tuple(claims.values())


def _claim(item: Item, clock: Clock, scenarios: tuple[str, ...], problems: list[Problem]) -> Claim | None:
    before = len(problems)
    required = ("id", "scenario", "kind", "target", "by", "text", "source")
    form = Form(item, problems, required=required, optional=("basis",))
    kind = form.choice("kind", KINDS, "kind of claim") or "children"
    target = form.number("target")
    if target is not None and target <= 0:
        form.note(form.entries["target"], f"expected a target above 0; found {target:g}")
    basis = form.choice("basis", CLAIM_BASES, "basis of a claim") if form.has("basis") else None
    if basis is None and kind == "pounds" and not form.has("basis"):
        form.note(item, "missing: a claim in pounds needs 'basis' (gross or net)")
    if basis == "net" and kind == "children":
        form.note(form.entries["basis"], "a claim in children is always gross; found 'net'")
    identity, scenario = form.text("id"), form.choice("scenario", scenarios, "scenario")
    text, source = form.text("text"), form.text("source")
    by = _by(form, kind, clock)
    if len(problems) > before or target is None:
        return None
    return Claim(
        id=identity or "",
        scenario=scenario or "",
        kind=kind,
        target=target,
        by=by,
        basis=basis or "gross",
        text=text or "",
        source=source or "",
        where=item.where,
    )


def _by(form: Form, kind: str, clock: Clock) -> str:
    item = form.entries.get("by")
    if item is None:
        return ""
    years = [year.label for year in clock.years]
    day = item.content
    if not isinstance(day, dt.date):
        return form.year("by", years) or ""
    if kind == "pounds":
        form.note(item, f"a claim in pounds is by a financial year ({', '.join(years)}); found {item.what}")
    elif not clock.start <= day < clock.end:
        form.note(item, f"expected a date from {clock.start} to before {clock.end}; found {day}")
    elif day.day != calendar.monthrange(day.year, day.month)[1]:
        form.note(item, f"expected the last day of a month; found {day}")
    return day.isoformat()


def read_observed(item: Item, authority: str, problems: list[Problem]) -> dict[str, Observed]:
    """The series of the study's authority. `observed` holds series by authority."""
    entries = item.mapping
    if entries is None:
        problems.append(item.problem(f"should hold series by authority; found {item.what}"))
        return {}
    found: dict[str, Observed] = {}
    for name, held in entries.items():
        if held.mapping is None:
            problems.append(held.problem(f"should hold series by name; found {held.what}"))
            continue
        series = {key: _series(key, entry, problems) for key, entry in held.mapping.items()}
        if name == authority:
            found = {key: one for key, one in series.items() if one is not None}
    return found


def _series(name: str, item: Item, problems: list[Problem]) -> Observed | None:
    before = len(problems)
    form = Form(item, problems, required=("unit", "source", "meaning", "values"))
    unit, source, meaning = form.text("unit"), form.text("source"), form.text("meaning")
    points: dict[str, float] = {}
    if form.has("values"):
        _points(form.entries["values"], "", points, problems)
    if len(problems) > before:
        return None
    return Observed(
        name=name,
        points=points,
        unit=unit or "",
        source=source or "",
        meaning=meaning or "",
        where=item.where,
    )


def _points(item: Item, label: str, points: dict[str, float], problems: list[Problem]) -> None:
    if item.mapping is not None and label.count("|") < 1:
        for key, entry in item.mapping.items():
            _points(entry, f"{label}|{key}" if label else key, points, problems)
    elif item.number is None or not label:
        problems.append(item.problem(f"expected a number; found {item.what}"))
    else:
        points[label] = item.number
