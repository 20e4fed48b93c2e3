"""Switches of a study: each true or false, or one of a few names."""

from __future__ import annotations

from collections.abc import Mapping

from sim.foundations.errors import InputError, Problem, did_you_mean


def check_switches(values: Mapping[str, object], choices: Mapping[str, tuple[str, ...]]) -> None:
    """InputError for each switch that has neither one of its names nor, where it has no names, true or
    false."""
    problems: list[Problem] = []
    for name, value in values.items():
        known = choices.get(name)
        if known is None and not isinstance(value, bool):
            problems.append(Problem("", f"run.{name}", f"expected true or false; found {value!r}"))
        elif known is not None and value not in known:
            hint = did_you_mean(str(value), known)
            problems.append(Problem("", f"run.{name}", f"'{value}' is not one of {', '.join(known)}.{hint}"))
    if problems:
        raise InputError(problems)
