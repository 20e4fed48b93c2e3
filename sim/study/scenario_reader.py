"""Reads scenarios, claims, papers and observed series out of YAML, noting every fault."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sim.foundations.clock import Clock
from sim.foundations.errors import InputError, Problem, did_you_mean
from sim.study.claims import CLAIM_BASES, KINDS, SUBJECTS, Claim, Paper
from sim.study.form import Form
from sim.study.lever_reader import read_levers
from sim.study.reach import check_reach
from sim.study.scenario import NO_CHANGE, Scenario, conflicts
from sim.study.yaml_reader import Item


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
    """Every scenario by name, "no change" first; the others as written, each after those that it combines."""
    scenarios = {NO_CHANGE: Scenario(name=NO_CHANGE, meaning="Nothing is changed.")}
    entries = item.mapping
    if entries is None:
        problems.append(item.problem(f"should hold scenarios by name; found {item.what}"))
        return scenarios
    for name in _parts_first(entries):
        if "&" in name:
            message = "a scenario's name cannot hold '&', which unites two scenarios"
            problems.append(entries[name].problem(message))
            continue
        scenario = _scenario(name, entries[name], clock, scenarios, tuple(entries), problems)
        if scenario is not None:
            scenarios[name] = scenario
    _check_against(entries, scenarios, problems)
    return scenarios


def read_hindsight(
    item: Item, clock: Clock, scenarios: Mapping[str, Scenario], problems: list[Problem]
) -> dict[str, Scenario]:
    """What was really done, by name; each may combine the study's scenarios and those before it."""
    entries = item.mapping
    if entries is None:
        problems.append(item.problem(f"should hold scenarios by name; found {item.what}"))
        return {}
    known = dict(scenarios)
    for name in _parts_first(entries):
        if name in scenarios:
            problems.append(
                entries[name].problem(f"'{name}' is the name of a scenario of this study already")
            )
            continue
        scenario = _scenario(name, entries[name], clock, known, tuple(entries), problems)
        if scenario is not None:
            known[name] = scenario
    found = {name: one for name, one in known.items() if name not in scenarios}
    _check_against(entries, {**scenarios, **found}, problems)
    return found


def _parts_first(entries: Mapping[str, Item]) -> list[str]:
    """Names as written, but each after those that it combines; a ring is broken where it is entered."""
    order: dict[str, None] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in order or name in above or name not in entries:
            return
        for part in _combined(entries[name]):
            visit(part, (*above, name))
        order[name] = None

    for name in entries:
        visit(name, ())
    return list(order)


def _combined(item: Item) -> list[str]:
    listed = (item.mapping or {}).get("combines")
    return [part.text for part in (listed.entries or ()) if part.text] if listed is not None else []


def _scenario(
    name: str,
    item: Item,
    clock: Clock,
    earlier: Mapping[str, Scenario],
    all_names: tuple[str, ...],
    problems: list[Problem],
) -> Scenario | None:
    form = Form(item, problems, required=("meaning",), optional=("levers", "combines", "against"))
    meaning = form.text("meaning") or ""
    against = form.text("against") or NO_CHANGE
    united = Scenario(name=name)
    for part in _names(form):
        if part.text is None or part.text not in earlier:
            names = [known for known in (*earlier, *all_names) if known != name]
            hint = did_you_mean(part.text or "", names)
            fault = f"{part.what} is not another scenario of this study, or one of the two combines the other"
            problems.append(part.problem(f"{fault}.{hint}"))
            continue
        try:
            united = united & earlier[part.text]
        except InputError as error:
            problems.append(part.problem(f"cannot be united with those before it: {error}"))
    before = len(problems)
    levers = read_levers(form, clock)
    if len(problems) == before:
        check_reach(item, (*united.levers, *levers), levers, problems)
    for a, b in conflicts(levers):
        message = f"two levers set the same thing at the same time: '{a}' ({a.where}) and '{b}' ({b.where})"
        problems.append(item.problem(message))
        levers = [lever for lever in levers if lever is not b]
    if name == NO_CHANGE and (levers or united.levers):
        problems.append(item.problem("'no change' is the scenario without levers: remove them"))
        return None
    try:
        whole = (united & Scenario(name=name, levers=frozenset(levers))).rename(name, meaning)
        return replace(whole, against=against)
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


def _check_against(
    entries: Mapping[str, Item], scenarios: Mapping[str, Scenario], problems: list[Problem]
) -> None:
    """Notes scenarios that are compared with nothing, with themselves, or with one compared further."""
    for name, scenario in scenarios.items():
        item = (entries[name].mapping or {}).get("against") if name in entries else None
        if item is None:
            continue
        other = scenario.against
        if other not in scenarios and other not in entries:
            hint = did_you_mean(other, [known for known in scenarios if known != name])
            problems.append(item.problem(f"'{other}' is not a scenario of this study.{hint}"))
        elif other == name:
            problems.append(item.problem("a scenario cannot be compared with itself"))
        elif other in scenarios and scenarios[other].against != NO_CHANGE:
            further = scenarios[other].against
            problems.append(
                item.problem(
                    f"'{other}' is itself compared with '{further}': a chain of comparisons would count "
                    f"changes twice; name '{further}' or 'no change'"
                )
            )


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


def read_papers(item: Item, scenarios: tuple[str, ...], problems: list[Problem]) -> tuple[Paper, ...]:
    """Every paper, in the order written."""
    if item.entries is None:
        problems.append(item.problem(f"expected a list of papers; found {item.what}"))
        return ()
    papers: dict[str, Paper] = {}
    for entry in item.entries:
        paper = _paper(entry, scenarios, problems)
        if paper is not None and paper.name in papers:
            first = papers[paper.name].where
            problems.append(entry.problem(f"the paper '{paper.name}' is told of at {first} already"))
        elif paper is not None:
            papers[paper.name] = paper
    return tuple(papers.values())


def _paper(item: Item, scenarios: tuple[str, ...], problems: list[Problem]) -> Paper | None:
    before = len(problems)
    required = ("name", "scenario", "risk", "mitigation", "source")
    form = Form(item, problems, required=required, optional=("says",))
    name, scenario = form.text("name"), form.choice("scenario", scenarios, "scenario")
    risk, source = form.text("risk"), form.text("source")
    left = form.entries.get("mitigation")
    blank = left is not None and left.content in (None, "")
    mitigation = "" if blank else form.text("mitigation")
    says: dict[str, str] = {}
    if form.has("says"):
        words = Form(form.entries["says"], problems, required=(), optional=SUBJECTS)
        says = {subject: words.text(subject) or "" for subject in SUBJECTS if words.has(subject)}
    if len(problems) > before:
        return None
    return Paper(
        name=name or "",
        scenario=scenario or "",
        risk=(risk or "").removesuffix("."),
        mitigation=(mitigation or "").removesuffix("."),
        says=says,
        source=source or "",
        where=item.where,
    )


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
