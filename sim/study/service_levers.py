"""Levers of services: when they are open, and how families come to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sim.study.lever import Content, Dated, plain

EARLIER_HELP = ("none", "offered", "conference first")
"""What a panel may ask for before it accepts a referral."""
ORDERS = {
    "edge_of_care": ("nothing", "early_help", "conference"),
    "family_safeguarding": ("nothing", "conference"),
    "family_group_conference": ("family_safeguarding",),
}
"""By service: what may come before it. At the edge of care ``early_help`` asks that early help or a
conference was offered before, and offers a conference beside the work where none was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Dated):
    """A service opens, one team after another."""

    KIND: ClassVar[str] = "open"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "open {service} on {on}"

    service: str
    """Name of the service, as in settings."""
    on: dt.date
    """First day that it may start work with a family; recruitment and slips may put it off."""
    teams: int = 1
    """Teams that open one after another, each with an equal part of the posts."""
    every_days: int = 0
    """Days from one team's opening to the next."""

    def more(self) -> str:
        """The teams, when there are several."""
        return f", {self.teams} teams {self.every_days} days apart" if self.teams > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(Dated):
    """A service starts no more work; work under way is finished."""

    KIND: ClassVar[str] = "close"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "close {service} on {on}"

    service: str
    """Name of the service, as in settings."""
    on: dt.date
    """First day that it starts no more work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Dated):
    """A service's opening and training slip together."""

    KIND: ClassVar[str] = "delay"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} delayed by {days:g} days"

    service: str
    """Name of the service, as in settings."""
    days: float
    """Days later than planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(Dated):
    """The resource allocation panel's calendar and criteria; what it leaves out stays as it was."""

    KIND: ClassVar[str] = "panel"
    TARGET: ClassVar[tuple[str, ...]] = ("start",)
    SAYS: ClassVar[str] = "panel from {start}"

    start: dt.date
    """First day that it holds; a later lever of this kind follows it."""
    every_days: float | None = None
    """Days between meetings."""
    cases: int | None = None
    """Referrals that a meeting can decide."""
    earlier_help: str | None = None
    """One of ``EARLIER_HELP``: what must have been tried first."""
    youngest: str | None = None
    """Youngest age band within the criteria."""
    emergency: bool | None = None
    """Whether a manager may decide between meetings, to be ratified at the next."""

    def more(self) -> str:
        """What is set."""
        parts = [
            "" if self.every_days is None else f"every {self.every_days:g} days",
            "" if self.cases is None else f"{self.cases} cases a meeting",
            "" if self.earlier_help is None else f"earlier help: {self.earlier_help}",
            "" if self.youngest is None else f"youngest {self.youngest}",
            "" if self.emergency is None else f"decisions between meetings: {plain(self.emergency)}",
        ]
        said = ", ".join(part for part in parts if part)
        return f" {said}" if said else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Dated):
    """A parameter of what practice does changes for a time: to a value, or so many times itself."""

    KIND: ClassVar[str] = "change"
    TARGET: ClassVar[tuple[str, ...]] = ("parameter",)
    SAYS: ClassVar[str] = "{parameter} from {start}"

    parameter: str
    """Dotted name of one of ``CHANGEABLE``."""
    start: dt.date
    """First day of the change."""
    end: dt.date | None = None
    """First day that it is over; None if it lasts."""
    to: float | None = None
    """The value; None when ``times`` is given."""
    times: float | None = None
    """The multiplier; None when ``to`` is given."""

    def more(self) -> str:
        """The value or multiplier."""
        return f" to {self.to:g}" if self.to is not None else f" times {self.times or 0:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Dated):
    """A team also works with long placements at risk, in capacity that it can spare."""

    KIND: ClassVar[str] = "extend"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} extended to long placements from {start}, {spare} places kept free"

    service: str
    """Name of the service, as in settings."""
    start: dt.date
    """First day that it holds."""
    spare: int
    """Places kept free for families in crisis."""
    end: dt.date | None = None
    """First day that it starts no more such work; None if it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Dated):
    """Which of two services comes first for a family that both are for."""

    KIND: ClassVar[str] = "order"
    TARGET: ClassVar[tuple[str, ...]] = ()
    SAYS: ClassVar[str] = "{before} before {service} from {start}"

    service: str
    """Name of the service that waits, as in settings."""
    before: str
    """What comes before it: one of ``ORDERS`` of that service."""
    start: dt.date
    """First day that it holds."""
    end: dt.date | None = None
    """First day that it no longer holds; None if it lasts."""

    @property
    def target(self) -> Content:
        """The choice that it makes: conference and Family Safeguarding are one, whichever is named."""
        edge = self.service == "edge_of_care"
        return (self.KIND, self.service if edge else "family_safeguarding")
