"""Twins: a scenario once more with every post of every team filled, beside which its vacancies are priced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.foundations.clock import Clock
from sim.foundations.errors import InputError
from sim.study.form import Form
from sim.study.levers import Recruitment
from sim.study.review import reviews_of
from sim.study.scenario import NO_CHANGE, Scenario
from sim.study.yaml_reader import Item

ENTRY = "price_vacancies"
"""Entry of `run` that lists the scenarios whose vacancies are priced."""
SOURCE = "Assumption: a world without vacancies, to compare with."


def twin_of(scenario: Scenario, clock: Clock) -> Scenario:
    """The scenario with every funded post of every team filled from the first day and nobody leaving.

    InputError if it says something else of recruitment.
    """
    filled = Recruitment(start=clock.start, at_once=True, source=SOURCE)
    meaning = (
        f"The scenario '{scenario.name}' with every funded post of every team filled from the first day of "
        f"the study and nobody leaving. Nobody could do it: beside '{scenario.name}' it prices the vacancies."
    )
    united = scenario & Scenario(name=scenario.name, levers=frozenset({filled}))
    return replace(united, name=f"{scenario.name}, every post filled", meaning=meaning, against=scenario.name)


def read_twins(run: Form, scenarios: Mapping[str, Scenario], clock: Clock) -> dict[str, Scenario]:
    """The twins that a study asks for, by name; those with a fault are left out."""
    item = run.entries.get(ENTRY)
    if item is None:
        return {}
    if item.entries is None:
        run.note(item, f"expected a list of scenarios; found {item.what}")
        return {}
    found: dict[str, Scenario] = {}
    for entry in item.entries:
        twin = _twin(run, entry, scenarios, clock)
        if twin is not None:
            found[twin.name] = twin
    return found


def _twin(run: Form, entry: Item, scenarios: Mapping[str, Scenario], clock: Clock) -> Scenario | None:
    name = entry.text or ""
    if name not in scenarios:
        run.note(entry, f"{entry.what} is not a scenario of this study.", name, tuple(scenarios))
        return None
    if scenarios[name].against != NO_CHANGE:
        run.note(
            entry,
            f"'{name}' is itself compared with '{scenarios[name].against}': a chain of comparisons would "
            f"count changes twice",
        )
        return None
    if reviews_of(scenarios[name]):
        run.note(entry, f"'{name}' holds a review, which its twin would hold against it and not as it does")
        return None
    try:
        twin = twin_of(scenarios[name], clock)
    except InputError as error:
        run.note(entry, f"its posts cannot be filled at once: {error}")
        return None
    if twin.name in scenarios:
        run.note(entry, f"the name '{twin.name}' is taken by a scenario of this study")
        return None
    return twin
