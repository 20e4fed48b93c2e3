"""Levers of staff: posts, how they are filled, and how the people in them work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from sim.study.lever import Dated


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts(Dated):
    """The funded posts of a role are set, from a date, as full-time equivalents."""

    KIND: ClassVar[str] = "posts"
    TARGET: ClassVar[tuple[str, ...]] = ("service", "role")
    SAYS: ClassVar[str] = "{posts:g} {role} posts in {service} from {start}"

    service: str
    """Name of the service, as in settings."""
    role: str
    """One of the roles of its team."""
    posts: float
    """Funded posts of that role, not below 0: 3.5 is three people full time and one half time."""
    start: dt.date
    """First day they are funded; recruitment begins."""
    end: dt.date | None = None
    """First day they are no longer funded; None if they last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruitment(Dated):
    """How recruitment goes: the dial "failure to recruit", and a strategy against it."""

    KIND: ClassVar[str] = "recruitment"
    TARGET: ClassVar[tuple[str, ...]] = ("service", "role")
    SAYS: ClassVar[str] = "recruitment from {start}"

    service: str = ""
    """Name of the service; "" for every one."""
    role: str = ""
    """The role; "" for every one."""
    start: dt.date
    """First day that it holds."""
    end: dt.date | None = None
    """First day that it no longer holds; None if it lasts."""
    never_filled: float = 0.0
    """Share of posts that, once vacant, are not filled while it holds."""
    delay_days: float = 0.0
    """Days added to the time that it takes to fill a post."""
    success: float = 1.0
    """Multiplier on the chance that an advert is filled."""
    at_once: bool = False
    """Whether every post is filled at once and nobody leaves."""

    def more(self) -> str:
        """Whose, and how."""
        who = " ".join(part for part in (self.role, f"in {self.service}" if self.service else "") if part)
        parts = [
            f"for {who}" if who else "for every team",
            f"{100 * self.never_filled:g}% of posts never filled" if self.never_filled else "",
            f"{self.delay_days:g} days slower" if self.delay_days else "",
            f"adverts {self.success:g} times as likely to be filled" if self.success != 1 else "",
            "every post filled at once" if self.at_once else "",
        ]
        return " " + ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training(Dated):
    """The training of a service's staff is complete on a date."""

    KIND: ClassVar[str] = "training"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "training for {service} complete on {complete}"

    service: str
    """Name of the service, as in settings."""
    complete: dt.date
    """Day that the first training ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentoring(Dated):
    """Mentoring and evaluation of a service's practice are complete on a date."""

    KIND: ClassVar[str] = "mentoring"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "mentoring for {service} complete on {complete}"

    service: str
    """Name of the service, as in settings."""
    complete: dt.date
    """Day that it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect(Dated):
    """Whether a team is protected from covering statutory vacancies."""

    KIND: ClassVar[str] = "protect"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} from {start}"

    service: str
    """Name of the service, as in settings."""
    protected: bool
    """Whether it is; if not, its social workers cover vacant statutory posts."""
    start: dt.date
    """First day that it holds."""
    end: dt.date | None = None
    """First day that it no longer holds; None if it lasts."""

    def more(self) -> str:
        """Whether it is."""
        return " protected from statutory cover" if self.protected else " covers statutory vacancies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(Dated):
    """A team's workers hold families in pairs rather than each their own."""

    KIND: ClassVar[str] = "pairs"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} works in pairs from {start}"

    service: str
    """Name of the service, as in settings."""
    start: dt.date
    """First day that it holds."""
    end: dt.date | None = None
    """First day that each holds families alone again; None if it lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Dated):
    """Posts lose their funding from a date if a review finds too few fewer children, or too little saved."""

    KIND: ClassVar[str] = "review"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "review of {service} on {on}"

    service: str
    """Name of the service, as in settings."""
    on: dt.date
    """Day at whose end the result is read, against the scenario that this one is compared with."""
    ends: dt.date
    """First day that the posts are no longer funded if the result falls short."""
    roles: tuple[str, ...] = ()
    """Roles whose posts it decides on; none named stands for the specialists whom partners employ."""
    fewer: float | None = None
    """Children looked after that there must be fewer; None when ``saved`` is given."""
    saved: float | None = None
    """Pounds that must be saved, net, over the whole financial years before; None when ``fewer`` is given."""

    def more(self) -> str:
        """Whose posts, and what is asked."""
        whose = " and ".join(self.roles) if self.roles else "specialist"
        asked = (
            f"£{self.saved:,.0f} saved after costs"
            if self.saved is not None
            else f"{self.fewer or 0:g} fewer children looked after"
        )
        return f": {whose} posts end on {self.ends} without at least {asked}"
