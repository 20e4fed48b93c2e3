"""What can go wrong, and how it is said.

    CaresimError          a fault in running                    exit code 1
    ├── InputError        something a person wrote is not right  exit code 2
    ├── StoreError        a run folder cannot be read or written exit code 1
    └── QualityError      a run finished but fails a check       exit code 3

A message names the thing, the place, what was expected and the nearest valid name.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["CaresimError", "InputError", "Problem", "QualityError", "StoreError", "did_you_mean", "nearest"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what a person wrote."""

    where: str
    """File and line, as `configs/bury.yaml:9`; empty when there is no file."""
    path: str
    """Dotted name of the setting, as `services.edge_of_care.caseload`; empty when it is not one setting."""
    message: str
    """What is wrong and what was expected, as a sentence or a clause."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.path, self.message) if part)


class CaresimError(Exception):
    """Any error that caresim raises on purpose; `exit_code` is what the command line returns for it."""

    exit_code: ClassVar[int] = 1


class InputError(CaresimError):
    """Something a person wrote is not right: every problem found, in order, one to a line."""

    exit_code: ClassVar[int] = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        if isinstance(problems, str):
            raise TypeError(
                "InputError takes a sequence of Problem; for one message use InputError.of(message)"
            )
        self.problems: tuple[Problem, ...] = tuple(problems)
        if not self.problems:
            raise ValueError("an InputError needs at least one Problem")
        super().__init__(self.problems)

    @classmethod
    def of(cls, message: str, where: str = "", path: str = "") -> InputError:
        """The error that holds one problem."""
        return cls((Problem(where, path, message),))

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class StoreError(CaresimError):
    """A run folder is missing, unfinished, damaged or made by another version."""


class QualityError(CaresimError):
    """A run finished but its results must not be used: a quality check failed."""

    exit_code: ClassVar[int] = 3


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` most like `name`, or None when none is close.

    Case and the difference between space, hyphen and underscore are not counted.
    """
    plain: dict[str, str] = {}
    for candidate in names:
        plain.setdefault(_plain(candidate), candidate)
    found = difflib.get_close_matches(_plain(name), list(plain), n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """` Did you mean 'x'?` with its leading space, ready to end a message; empty when nothing is close."""
    close = nearest(name, names)
    return "" if close is None else f" Did you mean '{close}'?"


def _plain(name: str) -> str:
    return name.casefold().replace("-", " ").replace("_", " ")
