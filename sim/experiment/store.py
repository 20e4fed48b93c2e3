"""The run folder: finished trials, each whole or absent, and what describes the run.

Every file is written beside its place and moved into it, so a run that is killed leaves nothing half-written
and loses nothing that was finished.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.foundations.errors import InputError, StoreError, did_you_mean

try:
    import fcntl
except ImportError:  # a system without it has no such lock: two processes there are the user's to keep apart
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

LOCK = ".lock"
TRIAL_SCHEMA = 1
TRIAL_NAME = re.compile(r"d(\d{4,})-r(\d{3,})\.trial")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name beside ``path`` to write to; it becomes ``path`` if all goes well and is removed if not.

    ``StoreError`` if the disk refuses.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise StoreError(f"{path}: cannot be written ({error.strerror or error}).") from error
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or not there. ``StoreError`` if the disk refuses."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def json_bytes(content: Any) -> bytes:
    """JSON with its structure in the order given; numbers must be finite."""
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that it is whole or not there."""
    write_atomically(path, json_bytes(content))


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
    def create(cls, folder: Path, files: Mapping[str, bytes]) -> Store:
        """Make a new folder that holds ``files``; it appears whole or not at all.

        ``InputError`` if it exists already, ``StoreError`` if it cannot be made.
        """
        beside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        try:
            if folder.exists():
                raise InputError.of(
                    "exists already; nothing in it was touched. Choose another --out, or continue it with "
                    f"`caresim resume {folder}`",
                    where=str(folder),
                )
            (beside / "trials").mkdir(parents=True)
            for name, content in files.items():
                (beside / name).write_bytes(content)
            beside.rename(folder)
        except BaseException as error:
            shutil.rmtree(beside, ignore_errors=True)
            if isinstance(error, OSError):
                raise StoreError(f"{folder}: cannot be made ({error.strerror or error}).") from error
            raise
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open a folder that a run made. ``InputError`` if there is none."""
        if not (folder / "manifest.json").is_file():
            near = [str(path.parent) for path in sorted(folder.parent.glob("*/manifest.json"))]
            hint = did_you_mean(str(folder), near)
            raise InputError.of(f"is not a run folder (it has no manifest.json).{hint}", where=str(folder))
        return cls(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from running trials in this folder. ``InputError`` if one does already.

        The system frees the lock when its process ends, however it ends, so none is ever left behind; the
        file does stay, since to remove it would let a third process lock another file of the same name.
        """
        path = self.folder / LOCK
        try:
            file = path.open("ab")
        except OSError as error:
            raise StoreError(f"{path}: cannot be written ({error.strerror or error}).") from error
        with file:
            if fcntl is not None:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                        raise InputError.of(
                            "another process is running trials in it; nothing in it was touched. Wait until "
                            "that one ends, or stop it first",
                            where=str(self.folder),
                        ) from error
                    # Some network disks know no locks; a run there is no worse off than before.
            yield

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
            content = path.read_bytes()
        except OSError as error:
            raise StoreError(f"{path}: cannot be read ({error.strerror or error}).") from error
        try:
            first, _, payload = content.partition(b"\n")
            header = json.loads(first)
            whole = hashlib.sha256(payload).hexdigest() == header["sha256"]
            values = np.frombuffer(payload, dtype="<f8").reshape(header["shape"]) if whole else None
            own = (header["identity"], header["draw"], header["run"]) == (identity, draw, run)
        except (ValueError, KeyError, TypeError):
            values, own = None, False
        if values is None:
            raise StoreError(self._remedy(path, "does not hold what was written (its checksum differs)"))
        if not own:
            raise StoreError(self._remedy(path, "belongs to another run or another version of the study"))
        return values

    def _remedy(self, path: Path, fault: str) -> str:
        return (
            f"{path}: {fault}. Delete this file and run `caresim resume {self.folder}`; the other finished "
            "trials are kept."
        )

    def finished(self) -> set[tuple[int, int]]:
        """(draw, run) pairs whose trials are kept."""
        found = (TRIAL_NAME.fullmatch(path.name) for path in self.trials.glob("*.trial"))
        return {(int(name[1]), int(name[2])) for name in found if name}

    def sweep(self) -> None:
        """Remove what a process that was killed had begun to write."""
        for path in (*self.folder.glob(".*.part"), *self.trials.glob(".*.part")):
            with suppress(OSError):
                path.unlink()

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self.finished()))
