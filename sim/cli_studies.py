"""Commands about a study and what it rests on: they read it, question it, and run it in other ways.

Commands that make, keep and show runs are in `sim.cli`, which takes these in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.foundations.errors import InputError, Problem, did_you_mean

if TYPE_CHECKING:
    from sim.study.config import Study

studies = typer.Typer()

StudyFile = Annotated[Path, typer.Argument(help="The study, a YAML file such as configs/bury.yaml.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no headline.")]
Jobs = Annotated[int | None, typer.Option(help="Processes to use (default: one a core).")]
Draws = Annotated[int | None, typer.Option(help="Draws of what is not known.")]
Runs = Annotated[int | None, typer.Option(help="Runs of luck for each draw.")]
EvidenceName = Annotated[
    str | None, typer.Option("--evidence", help="sceptical, central or claimed (default: as the study says).")
]
FiguresJson = Annotated[bool, typer.Option("--json", help="Print the figures as JSON on stdout.")]


@studies.command()
def check(study: StudyFile) -> None:
    """Read a study and list every problem in it; run nothing."""
    from sim.study.config import load_study

    try:
        read = load_study(study)
    except InputError as error:
        count = len(error.problems)
        closing = f"{count} problem{'' if count == 1 else 's'}. Nothing was run."
        raise InputError([*error.problems, Problem("", "", closing)]) from None
    for warning in read.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(
        f"{study}: no problems. {len(read.parameters)} parameters, {len(read.scenarios)} scenarios, "
        f"{len(read.claims)} claims."
    )


@studies.command()
def describe(
    study: StudyFile,
    scenario: Annotated[str, typer.Option(help="Scenario to describe in full.")] = "no change",
) -> None:
    """Say in words and tables what a study assumes, offers and claims."""
    from sim.report.describe import describe as describe_study
    from sim.study.config import load_study

    read = load_study(study)
    typer.echo(describe_study(read, read.scenario(scenario)))


@studies.command()
def explain(
    what: Annotated[list[str], typer.Argument(help='A parameter\'s name, or "family" and a number.')],
    study: Annotated[Path, typer.Option(help="The study.")] = Path("configs/bury.yaml"),
    scenario: Annotated[
        list[str] | None, typer.Option(help="Two scenarios to compare a family's story in.")
    ] = None,
    draw: Annotated[int, typer.Option(help="Draw, 0 for the central values.")] = 0,
    run: Annotated[int, typer.Option(help="Run of luck.")] = 0,
) -> None:
    """Explain one parameter, or tell one family's story in two scenarios."""
    from sim.study.config import load_study

    read = load_study(study)
    if what[0] == "family":
        from sim.report.story import family_story

        if len(what) != 2 or not what[1].isdecimal():
            raise InputError.of("expected `explain family` and a number, such as `explain family 231`")
        pair = tuple(scenario) if scenario else ("no change", last_claimed(read))
        if len(pair) != 2:
            raise InputError.of(f"expected two scenarios; found {len(pair)}", path="--scenario")
        typer.echo(family_story(read, int(what[1]), (pair[0], pair[1]), draw, run))
        return
    from sim.report.describe import explain_parameter

    name = " ".join(what)
    if name not in read.parameters:
        hint = did_you_mean(name, read.parameters)
        raise InputError.of(f"'{name}' is not a parameter of this study.{hint}")
    typer.echo("\n".join(explain_parameter(read.parameters[name], read.impacts)))


def last_claimed(study: Study) -> str:
    """The study's last scenario of which something is claimed; the last of all if nothing is."""
    claimed = {claim.scenario for claim in study.claims}
    names = list(study.scenarios)
    return next((name for name in reversed(names) if name in claimed), names[-1])


