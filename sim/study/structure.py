"""How the model is put together where evidence does not decide: switches, each reported beside the other."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sim.study.switches import check_switches

COMBINE = ("multiply", "strongest")
"""How two services' effects on the same rate join: both multiply, or only the stronger counts."""
ROUTES = ("mainly own", "both", "correlated")
"""On which routes into care the two services act, and whether a family's resiliences go together."""
BEFORE = ("none", "reactive")
"""What edge-of-care work there was before the service that the paper proposes."""
EFFECT_ON = ("served", "whole area")
"""What Family Safeguarding's effect on entry is a ratio of: entries of families served, or all starts of an
authority."""
CHOICES = {
    "combine": COMBINE,
    "routes": ROUTES,
    "edge_of_care_before": BEFORE,
    "family_safeguarding_effect": EFFECT_ON,
}
"""What each switch with a name may be; the others are true or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """The switches of one study. InputError for a value that none of them has."""

    combine: str = "multiply"
    """One of ``COMBINE``."""
    compounding: bool = False
    """Whether Family Safeguarding's effect on plans also changes who comes to court. If not, its effect on
    entry is the whole of it."""
    routes: str = "mainly own"
    """One of ``ROUTES``: each service mainly on its own route; both services on both routes; or a family's
    resiliences on the two routes drawn together."""
    edge_of_care_before: str = "none"
    """One of ``BEFORE``: the paper is a review, so a reactive service may have been there with no change."""
    family_safeguarding_effect: str = "served"
    """One of ``EFFECT_ON``: entries of families served, by route; or all starts of the authority, solved into
    one multiplier on both routes of those served."""
    attracts: bool = True
    """Whether Family Safeguarding makes vacancies easier to fill and staff stay longer, as is claimed."""

    def __post_init__(self) -> None:
        check_switches(asdict(self), CHOICES)

    def content(self) -> dict[str, str | bool]:
        """The switches as plain data."""
        return asdict(self)
