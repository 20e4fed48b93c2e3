"""Levers of what lies outside the services: demand, the threshold of care, prices and money given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sim.study.lever import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Dated):
    """More or fewer families are referred for a time."""

    KIND: ClassVar[str] = "demand"
    SAYS: ClassVar[str] = "referrals times {times:g} from {start}"

    times: float
    """Multiplier on the families referred."""
    start: dt.date
    """First day of the change."""
    end: dt.date | None = None
    """First day that it is over; None if it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nerve(Dated):
    """How readily a crisis ends in care changes for a time, whatever the service: the threshold."""

    KIND: ClassVar[str] = "threshold"
    SAYS: ClassVar[str] = "a crisis ends in care {times:g} times as readily from {start}"

    times: float
    """Multiplier on the rate at which a crisis ends in care."""
    start: dt.date
    """First day of the change."""
    end: dt.date | None = None
    """First day that it is over; None if it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Dated):
    """A price is so many times what it was, from a financial year on."""

    KIND: ClassVar[str] = "price"
    TARGET: ClassVar[tuple[str, ...]] = ("item", "year")
    SAYS: ClassVar[str] = "price of {item} times {times:g} from {year}"

    item: str
    """One of ``PRICED``: a placement, "special guardianship" or "staff"."""
    times: float
    """Multiplier on the price."""
    year: str
    """First financial year, as 2023/24; a later lever on the same item takes its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp(Dated):
    """Money spent once to set a service up."""

    KIND: ClassVar[str] = "set_up"
    TARGET: ClassVar[tuple[str, ...]] = ("service", "year")
    SAYS: ClassVar[str] = "set-up of {service} in {year}: £{pounds:,.0f}"

    service: str
    """Name of the service, as in settings."""
    year: str
    """Financial year, as 2023/24."""
    pounds: float
    """Pounds spent in that year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding(Dated):
    """Money given towards a service in a year."""

    KIND: ClassVar[str] = "funding"
    TARGET: ClassVar[tuple[str, ...]] = ("service", "year")
    SAYS: ClassVar[str] = "funding for {service} in {year}: £{pounds:,.0f}"

    service: str
    """Name of the service, as in settings."""
    year: str
    """Financial year, as 2023/24."""
    pounds: float
    """Pounds given in that year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InBudget(Dated):
    """The pay of a service's staff is in the budget already, whatever it saves."""

    KIND: ClassVar[str] = "in_budget"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "pay of the staff of {service} is in the budget already from {year}"

    service: str
    """Name of the service, as in settings."""
    year: str
    """First financial year, as 2023/24."""
