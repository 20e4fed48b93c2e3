"""A scenario: the dated changes that a council controls, and how two sets of changes unite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

from sim.foundations.errors import InputError, Problem

Content = tuple[str, ...]
"""What a lever does, as text that sorts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A service opens."""

    service: str
    """Name of the service, as in settings."""
    on: dt.date
    """First day that it may start work with a family."""
    source: str = field(default="", compare=False)
    """Where the date comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return ("open", self.service)

    @property
    def content(self) -> Content:
        """What it sets, and to what."""
        return (*self.target, self.on.isoformat())

    def __str__(self) -> str:
        return f"open {self.service} on {self.on}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """The funded posts of a role are set, from a date."""

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
    source: str = field(default="", compare=False)
    """Where the number comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return ("posts", self.service, self.role)

    @property
    def content(self) -> Content:
        """What it sets, to what and for how long."""
        end = self.end.isoformat() if self.end else ""
        return (*self.target, str(self.posts), self.start.isoformat(), end)

    def __str__(self) -> str:
        end = f" until {self.end}" if self.end else ""
        return f"{self.posts} {self.role} posts in {self.service} from {self.start}{end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """The training of a service's staff is complete on a date."""

    service: str
    """Name of the service, as in settings."""
    complete: dt.date
    """Day that the first training ends."""
    source: str = field(default="", compare=False)
    """Where the date comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return ("training", self.service)

    @property
    def content(self) -> Content:
        """What it sets, and to what."""
        return (*self.target, self.complete.isoformat())

    def __str__(self) -> str:
        return f"training for {self.service} complete on {self.complete}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """Money spent once to set a service up."""

    service: str
    """Name of the service, as in settings."""
    year: str
    """Financial year, as 2023/24."""
    pounds: float
    """Pounds spent in that year."""
    source: str = field(default="", compare=False)
    """Where the sum comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return ("set_up", self.service, self.year)

    @property
    def content(self) -> Content:
        """What it sets, and to what."""
        return (*self.target, repr(float(self.pounds)))

    def __str__(self) -> str:
        return f"set-up of {self.service} in {self.year}: £{self.pounds:,.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Funding:
    """Money given towards a service in a year."""

    service: str
    """Name of the service, as in settings."""
    year: str
    """Financial year, as 2023/24."""
    pounds: float
    """Pounds given in that year."""
    source: str = field(default="", compare=False)
    """Where the sum comes from."""
    where: str = field(default="", compare=False)
    """Where it was read, "file:line"."""

    @property
    def target(self) -> Content:
        """What it sets."""
        return ("funding", self.service, self.year)

    @property
    def content(self) -> Content:
        """What it sets, and to what."""
        return (*self.target, repr(float(self.pounds)))

    def __str__(self) -> str:
        return f"funding for {self.service} in {self.year}: £{self.pounds:,.0f}"


Lever = Open | Posts | Training | SetUp | Funding
"""One change that a council controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A set of levers. Two scenarios with the same levers are equal, whatever their names."""

    name: str = field(compare=False)
    """What it is called."""
    levers: frozenset[Lever] = frozenset()
    """What is changed; nothing, for no change."""
    meaning: str = field(default="", compare=False)
    """What it stands for, in a sentence."""

    def __post_init__(self) -> None:
        clashes = conflicts(self.levers)
        if clashes:
            raise InputError(
                [Problem(a.where, self.name, f"says both '{a}' and '{b}'{_at(b)}") for a, b in clashes]
            )

    @property
    def content(self) -> tuple[Content, ...]:
        """The levers in order, without names, sources or lines."""
        return tuple(sorted(lever.content for lever in self.levers))

    def __and__(self, other: Scenario) -> Scenario:
        """Both sets of changes. InputError when they say different things of the same target."""
        if not isinstance(other, Scenario):
            return NotImplemented
        merged: dict[Content, Lever] = {}
        for lever in (*self.levers, *other.levers):
            kept = merged.setdefault(lever.content, lever)
            if (lever.source, lever.where) < (kept.source, kept.where):
                merged[lever.content] = lever
        named = [s for s in (self, other) if s.levers] or [self, other]
        return Scenario(
            name=_united([s.name for s in named], " & "),
            levers=frozenset(merged.values()),
            meaning=_united([s.meaning for s in named], "; "),
        )

    def rename(self, name: str, meaning: str | None = None) -> Scenario:
        """The same changes under another name."""
        return replace(self, name=name, meaning=self.meaning if meaning is None else meaning)

    def opens(self, service: str) -> dt.date | None:
        """The day this scenario opens a service, if it does."""
        return next((v.on for v in self.levers if isinstance(v, Open) and v.service == service), None)


def conflicts(levers: Iterable[Lever]) -> list[tuple[Lever, Lever]]:
    """Pairs of different levers that set the same thing at the same time, in order of content."""
    ordered = sorted(levers, key=lambda lever: lever.content)
    return [(a, b) for a, b in combinations(ordered, 2) if a.target == b.target and a != b and _overlap(a, b)]


def _overlap(a: Lever, b: Lever) -> bool:
    if isinstance(a, Posts) and isinstance(b, Posts):
        return (b.end is None or a.start < b.end) and (a.end is None or b.start < a.end)
    return True


def _at(lever: Lever) -> str:
    return f" ({lever.where})" if lever.where else ""


def _united(texts: Iterable[str], joint: str) -> str:
    """Texts joined, each part once and in order, so that the order of uniting does not show."""
    return joint.join(sorted({part for text in texts for part in text.split(joint) if part}))
