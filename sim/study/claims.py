"""What the papers say: a claim (what will be reached, by when, and how its figure is read), and the risk that
a paper names with what it sets against it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

KINDS = ("children", "pounds")
"""What a claim counts."""
CLAIM_BASES = ("gross", "net")
"""Whether the claim is read before or after the cost of the service."""

SUBJECTS = ("early help", "plans", "cohorts", "equality")
"""Sections of the report beside which words of a paper may be printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a paper says that is not a figure: its risk, its mitigation, and words on parts of the report."""

    name: str
    """What the paper is called."""
    scenario: str
    """Name of the scenario that it proposes."""
    risk: str
    """The risk that it names; a clause without a full stop."""
    mitigation: str
    """What it sets against that risk; nothing where the paper leaves it blank."""
    says: dict[str, str]
    """What it says of some of ``SUBJECTS``, in whole sentences."""
    source: str
    """Where that stands."""
    where: str = ""
    """Where it was read, "file:line"."""

    @property
    def risk_and_mitigation(self) -> str:
        """Both in a sentence or two."""
        named = f"The paper ‘{self.name}’ names a risk: {self.risk}."
        if not self.mitigation:
            return f"{named} It leaves its mitigation blank."
        return f"{named} Against it, it sets: {self.mitigation}."

    def content(self) -> dict[str, object]:
        """As plain data for a summary."""
        return {
            "name": self.name,
            "scenario": self.scenario,
            "risk": self.risk,
            "mitigation": self.mitigation,
            "in_words": self.risk_and_mitigation,
            "says": dict(self.says),
            "source": self.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A target that a scenario is said to reach."""

    id: str
    """A short name, unique in the study."""
    scenario: str
    """Name of the scenario that is to reach it."""
    kind: str
    """`children` (fewer looked after) or `pounds` (saved in a financial year)."""
    target: float
    """How many, above 0."""
    by: str
    """A month end such as 2025-03-31, or a financial year such as 2025/26 (children: the year's average)."""
    basis: str = "gross"
    """`gross`, or `net` of the cost of the service; only `gross` for children."""
    text: str
    """The claim in words, and how it is read."""
    source: str
    """The paper that makes it."""
    where: str = ""
    """Where it was read, "file:line"."""

    @property
    def on_a_date(self) -> bool:
        """Whether it is scored on one day rather than over a year."""
        return "/" not in self.by

    @property
    def date(self) -> dt.date | None:
        """The day it is scored on; None for a year."""
        return dt.date.fromisoformat(self.by) if self.on_a_date else None

    def content(self) -> dict[str, object]:
        """What is scored: no prose and no line numbers."""
        return {
            "id": self.id,
            "scenario": self.scenario,
            "kind": self.kind,
            "target": self.target,
            "by": self.by,
            "basis": self.basis,
        }
