"""Results without a model: Bury's study with numbers made up by the test, so that answers are known."""

from functools import cache
from pathlib import Path

import numpy as np

from sim.results.estimates import Index, Results
from sim.results.measures import index_of
from sim.study.config import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
PAIR = ("edge of care", "family safeguarding")
SCENARIOS = ("no change", *PAIR, "both")
NEW_TEAMS = {
    "no change": (),
    "edge of care": ("edge of care",),
    "family safeguarding": ("family safeguarding",),
    "both": PAIR,
}
EFFECT = {"no change": 0.0, "edge of care": 9.0, "family safeguarding": 7.0, "both": 13.0}
HOMES = {
    "own foster": 0.2,
    "agency foster": 0.3,
    "children's home": 0.1,
    "supported accommodation": 0.15,
    "with parents": 0.1,
    "for adoption": 0.05,
    "kinship": 0.1,
}
"""Where made-up children live."""
FIXED_PRICES: dict[str, float | dict[str, float]] = {
    "prices.own_foster": dict.fromkeys(("2023/24", "2024/25", "2025/26"), 350.0),
    "prices.agency_foster": dict.fromkeys(("2023/24", "2024/25", "2025/26"), 700.0),
    "prices.childrens_home": dict.fromkeys(("2023/24", "2024/25", "2025/26"), 5250.0),
    "prices.special_guardianship": dict.fromkeys(("2023/24", "2024/25", "2025/26"), 140.0),
    "price_level.own_foster": 1.0,
    "price_level.agency_foster": 1.0,
    "price_level.childrens_home": 1.0,
    "price_level.special_guardianship": 1.0,
    "salaries.manager": 73_000.0,
    "salaries.family_support_worker": 36_500.0,
    "salaries.agency_premium": 18_250.0,
    "salaries.on_costs": 0.0,
    "price_growth.pay": 0.0,
    "price_level.fostering": 1.0,
}


@cache
def bury() -> Study:
    """The study of the repository."""
    return load_study(ROOT / "configs" / "bury.yaml")


@cache
def index() -> Index:
    """Every measure of Bury's study."""
    return index_of(bury().clock)


def blank(
    draws: int = 2, runs: int = 2, scenarios: tuple[str, ...] = SCENARIOS, study: Study | None = None
) -> Results:
    """Results in which nothing happens."""
    shape = (draws + 1, runs, len(index()))
    data = {name: np.zeros(shape) for name in scenarios}
    return Results(study or bury(), scenarios, draws, runs, index(), data)


def put(
    results: Results, scenario: str, measure: str, period: str, value: object, group: str = "all"
) -> None:
    """Set one measure: a number, or an array [draws, runs] (draw 0 keeps what it has)."""
    place = index().position(measure, period, group)
    target = results.data[scenario][:, :, place]
    if np.ndim(value):
        target[1:] = value
    else:
        target[:] = value


def made_up(draws: int = 6, runs: int = 3) -> Results:
    """A plausible run: every measure is filled, both services help and count some children twice."""
    results = blank(draws, runs)
    chance = np.random.default_rng(7)
    shape = (draws + 1, runs)
    level = 349 + 12 * chance.standard_normal((draws + 1, 1)) + 4 * chance.standard_normal(shape)
    strength = np.clip(1 + 0.5 * chance.standard_normal((draws + 1, 1)), 0, None) + 0.1 * chance.random(shape)
    ends = index().periods("children looked after")
    for name, effect in EFFECT.items():
        for key in index().keys:
            results.data[name][:, :, index().position(*key)] = chance.integers(0, 9, shape)
        for month, end in enumerate(ends):
            gain = effect * strength * month / len(ends)
            put_all(results, name, "children looked after", end, np.round(level - gain))
        for place, year in enumerate(index().periods("placement days")):
            gain = effect * strength * (place + 0.5) / 3
            for kind in index().groups("placement days"):
                put_all(results, name, "placement days", year, 365 * HOMES[kind] * (level - gain), kind)
        for measure in ("places", "in use", "posts funded"):
            for end in index().periods(measure):
                for group in index().groups(measure):
                    service = group.split("|")[0]
                    there = service not in PAIR or service in NEW_TEAMS[name]
                    put_all(
                        results,
                        name,
                        measure,
                        end,
                        np.full(shape, (12.0, 7.0)[measure == "in use"] * there),
                        group,
                    )
        put_all(results, name, "exhausted", "whole", np.zeros(shape))
        for end in index().periods("placement stability in use"):
            put_all(results, name, "placement stability in use", end, np.zeros(shape))
    return results


def put_all(
    results: Results, scenario: str, measure: str, period: str, value: np.ndarray, group: str = "all"
) -> None:
    """Set one measure in every draw, draw 0 included."""
    results.data[scenario][:, :, index().position(measure, period, group)] = value
