"""The levers: each a dated change that a council controls, written as data and printed as a clause.

Each says what it is called in a study (``KIND``), which of its fields name what it sets (``TARGET``) and how
it reads (``SAYS``); all else is the same for each, and is written once, in ``_Lever``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import ClassVar, get_args

Content = tuple[str, ...]
"""What a lever does, as text that sorts."""
EARLIER_HELP = ("none", "offered", "conference first")
"""What a panel may ask for before it accepts a referral."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lever:
    """What every lever has."""

    KIND: ClassVar[str] = ""
    TARGET: ClassVar[tuple[str, ...]] = ()
    SAYS: ClassVar[str] = ""

    source: str = field(default="", compare=False)
    """Where the date or number comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return (self.KIND, *(_plain(getattr(self, name)) for name in self.TARGET))

    @property
    def content(self) -> Content:
        """What it sets, to what and for how long."""
        rest = (one.name for one in fields(self) if one.compare and one.name not in self.TARGET)
        return (*self.target, *(_plain(getattr(self, name)) for name in rest))

    def __str__(self) -> str:
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        end = values.get("end")
        return self.SAYS.format(**values) + self.more() + (f" until {end}" if end else "")

    def more(self) -> str:
        """What is said only when it is not as usual."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(_Lever):
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
class Close(_Lever):
    """A service starts no more work; work under way is finished."""

    KIND: ClassVar[str] = "close"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "close {service} on {on}"

    service: str
    """Name of the service, as in settings."""
    on: dt.date
    """First day that it starts no more work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(_Lever):
    """A service's opening and training slip together."""

    KIND: ClassVar[str] = "delay"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} delayed by {days:g} days"

    service: str
    """Name of the service, as in settings."""
    days: float
    """Days later than planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts(_Lever):
    """The funded posts of a role are set, from a date."""

    KIND: ClassVar[str] = "posts"
    TARGET: ClassVar[tuple[str, ...]] = ("service", "role")
    SAYS: ClassVar[str] = "{posts} {role} posts in {service} from {start}"

    service: str
    """Name of the service, as in settings."""
    role: str
    """One of the roles of its team."""
    posts: int
    """Funded posts of that role, whole and not below 0."""
    start: dt.date
    """First day they are funded; recruitment begins."""
    end: dt.date | None = None
    """First day they are no longer funded; None if they last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recruitment(_Lever):
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
class Training(_Lever):
    """The training of a service's staff is complete on a date."""

    KIND: ClassVar[str] = "training"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "training for {service} complete on {complete}"

    service: str
    """Name of the service, as in settings."""
    complete: dt.date
    """Day that the first training ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentoring(_Lever):
    """Mentoring and evaluation of a service's practice are complete on a date."""

    KIND: ClassVar[str] = "mentoring"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "mentoring for {service} complete on {complete}"

    service: str
    """Name of the service, as in settings."""
    complete: dt.date
    """Day that it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel(_Lever):
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
            "" if self.emergency is None else f"decisions between meetings: {_plain(self.emergency)}",
        ]
        said = ", ".join(part for part in parts if part)
        return f" {said}" if said else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(_Lever):
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
class Demand(_Lever):
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
class Price(_Lever):
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
class Nerve(_Lever):
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
class Protect(_Lever):
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

    def more(self) -> str:
        """Whether it is."""
        return " protected from statutory cover" if self.protected else " covers statutory vacancies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(_Lever):
    """A team's workers hold families in pairs rather than each their own."""

    KIND: ClassVar[str] = "pairs"
    TARGET: ClassVar[tuple[str, ...]] = ("service",)
    SAYS: ClassVar[str] = "{service} works in pairs from {start}"

    service: str
    """Name of the service, as in settings."""
    start: dt.date
    """First day that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(_Lever):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp(_Lever):
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
class Funding(_Lever):
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


Lever = (
    Open
    | Close
    | Delay
    | Posts
    | Recruitment
    | Training
    | Mentoring
    | Panel
    | Change
    | Demand
    | Price
    | Nerve
    | Protect
    | Pairs
    | Extend
    | SetUp
    | Funding
)
"""One change that a council controls."""

Lasting = Posts | Recruitment | Change | Demand | Nerve
"""Levers that may end, so that another on the same target may follow."""

KINDS: dict[str, type[Lever]] = {kind.KIND: kind for kind in get_args(Lever)}
"""Levers by the name that a study calls them."""


def clash(a: Lever, b: Lever) -> bool:
    """Whether two levers set the same thing, differently, at the same time."""
    return a != b and _same_target(a, b) and _overlap(a, b)


def service_of(lever: Lever) -> str:
    """The service that a lever is about; "" for none or all."""
    return "edge_of_care" if isinstance(lever, Panel) else str(getattr(lever, "service", ""))


def _same_target(a: Lever, b: Lever) -> bool:
    if isinstance(a, Recruitment) and isinstance(b, Recruitment):
        # "" stands for all, so levers on one team and on every team meet there.
        pairs = ((a.service, b.service), (a.role, b.role))
        return all(one == other or not one or not other for one, other in pairs)
    return a.target == b.target


def _overlap(a: Lever, b: Lever) -> bool:
    if not isinstance(a, Lasting) or not isinstance(b, Lasting):
        return True
    return (b.end is None or a.start < b.end) and (a.end is None or b.start < a.end)


def _plain(value: object) -> str:
    """A field as text: the same for 1 and 1.0, which are equal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, int | float) else str(value)
