"""The page of results: tables, what they were made with, and on what machine."""

from __future__ import annotations

import argparse
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.peers.agree import TICKS_A_DAY, Agreement
from benchmarks.peers.measure import Measured

PACKAGES = ("numpy", "numba", "simpy", "salabim", "ciw", "cimba")


def machine() -> str:
    """The machine and the versions, in words."""
    processor = platform.processor() or platform.machine()
    memory = 0.0
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next(
            (line.split(":")[1].strip() for line in lines if line.startswith("model name")), processor
        )
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    having = []
    for package in PACKAGES:
        try:
            having.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            having.append(f"no {package}")
    load = os.getloadavg()[1]
    return (
        f"{os.cpu_count()} cores of {processor}, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}; {', '.join(having)}. "
        f"Over the last five minutes of the run {load:.1f} processes were running, this one among them."
    )


def spread(ratios: tuple[float, ...]) -> str:
    """The smallest and largest ratio and how many there are."""
    return f"{number(min(ratios))}–{number(max(ratios))}, {len(ratios)} pairs"


def number(value: float) -> str:
    """A ratio to three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def times(names: dict[str, str], measured: dict[str, Measured], against: str) -> list[str]:
    """The table of what each takes."""
    rows = [
        "| Program | CPU a replication | Records a second | Peak memory | of it before the run "
        f"| First compiling | Time relative to {names[against]} | Range |",
        "|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for name, row in sorted(measured.items(), key=lambda pair: pair[1].cpu):
        same = name == against
        rows.append(
            f"| {names[name]} | {row.cpu:.3f} s | {row.records_a_second:,.0f} | {row.peak:.0f} MB "
            f"| {row.before:.0f} MB | {row.compiling:.1f} s | {'1' if same else number(row.ratio)} "
            f"| {spread(row.ratios)} |"
        )
    return rows


def figures(names: dict[str, str], measured: dict[str, Measured]) -> list[str]:
    """The table of what happened in the first replication."""
    rows = [
        "| Program | Records | Starts | Gave up | Entries | Mean wait, days |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, row in measured.items():
        starts, waited = sum(row.read["starts"]), sum(row.read["waited"])
        rows.append(
            f"| {names[name]} | {row.records:,} | {starts:,} | {sum(row.read['gave_up']):,} "
            f"| {row.read['entries'][0]:,} | {waited / starts / TICKS_A_DAY:.3f} |"
        )
    return rows


def tell(
    names: dict[str, str],
    missing: dict[str, str],
    agreed: dict[str, Agreement],
    measured: dict[str, Measured],
    against: str,
    asked: argparse.Namespace,
) -> str:
    """The whole page."""
    checked = [f"- {names[name]}: {row.sentence}." for name, row in agreed.items()]
    absent = [f"- `{name}` is not here: {why}." for name, why in missing.items()]
    return "\n".join(
        [
            "# Results of the day",
            "",
            f"{datetime.now(UTC):%d %B %Y}. {machine()}",
            "",
            f"Made by `python -m benchmarks.peers.run --write` at {asked.size:g} of the full size; "
            "`README.md` says what the workload is and how to read this.",
            "",
            "## What a replication takes",
            "",
            *times(names, measured, against),
            "",
            "## That they do the same work",
            "",
            f"{asked.check_seeds} replications at {asked.check_size:g} of the full size, held against "
            "the plain loop:",
            "",
            *checked,
            "",
            "The first measured replication, as each program lived it:",
            "",
            *figures(names, measured),
            *(["", "Not measured:", "", *absent] if absent else []),
            "",
        ]
    )
