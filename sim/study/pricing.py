"""How days and events are priced: switches that move pounds and no event, each reported beside the others."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sim.foundations.errors import InputError, Problem, did_you_mean

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
        problems: list[Problem] = []
        for name, value in asdict(self).items():
            known = CHOICES.get(name)
            if known is None and not isinstance(value, bool):
                problems.append(Problem("", f"run.{name}", f"expected true or false; found {value!r}"))
            elif known is not None and value not in known:
                hint = did_you_mean(str(value), known)
                problems.append(
                    Problem("", f"run.{name}", f"'{value}' is not one of {', '.join(known)}.{hint}")
                )
        if problems:
            raise InputError(problems)

    def content(self) -> dict[str, str | bool]:
        """The switches as plain data."""
        return asdict(self)
