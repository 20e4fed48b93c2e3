"""Bury written small, for one year, as files that can be loaded, run, stopped and spoilt."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / "configs"
TINY: dict[str, Any] = {
    "run.end": "2024-04-01",
    "run.draws": 2,
    "run.runs": 1,
    "demand.families_referred.value": 40,
    "demand.families_referred.range": [30, 50],
    "demand.returning.value": {"first year": 8, "second year": 4, "later": 2},
    "opening.families.value": {
        "early help": 10,
        "child in need": 8,
        "child protection": 8,
        "pre-proceedings": 4,
        "proceedings": 3,
    },
    "care.opening.value": {"under 1": 1, "1-4": 3, "5-9": 3, "10-15": 5, "16-17": 3},
    "care.opening_unaccompanied.value": 1,
    "care.unaccompanied_a_year.value": 1,
    "care.unaccompanied_a_year.range": [0.5, 2],
    "care.returned_recently.value": 2,
    "care.returned_recently.range": [1, 3],
    "care.guardianship_opening.value": 5,
}
"""What makes Bury tiny: dotted names and what is written there."""


def place(top: yaml.MappingNode, name: str) -> yaml.Node | None:
    """The node at a dotted name, if the file has it."""
    node: yaml.Node | None = top
    for part in name.split("."):
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((value for key, value in node.value if key.value == part), None)
    return node


def put(node: yaml.Node, what: Any) -> None:
    """Write a number, a text, a list or a table over what stands there."""
    if isinstance(node, yaml.MappingNode):
        rows = {key.value: value for key, value in node.value}
        for key, value in what.items():
            put(rows[key], value)
    elif isinstance(node, yaml.SequenceNode):
        for one, value in zip(node.value, what, strict=True):
            put(one, value)
    else:
        node.value = str(what)


def without(mapping: yaml.Node | None, name: str) -> None:
    """Leave an entry out."""
    assert isinstance(mapping, yaml.MappingNode)
    mapping.value = [(key, value) for key, value in mapping.value if key.value != name]


def within_a_year(top: yaml.MappingNode) -> None:
    """Bring claims and money of later years into the one year that is left."""
    late = {
        "2025-03-31": "2024-03-31",
        "2026-03-31": "2024-03-31",
        "2024/25": "2023/24",
        "2025/26": "2023/24",
    }
    claims = place(top, "claims")
    claims.value = claims.value[:2] + claims.value[3:5] + claims.value[-1:]
    scenarios = place(top, "scenarios")
    levers = place(scenarios, "family safeguarding.levers")
    levers.value = levers.value[:-1]
    for claim in claims.value:
        by = place(claim, "by")
        by.value = late.get(by.value, by.value)


def too_late(lever: yaml.MappingNode) -> bool:
    """Whether a lever begins only after tiny Bury is over."""
    start = place(lever, "start")
    return start is not None and start.value >= TINY["run.end"]


def write_tiny(folder: Path, changes: Mapping[str, Any] | None = None) -> Path:
    """Tiny Bury's files in a folder; the main one. ``changes`` are dotted names, as in ``TINY``."""
    wanted = TINY | dict(changes or {})
    left = set(wanted)
    for source in sorted(CONFIGS.rglob("*.yaml")):
        top = yaml.compose(source.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        if source.name == "bury_what_ifs.yaml":
            continue
        if source.name == "bury.yaml":
            without(place(top, "run"), "depends_on")  # sixteen more studies; test_variants asks for them
            without(place(top, "run"), "depends_on_evidence")
            without(place(top, "run"), "early_signs")  # and test_signs
        if source.name == "proposals.yaml":
            within_a_year(top)
        if source.name == "hindsight.yaml":
            levers = place(top, "hindsight.as delivered.levers")
            levers.value = [one for one in levers.value if not too_late(one)]
        for name in sorted(left):
            node = place(top, name)
            if node is not None:
                put(node, wanted[name])
                left.discard(name)
        copy = folder / source.relative_to(CONFIGS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(yaml.serialize(top, Dumper=yaml.BaseDumper, allow_unicode=True), encoding="utf-8")
    assert not left, f"configs/ has no {left}"
    return folder / "bury.yaml"


def command(*arguments: object) -> list[str]:
    """`caresim` with these arguments, as a command of its own process."""
    return [sys.executable, "-m", "sim.cli", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds `sim` from any folder."""
    return os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"} | more


def caresim(
    *arguments: object, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `caresim` in a process of its own and wait."""
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment(**(env or {})),
        timeout=120,
        check=False,
    )


def contents(folder: Path, names: Sequence[str] = ()) -> dict[str, bytes]:
    """Every file under a folder, or those named, with what is in it."""
    paths = [folder / name for name in names] or sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
