"""The command line: it parses, calls and prints; there is no arithmetic here.

Exit codes: 0 ok · 1 fault · 2 bad input · 3 a quality check failed · 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim import __version__
from sim.cli_studies import Draws, EvidenceName, Jobs, Quiet, Runs, StudyFile, cores, studies
from sim.foundations.errors import CaresimError, InputError, StoreError

if TYPE_CHECKING:
    from sim.experiment.experiment import Experiment
    from sim.results.estimates import Results
    from sim.study.futures import Futures

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Simulate how services at the edge of care change the number of children looked after.",
)

app.add_typer(studies)

OUTPUTS = Path("outputs")

WHICH_RUN = 'A run: its folder, its name under outputs or the end of it, or "last".'

Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON on stdout.")]
ComparisonJson = Annotated[bool, typer.Option("--json", help="Print the comparison as JSON on stdout.")]
EngineName = Annotated[
    str, typer.Option("--engine", help="auto, compiled or simpy: the numbers are the same, not the speed.")
]
ResumeJobs = Annotated[int | None, typer.Option(help="Processes to use (default: as the run began).")]


@app.command()
def run(
    study: StudyFile,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help='Scenario to run beside "no change"; may be given again, or joined with "&".'),
    ] = None,
    draws: Draws = None,
    runs: Runs = None,
    seed: Annotated[int | None, typer.Option(help="The number that all chance comes from.")] = None,
    jobs: Jobs = None,
    engine: EngineName = "auto",
    evidence: EvidenceName = None,
    out: Annotated[Path | None, typer.Option(help="A new folder for the results.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a study's scenarios on the same families and write the report."""
    from sim.experiment.experiment import Experiment
    from sim.report.terminal import headline, progress
    from sim.study.config import load_study

    read = load_study(study)
    experiment = Experiment(
        read if evidence is None else read.with_evidence(evidence),
        scenarios=scenario or None,
        draws=draws,
        runs=runs,
        seed=seed,
        jobs=cores() if jobs is None else jobs,
        engine=engine,
    )
    folder = out if out is not None else new_folder(experiment)
    if not quiet:
        typer.echo(headline(experiment), err=True)
        tell_of_speed(experiment.engine, engine)
    with resumable(folder):
        with progress(quiet) as report:
            results = experiment.run(folder, report)
        finish(folder, experiment, results, as_json, quiet)


