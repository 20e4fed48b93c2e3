"""What a run says on the terminal: progress on stderr, the answer on stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.signs import WAYS, first_sign
from sim.report.words import date as day_in_words
from sim.report.words import number, of_100, points, pounds, pounds_exactly, whole, year

if TYPE_CHECKING:
    from sim.experiment.experiment import Experiment

EVERY_SECONDS = 10.0


def headline(experiment: Experiment) -> str:
    """What is about to be run, in a line."""
    clock = experiment.study.clock
    cores = "1 process" if experiment.jobs == 1 else f"{experiment.jobs} processes"
    return (
        f"{experiment.study.authority} · {clock.start:%B %Y} to {clock.date(clock.horizon - 1):%B %Y} · "
        f"{', '.join(experiment.scenarios)} · {experiment.draws} draws × {experiment.runs} runs, paired, "
        f"and the central draw · {cores} · seed {experiment.study.seed}"
    )


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, a plain line every ten seconds elsewhere, nothing when quiet; all on stderr."""
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("trials", total=None)
            yield lambda done, wanted: bar.update(task, completed=done, total=wanted)
    else:
        last = [0.0]

        def line(done: int, wanted: int) -> None:
            moment = time.monotonic()
            if done == wanted or moment - last[0] >= EVERY_SECONDS:
                last[0] = moment
                print(f"{done} of {wanted} trials finished", file=sys.stderr, flush=True)

        yield line


def answer(numbers: dict[str, Any], folder: Path) -> str:
    """The main figures as a small table, the claims and the overlap."""
    years = numbers["years"]
    twins = {found["twin"] for found in numbers.get("vacancy", {}).values()}
    rivals = [name for name in numbers["difference_year_average"] if name not in twins]
    rows = [["", *(year(label) for label in years)]]
    for name in rivals:
        fewer = numbers["difference_year_average"][name]
        saving = numbers["saving"][name]
        title = f"{name[0].upper()}{name[1:]}"
        rows.append([f"{title}: children fewer", *(span(fewer[label], whole) for label in years)])
        rows.append(["  saved, gross", *(span(saving[label]["gross"], pounds) for label in years)])
        rows.append(["  saved, net", *(span(saving[label]["net"], pounds) for label in years)])
    text = [table(rows), "", "Middle of all futures, and the range that nine in ten lie in.", ""]
    if numbers["claims"]:
        text.append("Chance of each claim:")
    for claim in numbers["claims"]:
        often = met(claim, numbers["quality"]["futures"]) + fell_elsewhere(claim)
        text.append(f"  {claim_goal(claim)}: {often}")
    if numbers.get("papers"):
        text += ["", *(paper["in_words"] for paper in numbers["papers"])]
    text += [
        "",
        *sign_lines(numbers),
        *overlap_line(numbers),
        *vacancy_lines(numbers),
        *review_lines(numbers),
    ]
    return "\n".join([*text, f"Report  {folder / 'report.html'}"])


def claim_goal(claim: Mapping[str, Any]) -> str:
    """What a claim is of: "both: 50 children fewer, 31 March 2026"."""
    by, target = claim["by"], claim["target"]
    goal = (
        f"{whole(target)} children fewer"
        if claim["kind"] == "children"
        else f"{pounds_exactly(target)} {claim['basis']}"
    )
    return f"{claim['scenario']}: {goal}, {year(by) if '/' in by else day_in_words(by)}"


def met(claim: dict[str, Any], futures: int) -> str:
    """In how many of 100 futures a claim is met, with the error of running so few; or in none, or in all."""
    if claim["chance"] in (0, 1):
        return f"in {'all' if claim['chance'] else 'none'} of the {futures} futures"
    error = claim["error"]
    spread = "" if error is None else f" (± {points(error)})"
    return f"{of_100(claim['chance'])} in 100{spread}"


def fell_elsewhere(claim: dict[str, Any]) -> str:
    """How often the number of children fell by as much in like authorities, as far as it is published."""
    found = claim.get("outside") or {}
    share, bound = found.get("elsewhere"), found.get("at_least")
    if share is None and bound is None:
        return ""
    often = f"{number(share)}" if share is not None else f"{number(bound)} or more"
    return f"; the number fell so far in {often} of 100 like authorities over {found['years']} years"


def sign_lines(numbers: dict[str, Any]) -> list[str]:
    """The first sign of failure of each claim that has one, or that no figure is one; posts as they are and
    posts filled apart."""
    found = numbers.get("early_signs")
    if not found:
        return []
    claims = {one["id"]: claim_goal(one) for one in numbers["claims"]}
    level, text = of_100(found["level"]), ["When failure would show:"]
    for posts, name in WAYS.items():
        watched = [(claims[one["id"]], one[posts]) for one in found["claims"] if one["id"] in claims]
        told = [(claim, one) for claim, one in watched if one and one["sign"]]
        if told:
            text += [f"  {name}:", *(f"    {claim}: {first_sign(one)}" for claim, one in told)]
        elif any(one for _, one in watched):
            text.append(f"  {name}, no monthly figure tells in time, with at most {level} of 100 wrong.")
    return [*text, ""]


def overlap_line(numbers: dict[str, Any]) -> list[str]:
    """How far the two services count the same children."""
    found = numbers.get("overlap")
    if not found:
        return []
    children = found["children"]
    parts = [name for name in children if name not in ("together", "overlap")]
    alone = " + ".join(f"{children[name]['alone']['mean']:z.1f}" for name in parts)
    return [
        f"Overlap on {day_in_words(found['date'])}: {alone} children fewer, each alone "
        f"({' + '.join(parts)}); {children['together']['mean']:z.1f} together; "
        f"{children['overlap']['mean']:z.1f} counted twice (averages).",
        "",
    ]


def vacancy_lines(numbers: dict[str, Any]) -> list[str]:
    """What the vacancies cost each scenario that ran beside itself with every post filled."""
    last = numbers["dates"][-1]
    lines = [
        f"  {name}: {span(found['children'][last], whole)} children on {day_in_words(last)}, "
        f"{span(found['net_total'], pounds)} net in all"
        for name, found in numbers.get("vacancy", {}).items()
    ]
    return (
        ["Lost to vacancies, against every post of every team filled at once:", *lines, ""] if lines else []
    )


def review_lines(numbers: dict[str, Any]) -> list[str]:
    """How often a review ends posts."""
    lines = []
    for name, by_service in numbers.get("reviews", {}).items():
        for service, found in by_service.items():
            share = {"chance": found["let_go"], "error": found["error"]}
            often = met(share, numbers["quality"]["futures"])
            lines.append(
                f"{name}: the review of {service} on {day_in_words(found['on'])} ends posts: {often}"
            )
    return [*lines, ""] if lines else []


def span(part: dict[str, Any], words: Callable[[float], str]) -> str:
    """Middle and range."""
    return f"{words(part['p50'])} ({words(part['p5'])} to {words(part['p95'])})"


def table(rows: list[list[str]]) -> str:
    """Columns aligned with spaces."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
