"""What a run says of itself: what was asked, with which code and versions, and how far it came."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.engine.engines import compiled_works, engine_named
from sim.experiment.store import read_json
from sim.foundations.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.study.config import Study

SCHEMA = 1
LIBRARIES = ("numpy", "scipy", "simpy", "pandas", "pyarrow")
NEEDED = ("status", "authority", "scenarios", "draws", "runs", "jobs", "identity", "began", "engine")
"""What a manifest must hold for its run to be listed and resumed."""


@lru_cache(maxsize=1)
def code_digest() -> str:
    """SHA-256 of the package's own source, so that two versions are never mixed in one run."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] in ("report", "web", "cli.py", "cli_studies.py"):
            continue
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def identity(study: Study, scenarios: Sequence[str]) -> str:
    """What trials must share to belong to one run: study, its seed, scenarios, code and the libraries that
    make numbers (not how many there are)."""
    libraries = (version("numpy"), version("scipy"))
    parts = (study.digest, *scenarios, code_digest(), *libraries)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def new_manifest(
    study: Study, scenarios: Sequence[str], draws: int, runs: int, jobs: int, engine: str
) -> dict[str, Any]:
    """The manifest of a run that begins now."""
    return {
        "schema": SCHEMA,
        "status": "running",
        "study": study.name,
        "authority": study.authority,
        "start": study.clock.start.isoformat(),
        "end": study.clock.end.isoformat(),
        "scenarios": list(scenarios),
        "draws": draws,
        "runs": runs,
        "seed": study.seed,
        "evidence": study.evidence,
        "jobs": jobs,
        "engine": engine_named(engine).name,
        "study_digest": study.digest,
        "code_digest": code_digest(),
        "identity": identity(study, scenarios),
        "versions": {"caresim": version("caresim"), "python": platform.python_version()}
        | {name: version(name) for name in LIBRARIES}
        | ({"numba": version("numba")} if compiled_works() else {}),
        "began": now(),
        "ended": None,
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run folder; ``StoreError`` if it is damaged or of another version."""
    path = folder / "manifest.json"
    manifest = read_json(path)
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise StoreError(f"{path}: is not a manifest that this version of caresim reads (schema {SCHEMA}).")
    missing = [name for name in NEEDED if name not in manifest]
    if missing:
        raise StoreError(f"{path}: does not say what a run folder must: {', '.join(missing)}.")
    return manifest
