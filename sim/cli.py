"""The command line: it parses, calls and prints; there is no arithmetic here.

Exit codes: 0 ok · 1 fault · 2 bad input · 3 a quality check failed · 75 unfinished · 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim import __version__
from sim.foundations.errors import CaresimError, InputError, did_you_mean

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Simulate how services at the edge of care change the number of children looked after.",
)

OUTPUTS = Path("outputs")

StudyFile = Annotated[Path, typer.Argument(help="The study, a YAML file such as configs/bury.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress and no headline.")]
Jobs = Annotated[int | None, typer.Option(help="Processes to use (default: one a core).")]


@app.command()
def check(study: StudyFile) -> None:
    """Read a study and list every problem in it; run nothing."""
    from sim.study.config import load_study

    try:
        read = load_study(study)
    except InputError as error:
        count = len(error.problems)
        raise InputError([*error.problems, *closing(count)]) from None
    typer.echo(
        f"{study}: no problems. {len(read.parameters)} parameters, {len(read.scenarios)} scenarios, "
        f"{len(read.claims)} claims."
    )


def closing(count: int) -> list:  # type: ignore[type-arg]
    """The last line of a list of problems."""
    from sim.foundations.errors import Problem

    return [Problem("", "", f"{count} problem{'s' if count != 1 else ''}. Nothing was run.")]


@app.command()
def run(
    study: StudyFile,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help='Scenario to run beside "no change"; may be given again, or joined with "&".'),
    ] = None,
    draws: Annotated[int | None, typer.Option(help="Draws of what is not known.")] = None,
    runs: Annotated[int | None, typer.Option(help="Runs of luck for each draw.")] = None,
    seed: Annotated[int | None, typer.Option(help="The number that all chance comes from.")] = None,
    jobs: Jobs = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for the results.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a study's scenarios on the same families and write the report."""
    from sim.experiment.experiment import Experiment
    from sim.report.terminal import headline, progress
    from sim.study.config import load_study

    experiment = Experiment(
        load_study(study),
        scenarios=scenario or None,
        draws=draws,
        runs=runs,
        seed=seed,
        jobs=jobs if jobs is not None else os.cpu_count() or 1,
    )
    folder = out if out is not None else new_folder(experiment)
    if not quiet:
        typer.echo(headline(experiment), err=True)
    try:
        with progress(quiet) as report:
            results = experiment.run(folder, report)
    except KeyboardInterrupt:
        typer.echo(f"\nStopped. Go on with: caresim resume {folder}", err=True)
        raise
    finish(folder, experiment, results, as_json)


@app.command()
def resume(
    folder: Annotated[str, typer.Argument(help='A run folder, or "last".')] = "last",
    jobs: Jobs = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a run that was stopped; what was finished is kept."""
    from sim.experiment.experiment import Experiment
    from sim.report.terminal import headline, progress

    path = last_folder() if folder == "last" else Path(folder)
    experiment, _ = Experiment.from_folder(path, jobs)
    if not quiet:
        typer.echo(headline(experiment), err=True)
    with progress(quiet) as report:
        results = Experiment.resume(path, jobs, report)
    finish(path, experiment, results, as_json)


def finish(folder: Path, experiment, results, as_json: bool) -> None:  # type: ignore[no-untyped-def]
    """Write what people read, say the answer, and fail if a quality check does."""
    from sim.foundations.errors import QualityError
    from sim.report.folder import write_reports
    from sim.report.terminal import answer

    numbers = write_reports(folder, experiment.study, results)
    text = answer(numbers, folder)
    (folder / "log.txt").write_text(text + "\n", encoding="utf-8")
    typer.echo(json.dumps(numbers, ensure_ascii=False) if as_json else text)
    if numbers["quality"]["exhausted"]:
        raise QualityError(
            f"{folder}: in some trials a keyed sequence ran out ({numbers['quality']['exhausted']} times a "
            "trial); the results must not be used. See docs/limits.md."
        )


@app.command()
def solve(
    study: StudyFile,
    families: Annotated[int, typer.Option(help="Simulated families in each arm.")] = 4000,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the table (default: beside the study's other files).")
    ] = None,
) -> None:
    """Find the multipliers that return a trial's risk ratios, and write the table that draws interpolate."""
    from sim.experiment.solve import report, solve_conference, solved_yaml
    from sim.experiment.store import write_atomically
    from sim.study.config import load_study

    read = load_study(study)
    solution = solve_conference(read, families)
    path = out or next((Path(f) for f in read.files if Path(f).name == "solved.yaml"), Path("solved.yaml"))
    write_atomically(path, solved_yaml(solution, families).encode())
    typer.echo(report(solution))
    typer.echo(f"Table  {path}")


@app.command()
def describe(
    study: StudyFile,
    scenario: Annotated[str, typer.Option(help="Scenario to describe in full.")] = "no change",
) -> None:
    """Say in words and tables what a study assumes, offers and claims."""
    from sim.report.describe import describe as describe_study
    from sim.study.config import load_study

    read = load_study(study)
    typer.echo(describe_study(read, read.scenario(scenario)))


@app.command()
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

        if len(what) != 2 or not what[1].isdigit():
            raise InputError.of("expected `explain family` and a number, such as `explain family 231`")
        pair = tuple(scenario) if scenario else ("no change", list(read.scenarios)[-1])
        if len(pair) != 2:
            raise InputError.of(f"expected two scenarios; found {len(pair)}", path="--scenario")
        typer.echo(family_story(read, int(what[1]), (pair[0], pair[1]), draw, run))
        return
    from sim.report.describe import explain_parameter

    name = what[0]
    if name not in read.parameters:
        hint = did_you_mean(name, read.parameters)
        raise InputError.of(f"'{name}' is not a parameter of this study.{hint}")
    typer.echo("\n".join(explain_parameter(read.parameters[name])))


@app.command()
def runs(folder: Annotated[Path, typer.Argument(help="Where runs are kept.")] = OUTPUTS) -> None:
    """List the runs in a folder, newest first."""
    from sim.experiment.store import read_json

    found = sorted(folder.glob("*/manifest.json"), reverse=True)
    if not found:
        typer.echo(f"No runs in {folder}.")
    for path in found:
        one = read_json(path)
        typer.echo(
            f"{path.parent}  {one['status']:<11}  {one['authority']}  {one['draws']} draws × {one['runs']} runs"
            f"  {one['began']}"
        )


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options of the whole command."""
    if version:
        typer.echo(f"caresim {__version__}")
        raise typer.Exit


def new_folder(experiment) -> Path:  # type: ignore[no-untyped-def]
    """A new name under outputs: date, time, authority and what the run is of."""
    from datetime import datetime

    name = experiment.study.authority.lower().replace(" ", "-")
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    return OUTPUTS / f"{stamp}-{name}-{experiment.identity[:4]}"


def last_folder() -> Path:
    """The newest run under outputs."""
    found = sorted(OUTPUTS.glob("*/manifest.json"))
    if not found:
        raise InputError.of(f"there is no run in {OUTPUTS} to resume")
    return found[-1].parent


def main() -> None:
    """Run the command and turn every expected error into its message and exit code."""
    try:
        app(standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except typer.TyperException as error:
        typer.echo(f"{error.format_message()}\nTry: caresim --help", err=True)
        sys.exit(2)
    except CaresimError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
