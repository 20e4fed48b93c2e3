"""Where a validation keeps what it has run, so that one that is stopped loses nothing that was finished.

A folder belongs to one study, with what was really done and the long world, and to one version of the code.
How many draws and runs were asked for is no part of that: more of them go on from those that are there.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.manifest import identity
from sim.experiment.store import Store, read_json, write_json
from sim.foundations.errors import InputError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sim.study.config import Study

MARK = "validation.json"
"""File that says which validation a folder is of."""
LONG = "long"
"""Folder of the shapes of long worlds."""


def hindsight_digest(study: Study) -> str:
    """SHA-256 of what was really done, which is in no digest of the study."""
    content = {name: study.scenario(name).content for name in study.hindsight}
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def validation_identity(study: Study, long: Study, scenarios: Sequence[str]) -> str:
    """What everything that a validation keeps must share: the study, what was really done, the long world,
    the code and the libraries that make numbers."""
    parts = (identity(study, scenarios), hindsight_digest(study), long.digest)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class ValidationFolder:
    """One such folder."""

    def __init__(self, folder: Path, own: str) -> None:
        """Make it, or take up the one that is there. ``InputError`` if that is of something else."""
        self.folder, mark = folder, folder / MARK
        if mark.is_file():
            if read_json(mark).get("identity") != own:
                raise InputError.of(
                    "holds the validation of another study, or one by another version of caresim; nothing in "
                    "it was touched. Choose another --folder",
                    where=str(folder),
                )
        elif folder.is_dir() and any(folder.iterdir()):
            raise InputError.of(
                "is not the folder of a validation; nothing in it was touched. Choose another --folder",
                where=str(folder),
            )
        try:
            (folder / LONG).mkdir(parents=True, exist_ok=True)
            self.futures = Store(folder)
            self.futures.trials.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be made ({error.strerror or error}).") from error
        write_json(mark, {"identity": own})

    @contextmanager
    def held(self, trials: str) -> Iterator[Store]:
        """The store of futures, for this process alone; ``trials`` are what its own trials share. What was
        damaged is taken away, to be run again."""
        with self.futures.locked():
            self.futures.sweep()
            for pair in self.futures.finished():
                try:
                    self.futures.load(*pair, trials)
                except StoreError:
                    with suppress(OSError):
                        self.futures.path(*pair).unlink()
            yield self.futures

    def keep_long(self, draw: int, found: Mapping[str, float]) -> None:
        """Keep the shapes of one long world. What could not be read off it is NaN: null in JSON."""
        plain = {name: None if np.isnan(value) else float(value) for name, value in found.items()}
        write_json(self._long(draw), plain)

    def kept_long(self, draws: Sequence[int]) -> dict[int, dict[str, float]]:
        """The shapes of those long worlds that are there, by draw; a damaged file counts as absent."""
        found = {}
        for draw in draws:
            with suppress(StoreError):
                found[draw] = {
                    name: float("nan") if value is None else float(value)
                    for name, value in read_json(self._long(draw)).items()
                }
        return found

    def _long(self, draw: int) -> Path:
        return self.folder / LONG / f"d{draw:04d}.json"
