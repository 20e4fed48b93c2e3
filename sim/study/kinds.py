"""The kinds of parameters: unit, bounds and, for a table, its keys; each made by a short word."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

YEARS = ("2023/24", "2024/25", "2025/26")
"""Financial years that prices are written for in the first study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a parameter must be."""

    unit: str
    """The unit, as a study must write it."""
    low: float = 0.0
    """The least value allowed."""
    high: float = inf
    """The greatest value allowed."""
    keys: tuple[str, ...] | None = None
    """Keys of a table; None for a single number."""
    sums_to_one: bool = False
    """Whether a table's values are shares of one whole."""
    by_year: bool = False
    """Whether the keys are financial years: each year of the study, others allowed."""
    projected: bool = False
    """Whether years after the last one written are projected from it; then they may be left out."""
    whole: bool = False
    """Whether only whole numbers make sense."""
    full_time: bool = False
    """Whether it counts full-time equivalents, which have at most two decimals."""
    estimand: bool = False
    """Whether the study must say what exactly the effect was measured as."""


def share(keys: tuple[str, ...] | None = None) -> Kind:
    """A share from 0 to 1, or a table of separate shares."""
    return Kind(unit="share", high=1.0, keys=keys)


def split(*keys: str) -> Kind:
    """Shares of one whole."""
    return Kind(unit="share", high=1.0, keys=keys, sums_to_one=True)


def ratios(first: float, last: float, step: float = 0.1) -> tuple[str, ...]:
    """Ratios from one to another, so far apart, as the keys of a table."""
    return tuple(f"{first + place * step:.2f}" for place in range(round((last - first) / step) + 1))


def rate(*keys: str) -> Kind:
    """A yearly rate, or a table of them."""
    return Kind(unit="per year", keys=keys or None)


def days() -> Kind:
    """A length of time; never nothing."""
    return Kind(unit="days", low=0.001, high=36525.0)


def years() -> Kind:
    """A length of time in years; never nothing."""
    return Kind(unit="years", low=0.001, high=1000.0)


def slip() -> Kind:
    """Days by which a date is missed; may be nothing."""
    return Kind(unit="days", high=36525.0)


def months() -> Kind:
    """A length of time in months; never nothing."""
    return Kind(unit="months", low=0.001, high=1200.0)


def multiplier(*keys: str) -> Kind:
    """A factor that leaves a quantity alone when it is 1."""
    return Kind(unit="multiplier", high=100.0, keys=keys or None)


def effect() -> Kind:
    """The effect of a service: a ratio, with what it was measured as."""
    return Kind(unit="ratio", low=0.01, high=100.0, estimand=True)


def count(unit: str, *keys: str) -> Kind:
    """So many of something; not always whole, for a mean or a yearly flow."""
    return Kind(unit=unit, keys=keys or None)


def posts() -> Kind:
    """Funded posts, as full-time equivalents."""
    return Kind(unit="posts", full_time=True)


def price() -> Kind:
    """Pounds a week in each financial year; those after the last one written are projected."""
    return Kind(unit="pounds a week", keys=YEARS, by_year=True, projected=True)


def growth() -> Kind:
    """How much dearer a thing is each year; may be cheaper."""
    return Kind(unit="share a year", low=-0.5, high=1.0)


def unit_cost(what: str) -> Kind:
    """Pounds for one of something, in the cash of any year simulated."""
    return Kind(unit=f"pounds a{what}")


def pay() -> Kind:
    """Pounds a year."""
    return Kind(unit="pounds a year")


def index() -> Kind:
    """General prices of each financial year, as an index."""
    return Kind(unit="index", low=0.001, keys=YEARS, by_year=True)
