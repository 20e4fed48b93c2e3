"""How days and events are priced: switches that move pounds and no event, each reported beside the others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sim.study.switches import check_switches

PRICES = ("marginal", "average")
"""What a day in care costs: what one more child in that placement costs, or the average of all children."""
GROWTH = ("drawn", "low", "central", "high")
"""How fast prices of placements grow after the last year that is known: drawn from the range, or fixed."""
CHOICES = {"prices": PRICES, "price_growth": GROWTH}
"""What each switch with a name may be; the other is true or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """The switches of one study's prices. InputError for a value that none of them has."""

    prices: str = "marginal"
    """One of ``PRICES``."""
    price_growth: str = "drawn"
    """One of ``GROWTH``."""
    optimism_bias: bool = False
    """Whether savings on placements are cut by ``appraisal.optimism_bias``."""

    def __post_init__(self) -> None:
        check_switches(asdict(self), CHOICES)

    def content(self) -> dict[str, str | bool]:
        """The switches as plain data."""
        return asdict(self)
