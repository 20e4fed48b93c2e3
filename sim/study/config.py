"""A study: what is simulated for which authority, read from YAML with every fault found at once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.foundations.clock import Clock
from sim.foundations.errors import InputError, Problem, did_you_mean
from sim.foundations.randomness import parameter_quantile, parameter_quantiles
from sim.study.calibration import Calibration
from sim.study.calibration_reader import AGAIN, applied, made_for, read_calibration, read_directions
from sim.study.catalogue import CATALOGUE, names_within
from sim.study.claims import Claim, Paper
from sim.study.files import read_files
from sim.study.form import Form
from sim.study.futures import Futures, read_futures
from sim.study.impact import ENTRY as IMPACT
from sim.study.impact import STALE as OLD_IMPACT
from sim.study.impact import Impact, read_impact
from sim.study.impact import made_for as impact_of
from sim.study.parameter_reader import missing_parameters, read_parameters, read_value
from sim.study.parameters import CENTRAL, EVIDENCE, Parameter, Value
from sim.study.pricing import CHOICES as PRICE_CHOICES
from sim.study.pricing import Pricing
from sim.study.reach import check_panels, warnings_of
from sim.study.scenario import NO_CHANGE, Scenario
from sim.study.scenario_reader import (
    Observed,
    read_claims,
    read_hindsight,
    read_observed,
    read_papers,
    read_scenarios,
)
from sim.study.structure import CHOICES, Structure
from sim.study.twins import ENTRY, read_twins
from sim.study.yaml_reader import Item

SECTIONS = (
    "study",
    "run",
    "include",
    "scenarios",
    "hindsight",
    "claims",
    "papers",
    "observed",
    "impact",
    "calibration",
    "calibrated",
)
"""Top-level names that hold no parameters."""
DEPENDS_ON = "depends_on"
"""Entry of `run`: how many futures of each variant show what the answer depends on."""
CLOSER = "depends_on_evidence"
"""Entry of `run`: how many futures of those variants on which most hangs, if more than of the others."""
EARLY_SIGNS = "early_signs"
"""Entry of `run`: how many futures of each set of evidence are watched for signs of failure."""
SWITCHES = tuple(one.name for one in dataclasses.fields(Structure) if one.name != "combine")
"""Entries of `run` that say how the model is put together and may be left out."""
MONEY_SWITCHES = tuple(one.name for one in dataclasses.fields(Pricing))
"""Entries of `run` that say how days are priced and may be left out."""
CALIBRATED = "calibration"
"""Under which a draw's row of the calibrated sample is drawn."""
STALE = f"the calibration was made for other values than these: {AGAIN}"
"""Said of a study whose parameters changed after they were calibrated."""
ANY_TIME = Clock(start=dt.date(1900, 4, 1), end=dt.date(2200, 4, 1))
"""Stands in for dates that cannot be read, so that the rest of a file is still checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Everything that is assumed, proposed, claimed and observed for one authority."""

    name: str
    """What the study is called."""
    authority: str
    """The local authority."""
    clock: Clock
    """The days simulated."""
    seed: int
    """The number that all chance in it comes from."""
    parameters: dict[str, Parameter]
    """Every parameter of the catalogue, by dotted name."""
    scenarios: dict[str, Scenario]
    """Scenarios by name; "no change" first."""
    hindsight: dict[str, Scenario] = dataclasses.field(default_factory=dict)
    """What was really done, known only afterwards, as scenarios by name; no run has them unless asked by
    name, so they are no part of the digest. `caresim validate` judges the forecast with them."""
    claims: tuple[Claim, ...] = ()
    """What the papers say will be reached."""
    papers: tuple[Paper, ...] = ()
    """What they say besides: the risk that each names, and what it sets against it."""
    observed: dict[str, Observed] = dataclasses.field(default_factory=dict)
    """Published series for the authority, by name."""
    structure: Structure = dataclasses.field(default_factory=Structure)
    """How the model is put together where evidence does not decide."""
    pricing: Pricing = dataclasses.field(default_factory=Pricing)
    """How days and events are priced; no event depends on it."""
    calibration: Calibration | None = None
    """Where calibration found that some parameters lie together; None for a study without."""
    draws: int = 1
    """Draws to make unless told otherwise."""
    runs: int = 1
    """Runs of each draw unless told otherwise."""
    files: tuple[str, ...] = ()
    """The files it was read from."""
    meaning: str = ""
    """What it asks, in a sentence or two."""
    evidence: str = CENTRAL
    """The set of evidence that it rests on: one of `EVIDENCE`."""
    depends_on: Futures | None = None
    """How many futures of each variant show what the answer depends on; None for no such table."""
    depends_on_evidence: Futures | None = None
    """The same of the sets of evidence and of the reading of a whole area; None for no more of these."""
    early_signs: Futures | None = None
    """How many futures of each set of evidence are watched for signs that a claim fails; None for none."""
    impacts: Mapping[str, Impact] = dataclasses.field(default_factory=dict)
    """How much each parameter moves the answer, as last worked out; in no digest."""
    warnings: tuple[str, ...] = ()
    """What may be meant but is worth saying, with its consequence."""

    @property
    def combine(self) -> str:
        """How two services' effects on the same rate join: `multiply` or `strongest`."""
        return self.structure.combine

    @property
    def digest(self) -> str:
        """SHA-256 of what could change a number: no prose, file names or order of writing."""
        content = {
            "authority": self.authority,
            "start": self.clock.start.isoformat(),
            "end": self.clock.end.isoformat(),
            "seed": self.seed,
            "structure": self.structure.content(),
            "evidence": self.evidence,
            "pricing": self.pricing.content(),
            "parameters": {name: p.content() for name, p in self.parameters.items()},
            "scenarios": {name: s.content for name, s in self.scenarios.items()},
            "against": {name: s.against for name, s in self.scenarios.items() if s.against != NO_CHANGE},
            "claims": sorted((c.content() for c in self.claims), key=lambda c: str(c["id"])),
            "observed": {name: one.points for name, one in self.observed.items()},
            "calibration": self.calibration.content() if self.calibration else None,
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def values(self, draw: int, seed: int | None = None) -> dict[str, Value]:
        """The value of every parameter in a draw; draw 0 is the central value of each."""
        if draw < 0:
            raise InputError.of(f"expected a draw of at least 0; found {draw}")
        if draw == 0:
            return {name: p.central for name, p in self.parameters.items()}
        seed = self.seed if seed is None else seed
        drawn = [name for name, p in self.parameters.items() if not p.known]
        quantiles = parameter_quantiles(seed, draw, drawn)
        values = {
            name: p.at(quantiles[name]) if name in quantiles else p.central
            for name, p in self.parameters.items()
        }
        if self.calibration is not None:
            row = self.calibration.row(parameter_quantile(seed, draw, CALIBRATED))
            values |= self.calibration.values(row)
        return values

    def calibrated_at(self, row: tuple[float, ...]) -> Study:
        """The study with its calibrated parameters at a row of coordinates, in every draw."""
        if self.calibration is None:
            raise InputError.of("this study has no directions of calibration")
        moved = self.calibration.at(row)
        return dataclasses.replace(self, calibration=moved, parameters=applied(self.parameters, moved))

    def scenario(self, name: str) -> Scenario:
        """A scenario by name, of hindsight too; "a & b" unites two. InputError gives the nearest name."""
        found: Scenario | None = None
        known = self.scenarios | self.hindsight
        for part in (piece.strip() for piece in name.split("&")):
            if part not in known:
                names = ", ".join(known)
                hint = did_you_mean(part, known)
                raise InputError.of(f"'{part}' is not a scenario of this study ({names}).{hint}")
            one = known[part]
            found = one if found is None else found & one
        assert found is not None
        return found

    def replace(
        self,
        values: Mapping[str, float | Mapping[str, float]] | None = None,
        /,
        **more: float | Mapping[str, float],
    ) -> Study:
        """The study with these parameters fixed at new values. Dotted names go in a mapping."""
        problems: list[Problem] = []
        parameters = dict(self.parameters)
        years = tuple(year.label for year in self.clock.years)
        for name, value in {**(values or {}), **more}.items():
            if name not in CATALOGUE:
                hint = did_you_mean(name, CATALOGUE)
                problems.append(Problem("", name, f"not a parameter this model knows.{hint}"))
                continue
            read = read_value(_as_item(name, value), CATALOGUE[name], years, problems)
            if read is not None:
                shape = "table" if isinstance(read, dict) else "fixed"
                parameters[name] = dataclasses.replace(
                    parameters[name],
                    value=read,
                    low=None,
                    high=None,
                    shape=shape,
                    arms=(),
                    sets={},
                    why_fixed="",
                )
        if problems:
            raise InputError(problems)
        calibration = self.calibration and self.calibration.without(frozenset({**(values or {}), **more}))
        return dataclasses.replace(self, parameters=parameters, calibration=calibration)

    def with_evidence(self, name: str) -> Study:
        """The study on another set of evidence: `sceptical`, `central` or `claimed`.

        A parameter of which the set says nothing, or that was fixed by `replace` or `on_arm`, stays as it is.
        """
        if name not in EVIDENCE:
            hint = did_you_mean(name, EVIDENCE)
            raise InputError.of(f"'{name}' is not a set of evidence ({', '.join(EVIDENCE)}).{hint}")
        parameters = {key: one.believing(name) for key, one in self.parameters.items()}
        return dataclasses.replace(self, parameters=parameters, evidence=name)

    def on_arm(self, parameter: str, meaning: str) -> Study:
        """The study in which every draw believes one of a parameter's rival bodies of evidence."""
        if parameter not in self.parameters:
            hint = did_you_mean(parameter, self.parameters)
            raise InputError.of(f"'{parameter}' is not a parameter of this study.{hint}")
        one = self.parameters[parameter]
        arm = next((arm for arm in one.arms if arm.meaning == meaning), None)
        if arm is None:
            names = [arm.meaning for arm in one.arms]
            hint = did_you_mean(meaning, names)
            raise InputError.of(
                f"'{meaning}' is not an arm of {parameter} ({', '.join(names) or 'none'}).{hint}"
            )
        shape = {"value": arm.value, "low": arm.low, "high": arm.high, "shape": "lognormal"}
        believed = dataclasses.replace(one, **shape, arms=(), sets={})  # type: ignore[arg-type]
        return dataclasses.replace(self, parameters=self.parameters | {parameter: believed})

    def restructure(self, **changes: str | bool) -> Study:
        """The study with these switches of its structure set. InputError for one that it does not have."""
        names = [one.name for one in dataclasses.fields(Structure)]
        for name in changes:
            if name not in names:
                hint = did_you_mean(name, names)
                raise InputError.of(f"'{name}' is not a switch of the structure ({', '.join(names)}).{hint}")
        structure = Structure(**{**self.structure.content(), **changes})  # type: ignore[arg-type]
        return dataclasses.replace(self, structure=structure)


def load_study(path: str | Path, *, calibrated: bool = True) -> Study:
    """The study in a YAML file and those it includes. InputError lists everything that is wrong.

    Without ``calibrated``, what ``caresim calibrate`` wrote is left aside and parameters are as written.
    """
    problems: list[Problem] = []
    main = Path(path)
    top, files, complete = read_files(main, problems)
    if top is None:
        raise InputError(problems)
    unread = tuple(problems)
    _check_sections(top, problems)
    study_form = _section(top, "study", main, problems, ("name", "authority", "meaning"), ())
    required = ("start", "end", "seed", "draws", "runs", "combine")
    optional = (*SWITCHES, *MONEY_SWITCHES, ENTRY, "evidence", DEPENDS_ON, CLOSER, EARLY_SIGNS)
    run = _section(top, "run", main, problems, required, optional)
    dates = _clock(run)
    clock = dates or ANY_TIME
    years = tuple(year.label for year in clock.years) if dates else ()
    groups = {name: item for name, item in top.items() if name in names_within("")}
    parameters = read_parameters(groups, years, problems)
    if complete:
        problems += missing_parameters(groups, str(main))
    directions = read_directions(top.get("calibration"), parameters, problems)
    made = top.get("calibrated") if calibrated else None
    calibration = read_calibration(made, directions, parameters, problems)
    written = _part(top, "scenarios", main, {})
    scenarios = read_scenarios(written, clock, problems)
    scenarios |= read_twins(run, scenarios, clock)
    hindsight = read_hindsight(_part(top, "hindsight", main, {}), clock, scenarios, problems)
    names = tuple(dict.fromkeys((*scenarios, *(written.mapping or {}))))
    authority = _authority(study_form, top)
    impacts, (lead, of) = read_impact(top.get(IMPACT), problems)
    study = Study(
        name=study_form.text("name") or "",
        authority=authority or "",
        clock=clock,
        seed=run.whole("seed", low=0) or 0,
        parameters=applied(parameters, calibration),
        calibration=calibration,
        scenarios=scenarios,
        hindsight=hindsight,
        claims=read_claims(_part(top, "claims", main, ()), clock, names, problems),
        papers=read_papers(_part(top, "papers", main, ()), names, problems),
        observed=read_observed(_part(top, "observed", main, {}), authority or "", problems),
        structure=_structure(run),
        pricing=_pricing(run),
        draws=run.whole("draws", low=1) or 1,
        runs=run.whole("runs", low=1) or 1,
        files=files,
        meaning=study_form.text("meaning") or "",
        depends_on=read_futures(run, DEPENDS_ON),
        depends_on_evidence=read_futures(run, CLOSER),
        early_signs=read_futures(run, EARLY_SIGNS),
        impacts=impacts,
    )
    evidence = run.choice("evidence", EVIDENCE, "set of evidence") or CENTRAL
    check_panels(parameters, scenarios | hindsight, clock, problems)
    if problems:
        raise InputError(_in_order(unread, problems[len(unread) :]))
    stale = () if calibration is None or _fresh(calibration, parameters, study) else (STALE,)
    study = study.with_evidence(evidence)
    old = (OLD_IMPACT,) if impacts and of != impact_of(study, lead) else ()
    return dataclasses.replace(study, warnings=(*warnings_of(parameters, scenarios, clock), *stale, *old))


def _fresh(calibration: Calibration, parameters: Mapping[str, Parameter], study: Study) -> bool:
    """Whether a calibration, if there is one, was made for the study as it is written."""
    of = made_for(parameters, calibration.directions, study.observed, study.clock.start.isoformat())
    return calibration.of in ("", of)


def _check_sections(top: Mapping[str, Item], problems: list[Problem]) -> None:
    known = (*SECTIONS, *names_within(""))
    for name, item in top.items():
        if name not in known:
            hint = did_you_mean(name, known)
            problems.append(item.problem(f"not a section this model knows.{hint}"))


def _section(
    top: Mapping[str, Item],
    name: str,
    main: Path,
    problems: list[Problem],
    required: tuple[str, ...],
    optional: tuple[str, ...],
) -> Form:
    if name not in top:
        problems.append(
            Problem(f"{main}:1", name, f"missing: a study needs '{name}' ({', '.join(required)})")
        )
        return Form(Item(content={}, where=f"{main}:1", path=name), [], required=(), optional=())
    return Form(top[name], problems, required=required, optional=optional)


def _part(top: Mapping[str, Item], name: str, main: Path, empty: dict[str, Item] | tuple[Item, ...]) -> Item:
    return top.get(name) or Item(content=empty, where=f"{main}:1", path=name)


def _clock(run: Form) -> Clock | None:
    start, end = run.date("start"), run.date("end")
    if start is None or end is None:
        return None
    for name, day in (("start", start), ("end", end)):
        if day.day != 1:
            run.note(run.entries[name], f"expected the first day of a month; found {day}")
            return None
    if end <= start:
        run.note(run.entries["end"], f"expected a date after the start, {start}; found {end}")
        return None
    return Clock(start=start, end=end)


def _structure(run: Form) -> Structure:
    return Structure(**_switches(run, Structure().content(), CHOICES, "structure"))


def _pricing(run: Form) -> Pricing:
    return Pricing(**_switches(run, Pricing().content(), PRICE_CHOICES, "way of pricing"))


def _switches(
    run: Form, usual: Mapping[str, str | bool], choices: Mapping[str, tuple[str, ...]], what: str
) -> dict[str, Any]:
    """The switches written under `run`; as usual where one is left out or wrong."""
    read: dict[str, Any] = {}
    for name, value in usual.items():
        found = run.choice(name, choices[name], what) if name in choices else run.flag(name)
        read[name] = value if found is None else found
    return read


def _authority(form: Form, top: Mapping[str, Item]) -> str | None:
    """The authority, which must be one that has observed series."""
    name = form.text("authority")
    known = tuple(top["observed"].mapping or ()) if "observed" in top else ()
    if name is None or name in known:
        return name
    form.note(
        form.entries["authority"],
        f"'{name}' is not an authority with observed series ({', '.join(known) or 'none'}).",
        name,
        known,
    )
    return None


def _as_item(name: str, value: float | Mapping[str, float]) -> Item:
    if isinstance(value, Mapping):
        parts = {key: _as_item(f"{name}.{key}", one) for key, one in value.items()}
        return Item(content=parts, where="", path=name)
    return Item(content=value, where="", path=name)


def _in_order(unread: tuple[Problem, ...], others: list[Problem]) -> list[Problem]:
    """By file and line; what could not be read at all is told once and not blamed again."""
    told = {(p.where, p.path) for p in unread}
    rest = [p for p in others if (p.where, p.path) not in told]
    return sorted(dict.fromkeys([*unread, *rest]), key=_place)


def _place(problem: Problem) -> tuple[str, int]:
    file, _, line = problem.where.rpartition(":")
    return (file, int(line)) if line.isdigit() else (problem.where, 0)
