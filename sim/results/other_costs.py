"""What changes beside placements and the services' own staff: courts, returns home, social work at home.

None of it is counted twice. Days after a return that failed are placement days already, so only the
support of a return is priced here; coordinators of conferences are staff already, so no conference is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.results.activity import year_of

if TYPE_CHECKING:
    from sim.results.estimates import Floats, Results
    from sim.results.prices import Prices
    from sim.study.config import Study

OTHER = (
    "court fees",
    "legal work",
    "support of returns home",
    "work with children in need",
    "work with children on plans",
)
"""Lines of spending besides placements, allowances, staff and set-up."""
MONTHS = 12


def other_costs(
    study: Study, results: Results, prices: Prices, scenario: str, year: str
) -> dict[str, Floats]:
    """[draws + 1, runs] pounds of each of ``OTHER`` in a year of a scenario."""

    def counted(measure: str, group: str = "all") -> Floats:
        return results.every(scenario, measure, year, group)

    applications, returns = counted("care applications"), counted("exits", "returned home")
    need = prices.column("unit_costs.child_in_need")
    in_need = child_years(results, scenario, year, "families open", "child in need")
    on_plans = child_years(results, scenario, year, "plans open", "all")
    return {
        "court fees": applications * prices.column("unit_costs.court_fee"),
        "legal work": applications * prices.column("unit_costs.legal_work"),
        "support of returns home": returns * prices.column("unit_costs.return_support"),
        "work with children in need": in_need * children_in_a_family(study) * need,
        "work with children on plans": on_plans * need * prices.column("unit_costs.plan_ratio"),
    }


def failed_returns(results: Results, prices: Prices, scenario: str, year: str) -> Floats:
    """[draws + 1, runs] what children's coming back into care would cost at the published price of a failed
    return. It holds their new placement, so it is in no sum."""
    again = results.every(scenario, "re-entries", year)
    return np.asarray(again * prices.column("unit_costs.failed_return"))


def child_years(results: Results, scenario: str, year: str, measure: str, group: str) -> Floats:
    """[draws + 1, runs] a state over a financial year, from the ends of its months that are simulated."""
    ends = [end for end in results.index.periods(measure) if year_of(end) == year]
    found = [results.every(scenario, measure, end, group) for end in ends]
    return np.asarray(np.sum(found, axis=0) / MONTHS)


def children_in_a_family(study: Study) -> float:
    """The mean number of children of a family that is referred."""
    sizes = study.parameters["family.size"].value
    assert isinstance(sizes, dict)
    return sum(int(size) * share for size, share in sizes.items())