@app.command()
def resume(
    folder: Annotated[str, typer.Argument(help=WHICH_RUN)] = "last",
    jobs: ResumeJobs = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a run that was stopped; what was finished is kept."""
    from sim.experiment.experiment import Experiment
    from sim.experiment.store import Store
    from sim.report.terminal import headline, progress

    path = run_folder(folder)
    experiment, _ = Experiment.from_folder(path, jobs)
    with Store(path).locked():
        pass  # somebody else's run is told of before anything of this one
    if not quiet:
        typer.echo(headline(experiment), err=True)
        tell_of_speed(experiment.engine)
    with resumable(path):
        with progress(quiet) as report:
            results = Experiment.resume(path, jobs, report)
        finish(path, experiment, results, as_json, quiet)


def tell_of_speed(engine: str, asked: str = "auto") -> None:
    """Say why a run is slow, or why it takes a while to begin."""
    from sim.engine.engines import SIMPY, SLOW, needs_compiling

    if engine == SIMPY and asked != SIMPY:
        typer.echo(f"{SLOW}. Without it a run takes about fifty times as long.", err=True)
    elif needs_compiling(engine):
        typer.echo("Making the engine's code for this machine, once: about half a minute.", err=True)


@contextmanager
def resumable(folder: Path) -> Iterator[None]:
    """Say how to go on when somebody stops the run."""
    try:
        yield
    except KeyboardInterrupt:
        if folder.exists():
            typer.echo(f"\nStopped. Finished trials are kept. Go on with: caresim resume {folder}", err=True)
        raise


def beside(folder: Path, experiment: Experiment, results: Results, quiet: bool) -> dict[str, Any]:
    """What a study asks to be shown beside its results, from further trials that are kept in the folder: what
    the answer depends on, and the signs of failure, the latter in no more futures than the run itself has."""
    from sim.experiment.signs import FOLDER as SIGNS
    from sim.experiment.signs import watched
    from sim.experiment.variants import FOLDER as VARIANTS
    from sim.experiment.variants import depends_on
    from sim.report.terminal import progress

    study, found = experiment.study, {}

    def further(name: str, heading: str, ask: Callable[..., Any], futures: Futures, kept: str) -> None:
        if not quiet:
            typer.echo(heading, err=True)
        with progress(quiet) as report:
            answer = ask(
                study,
                futures,
                jobs=experiment.jobs,
                engine=experiment.engine,
                folder=folder / kept,
                own=results,
                progress=report,
            )
        if answer is not None:
            found[name] = answer

    if study.depends_on is not None:
        closer = study.depends_on_evidence
        most = None if closer is None else closer.at_most(results.draws, results.runs, study.depends_on)
        ask = partial(depends_on, closer=most)
        further("depends_on", "What the answer depends on:", ask, study.depends_on, VARIANTS)
    if study.early_signs is not None:
        futures = study.early_signs.at_most(results.draws, results.runs)
        further("early_signs", "When failure would show:", watched, futures, SIGNS)
    return found


def finish(folder: Path, experiment: Experiment, results: Results, as_json: bool, quiet: bool) -> None:
    """Write what people read, say the answer, and fail if a quality check does."""
    from sim.experiment.store import write_atomically
    from sim.foundations.errors import QualityError
    from sim.report.folder import write_reports
    from sim.report.terminal import answer

    numbers = write_reports(folder, experiment.study, results, beside(folder, experiment, results, quiet))
    text = answer(numbers, folder)
    write_atomically(folder / "log.txt", (text + "\n").encode())
    typer.echo(json.dumps(numbers, ensure_ascii=False, allow_nan=False) if as_json else text)
    if numbers["quality"]["exhausted"]:
        raise QualityError(
            f"{folder}: a keyed sequence ran out ({numbers['quality']['exhausted']} times in all trials "
            "together); the results must not be used. See docs/limits.md."
        )


@app.command()
def runs(folder: Annotated[Path, typer.Argument(help="Where runs are kept.")] = OUTPUTS) -> None:
    """List the runs in a folder, newest first."""
    found = kept_runs(folder)
    if not found:
        typer.echo(f"No runs in {folder}.")
    for path, one in found:
        size = f"{one['draws']} draws × {one['runs']} runs"
        typer.echo(f"{path}  {one['status']:<11}  {one['authority']}  {size}  {one['began']}")


def kept_runs(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Run folders in a folder, with their manifests, newest first; a damaged one is told of and left out."""
    from sim.experiment.manifest import read_manifest

    found = []
    for path in sorted(folder.glob("*/manifest.json")):
        try:
            found.append((path.parent, read_manifest(path.parent)))
        except StoreError as error:
            typer.echo(str(error), err=True)
    return sorted(found, key=lambda one: (str(one[1]["began"]), str(one[0])), reverse=True)


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help=WHICH_RUN)],
    second: Annotated[str, typer.Argument(help=WHICH_RUN)],
    as_json: ComparisonJson = False,
) -> None:
    """Say how two runs differ: what was asked of them, and what came out."""
    from sim.report.compare import compare as compare_runs
    from sim.report.compare import in_words

    found = compare_runs(run_folder(first), run_folder(second))
    typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False) if as_json else in_words(found))


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Options of the whole command."""
    if version:
        typer.echo(f"caresim {__version__}")
        raise typer.Exit


def new_folder(experiment: Experiment) -> Path:
    """A new name under outputs: date, time, authority and what the run is of."""
    from datetime import datetime

    name = experiment.study.authority.lower().replace(" ", "-")
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    path = OUTPUTS / f"{stamp}-{name}-{experiment.identity[:4]}"
    others = (path.with_name(f"{path.name}-{number}") for number in range(2, 100))
    return next((one for one in (path, *others) if not one.exists()), path)


def run_folder(name: str) -> Path:
    """The folder that a run is kept in, from its path, its name under outputs or the end of it, or "last".

    A name that fits no run is returned as it is, for whoever opens it to refuse.
    """
    if name == "last":
        return last_folder()
    path = Path(name)
    if path.exists() or not OUTPUTS.is_dir() or len(path.parts) != 1:
        return path
    fitting = sorted(one.parent for one in OUTPUTS.glob("*/manifest.json") if one.parent.name.endswith(name))
    if len(fitting) > 1:
        named = ", ".join(one.name for one in fitting)
        raise InputError.of(f"'{name}' fits {len(fitting)} runs: {named}", where=str(OUTPUTS))
    return fitting[0] if fitting else path


def last_folder() -> Path:
    """The run under outputs that began last."""
    found = kept_runs(OUTPUTS)
    if not found:
        raise InputError.of(f"there is no run in {OUTPUTS}")
    return found[0][0]


def main() -> None:
    """Run the command and turn every expected error into its message and exit code."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except typer.TyperException as error:
        message = error.format_message()
        # Without a command, help has been shown already and there is nothing to add.
        typer.echo(f"{message}\nTry: caresim --help" if message else "", err=True, nl=bool(message))
        sys.exit(2)
    except CaresimError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read our answer has gone; nothing is left to say, not even at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    # Ctrl-C comes back as the code of a command that was left, 130, and not as an exception.
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
