"""A claim: what a paper says will be reached, by when, and how its figure is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

KINDS = ("children", "pounds")
"""What a claim counts."""
CLAIM_BASES = ("gross", "net")
"""Whether the claim is read before or after the cost of the service."""


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
