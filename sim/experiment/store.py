"""The run folder: finished trials, each whole or absent, and what describes the run.

Every file is written beside its place and moved into it, so a run that is killed leaves nothing half-written
and loses nothing that was finished.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.errors import InputError, StoreError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TRIAL_SCHEMA = 1


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or not there. ``StoreError`` if the disk refuses."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be written ({error.strerror or error}).") from error


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted structure kept as given; numbers must be finite."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, (text + "\n").encode())


def read_json(path: Path) -> Any:
    """Read JSON; ``StoreError`` names the file if it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise StoreError(f"{path}: is missing; this is not a run folder, or not a whole one.") from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read as JSON ({error}).") from error


class Store:
    """One run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trials = folder / "trials"

    @classmethod
    def create(cls, folder: Path) -> Store:
        """Make a new folder. ``InputError`` if it exists already or cannot be made."""
        if folder.exists():
            raise InputError.of(
                "exists already; nothing in it was touched. Choose another --out, or continue it with "
                f"`caresim resume {folder}`",
                where=str(folder),
            )
        try:
            (folder / "trials").mkdir(parents=True)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made ({error.strerror or error}).") from error
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a folder that a run made. ``InputError`` if there is none."""
        if not (folder / "manifest.json").is_file():
            near = [str(path.parent) for path in sorted(folder.parent.glob("*/manifest.json"))]
            hint = did_you_mean(str(folder), near)
            raise InputError.of(f"is not a run folder (it has no manifest.json).{hint}", where=str(folder))
        return cls(folder)

    def path(self, draw: int, run: int) -> Path:
        """File of one (draw, run)."""
        return self.trials / f"d{draw:04d}-r{run:03d}.trial"

    def save(self, draw: int, run: int, values: NDArray[np.float64], identity: str) -> None:
        """Keep the finished trials of one (draw, run): [scenarios, measures]."""
        payload = np.ascontiguousarray(values, dtype="<f8").tobytes()
        header = {
            "schema": TRIAL_SCHEMA,
            "draw": draw,
            "run": run,
            "shape": list(values.shape),
            "identity": identity,
            "sha256": hashlib.sha256(payload).hexdigest(),
        }
        write_atomically(self.path(draw, run), json.dumps(header).encode() + b"\n" + payload)

    def load(self, draw: int, run: int, identity: str) -> NDArray[np.float64]:
        """Finished trials of one (draw, run): [scenarios, measures]. ``StoreError`` if they are damaged or of
        another run."""
        path = self.path(draw, run)
        try:
            first, _, payload = path.read_bytes().partition(b"\n")
            header = json.loads(first)
            whole = hashlib.sha256(payload).hexdigest() == header["sha256"]
            values = np.frombuffer(payload, dtype="<f8").reshape(header["shape"]) if whole else None
        except (OSError, ValueError, KeyError, TypeError):
            header, values = {}, None
        if values is None:
            raise StoreError(
                f"{path}: does not hold what was written (its checksum differs). Delete this file and run "
                f"`caresim resume {self.folder}`; the other finished trials are kept."
            )
        if header["identity"] != identity or (header["draw"], header["run"]) != (draw, run):
            raise StoreError(
                f"{path}: belongs to another run or another version of the study. Delete this file and "
                f"run `caresim resume {self.folder}`; the other finished trials are kept."
            )
        return values

    def finished(self) -> set[tuple[int, int]]:
        """(draw, run) pairs whose trials are kept."""
        pairs = set()
        for path in self.trials.glob("d*-r*.trial"):
            draw, _, run = path.stem.partition("-")
            pairs.add((int(draw[1:]), int(run[1:])))
        return pairs

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self.finished()))