@studies.command()
def overlap(
    study: StudyFile,
    draws: Draws = None,
    runs: Runs = None,
    jobs: Jobs = None,
    as_json: FiguresJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Say what two services count twice, under each structure of their routes into care."""
    from sim.experiment.structures import overlap_by_structure, report
    from sim.report.terminal import progress
    from sim.study.config import load_study

    read = load_study(study)
    futures = (draws or read.draws, runs or read.runs)
    with progress(quiet) as so_far:
        rows = overlap_by_structure(read, *futures, cores() if jobs is None else jobs, so_far)
    typer.echo(json.dumps(rows, indent=2) if as_json else report(rows))


@studies.command()
def solve(
    study: StudyFile,
    families: Annotated[int, typer.Option(help="Simulated families in each arm of a trial.")] = 4000,
    runs: Annotated[int, typer.Option(help="Pairs of whole authorities, with other luck each.")] = 60,
    jobs: Jobs = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the tables (default: beside the study's other files).")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Find the multipliers that return measured ratios, and write the tables that draws interpolate."""
    from sim.experiment.solve import report, solved_yaml
    from sim.experiment.solve import solve as solve_all
    from sim.experiment.store import write_atomically
    from sim.report.terminal import progress
    from sim.study.config import load_study

    read = load_study(study)
    with progress(quiet) as so_far:
        solved = solve_all(read, families, runs, cores() if jobs is None else jobs, so_far)
    path = out or next((Path(f) for f in read.files if Path(f).name == "solved.yaml"), Path("solved.yaml"))
    write_atomically(path, solved_yaml(solved).encode())
    typer.echo(report(solved))
    typer.echo(f"Tables  {path}")


@studies.command()
def calibrate(
    study: StudyFile,
    points: Annotated[int, typer.Option(help="Simulated worlds in each of three waves.")] = 2048,
    rows: Annotated[int, typer.Option(help="Rows of the sample that draws take.")] = 256,
    jobs: Jobs = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where finished worlds are kept, to go on from if it is stopped.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the sample (default: beside the study's other files).")
    ] = None,
    page: Annotated[Path | None, typer.Option(help="Also write what was found as a page.")] = None,
    quiet: Quiet = False,
) -> None:
    """Fit the calibrated parameters to what was counted before the start, and write the sample of a draw."""
    from sim.experiment.calibrate import Setting
    from sim.experiment.calibrate import calibrate as fit
    from sim.experiment.calibrated import calibrated_yaml, report
    from sim.experiment.store import write_atomically
    from sim.report.calibration import page as as_page
    from sim.report.terminal import progress
    from sim.study.config import load_study

    read = load_study(study, calibrated=False)
    setting = Setting(points=points, rows=rows)
    keep = folder or Path("outputs") / "calibration"
    with progress(quiet) as tell:
        found = fit(read, setting, cores() if jobs is None else jobs, keep, tell)
    beside = next((Path(f).parent for f in read.files if Path(f).name == "calibration.yaml"), study.parent)
    path = out or beside / "calibrated.yaml"
    write_atomically(path, calibrated_yaml(read, found, setting).encode())
    typer.echo(report(found))
    typer.echo(f"Sample  {path}")
    if page is not None:
        write_atomically(page, as_page(read, found, setting).encode())
        typer.echo(f"Page    {page}")
    if path.resolve() not in {Path(f).resolve() for f in read.files}:
        typer.echo(f"The study does not include it yet: add {path.name} to its list of files.", err=True)


@studies.command()
def validate(
    study: StudyFile,
    draws: Annotated[int, typer.Option(help="Draws of what is not known.")] = 100,
    runs: Annotated[int, typer.Option(help="Runs of luck for each draw.")] = 3,
    long_draws: Annotated[int, typer.Option(help="Draws of a world of eleven years, for shapes.")] = 40,
    jobs: Jobs = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where what is finished is kept, to go on from (default: its own under outputs)."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("docs/validation.md"),
    as_json: FiguresJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Judge the forecast by every figure published before the start and after, and write a page of it."""
    from sim.experiment.validation import own_identity
    from sim.experiment.validation import validate as judge
    from sim.report.terminal import progress
    from sim.report.validation import in_short, write_validation
    from sim.study.config import load_study

    read = load_study(study)
    keep = folder or Path("outputs") / "validation" / own_identity(read)[:12]
    try:
        with progress(quiet) as so_far:
            found = judge(read, draws, runs, long_draws, cores() if jobs is None else jobs, so_far, keep)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. What was finished is kept in {keep}: the same command goes on.", err=True)
        raise
    write_validation(out, found, f"caresim validate {study}")
    typer.echo(
        json.dumps(found, ensure_ascii=False, allow_nan=False)
        if as_json
        else "\n".join(in_short(found)).replace("**", "")
    )
    typer.echo(f"Page  {out}", err=as_json)


@studies.command()
def depends(
    study: StudyFile,
    draws: Draws = None,
    runs: Runs = None,
    jobs: Jobs = None,
    as_json: FiguresJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what the answer rests on: the headline under every rival belief, structure and set of evidence."""
    from sim.experiment.variants import depends_on
    from sim.report.depends import in_words
    from sim.report.terminal import progress
    from sim.study.config import load_study
    from sim.study.futures import Futures

    read = load_study(study)
    asked = read.depends_on or Futures(draws=20, runs=1)
    futures = Futures(draws=draws or asked.draws, runs=runs or asked.runs)
    closer = None if draws or runs else read.depends_on_evidence
    with progress(quiet) as so_far:
        found = depends_on(
            read, futures, closer=closer, jobs=cores() if jobs is None else jobs, progress=so_far
        )
    typer.echo(json.dumps(found, indent=2) if as_json else in_words(found))


@studies.command()
def signs(
    study: StudyFile,
    draws: Draws = None,
    runs: Runs = None,
    level: Annotated[float, typer.Option(help="How often a sign may mislead either way, 0 to 1.")] = 0.2,
    out: Annotated[Path, typer.Option(help="Where to write the figures.")] = Path("signs.json"),
    jobs: Jobs = None,
    as_json: FiguresJson = False,
    quiet: Quiet = False,
) -> None:
    """Say which monthly figure would tell first that a claim will not be met, and how often it misleads."""
    from sim.experiment.signs import watched
    from sim.experiment.store import write_json
    from sim.report.signs import in_words
    from sim.report.terminal import claim_goal, progress
    from sim.study.config import load_study
    from sim.study.futures import Futures

    read = load_study(study)
    if not 0 < level < 0.5:
        raise InputError.of(f"expected a share above 0 and below 0.5; found {level:g}", path="--level")
    asked = read.early_signs or Futures(draws=40, runs=1)
    futures = Futures(draws=draws or asked.draws, runs=runs or asked.runs)
    with progress(quiet) as so_far:
        found = watched(read, futures, jobs=cores() if jobs is None else jobs, level=level, progress=so_far)
    write_json(out, found)
    claims = {claim.id: claim_goal(claim.content()) for claim in read.claims}
    typer.echo(json.dumps(found, indent=2) if as_json else f"{in_words(found, claims)}\n\nFigures {out}")


@studies.command()
def sensitivity(
    study: StudyFile,
    draws: Annotated[int, typer.Option(help="Draws of the study, for the width of its range.")] = 100,
    runs: Annotated[int, typer.Option(help="Runs of luck at each end of each parameter.")] = 4,
    more: Annotated[
        int, typer.Option(help="Further runs at both ends, in all, for what is not told apart with those.")
    ] = 800,
    jobs: Jobs = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it (default: impact.yaml beside the study's files).")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Say which parameters move the answer, each to the ends of its range, and write it down."""
    from sim.experiment.sensitivity import impact_yaml, report
    from sim.experiment.sensitivity import sensitivity as find
    from sim.experiment.store import write_atomically
    from sim.report.terminal import progress
    from sim.study.config import load_study

    read = load_study(study)
    with progress(quiet) as so_far:
        found = find(read, runs, draws, more, cores() if jobs is None else jobs, so_far)
    beside = next((Path(f).parent for f in read.files if Path(f).name == "effects.yaml"), study.parent)
    path = out or beside / "impact.yaml"
    write_atomically(path, impact_yaml(read, found, draws).encode())
    typer.echo(report(found))
    typer.echo(f"Impacts  {path}")


@studies.command()
def new_study(
    name: Annotated[str, typer.Option("--name", help="The authority, as its table calls it.")],
    table: Annotated[
        list[Path], typer.Option("--from", help="Its table of published figures; may be given again.")
    ],
    like: Annotated[Path, typer.Option(help="The study that gives what is not local.")] = Path(
        "configs/bury.yaml"
    ),
    out: Annotated[Path, typer.Option(help="The folder to write it in.")] = Path("configs"),
    start: Annotated[
        str | None, typer.Option(help="First day (default: the April after the last year of the table).")
    ] = None,
) -> None:
    """Build a study of any authority from one table of its published yearly figures."""
    from datetime import date

    from sim.study.anew.build import new_study as build

    try:
        first = None if start is None else date.fromisoformat(start)
    except ValueError:
        message = f"expected a day, as 2025-04-01; found '{start}'"
        raise InputError.of(message, path="--start") from None
    made = build(name, table, like, out, first)
    typer.echo(made.defaults.report())
    for warning in made.study.warnings:
        typer.echo(f"Warning: {warning}", err=True)
    typer.echo(f"Study     {made.path}\nDefaults  {made.path.with_suffix('') / 'defaults.md'}")


@studies.command()
def verify_engines(
    study: StudyFile,
    trials: Annotated[int, typer.Option(help="How many trials to run on both.")] = 20,
    scenario: Annotated[
        list[str] | None, typer.Option(help="Scenario to verify (default: all); may be given again.")
    ] = None,
) -> None:
    """Run trials of a study on both engines and say whether the logs are the same to the byte."""
    from sim.experiment.verify import Verified, trials_to_verify, verify
    from sim.report.divergence import conclusion, divergence_story, verdict
    from sim.study.config import load_study

    read = load_study(study)
    names = scenario or list(read.scenarios)
    for name in names:
        read.scenario(name)
    wanted = trials_to_verify(read, names, trials)
    found: list[Verified] = []
    for verified in verify(read, wanted):
        found.append(verified)
        typer.echo(f"{len(found)} of {len(wanted)}  {verdict(verified)}")
    typer.echo(conclusion(found))
    if found[-1].divergence is not None:
        typer.echo(f"\n{divergence_story(read, found[-1])}")
        raise typer.Exit(1)


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
