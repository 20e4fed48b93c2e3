"""A scenario: the dated changes that a council controls, and how two sets of changes unite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

from sim.foundations.errors import InputError, Problem
from sim.study.levers import (
    Change,
    Close,
    Content,
    Delay,
    Demand,
    Extend,
    Funding,
    Lever,
    Mentoring,
    Nerve,
    Open,
    Order,
    Pairs,
    Panel,
    Posts,
    Price,
    Protect,
    Recruitment,
    Review,
    SetUp,
    Training,
    clash,
)

__all__ = [
    "NO_CHANGE",
    "Change",
    "Close",
    "Content",
    "Delay",
    "Demand",
    "Extend",
    "Funding",
    "Lever",
    "Mentoring",
    "Nerve",
    "Open",
    "Order",
    "Pairs",
    "Panel",
    "Posts",
    "Price",
    "Protect",
    "Recruitment",
    "Review",
    "Scenario",
    "SetUp",
    "Training",
    "conflicts",
]

NO_CHANGE = "no change"
"""The scenario without levers, with which others are compared unless they say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A set of levers. Two scenarios with the same levers are equal, whatever their names."""

    name: str = field(compare=False)
    """What it is called."""
    levers: frozenset[Lever] = frozenset()
    """What is changed; nothing, for no change."""
    meaning: str = field(default="", compare=False)
    """What it stands for, in a sentence."""
    against: str = field(default=NO_CHANGE, compare=False)
    """Name of the scenario that it is compared with."""

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
            against=self.against if self.against == other.against else NO_CHANGE,
        )

    def rename(self, name: str, meaning: str | None = None) -> Scenario:
        """The same changes under another name."""
        return replace(self, name=name, meaning=self.meaning if meaning is None else meaning)

    def opens(self, service: str) -> date | None:
        """The day this scenario means to open a service, if it does."""
        return next((v.on for v in self.levers if isinstance(v, Open) and v.service == service), None)


def conflicts(levers: Iterable[Lever]) -> list[tuple[Lever, Lever]]:
    """Pairs of different levers that set the same thing at the same time, in order of content."""
    ordered = sorted(levers, key=lambda lever: lever.content)
    return [(a, b) for a, b in combinations(ordered, 2) if clash(a, b)]


def _at(lever: Lever) -> str:
    return f" ({lever.where})" if lever.where else ""


def _united(texts: Iterable[str], joint: str) -> str:
    """Texts joined, each part once and in order, so that the order of uniting does not show."""
    return joint.join(sorted({part for text in texts for part in text.split(joint) if part}))
